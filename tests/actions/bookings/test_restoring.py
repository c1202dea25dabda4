"""A meeting that was agreed on is not lost because its owner asked for another time."""

from datetime import timedelta

from sqlalchemy import text

from actions.bookings import service
from actions.bookings.booked import Booked, read
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOBODY,
    NOW,
    WEDNESDAY,
    Advisor,
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

THURSDAY = hour("2026-11-26 09:00")
FRIDAY = hour("2026-11-27 09:00")


async def _moved(database: Database, advisor: Advisor, owner: int) -> Booked:
    """Agreed on for Wednesday, and asked to be on Thursday."""
    booking = await agreed(database, advisor, owner)
    return (await do(database, service.reschedule, booking.id, owner, THURSDAY, NOW)).booking


async def _now(database: Database, booking: Booked) -> Booked:
    async with database.session() as session:
        found = await read(session, booking.id)
    assert found is not None
    return found


async def test_refusing_another_time_than_the_one_asked_for_keeps_the_agreed_one(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lola, other, ana = await enrol(), await enrol(), await meet()
    booking = await _moved(database, lola, ana.person_id)
    await do(database, service.propose_other, booking.id, lola.person_id, FRIDAY, NOW)
    outcome = await do(
        database, service.refuse_other, booking.id, ana.person_id, NOW, among(other.id)
    )
    assert (outcome.booking.state, outcome.booking.span) == ("accepted", WEDNESDAY)
    assert names(outcome.notices) == [(lola.person_id, "booking_stays")]
    assert await referral_of(database, booking) == ("accepted", [lola.id])
    # Both the times that were asked for meanwhile are free again.
    await request(database, lola, (await meet()).person_id, THURSDAY)
    await request(database, lola, (await meet()).person_id, FRIDAY)


async def test_a_consultant_who_cannot_at_the_new_time_still_comes_at_the_old_one(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lola, other, ana = await enrol(), await enrol(), await meet()
    booking = await _moved(database, lola, ana.person_id)
    outcome = await do(database, service.decline, booking.id, lola.person_id, NOW, among(other.id))
    assert (outcome.booking.state, outcome.booking.span) == ("accepted", WEDNESDAY)
    assert names(outcome.notices) == [(ana.person_id, "booking_stays")]


async def test_nor_is_it_lost_where_nobody_answers(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lola, ana = await enrol(), await meet()
    booking = await agreed(database, lola, ana.person_id, FRIDAY)
    moved = await do(database, service.reschedule, booking.id, ana.person_id, THURSDAY, NOW)
    late = moved.booking.deadline
    assert late is not None
    told = await expire(database, late + timedelta(minutes=1))
    assert names(told) == [(ana.person_id, "booking_stays"), (lola.person_id, "booking_stays")]
    kept = await _now(database, booking)
    assert (kept.state, kept.span, kept.deadline) == ("accepted", FRIDAY, None)


async def test_where_the_old_time_is_taken_the_request_goes_on(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lola, other, ana = await enrol(), await enrol(), await meet()
    booking = await _moved(database, lola, ana.person_id)
    await hold(database, lola, (await meet()).person_id, WEDNESDAY)
    outcome = await do(database, service.decline, booking.id, lola.person_id, NOW, among(other.id))
    assert outcome.booking.state == "declined"
    assert await referral_of(database, booking) == ("waiting", [lola.id, other.id])


async def test_a_time_that_the_consultant_gave_up_is_not_gone_back_to(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lola, ana = await enrol(), await meet()
    booking = await agreed(database, lola, ana.person_id)
    await do(database, service.propose_other, booking.id, lola.person_id, FRIDAY, NOW)
    outcome = await do(database, service.refuse_other, booking.id, ana.person_id, NOW, NOBODY)
    assert outcome.booking.state == "declined"
    assert outcome.became is not None
    assert outcome.became.name == "referral_exhausted"


async def test_a_call_is_asked_for_where_nobody_comes_only_if_any_way_is_right(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    for any_way, asked in ((True, ["on_site", "remote"]), (False, ["on_site"])):
        lola, other, ana = await enrol(), await enrol(), await meet()
        async with database.transaction() as session:
            await session.execute(
                text("UPDATE consultant SET on_site = (id = :lola) WHERE id IN (:lola, :other)"),
                {"lola": lola.id, "other": other.id},
            )
            held = await service.hold(
                session, lola.id, ana.person_id, WEDNESDAY, NOW, mode="on_site"
            )
            outcome = await service.confirm(
                session,
                held.booking_id,
                ana.person_id,
                "Un diagnóstico",
                "1",
                NOW,
                place="Frente al parque",
                need={"categories": ["diagnostico"], "any_way": any_way},
            )
        booking = outcome.booking
        await do(database, service.decline, booking.id, lola.person_id, NOW, among(other.id))
        async with database.session() as session:
            rows = await session.execute(
                text("SELECT mode, place FROM booking WHERE referral_id = :id ORDER BY id"),
                {"id": booking.referral_id},
            )
            found = rows.all()
        assert [row.mode for row in found] == asked
        # Who calls need not know where it is.
        assert [row.place for row in found] == ["Frente al parque", ""][: len(asked)]
