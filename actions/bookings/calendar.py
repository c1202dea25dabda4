"""Meetings as calendars read them (RFC 5545, RFC 5546). Pure.

A meeting keeps its UID for good, and each change has a higher SEQUENCE: so a calendar takes the
change over, and puts no second meeting beside the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from actions.bookings import states
from actions.bookings.booked import Booked
from actions.bookings.openings import Span
from actions.cases.hours import ZONE

PRODUCT: Final = "-//MARN El Salvador//Torogoz//ES"
NOBODY: Final = "invalid:nomail"
"""An organiser is demanded, and a booking has no e-mail address: calendars take this as none."""
REFRESHED: Final = timedelta(hours=1)

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Appointment:
    """One meeting as a calendar shows it; ``summary``, ``description`` and ``place`` are Spanish
    texts, the last two may be empty."""

    uid: str
    sequence: int
    span: Span
    summary: str
    description: str = ""
    place: str = ""
    status: Status = "CONFIRMED"


def appointment(
    booking: Booked, summary: str, description: str = "", place: str = ""
) -> Appointment:
    """The booking as a meeting: confirmed once both sides agreed, tentative before."""
    status: Status = "CANCELLED"
    if booking.state in (states.HELD, states.PENDING, states.PROPOSED):
        status = "TENTATIVE"
    elif booking.state in states.OCCUPYING:
        status = "CONFIRMED"
    return Appointment(
        booking.uid, booking.sequence, booking.span, summary, description, place, status
    )


def invitation(meeting: Appointment, organiser: str, now: datetime) -> bytes:
    """The .ics file with which a calendar takes the meeting in, moves it, or takes it out again
    where it is cancelled. ``organiser`` is the name that is shown as such."""
    method = "CANCEL" if meeting.status == "CANCELLED" else "REQUEST"
    return _written(_calendar(method, [_event(meeting, organiser, now)]))


def feed(meetings: Sequence[Appointment], name: str, organiser: str, now: datetime) -> bytes:
    """All meetings under one address that a calendar reads again and again; ``name`` is what it
    calls them."""
    calendar = _calendar("PUBLISH", [_event(one, organiser, now) for one in meetings])
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESHED, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return _written(calendar)


def _written(calendar: Calendar) -> bytes:
    written: bytes = calendar.to_ical()
    return written


def _calendar(method: str, events: Sequence[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    # El Salvador has had one time since; older changes would only make each file longer.
    calendar.add_missing_timezones(first_date=date(2020, 1, 1))
    return calendar


def _event(meeting: Appointment, organiser: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.span.starts.astimezone(ZONE))
    event.add("dtend", meeting.span.ends.astimezone(ZONE))
    event.add("summary", meeting.summary)
    if meeting.description:
        event.add("description", meeting.description)
    if meeting.place:
        event.add("location", meeting.place)
    event.add("status", meeting.status)
    who = vCalAddress(NOBODY)
    who.params["CN"] = vText(organiser)
    event.add("organizer", who)
    if meeting.status != "CANCELLED":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", meeting.summary)
        alarm.add("trigger", -timedelta(hours=1))
        event.add_component(alarm)
    return event
