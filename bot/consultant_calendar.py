"""The private address at which a consultant's own calendar reads their meetings, in the chat.

It is told once, when it is made: nothing of it is kept that could be told again.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import feeds
from actions.cases.hours import ZONE
from actions.messages.content import Button
from actions.registry.mine import Mine
from bot.consultant_acts import own_place, says, told_place
from bot.dialogue.conversation import Result
from bot.slots.calendar_words import shown_date

if TYPE_CHECKING:
    from bot.acting import Actions

ANOTHER: Final = Button("Hacer otra", "/consultant_calendar_new")
FIRST: Final = Button("Hacer una", "/consultant_calendar_new")
OFF: Final = Button("Apagarla", "/consultant_calendar_off")


async def _show(here: "Actions", _args: Mapping[str, Any]) -> Result:
    """A first address is made at once; of one that there is, what can be done with it."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    made = await feeds.made_at(here.session, place.consultant_id)
    if made is None:
        return await _made(here, place, "utter_calendar_made")
    since = shown_date(made.astimezone(ZONE).date())
    return says("utter_calendar_there", ANOTHER, OFF, since=since)


async def _another(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    before = await feeds.made_at(here.session, place.consultant_id)
    name = "utter_calendar_made" if before is None else "utter_calendar_replaced"
    return await _made(here, place, name)


async def _made(here: "Actions", place: Mine, response: str) -> Result:
    token = await feeds.make(here.session, place.consultant_id, here.now)
    return says(response, ANOTHER, OFF, address=here.feed_url(token))


async def _off(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    await feeds.revoke(here.session, place.consultant_id)
    return says("utter_calendar_off", FIRST)


HANDLERS: Final = {
    "consultant_calendar": _show,
    "consultant_calendar_new": _another,
    "consultant_calendar_off": _off,
}
