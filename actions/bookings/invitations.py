"""The address at which a booking's file for calendars is read: only who was given it knows it.

Its token is the random part of the booking's UID, which stands in that file and nowhere else.
"""

import re
from typing import Final

from sqlalchemy import text

from actions.bookings.booked import SELECT, Booked, booked
from actions.store.database import Executor

_DOMAIN: Final = "@torogoz"
_TOKEN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def token_of(booking: Booked) -> str:
    """What opens the booking's file."""
    return booking.uid.removesuffix(_DOMAIN)


async def of_token(session: Executor, token: str) -> Booked | None:
    """The booking that a token opens; None where it opens nothing, as that of a mere hold."""
    if not _TOKEN.fullmatch(token):
        return None
    row = (
        await session.execute(
            text(f"{SELECT} WHERE b.uid = :uid AND b.state <> 'held'"), {"uid": token + _DOMAIN}
        )
    ).one_or_none()
    return None if row is None else booked(row)
