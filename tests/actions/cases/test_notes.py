"""Notes beside a case, and replies kept for use again."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from actions.cases import canned, notes
from actions.cases import staff as desk
from actions.cases.canned import Canned
from actions.cases.errors import Empty, NoSuchCanned, TitleTaken, TooLong
from actions.cases.service import NoSuchCase
from actions.people import erasure
from actions.store.database import Database
from tests.actions.cases.desk import do, opened
from tests.actions.conftest import Meet, count, until_someone_waits_for_a_lock
from tests.actions.people.conftest import rows

AS_TO_OTHERS = re.compile(r"\b(usted|su|le|tú|tienes|puedes|necesitas)\b", re.IGNORECASE)
FACTS = re.compile(r"\d|\$|%|\b(ley|artículo|días|horas|mañana)\b", re.IGNORECASE)
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


async def add(database: Database, number: int, words: str) -> int:
    return await do(database, lambda s: notes.add_note(s, number, "Rosa", words))


async def test_a_note_stays_beside_an_open_case_and_a_closed_one(
    database: Database, meet: Meet
) -> None:
    number = await opened(database, await meet())
    await add(database, number, " Es la de la panadería.\r\nLlamar mañana. ")
    await do(database, lambda s: desk.close(s, number, "Rosa", NOW, "Volví"))
    await add(database, number, "Volvió a llamar.")
    assert await rows(database, "SELECT case_id, staff, text FROM case_note ORDER BY id") == [
        (number, "Rosa", "Es la de la panadería.\nLlamar mañana."),
        (number, "Rosa", "Volvió a llamar."),
    ]
    # The person hears nothing of it.
    assert await count(database, "outbox") == 0


async def test_a_note_that_says_nothing_or_is_for_no_case_is_refused(
    database: Database, meet: Meet
) -> None:
    number = await opened(database, await meet())
    for words in ("", " \n", "\0"):
        with pytest.raises(Empty):
            await add(database, number, words)
    with pytest.raises(TooLong):
        await add(database, number, "x" * (desk.LONGEST_NOTE + 1))
    with pytest.raises(NoSuchCase):
        await add(database, number + 1, "nada")
    assert await count(database, "case_note") == 0


async def test_a_note_written_during_an_erasure_does_not_outlive_it(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)
    async with database.transaction() as session:
        await erasure.erase(session, ana.person_id, NOW)
        noting = asyncio.create_task(add(database, number, "mi secreto"))
        await until_someone_waits_for_a_lock(database)
    with pytest.raises(NoSuchCase):
        await noting
    assert await count(database, "case_note") == 0


async def test_an_erasure_during_a_note_finds_it(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    async with database.transaction() as session:
        await notes.add_note(session, number, "Rosa", "mi secreto")
        erasing = asyncio.create_task(do(database, lambda s: erasure.erase(s, ana.person_id, NOW)))
        await until_someone_waits_for_a_lock(database)
    await erasing
    assert await count(database, "case_note") == 0


# -- replies kept for use again --------------------------------------------------------------------


async def kept(database: Database) -> list[Canned]:
    async with database.session() as session:
        return list(await canned.listed(session))


async def test_those_that_come_with_the_product_speak_as_the_assistant_does(
    database: Database,
) -> None:
    seeded = await kept(database)
    assert len(seeded) >= 8
    for one in seeded:
        assert len(one.text) <= canned.LONGEST_TEXT
        assert len(one.title) <= canned.LONGEST_TITLE
        # To owners in "vos"; no figure, law or term stands in them.
        assert not AS_TO_OTHERS.search(one.text)
        assert not FACTS.search(one.text)


async def test_kept_changed_and_deleted(database: Database) -> None:
    before = await kept(database)
    made = await do(
        database, lambda s: canned.create(s, "  Horario   de hoy ", " Hoy estamos.\0 ", "Rosa")
    )
    (one,) = [one for one in await kept(database) if one.id == made]
    assert (one.title, one.text, one.updated_by) == ("Horario de hoy", "Hoy estamos.", "Rosa")
    await do(database, lambda s: canned.change(s, made, "Horario", "Ya no.", "Luis"))
    (changed,) = [one for one in await kept(database) if one.id == made]
    assert (changed.title, changed.text, changed.updated_by) == ("Horario", "Ya no.", "Luis")
    assert changed.updated_at > one.updated_at
    assert await do(database, lambda s: canned.delete(s, made)) == "Horario"
    assert await kept(database) == before


async def test_two_of_one_title_are_not_kept(database: Database) -> None:
    async with database.transaction() as session:
        first = await canned.create(session, "Uno", "texto", "Rosa")
        second = await canned.create(session, "Dos", "texto", "Rosa")
        with pytest.raises(TitleTaken) as taken:
            await canned.create(session, " Uno ", "otro", "Luis")
        assert "«Uno»" in str(taken.value)
        with pytest.raises(TitleTaken):
            await canned.change(session, second, "Uno", "otro", "Luis")
        # The transaction goes on after a refusal.
        await canned.change(session, first, "Uno", "el mismo título", "Rosa")
    texts = {one.title: one.text for one in await kept(database)}
    assert (texts["Uno"], texts["Dos"]) == ("el mismo título", "texto")


async def test_what_is_not_there_or_says_nothing_is_refused(database: Database) -> None:
    before = await kept(database)
    with pytest.raises(NoSuchCanned):
        await do(database, lambda s: canned.change(s, 10**6, "Uno", "texto", "Rosa"))
    with pytest.raises(NoSuchCanned):
        await do(database, lambda s: canned.delete(s, 10**6))
    for title, words, error in (
        ("", "texto", Empty),
        ("Uno", " ", Empty),
        ("x" * 61, "texto", TooLong),
        ("Uno", "x" * 801, TooLong),
    ):
        with pytest.raises(error):
            await do(database, lambda s, t=title, w=words: canned.create(s, t, w, "Rosa"))
    assert await kept(database) == before
