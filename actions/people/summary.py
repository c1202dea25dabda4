"""How many people write to us, by where their firm is, what it does and how large it is.

Counts only, and each by one trait: two of them together could tell of a small place who somebody
is.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from actions.firms.rules import MOST_WORKERS, SIZES, Size, sales_limits
from actions.people.erasure import FORGOTTEN
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Summary:
    """Everybody with an address at which they can be reached; the traits of those who told them.

    ``departments`` by name, ``sectors`` by id of knowledge.sectors. Who did not tell one of them
    is in ``people`` and missing there.
    """

    people: int
    departments: Mapping[str, int]
    sectors: Mapping[str, int]
    sizes: Mapping[Size, int]


# Of several accounts of one person only the one that was kept has an address.
_PEOPLE = text(
    "SELECT count(DISTINCT person_id) FROM address WHERE NOT starts_with(external, :forgotten)"
)
# All three at once, and added up afterwards: a grouping for each costs twice the time.
_TOLD = text(
    """
    SELECT department, sector, GREATEST(
        width_bucket(workers, CAST(:workers AS integer[])),
        width_bucket(annual_sales_usd, CAST(:sales AS bigint[]))) AS size, count(*) AS people
    FROM firm WHERE EXISTS (SELECT 1 FROM address
        WHERE address.person_id = firm.person_id AND NOT starts_with(external, :forgotten))
    GROUP BY department, sector, size
    """
)


async def summary(session: Executor) -> Summary:
    """The counts as of now."""
    people: int = await session.scalar(_PEOPLE, {"forgotten": FORGOTTEN})
    told = await session.execute(
        _TOLD,
        {
            # The least that is beyond a size, where its limits are the most that is within.
            "workers": [most + 1 for most in MOST_WORKERS],
            "sales": [math.floor(most) + 1 for most in sales_limits()],
            "forgotten": FORGOTTEN,
        },
    )
    departments, sectors = Counter[str](), Counter[str]()
    sizes: Counter[Size] = Counter()
    for row in told:
        if row.department is not None:
            departments[row.department] += row.people
        if row.sector is not None:
            sectors[row.sector] += row.people
        if row.size is not None:
            sizes[SIZES[row.size]] += row.people
    return Summary(people, departments, sectors, sizes)
