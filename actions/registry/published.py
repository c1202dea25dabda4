"""The registry as the ministry publishes it to its other systems: never how to reach anybody.

What the registry says of somebody is public; who only applied, and how to reach anybody, is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, text

from actions.firms.models import folded
from actions.registry import rules
from actions.registry.cells import as_number, clean
from actions.store.database import Executor
from actions.store.listing import like

LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class Published:
    """A registered consultant; ``state`` is that of the day. Categories, sectors and languages are
    ids, no sectors are all of them; ``valid_to`` is the last day."""

    registration_number: str
    name: str
    kind: str
    state: str
    categories: tuple[str, ...]
    sectors: tuple[str, ...]
    departments: tuple[str, ...]
    on_site: bool
    remote: bool
    languages: tuple[str, ...]
    fee_min: int | None
    fee_max: int | None
    fee_unit: str | None
    valid_from: date
    valid_to: date


_SELECT: Final = (
    "SELECT registration_number, name, kind, state, categories, sectors, departments, on_site, "
    "remote, languages, fee_min, fee_max, fee_unit, valid_from, valid_to FROM consultant AS c"
)


async def in_force_after(
    session: Executor,
    after: str,
    limit: int,
    now: datetime,
    *,
    search: str = "",
    category: str | None = None,
    department: str | None = None,
) -> Sequence[Published]:
    """The next ones in force, by registration number, whose number comes after ``after`` (empty:
    from the first). The search finds words or parts of words of a name."""
    conditions = [rules.BOOKABLE_SQL.format(c="c"), "c.registration_number > :after"]
    day = rules.day_of(now)
    values: dict[str, Any] = {"after": after, "day": day, "limit": limit}
    if category is not None:
        conditions.append("c.categories @> ARRAY[CAST(:category AS text)]")
        values["category"] = category
    if department is not None:
        conditions.append("c.departments @> ARRAY[CAST(:department AS text)]")
        values["department"] = department
    if words := folded(clean(search)[:LONGEST_SEARCH]).split():
        conditions.append("c.name_folded LIKE ALL(CAST(:words AS text[]))")
        values["words"] = [like(word) for word in words]
    rows = await session.execute(
        text(
            f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY c.registration_number "
            "LIMIT :limit"
        ),
        values,
    )
    return [_published(row, day) for row in rows]


async def by_number(session: Executor, number: str, now: datetime) -> Published | None:
    """Who has that registration number, whatever became of their registration; None for nobody."""
    kept = as_number(number)
    if kept is None:
        return None
    row = (
        await session.execute(
            text(f"{_SELECT} WHERE c.registration_number = :number AND c.state = ANY(:registered)"),
            {"number": kept, "registered": [*rules.REGISTERED]},
        )
    ).one_or_none()
    return None if row is None else _published(row, rules.day_of(now))


def _published(row: Row[Any], day: date) -> Published:
    given = row._asdict()
    for name in ("categories", "sectors", "departments", "languages"):
        given[name] = tuple(given[name])
    return Published(**{**given, "state": rules.state_on(row.state, row.valid_to, day)})
