"""Which request is meant by a consultant who answers in words."""

from datetime import timedelta

from actions.bookings.openings import Span
from actions.store.database import Database
from tests.actions.bookings.conftest import WEDNESDAY, Enrol, enrol, request
from tests.actions.conftest import Meet, meet
from tests.bot.test_consultant_acts import does, names, state_of

__all__ = ["enrol", "meet"]

THURSDAY = Span(WEDNESDAY.starts + timedelta(days=1), WEDNESDAY.ends + timedelta(days=1))


async def test_the_only_request_is_accepted_and_of_several_the_named_one(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana = await enrol()
    first = await request(database, ana, (await meet()).person_id)
    second = await request(database, ana, (await meet()).person_id, THURSDAY)
    asked = await does(database, ana.person_id, "referral_answer")
    assert names(asked) == ["utter_requests"]
    which = await does(database, ana.person_id, "referral_which", number=first.number)
    assert which.sets == {"booking": first.id}
    accepted = await does(database, ana.person_id, "referral_answer", number=second.number)
    assert names(accepted) == ["utter_request_accepted"]
    assert await state_of(database, second.id) == "accepted"
    assert names(await does(database, ana.person_id, "referral_answer")) == [
        "utter_request_accepted"
    ]
    assert await state_of(database, first.id) == "accepted"


async def test_a_request_of_others_or_answered_before_is_not_accepted(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, other, owner = await enrol(), await enrol(), await meet()
    booking = await request(database, ana, owner.person_id)
    for person in (other.person_id, owner.person_id):
        await does(database, person, "referral_answer", number=booking.number)
        which = await does(database, person, "referral_which", number=booking.number)
        assert "booking" not in which.sets
        assert await state_of(database, booking.id) == "pending"
    await does(database, ana.person_id, "referral_accept", booking=booking.id)
    again = await does(database, ana.person_id, "referral_answer", number=booking.number)
    assert names(again) == ["utter_own_booking"]


async def test_a_consultants_own_meeting_is_meant_by_who_asked_for_none(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana = await enrol()
    first = await request(database, ana, (await meet()).person_id)
    second = await request(database, ana, (await meet()).person_id, THURSDAY)
    for booking in (first, second):
        await does(database, ana.person_id, "referral_accept", booking=booking.id)

    async def shown(said: str) -> list[str]:
        result = await does(database, ana.person_id, "bookings_to_change", said=said)
        assert result.sets["booking_found"] == "theirs"
        return names(result)

    assert await shown("no puedo ir el miercoles") == ["utter_own_booking_cancel_sure"]
    assert await shown(f"tengo q cancelar la cita {second.number}") == [
        "utter_own_booking_cancel_sure"
    ]
    assert await shown("no puedo ir el viernes") == ["utter_agenda_empty"]
    assert await shown("cancelar cita") == ["utter_own_booking_which"]
    assert await shown("cambiar la cita del jueves") == ["utter_own_booking"]
    assert names(await does(database, ana.person_id, "my_bookings", said="q citas tengo")) == [
        "utter_agenda_next"
    ]
    assert await state_of(database, first.id) == "accepted"
