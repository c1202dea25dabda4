"""How soon what staff publish is answered with, and how long it takes to note an open question."""

import asyncio
import time
from datetime import UTC, datetime

from actions.articles import seed, service
from actions.articles.shelf import Shelf
from actions.questions.service import record
from actions.store.database import Database
from api.clock import today
from knowledge import phrasings
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.bench.figures import Figure, percentile

ARTICLE = "permiso-cuanto-cuesta"
NOTED = 5_000
"""Questions that are there already."""
MEASURED = 200


async def measure_publishing(database_url: str) -> list[Figure]:
    """On a database without articles: all of them are brought in, and one is changed again and
    again while a process follows; then questions are noted beside thousands of others."""
    database = Database(database_url)
    try:
        return [*await _published(database), *await _noted(database)]
    finally:
        await database.close()


async def _published(database: Database) -> list[Figure]:
    register, texts = load_facts(FOLDER / "facts"), seed.seed_texts()
    async with database.transaction() as session:
        await seed.seed(session, texts, register, datetime.now(UTC))
    shelf = await Shelf.open(database, today())
    following = asyncio.create_task(shelf.follow(database, today))
    took: list[float] = []
    watching = asyncio.create_task(_longest_wait())
    for letter in "abcdefgh":
        # A figure in a title would have to stand in a fact.
        title = f"Costo del permiso y pagos, {letter}"
        now = datetime.now(UTC)
        head, rest = texts[ARTICLE].split("title: ", 1)
        changed = f"{head}title: {title}\n{rest.split(chr(10), 1)[1]}"
        async with database.transaction() as session:
            number = await service.draft(session, register, ARTICLE, changed, "Rosa", "", now)
            await service.submit(session, ARTICLE, number, now)
            await service.approve(session, register, ARTICLE, number, "Luis", now)
        began = time.monotonic()
        while shelf.library.articles[ARTICLE].title != title:
            await asyncio.sleep(0.005)
        took.append(time.monotonic() - began)
    following.cancel()
    watching.cancel()
    return [
        Figure("published to answered with, p50", percentile(took, 0.5), "s"),
        Figure("published to answered with, longest", max(took), "s"),
        Figure("longest that others wait for it", await watching * 1000, "ms"),
    ]


async def _longest_wait() -> float:
    """The longest time, in seconds, for which nothing else in this loop had a turn, until it is
    cancelled."""
    longest = 0.0
    try:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - began - 0.005)
    except asyncio.CancelledError:
        return longest


async def _noted(database: Database) -> list[Figure]:
    asked = [line for lines in phrasings.examples().values() for line in lines]
    asked = asked[:: len(asked) // (NOTED + MEASURED)][: NOTED + MEASURED]
    took: list[float] = []
    for place, one in enumerate(asked):
        began = time.perf_counter()
        async with database.transaction() as session:
            await record(session, one, "abstained", (), None, "web", today())
        if place >= NOTED:
            took.append((time.perf_counter() - began) * 1000)
    return [
        Figure("an open question noted beside 5,000, p50", percentile(took, 0.5), "ms"),
        Figure("an open question noted beside 5,000, p95", percentile(took, 0.95), "ms"),
    ]
