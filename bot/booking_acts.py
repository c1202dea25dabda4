"""What an owner does about consultants in the chat: searching, booking, looking, changing, rating,
verifying. Each gives slots to its flow, or says something by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, errors, invitations, service, states
from actions.bookings.openings import Opening, Span
from actions.bookings.service import Booked, Outcome
from actions.bookings.terms import USUAL
from actions.cases import service as cases
from actions.messages.content import Button
from actions.registry import rules, search, verify
from actions.registry.search import Fit, Need
from bot import notices, privacy
from bot.booking_words import MODES, MORE, STATES, as_options, briefly, told, when
from bot.candidates import candidates
from bot.dialogue.conversation import Result, Say
from bot.dialogue.questions import means
from bot.slots.calendar_words import shown_date
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
    shown = await _with_time(here, await search.fitting(here.session, need, here.now, LOOKED_AT))
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
    }


async def _with_time(here: "Actions", fits: Sequence[Fit]) -> list[tuple[Fit, Opening]]:
    """The first three who have a free time, with it."""
    found: list[tuple[Fit, Opening]] = []
    for fit in fits:
        free = await service.offer(here.session, fit.consultant_id, here.now, 1)
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
        here.session, int(args["consultant"]), here.now, near=_not_before(after, here.now)
    )
    if not free:
        return Result(says=(Say("utter_no_openings"),), again=("consultant",), given=_afresh())
    return {"openings": as_options(free)}


def _not_before(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else max(moment, now)


def _afresh() -> dict[str, Any]:
    return {"openings_near": "", "openings_note": ""}


def _other_times(chosen: str, args: Mapping[str, Any], note: str = "") -> Result:
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
        return _other_times(MORE, args)
    during = _span(chosen)
    try:
        held = await service.hold(
            here.session, int(args["consultant"]), here.person_id, during, here.now
        )
    except errors.NotBookable as refused:
        return _other_consultant(refused)
    except errors.OpeningRefused as refused:
        return _other_times(during.starts.isoformat(), args, str(refused))
    except errors.OwnConsultant as refused:
        return _other_consultant(refused)
    except errors.TooManyBookings as refused:
        return {"held_booking": "", "refusal": str(refused)}
    return {"held_booking": str(held.booking_id), "held_mode": MODES[held.mode]}


def _span(chosen: str) -> Span:
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
        return _other_times(str(args["opening"]), args, str(errors.HoldExpired()))
    booking = await _told_others(here, outcome)
    params = {**_params(here, booking), "deadline": _moment(booking.deadline)}
    return Result(says=(Say("utter_book_asked", params),))


async def _told_others(here: "Actions", outcome: Outcome) -> Booked:
    await notices.post_all(here.session, here.responses, outcome.notices)
    return outcome.booking


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else when(moment)


def _params(here: "Actions", booking: Booked) -> dict[str, str]:
    return {
        "number": str(booking.id),
        "name": booking.consultant_name,
        "when": when(booking.span.starts),
        "mode": MODES[booking.mode],
        "state": STATES[booking.state],
        "purpose": booking.purpose,
        "calendar": here.calendar_url(invitations.token_of(booking)),
    }


# -- looking at bookings ---------------------------------------------------------------------------


async def _my_bookings(here: "Actions", _args: Mapping[str, Any]) -> Result:
    found = await agenda.of_person(here.session, here.person_id, here.now)
    past = await agenda.of_person(here.session, here.person_id, here.now, past=True)
    old = (Button("Citas pasadas", "/bookings_past"),) if past else ()
    if not found:
        return Result(says=(Say("utter_no_bookings", {}, old),))
    said = Say("utter_my_bookings", {"bookings": _lines(found)}, (*_shown_by(found), *old))
    return Result(says=(said,))


async def _bookings_past(here: "Actions", _args: Mapping[str, Any]) -> Result:
    found = (await agenda.of_person(here.session, here.person_id, here.now, past=True))[:9]
    if not found:
        return Result(says=(Say("utter_no_bookings"),))
    said = Say("utter_past_bookings", {"bookings": _lines(found)}, _shown_by(found))
    return Result(says=(said,))


def _lines(found: Sequence[Booked]) -> str:
    return "\n".join(
        f"• Cita {one.id}: {briefly(one.span.starts)}, {one.consultant_name} "
        f"({MODES[one.mode]}; {STATES[one.state]})"
        for one in found
    )


def _shown_by(found: Sequence[Booked]) -> tuple[Button, ...]:
    return tuple(
        Button(f"Ver cita {one.id}", means("booking_show", booking=one.id)) for one in found
    )


async def _booking_show(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        booking = await agenda.one_of_person(here.session, int(args["booking"]), here.person_id)
    except errors.NotYours as refused:
        return _refused(refused)
    buttons = tuple(
        Button(title, means(intent, booking=booking.id))
        for title, intent in _possible(booking, here.now)
    )
    return Result(says=(Say("utter_booking", _params(here, booking), buttons),))


def _possible(booking: Booked, now: datetime) -> list[tuple[str, str]]:
    """What its owner can do with a booking: the button's title and what it means."""
    if booking.span.starts > now and booking.state in states.LIVE:
        change = [("Cambiar la hora", "booking_change"), ("Cancelar la cita", "booking_cancel")]
        if booking.state == states.PROPOSED:
            return [
                ("Acepto esa hora", "proposal_agree"),
                ("No me queda", "proposal_refuse"),
                change[1],
            ]
        return change
    over = booking.state == states.DONE or booking.span.ends <= now
    rate = [("Calificar", "booking_rate")] if booking.state in states.MET and over else []
    return [*rate, ("Poner una queja", "booking_complain")]


def _refused(refused: errors.BookingRefused) -> Result:
    return Result(says=(Say("utter_booking_refused", {"refusal": str(refused)}),))


async def _proposal_agree(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await service.agree_other(
            here.session, int(args["booking"]), here.person_id, here.now
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await _told_others(here, outcome)
    return Result(says=(Say("utter_proposal_agreed", _params(here, booking)),))


async def _proposal_refuse(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await service.refuse_other(
            here.session, int(args["booking"]), here.person_id, here.now, candidates(here.now)
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await _told_others(here, outcome)
    return Result(says=(Say("utter_proposal_refused", _params(here, booking)),))


# -- changing and cancelling -----------------------------------------------------------------------


async def _bookings_to_change(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bookings to come as options; the only one, or the one that was named, is taken."""
    found = [
        one
        for one in await agenda.of_person(here.session, here.person_id, here.now)
        if one.span.starts > here.now
    ]
    options = [
        [f"Cita {one.id}: {briefly(one.span.starts)}", str(one.id), _told_of(one)] for one in found
    ]
    own = {value for _, value, _ in options}
    numbers = [word for word in str(args.get("said") or "").split() if word.isdigit()]
    wanted = str(args["booking"]) if args.get("booking") is not None else next(iter(numbers), None)
    if wanted is not None and wanted not in own:
        return {"bookings": options, "refusal": str(errors.NotYours()), "booking_found": "not_own"}
    if not options:
        return {"bookings": options, "booking_found": "none"}
    only = options[0][1] if len(options) == 1 else None
    chosen = wanted or only
    return {"bookings": options, "booking_found": "some", "booking_id": chosen}


def _told_of(booking: Booked) -> str:
    return f"cita {booking.id}, {when(booking.span.starts)}, con {booking.consultant_name}"


async def _find_other_openings(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    near = args.get("openings_near")
    after = datetime.fromisoformat(near) if near else None
    booking = await agenda.one_of_person(here.session, int(args["booking_id"]), here.person_id)
    free = await service.offer(
        here.session,
        booking.consultant_id,
        here.now,
        near=_not_before(after, here.now),
        mode="on_site" if booking.mode == "on_site" else "remote",
    )
    return {
        "openings": as_options(free),
        "openings_found": bool(free),
        "consultant_name": booking.consultant_name,
    }


async def _move_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    chosen = str(args["opening"])
    if chosen == MORE:
        return _other_times(MORE, args)
    try:
        outcome = await service.reschedule(
            here.session, int(args["booking_id"]), here.person_id, _span(chosen), here.now
        )
    except errors.NotBookable as refused:
        return _refused(refused)
    except errors.OpeningRefused as refused:
        return _other_times(chosen, args, str(refused))
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await _told_others(here, outcome)
    params = {**_params(here, booking), "deadline": _moment(booking.deadline)}
    return Result(says=(Say("utter_booking_moved", params),))


async def _cancel_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await service.cancel(
            here.session, int(args["booking_id"]), here.person_id, here.now
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await _told_others(here, outcome)
    return Result(says=(Say("utter_booking_cancelled", _params(here, booking)),))


# -- afterwards ------------------------------------------------------------------------------------


async def _rate_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await service.rate(
            here.session,
            int(args["booking"]),
            here.person_id,
            int(args["stars"]),
            str(args.get("rating_comment") or ""),
            here.now,
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    return Result(says=(Say("utter_booking_rated"),))


async def _complain(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        number = await service.complain(
            here.session, int(args["booking"]), here.person_id, str(args["complaint"]), here.now
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    return Result(says=(Say("utter_complaint", {"number": str(number)}),))


# -- verifying -------------------------------------------------------------------------------------


async def _read_whom(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    whom = needs.whom_in(str(args.get("said") or ""))
    return {} if whom is None else {"whom": whom}


async def _verify(here: "Actions", args: Mapping[str, Any]) -> Result:
    """What the public registry tells of whoever was named, and no more."""
    whom = str(args["whom"])
    found = await verify.verify(here.session, whom, here.now)
    if not found:
        return Result(says=(Say("utter_not_registered", {"whom": whom}),))
    listed = "\n".join(
        f"• **{one.name}**, número {one.registration_number}: {rules.STATES[one.state].lower()}"
        f"{', hasta el ' if one.is_in_force else '; su registro llega al '}"
        f"{shown_date(one.valid_to)}. "
        f"{', '.join(rules.CATEGORIES[category] for category in one.categories)}."
        for one in found
    )
    name = "utter_registered" if len(found) == 1 else "utter_registered_several"
    return Result(says=(Say(name, {"whom": whom, "found": listed}),))


HANDLERS: Final[Mapping[str, _Handler]] = {
    "read_need": _read_need,
    "find_consultants": _find_consultants,
    "ask_for_call": _ask_for_call,
    "find_openings": _find_openings,
    "take_opening": _take_opening,
    "release_opening": _release_opening,
    "confirm_booking": _confirm_booking,
    "my_bookings": _my_bookings,
    "bookings_past": _bookings_past,
    "booking_show": _booking_show,
    "proposal_agree": _proposal_agree,
    "proposal_refuse": _proposal_refuse,
    "bookings_to_change": _bookings_to_change,
    "find_other_openings": _find_other_openings,
    "move_booking": _move_booking,
    "cancel_booking": _cancel_booking,
    "rate_booking": _rate_booking,
    "complain_booking": _complain,
    "read_whom": _read_whom,
    "verify_consultant": _verify,
}
