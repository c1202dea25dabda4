"""Moving and cancelling: whoever does what at once, no consultant is promised twice."""

import asyncio
import random
from datetime import timedelta

import pytest

from actions.bookings import errors, service
from actions.bookings.openings import Window
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    CONSENT,
    NOW,
    PURPOSE,
    WEDNESDAY,
    Advisor,
    Enrol,
    agreed,
    among,
    at,
    do,
    expire,
    hold,
    hour,
    referral_of,
    request,
)
from tests.actions.conftest import Meet, count
from tests.actions.people.conftest import rows

THURSDAY = hour("2026-11-26 14:00")


async def test_a_moved_booking_is_asked_for_anew(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    outcome = await do(database, service.reschedule, booking.id, ana.person_id, THURSDAY, NOW)
    moved = outcome.booking
    assert (moved.state, moved.span, moved.sequence) == ("pending", THURSDAY, 1)
    assert moved.uid == booking.uid
    assert moved.deadline == at("2026-11-26 09:00")
    (notice,) = outcome.notices
    assert (notice.person_id, notice.name) == (advisor.person_id, "booking_moved")
    assert notice.values["before_starts"] == WEDNESDAY.starts
    assert await referral_of(database, booking) == ("waiting", [advisor.id])
    await hold(database, advisor, luis.person_id, WEDNESDAY)


async def test_it_may_move_by_less_than_its_length(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    later = hour("2026-11-25 09:30")
    outcome = await do(database, service.reschedule, booking.id, ana.person_id, later, NOW)
    assert outcome.booking.span == later


async def test_the_times_around_a_booking_are_offered_for_it(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    await hold(database, advisor, ana.person_id, hour("2026-11-25 10:30"))
    async with database.session() as session:
        for_owner, for_consultant = [
            await service.offer(
                session,
                advisor.id,
                NOW,
                4,
                at("2026-11-25 08:30"),
                owner_id=owner_id,
                moving=booking,
            )
            for owner_id in (ana.person_id, None)
        ]
    assert [f"{one.span.starts:%H:%M}" for one in for_owner] == ["08:30", "09:30", "10:00", "10:30"]
    # What somebody holds is not free for the consultant.
    assert [f"{one.span.starts:%H:%M}" for one in for_consultant] == [
        "08:30",
        "13:00",
        "13:30",
        "14:00",
    ]


async def test_what_they_hold_does_not_keep_owners_from_moving_there(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    await hold(database, advisor, ana.person_id, THURSDAY)
    with pytest.raises(errors.Taken):
        await do(database, service.propose_other, booking.id, advisor.person_id, THURSDAY, NOW)
    outcome = await do(database, service.reschedule, booking.id, ana.person_id, THURSDAY, NOW)
    assert outcome.booking.span == THURSDAY
    assert await rows(database, "SELECT state FROM booking") == [("pending",)]
    await hold(database, advisor, luis.person_id, hour("2026-11-26 09:00"))
    with pytest.raises(errors.Taken):
        await do(
            database,
            service.reschedule,
            booking.id,
            ana.person_id,
            hour("2026-11-26 09:00"),
            NOW,
        )


async def test_nothing_is_moved_to_when_its_owner_meets_somebody_else(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    await request(database, other, ana.person_id, THURSDAY)
    with pytest.raises(errors.AlreadyMeeting):
        await do(database, service.reschedule, booking.id, ana.person_id, THURSDAY, NOW)


async def test_where_the_new_time_cannot_be_had_the_old_one_stays(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    await request(database, advisor, luis.person_id, THURSDAY)
    for span, refused_as in (
        (THURSDAY, errors.Taken),
        (WEDNESDAY, errors.SameTime),
        (hour("2026-11-22 09:00"), errors.PastDate),
        (hour("2026-11-23 10:00"), errors.TooEarly),
        (hour("2026-12-25 09:00"), errors.ClosedDay),
        (hour("2026-11-28 09:00"), errors.NotAnOpening),
    ):
        with pytest.raises(refused_as) as refused:
            await do(database, service.reschedule, booking.id, ana.person_id, span, NOW)
        assert isinstance(refused.value, errors.OpeningRefused)
        assert len(refused.value.alternatives) == 3
        # What they have already is no alternative.
        assert WEDNESDAY not in [one.span for one in refused.value.alternatives]
    async with database.session() as session:
        assert await service.one_of_person(session, booking.id, ana.person_id) == booking


async def test_what_has_begun_or_ended_is_not_moved(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    for act in (service.reschedule, service.propose_other):
        person_id = ana.person_id if act is service.reschedule else advisor.person_id
        with pytest.raises(errors.NotNow):
            await do(database, act, booking.id, person_id, THURSDAY, WEDNESDAY.starts)
    with pytest.raises(errors.NotNow):
        await do(database, service.cancel, booking.id, ana.person_id, WEDNESDAY.starts)


@pytest.mark.parametrize("side", ["owner", "consultant"])
async def test_either_side_cancels_and_the_other_is_told(
    database: Database, enrol: Enrol, meet: Meet, side: str
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    who, other = ana.person_id, advisor.person_id
    if side == "consultant":
        who, other = other, who
    async with database.transaction() as session:
        outcome = await service.cancel(session, booking.id, who, NOW, note="Me enfermé")
    (notice,) = outcome.notices
    assert (notice.person_id, notice.name) == (other, "booking_cancelled")
    assert (notice.values["by"], notice.values["note"]) == (side, "Me enfermé")
    assert (outcome.booking.state, outcome.booking.sequence) == ("cancelled", 1)
    assert (await do(database, service.cancel, booking.id, who, NOW)).notices == ()
    assert await referral_of(database, booking) == ("withdrawn", [advisor.id])
    # Its time is free, and its request goes nowhere.
    await hold(database, advisor, luis.person_id)
    assert await expire(database, NOW + timedelta(days=30), among(advisor.id)) == []


async def test_a_hold_is_given_up_without_a_trace(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking_id = await hold(database, advisor, ana.person_id)
    assert (await do(database, service.cancel, booking_id, ana.person_id, NOW)).notices == ()
    assert await count(database, "booking") == 0
    with pytest.raises(errors.NotYours):
        await do(database, service.cancel, booking_id, ana.person_id, NOW)


# -- whatever comes at once ------------------------------------------------------------------------

REFUSALS = (errors.OpeningRefused, errors.NotNow, errors.NotYours, errors.TooManyBookings)
OPENING_HOURS = [
    hour(f"2026-11-{day} {clock}") for day in (25, 26) for clock in ("08:00", "08:30", "09:30")
]


async def _somebody(database: Database, advisors: list[Advisor], person_id: int, seed: int) -> None:
    """Holds, confirms, moves, answers and cancels at random, as owner and for consultants."""
    chance = random.Random(seed)
    fitting = among(*(one.id for one in advisors))
    for _ in range(12):
        advisor, span = chance.choice(advisors), chance.choice(OPENING_HOURS)
        async with database.session() as session:
            mine = await service.of_person(session, person_id, NOW)
            waiting = await service.to_answer(session, advisor.id)
        act = chance.choice(("ask", "ask", "move", "move", "cancel", "accept", "other", "decline"))
        try:
            if act == "ask":
                booking_id = await hold(database, advisor, person_id, span)
                await do(database, service.confirm, booking_id, person_id, PURPOSE, CONSENT, NOW)
            elif act == "move" and mine:
                one = chance.choice(mine)
                await do(database, service.reschedule, one.id, person_id, span, NOW)
            elif act == "cancel" and mine:
                await do(database, service.cancel, chance.choice(mine).id, person_id, NOW)
            elif waiting:
                one = chance.choice(waiting)
                if act == "accept":
                    await do(database, service.accept, one.id, advisor.person_id, NOW)
                elif act == "other":
                    await do(database, service.propose_other, one.id, advisor.person_id, span, NOW)
                else:
                    await do(database, service.decline, one.id, advisor.person_id, NOW, fitting)
        except REFUSALS:
            continue


@pytest.mark.parametrize("seed", range(4))
async def test_no_consultant_is_promised_twice_whatever_comes_at_once(
    database: Database, enrol: Enrol, meet: Meet, seed: int
) -> None:
    week = [
        Window(day, at("2026-11-25 08:00").time(), at("2026-11-25 11:00").time()) for day in (2, 3)
    ]
    advisors = [await enrol(week) for _ in range(2)]
    people = [(await meet()).person_id for _ in range(8)]
    # Nothing but a refusal may reach anyone: a deadlock or a broken constraint would.
    await asyncio.gather(
        *(
            _somebody(database, advisors, one, seed * 100 + place)
            for place, one in enumerate(people)
        ),
        *(expire(database, NOW, among(*(one.id for one in advisors))) for _ in range(5)),
    )
    overlapping = await rows(
        database,
        "SELECT a.id, b.id FROM booking AS a JOIN booking AS b ON a.id < b.id "
        "AND a.consultant_id = b.consultant_id AND a.occupied && b.occupied "
        "WHERE a.state IN ('held', 'pending', 'proposed', 'accepted') "
        "AND b.state IN ('held', 'pending', 'proposed', 'accepted')",
    )
    assert overlapping == []
    # A request and its last booking always say the same.
    odd = await rows(
        database,
        """
        SELECT r.state, last.state FROM referral AS r CROSS JOIN LATERAL (
            SELECT state, consultant_id FROM booking WHERE referral_id = r.id
            ORDER BY id DESC LIMIT 1) AS last
        WHERE last.consultant_id <> r.consultant_id OR (r.state, last.state) NOT IN (
            ('waiting', 'pending'), ('proposed', 'proposed'), ('accepted', 'accepted'),
            ('looking', 'declined'), ('exhausted', 'declined'), ('withdrawn', 'cancelled'))
        """,
    )
    assert odd == []
    assert await count(database, "booking") > 0
