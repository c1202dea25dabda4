"""Calendars read what we write: one meeting, its changes and its end, in El Salvador's time."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from actions.bookings import calendar, feeds, service
from actions.bookings.booked import Booked
from actions.bookings.calendar import Appointment
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOW,
    WEDNESDAY,
    Enrol,
    agreed,
    do,
    hold,
    hour,
    request,
)
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows

MEETING = Appointment("7@torogoz", 3, WEDNESDAY, "Cita con Consultora 1")
WHO = "Torogoz, del MARN"


def read(written: bytes) -> tuple[Calendar, list[Event]]:
    found = Calendar.from_ical(written.decode("utf-8"))
    assert isinstance(found, Calendar)
    return found, [one for one in found.walk("VEVENT") if isinstance(one, Event)]


def test_an_invitation_is_one_meeting_with_its_zone() -> None:
    whole, (event,) = read(calendar.invitation(MEETING, WHO, NOW))
    assert (whole["METHOD"], whole["VERSION"]) == ("REQUEST", "2.0")
    (zone,) = whole.walk("VTIMEZONE")
    assert zone["TZID"] == "America/El_Salvador"
    assert event["DTSTART"].params["TZID"] == "America/El_Salvador"
    assert event["DTSTART"].dt == WEDNESDAY.starts
    assert event["DTEND"].dt == WEDNESDAY.ends
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=-6)
    assert event["DTSTAMP"].dt == NOW.astimezone(UTC)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("7@torogoz", 3, "CONFIRMED")
    assert event["ORGANIZER"].params["CN"] == WHO
    assert len(whole.walk("VALARM")) == 1


def test_the_same_moment_in_any_zone_is_written_in_el_salvadors() -> None:
    by_greenwich = Appointment(
        "7@torogoz",
        3,
        type(WEDNESDAY)(WEDNESDAY.starts.astimezone(UTC), WEDNESDAY.ends.astimezone(UTC)),
        "Cita con Consultora 1",
    )
    assert calendar.invitation(by_greenwich, WHO, NOW) == calendar.invitation(MEETING, WHO, NOW)
    assert b"DTSTART;TZID=America/El_Salvador:20261125T090000" in calendar.invitation(
        by_greenwich, WHO, NOW
    )


def test_a_cancelled_meeting_is_taken_out() -> None:
    gone = Appointment("7@torogoz", 4, WEDNESDAY, "Cita", status="CANCELLED")
    whole, (event,) = read(calendar.invitation(gone, WHO, NOW))
    assert (whole["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 4)
    assert whole.walk("VALARM") == []


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=200
).filter(lambda one: r"\N" not in one)
"""Without what icalendar itself takes for a line's end, as RFC 5545 lets it stand for one."""


@given(texts, texts, texts)
def test_whatever_people_write_stays_a_text(summary: str, description: str, place: str) -> None:
    nasty = f"{description};,\\\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:otra"
    meeting = Appointment("7@torogoz", 0, WEDNESDAY, f"C{summary}", nasty, f"P{place}")
    written = calendar.invitation(meeting, f"M{summary}".replace("\n", " "), NOW)
    _, (event,) = read(written)
    assert event["SUMMARY"] == f"C{summary}"
    assert event["DESCRIPTION"] == nasty
    assert event["LOCATION"] == f"P{place}"
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("held", "TENTATIVE"),
        ("pending", "TENTATIVE"),
        ("proposed", "TENTATIVE"),
        ("accepted", "CONFIRMED"),
        ("done", "CONFIRMED"),
        ("missed", "CONFIRMED"),
        ("declined", "CANCELLED"),
        ("expired", "CANCELLED"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_a_booking_is_shown_as_what_it_is(state: str, status: str) -> None:
    booking = Booked(
        1, 2, "Consultora", 3, 4, 5, WEDNESDAY, "remote", state, "", "", "", "u@torogoz", 6, None,
        None, None, None,
    )  # fmt: skip
    meeting = calendar.appointment(booking, "Cita", "Motivo", "En línea")
    assert meeting == Appointment(
        "u@torogoz", 6, WEDNESDAY, "Cita", "Motivo", "En línea", meeting.status
    )
    assert meeting.status == status


# -- the feed --------------------------------------------------------------------------------------


async def test_a_feed_has_the_consultants_meetings_and_nobody_elses(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    accepted = await agreed(database, advisor, ana.person_id)
    pending = await request(database, advisor, ana.person_id, hour("2026-11-26 09:00"))
    called_off = await agreed(database, advisor, ana.person_id, hour("2026-11-27 09:00"))
    await do(database, service.cancel, called_off.id, ana.person_id, NOW)
    never = await request(database, advisor, ana.person_id, hour("2026-11-27 14:00"))
    await do(database, service.cancel, never.id, ana.person_id, NOW)
    await agreed(database, other, ana.person_id, hour("2026-11-30 14:00"))
    await hold(database, advisor, ana.person_id, hour("2026-11-26 14:00"))
    async with database.transaction() as session:
        token = await feeds.make(session, advisor.id, NOW)
    async with database.session() as session:
        feed = await feeds.of_token(session, token, NOW)
        assert feed is not None
        assert (feed.consultant_id, feed.consultant_name) == (advisor.id, "Consultora 1")
        assert [one.id for one in feed.bookings] == [called_off.id, pending.id, accepted.id]
        assert (await feeds.of_token(session, token, NOW + timedelta(days=100))) == feeds.Feed(
            advisor.id, "Consultora 1", ()
        )
    shown = [calendar.appointment(one, "Cita") for one in feed.bookings]
    whole, events = read(calendar.feed(shown, "Citas de Consultora 1", WHO, NOW))
    assert (whole["METHOD"], whole["X-WR-CALNAME"]) == ("PUBLISH", "Citas de Consultora 1")
    assert [one["STATUS"] for one in events] == ["CANCELLED", "TENTATIVE", "CONFIRMED"]
    assert len(whole.walk("VTIMEZONE")) == 1


async def test_a_feed_opens_with_its_newest_token_only(database: Database, enrol: Enrol) -> None:
    advisor = await enrol()
    async with database.transaction() as session:
        first = await feeds.make(session, advisor.id, NOW)
        second = await feeds.make(session, advisor.id, NOW)
    assert first != second
    assert len(second) == 43
    async with database.transaction() as session:
        assert await feeds.of_token(session, second, NOW) is not None
        for wrong in (first, "", second[:-1], second.swapcase(), "x" * 1_000, "ñ\udcff"):
            assert await feeds.of_token(session, wrong, NOW) is None
        # The token itself is nowhere to be read.
        ((digest,),) = await rows(database, "SELECT digest FROM calendar_feed")
        assert second.encode() not in digest
        await feeds.revoke(session, advisor.id)
        assert await feeds.of_token(session, second, NOW) is None
