"""Whether somebody is in the registry of consultants, and in force there, as anybody may ask."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from actions.registry import rules, verify
from actions.registry.rules import day_of
from actions.registry.verify import Registered
from bot.dialogue.conversation import Result, Say
from bot.slots.calendar_words import shown_date
from bot.understanding import needs, seeking

if TYPE_CHECKING:
    from bot.acting import Actions

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


async def _read_whom(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    said = str(args.get("said") or "")
    whom = seeking.number_in(said, bare=True) or needs.whom_in(said)
    return {} if whom is None else {"whom": whom}


async def _verify(here: "Actions", args: Mapping[str, Any]) -> Result:
    """What the public registry tells of whoever was named, and no more."""
    whom = str(args["whom"])
    found = await verify.verify(here.session, whom, here.now)
    # "El ing Rutilio", "el DEMO-018": who is asked for a name says more than that.
    for other in (seeking.number_in(whom, bare=True), needs.whom_in(whom)):
        if not found and other is not None:
            found = await verify.verify(here.session, other, here.now)
    if not found:
        return Result(says=(Say("utter_not_registered", {"whom": whom}),))
    name = "utter_registered_several"
    if len(found) == 1:
        name = "utter_registered" if found[0].is_in_force else "utter_registered_not_now"
    today = day_of(here.now)
    listed = "\n".join(f"• {_told(one, today)}" for one in found)
    return Result(says=(Say(name, {"whom": whom, "found": listed}),))


def _told(one: Registered, today: date) -> str:
    does = ", ".join(rules.CATEGORIES[category] for category in one.categories)
    return f"**{one.name}**, número {one.registration_number}: {_standing(one, today)}. {does}."


def _standing(one: Registered, today: date) -> str:
    """Whether they are in force, before all else, and why not."""
    if one.is_in_force:
        return f"vigente, hasta el {shown_date(one.valid_to)}"
    if one.state == "vencida" and one.valid_to < today:
        why = f"vencida, su registro venció el {shown_date(one.valid_to)}"
    elif one.state == "vigente":
        why = f"su registro empieza el {shown_date(one.valid_from)}"
    else:
        why = rules.STATES[one.state].lower()
    return f"**hoy no está vigente** ({why})"


HANDLERS: Final[Mapping[str, _Handler]] = {
    "read_whom": _read_whom,
    "verify_consultant": _verify,
}
