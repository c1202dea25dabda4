"""A person's messages: all of them, once each, newest page first."""

import pytest
from sqlalchemy import text

from actions.cases import service as cases
from actions.cases import staff
from actions.messages import states
from actions.people import erasure
from actions.people.errors import NoSuchPerson, NoSuchPlace
from actions.people.history import _IN, _OUT, MOST, Page, history
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, receive
from tests.actions.people.conftest import handled, queue, run
from tests.actions.people.joining import NOW, join


async def _page(
    database: Database, person_id: int, before: str | None = None, limit: int = 50
) -> Page:
    async with database.session() as session:
        return await history(session, person_id, before, limit)


async def _whole(database: Database, person_id: int, limit: int) -> list[str]:
    """All texts, oldest first, read page by page from the end."""
    said: list[str] = []
    before: str | None = None
    while True:
        page = await _page(database, person_id, before, limit)
        said = [one.text for one in page.said] + said
        before = page.before
        if before is None:
            return said
        assert len(page.said) == limit


async def _talk(database: Database, someone: Someone, words: str) -> None:
    async with database.transaction() as session:
        await receive(
            session, f"say {words}", words, channel=someone.channel, external=someone.external
        )
    await queue(database, someone, f"re: {words}", state=states.SENT)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_pages_hold_every_message_once_in_order(
    database: Database, meet: Meet, limit: int
) -> None:
    ana, web = await meet(), await meet("web", "w" * 64)
    other = await meet()
    await _talk(database, other, "de otra")
    for number in range(5):
        await _talk(database, (ana, web)[number % 2], f"m{number}")
    await join(database, ana, web)
    expected = ["hola", "hola"]
    for number in range(5):
        expected += [f"m{number}", f"re: m{number}"]
    assert await _whole(database, ana.person_id, limit) == expected
    # The joined account's number leads to the same messages.
    assert await _whole(database, web.person_id, limit) == expected


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_no_message_is_passed_over_where_moments_and_ids_disagree(
    database: Database, meet: Meet, limit: int
) -> None:
    ana = await meet()
    for number in range(6):
        await _talk(database, ana, f"m{number}")
    await run(database, "UPDATE inbox SET received_at = received_at - id * interval '1 h'")
    await run(database, "UPDATE outbox SET created_at = now() + (id % 3) * interval '1 h'")
    said = await _whole(database, ana.person_id, limit)
    assert sorted(said) == sorted(
        ["hola", *(f"m{number}" for number in range(6)), *(f"re: m{n}" for n in range(6))]
    )


async def test_what_comes_in_meanwhile_does_not_shift_the_pages(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    for number in range(4):
        await _talk(database, ana, f"m{number}")
    newest = await _page(database, ana.person_id, limit=4)
    await _talk(database, ana, "nuevo")
    older = await _page(database, ana.person_id, newest.before, 100)
    assert [one.text for one in older.said] == ["hola", "m0", "re: m0", "m1", "re: m1"]
    assert older.before is None


async def test_a_message_tells_who_wrote_it_where_and_what_became_of_it(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await handled(database)
    (asked,) = await queue(database, ana, "¿Sí o no?", state=states.SENT)
    await run(
        database,
        "UPDATE outbox SET content = content || jsonb_build_object('buttons', jsonb_build_array("
        "jsonb_build_object('title', 'Sí', 'means', '/affirm')), 'files', jsonb_build_array("
        "jsonb_build_object('name', 'guía.pdf', 'url', 'https://x/1', 'media_type', 'a/b')))",
    )
    async with database.transaction() as session:
        received = await receive(session, "boton", "", external=ana.external)
        await session.execute(
            text(
                "UPDATE inbox SET kind = 'button', detail = jsonb_build_object('payload', "
                "CAST(:token AS text)) WHERE id = :id"
            ),
            {"token": f"b{asked}.0", "id": received.inbox_id},
        )
    async with database.transaction() as session:
        opened = await cases.open_case(session, ana.person_id, "request")
    async with database.transaction() as session:
        await staff.reply(session, opened.number, "Le escribe Marta", "marta", NOW)
    said = (await _page(database, ana.person_id)).said
    assert [(one.sender, one.text, one.kind, one.staff, one.state) for one in said] == [
        ("persona", "hola", "text", None, ""),
        ("asistente", "¿Sí o no?", "", None, "sent"),
        ("persona", "Sí", "button", None, ""),
        ("ministerio", "Le escribe Marta", "", "marta", "queued"),
    ]
    assert said[1].buttons == ("Sí",)
    assert said[1].files == ("guía.pdf",)
    assert {(one.channel, one.address) for one in said} == {("whatsapp", "••••4321")}


@pytest.mark.parametrize(
    "payload", ["b1.0", "b999999999999999999.0", "b1.title", "b1", "x", "b1.-1"]
)
async def test_a_forged_button_shows_nothing_of_others(
    database: Database, meet: Meet, payload: str
) -> None:
    luis, ana = await meet(), await meet()
    await queue(database, luis, "secreto de Luis", state=states.SENT)
    await run(
        database,
        "UPDATE outbox SET content = content || "
        '\'{"buttons": [{"title": "secreto", "means": "x"}]}\'',
    )
    await run(
        database,
        "UPDATE inbox SET kind = 'button', text = '', "
        "detail = jsonb_build_object('payload', CAST(:payload AS text)) WHERE person_id = :id",
        payload=payload,
        id=ana.person_id,
    )
    (one,) = (await _page(database, ana.person_id)).said
    assert (one.text, one.kind) == ("", "button")


async def test_what_was_erased_is_not_shown(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _talk(database, ana, "mi secreto")
    await handled(database)
    async with database.transaction() as session:
        await erasure.erase(session, ana.person_id, NOW, answering=())
    assert await _page(database, ana.person_id) == Page((), None)
    await _talk(database, ana, "de nuevo")
    assert await _whole(database, ana.person_id, 1) == ["de nuevo", "re: de nuevo"]


@pytest.mark.parametrize("before", ["", "1", "1-", "1-2-3", "1;2", "-1--1", "9" * 30 + "-1", "١-١"])
async def test_a_place_that_is_none_is_refused(database: Database, meet: Meet, before: str) -> None:
    ana = await meet()
    with pytest.raises(NoSuchPlace, match="ábrala de nuevo"):
        await _page(database, ana.person_id, before)


async def test_nobody_and_too_much(database: Database, meet: Meet) -> None:
    with pytest.raises(NoSuchPerson):
        await _page(database, 1)
    ana = await meet()
    await run(
        database,
        "INSERT INTO inbox (person_id, address_id, provider_id, kind, text) "
        "SELECT :person, :address, 'x' || n, 'text', n::text FROM generate_series(1, 300) AS n",
        person=ana.person_id,
        address=ana.address_id,
    )
    assert len((await _page(database, ana.person_id, limit=10**9)).said) == MOST
    assert len((await _page(database, ana.person_id, limit=-5)).said) == 1


async def test_of_five_thousand_messages_only_those_shown_are_read(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    for table, columns, values in (
        ("inbox", "provider_id, kind, text", "'x' || n, 'text', 'm' || n"),
        ("outbox", "channel, lane, content, state", "'web', 0, '{\"text\": \"r\"}', 'sent'"),
    ):
        await run(
            database,
            f"INSERT INTO {table} (person_id, address_id, {columns}) "
            f"SELECT :person, :address, {values} FROM generate_series(1, 5000) AS n",
            person=ana.person_id,
            address=ana.address_id,
        )
    await run(database, "ANALYZE inbox, outbox, address")
    page = await _page(database, ana.person_id)
    assert len(page.said) == 50
    values = {"person": ana.person_id, "before": 4_000, "limit": 51, "erased": erasure.ERASED}
    async with database.session() as session:
        for statement, table in ((_IN, "inbox"), (_OUT, "outbox")):
            told = await session.scalars(
                text(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {statement.text}"), values
            )
            (scan,) = [line for line in told if f" on {table}" in line]
            assert "Index Scan Backward" in scan
            assert "actual rows=51" in scan
