"""What an owner does to get time with a consultant they chose: a day and hour, and asking for it.
Each gives slots to its flow, or says something by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import contact, errors, invitations, service
from actions.bookings.openings import Mode, Span
from actions.bookings.service import Booked, Held, Outcome
from actions.bookings.terms import USUAL
from actions.firms import service as firms
from bot import notices, offering_times, privacy, searching_acts
from bot.booking_words import MODES, STATES, when
from bot.dialogue.conversation import Result, Say
from bot.offering_times import other_times
from bot.searching_acts import need_of

if TYPE_CHECKING:
    from bot.acting import Actions

_Handler = Callable[["Actions", Mapping[str, Any]], Awaitable[Any]]


async def _find_openings(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Three free times of the consultant, those that ``openings_near`` asks for."""
    free = await service.offer(
        here.session,
        int(args["consultant"]),
        here.now,
        offering_times.ALL,
        mode=_chosen_mode(args),
        terms=here.terms,
        owner_id=here.person_id,
    )
    if not free:
        return Result(says=(Say("utter_no_openings"),), again=("consultant",), given=_afresh())
    return offering_times.offered(free, args, here.now)


def _chosen_mode(args: Mapping[str, Any]) -> Mode | None:
    """How the owner wants to meet whom they chose; None where any way is right."""
    named: Mapping[str, Sequence[Mode]] = args.get("ways") or {}
    ways = named.get(str(args["consultant"]), ())
    if len(ways) == 1:
        return ways[0]
    return next((one for one in ways if one == args.get("meeting_mode")), None)


def _afresh() -> dict[str, Any]:
    return {"openings_near": "", "openings_note": ""}


async def _take_opening(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Holds the chosen time for ten minutes; another one is asked for where it cannot be had."""
    chosen = str(args["opening"])
    if (again := offering_times.other_than(chosen, args)) is not None:
        return again
    during = span_from(chosen)
    try:
        held = await service.hold(
            here.session,
            int(args["consultant"]),
            here.person_id,
            during,
            here.now,
            mode=_chosen_mode(args),
            terms=here.terms,
        )
    except errors.NotBookable as refused:
        return _other_consultant(refused, args)
    except errors.OpeningRefused as refused:
        return other_times(during.starts.isoformat(), args, str(refused))
    except errors.OwnConsultant as refused:
        return _other_consultant(refused, args)
    except errors.TooManyBookings as refused:
        return {"held_booking": "", "refusal": str(refused)}
    return await _held(here, held, args)


async def _held(here: "Actions", held: Held, args: Mapping[str, Any]) -> Result:
    """A time that is held, and what has to be asked for it: where it is where somebody comes, and a
    telephone where the person's channel gives none."""
    lacks_phone = await contact.number_of(here.session, here.person_id) is None
    sets = {
        "held_booking": str(held.booking_id),
        "held_mode": MODES[held.mode],
        "held_in_person": held.mode == "on_site",
        "area_known": await _area_known(here, args),
        "lacks_phone": lacks_phone,
    }
    given = None
    if lacks_phone and args.get("contact_phone") is None:
        given = await contact.given_before(here.session, here.person_id)
    return Result(sets, given={} if given is None else {"contact_phone": given})


async def _area_known(here: "Actions", args: Mapping[str, Any]) -> str:
    """Where the firm is, as far as its profile tells it and somebody is wanted there."""
    firm = await firms.profile(here.session, here.person_id)
    wanted = args.get("need_department")
    if "district" not in firm or wanted not in (None, firm["department"]):
        return ""
    return f" Tu empresa está en {firm['district']}, {firm['department']}."


async def _keep_opening(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any] | Result:
    """Holds the time anew where the hold lapsed while the owner wrote; where it is not to be had
    any more, others are offered at once."""
    kept = await _take_opening(here, args)
    sets = kept.sets if isinstance(kept, Result) else kept
    # That one has too many bookings by now is told when this one is asked for.
    return {} if sets.get("held_booking") == "" else kept


async def _share_after_all(_here: "Actions", _args: Mapping[str, Any]) -> Result:
    """Takes back the no to sharing one's contact."""
    return Result(again=("share_contact", "contact_after_all"), given={"share_contact": True})


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
    need = need_of(args)
    try:
        outcome = await service.confirm(
            here.session,
            int(args["held_booking"]),
            here.person_id,
            str(args["purpose"]),
            privacy.CONTACT_VERSION if args.get("share_contact") is True else "",
            here.now,
            place=str(args.get("meeting_place") or ""),
            phone=str(args.get("contact_phone") or "") if args.get("lacks_phone") else "",
            need={
                "categories": [*need.categories],
                "sector": need.sector,
                "department": need.department,
                "any_way": need.mode == "any",
            },
            terms=here.terms,
        )
    except errors.NotBookable as refused:
        return _other_consultant(refused, args)
    except (errors.HoldExpired, errors.NotYours):
        # A hold that lapsed may be gone altogether by now.
        return await _confirm_late(here, args)
    except errors.OpeningRefused as refused:
        return other_times(str(args["opening"]), args, str(refused))
    except errors.NoPurpose as refused:
        return _asked_again(refused, "purpose")
    except errors.NoConsent as refused:
        return _asked_again(refused, "share_contact")
    except errors.BookingRefused as refused:
        # It was asked for and answered, or ended, in the meantime: nothing is left to confirm.
        return Result(says=(Say("utter_book_refused", {"refusal": str(refused)}),))
    booking = await told_others(here, outcome)
    params = {**params_of(here, booking), "deadline": moment_of(booking.deadline)}
    return Result(says=(Say("utter_book_asked", params),))


async def _confirm_late(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Asks for the time although it was held too long ago, where it is still free."""
    kept = await _keep_opening(here, args)
    if isinstance(kept, Result) and kept.again:
        return kept
    sets = kept.sets if isinstance(kept, Result) else kept
    if sets.get("held_booking") in (None, "", args["held_booking"]):
        return other_times(str(args["opening"]), args, str(errors.HoldExpired()))
    return await _confirm_booking(here, {**args, **sets})


def _asked_again(refused: errors.BookingRefused, slot: str) -> Result:
    """One answer does not hold; the time stays held, and the other answers stay as they are."""
    said = (Say("utter_book_refused", {"refusal": str(refused)}),)
    return Result(says=said, again=(slot, "booking_right"))


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
        "number": str(booking.number),
        "name": booking.consultant_name,
        "when": when(booking.span.starts),
        "mode": MODES[booking.mode],
        "state": STATES[booking.state],
        "purpose": booking.purpose,
        "calendar": here.calendar_url(invitations.token_of(booking)),
    }


HANDLERS: Final[Mapping[str, _Handler]] = {
    **searching_acts.HANDLERS,
    "find_openings": _find_openings,
    "take_opening": _take_opening,
    "keep_opening": _keep_opening,
    "share_after_all": _share_after_all,
    "release_opening": _release_opening,
    "confirm_booking": _confirm_booking,
}
