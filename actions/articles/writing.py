"""Drafts as somebody writes them on a page: begun from what they had before them, or put aside.

A page knows from which version a text began, or that there was none; so here, unlike in
actions.articles.service, "none" does not stand for the newest.
"""

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import service, versions
from actions.articles.defects import read
from actions.articles.errors import NoSuchVersion, NotYours, Taken, WrongState
from actions.articles.given import is_same_name, the_name
from actions.articles.revision import lock
from actions.articles.rules import DRAFT, IN_REVIEW, STATES, State, normalized
from actions.articles.standing import check_not_overtaken
from knowledge.facts import FactRegister


async def begin(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    markdown: str,
    author: str,
    note: str,
    now: datetime,
) -> int:
    """A draft of an article that is not there yet; the number of the version.

    Raises Taken where there is a version of that name, served or not, and what a draft is refused
    for.
    """
    await lock(session)
    if await versions.last_number(session, article_id):
        raise Taken(article_id)
    return await service.draft(session, register, article_id, markdown, author, note, now)


async def go_on(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    markdown: str,
    author: str,
    note: str,
    now: datetime,
    *,
    began_from: int | None,
) -> int:
    """A draft of an article that is there; the number of the version.

    ``began_from`` is the published version that the author had before them, None where there was
    none. Raises NoSuchVersion for an article that is not there, Overtaken where another version was
    published since, and what a draft is refused for.
    """
    await lock(session)
    if not await versions.last_number(session, article_id):
        raise NoSuchVersion(article_id)
    if began_from is None:
        plain = normalized(markdown)
        # First, since two texts are compared below: one that is far too long must not be.
        await asyncio.to_thread(read, article_id, plain)
        await check_not_overtaken(session, article_id, None, plain)
    return await service.draft(
        session, register, article_id, markdown, author, note, now, began_from=began_from
    )


async def put_aside(
    session: AsyncSession, article_id: str, number: int, author: str, now: datetime
) -> State:
    """Takes back a text of one's own that was not published, in review or not; the state it was in.

    It stays in the history. Raises NoSuchVersion, NotYours, WrongState.
    """
    author = the_name(author)
    await lock(session)
    one = await versions.version(session, article_id, number)
    if one.state not in (DRAFT, IN_REVIEW):
        raise WrongState(article_id, number, STATES[one.state], "en borrador o en revisión")
    if not is_same_name(one.author, author):
        raise NotYours(article_id, number, one.author)
    await service.withdraw(session, article_id, author, "no la siguió", now, number=number)
    return one.state
