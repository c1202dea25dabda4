"""Is somebody in the registry? By number, by name as people spell it.

Anybody may ask, so only what the registry publishes is told, and never of who only applied.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nsmallest
from typing import Any, Final

from rapidfuzz import fuzz
from sqlalchemy import Row, text

from actions.registry import rules
from actions.registry.cells import as_number
from actions.store.database import Executor
from actions.store.listing import like
from knowledge.text import fold

MOST_NAMES: Final = 3
LONGEST: Final = 200
NEAR: Final = 75.0
"""Of 100, for the word that is met worst: "Jose Peres" is near to "José Antonio Pérez" (80), "Juan
Pérez" is not to "Ana Pérez" (57)."""
_SEPARATORS: Final = str.maketrans("", "", " ./-")
"""What a number is often written without."""
_SHORTEST_WORD: Final = 3
_STEM: Final = 3
"""Letters of a word that stand in a name that is looked at: slips further on do no harm."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What anybody may know: ``state`` is that of the moment, ``is_in_force`` whether they may be
    hired as registered now; ``valid_to`` is the last day. Categories are ids."""

    consultant_id: int
    registration_number: str
    name: str
    kind: str
    categories: tuple[str, ...]
    state: str
    valid_from: date
    valid_to: date
    is_in_force: bool


async def verify(session: Executor, asked: str, now: datetime) -> Sequence[Registered]:
    """Whom a number or a name means: those of the number, else at most three names, the nearest
    first; nobody where none is near."""
    return await _numbered(session, asked, now) or await by_name(session, asked, now)


async def by_number(session: Executor, number: str, now: datetime) -> Registered | None:
    """Who has that registration number; small letters do no harm, nor do blanks, hyphens and stops
    that are left out or put in, as long as it is the number of one only."""
    found = await _numbered(session, number, now)
    return found[0] if len(found) == 1 else None


async def _numbered(session: Executor, number: str, now: datetime) -> Sequence[Registered]:
    """Who has exactly that number; else who has one of the same letters and digits."""
    kept = as_number(number[:LONGEST])
    if kept is None:
        return []
    rows = (
        await session.execute(
            text(
                f"{_SELECT} AND translate(registration_number, ' ./-', '') = :bare "
                "ORDER BY registration_number = :kept DESC, registration_number LIMIT :most"
            ),
            {
                "kept": kept,
                "bare": kept.translate(_SEPARATORS),
                "registered": [*rules.REGISTERED],
                "most": MOST_NAMES,
            },
        )
    ).all()
    exact = [row for row in rows if row.registration_number == kept]
    if not any(map(str.isdigit, kept)):
        # "Luz" is sooner a name than a number.
        rows = []
    return [_registered(row, now) for row in exact or rows]


async def by_name(session: Executor, name: str, now: datetime) -> Sequence[Registered]:
    """At most three whose names are near, the nearest first; nobody for less than a whole word."""
    folded = fold(name[:LONGEST])
    words = [word for word in folded.split() if len(word) >= _SHORTEST_WORD and word.isalpha()]
    if not words:
        return []
    candidates = await session.execute(
        text(
            "SELECT id, name FROM consultant WHERE state = ANY(:registered) "
            "AND name_folded LIKE ANY(CAST(:stems AS text[]))"
        ),
        {
            "registered": [*rules.REGISTERED],
            "stems": [like(word[:_STEM]) for word in dict.fromkeys(words)],
        },
    )
    names = {row.id: row.name for row in candidates}
    # Ten thousand names take some tens of milliseconds; meanwhile others are answered.
    near = await asyncio.to_thread(_nearest, folded, names)
    rows = await session.execute(
        text(f"{_SELECT} AND id = ANY(:ids)"),
        {"ids": near, "registered": [*rules.REGISTERED]},
    )
    found = {row.id: _registered(row, now) for row in rows}
    return [found[one] for one in near if one in found]


def _nearest(folded: str, names: Mapping[int, str]) -> list[int]:
    asked = [word for word in folded.split() if len(word) >= _SHORTEST_WORD]
    near = []
    for consultant_id, name in names.items():
        known = fold(name)
        closeness = _closeness(asked, known.split())
        if closeness >= NEAR:
            # Of those met equally well, who is called just that comes first.
            near.append((-closeness, -fuzz.token_sort_ratio(folded, known), consultant_id))
    return [consultant_id for _, _, consultant_id in nsmallest(MOST_NAMES, near)]


def _closeness(asked: Sequence[str], name: Sequence[str]) -> float:
    """How well every word that was asked for is met by one of the name, the worst one counting:
    who is asked for by name and surname is not whoever has one of them. Of 100."""
    worst = 100.0
    for word in asked:
        worst = min(worst, max(fuzz.ratio(word, one, score_cutoff=NEAR) for one in name))
        if worst < NEAR:
            return 0.0
    return worst


_SELECT: Final = (
    "SELECT id, registration_number, name, kind, categories, state, valid_from, valid_to "
    "FROM consultant WHERE state = ANY(:registered)"
)


def _registered(row: Row[Any], now: datetime) -> Registered:
    return Registered(
        consultant_id=row.id,
        registration_number=row.registration_number,
        name=row.name,
        kind=row.kind,
        categories=tuple(row.categories),
        state=rules.state_on(row.state, row.valid_to, rules.day_of(now)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_in_force=rules.is_bookable(row, now),
    )
