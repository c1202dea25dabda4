"""Who fits an owner's need: only those in force at that moment, the best fit first, in fair turns.

How the turns are fair: fit is reckoned in few coarse steps, so most who fit do so equally. Among
equals, who stood first longest ago (or never) stands first now; a tie goes by a hash with the day
as its seed, so that no number in our table is luckier than another. Who stands first is noted, and
that is what the next search goes by: over many searches each of N equals stands first every N-th
time, however many owners ask. Second and third places follow the same order and cost no turn.
Measured by :func:`first_places` and in the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.firms.shown import sector_title
from actions.registry import rules
from actions.registry.neighbours import rings
from actions.store.database import Executor

MOST_SHOWN: Final = 3

COVERS: Final = 40
"""Points for doing all that is needed; a share of them for a part."""
SPECIALISED: Final = 30
GENERALIST: Final = 20
"""For naming the owner's branch, or serving all; who names others only is not proposed."""
COMES: Final = 30
REMOTELY: Final = 15
"""For coming to the department, or being there at a distance only."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an owner looks for: at least one category of actions.registry.rules.CATEGORIES, an id of
    knowledge.sectors, a department's name; None where it does not matter. ``excluded`` are
    consultants who are not to be proposed (those who declined)."""

    categories: tuple[str, ...]
    sector: str | None = None
    department: str | None = None
    remote_allowed: bool = True
    excluded: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.categories or not set(self.categories) <= set(rules.CATEGORIES):
            raise ValueError("a need has one or more known categories")
        if len(set(self.categories)) < len(self.categories):
            raise ValueError("a category is needed once")


@dataclass(frozen=True, slots=True)
class Fit:
    """A consultant who fits. ``score`` goes from 0 to 100, ``reasons`` are phrases in Spanish, the
    strongest first; fees are whole dollars, ``fee_unit`` of actions.registry.rules.FEE_UNITS."""

    consultant_id: int
    registration_number: str
    name: str
    kind: str
    categories: tuple[str, ...]
    departments: tuple[str, ...]
    on_site: bool
    remote: bool
    languages: tuple[str, ...]
    fee_min: int | None
    fee_max: int | None
    fee_unit: str | None
    valid_to: date
    score: int
    reasons: tuple[str, ...]
    comes: bool
    """Whether they go where it is needed; otherwise they attend at a distance."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What is offered where nobody fits: ``remoto``, people who attend at a distance; ``cercano``,
    people of the nearest ``departments`` that have any; ``llamada``, a call from the ministry."""

    kind: Literal["remoto", "cercano", "llamada"]
    fits: tuple[Fit, ...] = ()
    departments: tuple[str, ...] = ()


async def fitting(
    session: AsyncSession, need: Need, now: datetime, limit: int = MOST_SHOWN
) -> list[Fit]:
    """The best ones for a need, in their turns; who stands first has had theirs."""
    return await _found(session, need, now, limit, takes_turn=True)


async def preview(
    session: Executor, need: Need, now: datetime, limit: int = MOST_SHOWN
) -> list[Fit]:
    """The same without costing anybody a turn: for who only looks."""
    return await _found(session, need, now, limit, takes_turn=False)


async def fallback(
    session: AsyncSession, need: Need, now: datetime, limit: int = MOST_SHOWN
) -> Fallback:
    """What is offered where :func:`fitting` finds nobody; who stands first has had their turn."""
    anywhere = replace(need, department=None, remote_allowed=True)
    if not need.remote_allowed:
        found = await _found(session, anywhere, now, limit, takes_turn=True, only_remote=True)
        if found:
            return Fallback("remoto", tuple(found))
    for ring in rings(need.department or ""):
        found = await _found(
            session, anywhere, now, limit, takes_turn=True, places=[*ring], remote=False
        )
        if found:
            served = {place for one in found for place in one.departments}
            return Fallback("cercano", tuple(found), tuple(one for one in ring if one in served))
    return Fallback("llamada")


async def _found(
    session: Executor, need: Need, now: datetime, limit: int, *, takes_turn: bool, **otherwise: Any
) -> list[Fit]:
    # A plan that was kept from when few had been offered goes through all of them for each one who
    # fits: the join has to be planned for as many as there are.
    await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    values = {**_values(need, now), **otherwise, "limit": limit}
    if takes_turn:
        values["now"] = now
    rows = await session.execute(_best(len(need.categories), takes_turn), values)
    return [_fit(row, need) for row in rows]


async def first_places(session: Executor, since: datetime) -> Mapping[int, datetime]:
    """When each consultant last stood first, since a moment."""
    rows = await session.execute(
        text("SELECT consultant_id, first_at FROM consultant_offer WHERE first_at >= :since"),
        {"since": since},
    )
    return {row.consultant_id: row.first_at for row in rows}


def _values(need: Need, now: datetime) -> dict[str, Any]:
    day = rules.day_of(now)
    return {
        "categories": [*need.categories],
        **{f"category{place}": one for place, one in enumerate(need.categories)},
        "sector": need.sector,
        "places": None if need.department is None else [need.department],
        "remote": need.remote_allowed,
        "only_remote": False,
        "excluded": [*need.excluded],
        "day": day,
        "seed": day.toordinal(),
    }


_COMES: Final = (
    "NOT :only_remote AND c.on_site AND (CAST(:places AS text[]) IS NULL "
    "OR c.departments && CAST(:places AS text[]))"
)
_FITS: Final = (
    f"{rules.BOOKABLE_SQL.format(c='c')} AND c.categories && CAST(:categories AS text[]) "
    "AND (CAST(:sector AS text) IS NULL OR c.sectors = '{}' OR :sector = ANY(c.sectors)) "
    f"AND (({_COMES}) OR (:remote AND c.remote)) "
    "AND c.id <> ALL(CAST(:excluded AS bigint[]))"
)
_TURNS: Final = "score DESC, first_at NULLS FIRST, hashint8extended(c.id, :seed), c.id"


# Two searches at once put the same consultant first: but for the very first time ever, neither
# waits for the other's transaction to end.
_TURN_TAKEN: Final = f"""
    , first AS (SELECT c.id FROM best AS c ORDER BY {_TURNS} LIMIT 1),
    free AS (
        SELECT o.consultant_id FROM consultant_offer AS o JOIN first ON first.id = o.consultant_id
        FOR UPDATE OF o SKIP LOCKED),
    again AS (
        UPDATE consultant_offer AS o SET first_at = :now FROM free
        WHERE o.consultant_id = free.consultant_id),
    never_before AS (
        INSERT INTO consultant_offer (consultant_id, first_at) SELECT first.id, :now FROM first
        WHERE NOT EXISTS (SELECT 1 FROM consultant_offer AS o WHERE o.consultant_id = first.id)
        ON CONFLICT DO NOTHING)
"""


@cache
def _best(categories: int, takes_turn: bool) -> TextClause:
    """The statement for a need of so many categories; whether who stands first has had their turn
    by it. Every row has each looked for by itself: for thousands of rows, counting what two lists
    share takes several times as long."""
    covered = " + ".join(
        f"CASE WHEN :category{place} = ANY(c.categories) THEN 1 ELSE 0 END"
        for place in range(categories)
    )
    return text(
        f"""
        WITH best AS (
            SELECT c.id, o.first_at, {COVERS} * ({covered}) / {categories}
                + CASE WHEN :sector = ANY(c.sectors) THEN {SPECIALISED} ELSE {GENERALIST} END
                + CASE WHEN {_COMES} THEN {COMES} ELSE {REMOTELY} END AS score
            FROM consultant AS c LEFT JOIN consultant_offer AS o ON o.consultant_id = c.id
            WHERE {_FITS}
            ORDER BY {_TURNS} LIMIT :limit)
        {_TURN_TAKEN if takes_turn else ""}
        SELECT c.id, c.registration_number, c.name, c.kind, c.categories, c.sectors,
            c.departments, c.on_site, c.remote, c.languages, c.fee_min, c.fee_max, c.fee_unit,
            c.valid_to, best.score, {_COMES} AS comes
        FROM best JOIN consultant AS c ON c.id = best.id ORDER BY {_TURNS}
        """
    )


def _fit(row: Row[Any], need: Need) -> Fit:
    return Fit(
        consultant_id=row.id,
        registration_number=row.registration_number,
        name=row.name,
        kind=row.kind,
        categories=tuple(row.categories),
        departments=tuple(row.departments),
        on_site=row.on_site,
        remote=row.remote,
        languages=tuple(row.languages),
        fee_min=row.fee_min,
        fee_max=row.fee_max,
        fee_unit=row.fee_unit,
        valid_to=row.valid_to,
        score=row.score,
        reasons=_reasons(row, need),
        comes=row.comes,
    )


def _reasons(row: Row[Any], need: Need) -> tuple[str, ...]:
    does = [rules.CATEGORIES[one] for one in need.categories if one in row.categories]
    reasons = [f"Hace: {', '.join(does)}"]
    if need.sector is not None and need.sector in row.sectors:
        reasons.append(f"Conoce su rubro: {sector_title(need.sector)}")
    elif need.sector is not None:
        reasons.append("Atiende todos los rubros")
    reasons.append(_place(row, need))
    return tuple(reasons)


def _place(row: Row[Any], need: Need) -> str:
    if not row.comes:
        return "Atiende a distancia"
    if need.department is not None:
        return f"Llega a {need.department}"
    places: Sequence[str] = row.departments
    if not places:
        return "Llega al lugar"
    return f"Llega a {', '.join(places[:3])}" + (" y otros" if len(places) > 3 else "")
