"""The list of people: who is in it, what finds them, and what an attacker types."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from actions.firms import rules
from actions.firms import service as firms
from actions.people import consent, erasure, linking
from actions.people.erasure import HeldChannel
from actions.people.listed import FILTERS, NEWEST, ORDERS, PersonLine, people
from actions.store.database import Database
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.conftest import Meet, Someone, receive
from tests.actions.people.conftest import handled, rows, run
from tests.actions.people.joining import NOW, join


async def _list(database: Database, search: str = "", **asked: Any) -> Listed[PersonLine]:
    async with database.session() as session:
        return await people(session, Asked(search=search, **asked))


async def _found(
    database: Database, search: str = "", filters: Mapping[str, str] | None = None
) -> set[int]:
    listed = await _list(database, search, filters=filters or {})
    assert listed.total == len(listed.rows)
    return {line.person_id for line in listed.rows}


async def _firm(database: Database, someone: Someone, **fields: Any) -> None:
    async with database.transaction() as session:
        await firms.save(session, someone.person_id, fields)


async def _erase(database: Database, someone: Someone) -> None:
    await handled(database)
    async with database.transaction() as session:
        await erasure.erase(session, someone.person_id, NOW, answering=())


async def _forget(database: Database) -> None:
    async with database.transaction() as session:
        await erasure.forget_due(session, NOW + erasure.FORGET_AFTER)


async def test_a_line_tells_the_firm_and_masks_the_addresses(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await _firm(
        database,
        ana,
        firm_name="Panadería Lupita",
        sector="panaderia",
        workers=11,
        department="San Salvador",
    )
    async with database.transaction() as session:
        await consent.record(session, ana.person_id, "2026-11", "whatsapp")
    ((first, last),) = await rows(database, "SELECT created_at, last_inbound_at FROM address")
    listed = await _list(database)
    assert listed.total == 1
    assert list(listed.rows) == [
        PersonLine(
            person_id=ana.person_id,
            firm_name="Panadería Lupita",
            sector="Panadería y repostería",
            department="San Salvador",
            size="pequena",
            channels=(HeldChannel("whatsapp", "••••4321"),),
            consent="2026-11",
            first_contact=first,
            last_contact=last,
        )
    ]


async def test_of_whom_nothing_is_known_there_is_a_line_too(database: Database, meet: Meet) -> None:
    ana = await meet("web", "a" * 64)
    (line,) = (await _list(database)).rows
    assert (line.person_id, line.firm_name, line.size, line.consent) == (
        ana.person_id,
        None,
        None,
        None,
    )
    assert line.channels == (HeldChannel("web", "••••"),)


# -- searching -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "search",
    [
        "panaderia",
        "PANADERÍA",
        "Pan\u0061deri\u0301a",
        "lupita panad",
        "  ñandu ",
        "NANDÚ",
        "pita ñ",
    ],
)
async def test_names_are_found_without_accents_case_or_order(
    database: Database, meet: Meet, search: str
) -> None:
    ana, luis = await meet(), await meet()
    await _firm(database, ana, firm_name="Panadería Lupita y Ñandú")
    await _firm(database, luis, firm_name="Taller Mendoza")
    assert await _found(database, search) == {ana.person_id}


async def test_a_name_typed_with_accents_of_their_own_is_found(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _firm(database, ana, firm_name="Cafe\u0301 Morazan")
    assert await _found(database, "café morazán") == {ana.person_id}


@pytest.mark.parametrize("search", ["%", "_", "100% _", "\\", "%' OR '1'='1", "'; DROP TABLE firm"])
async def test_wildcards_and_sql_are_only_letters(
    database: Database, meet: Meet, search: str
) -> None:
    ana, luis = await meet(), await meet()
    await _firm(database, ana, firm_name="Panadería Lupita")
    await _firm(database, luis, firm_name=f"Rara {search} S.A.")
    assert await _found(database, search) == {luis.person_id}
    assert await _found(database, "panaderia") == {ana.person_id}


@pytest.mark.parametrize(
    ("search", "is_all"),
    [
        ("\x00", True),
        ("\x00\x01\ud800", True),
        ("   \n\t", True),
        ("\u0301", True),
        ("lupita\x00", False),
        ("lu\ud800pita", False),
        ("9" * 400, None),
        ("#99999999999999999999", None),
        ("-1", None),
        (":words %(x)s {0} $1", None),
        ("a " * 100_000, None),
        ("٤٣٢١", None),
    ],
)
async def test_nothing_that_is_typed_breaks_the_search(
    database: Database, meet: Meet, search: str, is_all: bool | None
) -> None:
    ana, luis = await meet("whatsapp", "+50370004321"), await meet()
    await _firm(database, ana, firm_name="Panadería Lupita")
    expected = {None: set(), False: {ana.person_id}, True: {ana.person_id, luis.person_id}}
    found = await _found(database, search)
    assert found == ({ana.person_id} if search.startswith("a ") else expected[is_all])


@pytest.mark.parametrize(
    "search",
    ["4321", "7000 4321", "7000-4321", "+503 7000 4321", "(503) 70004321", "0050370004321"],
)
async def test_a_phone_is_found_by_its_last_digits(
    database: Database, meet: Meet, search: str
) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await meet("whatsapp", "+50343217000")
    assert await _found(database, search) == {ana.person_id}


async def test_three_digits_find_no_phone_and_a_web_chat_is_found_by_none(
    database: Database, meet: Meet
) -> None:
    await meet("whatsapp", "+50370004321")
    await meet("web", "abcdef98765")
    await meet("web", "4" * 64)
    assert await _found(database, "321") == set()
    assert await _found(database, "98765") == set()
    assert await _found(database, "4444") == set()


async def test_a_person_is_found_by_number(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    assert await _found(database, str(ana.person_id)) == {ana.person_id}
    assert await _found(database, f"# {luis.person_id}") == {luis.person_id}
    assert await _found(database, "999999") == set()


# -- joined and erased -----------------------------------------------------------------------------


async def test_joined_accounts_are_one_person_found_by_any_number(
    database: Database, meet: Meet
) -> None:
    ana, luis, eva = (
        await meet("whatsapp", "+50370004321"),
        await meet("telegram", "1234567"),
        await meet("web", "e" * 64),
    )
    await _firm(database, luis, firm_name="Taller Luis")
    await join(database, luis, eva)
    await join(database, ana, luis)
    (line,) = (await _list(database)).rows
    assert line.person_id == ana.person_id
    assert line.firm_name == "Taller Luis"
    assert {one.channel for one in line.channels} == {"whatsapp", "telegram", "web"}
    for search in (*(str(one.person_id) for one in (ana, luis, eva)), "4567", "4321", "taller"):
        assert await _found(database, search) == {ana.person_id}, search
    async with database.transaction() as session:
        await linking.undo(session, ana.person_id)
    assert await _found(database) == {ana.person_id, luis.person_id}


async def test_who_erased_all_is_only_found_by_number_as_erased(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp", "+50370004321"), await meet()
    await _firm(database, ana, firm_name="Panadería Lupita")
    await _erase(database, ana)
    for _ in range(2):
        assert await _found(database) == {luis.person_id}
        assert await _found(database, "lupita") == set()
        assert await _found(database, "4321") == set()
        listed = await _list(database, str(ana.person_id))
        assert (listed.total, list(listed.rows)) == (1, [PersonLine(ana.person_id, erased=True)])
        assert await _found(database, str(ana.person_id), {"permiso": "sin_dato"}) == set()
        await _forget(database)
    assert (await rows(database, "SELECT external FROM address ORDER BY id"))[0][0].startswith(
        erasure.FORGOTTEN
    )


async def test_an_erased_person_comes_after_those_found_and_once(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    others = [await meet() for _ in range(3)]
    for one in others:
        await _firm(database, one, firm_name=f"Tienda {ana.person_id}")
    await _erase(database, ana)
    seen = []
    for offset in range(0, 6, 2):
        listed = await _list(database, str(ana.person_id), offset=offset, limit=2)
        assert listed.total == 4
        seen += [line.person_id for line in listed.rows]
    assert seen[-1] == ana.person_id
    assert sorted(seen) == sorted(one.person_id for one in (ana, *others))


async def test_who_writes_again_after_erasing_is_listed_anew(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await _firm(database, ana, firm_name="Panadería Lupita")
    await _erase(database, ana)
    async with database.transaction() as session:
        await receive(session, "m9", external=ana.external)
    (line,) = (await _list(database, str(ana.person_id))).rows
    assert (line.erased, line.firm_name) == (False, None)


# -- filters ---------------------------------------------------------------------------------------


async def test_filters_narrow_one_by_one_and_together(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet("whatsapp"), await meet("telegram", "1234567"), await meet("web")
    await _firm(
        database,
        ana,
        sector="panaderia",
        department="San Salvador",
        workers=3,
        permit_state="has_permit",
    )
    await _firm(
        database,
        luis,
        sector="restaurante",
        department="La Unión",
        workers=60,
        permit_state="unknown",
    )
    async with database.transaction() as session:
        await consent.record(session, ana.person_id, "2026-11", "whatsapp")
        await consent.record(session, luis.person_id, "2026-11", "telegram")
        await consent.withdraw(session, luis.person_id)
    a, b, c = ana.person_id, luis.person_id, eva.person_id
    expected: list[tuple[dict[str, str], set[int]]] = [
        ({"departamento": "La Unión"}, {b}),
        ({"departamento": "sin_dato"}, {c}),
        ({"tamano": "micro"}, {a}),
        ({"tamano": "mediana"}, {b}),
        ({"tamano": "grande"}, set()),
        ({"tamano": "sin_dato"}, {c}),
        ({"seccion": "C"}, {a}),
        ({"seccion": "I"}, {b}),
        ({"seccion": "sin_dato"}, {c}),
        ({"rubro": "panaderia"}, {a}),
        ({"rubro": "sin_dato"}, {c}),
        ({"canal": "telegram"}, {b}),
        ({"canal": "paloma' OR true --"}, set()),
        ({"consentimiento": "si"}, {a}),
        ({"consentimiento": "no"}, {b, c}),
        ({"permiso": "con_permiso"}, {a}),
        ({"permiso": "no_sabe"}, {b}),
        ({"permiso": "sin_dato"}, {c}),
        ({"permiso": "", "canal": "", "seccion": ""}, {a, b, c}),
        ({"permiso": "con_permiso", "canal": "whatsapp", "consentimiento": "si"}, {a}),
        ({"permiso": "con_permiso", "canal": "telegram"}, set()),
    ]
    for filters, found in expected:
        assert await _found(database, "", filters) == found, filters
    assert {name for filters, _ in expected for name in filters} == set(FILTERS)


async def test_a_channel_narrows_people_and_not_what_is_shown_of_them(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "1234567")
    await join(database, ana, luis)
    listed = await _list(database, filters={"canal": "telegram"})
    assert listed.total == 1
    assert {one.channel for one in listed.rows[0].channels} == {"whatsapp", "telegram"}


async def test_sizes_are_those_of_the_rules(database: Database, meet: Meet) -> None:
    limits = (
        [None, *(n + d for n in rules.MOST_WORKERS for d in (0, 1))],
        [None, *(int(n) + d for n in rules.sales_limits() for d in (0, 1))],
    )
    expected: dict[str, set[int]] = {one: set() for one in (*rules.SIZES, "sin_dato")}
    numbers = iter(range(1, 100))
    for workers in limits[0]:
        for sales in limits[1]:
            one = await meet("whatsapp", f"+5036000{next(numbers):04}")
            await _firm(database, one, workers=workers, annual_sales_usd=sales)
            size = rules.size_class(workers, sales)
            expected["sin_dato" if size is None else size.size].add(one.person_id)
    for size_name, found in expected.items():
        listed = await _list(database, filters={"tamano": size_name}, limit=100)
        assert {line.person_id for line in listed.rows} == found, size_name
        if size_name != "sin_dato":
            assert {line.size for line in listed.rows} == {size_name}


@pytest.mark.parametrize(
    "filters",
    [
        {"departamento": "Tegucigalpa"},
        {"tamano": "enorme"},
        {"seccion": "Z"},
        {"rubro": "nada"},
        {"consentimiento": "true"},
        {"consentimiento": "sin_dato"},
        {"permiso": "none"},
        {"contraseña": "1"},
        {"f.sector; --": "1"},
    ],
)
async def test_unknown_filters_and_values_are_refused(
    database: Database, filters: dict[str, str]
) -> None:
    with pytest.raises(NoSuchFilter, match=next(iter(filters))):
        await _list(database, filters=filters)


@pytest.mark.parametrize("sort", ["nombre", "last DESC; --", "external"])
async def test_an_unknown_order_is_refused(database: Database, sort: str) -> None:
    with pytest.raises(NoSuchOrder):
        await _list(database, sort=sort)


# -- orders and pages ------------------------------------------------------------------------------


async def test_orders(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet(), await meet(), await meet()
    await _firm(database, ana, firm_name="zapatería")
    await _firm(database, luis, firm_name="Ámbar")
    for one, first, last in ((ana, 2, 7), (luis, 3, 9), (eva, 1, 8)):
        await run(
            database,
            "UPDATE address SET created_at = make_date(2026, 1, :first), "
            "last_inbound_at = make_date(2026, 1, :last) WHERE person_id = :id",
            id=one.person_id,
            first=first,
            last=last,
        )
    a, b, c = ana.person_id, luis.person_id, eva.person_id
    expected = {
        ("", False): [b, c, a],
        ("ultimo_contacto", False): [a, c, b],
        ("ultimo_contacto", True): [b, c, a],
        ("primer_contacto", False): [c, a, b],
        ("primer_contacto", True): [b, a, c],
        ("empresa", False): [b, a, c],
        ("empresa", True): [a, b, c],
    }
    for (sort, descending), order in expected.items():
        listed = await _list(database, sort=sort, descending=descending)
        assert [line.person_id for line in listed.rows] == order, (sort, descending)
    assert {sort for sort, _ in expected if sort} == set(ORDERS)


@pytest.mark.parametrize("filters", [{}, {"consentimiento": "no"}])
async def test_pages_follow_each_other_and_end(
    database: Database, meet: Meet, filters: dict[str, str]
) -> None:
    everybody = {(await meet()).person_id for _ in range(7)}
    await run(database, "UPDATE address SET last_inbound_at = now()")
    pages = [
        await _list(database, filters=filters, offset=offset, limit=3) for offset in (0, 3, 6, 9)
    ]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert {page.total for page in pages} == {7}
    assert {line.person_id for page in pages for line in page.rows} == everybody


async def test_pages_are_the_same_within_the_newest_and_beyond(database: Database) -> None:
    many = 2 * NEWEST
    async with database.transaction() as session:
        for statement in (
            # Three of them each minute, and some never: what ties is in the order of the numbers.
            f"INSERT INTO person (created_at) SELECT now() FROM generate_series(1, {many})",
            "INSERT INTO address (person_id, channel, external, last_inbound_at) "
            "SELECT id, 'whatsapp', '+503' || (60000000 + id), "
            "CASE WHEN id % 50 > 0 THEN now() - id / 3 * interval '1 min' END FROM person",
            # Every seventh has a second address, most of them from before all others.
            "INSERT INTO address (person_id, channel, external, last_inbound_at) "
            "SELECT id, 'web', md5(id::text), CASE WHEN id % 21 > 0 "
            "THEN now() - interval '9 days' ELSE now() - id / 3 * interval '1 min' END "
            "FROM person WHERE id % 7 = 0",
            "INSERT INTO consent (person_id, version, channel) "
            "SELECT id, '2026-11', 'whatsapp' FROM person WHERE id % 90 = 0",
        ):
            await session.execute(text(statement))
    for narrowed, conditions in (
        ({}, "true"),
        ({"canal": "web"}, "bool_or(channel = 'web')"),
        ({"consentimiento": "si"}, "person_id % 90 = 0"),
    ):
        expected = await rows(
            database,
            "SELECT person_id FROM address GROUP BY person_id "
            f"HAVING {conditions} ORDER BY max(last_inbound_at) DESC NULLS LAST, person_id",
        )
        for offset in (0, 25, 50, 250, NEWEST - 25, NEWEST - 24, NEWEST, len(expected) - 10, many):
            page = await _list(database, filters=narrowed, offset=offset, limit=25)
            assert [(line.person_id,) for line in page.rows] == expected[offset : offset + 25]
            assert page.total == len(expected)


async def test_a_hundred_thousand_people_are_counted_and_paged_at_once(database: Database) -> None:
    async with database.transaction() as session:
        for statement in (
            "INSERT INTO person (created_at) SELECT now() FROM generate_series(1, 100000)",
            "INSERT INTO address (person_id, channel, external, last_inbound_at) "
            "SELECT id, 'whatsapp', '+503' || (60000000 + id), now() - id * interval '1 min' "
            "FROM person",
            "INSERT INTO firm (person_id, firm_name, workers) "
            "SELECT id, 'Taller Águila ' || id, id % 200 FROM person WHERE id % 5 > 0",
        ):
            await session.execute(text(statement))
    await run(database, "ANALYZE person, address, firm, consent, person_link")
    async with database.session() as session:
        # Some milliseconds each; what looks at every pair of rows would not end at all.
        await session.execute(text("SET LOCAL statement_timeout = '60s'"))
        everybody = await people(session, Asked(offset=50_000))
        named = await people(session, Asked("AGUILA 777", {"tamano": "grande"}, "empresa"))
        nobody = await people(session, Asked("%" * 100, {"consentimiento": "no"}))
    assert (everybody.total, len(everybody.rows)) == (100_000, 25)
    assert named.total > 0
    assert all("777" in (line.firm_name or "") for line in named.rows)
    assert nobody.total == 0
