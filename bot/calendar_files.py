"""A booking as a file for calendars: what stands in it, and with which messages it goes.

Telegram hands people a file that opens their calendar at a touch, so there it comes with the word
that the meeting is agreed on, and no other time: two files for one meeting would be one to wonder
about. WhatsApp takes no calendar files from Twilio (its documented media are pictures, sounds,
videos, PDF, office documents and contacts), and the web chat has links: there the messages name the
address at which the same file is read (api.invitations), which also follows later changes. Pure.
"""

from datetime import datetime
from typing import Final

from actions.bookings import calendar
from actions.bookings.booked import Booked, Side
from actions.messages.content import Attachment
from bot.booking_words import MODES

ORGANISER: Final = "Ministerio de Medio Ambiente (Torogoz)"
MEDIA_TYPE: Final = "text/calendar"
CHANNELS: Final = frozenset(("telegram",))
"""Those whose people can open such a file."""


def name_of(booking: Booked) -> str:
    """What the file is called."""
    return f"cita-{booking.id}.ics"


def calendar_file(booking: Booked, side: Side, now: datetime) -> bytes:
    """The file, as the booking is now: a calendar that reads a later one takes the change over.

    Whoever looks at a calendar need not know what the meeting is about: its purpose is not in it.
    """
    with_whom = f"Cita con {booking.consultant_name}" if side == "owner" else f"Cita {booking.id}"
    where = "«mis citas»" if side == "owner" else "«mi agenda»"
    meeting = calendar.appointment(
        booking,
        with_whom,
        f"Cita {booking.id}. Para cambiarla o cancelarla: {where} en el chat del ministerio.",
        MODES[booking.mode].capitalize(),
    )
    return calendar.invitation(meeting, ORGANISER, now)


def attached(booking: Booked, side: Side, channel: str, now: datetime) -> tuple[Attachment, ...]:
    """The file as it goes with a message on a channel; nothing where people cannot open it."""
    if channel not in CHANNELS:
        return ()
    content = calendar_file(booking, side, now)
    # Carried by the message: news of a meeting must not wait for an address of ours to answer.
    return (Attachment.carrying(name_of(booking), content, MEDIA_TYPE),)
