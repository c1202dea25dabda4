"""A person has everything erased: what is to come is called off, and the other side is told."""

from datetime import date

import pytest

from actions.bookings import availability, feeds, ground, service
from actions.bookings.errors import NotNow
from actions.bookings.openings import Exceptional
from actions.people import erasure
from actions.people.erasure import KEPT_BOOKINGS, Erased
from actions.people.locks import Busy
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOW,
    Enrol,
    agreed,
    among,
    do,
    expire,
    hold,
    hour,
    names,
    referral_of,
    request,
)
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows
from tests.actions.people.joining import join


async def _erase(database: Database, person_id: int) -> Erased:
    async with database.transaction() as session:
        return await erasure.erase(session, person_id, NOW, answering=())


async def test_an_owners_bookings_are_called_off_and_emptied(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second = await enrol(), await enrol()
    ana, web, luis = await meet(), await meet("web", "w" * 64), await meet()
    await agreed(database, first, ana.person_id)
    await request(database, second, web.person_id, hour("2026-11-26 09:00"))
    await hold(database, second, web.person_id, hour("2026-11-27 09:00"))
    theirs = await agreed(database, second, luis.person_id, hour("2026-11-26 14:00"))
    await join(database, ana, web)
    erased = await _erase(database, ana.person_id)
    assert sorted(names(erased.notices)) == sorted(
        [
            (first.person_id, "booking_cancelled"),
            (second.person_id, "booking_cancelled"),
        ]
    )
    assert KEPT_BOOKINGS in erased.kept
    assert await rows(
        database,
        "SELECT state, purpose FROM booking WHERE person_id <> :luis ORDER BY id",
        luis=luis.person_id,
    ) == [("cancelled", ""), ("cancelled", "")]
    # Nobody looks for a consultant for them any more, and others keep theirs.
    assert await expire(database, hour("2026-12-24 09:00").starts, among(first.id)) == []
    async with database.session() as session:
        assert await service.of_person(session, luis.person_id, NOW) == [theirs]
    assert await hold(database, first, luis.person_id)


async def test_whoever_had_no_booking_is_told_of_none(database: Database, meet: Meet) -> None:
    erased = await _erase(database, (await meet()).person_id)
    assert (erased.notices, KEPT_BOOKINGS in erased.kept) == ((), False)


async def test_of_a_consultant_the_time_goes_and_owners_are_told(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    away = Exceptional(date(2026, 12, 1), date(2026, 12, 2), opened=False)
    async with database.transaction() as session:
        await availability.add_exception(session, advisor.id, away, NOW, reason="Viaje")
        token = await feeds.make(session, advisor.id, NOW)
    erased = await _erase(database, advisor.person_id)
    assert names(erased.notices) == [(ana.person_id, "booking_cancelled")]
    async with database.session() as session:
        assert await feeds.of_token(session, token, NOW) is None
        assert await availability.windows_of(session, advisor.id) == []
        assert await availability.exceptions_of(session, advisor.id, NOW.date()) == []
        assert await service.offer(session, advisor.id, NOW) == []
        (past,) = await service.of_person(session, ana.person_id, NOW, past=True)
    assert (past.id, past.state, past.purpose) == (booking.id, "cancelled", booking.purpose)


async def test_what_is_erased_is_no_longer_accepted(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    await _erase(database, ana.person_id)
    with pytest.raises(NotNow):
        await do(database, service.accept, booking.id, advisor.person_id, NOW)
    assert await rows(database, "SELECT state FROM booking") == [("cancelled",)]


async def test_who_waits_long_for_a_consultants_time_begins_again(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    await request(database, advisor, ana.person_id)
    async with database.transaction() as session:
        await service.hold(session, advisor.id, luis.person_id, hour("2026-11-26 09:00"), NOW)
        with pytest.raises(Busy):
            await _erase(database, ana.person_id)
    assert len((await _erase(database, ana.person_id)).notices) == 1


async def test_a_request_that_is_just_being_handed_on_is_forgotten_too(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, first, ana.person_id)
    async with database.transaction() as busy:
        await ground.lock(busy, second.id)
        await do(database, service.decline, booking.id, first.person_id, NOW, among(second.id))
    assert await referral_of(database, booking) == ("looking", [first.id])
    async with database.transaction() as worker:
        await service.expire_due(worker, NOW, among(second.id))
        with pytest.raises(Busy):
            await _erase(database, ana.person_id)
    erased = await _erase(database, ana.person_id)
    assert names(erased.notices) == [(second.person_id, "booking_cancelled")]
    assert await rows(database, "SELECT state, purpose FROM booking ORDER BY id") == [
        ("declined", ""),
        ("cancelled", ""),
    ]
    assert await referral_of(database, booking) == ("withdrawn", [first.id, second.id])


async def test_what_an_erasure_has_in_hand_is_not_handed_on(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, first, ana.person_id)
    async with database.transaction() as busy:
        await ground.lock(busy, second.id)
        await do(database, service.decline, booking.id, first.person_id, NOW, among(second.id))
    async with database.transaction() as erasing:
        await ground.lock(erasing, first.id)
        assert await expire(database, NOW, among(second.id)) == []
    assert await referral_of(database, booking) == ("looking", [first.id])
