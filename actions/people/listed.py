"""People as staff page through them: searched, narrowed, sorted, their addresses masked.

Who was joined to another person has no address of their own, and who had everything erased none
that is not to be forgotten. So a person of the list is an owner of such an address, each once.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from actions.firms import rules, sections
from actions.firms.models import folded
from actions.firms.rules import Size
from actions.firms.shown import sector_title, size_of
from actions.people import linking
from actions.people.erasure import HeldChannel
from actions.people.masking import MOST_DIGITS, SHOWN_DIGITS, mask_address
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, like, order_by
from knowledge.sectors import sectors
from knowledge.territory import territory

UNKNOWN: Final = "sin_dato"
"""The value of a filter for firms of which that is not known."""
YES: Final = "si"
NO: Final = "no"
PERMITS: Final[dict[str, str]] = {
    "con_permiso": "has_permit",
    "en_tramite": "in_process",
    "sin_permiso": "none",
    "no_sabe": "unknown",
}
"""Values of the filter ``permiso``, and what is stored for each."""
FILTERS: Final = (
    "departamento",
    "tamano",
    "seccion",
    "rubro",
    "canal",
    "consentimiento",
    "permiso",
)
"""``departamento``: its name; ``tamano``: see actions.firms.rules.SIZES; ``seccion``: a letter of
actions.firms.sections; ``rubro``: an id of knowledge.sectors; ``canal``: a channel's name;
``consentimiento``: ``si`` or ``no``; ``permiso``: see PERMITS. Those about the firm also take
``sin_dato``."""
ORDERS: Final[dict[str, str]] = {
    "ultimo_contacto": "last",
    "primer_contacto": "first",
    "empresa": "name",
}
"""What each order sorts by."""

NEWEST: Final = 1_000
"""Addresses where somebody wrote last: a page that can be made of them is."""
_NEWEST_FIRST: Final = "last DESC NULLS LAST"
_TIE: Final = "person_id"
LONGEST_SEARCH: Final = 100
"""Letters of a search that are looked at."""
_NUMBER: Final = re.compile(r"#?\s*([0-9]{1,18})")
_DIGITS: Final = re.compile(r"[+()\s.\-]*(?:[0-9][()\s.\-]*)+")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person, with those joined to them.

    ``sector`` is its title, ``size`` by the law in force, ``consent`` the version in force; each
    None where it is not known. ``erased`` people have a number and nothing else.
    """

    person_id: int
    firm_name: str | None = None
    sector: str | None = None
    department: str | None = None
    size: Size | None = None
    channels: tuple[HeldChannel, ...] = ()
    consent: str | None = None
    first_contact: datetime | None = None
    last_contact: datetime | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class _Search:
    """What somebody typed: words that a firm's name has, and if it is one, a number of a person,
    and the last digits of a phone number."""

    words: list[str]
    number: int | None
    digits: str | None


async def people(session: Executor, asked: Asked) -> Listed[PersonLine]:
    """People, those who wrote last first. The search finds words or parts of words of a firm's
    name, a person by their number, or by the last four or more digits of their phone.

    The number of a joined account finds whom it is joined to; that of someone who had everything
    erased finds them as such, where no filter is set. Raises NoSuchOrder and NoSuchFilter.
    """
    order = order_by(asked, ORDERS, _NEWEST_FIRST, _TIE)
    narrowed, values = _narrowed(asked)
    search = _read(asked.search)
    erased: int | None = None
    found_by = []
    if search is not None:
        values["words"] = [like(word) for word in search.words]
        named = "name_folded LIKE ALL(CAST(:words AS text[]))"
        if search.digits is not None:
            found_by.append(_BY_DIGITS)
            values["ending"] = f"%{search.digits}"
        if search.number is not None:
            found_by.append("SELECT CAST(:number AS bigint)")
            values["number"] = await linking.holder(session, search.number)
            if not any(asked.filters.values()) and await _is_erased(session, values["number"]):
                erased = values["number"]
        if found_by:
            found = " UNION ".join([f"SELECT person_id FROM firm WHERE {named}", *found_by])
            narrowed.append(f"a.person_id IN ({found})")
        else:
            narrowed.append(f"f.{named}")
    if channel := asked.filters.get("canal") or None:
        values["channel"] = channel
    ids: Sequence[int] | None = None
    total: int | None = None
    if order == f"{_NEWEST_FIRST}, {_TIE}" and not found_by:
        ids = await _among_newest(session, asked, narrowed, values)
    if ids is None:
        ids, total = await _among_all(session, asked, narrowed, values, order)
    if total is None:
        of_channel = [] if channel is None else ["a.channel = :channel"]
        source = _source(_HELD, [*narrowed, *of_channel])
        total = await session.scalar(text(f"SELECT count(DISTINCT a.person_id) {source}"), values)
        assert total is not None
    lines = await _lines(session, ids)
    if erased is not None:
        if asked.offset <= total < asked.offset + asked.limit:
            lines.append(PersonLine(erased, erased=True))
        total += 1
    return Listed(lines, total)


async def _among_newest(
    session: Executor, asked: Asked, narrowed: Sequence[str], values: Mapping[str, Any]
) -> Sequence[int] | None:
    """The page where it can be made of those who wrote last: it usually can, and then the rest
    need not be sorted. None where it cannot."""
    if asked.offset + asked.limit > NEWEST:
        return None
    # Of a person's other addresses some may be no more among the newest.
    of_channel = (
        "a.channel = :channel OR EXISTS (SELECT 1 FROM address AS other WHERE "
        "other.person_id = a.person_id AND other.channel = :channel AND other.forget_at IS NULL)"
    )
    conditions = [*narrowed, of_channel] if "channel" in values else narrowed
    found = await session.scalars(
        text(
            f"SELECT a.person_id {_source(_NEWEST, conditions)} GROUP BY a.person_id "
            "ORDER BY max(a.last_inbound_at) DESC NULLS LAST, a.person_id "
            "LIMIT :limit OFFSET :offset"
        ),
        {**values, "newest": NEWEST, "limit": asked.limit, "offset": asked.offset},
    )
    ids = found.all()
    return ids if len(ids) == asked.limit else None


async def _among_all(
    session: Executor,
    asked: Asked,
    narrowed: Sequence[str],
    values: Mapping[str, Any],
    order: str,
) -> tuple[Sequence[int], int | None]:
    """The page, and how many there are in all where that was counted with it."""
    having = "HAVING bool_or(a.channel = :channel)" if "channel" in values else ""
    name = ", min(f.name_folded) AS name" if order.startswith("name ") else ""
    # Counting in one go keeps each person until all are counted: it only pays where finding them
    # is what takes long.
    number = ", count(*) OVER () AS number" if narrowed or having else ""
    grouped = await session.execute(
        text(
            f"SELECT a.person_id, min(a.created_at) AS first, max(a.last_inbound_at) AS last"
            f"{name}{number} {_source(_HELD, narrowed)} GROUP BY a.person_id {having} "
            f"ORDER BY {order} LIMIT :limit OFFSET :offset"
        ),
        {**values, "limit": asked.limit, "offset": asked.offset},
    )
    rows = grouped.all()
    return [row.person_id for row in rows], rows[0].number if number and rows else None


# Only numbers: the last letters of a web chat's name are digits too, and tell nobody anything.
_BY_DIGITS: Final = (
    "SELECT person_id FROM address WHERE external LIKE :ending AND forget_at IS NULL "
    f"AND external ~ '^[+]?[0-9]{{{SHOWN_DIGITS + 1},{MOST_DIGITS}}}$'"
)


_HELD: Final = "address"
_NEWEST: Final = (
    "(SELECT person_id, channel, created_at, last_inbound_at, forget_at FROM address "
    "WHERE forget_at IS NULL ORDER BY last_inbound_at DESC NULLS LAST, person_id LIMIT :newest)"
)


def _source(addresses: str, conditions: Sequence[str]) -> str:
    """Addresses ``a`` that are held, each with its owner's firm ``f``."""
    return (
        f"FROM {addresses} AS a LEFT JOIN firm AS f ON f.person_id = a.person_id "
        f"WHERE a.forget_at IS NULL {''.join(f'AND ({one}) ' for one in conditions)}"
    )


def _read(typed: str) -> _Search | None:
    """What is searched for; None where nothing is."""
    composed = unicodedata.normalize("NFC", typed[: 10 * LONGEST_SEARCH])
    # Control characters and halves of a pair: no database stores them, so no name has them.
    kept = "".join(
        " " if one.isspace() else one
        for one in composed
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cs")
    )
    kept = kept.strip()[:LONGEST_SEARCH]
    words = folded(kept).split()
    if not words:
        return None
    number = _NUMBER.fullmatch(kept)
    digits = re.sub(r"[^0-9]", "", kept) if _DIGITS.fullmatch(kept) else ""
    digits = digits.removeprefix("00")
    return _Search(
        words=words,
        number=None if number is None else int(number[1]),
        digits=digits if SHOWN_DIGITS <= len(digits) <= MOST_DIGITS else None,
    )


def _narrowed(asked: Asked) -> tuple[list[str], dict[str, Any]]:
    """Conditions on an address ``a`` and its owner's firm ``f``, and their values."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, value in asked.filters.items():
        if name not in FILTERS:
            raise NoSuchFilter(name)
        if not value or name == "canal":
            continue
        if value == UNKNOWN and name in _UNKNOWN:
            conditions.append(_UNKNOWN[name])
            continue
        condition, given = _KNOWN[name](value)
        conditions.append(condition)
        values |= given
    return conditions, values


def _department(value: str) -> tuple[str, dict[str, Any]]:
    if territory().department(value) is None:
        raise NoSuchFilter("departamento")
    return "f.department = :department", {"department": value}


def _size(value: str) -> tuple[str, dict[str, Any]]:
    """As actions.firms.rules.size_class: of the two sizes of a firm the larger one counts."""
    if value not in rules.SIZES:
        raise NoSuchFilter("tamano")
    place = rules.SIZES.index(value)
    limits = list(zip(rules.MOST_WORKERS, rules.sales_limits(), strict=True))
    conditions, values = [f"NOT ({_UNKNOWN['tamano']})"], dict[str, Any]()
    if place < len(limits):
        conditions.append(
            "COALESCE(f.workers <= :most_workers, true) "
            "AND COALESCE(f.annual_sales_usd <= :most_sales, true)"
        )
        values["most_workers"], values["most_sales"] = limits[place]
    if place > 0:
        conditions.append("f.workers > :over_workers OR f.annual_sales_usd > :over_sales")
        values["over_workers"], values["over_sales"] = limits[place - 1]
    return " AND ".join(f"({one})" for one in conditions), values


def _section(value: str) -> tuple[str, dict[str, Any]]:
    if value not in sections.sections():
        raise NoSuchFilter("seccion")
    return "f.sector = ANY(:sectors)", {"sectors": sections.sectors_of(value)}


def _sector(value: str) -> tuple[str, dict[str, Any]]:
    if sectors().get(value) is None:
        raise NoSuchFilter("rubro")
    return "f.sector = :sector", {"sector": value}


def _consent(value: str) -> tuple[str, dict[str, Any]]:
    if value not in (YES, NO):
        raise NoSuchFilter("consentimiento")
    given = (
        "EXISTS (SELECT 1 FROM consent "
        "WHERE consent.person_id = a.person_id AND consent.withdrawn_at IS NULL)"
    )
    return given if value == YES else f"NOT {given}", {}


def _permit(value: str) -> tuple[str, dict[str, Any]]:
    if value not in PERMITS:
        raise NoSuchFilter("permiso")
    return "f.permit_state = :permit", {"permit": PERMITS[value]}


_KNOWN: Final[dict[str, Callable[[str], tuple[str, dict[str, Any]]]]] = {
    "departamento": _department,
    "tamano": _size,
    "seccion": _section,
    "rubro": _sector,
    "consentimiento": _consent,
    "permiso": _permit,
}
_UNKNOWN: Final = {
    "departamento": "f.department IS NULL",
    "tamano": "f.workers IS NULL AND f.annual_sales_usd IS NULL",
    "seccion": "f.sector IS NULL",
    "rubro": "f.sector IS NULL",
    "permiso": "f.permit_state IS NULL",
}


async def is_held(session: Executor, person_id: int) -> bool:
    """Whether anything is held about the person that tells who they are: false for a joined
    account, which is held as another, and for who had everything erased."""
    found: bool = await session.scalar(
        text(
            "SELECT EXISTS (SELECT 1 FROM address WHERE person_id = :person AND forget_at IS NULL)"
        ),
        {"person": person_id},
    )
    return found


async def _is_erased(session: Executor, person_id: int) -> bool:
    if await is_held(session, person_id):
        return False
    known = await session.scalar(
        text("SELECT 1 FROM person WHERE id = :person"), {"person": person_id}
    )
    return known is not None


_LINES: Final = text(
    """
    SELECT asked.id, f.firm_name, f.sector, f.department, f.workers, f.annual_sales_usd,
        (SELECT version FROM consent
            WHERE consent.person_id = asked.id AND withdrawn_at IS NULL) AS consent,
        reached.channels, reached.first, reached.last
    FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS asked(id, place)
    LEFT JOIN firm AS f ON f.person_id = asked.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(jsonb_agg(jsonb_build_array(channel, external)
                ORDER BY last_inbound_at DESC NULLS LAST, address.id), '[]') AS channels,
            min(created_at) AS first, max(last_inbound_at) AS last
        FROM address WHERE address.person_id = asked.id AND forget_at IS NULL) AS reached
    ORDER BY asked.place
    """
)


async def _lines(session: Executor, ids: Sequence[int]) -> list[PersonLine]:
    rows = await session.execute(_LINES, {"ids": [*ids]})
    return [
        PersonLine(
            person_id=row.id,
            firm_name=row.firm_name,
            sector=None if row.sector is None else sector_title(row.sector),
            department=row.department,
            size=size_of({"workers": row.workers, "annual_sales_usd": row.annual_sales_usd}),
            channels=tuple(
                HeldChannel(channel, mask_address(external)) for channel, external in row.channels
            ),
            consent=row.consent,
            first_contact=row.first,
            last_contact=row.last,
        )
        for row in rows
    ]
