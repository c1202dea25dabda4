"""Whom a request goes to next: those of the registry who fit what the owner needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import finding
from actions.bookings.service import Candidates, Wanted
from actions.people import linking
from actions.registry import rules
from actions.registry.search import Need

MOST: Final = 5
"""The first of them mostly takes it; some have just lost their time, or are being changed."""


def candidates(now: datetime) -> Candidates:
    """What actions.bookings asks for the next consultants with: who fits and has a free time in the
    way that the owner wanted, not before the one they asked for. Nobody's turn is used up by it: a
    request that others turned down is no first place."""

    async def found(session: AsyncSession, wanted: Wanted) -> Sequence[int]:
        categories = tuple(
            one for one in wanted.need.get("categories", ()) if one in rules.CATEGORIES
        )
        if not categories:
            # The owner erased what they looked for, or chose somebody without saying it.
            return []
        need = Need(
            categories,
            wanted.need.get("sector"),
            wanted.need.get("department"),
            wanted.mode,
            wanted.tried,
        )
        owner = await linking.accounts(session, wanted.person_id)
        free = await finding.free_ones(session, need, owner, now, MOST, since=wanted.span.starts)
        return [one.fit.consultant_id for one in free]

    return found
