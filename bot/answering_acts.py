"""Which request or meeting a consultant means who types: the one that is named, or the only one."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, service, states
from actions.bookings.booked import Booked
from actions.messages.content import Button
from actions.registry.rules import day_of
from bot.booking_words import briefly, when
from bot.consultant_acts import own_place, says
from bot.dialogue.conversation import Do, Result
from bot.dialogue.questions import means
from bot.slots.day_mention import day_in
from bot.understanding import which_booking
from knowledge.text import fold

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


_CANCELS: Final = re.compile(
    r"\b(?:cancel|kancel|anul|borr|elimin|quit)\w*"
    r"|\bno (?:voy a |vamos a )?(?:poder|puedo|podre|podemos|podria)\b"
)
MOST_SHOWN: Final = 6


async def theirs(here: "Actions", said: str) -> Result | None:
    """What is shown of a consultant's own meetings, of which a sentence speaks that would look for
    an owner's; None where the person is not in the registry."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return None
    coming = await agenda.to_come(here.session, place.consultant_id, here.now)
    number, today = which_booking.number_in(said), day_of(here.now)
    if number is not None:
        named = [one for one in coming if one.number == number]
        if not named:
            return says("utter_consultant_not_yours")
    else:
        day = day_in(said, today)
        named = [one for one in coming if day in (None, one.span.starts.date())]
    if not named:
        nothing: Result = await here.run(Do("consultant_agenda", {"said": said}))
        return nothing
    if len(named) == 1:
        return await _shown(here, named[0], said)
    buttons = [
        Button(briefly(one.span.starts), means("referral_show", booking=one.id))
        for one in named[:MOST_SHOWN]
    ]
    lines = [f"• {when(one.span.starts)}: cita {one.number}" for one in named[:MOST_SHOWN]]
    return says("utter_own_booking_which", *buttons, bookings="\n".join(lines))


async def _shown(here: "Actions", booking: Booked, said: str) -> Result:
    """The only meeting that is meant: to be called off at once, or with all that can be done."""
    calls_off = booking.state == states.ACCEPTED and _CANCELS.search(fold(said)) is not None
    act = "referral_cancel" if calls_off and booking.span.starts > here.now else "referral_show"
    found: Result = await here.run(Do(act, {"booking": booking.id}))
    return found


HANDLERS: Final = {"referral_which": _which, "referral_answer": _answer}
