"""How a consultant reaches the owner of a booking: only of one that the owner agreed to share."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from actions.bookings import states
from actions.bookings.booked import Booked
from actions.firms import service as firms
from actions.people import linking
from actions.store.database import Executor

_SHARED: Final = (states.ACCEPTED, states.DONE, states.MISSED)


@dataclass(frozen=True, slots=True)
class Contact:
    """Of an owner: the firm's name, and the telephone of their WhatsApp; None what is not known."""

    firm: str | None
    phone: str | None


async def contact(session: Executor, booking: Booked) -> Contact | None:
    """The owner's contact, for the consultant who took their request; None before that, and where
    the owner did not agree to share it."""
    if booking.consent_at is None or booking.state not in _SHARED:
        return None
    accounts = await linking.accounts(session, booking.person_id)
    phone: str | None = await session.scalar(
        text(
            "SELECT external FROM address WHERE person_id = ANY(:accounts) "
            "AND channel = 'whatsapp' ORDER BY id LIMIT 1"
        ),
        {"accounts": accounts},
    )
    firm = (await firms.profile(session, booking.person_id)).get("firm_name")
    return Contact(None if firm is None else str(firm), phone)
