"""What the staff does with articles: drafts, reviews by a second person, and ways back.

A version is written by one person and approved by another. Each draft names the published version
its author had before them: where another one was published since, it has to be made again on that.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import rules, versions
from actions.articles.defects import checked
from actions.articles.errors import (
    NotFlagged,
    NotInEffect,
    SamePerson,
    TooEarly,
    Unchanged,
    WrongState,
)
from actions.articles.given import is_same_name, the_name, the_reason
from actions.articles.given import note as as_note
from actions.articles.revision import bump, lock
from actions.articles.rules import (
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    REJECTED,
    STAFF,
    STATES,
    WITHDRAWN,
    Origin,
    State,
    day_of,
)
from actions.articles.standing import check_not_overtaken, newest_published
from actions.articles.versions import New, Version
from actions.store.database import Executor
from knowledge.facts import FactRegister


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What became of a way back: the new version, and why it waits for a review if it does."""

    number: int
    state: State
    why_reviewed: str | None = None


async def draft(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    markdown: str,
    author: str,
    note: str,
    now: datetime,
    *,
    began_from: int | None = None,
    origin: Origin = STAFF,
    others: frozenset[str] = frozenset(),
) -> int:
    """Stores a draft of an article, new or not; the number of the version.

    ``began_from`` is the published version its author had before them; left out, it is the newest.
    ``others`` are further articles that it may lead to. Raises Defective, Unchanged, Overtaken.
    """
    author = the_name(author)
    await lock(session)
    plain = rules.normalized(markdown)
    facts = await versions.facts_now(session, register)
    known = await versions.known_ids(session)
    article = await asyncio.to_thread(
        checked, article_id, plain, facts.register, known | others, day_of(now)
    )
    newest = await newest_published(session, article_id)
    if began_from is None:
        began_from = newest.number if newest else None
    elif (begun := await versions.version(session, article_id, began_from)).published_at is None:
        raise WrongState(article_id, began_from, STATES[begun.state], STATES[PUBLISHED])
    await check_not_overtaken(session, article_id, began_from, plain)
    if newest is not None and newest.state == PUBLISHED and newest.markdown == plain:
        raise Unchanged(article_id, newest.number)
    new = New(
        article_id,
        plain,
        article.topic,
        article.title,
        DRAFT,
        origin,
        author,
        as_note(note),
        began_from=began_from,
        seed_digest=newest.seed_digest if newest else None,
    )
    await versions.add(session, [new], now)
    return await versions.last_number(session, article_id)


async def submit(session: AsyncSession, article_id: str, number: int, now: datetime) -> None:
    """Hands a draft to review. Raises NoSuchVersion, WrongState, Overtaken."""
    one = await _locked(session, article_id, number, DRAFT)
    await check_not_overtaken(session, article_id, one.began_from, one.markdown)
    await _change(session, one, state=IN_REVIEW, submitted_at=now)


async def approve(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    number: int,
    reviewer: str,
    now: datetime,
    *,
    effective_on: date | None = None,
    note: str = "",
) -> None:
    """Publishes a version under review, from ``effective_on`` (left out: today) on.

    It is checked once more, against the facts of that day. Raises NoSuchVersion, WrongState,
    SamePerson, Overtaken, TooEarly, Defective.
    """
    one = await _locked(session, article_id, number, IN_REVIEW)
    reviewer = _second_person(one, reviewer)
    day = day_of(now)
    first = effective_on or day
    if first < day:
        raise TooEarly(first)
    await check_not_overtaken(session, article_id, one.began_from, one.markdown)
    digests = await _reviewed(session, register, one, first)
    await _change(
        session,
        one,
        state=PUBLISHED,
        reviewer=reviewer,
        reviewed_at=now,
        review_note=as_note(note),
        published_at=now,
        effective_on=first,
        fact_digests=digests,
    )
    await versions.supersede(session, [article_id], day)
    await bump(session)


async def reject(
    session: AsyncSession, article_id: str, number: int, reviewer: str, reason: str, now: datetime
) -> None:
    """Refuses a version under review; its text stays in the history.

    Raises NoSuchVersion, WrongState, Missing.
    """
    reviewer, reason = the_name(reviewer), the_reason(reason)
    one = await _locked(session, article_id, number, IN_REVIEW)
    await _change(
        session, one, state=REJECTED, reviewer=reviewer, reviewed_at=now, review_note=reason
    )


async def withdraw(
    session: AsyncSession,
    article_id: str,
    by: str,
    reason: str,
    now: datetime,
    *,
    number: int | None = None,
) -> int:
    """Takes a version out, which may also be a draft; the number of that version.

    Without ``number`` it is the one that is served today, or else the next that will be. An article
    whose version in effect is withdrawn is served no more: an older one does not come back.
    Raises NoSuchVersion, NotInEffect, WrongState, Missing.
    """
    by, reason = the_name(by), the_reason(reason)
    await lock(session)
    day = day_of(now)
    # First, so that what an earlier day put out of effect stays out when this one goes.
    await versions.supersede(session, [article_id], day)
    if number is None:
        number = (await _current(session, article_id, day)).number
    one = await versions.version(session, article_id, number)
    if one.state not in (DRAFT, IN_REVIEW, PUBLISHED):
        raise WrongState(article_id, number, STATES[one.state], "publicada o pendiente")
    was_published = one.state == PUBLISHED
    note = _added(one.review_note, f"retirada por {by} el {day:%d/%m/%Y}: {reason}")
    await _change(session, one, state=WITHDRAWN, review_note=note)
    if was_published:
        await bump(session)
    return number


async def roll_back(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    to_number: int,
    by: str,
    reason: str,
    now: datetime,
) -> RolledBack:
    """Makes a new version with the text of an old one.

    One that was published before has been seen by a second person: it is served at once, unless a
    fact under it has moved since then. Any other goes to review. Raises NoSuchVersion, Missing,
    Unchanged, and Defective for one that has to be reviewed and could not be approved.
    """
    by, reason = the_name(by), the_reason(reason)
    await lock(session)
    day = day_of(now)
    old = await versions.version(session, article_id, to_number)
    newest = await newest_published(session, article_id)
    if newest is not None and newest.state == PUBLISHED and newest.markdown == old.markdown:
        raise Unchanged(article_id, newest.number)
    facts = await versions.facts_now(session, register)
    why: str | None = "nunca se había publicado"
    if old.published_at is not None:
        article = rules.parse(article_id, old.markdown)
        why = rules.why_flagged(rules.cited(article), old.fact_digests, facts, day)
    if why is not None:
        known = await versions.known_ids(session)
        await asyncio.to_thread(checked, article_id, old.markdown, facts.register, known, day)
    at_once = why is None
    new = New(
        article_id,
        old.markdown,
        old.topic,
        old.title,
        PUBLISHED if at_once else IN_REVIEW,
        STAFF,
        by,
        f"vuelve a la versión {to_number}: {reason}",
        began_from=newest.number if newest else None,
        # Not the old one's: an article that the staff took back is one that they decided on.
        seed_digest=newest.seed_digest if newest else None,
        effective_on=day if at_once else None,
        submitted_at=None if at_once else now,
        published_at=now if at_once else None,
        fact_digests=old.fact_digests if at_once else None,
    )
    await versions.add(session, [new], now)
    if at_once:
        await versions.supersede(session, [article_id], day)
        await bump(session)
    number = await versions.last_number(session, article_id)
    return RolledBack(number, new.state, why)


async def review_flagged(
    session: AsyncSession,
    register: FactRegister,
    article_id: str,
    reviewer: str,
    now: datetime,
    *,
    note: str = "",
) -> int:
    """Serves a version again that a moved fact holds back, its text being right; its number.

    For who has read the article against the facts as they are now. Raises NotInEffect, NotFlagged,
    SamePerson, and Defective where the check finds that the text is not right.
    """
    await lock(session)
    day = day_of(now)
    current = await _current(session, article_id, day)
    one = await versions.version(session, article_id, current.number)
    reviewer = _second_person(one, reviewer)
    facts = await versions.facts_now(session, register)
    article = rules.parse(article_id, one.markdown)
    if rules.why_flagged(rules.cited(article), one.fact_digests, facts, day) is None:
        raise NotFlagged(article_id)
    digests = await _reviewed(session, register, one, max(day, current.effective_on))
    said = f"{reviewer} la revisó otra vez el {day:%d/%m/%Y}"
    if as_note(note):
        said = f"{said}: {as_note(note)}"
    await _change(
        session,
        one,
        reviewer=reviewer,
        reviewed_at=now,
        review_note=_added(one.review_note, said),
        fact_digests=digests,
    )
    await bump(session)
    return one.number


def _second_person(one: Version, reviewer: str) -> str:
    reviewer = the_name(reviewer)
    if is_same_name(reviewer, one.author):
        raise SamePerson(one.article_id, one.number)
    return reviewer


def _added(note: str, more: str) -> str:
    return f"{note}\n{more}".strip()


async def _reviewed(
    session: AsyncSession, register: FactRegister, one: Version, day: date
) -> dict[str, str]:
    facts = await versions.facts_now(session, register)
    known = await versions.known_ids(session)
    article = await asyncio.to_thread(
        checked, one.article_id, one.markdown, facts.register, known, day
    )
    return facts.digests(rules.cited(article))


async def _locked(session: AsyncSession, article_id: str, number: int, state: State) -> Version:
    await lock(session)
    one = await versions.version(session, article_id, number)
    if one.state != state:
        raise WrongState(article_id, number, STATES[one.state], STATES[state])
    return one


async def _current(session: Executor, article_id: str, day: date) -> rules.Published:
    """The version in effect, else the next one. Raises NotInEffect."""
    there = await versions.published(session, article_id)
    serving = rules.in_effect(there, day)
    if not there:
        raise NotInEffect(article_id)
    return serving[0] if serving else min(there, key=lambda one: (one.effective_on, one.number))


async def _change(session: AsyncSession, one: Version, **fields: Any) -> None:
    if "fact_digests" in fields:
        fields["fact_digests"] = json.dumps(fields["fact_digests"])
    settings = ", ".join(f"{name} = {_VALUE.get(name, f':{name}')}" for name in fields)
    await session.execute(
        text(
            f"UPDATE article_version SET {settings} "
            "WHERE article_id = :which_article AND number = :which_number"
        ),
        {**fields, "which_article": one.article_id, "which_number": one.number},
    )


_VALUE: Final = {"fact_digests": "CAST(:fact_digests AS jsonb)"}
