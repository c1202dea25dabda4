"""What a consultant does in the chat with the requests that are made to them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import contact, feeds, service, states
from actions.bookings.booked import Booked
from actions.bookings.errors import BookingRefused, NotNow, NotYours, OpeningRefused
from actions.bookings.openings import MODES as WAYS
from actions.bookings.openings import Mode, Opening, Span
from actions.bookings.service import Outcome
from actions.messages.content import Button
from bot.booking_words import MODES, about, briefly, contact_told, given_told, when
from bot.calendar_files import attached
from bot.candidates import candidates
from bot.consultant_acts import OWN_BUTTONS, own_place, says, told_place
from bot.dialogue.conversation import Result, Say
from bot.dialogue.questions import means
from bot.finding_acts import told_others

if TYPE_CHECKING:
    from bot.acting import Actions

OFFERED: Final = 4
"""Times at once, when another one is proposed."""
_NOW: Final = {
    states.ACCEPTED: "ya está confirmada",
    states.PROPOSED: "ya propusiste otra hora y falta que te contesten",
    states.DECLINED: "ya no cuenta con vos",
    states.EXPIRED: "se venció el tiempo para contestar, y ya no cuenta con vos",
    states.CANCELLED: "la cancelaron",
    states.DONE: "ya se hizo",
    states.MISSED: "ya pasó y no llegaron",
    states.PENDING: "la hora ya pasó",
}
"""Why a button pressed late does nothing any more. Whether somebody else was found, and which side
did not answer or did not want it, is told to whom it concerns, and not to every one who was asked.
"""


def _answers(booking: Booked) -> tuple[Button, ...]:
    return (
        Button("Aceptar", means("referral_accept", booking=booking.id)),
        Button("Otra hora", means("referral_other", booking=booking.id)),
        Button("No puedo", means("referral_decline", booking=booking.id)),
    )


async def booking_of(here: "Actions", args: Mapping[str, Any]) -> Booked:
    """The booking of a button, which has to be one of theirs as a consultant. Raises NotYours."""
    booking = await service.one_of_person(here.session, int(args["booking"]), here.person_id)
    place = await own_place(here)
    if place is None or place.consultant_id != booking.consultant_id:
        raise NotYours
    return booking


def _late(booking: Booked) -> Result:
    """What became of a request that can no more be answered so."""
    why = _NOW[booking.state]
    return says("utter_referral_late", *OWN_BUTTONS[:1], when=when(booking.span.starts), why=why)


async def refused(here: "Actions", args: Mapping[str, Any], why: BookingRefused) -> Result:
    """Why something cannot be done with a booking, and what can be done instead."""
    if isinstance(why, NotNow):
        return _late(await booking_of(here, args))
    if isinstance(why, OpeningRefused):
        buttons = (_time_button(int(args["booking"]), one) for one in why.alternatives)
        return says("utter_referral_refused", *buttons, why=str(why))
    if isinstance(why, NotYours):
        return says("utter_consultant_not_yours")
    return says("utter_referral_refused", why=str(why))


async def _requests(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    waiting = await service.to_answer(here.session, place.consultant_id)
    if not waiting:
        return says("utter_no_requests", *OWN_BUTTONS)
    if len(waiting) == 1:
        return await _shown(here, waiting[0])
    lines = [f"• {_line(one)}" for one in waiting[:9]]
    buttons = [
        Button(briefly(one.span.starts), means("referral_show", booking=one.id))
        for one in waiting[:9]
    ]
    return says("utter_requests", *buttons, count=str(len(waiting)), requests="\n".join(lines))


def _line(booking: Booked) -> str:
    return f"{when(booking.span.starts)} ({MODES[booking.mode]}): {purpose_of(booking)}"


def purpose_of(booking: Booked) -> str:
    """What the meeting is about, on one line."""
    return " ".join(booking.purpose.split()) or "sin motivo escrito"


async def _shown(here: "Actions", booking: Booked) -> Result:
    until = "" if booking.deadline is None else when(booking.deadline)
    return says(
        "utter_request",
        *_answers(booking),
        number=str(booking.number),
        when=when(booking.span.starts),
        mode=MODES[booking.mode],
        about=about(await contact.asked_for(here.session, booking)),
        purpose=purpose_of(booking),
        until=until,
    )


async def _show(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        booking = await booking_of(here, args)
    except BookingRefused as why:
        return await refused(here, args, why)
    if booking.span.starts <= here.now:
        return _late(booking) if booking.state != states.ACCEPTED else _over(booking)
    if booking.state == states.PENDING:
        return await _shown(here, booking)
    if booking.state != states.ACCEPTED:
        return _late(booking)
    return says(
        "utter_own_booking",
        Button("Otra hora", means("referral_other", booking=booking.id)),
        Button("Cancelar la cita", means("referral_cancel", booking=booking.id)),
        when=when(booking.span.starts),
        mode=MODES[booking.mode],
        purpose=purpose_of(booking),
        contact=await contact_of(here, booking),
    )


async def contact_of(here: "Actions", booking: Booked) -> str:
    """How the owner is reached, in a sentence, as far as they agreed to it."""
    return contact_told(await contact.contact(here.session, booking))


async def _accept(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await booking_of(here, args)
        booking = await told_others(
            here,
            await service.accept(here.session, int(args["booking"]), here.person_id, here.now),
        )
    except BookingRefused as why:
        return await refused(here, args, why)
    params = {
        "when": when(booking.span.starts),
        "mode": MODES[booking.mode],
        "contact": await contact_of(here, booking),
        "given": given_told(await contact.consultants(here.session, booking)),
    }
    # In a calendar that reads their bookings by itself the meeting would stand twice.
    has_feed = await feeds.is_made(here.session, booking.consultant_id)
    files = () if has_feed else attached(booking, "consultant", here.channel, here.now)
    return Result(says=(Say("utter_request_accepted", params, OWN_BUTTONS[:1], files=files),))


async def _other(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The consultant's next openings to propose; after the moment ``after``, if there is one."""
    try:
        booking = await booking_of(here, args)
    except BookingRefused as why:
        return await refused(here, args, why)
    if booking.state not in (states.PENDING, states.ACCEPTED) or booking.span.starts <= here.now:
        return _late(booking)
    after = datetime.fromisoformat(str(args["after"])) if "after" in args else None
    near = None if after is None else after + timedelta(minutes=1)
    openings = await free_times(here, booking, OFFERED, near)
    if not openings:
        name = "utter_no_other_times" if after is None else "utter_no_more_times"
        return says(name, Button("Mi horario", "/task_availability"))
    buttons = [_time_button(booking.id, one) for one in openings]
    if len(openings) == OFFERED:
        last = openings[-1].span.starts.isoformat()
        buttons.append(Button("Otras", means("referral_other", booking=booking.id, after=last)))
    return says("utter_referral_times", *buttons, when=when(booking.span.starts))


def _time_button(booking_id: int, opening: Opening) -> Button:
    starts = opening.span.starts
    payload = means("referral_time", booking=booking_id, starts=starts.isoformat())
    return Button(briefly(starts), payload)


async def free_times(
    here: "Actions", booking: Booked, count: int, near: datetime | None = None
) -> list[Opening]:
    """The consultant's next free times for the way in which they meet, at most ``count``; from
    ``near`` on, or from now."""
    mode: Mode = next(one for one in WAYS if one == booking.mode)
    start = None if near is None else max(near, here.now)
    found = await service.offer(
        here.session,
        booking.consultant_id,
        here.now,
        count,
        start,
        mode=mode,
        terms=here.terms,
        moving=booking,
    )
    # Where too few are left after a moment, those before it are offered, too.
    return [one for one in found if start is None or one.span.starts >= start]


async def proposed(here: "Actions", args: Mapping[str, Any], starts: datetime) -> Outcome:
    """Proposes that time for the booking of a button. Raises BookingRefused, with nothing done."""
    await booking_of(here, args)
    async with here.session.begin_nested():
        return await service.propose_other(
            here.session,
            int(args["booking"]),
            here.person_id,
            Span(starts, starts + here.terms.rules.length),
            here.now,
            terms=here.terms,
        )


async def _propose(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        outcome = await proposed(here, args, datetime.fromisoformat(str(args["starts"])))
    except BookingRefused as why:
        return await refused(here, args, why)
    booking = await told_others(here, outcome)
    return says("utter_other_proposed", *OWN_BUTTONS[:1], when=when(booking.span.starts))


async def _may_decline(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Whether the request can still be declined, said only where it cannot."""
    try:
        booking = await booking_of(here, args)
    except BookingRefused as why:
        return Result({"referral_open": False}, (await refused(here, args, why)).says)
    if booking.state != states.PENDING or booking.span.starts <= here.now:
        return Result({"referral_open": False}, _late(booking).says)
    return Result({"referral_open": True, "referral_when": when(booking.span.starts)})


async def _decline(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await booking_of(here, args)
        outcome = await service.decline(
            here.session,
            int(args["booking"]),
            here.person_id,
            here.now,
            candidates(here.now),
            note=str(args.get("decline_reason") or ""),
            terms=here.terms,
        )
    except BookingRefused as why:
        return await refused(here, args, why)
    await told_others(here, outcome)
    return says("utter_request_declined", *OWN_BUTTONS[:1])


async def _cancel(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Asks first; with ``sure`` the meeting is called off."""
    try:
        booking = await booking_of(here, args)
        if booking.state != states.ACCEPTED or booking.span.starts <= here.now:
            return _late(booking)
        if not args.get("sure"):
            return says(
                "utter_own_booking_cancel_sure",
                Button("Sí, cancelarla", means("referral_cancel", booking=booking.id, sure=True)),
                Button("Otra hora", means("referral_other", booking=booking.id)),
                Button("No, dejarla", means("referral_show", booking=booking.id)),
                when=when(booking.span.starts),
            )
        outcome = await service.cancel(here.session, booking.id, here.person_id, here.now)
    except BookingRefused as why:
        return await refused(here, args, why)
    await told_others(here, outcome)
    return says("utter_own_booking_cancelled", *OWN_BUTTONS[:1], when=when(booking.span.starts))


def _over(booking: Booked) -> Result:
    return says(
        "utter_booking_over",
        Button("Se hizo", means("booking_done", booking=booking.id)),
        Button("No llegó", means("booking_missed", booking=booking.id)),
        when=when(booking.span.starts),
    )


HANDLERS: Final = {
    "consultant_requests": _requests,
    "referral_show": _show,
    "referral_accept": _accept,
    "referral_other": _other,
    "referral_time": _propose,
    "referral_may_decline": _may_decline,
    "decline_request": _decline,
    "referral_cancel": _cancel,
}
