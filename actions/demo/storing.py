"""Stores the plan: many rows at a time, for a start should not be felt."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import notes as case_notes
from actions.cases import service as cases
from actions.cases import staff as case_staff
from actions.demo import talk
from actions.demo.plan import CasePlan, Guest, Line, Plan
from actions.firms import service as firms
from actions.messages import states
from actions.messages.content import Button, Content
from actions.people import wanted
from knowledge.territory import territory

PRIVACY_NOTICE: Final = "2026-12"
"""The version that owners accept in the chat."""
HELD_FOR: Final = timedelta(hours=72)
"""Longer than usual: so that the case is still in hand the day after."""
_STOPPED: Final[tuple[tuple[str, ...], ...]] = (
    ("announcements",),
    ("announcements", "training"),
    wanted.CATEGORIES,
    ("training",),
)
"""What every ninth firm does not want, in turn."""
_WHATSAPP: Final = {states.READ: 64, states.DELIVERED: 30, states.SENT: 5, states.FAILED: 1}
_FAILED: Final = "30008"
"""Twilio's "unknown error"."""

People = Mapping[str, tuple[int, int]]
"""The ids of a person and of their address, by that address."""


async def people(session: AsyncSession, plan: Plan) -> People:
    """Everybody with their address, since they wrote first."""
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for line in plan.lines:
        first.setdefault(line.guest.external, line.at)
        if line.is_inbound:
            last[line.guest.external] = line.at
    externals = [guest.external for guest in plan.guests]
    firsts = [first[external] for external in externals]
    people_ids = await _inserted(
        session,
        "INSERT INTO person (created_at) SELECT at FROM unnest(CAST(:firsts AS timestamptz[])) "
        "WITH ORDINALITY AS one(at, place) ORDER BY place RETURNING id",
        {"firsts": firsts},
    )
    address_ids = await _inserted(
        session,
        """
        INSERT INTO address (person_id, channel, external, created_at, last_inbound_at)
        SELECT person, channel, external, first_at, last_at
        FROM unnest(CAST(:people AS bigint[]), CAST(:channels AS text[]),
            CAST(:externals AS text[]), CAST(:firsts AS timestamptz[]),
            CAST(:lasts AS timestamptz[])) WITH ORDINALITY
            AS one(person, channel, external, first_at, last_at, place)
        ORDER BY place RETURNING id
        """,
        {
            "people": people_ids,
            "channels": [guest.channel for guest in plan.guests],
            "externals": externals,
            "firsts": firsts,
            "lasts": [last[external] for external in externals],
        },
    )
    return dict(zip(externals, zip(people_ids, address_ids, strict=True), strict=True))


async def _inserted(session: AsyncSession, statement: str, values: Mapping[str, Any]) -> list[int]:
    return list(await session.scalars(text(statement), values))


async def opened(session: AsyncSession, plan: Plan, known: People) -> None:
    """Opens the cases, and notes their numbers in the plan."""
    for case in plan.cases:
        context: cases.Context = {
            "question": case.question,
            "article": case.article,
            "why": case.why,
        }
        person_id, _ = known[case.guest.external]
        case.number = (await cases.open_case(session, person_id, case.reason, context)).number
    await session.execute(
        text(
            """
            UPDATE "case" SET opened_at = one.opened, waiting_since = one.waiting
            FROM unnest(CAST(:numbers AS bigint[]), CAST(:opened AS timestamptz[]),
                CAST(:waiting AS timestamptz[])) AS one(number, opened, waiting)
            WHERE "case".id = one.number
            """
        ),
        {
            "numbers": [case.number for case in plan.cases],
            "opened": [case.opened_at for case in plan.cases],
            "waiting": [case.waiting_since for case in plan.cases],
        },
    )


async def messages(
    session: AsyncSession, plan: Plan, known: People, staff: str, chance: random.Random
) -> None:
    """All that was said, with its turns; each side in the order of time. Nothing is left to be
    answered or sent."""
    said = [line for line in plan.lines if line.is_inbound]
    sent = [line for line in plan.lines if not line.is_inbound]
    turn_ids = await _turns(session, said, known)
    await _inbox(session, said, turn_ids, known)
    # A reply of the assistant belongs to the turn of the message before it.
    answered: dict[str, int] = {}
    of_turn: dict[int, int] = {}
    numbers = iter(turn_ids)
    for line in plan.lines:
        if line.is_inbound:
            answered[line.guest.external] = next(numbers)
        elif line.reply_in is None:
            of_turn[id(line)] = answered[line.guest.external]
    outbox_ids = await _outbox(session, sent, of_turn, known, chance)
    replies = [
        (message_id, line.reply_in.number)
        for message_id, line in zip(outbox_ids, sent, strict=True)
        if line.reply_in is not None
    ]
    await session.execute(
        text(
            "INSERT INTO case_reply (outbox_id, case_id, staff) SELECT message, number, :staff "
            "FROM unnest(CAST(:messages AS bigint[]), CAST(:numbers AS bigint[])) "
            "AS one(message, number)"
        ),
        {
            "staff": staff,
            "messages": [message_id for message_id, _ in replies],
            "numbers": [number for _, number in replies],
        },
    )


async def _turns(session: AsyncSession, said: Sequence[Line], known: People) -> list[int]:
    turned = [(line, line.turn) for line in said if line.turn is not None]
    return await _inserted(
        session,
        """
        INSERT INTO turn (person_id, channel, intent, confidence, outcome, topic, articles,
            milliseconds, created_at)
        SELECT person, channel, intent, confidence, outcome, topic, CAST(articles AS jsonb),
            milliseconds, at
        FROM unnest(CAST(:people AS bigint[]), CAST(:channels AS text[]),
            CAST(:intents AS text[]), CAST(:sure AS float[]), CAST(:outcomes AS text[]),
            CAST(:topics AS text[]), CAST(:articles AS text[]), CAST(:took AS int[]),
            CAST(:moments AS timestamptz[])) WITH ORDINALITY AS one(person, channel, intent,
            confidence, outcome, topic, articles, milliseconds, at, place)
        ORDER BY place RETURNING id
        """,
        {
            "people": [known[line.guest.external][0] for line, _ in turned],
            "channels": [line.guest.channel for line, _ in turned],
            "intents": [turn.intent for _, turn in turned],
            "sure": [turn.confidence for _, turn in turned],
            "outcomes": [turn.outcome for _, turn in turned],
            "topics": [turn.topic for _, turn in turned],
            "articles": [json.dumps(turn.articles) for _, turn in turned],
            "took": [turn.milliseconds for _, turn in turned],
            "moments": [line.at for line, _ in turned],
        },
    )


async def _inbox(
    session: AsyncSession, said: Sequence[Line], turn_ids: Sequence[int], known: People
) -> None:
    await session.execute(
        text(
            """
            INSERT INTO inbox (person_id, address_id, provider_id, kind, text, received_at,
                handled_at, turn_id)
            SELECT person, address, 'demo-' || place, 'text', said, at, at, turn
            FROM unnest(CAST(:people AS bigint[]), CAST(:addresses AS bigint[]),
                CAST(:texts AS text[]), CAST(:moments AS timestamptz[]), CAST(:turns AS bigint[]))
                WITH ORDINALITY AS one(person, address, said, at, turn, place)
            ORDER BY place
            """
        ),
        {
            "people": [known[line.guest.external][0] for line in said],
            "addresses": [known[line.guest.external][1] for line in said],
            "texts": [line.text for line in said],
            "moments": [line.at for line in said],
            "turns": [*turn_ids],
        },
    )


async def _outbox(
    session: AsyncSession,
    sent: Sequence[Line],
    of_turn: Mapping[int, int],
    known: People,
    chance: random.Random,
) -> list[int]:
    reached = [_reached(line.guest, chance) for line in sent]
    return await _inserted(
        session,
        """
        INSERT INTO outbox (person_id, address_id, channel, turn_id, lane, content, state, reason,
            attempts, attempted_at, created_at, settled_at)
        SELECT person, address, channel, turn, :lane, CAST(content AS jsonb), state, reason, 1,
            at, at, at + interval '400 milliseconds'
        FROM unnest(CAST(:people AS bigint[]), CAST(:addresses AS bigint[]),
            CAST(:channels AS text[]), CAST(:turns AS bigint[]), CAST(:contents AS text[]),
            CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:moments AS timestamptz[]))
            WITH ORDINALITY
            AS one(person, address, channel, turn, content, state, reason, at, place)
        ORDER BY place RETURNING id
        """,
        {
            "lane": states.REPLY,
            "people": [known[line.guest.external][0] for line in sent],
            "addresses": [known[line.guest.external][1] for line in sent],
            "channels": [line.guest.channel for line in sent],
            "turns": [of_turn.get(id(line)) for line in sent],
            "contents": [json.dumps(_content(line).as_json()) for line in sent],
            "states": reached,
            "reasons": [_FAILED if state == states.FAILED else None for state in reached],
            "moments": [line.at for line in sent],
        },
    )


def _content(line: Line) -> Content:
    words = line.text if line.opens is None else talk.noted(line.opens.number)
    return Content(words, tuple(Button(title, means) for title, means in line.buttons))


def _reached(guest: Guest, chance: random.Random) -> str:
    if guest.channel != "whatsapp":
        return states.SENT
    return chance.choices([*_WHATSAPP], [*_WHATSAPP.values()])[0]


async def ended(
    session: AsyncSession, plan: Plan, known: People, staff: str, now: datetime
) -> None:
    """What the ministry did with the cases: took, noted, closed. To be called after the messages:
    none of it writes one."""
    withdrawn: list[CasePlan] = []
    noted: list[tuple[int, datetime]] = []
    for case in plan.cases:
        for at, words in case.notes:
            noted.append((await case_notes.add_note(session, case.number, staff, words), at))
        if case.state == "withdrawn":
            await cases.withdraw(session, known[case.guest.external][0])
            withdrawn.append(case)
        elif case.state == "closed" and case.closed_at is not None:
            # Nobody has the conversation any more, so nobody is told that the assistant is back.
            await case_staff.close(
                session,
                case.number,
                staff,
                case.closed_at,
                "",
                case.close_reason,
                case.close_note,
            )
        elif case.state == "held":
            await case_staff.take(session, case.number, staff, now, HELD_FOR)
    await _moved(session, "case_note", "at", noted)
    moments = [(case.number, case.closed_at) for case in withdrawn if case.closed_at is not None]
    await _moved(session, '"case"', "closed_at", moments)


async def _moved(
    session: AsyncSession, table: str, column: str, moments: Sequence[tuple[int, datetime]]
) -> None:
    """Puts back what a service dated with the present moment."""
    await session.execute(
        text(
            f"UPDATE {table} SET {column} = one.moment FROM unnest(CAST(:ids AS bigint[]), "
            f"CAST(:moments AS timestamptz[])) AS one(id, moment) WHERE {table}.id = one.id"
        ),
        {"ids": [one for one, _ in moments], "moments": [moment for _, moment in moments]},
    )


async def profiles(session: AsyncSession, plan: Plan, known: People, now: datetime) -> None:
    """What firms told of themselves, that they agreed to it being kept, and what they do not want
    to receive."""
    first: dict[str, datetime] = {}
    for line in plan.lines:
        first.setdefault(line.guest.external, line.at)
    with_firm = [guest for guest in plan.guests if guest.firm is not None]
    for place, guest in enumerate(with_firm):
        firm = guest.firm
        assert firm is not None
        person_id, _ = known[guest.external]
        district = territory().district(firm.district, firm.department)
        assert district is not None, firm
        await firms.save(
            session,
            person_id,
            {
                "firm_name": firm.name,
                "sector": firm.sector,
                "workers": firm.workers,
                "annual_sales_usd": firm.sales,
                "district": district.name,
                "municipality": district.municipality,
                "department": district.department,
                "permit_state": firm.permit,
            },
            first[guest.external] + timedelta(minutes=4),
        )
        if place % 9 == 4:
            await wanted.stop(session, person_id, _STOPPED[place // 9 % len(_STOPPED)])
    await session.execute(
        text(
            """
            INSERT INTO consent (person_id, version, channel, given_at)
            SELECT person, :version, channel, at FROM unnest(CAST(:people AS bigint[]),
                CAST(:channels AS text[]), CAST(:moments AS timestamptz[]))
                AS one(person, channel, at)
            """
        ),
        {
            "version": PRIVACY_NOTICE,
            "people": [known[guest.external][0] for guest in with_firm],
            "channels": [guest.channel for guest in with_firm],
            "moments": [first[guest.external] + timedelta(minutes=2) for guest in with_firm],
        },
    )
    await session.execute(
        text(
            "UPDATE opted_out SET stopped_at = :at WHERE person_id = ANY(CAST(:people AS bigint[]))"
        ),
        {"at": now - timedelta(days=6), "people": [known[one.external][0] for one in with_firm]},
    )


async def ratings(session: AsyncSession, plan: Plan) -> None:
    """How many found an article of use, by day."""
    await session.execute(
        text(
            """
            INSERT INTO article_rating (article_id, rated_on, useful, useless)
            SELECT * FROM unnest(CAST(:articles AS text[]), CAST(:days AS date[]),
                CAST(:useful AS int[]), CAST(:useless AS int[]))
            ON CONFLICT (article_id, rated_on) DO UPDATE SET
                useful = article_rating.useful + excluded.useful,
                useless = article_rating.useless + excluded.useless
            """
        ),
        {
            "articles": [article for article, _ in plan.ratings],
            "days": [day for _, day in plan.ratings],
            "useful": [useful for useful, _ in plan.ratings.values()],
            "useless": [useless for _, useless in plan.ratings.values()],
        },
    )
