"""A consultant gets an owner's contact once they took the request, and not before."""

from sqlalchemy import text

from actions.bookings import service
from actions.bookings.booked import Booked, read
from actions.bookings.contact import Contact, Reached, asked_for, consultants, contact, given_before
from actions.firms import service as firms
from actions.store.database import Database
from tests.actions.bookings.conftest import NOW, WEDNESDAY, Advisor, Enrol, hour, request
from tests.actions.conftest import Meet

WEDNESDAY_LATER = hour("2026-11-25 10:00")


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


async def _asked_in_person(database: Database, ana: Advisor, owner: int) -> Booked:
    async with database.transaction() as session:
        held = await service.hold(session, ana.id, owner, WEDNESDAY, NOW, mode="on_site")
        outcome = await service.confirm(
            session,
            held.booking_id,
            owner,
            "Revisar la caldera",
            "1",
            NOW,
            place="Calle El Progreso,\nportón verde",
            phone="+50370001234",
            need={"categories": ["energia"], "department": "Sonsonate"},
        )
    return outcome.booking


async def test_where_to_go_and_whom_to_call_is_told_once_it_is_accepted(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet("web", "visitante")
    booking = await _asked_in_person(database, ana, owner.person_id)
    assert await _contact(database, booking) is None
    async with database.session() as session:
        assert await consultants(session, booking) is None
    async with database.transaction() as session:
        outcome = await service.propose_other(
            session, booking.id, ana.person_id, WEDNESDAY_LATER, NOW
        )
    assert await _contact(database, outcome.booking) is None
    async with database.transaction() as session:
        await service.agree_other(session, booking.id, owner.person_id, NOW)
    assert await _contact(database, booking) == Contact(
        None, "+50370001234", "Calle El Progreso, portón verde"
    )
    async with database.session() as session:
        assert await given_before(session, owner.person_id) == "+50370001234"


async def test_a_consultant_is_told_the_work_and_whereabouts_before_they_accept(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    booking = await _asked_in_person(database, ana, owner.person_id)
    async with database.transaction() as session:
        assert await asked_for(session, booking) == {"work": ["energia"], "area": ["Sonsonate"]}
        place = {"district": "Nahuizalco", "municipality": "Sonsonate Norte"}
        await firms.save(session, owner.person_id, {**place, "department": "Sonsonate"})
        found = await asked_for(session, booking)
    assert found["area"] == ["Nahuizalco", "Sonsonate Norte", "Sonsonate"]
    async with database.transaction() as session:
        await firms.save(session, owner.person_id, {**place, "department": "La Paz"})
        assert (await asked_for(session, booking))["area"] == ["Sonsonate"]


async def test_the_owner_is_told_how_the_consultant_is_reached(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE consultant SET phone = '+50371112222' WHERE id = :id"), {"id": ana.id}
        )
    booking = await request(database, ana, owner.person_id)
    async with database.transaction() as session:
        outcome = await service.accept(session, booking.id, ana.person_id, NOW)
        assert await consultants(session, outcome.booking) == Reached("+50371112222", None)
    (told,) = outcome.notices
    assert told.values["phone"] == "+50371112222"


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
