"""Cases are opened once, and tell the staff what the assistant knew."""

import asyncio
import itertools
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from actions.cases import service as cases
from actions.cases.service import Context, NoSuchCase, Opened, Reason
from actions.messages import outbox, states
from actions.messages.content import Button, Content
from actions.people import erasure, linking
from actions.store.database import Database
from tests.actions.conftest import Meet, count, receive

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


async def opened(
    database: Database, person_id: int, reason: Reason = "request", context: Context | None = None
) -> Opened:
    """The person's case, in a transaction of its own."""
    async with database.transaction() as session:
        return await cases.open_case(session, person_id, reason, context)


async def known(database: Database, number: int) -> cases.Known:
    async with database.session() as session:
        return await cases.known(session, number)


# -- opening ---------------------------------------------------------------------------------------


async def test_a_person_has_one_open_case_and_the_caller_learns_whether_it_is_new(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet()
    first = await opened(database, ana.person_id)
    assert first.new
    assert await opened(database, ana.person_id) == Opened(first.number, new=False)
    other = await opened(database, beto.person_id)
    assert other.new
    assert other.number != first.number


async def test_asked_for_many_times_at_once_it_is_opened_once(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    all_of_them = await asyncio.gather(*(opened(database, ana.person_id) for _ in range(8)))
    assert sum(one.new for one in all_of_them) == 1
    assert len({one.number for one in all_of_them}) == 1
    assert await count(database, "case") == 1


@pytest.mark.parametrize(
    ("reasons", "kept"),
    [
        (("not_understood", "request"), "request"),
        (("request", "not_understood"), "request"),
        (("request", "anger"), "anger"),
        (("anger", "request", "not_understood"), "anger"),
        (("not_understood", "not_understood"), "not_understood"),
    ],
)
async def test_the_strongest_reason_is_kept(
    database: Database, meet: Meet, reasons: tuple[Reason, ...], kept: str
) -> None:
    ana = await meet()
    for reason in reasons:
        number = (await opened(database, ana.person_id, reason)).number
    assert (await known(database, number)).reason == kept


async def test_the_context_is_what_the_assistant_learnt_last(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    first: Context = {"question": "¿ocupo permiso? «sí»", "article": "permiso", "why": "lo pidió"}
    number = (await opened(database, ana.person_id, "request", first)).number
    assert (await known(database, number)).context == first
    await opened(database, ana.person_id, "anger", {"question": "¡contesten!", "task": "informe"})
    assert (await known(database, number)).context == {
        "question": "¡contesten!",
        "article": "permiso",
        "why": "lo pidió",
        "task": "informe",
    }
    await opened(database, ana.person_id, "request", {"question": None, "article": None})
    assert (await known(database, number)).context["question"] == "¡contesten!"


async def test_what_is_known_shows_no_whole_address(database: Database, meet: Meet) -> None:
    ana, beto = await meet("whatsapp", "+50370001234"), await meet("web", "0a1b2c3d4e")
    for someone, addresses in (
        (ana, (("whatsapp", "••••1234"),)),
        (beto, (("web", "••••"),)),
    ):
        case = await known(database, (await opened(database, someone.person_id)).number)
        assert case.addresses == addresses
        assert (case.staff, case.held_until) == (None, None)


async def test_an_unknown_number_is_no_case(database: Database) -> None:
    async with database.session() as session:
        for number in (1, 10**30):
            with pytest.raises(NoSuchCase):
                await cases.known(session, number)
            with pytest.raises(NoSuchCase):
                await cases.thread(session, number)


# -- the list --------------------------------------------------------------------------------------


async def test_the_list_has_the_last_message_of_each_with_its_numbers_masked(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet("telegram", "7012345")
    first = await opened(database, ana.person_id, "anger")
    second = await opened(database, beto.person_id)
    async with database.transaction() as session:
        for number, words in enumerate(("¿ocupo permiso?", "mi DUI es 01234567-8, llamen ya")):
            await receive(session, f"x{number}", words, external=ana.external)
    async with database.session() as session:
        listed = await cases.open_cases(session)
    assert [(one.number, one.channel, one.reason, one.last_text) for one in listed] == [
        (first.number, "whatsapp", "anger", "mi DUI es ••••, llamen ya"),
        (second.number, "telegram", "request", "hola"),
    ]


# -- thread ----------------------------------------------------------------------------------------


async def test_the_thread_has_buttons_by_their_titles_and_tells_what_did_not_arrive(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    menu = Content("¿Qué querés?", (Button("Permisos", "/help"), Button("Ver [los] temas", "/x")))
    async with database.transaction() as session:
        (shown,) = await outbox.add(
            session,
            person_id=ana.person_id,
            address_id=ana.address_id,
            channel=ana.channel,
            contents=[menu],
            lane=states.REPLY,
            state=states.SENT,
        )
    pressed = f"b{shown}.1"
    for number, (kind, words, payload) in enumerate(
        [
            ("button", "", pressed),
            ("voice", "", None),
            # Of somebody else's message, or of no message at all.
            ("button", "", "b999999.0"),
            ("button", "tal cual", "nonsense"),
        ]
    ):
        async with database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO inbox (person_id, address_id, provider_id, kind, text, detail) "
                    "VALUES (:person, :address, :provider, :kind, :text, CAST(:detail AS jsonb))"
                ),
                {
                    "person": ana.person_id,
                    "address": ana.address_id,
                    "provider": f"p{number}",
                    "kind": kind,
                    "text": words,
                    "detail": json.dumps({"payload": payload} if payload else {}),
                },
            )
    case = await opened(database, ana.person_id)
    async with database.transaction() as session:
        lost = await outbox.post(session, ana.person_id, Content("Quedó anotado."), states.REPLY)
        assert lost is not None
        await outbox.give_up(session, lost, state=states.FAILED, reason="blocked_by_person")
    async with database.session() as session:
        lines = await cases.thread(session, case.number)
    assert [(line.sender, line.text, line.kind, line.arrives) for line in lines] == [
        ("persona", "hola", "text", True),
        ("asistente", "¿Qué querés?", "", True),
        ("persona", "Ver [los] temas", "button", True),
        ("persona", "", "voice", True),
        ("persona", "", "button", True),
        ("persona", "tal cual", "button", True),
        ("asistente", "Quedó anotado.", "", False),
    ]
    assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(lines))


async def test_the_thread_is_of_that_person_and_its_last_messages_only(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet()
    for number in range(5):
        for someone in (ana, beto):
            async with database.transaction() as session:
                await receive(
                    session,
                    f"x{number}",
                    f"{someone.external} {number}",
                    channel=someone.channel,
                    external=someone.external,
                )
    case = await opened(database, ana.person_id)
    async with database.session() as session:
        lines = await cases.thread(session, case.number, limit=3)
    assert [line.text for line in lines] == [f"{ana.external} {number}" for number in (2, 3, 4)]


async def test_after_two_accounts_were_joined_the_thread_has_what_was_said_in_both(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet("telegram", "7012345")
    case = await opened(database, beto.person_id)
    async with database.transaction() as session:
        code = await linking.make_code(session, ana.person_id, NOW)
    async with database.transaction() as session:
        await receive(session, "x", "en Telegram", channel=beto.channel, external=beto.external)
        await linking.join(session, beto.person_id, code, NOW)
        await receive(session, "y", "en WhatsApp", external=ana.external)
    async with database.session() as session:
        lines = await cases.thread(session, case.number)
        listed = await cases.open_cases(session)
    # What each wrote first has the time of its own transaction.
    assert sorted(line.text for line in lines) == ["en Telegram", "en WhatsApp", "hola", "hola"]
    assert {channel for channel, _ in (await known(database, case.number)).addresses} == {
        "whatsapp",
        "telegram",
    }
    assert [one.last_text for one in listed] == ["en WhatsApp"]


# -- forgetting ------------------------------------------------------------------------------------


async def test_a_person_forgotten_leaves_nothing_said_and_no_open_case(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet()
    said: Context = {"question": "soy Ana, de Panadería Ana"}
    mine = await opened(database, ana.person_id, "anger", said)
    theirs = await opened(database, beto.person_id, "request", said)
    async with database.transaction() as session:
        await cases.forget(session, [ana.person_id], NOW)
    async with database.session() as session:
        rows = await session.execute(
            text('SELECT id, context, closed_at, reason FROM "case" ORDER BY id')
        )
        assert [tuple(row) for row in rows] == [
            (mine.number, {}, NOW, cases.ERASED),
            (theirs.number, said, None, "request"),
        ]


async def test_messages_that_were_erased_are_in_no_thread(database: Database, meet: Meet) -> None:
    ana = await meet()
    async with database.transaction() as session:
        await outbox.post(session, ana.person_id, Content("Hola, Ana"), states.REPLY)
        await erasure.erase(session, ana.person_id, NOW)
    async with database.transaction() as session:
        await receive(session, "x", "otra vez yo", external=ana.external)
    again = await opened(database, ana.person_id)
    assert again.new
    async with database.session() as session:
        assert [line.text for line in await cases.thread(session, again.number)] == ["otra vez yo"]
