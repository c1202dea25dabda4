"""Loads demo data once: three months with people who never were, and what staff did meanwhile.

Nothing of it is left to be answered or sent, and where they could be reached nobody can be (see
actions.demo.places).
"""

import random
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.answers import service as answers
from actions.articles import rules, versions
from actions.demo import asked, bookings, diary, office, registry, storing, wishes
from actions.demo.firms import FIRMS
from actions.demo.places import INVENTED, INVENTED_NUMBER
from actions.demo.plan import Piece, Plan
from actions.figures import service as figures
from actions.store.database import Executor
from knowledge.facts import FactRegister
from knowledge.library import Library

SEED: Final = 20_261_128
"""So that everybody who starts the demo sees the same three months."""


async def load(
    session: AsyncSession, register: FactRegister, now: datetime, chance: random.Random
) -> bool:
    """Stores the demo; false, and nothing, where it is there already.

    ``register`` are the facts of the release; its articles have to be in the database, and the
    demo's staff should be (see actions.demo.staff).
    """
    if await is_loaded(session):
        return False
    plan = planned(await _pieces(session, register, now), now, chance)
    known = await storing.people(session, plan)
    await storing.opened(session, plan, known)
    await storing.messages(session, plan, known, office.ATTENTION, chance)
    await storing.ended(session, plan, known, office.ATTENTION, now)
    await storing.profiles(session, plan, known, now)
    await storing.ratings(session, plan)
    acts = office.attended(plan, known, now)
    acts += await office.sorted_questions(session, plan, known, now)
    acts += await office.wrote_articles(session, register, now)
    acts += await office.kept_replies(session, now)
    acts += await office.revoked_key(session, now)
    if await registry.load(session, now):
        await bookings.load(session, now)
    acts += office.entered(now, await office.accounts(session))
    await office.recorded(session, acts)
    while await figures.close_days(session, now):
        pass
    return True


async def is_loaded(session: Executor) -> bool:
    """Whether any of the demo's people is there; those who were erased are no more."""
    found: bool = await session.scalar(
        text(
            "SELECT EXISTS (SELECT 1 FROM address "
            "WHERE starts_with(external, :invented) OR starts_with(external, :number))"
        ),
        {"invented": INVENTED, "number": INVENTED_NUMBER},
    )
    return found


def planned(pieces: list[Piece], now: datetime, chance: random.Random) -> Plan:
    """The three months until ``now``. Pure."""
    writer = diary.Writer(now, chance, pieces)
    guests = diary.visits(writer, diary.everybody(chance))
    cases = wishes.cases(writer, guests)
    wondered = wishes.wondered(writer, guests)
    lines = sorted(writer.lines, key=lambda line: line.at)
    return Plan(guests, lines, cases, wondered, writer.ratings)


async def _pieces(session: AsyncSession, register: FactRegister, now: datetime) -> list[Piece]:
    """What people ask for: usual articles, then those for the branches of the firms."""
    sectors = {firm.sector for firm in FIRMS}
    day = rules.day_of(now)
    texts = {one.article_id: one.markdown for one in await versions.published(session)}
    chosen = [one for one in (*asked.USUAL, *asked.of_branches(texts)) if one in texts]
    library = Library.of((rules.parse(one, texts[one]) for one in chosen), register, day)
    pieces = []
    for one in chosen:
        shown = answers.show(library, one)
        if shown is None:
            continue
        article = library.articles[one]
        is_usual = one in asked.USUAL
        if not is_usual and not sectors.intersection(article.sectors):
            continue
        pieces.append(
            Piece(
                one,
                article.title,
                article.topic,
                () if is_usual else article.sectors,
                article.questions or article.aliases,
                f"{shown.text}\n\n{shown.sources}".strip(),
                article.next,
            )
        )
    return pieces
