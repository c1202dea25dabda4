"""Offered, held, confirmed: one opening for one person, and the next three for everyone else."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from actions.bookings import errors, service
from actions.bookings.openings import Opening, Window
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    CONSENT,
    NOW,
    PURPOSE,
    WEDNESDAY,
    WEEK,
    Advisor,
    Enrol,
    at,
    hold,
    hour,
    names,
    request,
)
from tests.actions.bookings.crowd import rush
from tests.actions.conftest import Meet, count
from tests.actions.people.conftest import rows, run
from tests.actions.people.joining import join

TEN_MINUTES = timedelta(minutes=10)


def starts(found: tuple[Opening, ...] | list[Opening]) -> list[str]:
    return [f"{one.span.starts:%m-%d %H:%M}" for one in found]


# -- many at once ----------------------------------------------------------------------------------


async def test_of_a_thousand_who_want_an_opening_one_gets_it_and_all_others_alternatives(
    database_url: str, database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor = await enrol()
    people = [(await meet()).person_id for _ in range(50)]
    found = await rush(database_url, advisor.id, people, WEDNESDAY, NOW)
    # Whoever has it gets the same hold each time they ask again.
    assert len(set(found.held)) == 1
    assert len(found.held) + len(found.alternatives) == 1_000
    for offered in found.alternatives:
        assert len(offered) == 3
        assert WEDNESDAY not in [one.span for one in offered]
    assert await count(database, "booking") == 1


async def test_the_constraint_holds_whatever_the_code_does(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    await request(database, first, ana.person_id)
    statement = (
        "INSERT INTO booking (consultant_id, person_id, during, occupied, mode, state, "
        "hold_until, made_at, uid) VALUES (:consultant, :person, tstzrange(:from, :to), "
        "tstzrange(:from, :to), 'remote', 'held', now(), now(), gen_random_uuid())"
    )
    values = {"person": ana.person_id, "from": WEDNESDAY.ends, "to": hour("2026-11-25 10:00").ends}
    with pytest.raises(IntegrityError, match="ex_booking_occupied"):
        await run(database, statement, consultant=first.id, **values)
    # Another consultant's time is another matter, and so is time without the buffers.
    await run(database, statement, consultant=second.id, **values)
    later = values | {"from": at("2026-11-25 10:15"), "to": at("2026-11-25 11:15")}
    await run(database, statement, consultant=first.id, **later)


# -- offers ----------------------------------------------------------------------------------------


async def test_offers_are_the_next_openings_or_those_around_a_moment(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    await hold(database, advisor, ana.person_id, hour("2026-11-24 09:30"))
    async with database.session() as session:
        found = await service.offer(session, advisor.id, NOW)
        assert starts(found) == ["11-24 11:00", "11-24 13:00", "11-24 13:30"]
        found = await service.offer(session, advisor.id, NOW, 2, at("2026-11-26 14:30"))
        assert starts(found) == ["11-26 14:30", "11-26 15:00"]
        assert await service.offer(session, 999_999_999_999, NOW) == []


async def test_a_consultant_is_offered_as_they_can_be_met(database: Database, enrol: Enrol) -> None:
    advisor = await enrol()
    await run(database, "UPDATE consultant SET on_site = false")
    async with database.session() as session:
        found = await service.offer(session, advisor.id, NOW)
        assert {one.modes for one in found} == {("remote",)}
        assert await service.offer(session, advisor.id, NOW, mode="on_site") == []


# -- holds -----------------------------------------------------------------------------------------


async def test_an_opening_is_held_for_ten_minutes(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    async with database.transaction() as session:
        held = await service.hold(session, advisor.id, ana.person_id, WEDNESDAY, NOW)
    assert (held.span, held.mode, held.until) == (WEDNESDAY, "on_site", NOW + TEN_MINUTES)
    with pytest.raises(errors.Taken) as refused:
        await hold(database, advisor, luis.person_id, now=NOW + TEN_MINUTES - timedelta(seconds=1))
    assert starts(refused.value.alternatives) == ["11-25 10:30", "11-25 11:00", "11-25 13:00"]
    taken = await hold(database, advisor, luis.person_id, now=NOW + TEN_MINUTES)
    assert await rows(database, "SELECT id, person_id FROM booking") == [(taken, luis.person_id)]


async def test_whoever_asks_for_their_own_hold_gets_no_more_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    first = await hold(database, advisor, ana.person_id)
    async with database.transaction() as session:
        again = await service.hold(
            session, advisor.id, ana.person_id, WEDNESDAY, NOW + timedelta(minutes=9)
        )
    assert (again.booking_id, again.until) == (first, NOW + TEN_MINUTES)


async def test_a_person_holds_one_opening_at_a_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    await hold(database, first, ana.person_id)
    # The same hour, a little later, with the same consultant: their own hold is no obstacle.
    moved = await hold(database, first, ana.person_id, hour("2026-11-25 09:30"))
    assert await rows(database, "SELECT id FROM booking") == [(moved,)]
    other = await hold(database, second, ana.person_id)
    assert await rows(database, "SELECT id FROM booking") == [(other,)]


@pytest.mark.parametrize(
    ("moment", "refused_as", "alternatives"),
    [
        ("2026-11-22 09:00", errors.PastDate, ["11-24 09:00", "11-24 09:30", "11-24 10:00"]),
        ("2026-11-23 14:00", errors.TooEarly, ["11-24 09:00", "11-24 09:30", "11-24 10:00"]),
        ("2026-12-25 09:00", errors.ClosedDay, ["01-04 08:00", "01-04 08:30", "01-04 09:00"]),
        ("2026-11-28 09:00", errors.NotAnOpening, ["11-30 08:00", "11-30 08:30", "11-30 09:00"]),
        ("2027-06-01 09:00", errors.TooFar, ["01-22 08:00", "01-22 08:30", "01-22 09:00"]),
    ],
)
async def test_a_time_that_cannot_be_had_comes_with_the_next_three(
    database: Database,
    enrol: Enrol,
    meet: Meet,
    moment: str,
    refused_as: type[errors.OpeningRefused],
    alternatives: list[str],
) -> None:
    advisor, ana = await enrol(), await meet()
    with pytest.raises(refused_as) as refused:
        await hold(database, advisor, ana.person_id, hour(moment))
    assert starts(refused.value.alternatives) == alternatives
    assert str(refused.value).endswith(".")
    assert await count(database, "booking") == 0


async def test_only_a_consultant_in_force_can_be_booked(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    lapsed, ana = await enrol(valid_to=date(2026, 11, 22)), await meet()
    with pytest.raises(errors.NotBookable):
        await hold(database, lapsed, ana.person_id)
    # The last day still counts.
    last_day = await enrol(valid_to=date(2026, 11, 23))
    booking_id = await hold(database, last_day, ana.person_id)
    await run(database, "UPDATE consultant SET state = 'suspendida'")
    async with database.transaction() as session:
        with pytest.raises(errors.NotBookable):
            await service.confirm(session, booking_id, ana.person_id, PURPOSE, CONSENT, NOW)
    with pytest.raises(errors.NotBookable):
        await hold(database, Advisor(404, 0), ana.person_id)


async def test_nobody_books_themselves_nor_with_a_joined_account(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    phone, web = await meet(), await meet("web", "w" * 64)
    advisor = await enrol(someone=web)
    await join(database, phone, web)
    for person_id in (phone.person_id, web.person_id):
        with pytest.raises(errors.OwnConsultant):
            await hold(database, advisor, person_id)


async def test_a_person_cannot_take_a_whole_week(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    for moment in ("25 09:00", "25 14:00", "26 09:00", "26 14:00", "27 09:00"):
        await request(database, advisor, ana.person_id, hour(f"2026-11-{moment}"))
    with pytest.raises(errors.TooManyBookings, match="5 citas"):
        await hold(database, advisor, ana.person_id, hour("2026-11-27 14:00"))
    await hold(database, advisor, luis.person_id, hour("2026-11-27 14:00"))


# -- confirming ------------------------------------------------------------------------------------


async def _held_at_once(
    database: Database, person_id: int, *wanted: tuple[Advisor, str]
) -> tuple[int, ...]:
    """Holds of one person on two channels, neither of which sees the other's."""
    (first, at_first), (second, at_second) = wanted
    async with database.transaction() as phone, database.transaction() as web:
        one = await service.hold(phone, first.id, person_id, hour(at_first), NOW)
        other = await service.hold(web, second.id, person_id, hour(at_second), NOW)
    return one.booking_id, other.booking_id


async def _confirm(database: Database, booking_id: int, person_id: int) -> None:
    async with database.transaction() as session:
        await service.confirm(session, booking_id, person_id, PURPOSE, CONSENT, NOW)


async def test_of_two_holds_at_once_only_as_many_are_confirmed_as_are_granted(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    for place in range(4):
        await request(database, first, ana.person_id, hour(f"2026-12-0{place + 1} 09:00"))
    holds = await _held_at_once(
        database, ana.person_id, (first, "2026-11-25 09:00"), (second, "2026-11-25 14:00")
    )
    await _confirm(database, holds[0], ana.person_id)
    with pytest.raises(errors.TooManyBookings):
        await _confirm(database, holds[1], ana.person_id)


async def test_nobody_meets_two_consultants_at_the_same_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second = await enrol(), await enrol()
    ana, web = await meet(), await meet("web", "w" * 64)
    holds = await _held_at_once(
        database, ana.person_id, (first, "2026-11-25 09:00"), (second, "2026-11-25 09:30")
    )
    await _confirm(database, holds[0], ana.person_id)
    with pytest.raises(errors.AlreadyMeeting) as refused:
        await _confirm(database, holds[1], ana.person_id)
    assert starts(refused.value.alternatives) == ["11-25 10:00", "11-25 10:30", "11-25 11:00"]
    # Nor from another account of theirs; and those times are not offered them, but others.
    await join(database, web, ana)
    for when in ("2026-11-25 08:30", "2026-11-25 09:00"):
        with pytest.raises(errors.AlreadyMeeting):
            await hold(database, second, web.person_id, hour(when))
    async with database.session() as session:
        found = await service.offer(session, second.id, NOW, near=at("2026-11-25 08:00"))
        theirs = await service.offer(
            session, second.id, NOW, near=at("2026-11-25 08:00"), owner_id=web.person_id
        )
    # Second's half past nine is held by them: for others it is taken, for them it is given up.
    assert starts(found) == ["11-25 08:00", "11-25 11:00", "11-25 13:00"]
    assert starts(theirs) == ["11-25 08:00", "11-25 10:00", "11-25 10:30"]
    await hold(database, second, web.person_id, hour("2026-11-25 10:00"))


async def test_what_is_confirmed_goes_to_the_consultant_with_a_deadline(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    friday = hour("2026-12-04 09:00")
    booking_id = await hold(database, advisor, ana.person_id, friday)
    async with database.transaction() as session:
        outcome = await service.confirm(
            session,
            booking_id,
            ana.person_id,
            f"  {PURPOSE}\n urgente ",
            CONSENT,
            NOW,
            need={"category": "diagnostico"},
        )
    booking = outcome.booking
    assert (booking.state, booking.purpose) == ("pending", f"{PURPOSE} urgente")
    assert (booking.consent_version, booking.consent_at) == (CONSENT, NOW)
    # Three working days of eight hours.
    assert booking.deadline == at("2026-11-26 09:00")
    (notice,) = outcome.notices
    assert (notice.person_id, notice.name) == (advisor.person_id, "referral_received")
    assert notice.values["purpose"] == f"{PURPOSE} urgente"
    assert notice.values["starts"] == friday.starts
    assert await rows(database, "SELECT need, tried, state FROM referral") == [
        ({"category": "diagnostico"}, [advisor.id], "waiting")
    ]
    async with database.transaction() as session:
        again = await service.confirm(
            session, booking_id, ana.person_id, "otra cosa", CONSENT, NOW + timedelta(hours=1)
        )
    assert (again.booking, again.notices) == (booking, ())
    assert await count(database, "referral") == 1


async def test_an_answer_is_due_before_the_meeting(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id, hour("2026-11-24 10:00"))
    assert booking.deadline == at("2026-11-24 08:00")


async def test_a_lapsed_hold_cannot_be_confirmed(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking_id = await hold(database, advisor, ana.person_id)
    late = NOW + TEN_MINUTES
    async with database.transaction() as session:
        with pytest.raises(errors.HoldExpired) as refused:
            await service.confirm(session, booking_id, ana.person_id, PURPOSE, CONSENT, late)
    # It is free again, so it is offered first.
    assert starts(refused.value.alternatives)[0] == "11-25 09:00"
    async with database.transaction() as session:
        await service.expire_due(session, late, _nobody)
    async with database.transaction() as session:
        with pytest.raises(errors.NotYours):
            await service.confirm(session, booking_id, ana.person_id, PURPOSE, CONSENT, late)


async def _nobody(*_: object) -> list[int]:
    return []


async def test_purpose_and_consent_are_needed(database: Database, enrol: Enrol, meet: Meet) -> None:
    advisor, ana = await enrol(), await meet()
    booking_id = await hold(database, advisor, ana.person_id)
    async with database.transaction() as session:
        for purpose in ("", " \n ", "x" * 301):
            with pytest.raises(errors.NoPurpose):
                await service.confirm(session, booking_id, ana.person_id, purpose, CONSENT, NOW)
        with pytest.raises(errors.NoConsent):
            await service.confirm(session, booking_id, ana.person_id, PURPOSE, " ", NOW)
    assert await rows(database, "SELECT state FROM booking") == [("held",)]


async def test_a_joined_account_confirms_what_the_other_held(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, phone, web = await enrol(), await meet(), await meet("web", "w" * 64)
    booking_id = await hold(database, advisor, web.person_id)
    await join(database, phone, web)
    async with database.transaction() as session:
        outcome = await service.confirm(session, booking_id, phone.person_id, PURPOSE, CONSENT, NOW)
    assert names(outcome.notices) == [(advisor.person_id, "referral_received")]
    async with database.session() as session:
        assert len(await service.of_person(session, phone.person_id, NOW)) == 1


async def test_a_crowd_on_several_consultants_meets_no_error(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    """Each goes from one consultant to the next, in an order of their own."""
    advisors = [await enrol([Window(2, WEEK[0].starts, WEEK[0].ends)]) for _ in range(3)]
    people = [(await meet()).person_id for _ in range(12)]

    async def wander(place: int, person_id: int) -> int:
        got = 0
        for step in range(6):
            advisor = advisors[(place + step * (1 if place % 2 else 2)) % 3]
            span = hour(f"2026-11-25 {8 + (place + step) % 3:02}:00")
            try:
                async with database.transaction() as session:
                    held = await service.hold(session, advisor.id, person_id, span, NOW)
                    if step % 3 == 0:
                        await service.confirm(
                            session, held.booking_id, person_id, PURPOSE, CONSENT, NOW
                        )
                got += 1
            except (errors.Taken, errors.AlreadyMeeting) as refused:
                assert span not in [one.span for one in refused.alternatives]
        return got

    got = await asyncio.gather(*(wander(place, one) for place, one in enumerate(people)))
    assert sum(got) > 0
    overlapping = await rows(
        database,
        "SELECT 1 FROM booking AS a JOIN booking AS b ON a.id < b.id "
        "AND a.consultant_id = b.consultant_id AND a.occupied && b.occupied",
    )
    assert overlapping == []
