"""Whom an owner can meet: those of the registry who fit what they need and have a free time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import ground
from actions.bookings.openings import MODES, Mode, Opening, openings
from actions.bookings.terms import USUAL, Terms
from actions.people import linking
from actions.registry import search
from actions.registry.search import MOST_SHOWN, Fit, How, Need
from actions.store.database import Executor

PAGE: Final = 7
"""Consultants that are searched for at once: mostly enough to show three who have time, and to know
that there are more."""
MOST_LOOKED_AT: Final = 60
"""So many calendars are looked into for one need: more would be more work than a turn may make."""


@dataclass(frozen=True, slots=True)
class Free:
    """One who fits, the ways in which they have time, and their first free time in a way that is
    wanted."""

    fit: Fit
    ways: tuple[Mode, ...]
    first: Opening


@dataclass(frozen=True, slots=True)
class Found:
    """Who is shown, the one whose turn it is first, and why these: see
    actions.registry.search.How; ``llamada`` where there is nobody, so that only the ministry can
    help. ``departments`` are those of ``cercano`` to which they come."""

    how: How | Literal["llamada"]
    shown: tuple[Free, ...] = ()
    departments: tuple[str, ...] = ()
    has_more: bool = False


async def find(
    session: AsyncSession, need: Need, owner_id: int, now: datetime, terms: Terms = USUAL
) -> Found:
    """Up to three who fit and have a free time for the owner, or who are offered instead; who
    stands first has had their turn."""
    owner = await linking.accounts(session, owner_id)
    for how, step in search.steps(need):
        free = await free_ones(session, step, owner, now, MOST_SHOWN + 1, terms)
        if free:
            shown = tuple(free[:MOST_SHOWN])
            await search.took_turn(session, shown[0].fit.consultant_id, now)
            served = {place for one in shown for place in one.fit.departments}
            near = tuple(place for place in step.nearby if place in served)
            return Found(how, shown, near, has_more=len(free) > MOST_SHOWN)
    return Found("llamada")


async def free_ones(
    session: Executor,
    need: Need,
    owner: Sequence[int],
    now: datetime,
    most: int,
    terms: Terms = USUAL,
    since: datetime | None = None,
) -> list[Free]:
    """The best ones who have a free time in a way that is needed, in their turns, which it costs
    nobody. ``owner`` are the accounts of who wants to meet them; times before ``since`` do not
    count."""
    found: list[Free] = []
    looked: list[int] = []
    while len(looked) < MOST_LOOKED_AT:
        others = replace(need, excluded=(*need.excluded, *looked))
        size = min(PAGE, MOST_LOOKED_AT - len(looked))
        page = await search.fitting(session, others, now, size)
        for fit in page:
            firsts = await _first_times(session, fit, owner, now, terms, since)
            wanted = [firsts[one] for one in firsts if need.mode in (one, "any")]
            if wanted:
                ways = tuple(one for one in MODES if one in firsts)
                found.append(Free(fit, ways, min(wanted, key=lambda one: one.span)))
            if len(found) == most:
                return found
        if len(page) < size:
            break
        looked += [fit.consultant_id for fit in page]
    return found


async def _first_times(
    session: Executor,
    fit: Fit,
    owner: Sequence[int],
    now: datetime,
    terms: Terms,
    since: datetime | None,
) -> Mapping[Mode, Opening]:
    """The first free time in each way in which they can be met; none with oneself."""
    who = await ground.standing(session, fit.consultant_id)
    if who is None or not who.bookable(now) or who.person_id in owner:
        return {}
    timetable = await ground.timetable(session, who, now, but_held_by=owner, owner=owner)
    # Who does not go where it is needed can be met at a distance only.
    possible: list[Mode | None] = [None, *MODES] if fit.comes else ["remote"]
    firsts: dict[Mode, Opening] = {}
    for mode in possible:
        # Mostly the first time of all is one of both ways, and nothing more has to be reckoned.
        if mode in firsts:
            continue
        first = next(openings(timetable, now, terms.rules, since=since, mode=mode), None)
        if first is not None:
            for way in first.modes if mode is None else (mode,):
                firsts[way] = first
        elif mode is None:
            break
    return firsts
