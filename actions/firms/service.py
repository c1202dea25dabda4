"""What we know of a person's firm, so that they are asked once."""

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from actions.firms.models import Firm
from actions.store.database import Executor
from knowledge.sectors import sectors

Known = str | int | None
Given = str | int | Decimal | None

PLACE: Final = ("district", "municipality", "department")
"""These belong together: a district of one firm and the department of another are no place."""
FIELDS: Final = (
    "firm_name",
    "sector",
    "workers",
    "annual_sales_usd",
    *PLACE,
    "permit_state",
)
_NUMBERS: Final = frozenset({"workers", "annual_sales_usd"})
_MOST: Final = {"workers": 2**31 - 1, "annual_sales_usd": 2**63 - 1}


class UnknownField(LookupError):
    """A firm has no such field."""


class BadValue(ValueError):
    """A value that cannot be one of its field."""


async def profile(session: Executor, person_id: int) -> dict[str, Known]:
    """What is known of the person's firm, by field; fields that are not known are left out.

    ``sector`` is an id of knowledge.sectors, ``annual_sales_usd`` whole dollars.
    """
    columns = [getattr(Firm, name) for name in FIELDS]
    row = (await session.execute(select(*columns).where(Firm.person_id == person_id))).one_or_none()
    return {
        name: value
        for name, value in zip(FIELDS, row or (), strict=row is not None)
        if value is not None
    }


async def save(
    session: AsyncSession,
    person_id: int,
    values: Mapping[str, Given],
    at: datetime | None = None,
) -> None:
    """Stores the fields given and leaves the others; None or an empty text makes one unknown.

    ``at`` is when they were said; None stands for when the transaction began. Sales are rounded up
    to whole dollars: limits are whole, so a firm stays on its side of them. Raises UnknownField or
    BadValue.
    """
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise UnknownField(", ".join(unknown))
    if not values:
        return
    stored = {name: checked(name, value) for name, value in values.items()}
    moment = func.now() if at is None else at
    await session.execute(
        insert(Firm)
        .values(person_id=person_id, updated_at=moment, **stored)
        .on_conflict_do_update(index_elements=["person_id"], set_={**stored, "updated_at": moment})
    )


async def copy_missing(session: AsyncSession, from_id: int, into_id: int) -> list[str]:
    """Copies the fields that one person's firm lacks from another's; the names of those copied.

    A place is copied whole, and only where nothing of it is known.
    """
    source, target = await profile(session, from_id), await profile(session, into_id)
    has_place = any(name in target for name in PLACE)
    copied = {
        name: value
        for name, value in source.items()
        if name not in target and not (name in PLACE and has_place)
    }
    await save(session, into_id, copied)
    return sorted(copied)


async def take_back(session: AsyncSession, from_id: int, into_id: int, names: list[str]) -> None:
    """Undoes a copy, except for fields that were changed since then."""
    source, target = await profile(session, from_id), await profile(session, into_id)
    unchanged = [name for name in names if target.get(name) == source.get(name)]
    await save(session, into_id, dict.fromkeys(unchanged))


def checked(name: str, value: Given) -> Known:
    """A field's value as it is stored; None for an empty one. Raises BadValue."""
    if value is None or value == "":
        return None
    if name in _NUMBERS:
        if isinstance(value, str) or not math.isfinite(value) or value < 0:
            raise BadValue(f"{name}: {value!r} is no amount")
        if name == "workers" and value != int(value):
            raise BadValue(f"{name}: {value!r} is no whole number")
        whole = math.ceil(value)
        if whole > _MOST[name]:
            raise BadValue(f"{name}: {value!r} is beyond any firm")
        return whole
    if not isinstance(value, str):
        raise BadValue(f"{name}: {value!r} is no text")
    if name == "sector" and sectors().get(value) is None:
        raise BadValue(f"{name}: {value!r} is none of the sectors we know")
    return value
