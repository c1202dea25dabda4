"""Changes the text of a draft, so that its author can save many times without as many versions."""

import asyncio
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import rules, versions
from actions.articles.defects import checked
from actions.articles.differences import difference
from actions.articles.errors import ChangedMeanwhile, NotYours, Unchanged, WrongState
from actions.articles.given import is_same_name, the_name
from actions.articles.given import note as as_note
from actions.articles.revision import lock
from actions.articles.rules import DRAFT, PUBLISHED, STATES, day_of
from actions.articles.standing import check_not_overtaken, newest_published
from knowledge.facts import FactRegister


async def redraft(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    number: int,
    markdown: str,
    author: str,
    note: str,
    now: datetime,
    *,
    seen: str,
) -> str:
    """Puts another text into a draft of one's own, under the same number; the digest of what is
    stored now.

    ``seen`` is the digest of the text that the author had before them. A text that is stored
    already changes nothing but the note, whatever was seen: so a save may be repeated. Raises
    NoSuchVersion, WrongState, NotYours, ChangedMeanwhile, Defective, Unchanged, Overtaken.
    """
    author = the_name(author)
    await lock(session)
    one = await versions.version(session, article_id, number)
    if one.state != DRAFT:
        raise WrongState(article_id, number, STATES[one.state], STATES[DRAFT])
    if not is_same_name(one.author, author):
        raise NotYours(article_id, number, one.author)
    plain = rules.normalized(markdown)
    digest = rules.digest(plain)
    if one.digest not in (seen, digest):
        changed = await asyncio.to_thread(difference, plain, one.markdown)
        raise ChangedMeanwhile(article_id, number, one.markdown, one.digest, changed)
    facts = await versions.facts_now(session, register)
    known = await versions.known_ids(session)
    article = await asyncio.to_thread(
        checked, article_id, plain, facts.register, known, day_of(now)
    )
    await check_not_overtaken(session, article_id, one.began_from, plain)
    newest = await newest_published(session, article_id)
    if newest is not None and newest.state == PUBLISHED and newest.markdown == plain:
        raise Unchanged(article_id, newest.number)
    written_at = one.created_at if one.digest == digest else now
    await session.execute(
        text(
            "UPDATE article_version SET markdown = :markdown, digest = :digest, topic = :topic, "
            "title = :title, note = :note, created_at = :written_at "
            "WHERE article_id = :article AND number = :number"
        ),
        {
            "markdown": plain,
            "digest": digest,
            "topic": article.topic,
            "title": article.title,
            "note": as_note(note),
            "written_at": written_at,
            "article": article_id,
            "number": number,
        },
    )
    return digest
