"""How consultants, times and bookings are told in the chat. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from actions.bookings.contact import Contact, Reached
from actions.bookings.openings import Mode, Opening
from actions.cases.hours import ZONE
from actions.registry.rules import CATEGORIES, FEE_UNITS
from actions.registry.search import Fit
from bot.slots.calendar_words import MONTHS, WEEKDAYS, shown_date
from bot.slots.time_reading import shown_time
from bot.slots.time_wish import OTHERS

MORE: Final = OTHERS
"""The option that asks for other times than those shown."""
_MORE: Final = (
    *("otras horas", "otra hora", "otro dia", "otros", "otras", "mas horas", "mas", "ver mas"),
    *("que otras horas hay", "que horas hay", "que horas tiene", "que dias tiene", "otra fecha"),
    *("que dias atiende", "que dias puede", "hay otra hora", "hay otras horas", "hay mas horas"),
    *("ninguna", "ninguna me queda", "no me queda ninguna", "no puedo a esa hora", "no puedo"),
    *("esas no me quedan", "no me quedan", "no puedo esos dias", "mas tarde", "otras fechas"),
)
"""What is said where none of the times that are shown is right."""
MODES: Final = {"on_site": "en persona", "remote": "por llamada o videollamada"}
STATES: Final = {
    "pending": "esperando respuesta",
    "proposed": "te proponen esa hora",
    "accepted": "confirmada",
    "declined": "no la pudo atender",
    "expired": "no respondió a tiempo",
    "cancelled": "cancelada",
    "done": "ya fue",
    "missed": "no llegaste",
}
"""A booking's state, as it is told to its owner."""


def when(moment: datetime) -> str:
    """A moment in full: "jueves 3 de diciembre de 2026, 9:00 a. m."."""
    there = moment.astimezone(ZONE)
    return f"{shown_date(there.date())}, {shown_time(there.time())}"


def briefly(moment: datetime) -> str:
    """A moment that fits a button: "jue 3 dic, 9:00 a. m."."""
    there = moment.astimezone(ZONE)
    month = MONTHS[there.month - 1][:3]
    return f"{WEEKDAYS[there.weekday()][:3]} {there.day} {month}, {shown_time(there.time())}"


def about(asked: Mapping[str, Any]) -> str:
    """What a consultant is told of a request before they answer: which work it is, and whereabouts
    (see actions.bookings.contact.asked_for); with a space behind, empty where nothing is known."""
    work = ", ".join(CATEGORIES[one] for one in asked.get("work", ()) if one in CATEGORIES)
    area = ", ".join(dict.fromkeys(asked.get("area", ())))
    said = [f"Trabajo: {work}." if work else "", f"Lugar: {area}." if area else ""]
    return "".join(f"{one} " for one in said if one)


def reached(how: Reached | None) -> str:
    """How an owner reaches the consultant whom they meet; empty where nothing is agreed on yet."""
    if how is None:
        return ""
    if how.phone:
        return f"Su teléfono: {how.phone}."
    if how.email:
        return f"Su correo: {how.email}."
    return "No dejó teléfono; ya tiene tu contacto para hablarte."


def contact_told(found: Contact | None) -> str:
    """How the consultant reaches the owner whom they meet, and where to go."""
    parts = [] if found is None else [one for one in (found.firm, found.phone) if one]
    told = f"Contacto: {', '.join(parts)}." if parts else "No dejaron otro contacto que este chat."
    return told if found is None or not found.place else f"{told} Dirección: {found.place}."


def given_told(how: Reached | None) -> str:
    """What a consultant is told of how the other side reaches them, once they accepted."""
    if how is None or not (how.phone or how.email):
        return "En el registro no tenés teléfono: escribiles o llamalos vos."
    what = f"tu teléfono ({how.phone})" if how.phone else f"tu correo ({how.email})"
    return f"Les pasé {what} para que te ubiquen."


def fees(low: int | None, high: int | None, unit: str | None) -> str:
    """What a consultant says they take, in dollars; that they do not say it, where they do not."""
    if low is None and high is None:
        return "Honorarios: preguntale"
    per = f" {FEE_UNITS[unit]}" if unit is not None else ""
    if low is None or high is None or low == high:
        return f"${low if low is not None else high:,}{per}"
    return f"${low:,} a ${high:,}{per}"


def fee_told(fit: Fit) -> str:
    """What one takes, asked for: "Ana Sol dice que cobra $50 por hora."."""
    if fit.fee_min is None and fit.fee_max is None:
        return f"{fit.name} no dijo cuánto cobra: preguntale antes de quedar."
    told = fees(fit.fee_min, fit.fee_max, fit.fee_unit)
    return f"{fit.name} dice que cobra {'de ' if ' a $' in told else ''}{told}."


def attends(fit: Fit, ways: Sequence[Mode]) -> str:
    """How one can be met by who asked: "Llega a La Paz, o te atiende por llamada"."""
    if "on_site" not in ways:
        return f"Te atiende {MODES['remote']}"
    # Of the reasons the last one tells where they go.
    comes = fit.reasons[-1]
    return f"{comes}, o te atiende por llamada" if "remote" in ways else comes


def told(fit: Fit, ways: Sequence[Mode], first: datetime) -> str:
    """One who fits, in a few words: why, how they can be met, what they take, and when they are
    free first."""
    # Reasons are written for everybody; here it is the owner who is spoken to.
    reasons = [one.replace("Conoce su rubro", "Conoce tu rubro") for one in fit.reasons[:-1]]
    why = ". ".join([*reasons, attends(fit, ways)])
    fee = fees(fit.fee_min, fit.fee_max, fit.fee_unit)
    return f"**{fit.name}**: {why}. {fee}. Primera hora libre: {briefly(first)}"


def as_options(openings: Sequence[Opening], *, more: bool = True) -> list[list[str]]:
    """Free times as what an ``offered`` slot holds; with ``more``, others can be asked for."""
    rows = [
        [briefly(one.span.starts), one.span.starts.isoformat(), when(one.span.starts)]
        for one in openings
    ]
    return [*rows, ["Otros días", MORE, "otros días", *_MORE]] if more and rows else rows
