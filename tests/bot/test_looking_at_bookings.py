"""What an owner sees of a request that waits for its answer."""

from actions.store.database import Database
from bot.booking_words import briefly
from tests.actions.bookings.conftest import Enrol, agreed, enrol, request
from tests.actions.conftest import Meet, meet
from tests.bot.test_consultant_acts import does

__all__ = ["enrol", "meet"]


async def test_an_open_request_is_told_with_until_when_it_may_take(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    owner = (await meet()).person_id
    booking = await request(database, await enrol(), owner)
    assert booking.deadline is not None
    (said,) = (await does(database, owner, "my_bookings")).says
    told = said.params["bookings"]
    assert f"esperando respuesta, a más tardar el {briefly(booking.deadline)}" in told


async def test_who_complains_before_the_meeting_does_it_of_that_one(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    owner, other = (await meet()).person_id, (await meet()).person_id
    booking = await agreed(database, await enrol(), owner)
    (said,) = (await does(database, owner, "bookings_past")).says
    assert said.response == "utter_only_coming_bookings"
    assert "a más tardar" not in said.params["bookings"]
    (button,) = said.buttons
    assert button.means == f'/booking_complain{{"booking": {booking.id}}}'
    (none,) = (await does(database, other, "bookings_past")).says
    assert (none.response, none.buttons) == ("utter_no_past_bookings", ())
