"""Which version of an article was published last, and whether that overtook a draft."""

import asyncio

from sqlalchemy import text

from actions.articles import versions
from actions.articles.differences import difference
from actions.articles.errors import Overtaken
from actions.articles.reading import unified
from actions.articles.versions import Version
from actions.store.database import Executor


async def newest_published(session: Executor, article_id: str) -> Version | None:
    """The version that was published last, in effect or not (any more)."""
    number: int | None = await session.scalar(
        text(
            "SELECT max(number) FROM article_version "
            "WHERE article_id = :article AND published_at IS NOT NULL"
        ),
        {"article": article_id},
    )
    return None if number is None else await versions.version(session, article_id, number)


async def check_not_overtaken(
    session: Executor, article_id: str, began_from: int | None, mine: str
) -> None:
    """Raises Overtaken where another version was published after the one that ``mine`` began from.

    A draft cannot be moved onto the newer version: of two that begin to be served on one day the
    one with the higher number is, so whoever goes on makes a new draft.
    """
    newest = await newest_published(session, article_id)
    if newest is None or (began_from is not None and newest.number <= began_from):
        return
    before, name = mine, "su borrador"
    if began_from is not None:
        before = (await versions.version(session, article_id, began_from)).markdown
        name = f"versión {began_from}"
    changed = await asyncio.to_thread(
        unified, before, newest.markdown, name, f"versión {newest.number}"
    )
    lines = await asyncio.to_thread(difference, before, newest.markdown)
    raise Overtaken(article_id, began_from, newest.number, newest.author, changed, lines)
