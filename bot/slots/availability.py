"""Slot: when a consultant has time, every week or on days that are different."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, ClassVar, Final, Self

from bot.slots.days_off_reading import (
    DaysOff,
    NoDays,
    read_days_off,
    shown_days_off,
    speaks_of_days,
)
from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.week_phrases import adds, left_out, spelt
from bot.slots.week_reading import BOTH, MODES, Hours, NoWeek, read_week, shown_week
from bot.slots.written import STALE, tidy

LONGEST: Final = 600
"""Characters of a line."""
MOST_WINDOWS: Final = 40
FARTHEST: Final = timedelta(days=2 * 366)

UNREAD: Final = "utter_wrong_availability"
"""What is said of a line that tells neither days nor hours."""
_NO_WEEK: Final = {
    NoWeek.UNREAD: UNREAD,
    NoWeek.NO_DAYS: "utter_wrong_availability_days",
    NoWeek.NO_HOURS: "utter_wrong_availability_hours",
    NoWeek.ONE_HOUR: "utter_wrong_availability_one_hour",
    NoWeek.BACKWARDS: "utter_wrong_availability_backwards",
    NoWeek.OVERLAPPING: "utter_wrong_availability_overlapping",
}
_NO_DAYS: Final = {
    NoDays.UNREAD: "utter_wrong_availability_off",
    NoDays.IMPOSSIBLE: "utter_wrong_date_impossible",
    NoDays.EVERY_WEEK: "utter_wrong_availability_every_week",
    NoDays.BACKWARDS: "utter_wrong_availability_backwards",
}


@dataclass(frozen=True, slots=True)
class Availability:
    """``type: availability``; nothing else to declare.

    A week ("lunes a viernes de 8 a 12") or days that are different ("no puedo del 3 al 7"). Kept
    as ``{"week": [[weekday, "08:00", "12:00", mode], ...]}``, with ``"add": true`` where these
    hours come to the week that there is, or as ``{"first", "last", "opened",
    "starts", "ends", "mode"}`` with ISO days and times, the times None for whole days.
    """

    name: ClassVar[str] = "availability"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: lunes a viernes de 8 a 12 y de 2 a 5"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if not sent.text.strip() and sent.kind not in ("text", "button"):
            return Wrong("utter_wrong_not_text")
        text = tidy(sent.text[: 4 * LONGEST])
        if not text:
            return Wrong("utter_wrong_empty")
        if len(text) > LONGEST:
            return Wrong("utter_wrong_too_long", {"maximum": str(LONGEST)})
        return read_line(text, today)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if not isinstance(value, dict):
            return STALE
        try:
            if "week" in value:
                return _week(week_of(value), more=value.get("add") is True)
            return _days(days_of(value), today)
        except (KeyError, TypeError, ValueError):
            return STALE


def read_line(text: str, today: date) -> Value | Wrong:
    """What a line says of a consultant's time, or why it says nothing."""
    said, without = left_out(spelt(text))
    if speaks_of_days(said):
        days = read_days_off(said, today)
        return Wrong(_NO_DAYS[days]) if isinstance(days, NoDays) else _days(days, today)
    week = read_week(said)
    if isinstance(week, NoWeek):
        return Wrong(_NO_WEEK[week])
    left = tuple(one for one in week if one.weekday not in without)
    if not left:
        return Wrong("utter_wrong_availability_days")
    return _week(left, more=adds(said))


_OF_TIME: Final = re.compile(
    r"\b(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|hoy|manana|mananas|tardes?"
    r"|semana|dias?|horas?|horario|[0-9]{1,2}(?::[0-9]{2})?(?:\s?[ap]\.?\s?m\b)?\s+(?:a|al|y)\s+[0-9]"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre"
    r"|diciembre|dic|ene|navidad|vacaciones)\b"
)
_ASKS: Final = re.compile(
    r"[?¿]|^\W*(?:como|cuando|cuant\w+|donde|quien|cual|que|q|ke|por que|xq|hay|se puede|mi agenda"
    r"|mis citas)\b"
)


def is_of_time(text: str) -> bool:
    """Whether a line is about days or hours, and asks nothing."""
    said = spelt(text)
    return _OF_TIME.search(said) is not None and _ASKS.search(said) is None


def week_of(value: dict[str, Any]) -> tuple[Hours, ...]:
    """The stretches of a kept week. Raises KeyError, TypeError or ValueError where it is none."""
    found = []
    for weekday, starts, ends, mode in value["week"]:
        if type(weekday) is not int or weekday not in range(7) or mode not in (*MODES, BOTH):
            raise ValueError("no such weekday or way to meet")
        found.append(Hours(weekday, _time(starts), _time(ends), mode))
    return tuple(sorted(found))


def days_of(value: dict[str, Any]) -> DaysOff:
    """Kept days that are different. Raises KeyError, TypeError or ValueError for none."""
    starts, ends = value["starts"], value["ends"]
    if (starts is None) != (ends is None) or value["mode"] not in (*MODES, BOTH):
        raise ValueError("no such hours or way to meet")
    return DaysOff(
        date.fromisoformat(value["first"]),
        date.fromisoformat(value["last"]),
        bool(value["opened"]),
        None if starts is None else _time(starts),
        None if ends is None else _time(ends),
        value["mode"],
    )


def _time(written: Any) -> time:
    return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)


def _week(week: Sequence[Hours], *, more: bool) -> Value | Wrong:
    shown = shown_week(week)
    if not week or len(week) > MOST_WINDOWS or read_week(shown) != tuple(week):
        return STALE
    kept: list[Any] = [
        [one.weekday, f"{one.starts:%H:%M}", f"{one.ends:%H:%M}", one.mode] for one in week
    ]
    if more:
        return Value({"week": kept, "add": True}, f"{shown} (además de lo que ya tenés)")
    return Value({"week": kept}, shown)


def _days(days: DaysOff, today: date) -> Value | Wrong:
    if days.last < days.first or (days.starts and days.ends and days.ends <= days.starts):
        return Wrong("utter_wrong_availability_backwards")
    if days.last < today:
        return Wrong("utter_wrong_availability_past")
    if days.last > today + FARTHEST:
        return Wrong("utter_wrong_availability_far")
    kept: dict[str, Stored] = {
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "opened": days.opened,
        "starts": None if days.starts is None else f"{days.starts:%H:%M}",
        "ends": None if days.ends is None else f"{days.ends:%H:%M}",
        "mode": days.mode,
    }
    return Value(kept, shown_days_off(days))
