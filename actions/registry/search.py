"""Who fits an owner's need: only those in force at that moment who have hours of their own, the
best fit first, in fair turns.

How the turns are fair: fit is reckoned in few coarse steps, so most who fit do so equally. Among
equals, who stood first longest ago (or never) stands first now; a tie goes by a hash with the day
as its seed, so that no number in our table is luckier than another. A search costs nobody their
turn: whoever shows somebody says who stood first there (:func:`took_turn`), since not everybody who
has hours has a free one left. That is what the next search goes by: over many searches each of N
equals stands first every N-th time, however many owners ask. Second and third places follow the
same order and cost no turn.
"""

from collections.abc import Iterator, Sequence
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

Mode = Literal["on_site", "remote", "any"]
"""Somebody who comes, somebody at a distance, or whichever it is."""
How = Literal["fits", "remoto", "visita", "cercano"]
"""What is found: what was asked for; or instead of it people who attend at a distance where nobody
comes, people who come where nobody attends at a distance, people of near departments."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an owner looks for: at least one category of actions.registry.rules.CATEGORIES, an id of
    knowledge.sectors, a department's name; None where it does not matter. Who attends at a distance
    may be anywhere. ``excluded`` are consultants who are not to be proposed (those who declined).
    With ``nearby``, they may come to any of these departments."""

    categories: tuple[str, ...]
    sector: str | None = None
    department: str | None = None
    mode: Mode = "any"
    excluded: tuple[int, ...] = ()
    nearby: tuple[str, ...] = ()

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


def steps(need: Need) -> Iterator[tuple[How, Need]]:
    """What to look for, one after the other until somebody is found: what is needed itself, then
    what may do instead, the nearest departments last."""
    yield "fits", need
    if need.mode == "on_site":
        yield "remoto", replace(need, mode="remote")
    elif need.mode == "remote":
        yield "visita", replace(need, mode="on_site")
    for ring in rings(need.department or ""):
        yield "cercano", replace(need, mode="on_site", department=None, nearby=ring)


async def fitting(
    session: Executor, need: Need, now: datetime, limit: int = MOST_SHOWN
) -> list[Fit]:
    """The best ones for a need, in their turns. They have hours in a way in which they are needed,
    every week or on a day to come: whether one of them is still free is not looked at."""
    # A plan that was kept from when few had been offered goes through all of them for each one who
    # fits: the join has to be planned for as many as there are.
    await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    values = {**_values(need, now), "limit": limit}
    rows = await session.execute(_best(len(need.categories)), values)
    return [_fit(row, need) for row in rows]


async def took_turn(session: AsyncSession, consultant_id: int, now: datetime) -> None:
    """Notes that they stood first among those who were shown to somebody."""
    await session.execute(_TURN_TAKEN, {"id": consultant_id, "now": now})


def _values(need: Need, now: datetime) -> dict[str, Any]:
    day = rules.day_of(now)
    places = [*need.nearby] or ([] if need.department is None else [need.department])
    return {
        "categories": [*need.categories],
        **{f"category{place}": one for place, one in enumerate(need.categories)},
        "sector": need.sector,
        "places": places or None,
        "come": need.mode != "remote",
        "afar": need.mode != "on_site",
        "excluded": [*need.excluded],
        "day": day,
        "seed": day.toordinal(),
    }


_COMES: Final = (
    "(:come AND c.on_site AND (CAST(:places AS text[]) IS NULL "
    "OR c.departments && CAST(:places AS text[])))"
)
_AFAR: Final = "(:afar AND c.remote)"
_FITS: Final = (
    f"{rules.BOOKABLE_SQL.format(c='c')} AND c.categories && CAST(:categories AS text[]) "
    "AND (CAST(:sector AS text) IS NULL OR c.sectors = '{}' OR :sector = ANY(c.sectors)) "
    f"AND ({_COMES} OR {_AFAR}) AND c.id <> ALL(CAST(:excluded AS bigint[]))"
)
_MEETS: Final = "(c.comes AND {a}.mode <> 'remote' OR c.afar AND {a}.mode <> 'on_site')"
# The hours themselves are actions.bookings': here it only counts whether there are any. Each is
# looked up by itself, best first until there are enough: with EXISTS the hours of the whole
# registry may be read for it.
_HAS_HOURS: Final = f"""(
    (SELECT true FROM availability AS a
        WHERE a.consultant_id = c.id AND {_MEETS.format(a="a")} LIMIT 1)
    OR (SELECT true FROM availability_exception AS e
        WHERE e.consultant_id = c.id AND e.last_day >= :day AND e.opened
        AND e.starts IS NOT NULL AND {_MEETS.format(a="e")} LIMIT 1))"""
_TURNS: Final = "score DESC, first_at NULLS FIRST, lot, id"

# Two searches at once put the same consultant first: but for the very first time ever, neither
# waits for the other's transaction to end.
_TURN_TAKEN: Final = text(
    """
    WITH free AS (
        SELECT consultant_id FROM consultant_offer WHERE consultant_id = :id
        FOR UPDATE SKIP LOCKED),
    again AS (
        UPDATE consultant_offer AS o SET first_at = :now FROM free
        WHERE o.consultant_id = free.consultant_id)
    INSERT INTO consultant_offer (consultant_id, first_at) SELECT :id, :now
    WHERE NOT EXISTS (SELECT 1 FROM consultant_offer WHERE consultant_id = :id)
    ON CONFLICT DO NOTHING
    """
)


@cache
def _best(categories: int) -> TextClause:
    """The statement for a need of so many categories. Every row has each looked for by itself: for
    thousands of rows, counting what two lists share takes several times as long."""
    covered = " + ".join(
        f"CASE WHEN :category{place} = ANY(c.categories) THEN 1 ELSE 0 END"
        for place in range(categories)
    )
    return text(
        f"""
        WITH fits AS (
            SELECT c.id, o.first_at, hashint8extended(c.id, :seed) AS lot, {_COMES} AS comes,
                {_AFAR} AS afar, {COVERS} * ({covered}) / {categories}
                + CASE WHEN :sector = ANY(c.sectors) THEN {SPECIALISED} ELSE {GENERALIST} END
                + CASE WHEN {_COMES} THEN {COMES} ELSE {REMOTELY} END AS score
            FROM consultant AS c LEFT JOIN consultant_offer AS o ON o.consultant_id = c.id
            WHERE {_FITS} ORDER BY {_TURNS} OFFSET 0),
        best AS (SELECT * FROM fits AS c WHERE {_HAS_HOURS} ORDER BY {_TURNS} LIMIT :limit)
        SELECT c.id, c.registration_number, c.name, c.kind, c.categories, c.sectors,
            c.departments, c.on_site, c.remote, c.languages, c.fee_min, c.fee_max, c.fee_unit,
            c.valid_to, best.score, best.comes
        FROM best JOIN consultant AS c ON c.id = best.id
        ORDER BY {_TURNS}
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
