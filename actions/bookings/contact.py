"""How both sides of a meeting reach each other, and what is told of an owner before: only what they
agreed to share, and only once the meeting is agreed on.

What the registry has of how to reach a consultant is not public: it is given to the owners of the
meetings that they accepted, and the chat tells them so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from actions.bookings import states
from actions.bookings.booked import Booked
from actions.firms import service as firms
from actions.people import linking
from actions.store.database import Executor

_AGREED: Final = (states.ACCEPTED, states.DONE, states.MISSED)


@dataclass(frozen=True, slots=True)
class Contact:
    """Of an owner: the firm's name, the telephone of their WhatsApp or else the one they gave, and
    where the meeting in person is; None what is not known."""

    firm: str | None
    phone: str | None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """How a consultant is reached; None what the registry does not have."""

    phone: str | None
    email: str | None


async def contact(session: Executor, booking: Booked) -> Contact | None:
    """The owner's contact, for the consultant whom they meet; None before that is agreed on, and
    where the owner did not agree to share it."""
    if booking.consent_at is None or booking.state not in _AGREED:
        return None
    phone = await number_of(session, booking.person_id) or booking.phone or None
    firm = (await firms.profile(session, booking.person_id)).get("firm_name")
    place = booking.place or None if booking.mode == "on_site" else None
    return Contact(None if firm is None else str(firm), phone, place)


async def number_of(session: Executor, person_id: int) -> str | None:
    """The number under which the person, or those joined to them, write on WhatsApp."""
    accounts = await linking.accounts(session, person_id)
    phone: str | None = await session.scalar(
        text(
            "SELECT external FROM address WHERE person_id = ANY(:accounts) "
            "AND channel = 'whatsapp' ORDER BY id LIMIT 1"
        ),
        {"accounts": accounts},
    )
    return phone


async def given_before(session: Executor, person_id: int) -> str | None:
    """The telephone that the person, or those joined to them, gave for their last booking."""
    accounts = await linking.accounts(session, person_id)
    phone: str | None = await session.scalar(
        text(
            "SELECT phone FROM booking WHERE person_id = ANY(:accounts) AND phone <> '' "
            "ORDER BY id DESC LIMIT 1"
        ),
        {"accounts": accounts},
    )
    return phone


async def consultants(session: Executor, booking: Booked) -> Reached | None:
    """How the owner of a meeting that is agreed on reaches the consultant; None before."""
    if booking.state not in _AGREED:
        return None
    row = (
        await session.execute(
            text("SELECT phone, email FROM consultant WHERE id = :id"),
            {"id": booking.consultant_id},
        )
    ).one()
    return Reached(row.phone or None, row.email or None)


async def asked_for(session: Executor, booking: Booked) -> Mapping[str, Any]:
    """What a consultant is told of a request before they answer it, beside what it is about:
    ``work``, the categories (ids of actions.registry.rules.CATEGORIES), and ``area``, the district,
    municipality and department of the firm; only the department where the firm's are not known, or
    where somebody is wanted elsewhere."""
    wanted = booking.need.get("department")
    firm = await firms.profile(session, booking.person_id)
    area = [str(firm[name]) for name in firms.PLACE if name in firm]
    if wanted is not None and wanted not in area[-1:]:
        area = [str(wanted)]
    return {"work": [str(one) for one in booking.need.get("categories", ())], "area": area}
