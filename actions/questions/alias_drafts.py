"""Resolving by alias: the question goes into the article that answers it, as a new draft."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import reading
from actions.articles import service as articles
from actions.articles.errors import NotInEffect
from actions.articles.rules import day_of
from actions.questions.aliases import with_alias
from knowledge.facts import FactRegister


async def draft_with_alias(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    alias: str,
    by: str,
    note: str,
    now: datetime,
) -> int | None:
    """A draft of the article in effect with one more alias, for a second person to approve; the
    number of that version, or None when the article has those words for an alias already.

    Raises NotInEffect, and what actions.articles.service.draft refuses: Defective where the article
    has as many aliases as it may.
    """
    there = await reading.in_effect(session, article_id, day_of(now))
    if there is None:
        raise NotInEffect(article_id)
    markdown = with_alias(there.markdown, alias)
    if markdown == there.markdown:
        return None
    return await articles.draft(
        session,
        register,
        article_id,
        markdown,
        by,
        note,
        now,
        began_from=there.number,
    )
