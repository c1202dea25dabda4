"""A page of rows that are in memory: articles and facts are some hundreds, read as a whole."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from knowledge.text import plain

Row = TypeVar("Row")
Key = Callable[[Row], Any]
_AROUND: Final = "¿?¡!.,;:()[]«»\"'"


def check(asked: Asked, filters: Collection[str], orders: Collection[str]) -> None:
    """Raises NoSuchFilter or NoSuchOrder for a name that the list does not know."""
    for name in asked.filters:
        if name not in filters:
            raise NoSuchFilter(name)
    if asked.sort and asked.sort not in orders:
        raise NoSuchOrder(asked.sort)


def page(
    rows: Sequence[Row],
    asked: Asked,
    orders: Mapping[str, Key[Row]],
    usual: Key[Row],
    tie: Key[Row],
) -> Listed[Row]:
    """The rows asked for. Of ``orders``, keys by name, a row whose key is None comes last in either
    way; ``usual`` is the key where no order is asked for, ``tie`` ends each. Raises NoSuchOrder."""
    ranked = sorted(rows, key=tie)
    if not asked.sort:
        ranked.sort(key=usual)
    elif asked.sort not in orders:
        raise NoSuchOrder(asked.sort)
    else:
        key = orders[asked.sort]
        known = [row for row in ranked if key(row) is not None]
        unknown = [row for row in ranked if key(row) is None]
        ranked = [*sorted(known, key=key, reverse=asked.descending), *unknown]
    last = asked.offset + asked.limit
    return Listed(ranked[asked.offset : last], len(ranked))


def searched_for(asked: Asked) -> list[str]:
    """The words of the search without their accents; each has to be found. None for no search.

    A name such as "PER-01" is one of them.
    """
    return [word for part in plain(asked.search).split() if (word := part.strip(_AROUND))]


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """A text as its words are looked for. Of hundreds of texts hardly ever one is new."""
    return plain(text)
