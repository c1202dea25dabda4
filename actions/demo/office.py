"""What the invented staff did: questions sorted, articles written and reviewed, a key made and
revoked; and all of it in the audit."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import service as articles
from actions.articles import versions
from actions.articles.errors import Defective
from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.cases import canned
from actions.cases.hours import ZONE
from actions.demo import talk
from actions.demo.plan import Plan, Wondered
from actions.demo.staff import NAMES
from actions.demo.storing import People
from actions.keys import service as keys
from actions.messages.content import Content
from actions.questions import service as questions
from actions.questions import staff as sorting
from actions.questions.reading import Resolution
from actions.staff.permissions import Role
from knowledge.facts import FactRegister

ADMINISTRATION: Final = NAMES[Role.ADMINISTRATION]
EDITING: Final = NAMES[Role.EDITING]
REVIEW: Final = NAMES[Role.REVIEW]
ATTENTION: Final = NAMES[Role.ATTENTION]

ADDRESS: Final = "127.0.0.1"
KEY: Final = "Tablero de indicadores (prueba)"
LOOKED_BACK: Final = timedelta(days=14)
"""So far back the audit tells of cases: each entry waits for the one before it."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A change to an article: words that owners type for it, and what becomes of the draft.
    ``hours`` ago it was written."""

    article_id: str
    alias: str
    note: str
    end: str
    hours: float


EDITED: Final = (
    Edited("energia-luces-led", "focos ahorradores led", "Así lo piden en el chat.", "draft", 3),
    Edited(
        "aguas-trampa-de-grasa",
        "trampa de grasa tapada",
        "Varias personas lo preguntaron con estas palabras.",
        "in_review",
        20,
    ),
    Edited(
        "residuos-quien-recoge",
        "camion que recoja la basura",
        "Palabras que faltaban.",
        "in_review",
        1.5,
    ),
    Edited(
        "permiso-cuanto-tarda",
        "en cuanto tiempo sale el permiso",
        "Se publica con el comunicado del mes.",
        "scheduled",
        26,
    ),
    Edited("multas-me-pueden-cerrar", "clausura", "Palabra suelta.", "rejected", 47),
)
SCHEDULED_IN: Final = timedelta(days=12)
REJECTED_FOR: Final = "Es una palabra muy general: traería preguntas de otros artículos."

Acts = list[tuple[datetime, str, Act]]
"""When, who by name, and what."""


async def wrote_articles(session: AsyncSession, register: FactRegister, now: datetime) -> Acts:
    """A draft, reviews that wait for a second person, one that is served from a day to come, one
    that was sent back. Articles that this release does not serve are left alone, and those that
    the check would not let through on these days."""
    texts = {one.article_id: one.markdown for one in await versions.published(session)}
    done: Acts = []
    for edited in EDITED:
        if edited.article_id not in texts:
            continue
        with contextlib.suppress(Defective):
            async with session.begin_nested():
                done += await _edit(session, register, edited, texts[edited.article_id], now)
    return done


async def _edit(
    session: AsyncSession, register: FactRegister, edited: Edited, markdown: str, now: datetime
) -> Acts:
    article, subject = edited.article_id, f"article:{edited.article_id}"
    at = now - timedelta(hours=edited.hours)
    markdown = markdown.replace("\naliases:\n", f"\naliases:\n  - {edited.alias}\n", 1)
    number = await articles.draft(session, register, article, markdown, EDITING, edited.note, at)
    told = {"number": number}
    done: Acts = [(at, EDITING, Act("article.draft", subject, after=told, note=edited.note))]
    if edited.end == "draft":
        return done
    at += timedelta(minutes=12)
    await articles.submit(session, article, number, at)
    done.append((at, EDITING, Act("article.submit", subject, after=told)))
    later = at + timedelta(hours=1)
    if edited.end == "scheduled":
        first = (now + SCHEDULED_IN).astimezone(ZONE).date()
        await articles.approve(
            session, register, article, number, REVIEW, later, effective_on=first
        )
        served = {**told, "effective_on": first.isoformat()}
        done.append((later, REVIEW, Act("article.approve", subject, after=served)))
    elif edited.end == "rejected":
        await articles.reject(session, article, number, REVIEW, REJECTED_FOR, later)
        act = Act("article.reject", subject, after=told, note=REJECTED_FOR)
        done.append((later, REVIEW, act))
    return done


async def sorted_questions(session: AsyncSession, plan: Plan, known: People, now: datetime) -> Acts:
    """The questions without an answer, who wants to be told, and what was done with them."""
    clusters: dict[int, int] = {}
    for one in plan.wondered:
        cluster = await _noted(session, one, known)
        if cluster is not None:
            clusters.setdefault(id(one.subject), cluster)
    done: Acts = []
    for place, subject in enumerate(talk.UNANSWERED):
        number = clusters.get(id(subject))
        at = now - timedelta(hours=30 - place)
        if number is None:
            continue
        about = f"question:{number}"
        if subject.assigned:
            await sorting.assign(session, number, EDITING)
            done.append((at, EDITING, Act("question.assign", about, after={"to": EDITING})))
        if subject.ended == "dismissed":
            await sorting.dismiss(session, number, subject.note, EDITING, at)
            done.append((at, EDITING, Act("question.dismiss", about, note=subject.note)))
        elif subject.ended:
            article = None if subject.ended == "not_ours" else subject.ended
            how: Resolution = "not_ours" if article is None else "alias"
            await sorting.resolve(
                session, number, how, article, subject.note, EDITING, at, _told_nobody
            )
            told = {"resolution": how, "article": article}
            act = Act("question.resolve", about, after=told, note=subject.note)
            done.append((at, EDITING, act))
    return done


def _told_nobody(article_id: str | None, asked: str) -> Content:
    raise LookupError(f"nobody waits for {asked!r}, so there is nothing to say of {article_id}")


async def _noted(session: AsyncSession, one: Wondered, known: People) -> int | None:
    day = one.at.astimezone(ZONE).date()
    number = await questions.record(
        session, one.text, "abstained", (), None, one.guest.channel, day
    )
    if number is None:
        return None
    if one.wants_to_know:
        await questions.wants_answer(session, number, known[one.guest.external][0], one.at)
    cluster: int = await session.scalar(
        text("SELECT cluster_id FROM asked_question WHERE id = :id"), {"id": number}
    )
    return cluster


async def kept_replies(session: AsyncSession, now: datetime) -> Acts:
    """Replies that staff use again; those whose title is taken stay as they are."""
    taken = {one.title for one in await canned.listed(session)}
    done: Acts = []
    for place, (title, words) in enumerate(talk.CANNED):
        if title in taken:
            continue
        number = await canned.create(session, title, words, ATTENTION)
        at = now - timedelta(days=9, minutes=-3 * place)
        told = {"title": title, "text": words}
        done.append((at, ATTENTION, Act("canned.create", f"canned:{number}", after=told)))
    return done


async def revoked_key(session: AsyncSession, now: datetime) -> Acts:
    """A key that was made and taken back; its secret is thrown away."""
    made, ended = now - timedelta(days=21), now - timedelta(days=8)
    key = await keys.create(session, KEY, ["figures:read"], ADMINISTRATION, made)
    await keys.revoke(session, key.prefix, ADMINISTRATION, ended)
    subject = f"key:{key.prefix}"
    told = {"name": KEY, "scopes": ["figures:read"]}
    return [
        (made, ADMINISTRATION, Act("key.create", subject, after=told)),
        (ended, ADMINISTRATION, Act("key.revoke", subject, note="Terminó la prueba.")),
    ]


def attended(plan: Plan, known: People, now: datetime) -> Acts:
    """What was done with the cases of the last two weeks."""
    done: Acts = []
    for case in plan.cases:
        if case.opened_at < now - LOOKED_BACK:
            continue
        person_id, _ = known[case.guest.external]
        subject = f"case:{case.number}"

        def act(
            at: datetime,
            name: str,
            after: Mapping[str, str] | None = None,
            *,
            subject: str = subject,
            person_id: int = person_id,
        ) -> None:
            one = Act(name, subject, after=after or {}, person_id=person_id)
            done.append((at, ATTENTION, one))

        if case.replies:
            act(case.replies[0][0] - timedelta(seconds=40), "case.take")
        for at, words in case.replies:
            act(at, "case.reply", {"text": words})
        for at, words in case.notes:
            act(at, "case.note", {"text": words})
        if case.state == "closed" and case.closed_at is not None:
            told = {"reason": case.close_reason, "note": case.close_note}
            act(case.closed_at, "case.close", told)
    return done


def entered(now: datetime, staff: Mapping[str, int]) -> Acts:
    """Staff logging in on the last three days."""
    return [
        (
            now - timedelta(days=days, hours=1, minutes=7 * place),
            name,
            Act("account.login", f"staff:{number}"),
        )
        for days in (2, 1)
        for place, (name, number) in enumerate(sorted(staff.items()))
    ]


async def recorded(session: AsyncSession, acts: Sequence[tuple[datetime, str, Act]]) -> None:
    """Puts it all into the audit, in the order of time."""
    staff = await accounts(session)
    for at, name, act in sorted(acts, key=lambda one: one[0]):
        actor = Actor("console", name, staff.get(name), ADDRESS)
        await audit.record(session, actor, act, at)


async def accounts(session: AsyncSession) -> dict[str, int]:
    """The invented staff that are there: ids by name."""
    rows = await session.execute(
        text("SELECT name, id FROM staff WHERE name = ANY(:names)"), {"names": [*NAMES.values()]}
    )
    return {row.name: row.id for row in rows}
