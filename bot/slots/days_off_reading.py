"""What days that are different stand in a line: "no puedo del 3 al 7", "el 24 tampoco", "sí atiendo
el sábado 5 de 8 a 12"."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import Enum
from typing import Final

from bot.slots.calendar_words import month_later, real_date, shown_date
from bot.slots.date_reading import Days, NoDate, read_days
from bot.slots.time_reading import shown_time
from bot.slots.week_reading import BOTH, MODES, Hours, read_week
from knowledge.text import plain


@dataclass(frozen=True, slots=True)
class DaysOff:
    """From ``first`` to ``last``, both included: closed, or ``opened`` although the week says
    otherwise. With hours, only that part of each day."""

    first: date
    last: date
    opened: bool = False
    starts: time | None = None
    ends: time | None = None
    mode: str = BOTH


class NoDays(Enum):
    """Why a line gave no days."""

    UNREAD = "it names none"
    IMPOSSIBLE = "the calendar has no such day, or on another weekday"
    EVERY_WEEK = "it speaks of a weekday of every week"
    BACKWARDS = "the last day, or hour, comes before the first"


_CLOSED: Final = re.compile(
    r"\b(?:no|tampoco|ni|nunca|cerrad[oa]|cerrar|cerrame|bloque\w*|vacaciones|libres?|feriado)\b"
)
_OPENED: Final = re.compile(
    r"\b(?:si|tambien)\s+(?:atiendo|puedo|voy|trabajo|doy|estoy)\b|^abierto\b"
)
_SAID: Final = re.compile(
    r"\b(?:no|si|tampoco|tambien|ni|nunca|cerrad[oa]|cerrar|cerrame|bloque\w*|de vacaciones"
    r"|vacaciones|libres?|feriado|abierto|puedo|podre|podria|atiendo|atendere|atender|atiende"
    r"|voy a(?: \w+r)?|trabajo|doy|dare|estoy|estare|recibo|tengo|salgo|citas?|a nadie|nadie"
    r"|mi agenda|la agenda|agenda|dias?|por|estos|para|tiempo|disponible|porque|favor|porfa)\b"
)
_EVERY_WEEK: Final = re.compile(
    r"\b(?:los|todos los|cada)\s+(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?)\b"
)
_HOUR: Final = (
    r"(?:[0-9]{1,2}(?::[0-9]{2})?(?:\s?[ap]\.?\s?m\b\.?)?|una|dos|tres|cuatro|cinco|seis|siete"
    r"|ocho|nueve|diez|once|doce|medio\s?dia)"
)
_HOURS: Final = re.compile(
    rf"[, ]*\b(?P<hours>(?:de(?:sde)?\s+)?(?:las?\s+)?{_HOUR}\s+(?:a|hasta)\s+(?:las?\s+)?{_HOUR}"
    r"(?:\s+de\s+la\s+(?:manana|tarde|noche))?)"
    r"(?P<mode>\s+(?:presencial|en persona|a distancia|en linea|virtual))?\s*$"
)
_PART: Final = re.compile(r"[, ]*\b(?:en|por|de)\s+la\s+(?P<part>manana|tarde)\s*$")
_PARTS: Final = {"manana": (time(6), time(12)), "tarde": (time(12), time(20))}
_SPAN: Final = re.compile(
    r"^\W*(?:del?|desde(?:\s+el)?)?\s*(?P<first>.+?)\s+(?:al|hasta(?:\s+el)?|a)\s+(?P<last>.+)$"
)
_WEEK: Final = re.compile(
    r"(?:en\s+)?(?:toda\s+)?(?:la\s+)?(?P<which>esta|otra|proxima|siguiente)\s+semana"
    r"|(?:en\s+)?la\s+semana\s+(?:que\s+viene|proxima|siguiente)"
)
_BARE: Final = re.compile(r"(?:el\s+|dia\s+)*(?P<day>[0-9]{1,2})")


def speaks_of_days(text: str) -> bool:
    """Whether a line is about days that are different, and not about the week."""
    said = plain(text)
    return bool(_CLOSED.search(said) or _OPENED.search(said))


def read_days_off(text: str, today: date) -> DaysOff | NoDays:
    """The days that a line closes or opens, seen from today; those that come next are meant."""
    said = " ".join(plain(text).split())
    opened = _OPENED.search(said) is not None and _CLOSED.search(said) is None
    if _EVERY_WEEK.search(said):
        return NoDays.EVERY_WEEK
    said = " ".join(_SAID.sub(" ", said).split()).strip(" ,.;!")
    hours: Hours | None = None
    found = _HOURS.search(said)
    if found is not None and found.start() > 0:
        week = read_week(f"lunes {found['hours']}{found['mode'] or ''}")
        if not isinstance(week, tuple):
            return NoDays.BACKWARDS
        hours, said = week[0], said[: found.start()]
    elif (part := _PART.search(said)) is not None and part.start() > 0:
        hours = Hours(0, *_PARTS[part["part"]])
        said = said[: part.start()]
    days = _days(said.strip(" ,.;!"), today)
    if isinstance(days, NoDays):
        return days
    if hours is None:
        return DaysOff(*days, opened)
    return DaysOff(*days, opened, hours.starts, hours.ends, hours.mode if opened else BOTH)


def shown_days_off(days: DaysOff) -> str:
    """Such days as they are read, in a form that :func:`read_days_off` reads back the same."""
    verb = "Sí atiendo" if days.opened else "No atiendo"
    if days.first == days.last:
        when = f"el {shown_date(days.first)}"
    else:
        when = f"del {shown_date(days.first)} al {shown_date(days.last)}"
    if days.starts is None or days.ends is None:
        return f"{verb} {when}"
    mode = f" {MODES[days.mode]}" if days.mode in MODES else ""
    return f"{verb} {when}, de {shown_time(days.starts)} a {shown_time(days.ends)}{mode}"


def _days(said: str, today: date) -> tuple[date, date] | NoDays:
    if (week := _WEEK.fullmatch(said)) is not None:
        monday = today - timedelta(days=today.weekday())
        if week["which"] == "esta":
            return today, monday + timedelta(days=6)
        return monday + timedelta(days=7), monday + timedelta(days=13)
    one = read_days(said, today, "future")
    if isinstance(one, Days):
        return one.readings[0], one.readings[0]
    span = _SPAN.fullmatch(said)
    if span is None:
        return NoDays.UNREAD if one is NoDate.UNREAD else NoDays.IMPOSSIBLE
    if (bare := _BARE.fullmatch(span["first"])) is not None:
        return _within_month(int(bare["day"]), span["last"], today)
    first = read_days(span["first"], today, "future")
    if isinstance(first, NoDate):
        return NoDays.UNREAD if first is NoDate.UNREAD else NoDays.IMPOSSIBLE
    last = read_days(span["last"], first.readings[0], "future")
    if isinstance(last, NoDate):
        return NoDays.UNREAD if last is NoDate.UNREAD else NoDays.IMPOSSIBLE
    if last.readings[0] < first.readings[0]:
        return NoDays.BACKWARDS
    return first.readings[0], last.readings[0]


def _within_month(day: int, last: str, today: date) -> tuple[date, date] | NoDays:
    """ "Del 3 al 7 de enero": the month is said once, with the last day."""
    until = read_days(last, today, "future")
    if isinstance(until, NoDate):
        return NoDays.UNREAD if until is NoDate.UNREAD else NoDays.IMPOSSIBLE
    end = until.readings[0]
    month = end.replace(day=1) if day <= end.day else month_later(end.replace(day=1), -1)
    first = real_date(month.year, month.month, day)
    return NoDays.IMPOSSIBLE if first is None else (first, end)
