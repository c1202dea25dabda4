"""Brings the articles of this release into the database, where staff go on from them."""

import asyncio
from datetime import UTC, datetime

import structlog

from actions.articles import seed
from actions.articles.seed import Seeded
from actions.store.database import Database
from knowledge.facts import load_facts
from knowledge.library import FOLDER

log = structlog.get_logger(__name__)


def seeded(database_url: str) -> Seeded:
    """What it changed; nothing where the database has this release's articles already."""
    return asyncio.run(_seeded(database_url))


async def _seeded(database_url: str) -> Seeded:
    database = Database(database_url)
    try:
        async with database.transaction() as session:
            done = await seed.seed(
                session, seed.seed_texts(), load_facts(FOLDER / "facts"), datetime.now(UTC)
            )
    finally:
        await database.close()
    if done.vanished or done.drafted:
        log.info("articles_to_review", vanished=done.vanished, drafted=done.drafted)
    return done
