"""What weekly hours stand in a line: "lunes a viernes de 8 a 12 y de 2 a 5, sábados de 8 a 11"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time
from enum import Enum
from itertools import pairwise
from typing import Final, Literal

from bot.slots.calendar_words import WEEKDAYS
from bot.slots.time_reading import shown_time
from knowledge.number_words import number_in_words
from knowledge.text import plain, words

BOTH: Final = "both"
MODES: Final = {"on_site": "presencial", "remote": "a distancia"}
"""How one can meet in a window that is not for both ways, as it is read back."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A stretch of one weekday (Monday is 0), and how one can meet in it: a key of MODES, or
    BOTH."""

    weekday: int
    starts: time
    ends: time
    mode: str = BOTH


class NoWeek(Enum):
    """Why a line gave no hours."""

    UNREAD = "something in it is neither a day nor an hour"
    NO_DAYS = "it has hours only"
    NO_HOURS = "it has days only"
    ONE_HOUR = "a stretch has no beginning, or no end"
    BACKWARDS = "a stretch ends before it begins"
    OVERLAPPING = "two stretches of a day share time"


Kind = Literal["day", "days", "hour", "to", "and", "part", "mode"]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    days: tuple[int, ...] = ()
    hour: "_Hour | None" = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Hour:
    """``sure``: whether morning or afternoon was said, or the 24-hour clock leaves no doubt."""

    hour: int
    minute: int
    sure: bool

    @property
    def usual(self) -> int:
        """Minutes from midnight, by office hours: 1 to 6 are in the afternoon."""
        later = 12 if not self.sure and 1 <= self.hour <= 6 else 0
        return (self.hour + later) * 60 + self.minute

    @property
    def early(self) -> int:
        return self.hour * 60 + self.minute

    def in_part(self, part: str) -> "_Hour":
        if self.sure:
            return self
        afternoon = part in ("tarde", "noche") and self.hour < 12
        return _Hour(self.hour + (12 if afternoon else 0), self.minute, True)


_NUMBERS: Final = {
    word: number_in_words([word], 0)[0]
    for word in words("una dos tres cuatro cinco seis siete ocho nueve diez once doce")
}
_DAYS: Final = (
    r"(?P<all>todos\s+los\s+dias|toda\s+la\s+semana|diario|cada\s+dia)"
    r"|(?P<working>entre\s+semana|dias\s+(?:de\s+semana|habiles|laborales))"
    r"|(?P<weekend>fin(?:es)?\s+de\s+semana)"
    r"|(?P<day>lun(?:es)?|mar(?:tes)?|mie(?:r(?:coles)?)?|jue(?:v(?:es)?)?|vie(?:r(?:nes)?)?"
    r"|sab(?:ados?)?|dom(?:ingos?)?)"
)
_CLOCK: Final = (
    r"(?P<noon>medio\s?dia|12(?::00)?\s?m\.?d?\b\.?)"
    rf"|(?P<hour>[0-9]{{1,2}}|{'|'.join(_NUMBERS)})(?:\s?[:.h]\s?(?P<minute>[0-5][0-9])(?![0-9])"
    r"|\s+y\s+(?P<half>media|cuarto))?"
    r"(?:\s*(?:hrs?|horas?|h)\b\.?)?(?:\s*(?P<mark>[ap])\.?\s?m\b\.?)?(?![0-9])"
)
_REST: Final = (
    r"(?P<whole>(?:todo\s+(?:el\s+)?dia|(?:el\s+)?dia\s+(?:completo|entero))\b)"
    r"|(?P<part>(?:(?:de|d|en|por|x)\s+)?las?\s+(?:manana|tarde|noche)s?\b)"
    r"|(?P<on_site>presencial(?:es|mente)?|en\s+persona|en\s+el\s+lugar)"
    r"|(?P<remote>a\s+distancia|en\s+linea|virtual(?:es|mente)?|remot[oa]s?|por\s+videollamada)"
    r"|(?P<both>(?:de\s+)?ambas\s+formas)"
    r"|(?P<from>a\s+partir\b)"
    r"|(?P<to>al?\b|hasta\b|-|–)"
    r"|(?P<and>[,;/\n&+]|[ye]\b|tambien\b|tanbien\b|ademas\b)"
    r"|(?P<filler>(?:del?|d|desde|los?|las?|el|en|por|x|horas?|horario|mi|mis|es|son|atiendo|puedo"
    r"|trabajo|estoy|disponible|de\s+atencion|solo|solamente|dias?|que|q|yo|despues|antes"
    r"|adelante|pasad[ao]s|[qk]?u?iero|quisiera|seria|va\s+a\s+ser|voy\s+a\s+(?:atender|estar)"
    r"|atender|semana|favor|porfa|gracias|agreg\w*|anad\w+|sum(?:a|ar|ame|ale|alo|enme)"
    r"|pone(?:me|le|r)|inclu\w+|esas?|ahi|me|unicamente|nada\s+mas)\b|[.:!])"
)
_TOKEN: Final = re.compile(rf"\s*(?:(?:{_DAYS})\b\.?|{_CLOCK}|{_REST})")


def read_week(text: str) -> tuple[Hours, ...] | NoWeek:
    """The stretches in the order of the week, or why there are none."""
    tokens = list(_tokens(plain(text)))
    if any(token is None for token in tokens):
        return NoWeek.UNREAD
    runs = list(_runs([token for token in tokens if token is not None]))
    if not runs:
        return NoWeek.UNREAD
    if len(runs) == 1:
        return NoWeek.NO_HOURS if runs[0][0].kind in ("day", "days") else NoWeek.NO_DAYS
    if runs[0][0].kind not in ("day", "days"):
        # "De 8 a 12 los lunes": the hours stand before their days.
        runs = [run for pair in _pairs(runs) for run in reversed(pair)]
    if len(runs) % 2:
        return NoWeek.NO_HOURS
    found: set[Hours] = set()
    for days, hours in _pairs(runs):
        on, at = _days_of(days), _hours_of(hours)
        if isinstance(at, NoWeek):
            return at
        if on is None:
            return NoWeek.UNREAD
        if any(one.ends <= one.starts for one in at):
            return NoWeek.BACKWARDS
        found.update(replace(one, weekday=day) for day in on for one in at)
    ordered = sorted(found)
    for first, second in pairwise(ordered):
        if first.weekday == second.weekday and second.starts < first.ends:
            return NoWeek.OVERLAPPING
    return tuple(ordered)


def shown_week(week: Sequence[Hours]) -> str:
    """A week as it is read, in a form that :func:`read_week` reads back the same."""
    by_day: dict[int, list[Hours]] = {}
    for one in sorted(week):
        by_day.setdefault(one.weekday, []).append(one)
    said = {day: _shown_hours(hours) for day, hours in by_day.items()}
    groups: list[tuple[list[int], str]] = []
    for day, hours in said.items():
        known = next((group for group in groups if group[1] == hours), None)
        if known is None:
            groups.append(([day], hours))
        else:
            known[0].append(day)
    return "; ".join(f"{_shown_days(days)} {hours}" for days, hours in groups)


def _shown_hours(hours: Sequence[Hours]) -> str:
    # A way to meet is taken for the stretches before it, too, where they have none of their own.
    ways = {**MODES, BOTH: "de ambas formas" if any(one.mode in MODES for one in hours) else ""}
    several = [
        f"de {shown_time(one.starts)} a {shown_time(one.ends)} {ways[one.mode]}".rstrip()
        for one in hours
    ]
    return " y ".join(several) if len(several) < 3 else ", ".join(several)


def _shown_days(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "todos los días"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]} a {WEEKDAYS[days[-1]]}"
    named = [WEEKDAYS[day] for day in days]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} y {named[-1]}"


def _tokens(text: str) -> Iterator[_Token | None]:
    """The pieces of a line; None for what is none."""
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            yield None
            return
        at = found.end()
        fields = {name: said for name, said in found.groupdict().items() if said is not None}
        if not {"filler", "from"} & fields.keys():
            yield _token(fields)


def _token(fields: dict[str, str]) -> _Token | None:
    if "all" in fields:
        return _Token("days", tuple(range(7)))
    if "working" in fields:
        return _Token("days", tuple(range(5)))
    if "weekend" in fields:
        return _Token("days", (5, 6))
    if "day" in fields:
        return _Token("day", (_BEGINNINGS.index(fields["day"][:2]),))
    if "noon" in fields:
        return _Token("hour", hour=_Hour(12, 0, True))
    if "hour" in fields:
        hour = _hour(fields)
        return None if hour is None else _Token("hour", hour=hour)
    if "whole" in fields:
        return _Token("part", said="dia")
    if "part" in fields:
        return _Token("part", said=fields["part"].split()[-1].rstrip("s"))
    for mode in (*MODES, BOTH):
        if mode in fields:
            return _Token("mode", said=mode)
    return _Token("to" if "to" in fields else "and")


_BEGINNINGS: Final = ("lu", "ma", "mi", "ju", "vi", "sa", "do")


def _hour(fields: dict[str, str]) -> _Hour | None:
    said = fields["hour"]
    hour = _NUMBERS[said] if said in _NUMBERS else int(said)
    minute = int(fields.get("minute", 0))
    if "half" in fields:
        minute = 30 if fields["half"] == "media" else 15
    if hour > 23:
        return None
    mark = fields.get("mark")
    if mark is not None:
        if not 1 <= hour <= 12:
            return None
        return _Hour(hour % 12 + (12 if mark == "p" else 0), minute, True)
    sure = hour > 12 or hour == 0 or (said.startswith("0") and len(said) == 2)
    return _Hour(hour, minute, sure)


def _runs(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Pieces that belong together: days, then hours, then days ..."""
    run: list[_Token] = []
    for token in tokens:
        is_days = token.kind in ("day", "days")
        if run and token.kind not in ("to", "and") and is_days != (run[0].kind in ("day", "days")):
            yield _trimmed(run)
            run = []
        if run or token.kind not in ("to", "and"):
            run.append(token)
    if run:
        yield _trimmed(run)


def _trimmed(run: list[_Token]) -> list[_Token]:
    # "Lunes hasta las 12": what ends there has no beginning.
    while len(run) > 1 and run[-1].kind in ("and", "to"):
        run.pop()
    return run


def _pairs(runs: Sequence[list[_Token]]) -> Iterator[tuple[list[_Token], ...]]:
    for at in range(0, len(runs), 2):
        yield tuple(runs[at : at + 2])


def _days_of(run: Sequence[_Token]) -> set[int] | None:
    """The weekdays of a run; None where it is put together in no way that we know."""
    found: set[int] = set()
    at = 0
    while at < len(run):
        token = run[at]
        if token.kind == "and":
            at += 1
        elif token.kind == "days":
            found.update(token.days)
            at += 1
        elif token.kind == "day":
            ranged = at + 2 < len(run) and run[at + 1].kind == "to" and run[at + 2].kind == "day"
            last = run[at + 2].days[0] if ranged else token.days[0]
            count = (last - token.days[0]) % 7 + 1
            found.update((token.days[0] + further) % 7 for further in range(count))
            at += 3 if ranged else 1
        else:
            return None
    return found


def _hours_of(run: Sequence[_Token]) -> list[Hours] | NoWeek:
    """The stretches of a run, as of a Monday, or why there are none."""
    found: list[Hours] = []
    open_ended = 0
    at = 0
    while at < len(run):
        token = run[at]
        if token.kind == "and":
            at += 1
            continue
        if token.kind == "mode":
            if open_ended == len(found):
                return NoWeek.UNREAD
            found[open_ended:] = [replace(one, mode=token.said) for one in found[open_ended:]]
            open_ended = len(found)
            at += 1
            continue
        taken = _stretch(run[at:])
        if isinstance(taken, NoWeek):
            return taken
        stretch, count = taken
        found.append(stretch)
        at += count
    return found or NoWeek.UNREAD


def _stretch(run: Sequence[_Token]) -> tuple[Hours, int] | NoWeek:
    """The stretch that a run begins with, and of how many pieces."""
    if run[0].kind == "part":
        return _part_of_day(run)
    at = 0
    hours: list[_Hour] = []
    for place in range(2):
        if place and (at >= len(run) or run[at].kind != "to"):
            return NoWeek.ONE_HOUR
        at += place
        if at >= len(run) or (hour := run[at].hour) is None:
            return NoWeek.UNREAD
        at += 1
        if at < len(run) and run[at].kind == "part":
            part = run[at].said
            hours = [one.in_part(part) for one in hours] if place else hours
            hour = hour.in_part(part)
            at += 1
        hours.append(hour)
    starts, ends = _resolved(*hours)
    if max(starts, ends) >= 24 * 60:
        return NoWeek.UNREAD
    return Hours(0, _time(starts), _time(ends)), at


_USUAL: Final = {
    "manana": (time(8), time(12)),
    "tarde": (time(13), time(17)),
    "dia": (time(8), time(17)),
}
"""Office hours of a part of the day, which are asked back."""


def _part_of_day(run: Sequence[_Token]) -> tuple[Hours, int] | NoWeek:
    """The stretch of "en la mañana", or of the hours that follow it."""
    part = run[0].said
    if len(run) > 1 and (first := run[1].hour) is not None:
        said = replace(run[1], hour=first.in_part(part))
        taken = _stretch([said, *run[2:]])
        return taken if isinstance(taken, NoWeek) else (taken[0], taken[1] + 1)
    if part not in _USUAL:
        return NoWeek.NO_HOURS
    return Hours(0, *_USUAL[part]), 1


def _resolved(first: _Hour, last: _Hour) -> tuple[int, int]:
    """Minutes from midnight: where nobody said which half of the day, the one that goes on."""
    starts, ends = first.usual, last.usual
    if ends <= starts and not last.sure and last.hour < 12:
        later = last.early + 12 * 60
        if starts < later and last.usual != later and first.usual == first.early:
            return starts, later
    if ends <= starts and not first.sure:
        return first.early, ends
    return starts, ends


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))
