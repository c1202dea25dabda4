"""How a consultant proposes another time for a request or a meeting: what their flow offers, and
what it does with the time that was chosen or written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import states
from actions.bookings.errors import BookingRefused, NotNow, OpeningRefused
from actions.messages.content import Button
from bot.booking_words import MORE, as_options, when
from bot.consultant_acts import OWN_BUTTONS, says
from bot.dialogue.conversation import Result
from bot.finding_acts import told_others
from bot.referral_acts import booking_of, free_times, proposed, refused

if TYPE_CHECKING:
    from bot.acting import Actions

OFFERED: Final = 3
"""Times at once."""
_OTHERS: Final = ["Otras", MORE, "otras horas", "otras horas", "otra", "mas horas", "mas"]


async def _times(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The consultant's next free times from ``times_from`` on, as options; that there are none, or
    why none can be proposed, is said."""
    try:
        booking = await booking_of(here, args)
        if (
            booking.state not in (states.PENDING, states.ACCEPTED)
            or booking.span.starts <= here.now
        ):
            raise NotNow(booking.state)
    except BookingRefused as why:
        return Result({"times_open": False}, (await refused(here, args, why)).says)
    near = str(args.get("times_from") or "")
    found = await free_times(here, booking, OFFERED, datetime.fromisoformat(near) if near else None)
    told = says("utter_no_more_times").says if near and not found else ()
    found = found or (await free_times(here, booking, OFFERED) if near else [])
    if not found:
        change = Button("Mi horario", "/task_availability")
        return Result({"times_open": False}, says("utter_no_other_times", change).says)
    options = as_options(found, more=False)
    if len(found) == OFFERED:
        options.append(_OTHERS)
    sets = {"times_open": True, "referral_times": options}
    return Result({**sets, "referral_when": when(booking.span.starts)}, told)


async def _propose(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Proposes the time; where it cannot be had, that is said, and the next ones are offered."""
    chosen = str(args["proposed_time"])
    if chosen == MORE:
        shown = [value for _, value, *_ in args["referral_times"] if value != MORE]
        return _again(datetime.fromisoformat(shown[-1]) + timedelta(minutes=1))
    starts = datetime.fromisoformat(chosen)
    try:
        outcome = await proposed(here, args, starts)
    except OpeningRefused as why:
        said = says("utter_referral_refused", why=str(why)).says
        return _again(starts, said=said)
    except BookingRefused as why:
        return await refused(here, args, why)
    booking = await told_others(here, outcome)
    return says("utter_other_proposed", *OWN_BUTTONS[:1], when=when(booking.span.starts))


def _again(start: datetime, *, said: tuple[Any, ...] = ()) -> Result:
    """The question for a time once more, with those from a moment on."""
    given = {"times_from": start.isoformat()}
    return Result(says=said, again=("proposed_time",), given=given)


HANDLERS: Final = {"referral_times": _times, "referral_propose": _propose}
