"""What an owner does to get time with a consultant: searching, choosing, asking. Each gives slots
to its flow, or says something by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import errors, invitations, service
from actions.bookings.openings import Mode, Opening, Span
from actions.bookings.service import Booked, Outcome
from actions.bookings.terms import USUAL
from actions.cases import service as cases
from actions.registry import rules, search
from actions.registry.search import Fit, Need
from bot import notices, privacy
from bot.booking_words import MODES, MORE, STATES, as_options, told, when
from bot.dialogue.conversation import Result, Say
from bot.understanding import needs

if TYPE_CHECKING:
    from bot.acting import Actions

CALL: Final = "call"
"""The option that somebody of the ministry calls instead."""
LOOKED_AT: Final = 6
"""Consultants whose times are looked at, to show three who have any."""

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


# -- searching -------------------------------------------------------------------------------------


async def _read_need(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is looked for, as far as the person's own sentence, or their firm, tells it."""
    said = str(args.get("said") or "")
    home = args.get("district") or {}
    found = {
        "need_category": needs.category_in(said),
        "need_department": needs.department_in(said) or home.get("department"),
    }
    listed = [[title, name, title] for name, title in rules.CATEGORIES.items()]
    return {"categories": listed, **{name: value for name, value in found.items() if value}}


def _need(args: Mapping[str, Any]) -> Need:
    return Need(
        (str(args["need_category"]),), args.get("sector"), args.get("need_department") or None
    )


async def _find_consultants(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Up to three who fit and have time, or who are offered instead; ``found_how`` says which."""
    need = _need(args)
    fitting = await search.fitting(here.session, need, here.now, LOOKED_AT)
    shown = await _with_time(here, fitting)
    how, places = "fits", ""
    if not shown:
        instead = await search.fallback(here.session, need, here.now, LOOKED_AT)
        shown = await _with_time(here, instead.fits)
        how, places = instead.kind if shown else "llamada", ", ".join(instead.departments)
    options = [[fit.name, str(fit.consultant_id), fit.name] for fit, _ in shown]
    if how != "fits":
        options.append(["Que me llame el ministerio", CALL, "que me llame el ministerio"])
    intro = {
        "fits": "Estas personas del registro te pueden ayudar:",
        "remoto": "Nadie llega hasta ahí, pero estas personas atienden a distancia:",
        "cercano": f"En ese departamento no hay nadie; cerca ({places}) están:",
        "llamada": "",
    }
    lines = [intro[how], *(told(fit, one.span.starts) for fit, one in shown)]
    return {
        "found_how": how,
        "consultants": options,
        "consultants_told": "\n\n".join(lines),
        "at_distance": [str(fit.consultant_id) for fit, _ in shown if not fit.comes],
    }


def _mode(fit: Fit) -> Mode | None:
    """At a distance for who does not go where it is needed; None where any way is open."""
    return None if fit.comes else "remote"


async def _with_time(here: "Actions", fits: Sequence[Fit]) -> list[tuple[Fit, Opening]]:
    """The first three who have a free time, with it."""
    found: list[tuple[Fit, Opening]] = []
    for fit in fits:
        free = await service.offer(here.session, fit.consultant_id, here.now, 1, mode=_mode(fit))
        if free:
            found.append((fit, free[0]))
        if len(found) == search.MOST_SHOWN:
            break
    return found


async def _ask_for_call(here: "Actions", _args: Mapping[str, Any]) -> Result:
    opened = await cases.open_case(here.session, here.person_id, "request", {"task": "book"})
    return Result(says=(Say("utter_book_call", {"number": str(opened.number)}),))


# -- choosing a time -------------------------------------------------------------------------------


async def _find_openings(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Three free times of the consultant, from ``openings_near`` on where that is known."""
    near = args.get("openings_near")
    after = datetime.fromisoformat(near) if near else None
    free = await service.offer(
        here.session,
        int(args["consultant"]),
        here.now,
        near=not_before(after, here.now),
        mode=_chosen_mode(args),
    )
    if not free:
        return Result(says=(Say("utter_no_openings"),), again=("consultant",), given=_afresh())
    return {"openings": as_options(free)}


def _chosen_mode(args: Mapping[str, Any]) -> Mode | None:
    return "remote" if str(args["consultant"]) in (args.get("at_distance") or ()) else None


def not_before(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment, or now where that is later."""
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
        return _other_consultant(refused)
    except errors.OpeningRefused as refused:
        return other_times(during.starts.isoformat(), args, str(refused))
    except errors.OwnConsultant as refused:
        return _other_consultant(refused)
    except errors.TooManyBookings as refused:
        return {"held_booking": "", "refusal": str(refused)}
    return {"held_booking": str(held.booking_id), "held_mode": MODES[held.mode]}


def span_from(chosen: str) -> Span:
    """The meeting that begins at a chosen time, as its slot has it."""
    starts = datetime.fromisoformat(chosen)
    return Span(starts, starts + USUAL.rules.length)


def _other_consultant(refused: errors.BookingRefused) -> Result:
    said = (Say("utter_book_refused", {"refusal": str(refused)}),)
    # Who fits is looked for anew: the one who was chosen may fit no more.
    given = {**_afresh(), "searched": str(refused)}
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
        return _other_consultant(refused)
    except (errors.HoldExpired, errors.NotYours):
        # A hold that lapsed may be gone altogether by now.
        return other_times(str(args["opening"]), args, str(errors.HoldExpired()))
    booking = await told_others(here, outcome)
    params = {**params_of(here, booking), "deadline": moment_of(booking.deadline)}
    return Result(says=(Say("utter_book_asked", params),))


async def told_others(here: "Actions", outcome: Outcome) -> Booked:
    """The booking, after those who have to be told of the change were."""
    await notices.post_all(here.session, here.responses, outcome.notices)
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
    "ask_for_call": _ask_for_call,
    "find_openings": _find_openings,
    "take_opening": _take_opening,
    "release_opening": _release_opening,
    "confirm_booking": _confirm_booking,
}
