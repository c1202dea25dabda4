"""A consultant's day in the chat: their agenda, what became of its meetings, and their figures."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import service, states
from actions.bookings.booked import Booked
from actions.bookings.errors import BookingRefused
from actions.messages.content import Button
from actions.registry.rules import day_of
from bot.booking_words import MODES, when
from bot.consultant_acts import OWN_BUTTONS, own_place, says, told_place
from bot.dialogue.conversation import Result
from bot.dialogue.questions import means
from bot.finding_acts import told_others
from bot.referral_acts import booking_of, contact_of, purpose_of, refused
from bot.slots.calendar_words import shown_date
from bot.slots.date_reading import Days, read_days
from bot.slots.time_reading import shown_time

if TYPE_CHECKING:
    from bot.acting import Actions

_IN_AGENDA: Final = {
    states.PENDING: "falta tu respuesta",
    states.PROPOSED: "propusiste esta hora",
    states.ACCEPTED: "confirmada",
    states.DONE: "se hizo",
    states.MISSED: "no llegaron",
}


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
    line = f"• {hours}, {MODES[booking.mode]}, {_IN_AGENDA[booking.state]}: {purpose_of(booking)}."
    if booking.state != states.ACCEPTED:
        return line
    return f"{line} {await contact_of(here, booking)}"


def _day(said: str, today: date) -> date | None:
    if not said.strip():
        return today
    days = read_days(said, today, "future")
    return days.readings[0] if isinstance(days, Days) else None


async def _mark(here: "Actions", args: Mapping[str, Any], *, came: bool) -> Result:
    try:
        await booking_of(here, args)
        booking = await told_others(
            here,
            await service.mark_done(
                here.session, int(args["booking"]), here.person_id, here.now, came=came
            ),
        )
    except BookingRefused as why:
        return await refused(here, args, why)
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
    "consultant_agenda": _agenda,
    "booking_done": _done,
    "booking_missed": _missed,
    "consultant_figures": _figures,
}
