"""What the worker does by the clock for bookings, without a worker around it."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from croniter import croniter
from sqlalchemy import text

from actions.bookings.terms import Terms
from actions.cases.hours import ZONE, Hours
from actions.registry import standing
from actions.store.database import Database
from bot import responses
from bot.jobs import hand_on_late, queue, tell_both_of_lapsed
from tests.actions.bookings.conftest import NOW, Enrol, agreed, enrol, hour, request
from tests.actions.conftest import Meet, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]

CATALOGUE = responses.load(Path(responses.__file__).parent)
MORNINGS = Terms(hours=Hours(time(8), time(12)))


async def test_who_is_suspended_in_the_morning_is_told_of_before_a_meeting_at_noon(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    async with database.transaction() as session:
        await standing.suspend(session, advisor.id, "Papeles", "Rosa", NOW)
    assert await tell_both_of_lapsed(database, CATALOGUE, NOW) == 2
    assert await tell_both_of_lapsed(database, CATALOGUE, NOW) == 0
    told = await rows(database, "SELECT person_id FROM outbox ORDER BY person_id")
    assert told == sorted([(advisor.person_id,), (ana.person_id,)])


def test_lapses_are_looked_for_all_day_and_nobody_is_told_at_night() -> None:
    [cron] = [
        task.cron
        for (name, _), task in queue.periodic_registry.periodic_tasks.items()
        if name == "tell_of_lapsed"
    ]
    midnight = datetime(2026, 11, 23, tzinfo=ZONE)
    runs = croniter(cron, midnight.astimezone(UTC) - timedelta(seconds=1), ret_type=datetime)
    moments = []
    while (moment := next(runs).astimezone(ZONE)) < midnight + timedelta(days=1):
        moments.append(moment)
    assert moments[0].time() == time(7)
    assert time(19, 50) <= moments[-1].time() < time(20)
    gaps = [later - before for before, later in pairwise(moments)]
    assert max(gaps) <= timedelta(minutes=5)


async def test_whoever_is_asked_next_has_the_hours_of_this_deployment(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    meeting = hour("2026-12-09 09:00")
    await request(database, first, ana.person_id, meeting)
    async with database.transaction() as session:
        need = '{"categories": ["diagnostico"], "sector": null, "department": null}'
        await session.execute(text("UPDATE referral SET need = CAST(:n AS jsonb)"), {"n": need})
    late = NOW + timedelta(days=7)
    assert await hand_on_late(database, CATALOGUE, late, MORNINGS) > 0
    asked = await rows(database, "SELECT consultant_id, deadline FROM referral")
    assert asked == [(second.id, MORNINGS.deadline(late, meeting.starts))]
    assert asked[0][1] != Terms().deadline(late, meeting.starts)
