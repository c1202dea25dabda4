"""Answers of consultants, and what goes on where none comes."""

import asyncio
from datetime import time, timedelta

import pytest

from actions.bookings import errors, service
from actions.bookings.openings import Window
from actions.bookings.terms import Terms
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    CONSENT,
    NOBODY,
    NOW,
    PURPOSE,
    WEDNESDAY,
    Enrol,
    agreed,
    among,
    at,
    do,
    expire,
    hold,
    hour,
    names,
    referral_of,
    request,
)
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows, run
from tests.actions.people.joining import join

NEXT_FRIDAY = hour("2026-12-04 09:00")
"""Far enough for three working days to pass before it."""
DUE = at("2026-11-26 09:00")


async def test_an_accepted_request_is_told_to_the_owner_once(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    outcome = await do(database, service.accept, booking.id, advisor.person_id, NOW)
    assert outcome.booking.state == "accepted"
    assert names(outcome.notices) == [(ana.person_id, "booking_accepted")]
    assert await referral_of(database, booking) == ("accepted", [advisor.id])
    again = await do(database, service.accept, booking.id, advisor.person_id, NOW)
    assert again.notices == ()
    with pytest.raises(errors.NotNow):
        await do(database, service.decline, booking.id, advisor.person_id, NOW, NOBODY)
    assert await rows(database, "SELECT act, by FROM booking_event ORDER BY id") == [
        ("requested", "owner"),
        ("accepted", "consultant"),
    ]


async def test_nobody_answers_for_another(database: Database, enrol: Enrol, meet: Meet) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    held = await hold(database, other, ana.person_id, hour("2026-11-26 14:00"))
    for person_id in (other.person_id, ana.person_id, 987_654):
        for act in (service.accept, service.mark_done):
            with pytest.raises(errors.NotYours) as refused:
                await do(database, act, booking.id, person_id, NOW)
            # The same words, whether there is such a booking or not.
            with pytest.raises(errors.NotYours) as unknown:
                await do(database, act, 404, person_id, NOW)
            assert str(refused.value) == str(unknown.value)
        with pytest.raises(errors.NotYours):
            await do(database, service.decline, booking.id, person_id, NOW, NOBODY)
    for person_id in (other.person_id, advisor.person_id):
        with pytest.raises(errors.NotYours):
            await do(
                database, service.reschedule, booking.id, person_id, hour("2026-11-26 09:00"), NOW
            )
        with pytest.raises(errors.NotYours):
            await do(database, service.confirm, held, person_id, PURPOSE, CONSENT, NOW)
        async with database.session() as session:
            assert await service.of_person(session, person_id, NOW) == []
    with pytest.raises(errors.NotYours):
        await do(database, service.cancel, booking.id, other.person_id, NOW)
    with pytest.raises(errors.NotYours):
        await do(database, service.cancel, held, other.person_id, NOW)
    async with database.session() as session:
        with pytest.raises(errors.NotYours):
            await service.one_of_person(session, booking.id, other.person_id)
        assert (await service.one_of_person(session, booking.id, ana.person_id)) == booking
    assert await rows(database, "SELECT state FROM booking ORDER BY id") == [
        ("pending",),
        ("held",),
    ]


async def test_a_joined_account_answers_for_the_consultant(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    phone, web, ana = await meet(), await meet("web", "w" * 64), await meet()
    advisor = await enrol(someone=web)
    booking = await request(database, advisor, ana.person_id)
    await join(database, phone, web)
    outcome = await do(database, service.accept, booking.id, phone.person_id, NOW)
    assert outcome.booking.state == "accepted"


async def test_a_consultant_who_lapsed_meanwhile_cannot_accept(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    await run(database, "UPDATE consultant SET state = 'suspendida'")
    with pytest.raises(errors.NotBookable):
        await do(database, service.accept, booking.id, advisor.person_id, NOW)


# -- handing on ------------------------------------------------------------------------------------


async def test_a_declined_request_goes_to_the_next_at_the_same_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, lapsed, second, ana = await enrol(), await enrol(), await enrol(), await meet()
    await run(database, "UPDATE consultant SET state = 'vencida' WHERE id = :id", id=lapsed.id)
    booking = await request(database, first, ana.person_id)
    outcome = await do(
        database,
        service.decline,
        booking.id,
        first.person_id,
        NOW,
        among(first.id, lapsed.id, second.id),
    )
    assert names(outcome.notices) == [
        (second.person_id, "referral_received"),
        (ana.person_id, "referral_handed_on"),
    ]
    received, handed_on = outcome.notices
    assert received.values["purpose"] == PURPOSE
    assert (handed_on.values["why"], handed_on.values["same_time"]) == ("declined", True)
    assert handed_on.values["before_name"] == booking.consultant_name
    assert handed_on.values["starts"] == WEDNESDAY.starts
    assert await referral_of(database, booking) == ("waiting", [first.id, second.id])
    assert await rows(
        database, "SELECT consultant_id, state, consent_version FROM booking ORDER BY id"
    ) == [(first.id, "declined", CONSENT), (second.id, "pending", CONSENT)]
    # The first one's hour is free again.
    await hold(database, first, (await meet()).person_id)


async def test_the_next_one_who_has_no_time_then_gets_their_first_opening_after_it(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana, luis = await enrol(), await enrol(), await meet(), await meet()
    await request(database, second, luis.person_id)
    booking = await request(database, first, ana.person_id)
    outcome = await do(
        database, service.decline, booking.id, first.person_id, NOW, among(second.id)
    )
    (_, handed_on) = outcome.notices
    assert handed_on.values["same_time"] is False
    assert handed_on.values["starts"] == at("2026-11-25 10:30")


async def test_a_request_is_not_handed_on_to_an_earlier_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    # The second one has time on Mondays, and none of those after it is given out yet.
    first, ana = await enrol(), await meet()
    second = await enrol((Window(0, time(8), time(9)),))
    late = hour("2027-01-20 09:00")
    booking = await request(database, first, ana.person_id, late)
    outcome = await do(
        database, service.decline, booking.id, first.person_id, NOW, among(second.id)
    )
    assert names(outcome.notices) == [(ana.person_id, "referral_exhausted")]


async def test_a_request_is_not_handed_on_to_when_the_owner_meets_somebody_else(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, third = await enrol(), await enrol(), await enrol()
    ana, luis = await meet(), await meet()
    await request(database, second, luis.person_id)
    await agreed(database, third, ana.person_id, hour("2026-11-25 10:30"))
    booking = await request(database, first, ana.person_id)
    outcome = await do(
        database, service.decline, booking.id, first.person_id, NOW, among(second.id)
    )
    (_, handed_on) = outcome.notices
    assert handed_on.values["starts"] == at("2026-11-25 13:00")


async def test_who_does_not_answer_in_time_loses_the_request_to_the_next(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, third = await enrol(), await enrol(), await enrol()
    ana = await meet()
    booking = await request(database, first, ana.person_id, NEXT_FRIDAY)
    everyone = among(first.id, second.id, third.id)
    assert await expire(database, DUE - timedelta(seconds=1), everyone) == []
    assert names(await expire(database, DUE, everyone)) == [
        (first.person_id, "referral_expired"),
        (second.person_id, "referral_received"),
        (ana.person_id, "referral_handed_on"),
    ]
    assert await expire(database, DUE, everyone) == []
    with pytest.raises(errors.NotNow):
        await do(database, service.accept, booking.id, first.person_id, DUE)
    # From Thursday at nine, three working days end on Tuesday; the meeting is on Friday.
    second_due = at("2026-12-01 09:00")
    assert names(await expire(database, second_due, everyone))[1:] == [
        (third.person_id, "referral_received"),
        (ana.person_id, "referral_handed_on"),
    ]
    # The third one is asked two days before Friday: until two hours before it.
    assert await expire(database, at("2026-12-04 06:59"), everyone) == []
    assert names(await expire(database, at("2026-12-04 07:00"), everyone)) == [
        (third.person_id, "referral_expired"),
        (ana.person_id, "referral_exhausted"),
    ]
    assert await referral_of(database, booking) == ("exhausted", [first.id, second.id, third.id])
    assert await rows(database, "SELECT DISTINCT state FROM booking") == [("expired",)]


@pytest.mark.parametrize(
    "lapses",
    [
        "UPDATE consultant SET state = 'suspendida' WHERE id = :id",
        "UPDATE consultant SET valid_to = '2026-11-22' WHERE id = :id",
    ],
)
@pytest.mark.parametrize("proposes", [False, True])
async def test_a_request_leaves_who_may_no_longer_be_met(
    database: Database, enrol: Enrol, meet: Meet, lapses: str, proposes: bool
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    agreed_on = await agreed(database, first, ana.person_id, hour("2026-11-27 09:00"))
    booking = await request(database, first, ana.person_id, NEXT_FRIDAY)
    if proposes:
        other = hour("2026-12-04 14:00")
        await do(database, service.propose_other, booking.id, first.person_id, other, NOW)
    everyone = among(first.id, second.id)
    assert await expire(database, NOW, everyone) == []
    await run(database, lapses, id=first.id)
    told = await asyncio.gather(*(expire(database, NOW, everyone) for _ in range(3)))
    assert names([notice for one in told for notice in one]) == [
        (first.person_id, "registration_lapsed"),
        (second.person_id, "referral_received"),
        (ana.person_id, "referral_handed_on"),
    ]
    assert await referral_of(database, booking) == ("waiting", [first.id, second.id])
    # What both agreed on is the owner's to decide about.
    assert await referral_of(database, agreed_on) == ("accepted", [first.id])
    await run(database, lapses, id=second.id)
    assert names(await expire(database, NOW, everyone))[1:] == [
        (ana.person_id, "referral_exhausted"),
    ]
    assert (
        await rows(
            database, "SELECT act, by FROM booking_event WHERE act IN ('declined', 'lapsed')"
        )
        == [("lapsed", "clock")] * 2
    )


async def test_a_request_is_not_handed_around_for_ever(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, third, ana = await enrol(), await enrol(), await enrol(), await meet()
    booking = await request(database, first, ana.person_id)
    everyone = among(second.id, third.id)
    terms = Terms(most_tried=2)
    async with database.transaction() as session:
        await service.decline(
            session, booking.id, first.person_id, NOW, everyone, note="De viaje", terms=terms
        )
    async with database.session() as session:
        (waiting,) = await service.to_answer(session, second.id)
    async with database.transaction() as session:
        outcome = await service.decline(
            session, waiting.id, second.person_id, NOW, everyone, terms=terms
        )
    assert names(outcome.notices) == [(ana.person_id, "referral_exhausted")]
    # Why one declines is for the ministry, not for the owner.
    assert "De viaje" not in str(outcome.notices)
    assert await rows(database, "SELECT note FROM booking_event WHERE note IS NOT NULL") == [
        ("De viaje",)
    ]


async def test_where_the_next_ones_time_is_being_changed_the_search_goes_on_later(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana, luis = await enrol(), await enrol(), await meet(), await meet()
    booking = await request(database, first, ana.person_id)
    async with database.transaction() as session:
        await service.hold(session, second.id, luis.person_id, WEDNESDAY, NOW)
        outcome = await do(
            database, service.decline, booking.id, first.person_id, NOW, among(second.id)
        )
        assert outcome.notices == ()
        assert await expire(database, NOW, among(second.id)) == []
        assert await referral_of(database, booking) == ("looking", [first.id])
    assert names(await expire(database, NOW, among(second.id))) == [
        (second.person_id, "referral_received"),
        (ana.person_id, "referral_handed_on"),
    ]


async def test_several_processes_hand_on_each_request_once(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisors = [await enrol() for _ in range(4)]
    spare = [await enrol() for _ in range(2)]
    for advisor in advisors:
        await request(database, advisor, (await meet()).person_id, NEXT_FRIDAY)
    fitting = among(*(one.id for one in spare))
    told = []
    for _ in range(4):
        runs = await asyncio.gather(*(expire(database, DUE, fitting) for _ in range(4)))
        told += [notice for run_ in runs for notice in run_]
    tally = sorted(name for _, name in names(told))
    assert tally == [*["referral_expired"] * 4, *["referral_handed_on"] * 4] + (
        ["referral_received"] * 4
    )
    assert await rows(database, "SELECT state, count(*) FROM booking GROUP BY 1 ORDER BY 1") == [
        ("expired", 4),
        ("pending", 4),
    ]


async def test_an_answer_and_the_clock_at_once_come_to_one_of_both(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    for turn in range(4):
        span = hour(f"2026-12-{4 + 3 * (turn % 2):02} {8 + 2 * (turn // 2):02}:00")
        booking = await request(database, first, ana.person_id, span)
        answer = do(database, service.accept, booking.id, first.person_id, DUE)
        outcome, told = await asyncio.gather(
            answer, expire(database, DUE, among(second.id)), return_exceptions=True
        )
        assert not isinstance(told, BaseException)
        ((state,),) = await rows(
            database, "SELECT state FROM booking WHERE id = :id", id=booking.id
        )
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, errors.NotNow)
            assert (state, len(told)) == ("expired", 3)
        else:
            assert (state, told) == ("accepted", [])
        await run(
            database,
            "UPDATE booking SET state = 'cancelled' WHERE state IN ('accepted', 'pending')",
        )
        await run(database, "UPDATE referral SET state = 'withdrawn', deadline = NULL")


# -- another time ----------------------------------------------------------------------------------

THURSDAY = hour("2026-11-26 14:00")


async def test_another_time_is_kept_while_the_owner_decides(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await request(database, advisor, ana.person_id)
    outcome = await do(
        database, service.propose_other, booking.id, advisor.person_id, THURSDAY, NOW
    )
    (notice,) = outcome.notices
    assert (notice.person_id, notice.name) == (ana.person_id, "other_time_proposed")
    assert notice.values["before_starts"] == WEDNESDAY.starts
    assert notice.values["starts"] == THURSDAY.starts
    assert notice.values["deadline"] == DUE
    with pytest.raises(errors.Taken):
        await hold(database, advisor, luis.person_id, THURSDAY)
    await hold(database, advisor, luis.person_id, WEDNESDAY)
    with pytest.raises(errors.NotNow):
        await do(database, service.accept, booking.id, advisor.person_id, NOW)
    outcome = await do(database, service.agree_other, booking.id, ana.person_id, NOW)
    assert (outcome.booking.state, outcome.booking.span) == ("accepted", THURSDAY)
    assert names(outcome.notices) == [(advisor.person_id, "booking_agreed")]
    assert outcome.booking.sequence == 1
    assert (await do(database, service.agree_other, booking.id, ana.person_id, NOW)).notices == ()


async def test_a_proposed_time_at_which_the_owner_meets_somebody_else_is_not_agreed_on(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    busy = await request(database, other, ana.person_id, hour("2026-11-26 13:30"))
    await do(database, service.propose_other, booking.id, advisor.person_id, THURSDAY, NOW)
    with pytest.raises(errors.AlreadyMeeting):
        await do(database, service.agree_other, booking.id, ana.person_id, NOW)
    await do(database, service.cancel, busy.id, ana.person_id, NOW)
    outcome = await do(database, service.agree_other, booking.id, ana.person_id, NOW)
    assert outcome.booking.state == "accepted"


async def test_a_time_that_was_agreed_on_can_be_proposed_anew(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    with pytest.raises(errors.SameTime):
        await do(database, service.propose_other, booking.id, advisor.person_id, WEDNESDAY, NOW)
    with pytest.raises(errors.ClosedDay) as refused:
        await do(
            database,
            service.propose_other,
            booking.id,
            advisor.person_id,
            hour("2026-12-25 09:00"),
            NOW,
        )
    assert len(refused.value.alternatives) == 3
    await do(database, service.propose_other, booking.id, advisor.person_id, THURSDAY, NOW)
    assert await referral_of(database, booking) == ("proposed", [advisor.id])


async def test_a_refused_proposal_goes_to_the_next_consultant(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, first, ana.person_id)
    await do(database, service.propose_other, booking.id, first.person_id, THURSDAY, NOW)
    outcome = await do(
        database, service.refuse_other, booking.id, ana.person_id, NOW, among(second.id)
    )
    assert names(outcome.notices) == [
        (first.person_id, "proposal_refused"),
        (second.person_id, "referral_received"),
    ]
    # Who refused has it as their answer, not as news before it.
    assert outcome.became is not None
    assert (outcome.became.name, outcome.became.values["why"]) == ("referral_handed_on", "refused")


async def test_a_proposal_without_an_answer_ends_the_request(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    booking = await request(database, first, ana.person_id)
    await do(database, service.propose_other, booking.id, first.person_id, THURSDAY, NOW)
    assert names(await expire(database, DUE, among(second.id))) == [
        (ana.person_id, "proposal_expired"),
        (first.person_id, "proposal_expired"),
    ]
    assert await referral_of(database, booking) == ("withdrawn", [first.id])
