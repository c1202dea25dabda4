"""Whom a request goes to next: those of the registry who fit what the owner needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.service import Candidates, Wanted
from actions.registry import rules, search
from actions.registry.search import Need

MOST: Final = 10
LOOKED_AT: Final = 60
"""Who come stand before those who attend at a distance: so many are looked at for the latter."""


def candidates(now: datetime) -> Candidates:
    """What actions.bookings asks for the next consultants with. Nobody's turn is used up by it: a
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
            remote_allowed=wanted.mode == "remote",
            excluded=wanted.tried,
        )
        if wanted.mode == "on_site":
            return [one.consultant_id for one in await search.preview(session, need, now, MOST)]
        found = await search.preview(session, need, now, LOOKED_AT)
        return [one.consultant_id for one in found if one.remote][:MOST]

    return found
