"""How things stand at this moment: each channel, and what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from actions.figures.rules import ChannelState, channel_state
from actions.messages import states
from actions.store.database import Executor

WINDOW: Final = timedelta(hours=24)
SENT: Final = (states.SENT, states.DELIVERED, states.READ)
LANES: Final = (states.REPLY, states.NOTICE, states.BULK)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """One channel; ``settled`` and ``failed`` are of the last 24 hours.

    ``settled`` counts the messages that were handed to the provider, or may have been, with the
    ``failed`` ones among them; those that were left out (opted out, blocked, window closed) were
    never tried. ``error_rate`` is their share, None where nothing was settled. ``failure`` is the
    most frequent reason of failing, a code of ours or of the provider. ``last_inbound_at`` and
    ``last_sent_at`` look back for ever. For ``state`` see actions.figures.rules.channel_state.
    """

    channel: str
    last_inbound_at: datetime | None
    last_sent_at: datetime | None
    settled: int
    failed: int
    error_rate: float | None
    failure: str | None
    state: ChannelState


_HEALTH = text(
    """
    WITH settled AS MATERIALIZED (
        SELECT channel, state, reason FROM outbox
        WHERE channel = ANY(:channels) AND settled_at > :since AND settled_at <= :now
            AND state <> :excluded
    ), tried AS (
        SELECT channel, count(*) AS settled, count(*) FILTER (WHERE state = :failed) AS failed,
            mode() WITHIN GROUP (ORDER BY reason) FILTER (WHERE state = :failed) AS failure
        FROM settled GROUP BY channel
    ), heard AS (
        SELECT channel, max(last_inbound_at) AS last_at FROM address
        WHERE channel = ANY(:channels) GROUP BY channel
    )
    SELECT asked.channel, heard.last_at,
        (SELECT settled_at FROM outbox WHERE outbox.channel = asked.channel
            AND settled_at IS NOT NULL AND state = ANY(:sent)
            ORDER BY settled_at DESC LIMIT 1),
        COALESCE(tried.settled, 0), COALESCE(tried.failed, 0), tried.failure
    FROM unnest(CAST(:channels AS text[])) WITH ORDINALITY AS asked(channel, place)
    LEFT JOIN heard ON heard.channel = asked.channel
    LEFT JOIN tried ON tried.channel = asked.channel
    ORDER BY asked.place
    """
)


async def channel_health(
    session: Executor, now: datetime, channels: Sequence[str]
) -> list[ChannelHealth]:
    """How each of the channels fares, in the order given."""
    rows = await session.execute(
        _HEALTH,
        {
            "channels": [*channels],
            "now": now,
            "since": now - WINDOW,
            "excluded": states.EXCLUDED,
            "failed": states.FAILED,
            "sent": [*SENT],
        },
    )
    return [
        ChannelHealth(
            channel=channel,
            last_inbound_at=last_inbound_at,
            last_sent_at=last_sent_at,
            settled=settled,
            failed=failed,
            error_rate=failed / settled if settled else None,
            failure=failure,
            state=channel_state(now, last_inbound_at, settled, failed),
        )
        for channel, last_inbound_at, last_sent_at, settled, failed, failure in rows
    ]


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and for how long the oldest has; None where none does."""

    waiting: int
    oldest: timedelta | None


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits: messages for a turn; messages to be sent, by lane (actions.messages.states; each
    of the three is there); wake-ups of workers that nobody has begun, and those under way."""

    inbox: Queue
    outbox: Mapping[int, Queue]
    jobs_waiting: int
    jobs_running: int


_INBOX = text("SELECT count(*), min(received_at) FROM inbox WHERE handled_at IS NULL")
_OUTBOX = text(
    "SELECT lane, count(*), min(created_at) FROM outbox "
    "WHERE state IN ('queued', 'sending', 'ambiguous') GROUP BY lane"
)
_JOBS = text(
    "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing') "
    "FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
)


async def queues(session: Executor, now: datetime) -> Queues:
    """What waits at this moment, wherever it does."""
    unread, oldest = (await session.execute(_INBOX)).one()
    unsent = {lane: (number, first) for lane, number, first in await session.execute(_OUTBOX)}
    todo, doing = (await session.execute(_JOBS)).one()
    return Queues(
        inbox=_queue(now, unread, oldest),
        outbox={lane: _queue(now, *unsent.get(lane, (0, None))) for lane in LANES},
        jobs_waiting=todo,
        jobs_running=doing,
    )


def _queue(now: datetime, waiting: int, oldest: datetime | None) -> Queue:
    return Queue(waiting, None if oldest is None else max(now - oldest, timedelta()))
