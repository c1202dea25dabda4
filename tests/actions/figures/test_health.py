"""How channels fare, and what waits."""

from datetime import timedelta

from actions import jobs
from actions.figures import health
from actions.figures.health import ChannelHealth, Queue
from actions.messages import states
from actions.store.database import Database
from tests.actions.conftest import Meet
from tests.actions.figures.conftest import DAY, HOUR, NOW, Diary

CHANNELS = ("whatsapp", "telegram", "web")


async def test_each_channel_tells_how_it_fares(database: Database, diary: Diary) -> None:
    ana = await diary.new(NOW - HOUR)
    luis = await diary.new(NOW - 3 * DAY, "telegram")
    for state in ("sent", "read", "unknown", "excluded", "queued"):
        await diary.outbound(ana, NOW - 2 * HOUR, state)
    for reason in ("63016", "30003", "63016"):
        await diary.outbound(ana, NOW - HOUR, "failed", reason=reason)
    await diary.outbound(luis, NOW - 2 * DAY, "delivered")
    await diary.outbound(luis, NOW - DAY - HOUR, "failed", reason="blocked")
    async with database.session() as session:
        found = await health.channel_health(session, NOW, CHANNELS)
    assert found == [
        ChannelHealth("whatsapp", NOW - HOUR, NOW - 2 * HOUR, 6, 3, 0.5, "63016", "attention"),
        ChannelHealth("telegram", NOW - 3 * DAY, NOW - 2 * DAY, 0, 0, None, None, "silent"),
        ChannelHealth("web", None, None, 0, 0, None, None, "silent"),
    ]


async def test_queues_tell_what_waits_and_since_when(
    database: Database, diary: Diary, meet: Meet
) -> None:
    async with database.session() as session:
        empty = await health.queues(session, NOW)
    assert empty.inbox == Queue(0, None)
    assert empty.outbox == {lane: Queue(0, None) for lane in health.LANES}
    assert (empty.jobs_waiting, empty.jobs_running) == (0, 0)

    who = await diary.new(NOW - DAY)
    await diary.wrote(who, NOW - 3 * HOUR, handled=False)
    await diary.wrote(who, NOW - HOUR, handled=False)
    for back, state, lane in (
        (1, "queued", states.REPLY),
        (2, "ambiguous", states.BULK),
        (5, "sending", states.BULK),
        (9, "sent", states.BULK),
    ):
        await diary.outbound(who, NOW - back * HOUR, state, lane=lane)
    async with database.transaction() as session:
        await jobs.wake(session, jobs.TURN, who.person_id)
        await jobs.wake(session, jobs.DELIVER, who.person_id)
    await diary.run("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'deliver'")
    async with database.session() as session:
        found = await health.queues(session, NOW)
    assert found.inbox == Queue(2, 3 * HOUR)
    assert found.outbox == {
        states.REPLY: Queue(1, HOUR),
        states.NOTICE: Queue(0, None),
        states.BULK: Queue(2, 5 * HOUR),
    }
    assert (found.jobs_waiting, found.jobs_running) == (1, 1)


async def test_a_clock_behind_the_database_gives_no_negative_age(
    database: Database, diary: Diary
) -> None:
    who = await diary.new(NOW)
    await diary.wrote(who, NOW + HOUR, handled=False)
    async with database.session() as session:
        assert (await health.queues(session, NOW)).inbox == Queue(1, timedelta())
