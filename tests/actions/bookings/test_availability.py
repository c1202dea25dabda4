"""A consultant's week and the days that are different, as they are kept."""

from datetime import date, datetime, time, timedelta

import pytest

from actions.bookings import availability, errors, service
from actions.bookings.openings import Exceptional, Window
from actions.store.database import Database
from tests.actions.bookings.conftest import NOW, WEDNESDAY, WEEK, Enrol, agreed, hour, request
from tests.actions.conftest import Meet

AWAY = Exceptional(date(2026, 11, 25), date(2026, 11, 27), opened=False)


async def test_a_week_is_replaced_as_a_whole(database: Database, enrol: Enrol) -> None:
    advisor, other = await enrol(), await enrol()
    week = [Window(5, time(8), time(12), "remote"), Window(0, time(14), time(16))]
    async with database.transaction() as session:
        await availability.set_windows(session, advisor.id, week)
        assert await availability.windows_of(session, advisor.id) == week[::-1]
        assert await availability.windows_of(session, other.id) == list(WEEK)
        (first, *_) = await service.offer(session, advisor.id, NOW, mode="remote")
        assert f"{first.span.starts:%m-%d %H:%M}" == "11-28 08:00"
        await availability.set_windows(session, advisor.id, [])
        assert await service.offer(session, advisor.id, NOW) == []


@pytest.mark.parametrize(
    "windows",
    [
        [Window(0, time(9), time(9))],
        [Window(0, time(12), time(9))],
        [Window(0, time(9), time(12)), Window(0, time(11), time(13))],
        [Window(one % 7, time(one // 7), time(one // 7, 30)) for one in range(41)],
    ],
)
async def test_a_week_that_makes_no_sense_changes_nothing(
    database: Database, enrol: Enrol, windows: list[Window]
) -> None:
    advisor = await enrol()
    async with database.transaction() as session:
        with pytest.raises(errors.BadAvailability):
            await availability.set_windows(session, advisor.id, windows)
        assert await availability.windows_of(session, advisor.id) == list(WEEK)


async def test_days_off_are_not_offered_and_tell_which_bookings_they_touch(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    wednesday = await agreed(database, advisor, ana.person_id)
    friday = await request(database, advisor, ana.person_id, hour("2026-11-27 14:00"))
    await request(database, advisor, ana.person_id, hour("2026-11-30 09:00"))
    await request(database, other, (await meet()).person_id)
    async with database.transaction() as session:
        number, touched = await availability.add_exception(
            session, advisor.id, AWAY, NOW, reason=" Vacaciones "
        )
        assert touched == [wednesday, friday]
        (kept,) = await availability.exceptions_of(session, advisor.id, NOW.date())
        assert (kept.id, kept.what, kept.reason) == (number, AWAY, "Vacaciones")
        (first,) = await service.offer(session, advisor.id, NOW, 1, WEDNESDAY.starts)
        assert f"{first.span.starts:%m-%d %H:%M}" == "11-30 10:30"
        # Another consultant cannot take it back.
        assert not await availability.remove_exception(session, other.id, number)
        assert await availability.remove_exception(session, advisor.id, number)
        assert not await availability.remove_exception(session, advisor.id, number)
        (first,) = await service.offer(session, advisor.id, NOW, 1, WEDNESDAY.starts)
        assert f"{first.span.starts:%m-%d %H:%M}" == "11-25 10:30"


async def test_hours_off_touch_only_what_lies_in_them(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    morning = await request(database, advisor, ana.person_id)
    await request(database, advisor, ana.person_id, hour("2026-11-25 14:00"))
    until_noon = Exceptional(date(2026, 11, 24), date(2026, 11, 25), False, time(9, 30), time(14))
    async with database.transaction() as session:
        _, touched = await availability.add_exception(session, advisor.id, until_noon, NOW)
        assert touched == [morning]
        opened = Exceptional(date(2026, 11, 28), date(2026, 11, 28), True, time(8), time(10))
        assert (await availability.add_exception(session, advisor.id, opened, NOW))[1] == []


@pytest.mark.parametrize(
    "what",
    [
        Exceptional(date(2026, 11, 27), date(2026, 11, 25), opened=False),
        Exceptional(date(2026, 11, 20), date(2026, 11, 22), opened=False),
        Exceptional(date(2026, 11, 25), date(2199, 1, 1), opened=False),
        Exceptional(date(2026, 11, 25), date(2026, 11, 25), True, time(9), time(8)),
        Exceptional(date(2026, 11, 25), date(2026, 11, 25), True, time(9), None),
    ],
)
async def test_days_that_make_no_sense_are_refused(
    database: Database, enrol: Enrol, what: Exceptional
) -> None:
    advisor = await enrol()
    async with database.transaction() as session:
        with pytest.raises(errors.BadAvailability) as refused:
            await availability.add_exception(session, advisor.id, what, NOW)
        assert str(refused.value).endswith(".")
        assert await availability.exceptions_of(session, advisor.id, NOW.date()) == []


async def test_nobody_fills_the_table_with_days(database: Database, enrol: Enrol) -> None:
    advisor = await enrol()
    async with database.transaction() as session:
        for _ in range(availability.MOST_EXCEPTIONS):
            await availability.add_exception(session, advisor.id, AWAY, NOW)
        with pytest.raises(errors.BadAvailability, match="demasiados"):
            await availability.add_exception(session, advisor.id, AWAY, NOW)
        later: datetime = NOW + timedelta(days=10)
        further = Exceptional(date(2026, 12, 9), date(2026, 12, 9), opened=False)
        await availability.add_exception(session, advisor.id, further, later)
