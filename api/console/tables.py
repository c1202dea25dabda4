"""Tables: each can be searched, filtered, sorted, paged, exported, and says so in its address."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from actions.audit.service import Act
from actions.store.listing import (
    MOST_EXPORTED,
    PAGE,
    Asked,
    Listed,
    NoSuchFilter,
    NoSuchOrder,
)
from api.acting import acting
from api.console import exports, live, pages
from api.console.access import Visit
from api.console.exports import Cell

Row = TypeVar("Row")

MOST_PAGES: Final = 10_000
LONGEST_SEARCH: Final = 100
_FORMATS: Final = {"csv": exports.CSV, "xlsx": exports.XLSX}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column. ``value`` is what is exported, and what is shown unless ``shown`` gives words for
    it; ``link`` where the cell leads; ``tone`` marks it (good, warning, bad, quiet); ``sort`` is
    the name of the order that its title chooses. ``only_exported`` ones are in the files alone."""

    title: str
    value: Callable[[Row], Cell]
    shown: Callable[[Row], str] | None = None
    link: Callable[[Row], str] | None = None
    tone: Callable[[Row], str] | None = None
    sort: str = ""
    number: bool = False
    wide: bool = False
    only_exported: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the table: what it is called, and its values with what staff read for each.
    The first reading is for no choice."""

    name: str
    title: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """A table. ``path`` is its page, ``title`` what it lists (in the file's name too), ``empty``
    the sentence where there is nothing, ``personal`` whether its export is recorded because it
    tells about people."""

    path: str
    title: str
    columns: Sequence[Column[Row]]
    filters: Sequence[Filter] = ()
    search: str = ""
    empty: str = "No hay nada que mostrar."
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as the template shows it."""

    title: str
    text: str
    link: str
    tone: str
    number: bool
    wide: bool
    when: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as the template shows it; see ``parts/table.html``."""

    title: str
    path: str
    search: str
    searched: str
    filters: Sequence[tuple[Filter, str]]
    heads: Sequence[tuple[Column[Any], str, str]]
    """Column, the address that sorts by it (or empty), and ``ascending``, ``descending`` or ""."""
    rows: Sequence[Sequence[ShownCell]]
    total: int
    first: int
    last: int
    page: int
    pages: int
    start: str
    previous: str
    next: str
    end: str
    carried: Sequence[tuple[str, str]]
    """What the address asks for beside the page, for a form that asks for another one."""
    here: str
    csv: str
    xlsx: str
    is_narrowed: bool
    empty: str
    order: str
    orders: Sequence[tuple[str, str]]
    """Values and words of the orders: for phones, where there are no titles to choose one by."""


Fetch = Callable[[Asked], Awaitable[Listed[Row]]]


def asked_of(visit: Visit, table: Table[Any]) -> Asked:
    """What the address asks of the table. What it does not know is left out."""
    query = visit.request.query_params
    order = query.get("orden", "")
    known = {column.sort for column in table.columns if column.sort}
    page = query.get("pagina", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return Asked(
        search=query.get("buscar", "")[:LONGEST_SEARCH].replace("\x00", "").strip(),
        filters={
            one.name: value
            for one in table.filters
            if (value := query.get(one.name, "")) in {choice for choice, _ in one.choices}
        },
        sort=order.removeprefix("-") if order.removeprefix("-") in known else "",
        descending=order.startswith("-"),
        offset=(min(max(number, 1), MOST_PAGES) - 1) * PAGE,
        limit=PAGE,
    )


async def respond(
    visit: Visit,
    table: Table[Row],
    fetch: Fetch[Row],
    template: str,
    room: str,
    *,
    part: str = "",
    **values: Any,
) -> Response:
    """The page with the table, or the file where the address asks for one. ``part`` is the
    template of what of it keeps itself fresh, for who asks for that alone."""
    asked = asked_of(visit, table)
    wanted = visit.request.query_params.get("formato", "")
    if wanted in _FORMATS:
        return await _exported(visit, table, fetch, asked, wanted)
    try:
        listed = await fetch(asked)
    except (NoSuchFilter, NoSuchOrder):
        return RedirectResponse(table.path, 303)
    shown = show(table, asked, listed)
    if not listed.rows and asked.offset and listed.total:
        # The list became shorter, or the address was made up.
        return RedirectResponse(_address(table, asked, pagina=str(shown.pages)), 303)
    if part and live.is_part(visit.request):
        return live.part(visit.request, pages.fragment(part, table=shown, **values))
    return pages.page(visit, template, room, table=shown, **values)


def show(table: Table[Row], asked: Asked, listed: Listed[Row]) -> ShownTable:
    """The table with its rows, for the template."""
    page = asked.offset // PAGE + 1
    count = max(1, -(-listed.total // PAGE))
    columns = [column for column in table.columns if not column.only_exported]
    return ShownTable(
        title=table.title,
        path=table.path,
        search=table.search,
        searched=asked.search,
        filters=[(one, asked.filters.get(one.name, "")) for one in table.filters],
        heads=[_head(table, asked, column) for column in columns],
        rows=[[_cell(column, row) for column in columns] for row in listed.rows],
        total=listed.total,
        first=asked.offset + 1 if listed.rows else 0,
        last=asked.offset + len(listed.rows),
        page=page,
        pages=count,
        start=_address(table, asked),
        end=_address(table, asked, pagina=str(count)),
        carried=[*_carried(asked).items()],
        previous=_address(table, asked, pagina=str(page - 1)) if page > 1 else "",
        next=_address(table, asked, pagina=str(page + 1)) if page < count else "",
        here=_address(table, asked, pagina=str(page)),
        csv=_address(table, asked, formato="csv"),
        xlsx=_address(table, asked, formato="xlsx"),
        is_narrowed=bool(asked.search or any(asked.filters.values())),
        empty=table.empty,
        order=_order(asked),
        orders=[
            (f"{sign}{column.sort}", f"{column.title}, {way}")
            for column in table.columns
            if column.sort
            for sign, way in (("", "de menos a más"), ("-", "de más a menos"))
        ],
    )


def _order(asked: Asked) -> str:
    return f"{'-' if asked.descending else ''}{asked.sort}" if asked.sort else ""


def _carried(asked: Asked) -> dict[str, str]:
    values = {"buscar": asked.search, **asked.filters, "orden": _order(asked)}
    return {name: value for name, value in values.items() if value}


def _address(table: Table[Any], asked: Asked, **more: str) -> str:
    told = _carried(asked) | {name: value for name, value in more.items() if value}
    return f"{table.path}?{urlencode(told)}" if told else table.path


def _head(table: Table[Row], asked: Asked, column: Column[Row]) -> tuple[Column[Row], str, str]:
    if not column.sort:
        return column, "", ""
    is_by_this = asked.sort == column.sort
    way = ("descending" if asked.descending else "ascending") if is_by_this else ""
    # Numbers and moments are looked at from the greatest down first.
    backwards = not asked.descending if is_by_this else column.number
    wanted = replace(asked, sort=column.sort, descending=backwards)
    return column, _address(table, wanted), way


def _cell(column: Column[Row], row: Row) -> ShownCell:
    value = column.value(row)
    if column.shown is not None:
        words = column.shown(row)
    elif isinstance(value, datetime):
        words = pages.moment(value)
    elif isinstance(value, date):
        words = pages.day(value)
    elif isinstance(value, int | float):
        words = pages.number(value, 0 if isinstance(value, int) else 1)
    else:
        words = value or ""
    return ShownCell(
        title=column.title,
        text=words,
        link=column.link(row) if column.link else "",
        tone=column.tone(row) if column.tone else "",
        number=column.number,
        wide=column.wide,
        when=isinstance(value, date),
    )


async def _exported(
    visit: Visit, table: Table[Row], fetch: Fetch[Row], asked: Asked, wanted: str
) -> Response:
    try:
        listed = await fetch(replace(asked, offset=0, limit=MOST_EXPORTED))
    except (NoSuchFilter, NoSuchOrder):
        return RedirectResponse(table.path, 303)
    titles = [column.title for column in table.columns]
    rows = [[column.value(row) for column in table.columns] for row in listed.rows]
    if wanted == "csv":
        content = await asyncio.to_thread(exports.as_csv, titles, rows)
    else:
        content = await asyncio.to_thread(exports.as_xlsx, table.title, titles, rows)
    if table.personal:
        async with acting(visit.console.database, visit.actor) as act:
            # Not the words searched for: they may be somebody's name or number, and nothing here
            # would go when that person erases what we hold.
            told = {"rows": len(rows), "searched": bool(asked.search), **asked.filters}
            act.did(Act("list.export", f"list:{table.path.rpartition('/')[2]}", after=told))
    name = f"{table.path.rpartition('/')[2]}.{wanted}"
    return Response(
        content,
        media_type=_FORMATS[wanted],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
