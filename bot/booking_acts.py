"""What an owner does with their bookings: looking, changing, calling off, rating, complaining."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, contact, errors, service, states
from actions.bookings.booked import side_of
from actions.bookings.service import Booked
from actions.messages.content import Button
from actions.people import linking
from actions.registry.rules import day_of
from bot import answering_acts, finding_acts, notices, offering_times, verifying_acts
from bot.booking_words import MODES, STATES, briefly, reached, when
from bot.calendar_files import attached
from bot.candidates import candidates
from bot.consultant_acts import own_place
from bot.dialogue.conversation import Do, Result, Say
from bot.dialogue.questions import means
from bot.finding_acts import moment_of, params_of, span_from, told_others
from bot.offering_times import other_times
from bot.understanding import which_booking

if TYPE_CHECKING:
    from bot.acting import Actions

_NONE: Final = 0
"""The number of no booking."""

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


# -- looking at bookings ---------------------------------------------------------------------------


async def _my_bookings(here: "Actions", args: Mapping[str, Any]) -> Result:
    found = await agenda.of_person(here.session, here.person_id, here.now)
    place = None if found else await own_place(here)
    if place is not None and place.is_registered:
        words = {"said": args.get("said") or "mis citas"}
        theirs: Result = await here.run(Do("consultant_agenda", words))
        return theirs
    past = await agenda.of_person(here.session, here.person_id, here.now, past=True)
    old = (Button("Citas pasadas", "/bookings_past"),) if past else ()
    if not found:
        return Result(says=(Say("utter_no_bookings", {}, old),))
    said = Say("utter_my_bookings", {"bookings": _lines(found)}, (*_shown_by(found), *old))
    return Result(says=(said,))


async def _bookings_past(here: "Actions", _args: Mapping[str, Any]) -> Result:
    found = (await agenda.of_person(here.session, here.person_id, here.now, past=True))[:9]
    if not found:
        return await _none_past(here)
    said = Say("utter_past_bookings", {"bookings": _lines(found)}, _shown_by(found))
    return Result(says=(said,))


async def _none_past(here: "Actions") -> Result:
    """Whoever complains before the meeting has been does it of one to come."""
    coming = (await agenda.of_person(here.session, here.person_id, here.now))[:9]
    if not coming:
        return Result(says=(Say("utter_no_past_bookings"),))
    complain = tuple(
        Button(f"Queja de cita {one.number}", means("booking_complain", booking=one.id))
        for one in coming
    )
    said = Say("utter_only_coming_bookings", {"bookings": _lines(coming)}, complain)
    return Result(says=(said,))


def _lines(found: Sequence[Booked]) -> str:
    return "\n".join(
        f"• Cita {one.number}: {briefly(one.span.starts)}, {one.consultant_name} "
        f"({MODES[one.mode]}; {_standing(one)})"
        for one in found
    )


def _standing(booking: Booked) -> str:
    """How a booking stands, with until when its answer may take."""
    told = STATES[booking.state]
    if booking.state != "pending" or booking.deadline is None:
        return told
    return f"{told}, a más tardar el {briefly(booking.deadline)}"


def _shown_by(found: Sequence[Booked]) -> tuple[Button, ...]:
    return tuple(
        Button(f"Ver cita {one.number}", means("booking_show", booking=one.id)) for one in found
    )


async def _own(here: "Actions", booking_id: int) -> Booked:
    """A booking that the person asked for; what a consultant sees of one is told elsewhere. Raises
    NotYours."""
    booking = await agenda.one_of_person(here.session, booking_id, here.person_id)
    if side_of(booking, await linking.accounts(here.session, here.person_id)) != "owner":
        raise errors.NotYours
    return booking


async def _booking_show(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        booking = await _own(here, int(args["booking"]))
    except errors.BookingRefused as refused:
        return _refused(refused)
    if booking.state == states.HELD:
        said = {"when": when(booking.span.starts), "name": booking.consultant_name}
        return Result(says=(Say("utter_booking_held", said),))
    buttons = tuple(
        Button(title, means(intent, booking=booking.id))
        for title, intent in _possible(booking, here.now)
    )
    return Result(says=(Say("utter_booking", await _told(here, booking), buttons),))


async def _told(here: "Actions", booking: Booked) -> dict[str, str]:
    """A booking as its owner is told of it, with how they reach the consultant once it is agreed on
    (with a space before)."""
    how = reached(await contact.consultants(here.session, booking))
    return {**params_of(here, booking), "reached": f" {how}" if how else ""}


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
    booking = await told_others(here, outcome)
    files = attached(booking, "owner", here.channel, here.now)
    return Result(says=(Say("utter_proposal_agreed", await _told(here, booking), files=files),))


async def _proposal_refuse(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await service.refuse_other(
            here.session,
            int(args["booking"]),
            here.person_id,
            here.now,
            candidates(here.now),
            terms=here.terms,
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking, became = await told_others(here, outcome), outcome.became
    if booking.state == states.ACCEPTED:
        return Result(says=(Say("utter_proposal_refused_kept", params_of(here, booking)),))
    if became is None:
        return Result(says=(Say("utter_proposal_refused", params_of(here, booking)),))
    said = notices.params_of(became.values)
    if became.name == "referral_exhausted":
        return Result(says=(Say("utter_proposal_refused_nobody", said),))
    see = Button("Ver mi cita", means("booking_show", booking=became.values["booking_id"]))
    return Result(says=(Say("utter_proposal_refused_next", said, (see,)),))


# -- changing and cancelling -----------------------------------------------------------------------


async def _bookings_to_change(
    here: "Actions", args: Mapping[str, Any]
) -> Mapping[str, Any] | Result:
    """The bookings to come as options; the only one, or the one that was named by its number or by
    its day and hour, is taken. A consultant's own meetings are shown, where those are meant."""
    found = [
        one
        for one in await agenda.of_person(here.session, here.person_id, here.now)
        if one.span.starts > here.now
    ]
    said, pressed = str(args.get("said") or ""), args.get("booking")
    wanted = None if pressed is None else int(pressed)
    if wanted is None and (number := which_booking.number_in(said)) is not None:
        # People know a meeting by its request's number, buttons by its own.
        wanted = next((one.id for one in found if one.number == number), _NONE)
    if pressed is None and (wanted == _NONE or not found):
        theirs = await answering_acts.theirs(here, said)
        if theirs is not None:
            return Result({"bookings": [], "booking_found": "theirs"}, theirs.says)
    if wanted is not None and wanted not in [one.id for one in found]:
        return {"bookings": [], "refusal": str(errors.NotYours()), "booking_found": "not_own"}
    if not found:
        return {"bookings": [], "booking_found": "none"}
    by_day = which_booking.meant(said, found, day_of(here.now)) if wanted is None else None
    # One that was told with another day than it has is not taken unasked, even if it is the only.
    possible = found if by_day is None else by_day
    chosen = wanted or (possible[0].id if len(possible) == 1 else None)
    return {
        "bookings": _as_choices(possible or found),
        "booking_found": "some",
        "booking_id": None if chosen is None else str(chosen),
    }


def _as_choices(bookings: Sequence[Booked]) -> list[list[str]]:
    """Bookings as what an ``offered`` slot holds."""
    return [
        [f"Cita {one.number}: {briefly(one.span.starts)}", str(one.id), _told_of(one)]
        for one in bookings
    ]


def _told_of(booking: Booked) -> str:
    return f"cita {booking.number}, {when(booking.span.starts)}, con {booking.consultant_name}"


async def _find_other_openings(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        booking = await _own(here, int(args["booking_id"]))
        free = await service.offer(
            here.session,
            booking.consultant_id,
            here.now,
            offering_times.ALL,
            mode="on_site" if booking.mode == "on_site" else "remote",
            terms=here.terms,
            owner_id=here.person_id,
            moving=booking,
        )
    except errors.BookingRefused as refused:
        # Accounts that were joined may have been parted while the question was open.
        return {"openings": [], "openings_found": False, "refusal": str(refused)}
    return {
        **offering_times.offered(free, args, here.now),
        "openings_found": bool(free),
        "consultant_name": booking.consultant_name,
    }


async def _move_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    chosen = str(args["opening"])
    if (again := offering_times.other_than(chosen, args)) is not None:
        return again
    try:
        outcome = await service.reschedule(
            here.session,
            int(args["booking_id"]),
            here.person_id,
            span_from(chosen),
            here.now,
            terms=here.terms,
        )
    except errors.NotBookable as refused:
        return _refused(refused)
    except errors.OpeningRefused as refused:
        return other_times(chosen, args, str(refused))
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await told_others(here, outcome)
    params = {**params_of(here, booking), "deadline": moment_of(booking.deadline)}
    return Result(says=(Say("utter_booking_moved", params),))


async def _cancel_booking(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await service.cancel(
            here.session, int(args["booking_id"]), here.person_id, here.now
        )
    except errors.BookingRefused as refused:
        return _refused(refused)
    booking = await told_others(here, outcome)
    return Result(says=(Say("utter_booking_cancelled", params_of(here, booking)),))


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


HANDLERS: Final[Mapping[str, _Handler]] = {
    **finding_acts.HANDLERS,
    **verifying_acts.HANDLERS,
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
}
