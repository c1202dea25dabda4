"""Which consultants an owner can choose from: what they need, and who fits and has time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import finding
from actions.bookings.finding import Found
from actions.bookings.openings import MODES as WAYS
from actions.cases import service as cases
from actions.registry.search import Need
from bot.booking_words import fee_told, told
from bot.dialogue.conversation import Result, Say
from bot.slots.protocol import Stored
from bot.understanding import need_words, needs

if TYPE_CHECKING:
    from bot.acting import Actions

CALL: Final = "call"
"""The option that somebody of the ministry helps instead."""
OTHERS: Final = "others"
NONE: Final = "none"
YES: Final = ("sí", "sí quiero", "dale", "va", "con esa persona", "esa", "con él", "con ella", "ok")
"""What is said where only one is offered."""
SHOW_OTHERS: Final = (
    "otros",
    "hay otros",
    "otra persona",
    "hay mas",
    "quien mas",
    "otro consultor",
)
NOBODY: Final = (
    "no",
    "ninguno",
    "ninguna",
    "nadie",
    "ninguno me convence",
    "no me convence ninguno",
)

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


async def _read_need(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is looked for, as far as the person's own sentence, or their firm, tells it."""
    said = str(args.get("said") or "")
    home = args.get("district") or {}
    found = {
        "need_category": needs.category_in(said),
        "need_department": needs.department_in(said)
        or args.get("need_department")
        or home.get("department"),
        "meeting_mode": needs.mode_in(said),
    }
    return {
        "categories": need_words.offered(whole=bool(args.get("need_help"))),
        **{name: value for name, value in found.items() if value},
    }


async def _help_with_need(_here: "Actions", _args: Mapping[str, Any]) -> Result:
    """The question once more, with examples, the rarer kinds of work, and somebody who helps."""
    given: dict[str, Stored] = {"need_help": True, "need_note": need_words.EXAMPLES}
    return Result(again=("need_category",), given=given)


async def _consultant_fees(here: "Actions", _args: Mapping[str, Any]) -> Result:
    """What those take who are shown, or who was chosen, as they say it themselves."""
    task = here.conversation.task
    told: Mapping[str, str] = {}
    for done in () if task is None else task.done.values():
        told = done["set"].get("fees_told", told)
    chosen = "" if task is None else str(task.answers.get("consultant"))
    lines = [told[chosen]] if chosen in told else [*told.values()]
    return Result(says=(Say("utter_consultant_fees", {"fees": "\n".join(lines)}),))


def need_of(args: Mapping[str, Any]) -> Need:
    """What is looked for, as the flow knows it."""
    mode = args.get("meeting_mode")
    return Need(
        (str(args["need_category"]),),
        args.get("sector"),
        args.get("need_department") or None,
        mode if mode in WAYS else "any",
    )


async def _find_consultants(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Up to three who fit and have time, or who are offered instead; ``found_how`` says which."""
    need = need_of(args)
    # Those who could not be had, and those who were not wanted.
    out = [one for one in (str(args.get("searched") or ""), *(args.get("seen") or ())) if one]
    need = replace(need, excluded=tuple(int(one) for one in out if one.isdigit()))
    search_for = [*need.categories, need.sector, need.department, need.mode, *out]
    if (before := _found_before(here, search_for)) is not None:
        return before
    found = await finding.find(here.session, need, here.person_id, here.now, here.terms)
    return {
        "found_how": found.how,
        "consultants": _as_options(found),
        "call_why": "" if found.shown else "No hay nadie del registro con horas libres para eso. ",
        "consultants_told": _told_all(found),
        "fees_told": {str(one.fit.consultant_id): fee_told(one.fit) for one in found.shown},
        "ways": {str(one.fit.consultant_id): [*one.ways] for one in found.shown},
        "two_ways": [str(one.fit.consultant_id) for one in found.shown if len(one.ways) > 1],
        "search_for": search_for,
    }


def _found_before(here: "Actions", search_for: list[Any]) -> Mapping[str, Any] | None:
    """What the same search of this task found. To ask for other times is no new search: it would
    cost the one who was chosen their turn, and take them from the list."""
    task = here.conversation.task
    for done in () if task is None else task.done.values():
        found: Mapping[str, Any] = done["set"]
        if found.get("search_for") == search_for:
            return found
    return None


def _as_options(found: Found) -> list[list[str]]:
    rows = [[one.fit.name, str(one.fit.consultant_id), one.fit.name] for one in found.shown]
    if len(rows) == 1:
        rows[0] += YES
    if found.has_more:
        rows.append(["Ver otros", OTHERS, "ver otros", *SHOW_OTHERS])
    if found.how != "fits":
        rows.append(["Que me ayude el ministerio", CALL, "que me ayude el ministerio"])
    # A "no" alone asks nobody for anything: whether the ministry is to help is asked for then.
    title = "No, gracias" if len(found.shown) == 1 else "Ninguno de estos"
    return [*rows, [title, NONE, title.lower(), *NOBODY]]


async def _other_consultants(_here: "Actions", args: Mapping[str, Any]) -> Result:
    """Those who fit just as well and were not shown yet."""
    seen = [*(args.get("seen") or ()), *(args.get("ways") or ())]
    return Result(again=("consultant",), given={"seen": seen})


def _told_all(found: Found) -> str:
    """Who was found, and which of them is asked for: read aloud, it is in the right number."""
    alone, places = len(found.shown) == 1, ", ".join(found.departments)
    intro = {
        "fits": "Encontré a alguien del registro:" if alone else "Te pueden ayudar, del registro:",
        "remoto": "Nadie llega hasta ahí, pero sí hay quien te atienda por llamada:",
        "visita": "Por llamada no hay nadie, pero sí quien llegue:",
        "cercano": f"En ese departamento no hay nadie, pero cerca sí ({places}):",
        "llamada": "",
    }
    lines = [told(one.fit, one.ways, one.first.span.starts) for one in found.shown]
    asked = (
        f"¿Querés la cita con {found.shown[0].fit.name}?" if alone else "¿Con quién querés la cita?"
    )
    return "\n\n".join([intro[found.how], *lines, asked])


async def _ask_for_call(here: "Actions", _args: Mapping[str, Any]) -> Result:
    opened = await cases.open_case(here.session, here.person_id, "request", {"task": "book"})
    return Result(says=(Say("utter_book_call", {"number": str(opened.number)}),))


HANDLERS: Final[Mapping[str, _Handler]] = {
    "read_need": _read_need,
    "help_with_need": _help_with_need,
    "consultant_fees": _consultant_fees,
    "find_consultants": _find_consultants,
    "other_consultants": _other_consultants,
    "ask_for_call": _ask_for_call,
}
