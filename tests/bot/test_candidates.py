"""Whom a request goes to when the one before did not take it."""

from datetime import date, time

from sqlalchemy import text

from actions.bookings import availability, finding, service
from actions.bookings.openings import Exceptional, Window
from actions.store.database import Database
from bot.candidates import candidates
from tests.actions.bookings.conftest import (
    NOW,
    Advisor,
    Enrol,
    do,
    enrol,
    referral_of,
    request,
)
from tests.actions.conftest import Meet, meet

__all__ = ["enrol", "meet"]

AWAY = Exceptional(date(2026, 11, 23), date(2027, 2, 23), opened=False)


async def _declined(database: Database, asked: Advisor, owner_id: int) -> tuple[str, list[int]]:
    """What becomes of a request that the first one declines: its state, and who was asked."""
    booking = await request(database, asked, owner_id)
    async with database.transaction() as session:
        await session.execute(
            text("""UPDATE referral SET need = '{"categories": ["diagnostico"]}'""")
        )
    await do(database, service.decline, booking.id, asked.person_id, NOW, candidates(NOW))
    return await referral_of(database, booking)


async def test_a_request_is_handed_on_past_all_who_have_no_time(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    asked, *full = [await enrol() for _ in range(finding.PAGE + 2)]
    async with database.transaction() as session:
        for one in full:
            await availability.add_exception(session, one.id, AWAY, NOW)
        await session.execute(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, remote, "
                "valid_from, valid_to, state) SELECT 'Z-' || n, 'persona', 'Sin Chat ' || n, "
                "'{diagnostico}', true, '2026-01-01', '2028-12-31', 'vigente' "
                "FROM generate_series(1, 40) AS n"
            )
        )
    free, ana = await enrol(), await meet()
    assert await _declined(database, asked, ana.person_id) == ("waiting", [asked.id, free.id])


async def test_time_before_the_one_that_was_asked_for_is_none(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    """Of so many who fit, only the last one has time after it."""
    asked, ana = await enrol(), await meet()
    sooner = [await enrol(()) for _ in range(finding.PAGE)]
    async with database.transaction() as session:
        for one in sooner:
            opened = Exceptional(
                date(2026, 11, 24), date(2026, 11, 24), opened=True, starts=time(14), ends=time(15)
            )
            await availability.add_exception(session, one.id, opened, NOW)
    later = await enrol((Window(4, time(8), time(9)),))
    assert await _declined(database, asked, ana.person_id) == ("waiting", [asked.id, later.id])
