"""What is asked of a list that staff page through, and what comes back.

Every such list takes an :class:`Asked` and gives a :class:`Listed`: so each can be searched,
filtered, sorted, paged and exported in one way, wherever it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

Row = TypeVar("Row", covariant=True)

PAGE: Final = 25
MOST_EXPORTED: Final = 20_000
"""Rows of an export: a spreadsheet with more helps nobody, and the request would take too long."""


class NoSuchOrder(ValueError):
    """A list cannot be sorted by that; the argument is the name."""


class NoSuchFilter(ValueError):
    """A list cannot be filtered by that, or not for that value; the argument is the name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a list.

    ``search`` are words as somebody typed them, empty for none. ``filters`` are values by the name
    of the filter; one that is left out does not narrow. ``sort`` is a name that the list knows,
    empty for its usual order. ``limit`` rows are wanted after the first ``offset``.
    """

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """The rows of one page, and how many there are in all."""

    rows: Sequence[Row]
    total: int


def order_by(asked: Asked, orders: Mapping[str, str], usual: str, tie: str) -> str:
    """The SQL after ORDER BY: ``orders`` are expressions by name, ``usual`` the whole order where
    none is asked for, ``tie`` a unique column that ends it. Raises NoSuchOrder."""
    if not asked.sort:
        return f"{usual}, {tie}"
    if asked.sort not in orders:
        raise NoSuchOrder(asked.sort)
    way = "DESC NULLS LAST" if asked.descending else "ASC NULLS LAST"
    return f"{orders[asked.sort]} {way}, {tie}"


def one_of(asked: Asked, name: str, allowed: Sequence[str]) -> str | None:
    """The value of a filter, or None where it does not narrow. Raises NoSuchFilter."""
    value = asked.filters.get(name) or None
    if value is not None and value not in allowed:
        raise NoSuchFilter(name)
    return value


def like(words: str) -> str:
    """The pattern with which ``LIKE ... ESCAPE '\\'`` finds the words anywhere."""
    for sign in ("\\", "%", "_"):
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"
