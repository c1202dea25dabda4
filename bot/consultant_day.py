"""A consultant's day in the chat: their agenda, what became of its meetings, and their figures."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, service, states
from actions.bookings.booked import Booked
from actions.bookings.errors import BookingRefused
from actions.messages.content import Button
from actions.registry.rules import day_of
from bot.booking_words import MODES, briefly, when
from bot.consultant_acts import OWN_BUTTONS, own_place, says, told_place
from bot.dialogue.conversation import Result
from bot.dialogue.questions import means
from bot.finding_acts import told_others
from bot.referral_acts import booking_of, contact_of, purpose_of, refused
from bot.slots.calendar_words import shown_date
from bot.slots.date_reading import Days, read_days
from bot.slots.day_mention import day_in, week_in
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


MOST_SHOWN: Final = 6
"""Meetings of a week that have a button."""
NEXT: Final = 4
"""Meetings that are told where the day asked for has none."""


async def _agenda(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The agenda of a day: ``day`` is an ISO date, or words for one, ``week`` words for a week, and
    ``said`` a sentence that may name either; today without them, or with such a sentence that names
    none, what comes next."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    today, said = day_of(here.now), str(args.get("said") or "")
    week = week_in(str(args.get("week") or "") or said, today)
    if week is not None:
        return await _week(here, place.consultant_id, *week)
    day = day_in(said, today) if said else _day(str(args.get("day") or ""), today)
    if day is None and said:
        coming = await agenda.to_come(here.session, place.consultant_id, here.now)
        if coming:
            return await _listed(here, "utter_agenda_next", coming[:NEXT])
        day = today
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
        return await _empty(here, place.consultant_id, day, buttons)
    lines = [await _agenda_line(here, one) for one in found]
    return says("utter_agenda", *buttons, day=shown_date(day), meetings="\n".join(lines))


async def _empty(
    here: "Actions", consultant_id: int, day: date, buttons: Sequence[Button]
) -> Result:
    """A day without meetings, with those that come after it."""
    coming = await agenda.to_come(here.session, consultant_id, here.now)
    later = [one for one in coming if one.span.starts.date() > day]
    if not later:
        return says("utter_agenda_empty", *buttons, day=shown_date(day))
    return await _listed(here, "utter_agenda_empty_next", later[:NEXT], buttons, shown_date(day))


async def _week(here: "Actions", consultant_id: int, first: date, last: date) -> Result:
    coming = await agenda.to_come(here.session, consultant_id, here.now)
    found = [one for one in coming if first <= one.span.starts.date() <= last]
    if found:
        return await _listed(here, "utter_agenda_week", found)
    later = [one for one in coming if one.span.starts.date() > last]
    if later:
        return await _listed(here, "utter_agenda_week_next", later[:NEXT])
    return says("utter_agenda_week_empty", Button("Mi horario", "/task_availability"))


async def _listed(
    here: "Actions",
    response: str,
    found: Sequence[Booked],
    beside: Sequence[Button] = (),
    day: str = "",
) -> Result:
    """Meetings of several days, each with its button."""
    lines = [
        f"• {when(one.span.starts)}, {MODES[one.mode]}, {_IN_AGENDA[one.state]}: {purpose_of(one)}."
        for one in found
    ]
    shown = [
        Button(briefly(one.span.starts), means("referral_show", booking=one.id))
        for one in found[:MOST_SHOWN]
        if one.state in (states.PENDING, states.ACCEPTED)
    ]
    params = {"meetings": "\n".join(lines), **({"day": day} if day else {})}
    return says(response, *shown, *beside, **params)


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
