"""Which consultants an owner can choose from: what they need, and who fits and has time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import service
from actions.bookings.openings import MODES as WAYS
from actions.bookings.openings import Mode, Opening
from actions.cases import service as cases
from actions.registry import rules, search
from actions.registry.search import Fit, Need
from bot.booking_words import told
from bot.dialogue.conversation import Result, Say
from bot.understanding import needs

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
LOOKED_AT: Final = 7
"""Consultants whose times are looked at, to show three who have any, and that there are more."""

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


async def _read_need(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is looked for, as far as the person's own sentence, or their firm, tells it."""
    said = str(args.get("said") or "")
    home = args.get("district") or {}
    found = {
        "need_category": needs.category_in(said),
        "need_department": needs.department_in(said) or home.get("department"),
        "meeting_mode": needs.mode_in(said),
    }
    listed = [
        [title, name, title, *needs.names_of(name)] for name, title in rules.CATEGORIES.items()
    ]
    return {"categories": listed, **{name: value for name, value in found.items() if value}}


def need_of(args: Mapping[str, Any]) -> Need:
    """What is looked for, as the flow knows it."""
    return Need(
        (str(args["need_category"]),), args.get("sector"), args.get("need_department") or None
    )


@dataclass(frozen=True, slots=True)
class _Free:
    """One who fits, the ways in which they have time, and their first free time."""

    fit: Fit
    ways: tuple[Mode, ...]
    first: Opening


@dataclass(frozen=True, slots=True)
class _Found:
    """Who is shown, and why these: ``fits``; ``remoto`` where nobody comes, ``visita`` where nobody
    attends at a distance, though it was wanted; ``cercano``, of the departments of ``places``;
    ``llamada``, nobody."""

    how: str
    shown: tuple[_Free, ...] = ()
    places: str = ""
    has_more: bool = False


async def _find_consultants(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Up to three who fit and have time, or who are offered instead; ``found_how`` says which."""
    need, wanted = need_of(args), args.get("meeting_mode")
    # Those who could not be had, and those who were not wanted.
    out = [one for one in (str(args.get("searched") or ""), *(args.get("seen") or ())) if one]
    need = replace(need, excluded=tuple(int(one) for one in out if one.isdigit()))
    search_for = [*need.categories, need.sector, need.department, wanted, *out]
    if (before := _found_before(here, search_for)) is not None:
        return before
    found = await _found(here, need, "any" if wanted is None else str(wanted))
    return {
        "found_how": found.how,
        "consultants": _as_options(found),
        "call_why": "" if found.shown else "No hay nadie del registro con horas libres para eso. ",
        "consultants_told": _told_all(found),
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


async def _found(here: "Actions", need: Need, wanted: str) -> _Found:
    how = "fits"
    if wanted == "remote":
        # Where they are does not matter then.
        far = await search.fallback(
            here.session, replace(need, remote_allowed=False), here.now, LOOKED_AT
        )
        shown = await _with_time(here, far.fits, wanted) if far.kind == "remoto" else ()
        if shown:
            return _page(how, shown)
        how = "visita"
    need = replace(need, remote_allowed=wanted == "any")
    fitting = await search.fitting(here.session, need, here.now, LOOKED_AT)
    if shown := await _with_time(here, fitting, wanted):
        return _page(how, shown)
    instead = await search.fallback(here.session, need, here.now, LOOKED_AT)
    if shown := await _with_time(here, instead.fits, wanted):
        return _page(instead.kind, shown, ", ".join(instead.departments))
    return _Found("llamada")


def _page(how: str, free: Sequence[_Free], places: str = "") -> _Found:
    most = search.MOST_SHOWN
    return _Found(how, tuple(free[:most]), places, has_more=len(free) > most)


async def _with_time(here: "Actions", fits: Sequence[Fit], wanted: str) -> tuple[_Free, ...]:
    """The first three who have a free time, and one more who shows that there are others: with it,
    in the way that is wanted where they can be met in it."""
    found: list[_Free] = []
    for fit in fits:
        if firsts := await _first_free(here, fit):
            ways = tuple(one for one in WAYS if one in firsts)
            asked = [firsts[one] for one in ways if one == wanted] or [*firsts.values()]
            found.append(_Free(fit, ways, min(asked, key=lambda one: one.span)))
        if len(found) > search.MOST_SHOWN:
            break
    return tuple(found)


async def _first_free(here: "Actions", fit: Fit) -> Mapping[Mode, Opening]:
    """The first free time in each way in which they can be met."""
    # Who does not go where it is needed can be met at a distance only.
    possible: list[Mode | None] = [None, *WAYS] if fit.comes else ["remote"]
    firsts: dict[Mode, Opening] = {}
    for mode in possible:
        # Mostly the first time of all is one of both ways, and nothing more has to be looked up.
        if mode in firsts:
            continue
        free = await service.offer(here.session, fit.consultant_id, here.now, 1, mode=mode)
        if not free:
            if mode is None:
                return {}
            continue
        for way in free[0].modes if mode is None else (mode,):
            firsts[way] = free[0]
    return firsts


def _as_options(found: _Found) -> list[list[str]]:
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


def _told_all(found: _Found) -> str:
    """Who was found, and which of them is asked for: read aloud, it is in the right number."""
    alone = len(found.shown) == 1
    intro = {
        "fits": "Encontré a alguien del registro:" if alone else "Te pueden ayudar, del registro:",
        "remoto": "Nadie llega hasta ahí, pero sí hay quien te atienda por llamada:",
        "visita": "Por llamada no hay nadie, pero sí quien llegue:",
        "cercano": f"En ese departamento no hay nadie, pero cerca sí ({found.places}):",
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
    "find_consultants": _find_consultants,
    "other_consultants": _other_consultants,
    "ask_for_call": _ask_for_call,
}
