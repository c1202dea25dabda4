"""The list of cases: whose they are, who waits, what was said last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions.cases import overview
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.cases.overview import CaseLine, Counts
from actions.firms import service as firms
from actions.people import erasure
from actions.store.database import Database
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.cases.desk import do, now_of, opened, says, turn
from tests.actions.conftest import Meet
from tests.actions.people.conftest import run
from tests.actions.people.joining import join

HOUR = timedelta(hours=1)


async def listed(database: Database, staff: str = "Rosa", **asked: Any) -> Listed[CaseLine]:
    async with database.session() as session:
        return await overview.cases(session, Asked(**asked), staff)


async def numbers(
    database: Database, search: str = "", sort: str = "", **filters: str
) -> list[int]:
    found = await listed(database, search=search, sort=sort, filters=filters)
    assert found.total == len(found.rows)
    return [one.number for one in found.rows]


async def test_a_line_tells_what_was_said_last_and_by_whom(database: Database, meet: Meet) -> None:
    ana = await meet("whatsapp", "+50370004321")
    number = await opened(database, ana, "anger")
    await do(database, lambda s: firms.save(s, ana.person_id, {"firm_name": "Panadería Ana"}))
    await says(database, ana, "mi DUI es 01234567-8,\n\n llamen " + "ya " * 100)
    await turn(database, ana)
    (line,) = (await listed(database)).rows
    assert (line.number, line.person_id, line.firm) == (number, ana.person_id, "Panadería Ana")
    assert (line.channel, line.address, line.reason) == ("whatsapp", "••••4321", "anger")
    assert line.last_text.startswith("mi DUI es ••••, llamen ya ya")
    assert len(line.last_text) <= overview.LONGEST_TEXT
    assert line.last_text.endswith("…")
    assert (line.last_sender, line.last_staff) == ("persona", None)
    assert line.waiting_since == line.opened_at != line.last_at

    await says(database, ana, "¿hola?")
    await turn(database, ana, "Soy el asistente.")
    (line,) = (await listed(database)).rows
    assert (line.last_text, line.last_sender) == ("Soy el asistente.", "asistente")

    now = await now_of(database)
    await do(database, lambda s: desk.reply(s, number, "Le leo.", "Rosa", now, HOUR))
    (line,) = (await listed(database)).rows
    assert (line.last_text, line.last_sender, line.last_staff) == ("Le leo.", "ministerio", "Rosa")
    assert (line.staff, line.held_until, line.waiting_since) == ("Rosa", now + HOUR, None)


async def test_a_pressed_button_shows_by_its_title(database: Database, meet: Meet) -> None:
    ana = await meet()
    await turn(database, ana, "¿Qué querés?")
    (shown,) = (await do(database, lambda s: s.scalars(text("SELECT id FROM outbox")))).all()
    await opened(database, ana)
    await run(
        database,
        "INSERT INTO inbox (person_id, address_id, provider_id, kind, text, detail) VALUES "
        "(:person, :address, 'p', 'button', '', "
        "jsonb_build_object('payload', CAST(:payload AS text)))",
        person=ana.person_id,
        address=ana.address_id,
        payload=f"b{shown}.0",
    )
    (line,) = (await listed(database)).rows
    assert (line.last_text, line.last_sender) == ("Ver más", "persona")


async def test_a_person_waits_from_their_first_message_after_the_last_answer(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)

    async def waiting_since() -> Any:
        (line,) = (await listed(database)).rows
        return line.waiting_since

    since = await waiting_since()
    assert since is not None
    await says(database, ana, "¿hay alguien?")
    await turn(database, ana, "Ya viene.")
    # What the assistant says meanwhile is not what they wait for.
    assert await waiting_since() == since

    now = await now_of(database)
    await do(database, lambda s: desk.reply(s, number, "Aquí estoy.", "Rosa", now))
    assert await waiting_since() is None
    first = await says(database, ana, "gracias, otra cosa")
    await turn(database, ana)
    await says(database, ana, "¿ocupo permiso?")
    await turn(database, ana)
    received = await do(
        database,
        lambda s: s.scalar(text("SELECT received_at FROM inbox WHERE id = :id"), {"id": first}),
    )
    assert await waiting_since() == received
    # Given back unanswered, they still wait.
    await do(database, lambda s: desk.hand_back(s, number, "Rosa", now, "Ya volví."))
    assert await waiting_since() == received
    await do(database, lambda s: desk.close(s, number, "Rosa", now, "Ya volví."))
    assert await waiting_since() is None


async def test_the_channel_is_where_they_wrote_last(database: Database, meet: Meet) -> None:
    ana, telegram = await meet(), await meet("telegram", "7012345")
    number = await opened(database, ana)
    await join(database, ana, telegram)
    assert await numbers(database, canal="whatsapp") == [number]
    await says(database, telegram, "ahora por aquí")
    await turn(database, replace(telegram, person_id=ana.person_id))
    assert await numbers(database, canal="telegram") == [number]
    assert await numbers(database, canal="whatsapp") == []
    (line,) = (await listed(database)).rows
    assert (line.channel, line.address) == ("telegram", "••••2345")
    assert line.last_text == "ahora por aquí"


async def test_a_case_of_who_was_joined_to_another_is_reached_through_them(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet("whatsapp", "+50370004321"), await meet("telegram", "7012345")
    of_ana, of_beto = await opened(database, ana), await opened(database, beto)
    await join(database, ana, beto)
    await says(database, ana, "sigo esperando")
    lines = {line.number: line for line in (await listed(database)).rows}
    assert lines.keys() == {of_ana, of_beto}
    for line in lines.values():
        assert (line.last_text, line.address) == ("sigo esperando", "••••4321")


# -- what is asked for -----------------------------------------------------------------------------


async def test_filters_narrow_and_together_they_narrow_more(database: Database, meet: Meet) -> None:
    now = await now_of(database)
    ana, beto, carla, dora = [
        await meet(channel, f"{number}000")
        for channel, number in (("whatsapp", 501), ("telegram", 502), ("web", 503), ("web", 504))
    ]
    a = await opened(database, ana, "anger")
    b = await opened(database, beto, "request")
    c = await opened(database, carla, "request")
    d = await opened(database, dora, "not_understood")
    await do(database, lambda s: desk.take(s, a, "Rosa", now))
    await do(database, lambda s: desk.take(s, b, "Luis", now))
    await do(database, lambda s: desk.close(s, d, "Rosa", now, "Ya volví.", "sin_respuesta"))
    assert await numbers(database) == [a, b, c, d]
    for wanted, filters in (
        ([a, b, c], {"estado": "abiertos"}),
        ([d], {"estado": "cerrados"}),
        ([a], {"estado": "abiertos", "quien": "mias"}),
        ([c], {"estado": "abiertos", "quien": "sin_asignar"}),
        ([a, b, c], {"estado": "abiertos", "quien": "todas"}),
        ([d], {"estado": "cerrados", "quien": "mias"}),
        ([], {"estado": "cerrados", "quien": "sin_asignar"}),
        ([c, d], {"canal": "web"}),
        ([b, c], {"motivo": "request"}),
        ([c], {"motivo": "request", "canal": "web"}),
        ([a, b, c, d], {"estado": "", "quien": "", "canal": ""}),
    ):
        assert await numbers(database, **filters) == wanted, filters
    (closed,) = (await listed(database, filters={"estado": "cerrados"})).rows
    assert (closed.close_reason, closed.closed_by, closed.closed_at) == (
        "sin_respuesta",
        "Rosa",
        now,
    )
    async with database.session() as session:
        assert await overview.counts(session, "Rosa") == Counts(1, 1, 3, 3)
        assert await overview.counts(session, "nadie") == Counts(0, 1, 3, 3)


async def test_a_case_that_the_person_took_back_is_nobodys(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    await do(database, lambda s: cases.withdraw(s, ana.person_id))
    assert await numbers(database, estado="cerrados", quien="sin_asignar") == [number]
    (line,) = (await listed(database)).rows
    assert (line.close_reason, line.closed_by, line.waiting_since) == (None, None, None)


async def test_found_by_number_by_firm_and_by_the_end_of_the_phone(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp", "+50370004321")
    beto = await meet("telegram", "70124321")
    web = await meet("web", "4321" * 16)
    first, second, third = [await opened(database, one) for one in (ana, beto, web)]
    for one, name in ((ana, "Lácteos Peñón"), (beto, "TALLER 100% \\Ñ"), (web, "La_Nube")):
        await do(
            database,
            lambda s, one=one, name=name: firms.save(s, one.person_id, {"firm_name": name}),
        )
    for search, wanted in (
        ("4321", [first, second]),
        ("••••4321", [first, second]),
        ("0004", []),
        (f"#{second}", [second]),
        (str(third), [third]),
        ("lacteos", [first]),
        ("PENON lác", [first]),
        ("taller ñ", [second]),
        ("100%", [second]),
        ("%", [second]),
        ("_", [third]),
        ("\\", [second]),
        ("' OR 1=1 --", []),
        ("999999999999999999", []),
        ("9" * 500, []),
        ("  ", [first, second, third]),
        ("\0", [first, second, third]),
    ):
        assert await numbers(database, search) == wanted, search
    assert await numbers(database, "4321", canal="telegram") == [second]


async def test_orders(database: Database, meet: Meet) -> None:
    a, b, c = [
        await opened(database, await meet(), reason)
        for reason in ("request", "anger", "not_understood")
    ]
    await run(database, 'UPDATE "case" SET waiting_since = NULL WHERE id = :id', id=a)
    assert await numbers(database) == [b, c, a]
    for sort, ascending, descending in (
        ("apertura", [a, b, c], [c, b, a]),
        ("espera", [b, c, a], [c, b, a]),
        ("motivo", [c, a, b], [b, a, c]),
    ):
        assert await numbers(database, sort=sort) == ascending
        found = await listed(database, sort=sort, descending=True)
        assert [one.number for one in found.rows] == descending


async def test_pages_share_out_all_cases_and_tell_how_many_there_are(
    database: Database, meet: Meet
) -> None:
    wanted = [await opened(database, await meet()) for _ in range(5)]
    seen: list[int] = []
    for offset in (0, 2, 4, 6):
        page = await listed(database, sort="apertura", offset=offset, limit=2)
        assert page.total == 5
        seen += [one.number for one in page.rows]
    assert seen == wanted
    nothing = await listed(database, search="no hay", offset=2)
    assert (nothing.total, list(nothing.rows)) == (0, [])


async def test_what_no_list_knows_is_refused(database: Database) -> None:
    for name in overview.FILTERS:
        with pytest.raises(NoSuchFilter):
            await listed(database, filters={name: "otro'"})
    with pytest.raises(NoSuchOrder):
        await listed(database, sort="id; DROP TABLE inbox")
    for order in overview.ORDERS:
        assert (await listed(database, sort=order)).total == 0


async def test_what_was_erased_says_nothing_more(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    await turn(database, ana, "tu respuesta")
    await do(database, lambda s: erasure.erase(s, ana.person_id, now=datetime.now(UTC)))
    (line,) = (await listed(database)).rows
    assert (line.number, line.reason, line.last_text, line.last_sender) == (
        number,
        cases.ERASED,
        "",
        None,
    )
