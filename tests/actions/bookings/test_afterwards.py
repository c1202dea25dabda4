"""After a meeting: done or missed, rated once, complained about; and the consultant's figures."""

import asyncio
import random
from dataclasses import replace
from datetime import date, time, timedelta
from statistics import median

import pytest

from actions.bookings import errors, service
from actions.bookings.figures import (
    AnswerWeek,
    Fairness,
    Figures,
    Share,
    answer_weeks,
    fairness,
)
from actions.bookings.openings import Window
from actions.bookings.terms import Terms
from actions.bookings.working_time import working_between
from actions.cases.hours import Hours
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOBODY,
    NOW,
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
    names,
    request,
)
from tests.actions.conftest import Meet, count
from tests.actions.people.conftest import rows, run

AFTER = WEDNESDAY.ends


async def _rate(
    database: Database, booking_id: int, person_id: int, stars: int, comment: str = ""
) -> None:
    async with database.transaction() as session:
        await service.rate(session, booking_id, person_id, stars, comment, AFTER)


async def _complain(database: Database, booking_id: int, person_id: int, words: str) -> int:
    async with database.transaction() as session:
        return await service.complain(session, booking_id, person_id, words, AFTER)


@pytest.mark.parametrize(("came", "state"), [(True, "done"), (False, "missed")])
async def test_the_consultant_says_whether_the_meeting_took_place(
    database: Database, enrol: Enrol, meet: Meet, came: bool, state: str
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    async with database.transaction() as session:
        with pytest.raises(errors.TooSoon):
            await service.mark_done(session, booking.id, advisor.person_id, NOW, came=came)
    async with database.transaction() as session:
        outcome = await service.mark_done(
            session, booking.id, advisor.person_id, WEDNESDAY.starts, came=came
        )
    assert outcome.booking.state == state
    assert names(outcome.notices) == [(ana.person_id, f"booking_{state}")]
    async with database.transaction() as session:
        again = await service.mark_done(session, booking.id, advisor.person_id, AFTER, came=came)
        assert again.notices == ()
        with pytest.raises(errors.NotNow):
            await service.mark_done(session, booking.id, advisor.person_id, AFTER, came=not came)
        # Its hour does not come free by being marked while it lasts.
        assert not any(
            one.span == WEDNESDAY for one in await service.offer(session, advisor.id, NOW, 20)
        )


async def test_a_meeting_is_rated_once_by_its_owner(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    with pytest.raises(errors.NotYours):
        await _rate(database, booking.id, advisor.person_id, 5)
    for stars in (0, 6, -1):
        with pytest.raises(errors.BadStars):
            await _rate(database, booking.id, ana.person_id, stars)
    with pytest.raises(errors.BadWords):
        await _rate(database, booking.id, ana.person_id, 4, "x" * 501)
    async with database.transaction() as session:
        with pytest.raises(errors.TooSoon):
            await service.rate(session, booking.id, ana.person_id, 5, "", WEDNESDAY.starts)
    tries = await asyncio.gather(
        *(_rate(database, booking.id, ana.person_id, one, " Muy claro ") for one in (4, 5)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in tries) == ["AlreadyRated", "NoneType"]
    ((stars, comment),) = await rows(database, "SELECT stars, comment FROM rating")
    assert (stars in (4, 5), comment) == (True, "Muy claro")


async def test_what_was_no_meeting_is_not_rated(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    with pytest.raises(errors.NotNow):
        await _rate(database, booking.id, ana.person_id, 1)
    await do(database, service.cancel, booking.id, ana.person_id, NOW)
    with pytest.raises(errors.NotNow):
        await _rate(database, booking.id, ana.person_id, 1)


async def test_either_side_complains_to_the_ministry(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    first = await _complain(database, booking.id, ana.person_id, " No llegó ")
    second = await _complain(database, booking.id, advisor.person_id, "No era la dirección")
    assert await rows(database, "SELECT id, person_id, by, text FROM complaint ORDER BY id") == [
        (first, ana.person_id, "owner", "No llegó"),
        (second, advisor.person_id, "consultant", "No era la dirección"),
    ]
    for _ in range(2):
        await _complain(database, booking.id, ana.person_id, "Sigue sin llegar")
    with pytest.raises(errors.TooManyComplaints):
        await _complain(database, booking.id, ana.person_id, "Otra vez")
    for words in ("", "  ", "x" * 1_001):
        with pytest.raises(errors.BadWords):
            await _complain(database, booking.id, ana.person_id, words)
    with pytest.raises(errors.NotYours):
        await _complain(database, booking.id, luis.person_id, "Qué mal")
    held = await hold(database, advisor, luis.person_id, hour("2026-11-26 09:00"))
    with pytest.raises(errors.NotNow):
        await _complain(database, held, luis.person_id, "Qué mal")
    assert await count(database, "complaint") == 4


# -- looking at them -------------------------------------------------------------------------------


async def test_each_side_sees_what_is_theirs_and_when(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, other, ana = await enrol(), await enrol(), await meet()
    later = await request(database, advisor, ana.person_id, hour("2026-11-25 14:00"))
    first = await agreed(database, other, ana.person_id)
    gone = await request(database, advisor, ana.person_id, hour("2026-11-25 08:00"))
    await do(database, service.cancel, gone.id, ana.person_id, NOW)
    await hold(database, advisor, ana.person_id, hour("2026-11-25 10:00"))
    async with database.session() as session:
        coming = await service.of_person(session, ana.person_id, NOW)
        assert [one.id for one in coming] == [first.id, later.id]
        past = await service.of_person(session, ana.person_id, NOW, past=True)
        assert [one.id for one in past] == [gone.id]
        over = await service.of_person(session, ana.person_id, first.span.ends)
        assert [one.id for one in over] == [later.id]
        day = await service.agenda(session, advisor.id, date(2026, 11, 25))
        assert [one.id for one in day] == [later.id]
        assert await service.agenda(session, advisor.id, date(2026, 11, 26)) == []
        assert [one.id for one in await service.to_answer(session, advisor.id)] == [later.id]
        assert await service.to_answer(session, other.id) == []


async def test_a_late_meeting_is_of_its_day_in_el_salvador(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor = await enrol([Window(2, time(18), time(22))])
    ana = await meet()
    # Already Thursday by Greenwich.
    booking = await agreed(database, advisor, ana.person_id, hour("2026-11-25 20:00"))
    async with database.session() as session:
        day = await service.agenda(session, advisor.id, date(2026, 11, 25))
    assert [one.id for one in day] == [booking.id]
    assert day[0].span.starts.utcoffset() == timedelta(hours=-6)


# -- figures ---------------------------------------------------------------------------------------


async def _figures(database: Database, advisor: Advisor) -> Figures:
    async with database.session() as session:
        return await service.figures(session, advisor.id, at("2026-12-10 09:00"))


async def test_figures_of_who_did_nothing_yet(database: Database, enrol: Enrol) -> None:
    assert await _figures(database, await enrol()) == Figures(0, 0, 0, 0, 0, None, None, None, 0)


async def test_figures_tell_how_much_is_accepted_and_how_fast(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second = await enrol(), await enrol()
    ana, luis = await meet(), await meet()
    days = [hour(f"2026-12-{day:02} 09:00") for day in (1, 2, 3, 4)]
    asked = [await request(database, first, ana.person_id, one) for one in days]
    # Monday at nine: two hours later; on Tuesday, eight hours of work and ten minutes later.
    await do(database, service.accept, asked[0].id, first.person_id, at("2026-11-23 11:00"))
    await do(
        database, service.decline, asked[1].id, first.person_id, at("2026-11-24 09:10"), NOBODY
    )
    await do(database, service.accept, asked[2].id, first.person_id, at("2026-11-23 10:00"))
    await expire(database, at("2026-11-26 09:00"), among(second.id))
    async with database.transaction() as session:
        await service.mark_done(session, asked[0].id, first.person_id, days[0].starts)
        await service.rate(session, asked[0].id, ana.person_id, 4, "", days[0].ends)
    await request(database, first, luis.person_id, hour("2026-12-03 14:00"))
    assert await _figures(database, first) == Figures(
        referrals=5,
        accepted=2,
        declined=1,
        expired=1,
        done=1,
        acceptance=0.5,
        median_answer=timedelta(hours=2),
        stars=4.0,
        ratings=1,
    )
    theirs = await _figures(database, second)
    assert (theirs.referrals, theirs.acceptance) == (1, None)
    async with database.session() as session:
        found = await fairness(session, at("2026-11-23 00:00"), at("2026-12-01 00:00"))
        assert found.shares == (
            Share(first.id, "Consultora 1", 5, 5, 2, "R-0001"),
            Share(second.id, "Consultora 2", 0, 1, 0, "R-0002"),
        )
        assert (found.consultants, found.requests, found.largest_to_mean) == (2, 5, 2.0)
        top = await fairness(session, at("2026-11-23 00:00"), at("2026-12-01 00:00"), most=1)
        assert top == replace(found, shares=found.shares[:1])
        nothing = await fairness(session, at("2026-12-01 00:00"), at("2026-12-02 00:00"))
        assert nothing == Fairness((), 0, 0, None)
        weeks = await answer_weeks(session, at("2026-11-23 00:00"), at("2026-12-07 00:00"))
    assert weeks == [AnswerWeek(date(2026, 11, 23), 3, 1, 2, timedelta(hours=2))]


@pytest.mark.parametrize("hours", [Hours(), Hours(time(9, 15), time(18), frozenset((1, 3, 5)))])
async def test_the_weeks_reckon_working_time_as_one_answer_is_reckoned(
    database: Database, enrol: Enrol, meet: Meet, hours: Hours
) -> None:
    """Over a year with its holidays: what a few are reckoned by in Python, many are by the
    database."""
    advisor, ana, chance = await enrol(), await meet(), random.Random(7)
    since = at("2026-02-25 00:00")
    asked = [since + timedelta(seconds=chance.randrange(366 * 86_400)) for _ in range(400)]
    answered = [
        one + timedelta(seconds=int(chance.random() ** 3 * 20 * 86_400))
        if chance.random() < 0.8
        else None
        for one in asked
    ]
    await run(
        database,
        "WITH made AS (INSERT INTO referral (person_id, consultant_id, tried, state, made_at) "
        "VALUES (:person, :consultant, ARRAY[CAST(:consultant AS bigint)], 'exhausted', now()) "
        "RETURNING id) INSERT INTO booking (consultant_id, person_id, referral_id, during, "
        "occupied, mode, state, consent_version, consent_at, made_at, asked_at, answered_at, uid) "
        "SELECT :consultant, :person, made.id, span, span, 'remote', "
        "CASE WHEN one.answered IS NULL THEN 'expired' ELSE 'declined' END, '1', now(), "
        "now(), one.asked, one.answered, gen_random_uuid() FROM made, "
        "unnest(CAST(:asked AS timestamptz[]), CAST(:answered AS timestamptz[])) AS "
        "one(asked, answered), tstzrange(one.asked, one.asked + interval '1 hour') AS span",
        person=ana.person_id,
        consultant=advisor.id,
        asked=asked,
        answered=answered,
    )
    async with database.session() as session:
        found = await answer_weeks(
            session, since, since + timedelta(days=366), terms=Terms(hours=hours)
        )
    wanted: dict[date, list[timedelta]] = {}
    for question, answer in zip(asked, answered, strict=True):
        monday = question.date() - timedelta(days=question.weekday())
        took = wanted.setdefault(monday, [])
        if answer is not None:
            took.append(working_between(question, answer, hours))
    assert {one.monday: (one.answered, one.median_answer) for one in found} == {
        monday: (len(took), median(took) if took else None) for monday, took in wanted.items()
    }
    assert sum(one.answered + one.unanswered for one in found) == 400
