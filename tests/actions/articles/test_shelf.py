"""The library that a process answers from follows the database, and outlives its absence."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from actions.articles import seed, service
from actions.articles.shelf import Shelf
from actions.store.database import Database
from api.settings import ROOT
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.actions.articles import second_process
from tests.actions.articles.conftest import DAY, IDS, NOW, House, with_fact, written

ONE_DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Facts (those of the register) and one article, as the repository keeps them."""
    path = tmp_path / "articles" / "permiso" / "permiso-a.md"
    path.parent.mkdir(parents=True)
    path.write_text(written(text="Del archivo."), encoding="utf-8")
    return tmp_path


def said(shelf: Shelf) -> str:
    """The last block of permiso-a on the shelf; empty when it is not there."""
    article = shelf.library.articles.get("permiso-a")
    return article.blocks[-1].text if article else ""


async def until(shelf: Shelf, words: str) -> None:
    """Returns once the shelf says so."""
    async with asyncio.timeout(60):
        while said(shelf) != words:
            await asyncio.sleep(0.01)


async def test_before_anything_is_seeded_the_files_are_served(house: House, folder: Path) -> None:
    shelf = await Shelf.open(house.database, DAY, folder)
    assert said(shelf) == "Del archivo."
    await house.seed()
    assert await shelf.refresh(house.database, DAY)
    assert set(shelf.library.articles) == {*IDS}


async def test_it_is_read_anew_only_when_something_changed(seeded: House, folder: Path) -> None:
    shelf = await Shelf.open(seeded.database, DAY, folder)
    before = shelf.library
    assert not await shelf.refresh(seeded.database, DAY)
    number = await seeded.draft(written(text="Nuevo."))
    assert not await shelf.refresh(seeded.database, DAY)
    assert shelf.library is before
    await seeded.submit(number)
    await seeded.approve(number)
    assert await shelf.refresh(seeded.database, DAY)
    assert said(shelf) == "Nuevo."
    # What was found before the change is found in what was taken before it.
    assert before.index.search("copia", 1).hits
    assert shelf.library.index.search("nuevo", 1).hits[0].id == "permiso-a"


async def test_a_new_day_shows_what_begins_and_hides_what_ended(
    seeded: House, folder: Path
) -> None:
    await seeded.publish(written(text="Por la mañana.", fact="PER-05"), effective_on=DAY + ONE_DAY)
    shelf = await Shelf.open(seeded.database, DAY, folder)
    assert said(shelf) == "Guardá copia de todo."
    assert await shelf.refresh(seeded.database, DAY + ONE_DAY)
    assert said(shelf) == "Por la mañana."
    assert await shelf.refresh(seeded.database, date(2027, 1, 1))
    assert said(shelf) == ""


async def test_one_that_is_held_back_is_neither_shown_nor_found(
    seeded: House, folder: Path
) -> None:
    await seeded.publish(written(text="Lo nuestro."))
    shelf = await Shelf.open(seeded.database, DAY, folder)
    assert shelf.library.index.search("¿qué hay de permiso-a?", 1).hits[0].id == "permiso-a"
    released = with_fact(load_facts(folder / "facts"), "PER-02", text="Otra cosa.")
    shelf = Shelf(released, shelf.library, folder)
    await shelf.refresh(seeded.database, DAY)
    assert said(shelf) == ""
    assert all(hit.id != "permiso-a" for hit in shelf.library.index.search("nuestro", 5).hits)


async def test_what_is_there_stays_while_the_database_is_away(
    seeded: House, folder: Path, database_url: str
) -> None:
    shelf = await Shelf.open(seeded.database, DAY, folder)
    nowhere = make_url(database_url).update_query_dict({"host": str(folder / "nowhere")})
    away = Database(nowhere.render_as_string(hide_password=False))
    assert not await shelf.refresh(away, DAY + ONE_DAY)
    assert said(shelf) == "Guardá copia de todo."
    # A process that starts then has its files, and comes to the database later.
    started = await Shelf.open(away, DAY, folder)
    assert said(started) == "Del archivo."
    assert await started.refresh(seeded.database, DAY)
    assert said(started) == "Guardá copia de todo."


async def test_connections_that_broke_do_not_end_the_following(
    seeded: House, folder: Path, database_url: str
) -> None:
    shelf = await Shelf.open(seeded.database, DAY, folder)
    following = asyncio.create_task(shelf.follow(seeded.database, lambda: DAY, 0.05))
    try:
        await asyncio.sleep(0.2)
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        other = Database(database_url)
        try:
            await House(other, seeded.register).publish(written(text="Nuevo."))
        finally:
            await other.close()
        await until(shelf, "Nuevo.")
        assert not following.done()
    finally:
        following.cancel()


async def test_a_restored_database_is_noticed_though_its_revision_is_the_same(
    seeded: House, folder: Path, database_url: str
) -> None:
    shelf = await Shelf.open(seeded.database, DAY, folder)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE article_version SET state = 'withdrawn' WHERE article_id = 'permiso-a'"
        )
        connection.execute("UPDATE knowledge_revision SET changed_at = '2026-01-01'")
    assert await shelf.refresh(seeded.database, DAY)
    assert said(shelf) == ""


@pytest.fixture
async def lines(seeded: House, folder: Path) -> AsyncIterator[asyncio.StreamReader]:
    """What another process with a shelf of its own says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", second_process.__name__),
        *(seeded.database.url, str(folder), DAY.isoformat()),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    yield process.stdout
    process.kill()
    await process.wait()


async def test_another_process_shows_it_while_it_runs(
    seeded: House, lines: asyncio.StreamReader
) -> None:
    async def heard() -> str:
        # Log lines of the process come on the same stream.
        while True:
            line = (await lines.readline()).decode().strip()
            if "knowledge" not in line:
                return line

    async with asyncio.timeout(120):
        assert await heard() == "Guardá copia de todo."
        number = await seeded.publish(written(text="Nuevo."))
        assert await heard() == "Nuevo."
        await seeded.do(
            lambda session: service.withdraw(
                session, "permiso-a", "Rosa", "está mal", NOW, number=number
            )
        )
        assert await heard() == "nada"


async def test_others_go_on_while_all_of_ours_is_read(database: Database) -> None:
    house = House(database, load_facts(FOLDER / "facts"))
    await house.seed(seed.seed_texts())
    reading = asyncio.create_task(Shelf.open(database, DAY))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(reading.result().library.articles) > 100
    # Were the index made in the loop, others would have had a turn at each statement's wait only.
    assert turns > 100
