"""How a booking reads in a calendar, whichever way it gets there: as a file with a message, at its
own address, or among all that a consultant has.

Whoever looks at a calendar need not know what a meeting is about, nor who comes to a consultant:
neither is in it.

Telegram hands people a file that opens their calendar at a touch, so there it comes with the word
that the meeting is agreed on, and no other time: two files for one meeting would be one to wonder
about. WhatsApp takes no calendar files from Twilio (its documented media are pictures, sounds,
videos, PDF, office documents and contacts), and the web chat has links: there the messages name the
address at which the same file is read (api.invitations), which also follows later changes. Pure.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from actions.bookings import calendar, states
from actions.bookings.booked import Booked, Side
from actions.messages.content import Attachment
from bot.booking_words import MODES

ORGANISER: Final = "Ministerio de Medio Ambiente (Torogoz)"
MEDIA_TYPE: Final = "text/calendar"
CHANNELS: Final = frozenset(("telegram",))
"""Those whose people can open such a file."""


def name_of(booking: Booked) -> str:
    """What the file is called."""
    return f"cita-{booking.number}.ics"


def calendar_file(booking: Booked, side: Side, now: datetime) -> bytes:
    """The file, as the booking is now: a calendar that reads a later one takes the change over."""
    return calendar.invitation(_meeting(booking, side), ORGANISER, now)


def calendar_feed(name: str, bookings: Sequence[Booked], now: datetime) -> bytes:
    """All bookings of the consultant of that name, under one address."""
    meetings = [_meeting(one, "consultant") for one in bookings]
    return calendar.feed(meetings, f"Citas de {name}", ORGANISER, now)


def _meeting(booking: Booked, side: Side) -> calendar.Appointment:
    number = f"Cita {booking.number}"
    with_whom = f"Cita con {booking.consultant_name}" if side == "owner" else number
    where = "«mis citas»" if side == "owner" else "«mi agenda»"
    # Many calendars show a tentative meeting like any other.
    is_open = booking.state in (states.HELD, states.PENDING, states.PROPOSED)
    if booking.state in (states.CANCELLED, states.DECLINED, states.EXPIRED):
        # Some keep what was cancelled, and show it by its title alone.
        with_whom = f"Cancelada: {with_whom}"
    return calendar.appointment(
        booking,
        f"{with_whom} (por confirmar)" if is_open else with_whom,
        f"{number}. Para cambiarla o cancelarla: {where} en el chat del ministerio.",
        MODES[booking.mode].capitalize(),
    )


def attached(booking: Booked, side: Side, channel: str, now: datetime) -> tuple[Attachment, ...]:
    """The file as it goes with a message on a channel; nothing where people cannot open it."""
    if channel not in CHANNELS:
        return ()
    content = calendar_file(booking, side, now)
    # Carried by the message: news of a meeting must not wait for an address of ours to answer.
    return (Attachment.carrying(name_of(booking), content, MEDIA_TYPE),)
