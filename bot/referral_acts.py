"""What a consultant does in the chat with the requests and meetings that are theirs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import feeds, service, states
from actions.bookings.booked import Booked
from actions.bookings.contact import contact
from actions.bookings.errors import BookingRefused, NotNow, NotYours, OpeningRefused
from actions.bookings.openings import MODES as WAYS
from actions.bookings.openings import Mode, Opening, Span
from actions.messages.content import Button
from actions.registry.rules import day_of
from bot.booking_words import MODES, briefly, when
from bot.calendar_files import attached
from bot.candidates import candidates
from bot.consultant_acts import OWN_BUTTONS, own_place, says, told_place
from bot.dialogue.conversation import Result, Say
from bot.dialogue.questions import means
from bot.finding_acts import told_others
from bot.slots.calendar_words import shown_date
from bot.slots.date_reading import Days, read_days
from bot.slots.time_reading import shown_time

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
_IN_AGENDA: Final = {
    states.PENDING: "falta tu respuesta",
    states.PROPOSED: "propusiste esta hora",
    states.ACCEPTED: "confirmada",
    states.DONE: "se hizo",
    states.MISSED: "no llegaron",
}


def _answers(booking: Booked) -> tuple[Button, ...]:
    return (
        Button("Aceptar", means("referral_accept", booking=booking.id)),
        Button("Otra hora", means("referral_other", booking=booking.id)),
        Button("No puedo", means("referral_decline", booking=booking.id)),
    )


async def _of(here: "Actions", args: Mapping[str, Any]) -> Booked:
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


async def _refused(here: "Actions", args: Mapping[str, Any], why: BookingRefused) -> Result:
    if isinstance(why, NotNow):
        return _late(await _of(here, args))
    if isinstance(why, OpeningRefused):
        buttons = (_time_button(int(args["booking"]), one) for one in why.alternatives)
        return says("utter_referral_refused", *buttons, why=str(why))
    if isinstance(why, NotYours):
        return says("utter_consultant_not_yours")
    return says("utter_referral_refused", why=str(why))


# -- requests --------------------------------------------------------------------------------------


async def _requests(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    waiting = await service.to_answer(here.session, place.consultant_id)
    if not waiting:
        return says("utter_no_requests", *OWN_BUTTONS)
    if len(waiting) == 1:
        return _shown(waiting[0])
    lines = [f"• {_line(one)}" for one in waiting[:9]]
    buttons = [
        Button(briefly(one.span.starts), means("referral_show", booking=one.id))
        for one in waiting[:9]
    ]
    return says("utter_requests", *buttons, count=str(len(waiting)), requests="\n".join(lines))


def _line(booking: Booked) -> str:
    return f"{when(booking.span.starts)} ({MODES[booking.mode]}): {_purpose(booking)}"


def _purpose(booking: Booked) -> str:
    return " ".join(booking.purpose.split()) or "sin motivo escrito"


def _shown(booking: Booked) -> Result:
    until = "" if booking.deadline is None else when(booking.deadline)
    return says(
        "utter_request",
        *_answers(booking),
        number=str(booking.id),
        when=when(booking.span.starts),
        mode=MODES[booking.mode],
        purpose=_purpose(booking),
        until=until,
    )


async def _show(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        booking = await _of(here, args)
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    if booking.span.starts <= here.now:
        return _late(booking) if booking.state != states.ACCEPTED else _over(booking)
    if booking.state == states.PENDING:
        return _shown(booking)
    if booking.state != states.ACCEPTED:
        return _late(booking)
    return says(
        "utter_own_booking",
        Button("Otra hora", means("referral_other", booking=booking.id)),
        Button("Cancelar la cita", means("referral_cancel", booking=booking.id)),
        when=when(booking.span.starts),
        mode=MODES[booking.mode],
        purpose=_purpose(booking),
        contact=await _contact(here, booking),
    )


async def _contact(here: "Actions", booking: Booked) -> str:
    found = await contact(here.session, booking)
    parts = [] if found is None else [one for one in (found.firm, found.phone) if one]
    return f"Contacto: {', '.join(parts)}." if parts else "No dejaron otro contacto que este chat."


async def _accept(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await _of(here, args)
        booking = await told_others(
            here,
            await service.accept(here.session, int(args["booking"]), here.person_id, here.now),
        )
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    params = {
        "when": when(booking.span.starts),
        "mode": MODES[booking.mode],
        "contact": await _contact(here, booking),
    }
    # In a calendar that reads their bookings by itself the meeting would stand twice.
    has_feed = await feeds.is_made(here.session, booking.consultant_id)
    files = () if has_feed else attached(booking, "consultant", here.channel, here.now)
    return Result(says=(Say("utter_request_accepted", params, OWN_BUTTONS[:1], files=files),))


async def _other(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The consultant's next openings to propose; after the moment ``after``, if there is one."""
    try:
        booking = await _of(here, args)
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    if booking.state not in (states.PENDING, states.ACCEPTED) or booking.span.starts <= here.now:
        return _late(booking)
    after = datetime.fromisoformat(str(args["after"])) if "after" in args else None
    near = None if after is None else after + timedelta(minutes=1)
    mode: Mode = next(one for one in WAYS if one == booking.mode)
    openings = [
        one
        for one in await service.offer(
            here.session,
            booking.consultant_id,
            here.now,
            OFFERED,
            near,
            mode=mode,
            terms=here.terms,
        )
        if after is None or one.span.starts > after
    ]
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


async def _propose(here: "Actions", args: Mapping[str, Any]) -> Result:
    terms = here.terms
    starts = datetime.fromisoformat(str(args["starts"]))
    during = Span(starts, starts + terms.rules.length)
    try:
        await _of(here, args)
        async with here.session.begin_nested():
            outcome = await service.propose_other(
                here.session,
                int(args["booking"]),
                here.person_id,
                during,
                here.now,
                terms=terms,
            )
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    booking = await told_others(here, outcome)
    return says("utter_other_proposed", *OWN_BUTTONS[:1], when=when(booking.span.starts))


async def _may_decline(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Whether the request can still be declined, said only where it cannot."""
    try:
        booking = await _of(here, args)
    except BookingRefused as refused:
        return Result({"referral_open": False}, (await _refused(here, args, refused)).says)
    if booking.state != states.PENDING or booking.span.starts <= here.now:
        return Result({"referral_open": False}, _late(booking).says)
    return Result({"referral_open": True, "referral_when": when(booking.span.starts)})


async def _decline(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await _of(here, args)
        outcome = await service.decline(
            here.session,
            int(args["booking"]),
            here.person_id,
            here.now,
            candidates(here.now),
            note=str(args.get("decline_reason") or ""),
            terms=here.terms,
        )
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    await told_others(here, outcome)
    return says("utter_request_declined", *OWN_BUTTONS[:1])


async def _cancel(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Asks first; with ``sure`` the meeting is called off."""
    try:
        booking = await _of(here, args)
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
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    await told_others(here, outcome)
    return says("utter_own_booking_cancelled", *OWN_BUTTONS[:1], when=when(booking.span.starts))


# -- the day and the figures -----------------------------------------------------------------------


async def _agenda(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The agenda of a day: ``day`` is an ISO date, or words for one; today without it."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    today = day_of(here.now)
    day = _day(str(args.get("day") or ""), today)
    if day is None:
        return says("utter_agenda_no_day", Button("Mi agenda de hoy", "/consultant_agenda"))
    found = await service.agenda(here.session, place.consultant_id, day)
    buttons: list[Button] = []
    for one in found:
        at = shown_time(one.span.starts.time())
        if one.state == states.ACCEPTED and one.span.starts <= here.now:
            buttons.append(Button(f"{at}: se hizo", means("booking_done", booking=one.id)))
            buttons.append(Button(f"{at}: no llegó", means("booking_missed", booking=one.id)))
        elif one.span.starts > here.now and one.state in (states.PENDING, states.ACCEPTED):
            buttons.append(Button(f"Ver {at}", means("referral_show", booking=one.id)))
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    buttons += [
        Button("Día anterior", means("consultant_agenda", day=before.isoformat())),
        Button("Día siguiente", means("consultant_agenda", day=after.isoformat())),
        Button("Mi calendario", "/consultant_calendar"),
    ]
    if not found:
        return says("utter_agenda_empty", *buttons, day=shown_date(day))
    lines = [await _agenda_line(here, one) for one in found]
    return says("utter_agenda", *buttons, day=shown_date(day), meetings="\n".join(lines))


async def _agenda_line(here: "Actions", booking: Booked) -> str:
    span = booking.span
    hours = f"{shown_time(span.starts.time())} a {shown_time(span.ends.time())}"
    line = f"• {hours}, {MODES[booking.mode]}, {_IN_AGENDA[booking.state]}: {_purpose(booking)}."
    if booking.state != states.ACCEPTED:
        return line
    return f"{line} {await _contact(here, booking)}"


def _day(said: str, today: date) -> date | None:
    if not said.strip():
        return today
    days = read_days(said, today, "future")
    return days.readings[0] if isinstance(days, Days) else None


def _over(booking: Booked) -> Result:
    return says(
        "utter_booking_over",
        Button("Se hizo", means("booking_done", booking=booking.id)),
        Button("No llegó", means("booking_missed", booking=booking.id)),
        when=when(booking.span.starts),
    )


async def _mark(here: "Actions", args: Mapping[str, Any], *, came: bool) -> Result:
    try:
        await _of(here, args)
        booking = await told_others(
            here,
            await service.mark_done(
                here.session, int(args["booking"]), here.person_id, here.now, came=came
            ),
        )
    except BookingRefused as refused:
        return await _refused(here, args, refused)
    name = "utter_marked_done" if came else "utter_marked_missed"
    return says(name, *OWN_BUTTONS[:1], when=when(booking.span.starts))


async def _done(here: "Actions", args: Mapping[str, Any]) -> Result:
    return await _mark(here, args, came=True)


async def _missed(here: "Actions", args: Mapping[str, Any]) -> Result:
    return await _mark(here, args, came=False)


async def _figures(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    found = await service.figures(here.session, place.consultant_id, here.now, terms=here.terms)
    if not found.referrals:
        return says("utter_no_figures", *OWN_BUTTONS)
    lines = [
        f"• Solicitudes: {found.referrals}",
        f"• Aceptadas: {found.accepted}; rechazadas: {found.declined}; "
        f"sin contestar a tiempo: {found.expired}",
        f"• Citas hechas: {found.done}",
    ]
    if found.acceptance is not None:
        lines.append(f"• Aceptás {round(100 * found.acceptance)} de cada 100")
    if found.median_answer is not None:
        lines.append(f"• Contestás en {_took(found.median_answer)} o menos, la mitad de las veces")
    if found.stars is not None:
        lines.append(f"• Calificación: {found.stars:.1f} de 5 ({found.ratings})")
    return says("utter_figures", *OWN_BUTTONS[:1], figures="\n".join(lines))


def _took(span: timedelta) -> str:
    """Working time as it is said: "3 horas hábiles"."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return "1 minuto hábil" if minutes == 1 else f"{minutes} minutos hábiles"
    hours = round(minutes / 60)
    return "1 hora hábil" if hours == 1 else f"{hours} horas hábiles"


HANDLERS: Final = {
    "consultant_requests": _requests,
    "referral_show": _show,
    "referral_accept": _accept,
    "referral_other": _other,
    "referral_time": _propose,
    "referral_may_decline": _may_decline,
    "decline_request": _decline,
    "referral_cancel": _cancel,
    "consultant_agenda": _agenda,
    "booking_done": _done,
    "booking_missed": _missed,
    "consultant_figures": _figures,
}
