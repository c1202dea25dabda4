"""Which request a consultant means who answers in words: the one that is named, or the only one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, service
from actions.bookings.booked import Booked
from bot.consultant_acts import own_place, says
from bot.dialogue.conversation import Do, Result

if TYPE_CHECKING:
    from bot.acting import Actions


async def _meant(here: "Actions", args: Mapping[str, Any]) -> Booked | Result:
    """The request that waits for an answer and is meant, or what is said where it is not clear."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return says("utter_affirm")
    waiting = await service.to_answer(here.session, place.consultant_id)
    number = args.get("number")
    if number is None:
        if len(waiting) == 1:
            return waiting[0]
        listed: Result = await here.run(Do("consultant_requests"))
        return listed
    named = [one for one in waiting if one.number == number]
    if named:
        return named[0]
    come = await agenda.to_come(here.session, place.consultant_id, here.now)
    for one in come:
        if one.number == number:
            # What was answered before is shown as it stands.
            shown: Result = await here.run(Do("referral_show", {"booking": one.id}))
            return shown
    return says("utter_consultant_not_yours")


async def _which(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The request that a flow is about, where no button told it."""
    if args.get("booking") is not None:
        return Result({"booking": args["booking"]})
    found = await _meant(here, args)
    return found if isinstance(found, Result) else Result({"booking": found.id})


async def _answer(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Accepts the request that is named, or the only one."""
    found = await _meant(here, args)
    if isinstance(found, Result):
        return found
    accepted: Result = await here.run(Do("referral_accept", {"booking": found.id}))
    return accepted


HANDLERS: Final = {"referral_which": _which, "referral_answer": _answer}
