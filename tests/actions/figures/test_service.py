"""The first page's figures: each day's own, kept once it is over, and how they move."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from actions.figures import service
from actions.figures.rules import COMMITTED_AFTER, Counted, Figures, span_of
from actions.people import erasure
from actions.questions import ratings
from actions.questions import service as questions
from actions.store.database import Database
from tests.actions.figures.conftest import DAY, HOUR, NOW, Diary

TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)
MIDNIGHT = span_of(TODAY)[0]
"""Of the night before NOW, in El Salvador: six in the morning in UTC."""
MINUTE = timedelta(minutes=1)


async def close(database: Database, now: datetime = NOW) -> int:
    async with database.transaction() as session:
        return await service.close_days(session, now)


async def stored(database: Database) -> dict[date, Figures]:
    async with database.session() as session:
        rows = await session.execute(text("SELECT day, figures FROM day_figures"))
        return {row.day: Figures.from_json(row.figures) for row in rows}


async def today(database: Database, now: datetime = NOW) -> service.Today:
    async with database.session() as session:
        return await service.today(session, now)


async def trend(database: Database, days: int, now: datetime = NOW) -> service.Trend:
    async with database.session() as session:
        return await service.trend(session, now, days)


async def test_a_day_is_counted_whole(database: Database, diary: Diary) -> None:
    at = MIDNIGHT + HOUR
    ana = await diary.new(at - DAY)
    luis = await diary.new(at, "telegram")
    await diary.wrote(ana, at)
    await diary.wrote(ana, at)
    for place, outcome in enumerate(
        ("answered", "answered", "abstained", "clarify", "out_of_scope", "task", "person")
    ):
        await diary.turn(ana, at, outcome, milliseconds=10 * (place + 1))
    await diary.turn(luis, at, topic="agua", articles=("agua-pozo", "agua-otra"), milliseconds=500)
    await diary.turn(luis, at, "smalltalk", topic="saludo", articles=(), milliseconds=30)
    await diary.turn(ana, at - DAY, milliseconds=9_000)
    for state in ("sent", "delivered", "read", "read", "failed", "excluded", "queued"):
        await diary.outbound(ana, at, state)
    await diary.outbound(luis, at, "sent")
    await diary.outbound(luis, at - DAY, "sent")
    old = await diary.case(ana, at - DAY)
    new = await diary.case(luis, at)
    await diary.staff_wrote(ana, old, at - 2 * HOUR)
    await diary.staff_wrote(ana, old, at)
    await diary.staff_wrote(luis, new, at + 30 * MINUTE)
    await diary.staff_wrote(luis, new, at + HOUR)
    await diary.run('UPDATE "case" SET closed_at = :at WHERE id = :id', at=at, id=old)
    async with database.transaction() as session:
        await ratings.count(session, "agua-pozo", TODAY, useful=True)
        await ratings.count(session, "agua-pozo", TODAY, useful=False)
        await ratings.count(session, "residuos-separar", TODAY, useful=True)
        await ratings.count(session, "residuos-separar", YESTERDAY, useful=True)
        for day in (TODAY, YESTERDAY):
            await questions.record(
                session, "dónde llevo llantas", "abstained", [], None, "web", day
            )

    found = (await today(database)).figures
    assert found == Figures(
        turns=9,
        outcomes={
            "answered": 3,
            "abstained": 1,
            "clarify": 1,
            "out_of_scope": 1,
            "task": 1,
            "person": 1,
            "smalltalk": 1,
        },
        people=2,
        new_people=1,
        inbound={"whatsapp": 2, "telegram": 1},
        outbound={
            # The staff's second reply in an old case is a message like any other.
            "whatsapp": {"sent": 1, "delivered": 2, "read": 2, "failed": 1, "excluded": 1},
            "telegram": {"sent": 1, "delivered": 2},
        },
        topics=(Counted("residuos", 5), Counted("agua", 1)),
        articles=(Counted("residuos-separar", 2), Counted("agua-pozo", 1)),
        p50_ms=40,
        p95_ms=500,
        cases_opened=1,
        cases_closed=1,
        first_replies=1,
        first_reply_minutes=30.0,
        useful=2,
        useless=1,
        unanswered_questions=1,
    )
    assert (found.answered, found.not_answered) == (3, 3)

    # Once it is over, the same is kept.
    assert await close(database, NOW + DAY) == 2
    assert (await stored(database))[TODAY] == found


async def test_half_past_eleven_at_night_belongs_to_that_day(
    database: Database, diary: Diary
) -> None:
    late = await diary.new(MIDNIGHT - 30 * MINUTE)
    await diary.turn(late, MIDNIGHT - 30 * MINUTE)
    await diary.new(MIDNIGHT)
    assert await close(database) == 1
    kept = (await stored(database))[YESTERDAY]
    assert (kept.people, kept.new_people, kept.turns) == (1, 1, 1)
    running = (await today(database)).figures
    assert (running.people, running.new_people, running.turns) == (1, 1, 0)


async def test_no_day_is_counted_before_it_is_over(database: Database, diary: Diary) -> None:
    assert await close(database) == 0
    await diary.new(MIDNIGHT - 2 * HOUR)
    assert await close(database, MIDNIGHT - timedelta(seconds=1)) == 0
    # What began a second before midnight may still be on its way.
    assert await close(database, MIDNIGHT + COMMITTED_AFTER - timedelta(seconds=1)) == 0
    assert await close(database, MIDNIGHT + COMMITTED_AFTER) == 1
    assert set(await stored(database)) == {YESTERDAY}


async def test_a_day_is_counted_once(database: Database, diary: Diary) -> None:
    who = await diary.new(NOW - 3 * DAY)
    assert await close(database) == 3
    before = await stored(database)
    assert [before[TODAY - timedelta(days=back)].people for back in (3, 2, 1)] == [1, 0, 0]
    await diary.wrote(who, NOW - DAY)
    assert await close(database) == 0
    assert await stored(database) == before


async def test_a_missing_day_between_others_is_counted(database: Database, diary: Diary) -> None:
    await diary.new(NOW - 5 * DAY)
    assert await close(database) == 5
    await diary.run("DELETE FROM day_figures WHERE day = :day", day=TODAY - 3 * DAY)
    assert await close(database) == 1
    assert len(await stored(database)) == 5


async def test_a_long_past_is_counted_bit_by_bit_newest_first(
    database: Database, diary: Diary
) -> None:
    await diary.new(NOW - 500 * DAY)
    assert await close(database) == service.DAYS_AT_ONCE
    assert min(await stored(database)) == TODAY - service.DAYS_AT_ONCE * DAY
    counted = service.DAYS_AT_ONCE
    while added := await close(database):
        counted += added
    assert counted == service.DAYS_BACK
    assert min(await stored(database)) == TODAY - service.DAYS_BACK * DAY


async def test_who_erases_leaves_counts_and_nothing_else(database: Database, diary: Diary) -> None:
    who = await diary.new(NOW - DAY)
    await diary.run(
        "UPDATE inbox SET text = 'soy Lupita de la panaderia' WHERE person_id = :id",
        id=who.person_id,
    )
    await diary.turn(who, NOW - DAY)
    await diary.outbound(who, NOW - DAY)
    await diary.case(who, NOW - DAY)
    await diary.wrote(who, NOW, handled=False)
    await diary.turn(who, NOW, "task", topic="institucion", articles=())
    async with database.transaction() as session:
        await erasure.erase(session, who.person_id, NOW)
    async with database.transaction() as session:
        await erasure.forget_due(session, NOW + 2 * HOUR)
    assert await close(database) == 1
    kept = (await stored(database))[YESTERDAY]
    assert (kept.people, kept.new_people, kept.turns, kept.cases_opened) == (1, 1, 1, 1)
    assert kept.inbound == {"whatsapp": 1}
    assert kept.outbound == {"whatsapp": {"delivered": 1}}
    running = (await today(database)).figures
    assert (running.people, running.turns, running.cases_closed) == (1, 1, 1)
    said = json.dumps([kept.as_json(), running.as_json()])
    for secret in ("Lupita", "panaderia", "palabras", who.external):
        assert secret not in said


async def test_cases_that_wait_and_cases_that_somebody_has(
    database: Database, diary: Diary
) -> None:
    assert (await today(database)).oldest_waiting is None
    numbers = [
        await diary.case(await diary.new(NOW - DAY), NOW - back * HOUR) for back in (1, 3, 50, 60)
    ]
    held = 'UPDATE "case" SET staff = :by, held_until = :until WHERE id = :id'
    await diary.run(held, by="rosa", until=NOW + HOUR, id=numbers[2])
    await diary.run(held, by="rosa", until=NOW - MINUTE, id=numbers[1])
    await diary.run('UPDATE "case" SET closed_at = :at WHERE id = :id', at=NOW, id=numbers[3])
    found = await today(database)
    assert (found.waiting, found.oldest_waiting, found.held) == (2, 3 * HOUR, 1)


async def test_a_trend_goes_day_by_day_up_to_this_moment(database: Database, diary: Diary) -> None:
    ana = await diary.new(NOW - 2 * DAY)
    luis = await diary.new(NOW - 2 * DAY)
    await diary.turn(ana, NOW - 2 * DAY, milliseconds=40)
    await diary.turn(luis, NOW - 2 * DAY, "abstained", milliseconds=60)
    await diary.case(luis, NOW - 2 * DAY)
    assert await close(database) == 2
    await diary.wrote(ana, NOW)
    await diary.turn(ana, NOW, milliseconds=100)
    found = await trend(database, 7)
    assert [point.day for point in found.points] == [
        TODAY - back * DAY for back in range(6, -1, -1)
    ]
    assert found.points[4] == service.Point(TODAY - 2 * DAY, 2, 1, 1, 2, 60, 1)
    assert found.points[6] == service.Point(TODAY, 1, 1, 0, 1, 100, 0)
    for empty in (0, 1, 2, 3, 5):
        day = found.points[empty].day
        assert found.points[empty] == service.Point(day, 0, 0, 0, 0, 0, 0)
    totals = (found.turns, found.answered, found.not_answered, found.cases_opened, found.p95_ms)
    assert [total.value for total in totals] == [3, 2, 1, 1, 80]
    assert found.people.value == pytest.approx(3 / 7)
    # Of the days before nothing is known: a change would be made up.
    assert {total.change for total in (*totals, found.people)} == {None}
    assert len((await trend(database, 90)).points) == 90
    with pytest.raises(service.NoSuchPeriod):
        await trend(database, 8)


async def test_the_change_compares_finished_days_with_as_many_before(
    database: Database, diary: Diary
) -> None:
    who = await diary.new(NOW - 20 * DAY)
    for back in (7, 12):
        await diary.turn(who, NOW - back * DAY, milliseconds=100)
    for back in (1, 6, 6):
        await diary.turn(who, NOW - back * DAY, milliseconds=50)
    # Neither the day before those, nor the running one.
    await diary.turn(who, NOW - 13 * DAY)
    await diary.turn(who, NOW)
    await close(database)
    found = await trend(database, 7)
    assert (found.turns.value, found.turns.change) == (4, 0.5)
    assert found.p95_ms.change == -0.5
    assert found.not_answered.change is None


async def test_yesterday_is_there_before_it_is_stored(database: Database, diary: Diary) -> None:
    who = await diary.new(MIDNIGHT - HOUR)
    await diary.turn(who, MIDNIGHT - HOUR)
    found = await trend(database, 7, MIDNIGHT + MINUTE)
    assert [point.turns for point in found.points[-2:]] == [1, 0]


async def test_a_trend_takes_today_as_the_caller_has_it(database: Database, diary: Diary) -> None:
    who = await diary.new(NOW)
    async with database.session() as session:
        before = await service.today(session, NOW)
        await diary.turn(who, NOW)
        given = await service.trend(session, NOW, 7, before)
        # Midnight came between: that one is of the day before.
        late = await service.trend(session, NOW + DAY, 7, before)
    assert given.points[-1].turns == 0
    assert [point.turns for point in late.points[-2:]] == [1, 0]
