"""A consultant gets an owner's contact once they took the request, and not before."""

from actions.bookings import service
from actions.bookings.booked import Booked, read
from actions.bookings.contact import Contact, contact
from actions.firms import service as firms
from actions.store.database import Database
from tests.actions.bookings.conftest import NOW, Enrol, hour, request
from tests.actions.conftest import Meet


async def _contact(database: Database, booking: Booked) -> Contact | None:
    async with database.session() as session:
        now = await read(session, booking.id)
        assert now is not None
        return await contact(session, now)


async def test_the_contact_comes_with_the_acceptance(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    async with database.transaction() as session:
        await firms.save(session, owner.person_id, {"firm_name": "Loroco Fresco"})
    booking = await request(database, ana, owner.person_id)
    assert await _contact(database, booking) is None
    async with database.transaction() as session:
        await service.accept(session, booking.id, ana.person_id, NOW)
    assert await _contact(database, booking) == Contact("Loroco Fresco", owner.external)


async def test_of_who_writes_on_telegram_no_number_is_known(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet("telegram", "40001234")
    booking = await request(database, ana, owner.person_id)
    async with database.transaction() as session:
        await service.accept(session, booking.id, ana.person_id, NOW)
    assert await _contact(database, booking) == Contact(None, None)


async def test_a_booking_that_came_to_nothing_gives_no_contact(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    booking = await request(database, ana, owner.person_id)
    async with database.transaction() as session:
        await service.accept(session, booking.id, ana.person_id, NOW)
        await service.cancel(session, booking.id, owner.person_id, NOW)
    assert await _contact(database, booking) is None


async def test_another_time_that_is_proposed_gives_no_contact_yet(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    booking = await request(database, ana, owner.person_id)
    other = hour("2026-11-26 09:00")
    async with database.transaction() as session:
        await service.propose_other(session, booking.id, ana.person_id, other, NOW)
    assert await _contact(database, booking) is None
    async with database.transaction() as session:
        await service.agree_other(session, booking.id, owner.person_id, NOW)
    assert await _contact(database, booking) is not None
