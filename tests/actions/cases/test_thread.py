"""The thread of a case: both sides and the notes, page by page; and the sign that it changed."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import notes, thread
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.cases.errors import BadCursor
from actions.cases.service import NoSuchCase
from actions.cases.thread import Page, Understood
from actions.files.checking import Clean
from actions.messages import outbox, states
from actions.messages.content import Attachment, Content
from actions.people import erasure
from actions.store.database import Database
from tests.actions.cases.desk import OUTCOME, do, now_of, opened, says, turn
from tests.actions.conftest import Meet, Someone
from tests.actions.people.conftest import queue, run
from tests.actions.people.joining import join

HOUR = timedelta(hours=1)
LETTER = Clean("carta.pdf", "application/pdf", b"%PDF- letter")


def address_of(token: str, name: str) -> str:
    return f"https://marn.example/archivos/{token}/{name}"


async def read(database: Database, number: int, before: str | None = None, limit: int = 30) -> Page:
    async with database.session() as session:
        return await thread.thread(session, number, before, limit)


async def version(database: Database, number: int) -> str:
    async with database.session() as session:
        return await thread.version(session, number)


async def test_a_thread_has_both_sides_and_the_notes_in_the_order_of_time(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)
    now = await now_of(database)
    await turn(database, ana, "Ya aviso a alguien.")
    await do(database, lambda s: notes.add_note(s, number, "Luis", "Es la de ayer."))
    await do(
        database,
        lambda s: desk.reply(
            s, number, "Buen día", "Rosa", now, files=[LETTER], file_url=address_of
        ),
    )
    await says(database, ana, "¡gracias!")
    await do(database, lambda s: desk.close(s, number, "Rosa", now, "Ya volví.", note="Lista."))
    await do(database, lambda s: notes.add_note(s, number, "Rosa", "Volvió a llamar."))
    page = await read(database, number)
    assert page.before is None
    assert [(one.kind, one.sender, one.staff, one.text) for one in page.lines] == [
        ("in", "persona", None, "hola"),
        ("out", "asistente", None, "Ya aviso a alguien."),
        ("note", "ministerio", "Luis", "Es la de ayer."),
        ("out", "ministerio", "Rosa", "Buen día"),
        ("out", "ministerio", "Rosa", ""),
        ("in", "persona", None, "¡gracias!"),
        ("out", "asistente", None, "Ya volví."),
        ("note", "ministerio", "Rosa", "Volvió a llamar."),
    ]
    assert len({one.key for one in page.lines}) == len(page.lines)
    hello, answer, note, words, file, thanks, *_ = page.lines
    assert hello.understood == Understood(
        OUTCOME.intent, OUTCOME.confidence, OUTCOME.outcome, OUTCOME.topic, OUTCOME.articles
    )
    assert (hello.form, hello.channel) == ("text", "whatsapp")
    assert thanks.understood is None
    assert (answer.state, answer.buttons) == ("sent", ("Ver más",))
    assert (words.state, words.files, words.channel) == ("queued", (), "whatsapp")
    (attached,) = file.files
    assert (attached.name, attached.media_type) == ("carta.pdf", "application/pdf")
    assert attached.url.startswith("https://marn.example/archivos/")
    assert (note.channel, note.state) == ("", "")


async def test_what_failed_tells_why(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    (lost,) = await queue(database, ana, "se perdió")
    await do(database, lambda s: outbox.give_up(s, lost, state=states.FAILED, reason="blocked"))
    line = (await read(database, number)).lines[-1]
    assert (line.state, line.reason) == ("failed", "blocked")


async def test_pages_go_back_to_the_first_line_and_show_each_once(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp")
    telegram = await meet("telegram", "77")
    number = await opened(database, ana)
    await join(database, ana, telegram)
    chance = random.Random(7)
    for place in range(40):
        someone = chance.choice((ana, telegram))
        match chance.randrange(3):
            case 0:
                await says(database, someone, f"digo {place}")
            case 1:
                await queue(database, someone, f"contesto {place}")
            case _:
                await do(database, lambda s, p=place: notes.add_note(s, number, "Rosa", f"{p}"))
    whole = (await read(database, number, limit=100)).lines
    assert len(whole) == 42
    assert all(one.at <= other.at for one, other in pairwise(whole))
    for limit in (1, 3, 7, 41, 42):
        seen: list[str] = []
        before = None
        while True:
            page = await read(database, number, before, limit)
            assert len(page.lines) <= limit
            seen = [one.key for one in page.lines] + seen
            before = page.before
            if before is None:
                break
            assert len(page.lines) == limit
        assert seen == [one.key for one in whole]


async def test_what_comes_meanwhile_moves_no_earlier_page(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    for place in range(5):
        await says(database, ana, f"digo {place}")
    first = await read(database, number, limit=2)
    await says(database, ana, "y otra cosa")
    await do(database, lambda s: notes.add_note(s, number, "Rosa", "nota"))
    second = await read(database, number, first.before, 2)
    assert [one.text for one in (*second.lines, *first.lines)] == [f"digo {n}" for n in range(1, 5)]


async def test_clocks_that_go_back_lose_no_line(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    for place in range(6):
        await says(database, ana, f"digo {place}")
        await queue(database, ana, f"contesto {place}")
    for table, column in (("inbox", "received_at"), ("outbox", "created_at")):
        await run(database, f"UPDATE {table} SET {column} = now() - id * interval '1 minute'")
    seen: list[str] = []
    before = None
    while True:
        page = await read(database, number, before, 3)
        seen += [one.key for one in page.lines]
        before = page.before
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 13


async def test_what_is_no_place_in_a_thread_is_refused(database: Database, meet: Meet) -> None:
    number = await opened(database, await meet())
    for cursor in ("", "1", "1.2", "1.2.3.4", "a.b.c", "-1.2.3", "1.2.3'", "9" * 30, "٣.٣.٣"):
        with pytest.raises(BadCursor):
            await read(database, number, cursor)
    assert (await read(database, number, "0.0.0")).lines == []
    for unknown in (number + 1, 10**30):
        with pytest.raises(NoSuchCase):
            await read(database, unknown)
        with pytest.raises(NoSuchCase):
            await version(database, unknown)


async def test_a_thread_is_of_that_case_and_person_only(database: Database, meet: Meet) -> None:
    ana, beto = await meet(), await meet()
    mine, theirs = await opened(database, ana), await opened(database, beto)
    await says(database, beto, "de Beto")
    await queue(database, beto, "para Beto")
    await do(database, lambda s: notes.add_note(s, theirs, "Rosa", "nota de Beto"))
    assert [one.text for one in (await read(database, mine)).lines] == ["hola"]


# -- versions --------------------------------------------------------------------------------------


async def test_the_version_stays_while_nothing_changes(database: Database, meet: Meet) -> None:
    ana, beto = await meet(), await meet()
    number = await opened(database, ana)
    first = await version(database, number)
    assert len(first) == 16
    await says(database, beto, "otra persona")
    await opened(database, beto)
    assert await version(database, number) == first
    assert await version(database, await opened(database, beto)) != first


async def test_the_version_changes_with_whatever_is_seen(database: Database, meet: Meet) -> None:
    ana = await meet()
    telegram = await meet("telegram", "77")
    number = await opened(database, ana)
    now = datetime.now(UTC)
    seen = {await version(database, number)}

    async def changes(what: str, change: Awaitable[Any]) -> None:
        await change
        found = await version(database, number)
        assert found not in seen, what
        seen.add(found)

    def doing(work: Callable[[AsyncSession], Awaitable[Any]]) -> Awaitable[Any]:
        return do(database, work)

    await changes("a message", says(database, ana, "hay alguien?"))
    await changes("a turn", turn(database, ana))
    await changes("an answer", queue(database, ana, "un aviso"))
    (message_id,) = await queue(database, ana, "otro")
    await changes("another", version(database, number))
    await changes("sent", doing(lambda s: outbox.was_sent(s, message_id, "SM1")))
    await changes(
        "read", run(database, "UPDATE outbox SET state = 'read' WHERE id = :id", id=message_id)
    )
    await changes("taken", doing(lambda s: desk.take(s, number, "Rosa", now, HOUR)))
    await changes("held longer", doing(lambda s: desk.take(s, number, "Rosa", now, 2 * HOUR)))
    await changes("a note", doing(lambda s: notes.add_note(s, number, "Rosa", "nota")))
    await changes("replied", doing(lambda s: desk.reply(s, number, "Hola", "Rosa", now)))
    await changes("given back", doing(lambda s: desk.hand_back(s, number, "Rosa", now, "Volví")))
    await changes("a reason", doing(lambda s: cases.open_case(s, ana.person_id, "anger")))
    await changes("joined", join(database, ana, telegram))
    await changes("elsewhere", says(database, telegram, "por Telegram"))
    await changes("closed", doing(lambda s: desk.close(s, number, "Rosa", now, "Volví")))
    await changes("erased", doing(lambda s: erasure.erase(s, ana.person_id, now)))


async def test_an_attachment_of_the_assistant_shows_too(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    guide = Attachment("guia.pdf", "https://marn.example/guias/guia.pdf", "application/pdf")
    await _post(database, ana, Content("Aquí va", files=(guide,)))
    assert (await read(database, number)).lines[-1].files == (guide,)


async def _post(database: Database, someone: Someone, content: Content) -> None:
    await do(database, lambda s: outbox.post(s, someone.person_id, content, states.REPLY))
