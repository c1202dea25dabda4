"""How a consultant proposes another time: what is offered, written, refused."""

from datetime import timedelta

from actions.store.database import Database
from tests.actions.bookings.conftest import WEDNESDAY, Enrol, enrol, request
from tests.actions.conftest import Meet, meet
from tests.bot.test_consultant_acts import does, names, state_of

__all__ = ["enrol", "meet"]


async def test_three_free_times_are_offered_and_others_after_them(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana = await enrol()
    booking = (await request(database, ana, (await meet()).person_id)).id
    first = await does(database, ana.person_id, "referral_times", booking=booking)
    options = first.sets["referral_times"]
    assert len(options) == 4 and options[-1][0] == "Otras"
    more = await does(
        database,
        ana.person_id,
        "referral_propose",
        booking=booking,
        referral_times=options,
        proposed_time="more",
    )
    assert more.again == ("proposed_time",)
    second = await does(database, ana.person_id, "referral_times", booking=booking, **more.given)
    shown = {value for _, value, *_ in options}
    assert not shown.intersection(value for _, value, *_ in second.sets["referral_times"][:3])


async def test_a_time_that_is_written_is_proposed_or_told_why_not(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana = await enrol()
    booking = (await request(database, ana, (await meet()).person_id)).id
    sunday = (WEDNESDAY.starts + timedelta(days=4)).isoformat()
    refused = await does(
        database, ana.person_id, "referral_propose", booking=booking, proposed_time=sunday
    )
    assert names(refused) == ["utter_referral_refused"] and refused.again == ("proposed_time",)
    offered = await does(
        database, ana.person_id, "referral_times", booking=booking, **refused.given
    )
    assert all(value > sunday for _, value, *_ in offered.sets["referral_times"][:3])
    thursday = (WEDNESDAY.starts + timedelta(days=1)).isoformat()
    proposed = await does(
        database, ana.person_id, "referral_propose", booking=booking, proposed_time=thursday
    )
    assert names(proposed) == ["utter_other_proposed"]
    assert await state_of(database, booking) == "proposed"


async def test_what_is_answered_takes_no_other_time(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, stranger = await enrol(), await meet()
    booking = (await request(database, ana, (await meet()).person_id)).id
    late = await does(database, ana.person_id, "referral_times", WEDNESDAY.ends, booking=booking)
    assert names(late) == ["utter_referral_late"] and late.sets == {"times_open": False}
    foreign = await does(database, stranger.person_id, "referral_times", booking=booking)
    assert names(foreign) == ["utter_consultant_not_yours"]
