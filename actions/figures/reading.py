"""Counts a day: one statement for each kind of thing that happened."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import text

from actions.figures.rules import ANSWERED, ON_A_TOPIC, TOP, Counted, Figures, span_of
from actions.store.database import Executor

_TURNS = text(
    """
    WITH turned AS MATERIALIZED (
        SELECT outcome, topic, articles->>0 AS article, milliseconds FROM turn
        WHERE created_at >= :begins AND created_at < :ends)
    SELECT (SELECT count(*) FROM turned),
        (SELECT COALESCE(jsonb_object_agg(outcome, number), '{}') FROM (
            SELECT outcome, count(*) AS number FROM turned GROUP BY outcome) AS each),
        (SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY milliseconds)
            FROM turned),
        (SELECT COALESCE(jsonb_agg(jsonb_build_array(topic, number)), '[]') FROM (
            SELECT topic, count(*) AS number FROM turned
            WHERE topic IS NOT NULL AND outcome = ANY(:on_a_topic)
            GROUP BY topic ORDER BY number DESC, topic LIMIT :top) AS each),
        (SELECT COALESCE(jsonb_agg(jsonb_build_array(article, number)), '[]') FROM (
            SELECT article, count(*) AS number FROM turned
            WHERE article IS NOT NULL AND outcome = ANY(:answered)
            GROUP BY article ORDER BY number DESC, article LIMIT :top) AS each)
    """
)

_INBOUND = text(
    """
    SELECT (SELECT count(DISTINCT person_id) FROM inbox
            WHERE received_at >= :begins AND received_at < :ends),
        (SELECT count(*) FROM person WHERE created_at >= :begins AND created_at < :ends),
        (SELECT COALESCE(jsonb_object_agg(channel, number), '{}') FROM (
            SELECT address.channel, count(*) AS number
            FROM inbox JOIN address ON address.id = inbox.address_id
            WHERE received_at >= :begins AND received_at < :ends
            GROUP BY address.channel) AS each)
    """
)

# The index begins with the channel, since each one's health is asked for too: PostgreSQL 18 jumps
# from one channel to the next, and an older one reads that index, never the table.
_OUTBOUND = text(
    """
    WITH settled AS MATERIALIZED (
        SELECT id, channel, state, settled_at FROM outbox
        WHERE settled_at >= :begins AND settled_at < :ends
    ), replied AS MATERIALIZED (
        SELECT EXTRACT(EPOCH FROM settled.settled_at - opened.opened_at) / 60 AS minutes
        FROM settled JOIN case_reply AS reply ON reply.outbox_id = settled.id
        JOIN "case" AS opened ON opened.id = reply.case_id
        WHERE NOT EXISTS (SELECT 1 FROM case_reply AS earlier
            WHERE earlier.case_id = reply.case_id AND earlier.outbox_id < reply.outbox_id)
    )
    SELECT (SELECT COALESCE(jsonb_object_agg(channel, states), '{}') FROM (
            SELECT channel, jsonb_object_agg(state, number) AS states FROM (
                SELECT channel, state, count(*) AS number FROM settled GROUP BY channel, state
            ) AS one GROUP BY channel) AS each),
        (SELECT count(*) FROM replied),
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) FROM replied)
    """
)

_REST = text(
    """
    SELECT
        (SELECT count(*) FROM "case" WHERE opened_at >= :begins AND opened_at < :ends),
        (SELECT count(*) FROM "case" WHERE closed_at >= :begins AND closed_at < :ends),
        (SELECT COALESCE(sum(useful), 0) FROM article_rating WHERE rated_on = :day),
        (SELECT COALESCE(sum(useless), 0) FROM article_rating WHERE rated_on = :day),
        (SELECT count(*) FROM asked_question WHERE asked_on = :day)
    """
)


async def count(session: Executor, day: date) -> Figures:
    """What has been stored of a day until now, over or not."""
    begins, ends = span_of(day)
    span: Mapping[str, Any] = {"begins": begins, "ends": ends}
    named = {"answered": [*ANSWERED], "on_a_topic": [*ON_A_TOPIC], "top": TOP}
    turns, outcomes, milliseconds, topics, articles = (
        await session.execute(_TURNS, {**span, **named})
    ).one()
    people, new_people, inbound = (await session.execute(_INBOUND, span)).one()
    outbound, first_replies, minutes = (await session.execute(_OUTBOUND, span)).one()
    opened, closed, useful, useless, questions = (
        await session.execute(_REST, {**span, "day": day})
    ).one()
    p50, p95 = milliseconds or (None, None)
    return Figures(
        turns=turns,
        outcomes=outcomes,
        people=people,
        new_people=new_people,
        inbound=inbound,
        outbound=outbound,
        topics=tuple(Counted(*one) for one in topics),
        articles=tuple(Counted(*one) for one in articles),
        p50_ms=p50,
        p95_ms=p95,
        cases_opened=opened,
        cases_closed=closed,
        first_replies=first_replies,
        first_reply_minutes=None if minutes is None else round(minutes, 1),
        useful=useful,
        useless=useless,
        unanswered_questions=questions,
    )
