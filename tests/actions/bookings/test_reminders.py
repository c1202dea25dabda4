"""Reminders and reports of lapsed consultants: each once, and only where they are of use."""

import asyncio
from datetime import date, datetime, timedelta

from actions.bookings import reminders, service
from actions.bookings.booked import Notice
from actions.registry import standing
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOW,
    WEDNESDAY,
    Enrol,
    agreed,
    at,
    do,
    hour,
    names,
    request,
)
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows, run

DAY_BEFORE = WEDNESDAY.starts - timedelta(hours=24)
HOUR_BEFORE = WEDNESDAY.starts - timedelta(hours=1)
A_SECOND = timedelta(seconds=1)


async def _due(database: Database, now: datetime) -> list[Notice]:
    async with database.transaction() as session:
        return await reminders.due(session, now)


async def _lapsed(database: Database, now: datetime = NOW) -> list[Notice]:
    async with database.transaction() as session:
        return await service.lapsed(session, now)


async def test_both_sides_are_reminded_a_day_and_an_hour_before(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    assert await _due(database, DAY_BEFORE - A_SECOND) == []
    first = await _due(database, DAY_BEFORE)
    assert names(first) == [
        (ana.person_id, "reminder_day"),
        (advisor.person_id, "reminder_day"),
    ]
    assert first[0].values["booking_id"] == booking.id
    assert first[0].values["starts"] == WEDNESDAY.starts
    assert await _due(database, HOUR_BEFORE - A_SECOND) == []
    assert names(await _due(database, HOUR_BEFORE)) == [
        (ana.person_id, "reminder_hour"),
        (advisor.person_id, "reminder_hour"),
    ]
    assert await _due(database, HOUR_BEFORE + A_SECOND) == []


async def test_many_processes_remind_once(database: Database, enrol: Enrol, meet: Meet) -> None:
    advisor = await enrol()
    for moment in ("09:00", "10:30", "13:00"):
        await agreed(database, advisor, (await meet()).person_id, hour(f"2026-11-25 {moment}"))
    found = await asyncio.gather(*(_due(database, at("2026-11-24 14:00")) for _ in range(8)))
    assert len([notice for one in found for notice in one]) == 6
    assert await _due(database, at("2026-11-24 14:00")) == []


async def test_only_what_is_agreed_on_is_reminded_of(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    cancelled = await agreed(database, advisor, ana.person_id)
    await do(database, service.cancel, cancelled.id, ana.person_id, NOW)
    await request(database, advisor, ana.person_id, hour("2026-11-25 10:30"))
    assert await _due(database, DAY_BEFORE + timedelta(hours=2)) == []
    assert await _due(database, WEDNESDAY.starts + timedelta(hours=1)) == []


async def test_what_is_agreed_on_under_the_span_has_no_such_reminder(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    await do(database, service.accept, booking.id, advisor.person_id, DAY_BEFORE + A_SECOND)
    assert await _due(database, DAY_BEFORE + timedelta(minutes=1)) == []
    assert len(await _due(database, HOUR_BEFORE)) == 2


async def test_after_an_outage_only_what_is_still_of_use_goes_out(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    # Not both at once, and none of what has begun.
    assert [name for _, name in names(await _due(database, HOUR_BEFORE))] == ["reminder_hour"] * 2
    await agreed(database, advisor, ana.person_id, hour("2026-11-26 09:00"))
    assert await _due(database, at("2026-11-26 09:00")) == []


async def test_a_moved_meeting_is_reminded_of_anew(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    assert len(await _due(database, DAY_BEFORE)) == 2
    friday = hour("2026-11-27 09:00")
    await do(database, service.reschedule, booking.id, ana.person_id, friday, DAY_BEFORE)
    await do(database, service.accept, booking.id, advisor.person_id, DAY_BEFORE)
    assert await _due(database, HOUR_BEFORE) == []
    assert len(await _due(database, at("2026-11-26 09:00"))) == 2


# -- consultants who lapse -------------------------------------------------------------------------


async def test_bookings_to_come_of_who_lapsed_are_reported_once_to_both_sides(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    await agreed(database, other, ana.person_id, hour("2026-11-26 09:00"))
    await agreed(database, advisor, ana.person_id)
    await request(database, advisor, ana.person_id, hour("2026-11-25 14:00"))
    assert await _lapsed(database) == []
    await run(database, "UPDATE consultant SET state = 'suspendida' WHERE id = :id", id=advisor.id)
    found = await asyncio.gather(*(_lapsed(database) for _ in range(4)))
    told = [notice for one in found for notice in one]
    assert sorted(names(told)) == sorted(
        [
            (ana.person_id, "consultant_lapsed"),
            (advisor.person_id, "registration_lapsed"),
        ]
    )
    assert await _lapsed(database) == []
    assert await rows(database, "SELECT DISTINCT state FROM booking ORDER BY state") == [
        ("accepted",),
        ("pending",),
    ]


async def test_a_registration_lapses_by_its_last_day_too(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(valid_to=date(2026, 11, 24)), await meet()
    await agreed(database, advisor, ana.person_id)
    # Eleven at night in El Salvador is the next day by Greenwich.
    assert await _lapsed(database, at("2026-11-24 23:00")) == []
    assert len(await _lapsed(database, at("2026-11-25 00:00"))) == 2
    assert await _lapsed(database, WEDNESDAY.ends) == []


async def test_nobody_is_reminded_of_a_meeting_with_who_is_suspended(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    async with database.transaction() as session:
        await standing.suspend(session, advisor.id, "Una queja", "Rosa", DAY_BEFORE)
    assert await _due(database, DAY_BEFORE) == []
    # Once it holds again, they are reminded of what is still to come.
    async with database.transaction() as session:
        await standing.reinstate(session, advisor.id, "Se aclaró", "Rosa", DAY_BEFORE)
    assert len(await _due(database, DAY_BEFORE + A_SECOND)) == 2


async def test_a_second_suspension_is_told_of_too(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    told = []
    for _ in range(2):
        async with database.transaction() as session:
            await standing.suspend(session, advisor.id, "Una queja", "Rosa", NOW)
        told += [len(await _lapsed(database)), len(await _lapsed(database))]
        async with database.transaction() as session:
            await standing.reinstate(session, advisor.id, "Se aclaró", "Rosa", NOW)
        told.append(len(await _lapsed(database)))
    assert told == [2, 0, 0, 2, 0, 0]
