"""What an owner does to get time with a consultant: searching, choosing, asking. Each gives slots
to its flow, or says something by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import errors, invitations, service
from actions.bookings.openings import MODES as WAYS
from actions.bookings.openings import Mode, Opening, Span
from actions.bookings.service import Booked, Outcome
from actions.bookings.terms import USUAL
from actions.cases import service as cases
from actions.cases.hours import ZONE
from actions.registry import rules, search
from actions.registry.search import Fit, Need
from bot import notices, privacy
from bot.booking_words import MODES, MORE, STATES, as_options, told, when
from bot.dialogue.conversation import Result, Say
from bot.slots.date_reading import Days, read_days
from bot.slots.time_reading import split_time
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


# -- searching -------------------------------------------------------------------------------------


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


def _need(args: Mapping[str, Any]) -> Need:
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
    need, wanted = _need(args), args.get("meeting_mode")
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


# -- choosing a time -------------------------------------------------------------------------------


async def _find_openings(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Three free times of the consultant, from ``openings_near`` on where that is known."""
    free = await service.offer(
        here.session,
        int(args["consultant"]),
        here.now,
        near=wanted_from(args, here.now),
        mode=_chosen_mode(args),
    )
    if not free:
        return Result(says=(Say("utter_no_openings"),), again=("consultant",), given=_afresh())
    return {"openings": as_options(free)}


def _chosen_mode(args: Mapping[str, Any]) -> Mode | None:
    """How the owner wants to meet whom they chose; None where any way is right."""
    named: Mapping[str, Sequence[Mode]] = args.get("ways") or {}
    ways = named.get(str(args["consultant"]), ())
    if len(ways) == 1:
        return ways[0]
    return next((one for one in ways if one == args.get("meeting_mode")), None)


def wanted_from(args: Mapping[str, Any], now: datetime) -> datetime | None:
    """From when on times are offered: those around what was chosen, or from the day on that the
    sentence asked for ("pal jueves"), but not before now; None for the first ones."""
    near = args.get("openings_near")
    moment = datetime.fromisoformat(near) if near else None
    said = needs.day_in(str(args.get("said") or "")) if near is None else None
    if said is not None:
        timed = split_time(said)
        days = read_days(timed.rest, now.astimezone(ZONE).date(), "future")
        if isinstance(days, Days):
            moment = datetime.combine(days.readings[0], timed.time or time(), ZONE)
    return None if moment is None else max(moment, now)


def _afresh() -> dict[str, Any]:
    return {"openings_near": "", "openings_note": ""}


def other_times(chosen: str, args: Mapping[str, Any], note: str = "") -> Result:
    """The question for a time once more: with those after the ones shown, or around another."""
    near = chosen
    if chosen == MORE:
        shown = [value for _, value, _ in args["openings"] if value != MORE]
        near = (datetime.fromisoformat(shown[-1]) + timedelta(minutes=1)).isoformat()
        if near == args.get("openings_near"):
            near = ""
    given = {"openings_near": near, "openings_note": f"{note}\n\n" if note else ""}
    return Result(again=("opening", "booking_right"), given=given)


async def _take_opening(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Holds the chosen time for ten minutes; another one is asked for where it cannot be had."""
    chosen = str(args["opening"])
    if chosen == MORE:
        return other_times(MORE, args)
    during = span_from(chosen)
    try:
        held = await service.hold(
            here.session,
            int(args["consultant"]),
            here.person_id,
            during,
            here.now,
            mode=_chosen_mode(args),
        )
    except errors.NotBookable as refused:
        return _other_consultant(refused, args)
    except errors.OpeningRefused as refused:
        return other_times(during.starts.isoformat(), args, str(refused))
    except errors.OwnConsultant as refused:
        return _other_consultant(refused, args)
    except errors.TooManyBookings as refused:
        return {"held_booking": "", "refusal": str(refused)}
    return {"held_booking": str(held.booking_id), "held_mode": MODES[held.mode]}


def span_from(chosen: str) -> Span:
    """The meeting that begins at a chosen time, as its slot has it."""
    starts = datetime.fromisoformat(chosen)
    return Span(starts, starts + USUAL.rules.length)


def _other_consultant(refused: errors.BookingRefused, args: Mapping[str, Any]) -> Result:
    said = (Say("utter_book_refused", {"refusal": str(refused)}),)
    # Who fits is looked for anew, without the one who was chosen.
    given = {**_afresh(), "searched": str(args.get("consultant") or "")}
    return Result(says=said, again=("consultant", "opening", "booking_right"), given=given)


async def _release_opening(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        await service.cancel(here.session, int(args["held_booking"]), here.person_id, here.now)
    except errors.BookingRefused:
        # The hold has lapsed by itself.
        return {}
    return {}


async def _confirm_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The request goes out to the consultant."""
    need = _need(args)
    try:
        outcome = await service.confirm(
            here.session,
            int(args["held_booking"]),
            here.person_id,
            str(args["purpose"]),
            privacy.CONTACT_VERSION if args.get("share_contact") is True else "",
            here.now,
            need={
                "categories": [*need.categories],
                "sector": need.sector,
                "department": need.department,
            },
        )
    except errors.NotBookable as refused:
        return _other_consultant(refused, args)
    except (errors.HoldExpired, errors.NotYours):
        # A hold that lapsed may be gone altogether by now.
        return other_times(str(args["opening"]), args, str(errors.HoldExpired()))
    booking = await told_others(here, outcome)
    params = {**params_of(here, booking), "deadline": moment_of(booking.deadline)}
    return Result(says=(Say("utter_book_asked", params),))


async def told_others(here: "Actions", outcome: Outcome) -> Booked:
    """The booking, after those who have to be told of the change were."""
    await notices.post_all(here.session, here.responses, outcome.notices, here.now)
    return outcome.booking


def moment_of(moment: datetime | None) -> str:
    """A moment in full; nothing where there is none."""
    return "" if moment is None else when(moment)


def params_of(here: "Actions", booking: Booked) -> dict[str, str]:
    """A booking as responses tell it."""
    return {
        "number": str(booking.id),
        "name": booking.consultant_name,
        "when": when(booking.span.starts),
        "mode": MODES[booking.mode],
        "state": STATES[booking.state],
        "purpose": booking.purpose,
        "calendar": here.calendar_url(invitations.token_of(booking)),
    }


HANDLERS: Final[Mapping[str, _Handler]] = {
    "read_need": _read_need,
    "find_consultants": _find_consultants,
    "other_consultants": _other_consultants,
    "ask_for_call": _ask_for_call,
    "find_openings": _find_openings,
    "take_opening": _take_opening,
    "release_opening": _release_opening,
    "confirm_booking": _confirm_booking,
}
