"""What day, hour, part of the day or week a text asks for, where it says that and nothing else."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, Self

from bot.slots.calendar_words import month_later, shown_date, tokens
from bot.slots.date_reading import Days, read_days
from bot.slots.dates import EL_SALVADOR
from bot.slots.protocol import Choose, Option, Value
from bot.slots.time_reading import shown_time, split_time
from knowledge.text import plain

OTHERS: Final = "more"
"""Other times than those that are offered."""
Part = Literal["manana", "tarde", "noche"]
PARTS: Final[dict[Part, tuple[time, time]]] = {
    "manana": (time(0), time(12)),
    "tarde": (time(12), time(18)),
    "noche": (time(18), time(23, 59)),
}
"""From when up to, and without, when each part of the day lasts."""
_PREFIX: Final = "wish:"

_SPELT: Final = (
    (re.compile(r"\bmier\b"), "miercoles"),
    (re.compile(r"\bjuev\b"), "jueves"),
    (re.compile(r"\bvier\b"), "viernes"),
    (re.compile(r"\bmart\b"), "martes"),
    (re.compile(r"\b(?:pal|pa el)\b"), "para el"),
    # "Las 3 de la mañana" is said of the night.
    (re.compile(r"\b([1-3]|una|dos|tres) de la manana\b"), r"\1 de la madrugada"),
    (re.compile(r"\b(?:tipo|tipin|a eso de|onda|como a|como|desde) (?:las? )?(?=\d)"), "a las "),
    (re.compile(r"(?<!las )(?<!la )\b(\d{1,2}) y (media|cuarto)\b"), r"a las \1 y \2"),
)
_PART: Final = re.compile(
    r"\b(?:(?:en|por|x|de|a) (?:la |el )?(?P<part>manana|mananita|tarde|tardecita|noche)"
    r"(?: temprano)?"
    r"|(?P<early>(?:bien )?tempran\w*|(?:a )?primera hora)"
    r"|(?P<late>despues (?:de almuerzo|de almorzar|del almuerzo|del mediodia)))\b"
)
_WEEK: Final = re.compile(
    r"\b(?:(?P<next>(?:la )?(?:otra|proxima|siguiente|entrante) semana"
    r"|(?:la )?semana (?:(?:que|q|k) viene|proxima|entrante|siguiente))"
    r"|(?P<this>(?:en )?esta (?:misma )?semana)"
    r"|(?P<end>(?:el |este |otro |proximo )?fin de semana)"
    r"|(?P<month>(?:el )?(?:otro|proximo) mes|(?:el )?mes (?:(?:que|q|k) viene|entrante)))\b"
)
_BETTER: Final = re.compile(r"\bmejor\b")
_NOT_THOSE: Final = re.compile(
    r"^(?:(?:a )?(?:esa|ese|esas|esos|eso)(?: (?:hora|dia|horas|dias))? )?(?:no|nel|nop|nombe)"
    r"(?:(?: (?:puedo|me quedan?|me sirven?|me gustan?|me conviene))? (?:a )?(?:esa|ese|esas|esos)"
    r"(?: (?:hora|dia|horas|dias))?)? "
    r"(?!puedo\b|me (?:queda|sirve|gusta|conviene)|voy\b|se puede\b|el .* no\b)"
)
"""What is not wanted, before what is: "esa no, el martes"; but "no puedo el jueves" asks for no
Thursday."""
_REFUSED: Final = re.compile(r"\b(?:no|menos|ni)\b(?: voy a poder| se puede)?")
_FILLERS: Final = re.compile(
    r"\b(?:si|ok|va|vaya|dale|bueno|entonces|pues|pero|y|solo|solamente|solito|puedo|podria|podre|"
    r"podriamos|puede|pueden|podes|ser|seria|sera|que tal|prefiero|preferiria|quiero|kiero|"
    r"quisiera|me gustaria|tenes|tienen?|hay|habra|habria|me quedan?|me queda|quedaria|me sirve|"
    r"me conviene|bien|si se puede|se puede|la cita|una cita|cita|agendame|apuntame|poneme|ponela|"
    r"pongala|damela|dame|dejala|dejamela|me la|fijese|mire|gracias|por favor|porfa|porfavor|"
    r"tal vez|talvez|quizas?|mas o menos|creo que|algo|alguna hora|una hora|otra hora|otro dia|"
    r"hora|horas|a|para|pa|en|el dia|la|mejor|cambia\w*|cambie\w*|movela|pasala|pasame|yo)\b"
)
_NOT_NOW: Final = re.compile(r"\b(?:hoy|ahora|ahorita)\b")


@dataclass(frozen=True, slots=True)
class TimeWish:
    """A day without an hour, an hour without a day, a part of the day, or a week (``week``: from
    that day on)."""

    day: date | None = None
    at: time | None = None
    part: Part | None = None
    week: bool = False

    @property
    def written(self) -> str:
        """As a slot keeps it."""
        day = "" if self.day is None else self.day.isoformat()
        at = "" if self.at is None else self.at.isoformat("minutes")
        return f"{_PREFIX}{day}|{at}|{self.part or ''}|{'week' if self.week else ''}"

    @classmethod
    def of(cls, written: object) -> Self | None:
        """The inverse of ``written``; None for anything else."""
        if not isinstance(written, str) or not written.startswith(_PREFIX):
            return None
        fields = written.removeprefix(_PREFIX).split("|")
        if len(fields) != 4:
            return None
        day, at, part, week = fields
        try:
            return cls(
                date.fromisoformat(day) if day else None,
                time.fromisoformat(at) if at else None,
                next((one for one in PARTS if one == part), None),
                bool(week),
            )
        except ValueError:
            return None

    @property
    def shown(self) -> str:
        """As it is read back: "jueves 3 de diciembre de 2026, en la tarde"."""
        day = "" if self.day is None else shown_date(self.day)
        if day and self.week:
            day = f"desde el {day}"
        at = "" if self.at is None else shown_time(self.at)
        part = "" if self.part is None else f"en la {self.part.replace('nana', 'ñana')}"
        return ", ".join(filter(None, (day, at or part)))

    def value(self) -> Value:
        """What an ``offered`` slot takes it for."""
        return Value(self.written, self.shown)


def read_time_said(text: str, today: date) -> Value | Choose | None:
    """The moment, the wish or the refusal that a text is, and nothing beside it; None for others.

    A moment is an ISO time with El Salvador's offset, a wish is written as TimeWish does, and who
    only says when it cannot be wants OTHERS.
    """
    said = plain(text)
    for pattern, meant in _SPELT:
        said = pattern.sub(meant, said)
    said = re.sub(r"[¿?¡!.,;…]+(?=\s|$)|[¿¡]", " ", said)
    said = re.sub(r"\s+", " ", said).strip()
    before, better, after = said.rpartition("mejor")
    if better and _BETTER.search(said) and after.strip():
        return _read(after.strip(), today)
    said = _NOT_THOSE.sub("", said) if _NOT_THOSE.match(said) and not better else said
    if better and not after.strip():
        said = before.strip()
    if _REFUSED.search(said):
        named = _read(_REFUSED.sub(" ", said), today)
        return None if named is None else Value(OTHERS, "otras horas")
    return _read(said, today)


def _read(said: str, today: date) -> Value | Choose | None:
    if re.fullmatch(r"\d{1,2}", said):
        # The question gives hours as its example, and a day of the month is mostly said with "el".
        hour = int(said)
        return TimeWish(at=time(hour)).value() if 7 <= hour <= 12 else None
    timed = split_time(said)
    if timed.spoken and timed.time is None:
        return None
    rest = timed.rest if timed.time is not None else said
    found = _PART.search(rest)
    part: Part | None = None
    if found is not None and timed.time is None:
        part = _part(found)
    rest = _PART.sub(" ", rest)
    week = _WEEK.search(rest)
    weekless = _bare(rest if week is None else f"{rest[: week.start()]} {rest[week.end() :]}")
    if week is not None and not weekless:
        return TimeWish(_first_of(week, today), timed.time, part, week=True).value()
    rest = _bare(rest)
    if not rest:
        wish = TimeWish(None, timed.time, part)
        return None if wish == TimeWish() else wish.value()
    month = _month(rest, today)
    if month is not None and timed.time is None:
        return TimeWish(month, None, part, week=True).value()
    return _of_days(rest, timed.time, part, today)


def _bare(rest: str) -> str:
    """What is left beside the words that say nothing about a time."""
    left = re.sub(r"\s+", " ", _FILLERS.sub(" ", rest)).strip()
    return left if re.sub(r"\b(?:el|los|las|de|del|lo)\b", "", left).strip() else ""


def _part(found: re.Match[str]) -> Part:
    if found["late"]:
        return "tarde"
    if found["early"] or found["part"].startswith("manan"):
        return "manana"
    return "noche" if found["part"] == "noche" else "tarde"


def _first_of(week: re.Match[str], today: date) -> date:
    if week["this"]:
        return today
    if week["month"]:
        return month_later(today.replace(day=1), 1)
    if week["end"]:
        return today + timedelta(days=(5 - today.weekday()) % 7)
    return today + timedelta(days=7 - today.weekday())


def _month(rest: str, today: date) -> date | None:
    """The first day of a month that is named alone."""
    named = [item for item in tokens(rest) if item not in ("mes", "este")]
    if len(named) != 1 or re.fullmatch(r"M\d\d", named[0]) is None:
        return None
    month = int(named[0][1:])
    first = date(today.year + (month < today.month), month, 1)
    return max(first, today)


def _of_days(rest: str, at: time | None, part: Part | None, today: date) -> Value | Choose | None:
    days = read_days(rest, today, "future")
    number = re.fullmatch(r"(?P<day>.*[a-z]) (?P<hour>[0-9]{1,2})", rest)
    if number is not None and at is None:
        unfit = not isinstance(days, Days) or days.readings[0] < today
        if unfit and re.search(r"\b(?:dia|el)$", number["day"]) is None:
            # "El martes 9", where the ninth is no Tuesday: an hour.
            hour = int(number["hour"])
            at = time(hour + 12 if hour <= 6 else hour) if 1 <= hour <= 18 else None
            days = read_days(number["day"], today, "future") if at is not None else days
    if not isinstance(days, Days):
        return None
    # Nobody can be met today any more: "el domingo", said on a Sunday, is the next one.
    later = [day for day in days.readings if day != today or _NOT_NOW.search(rest)]
    read = [_value(day, at, part) for day in later or days.readings]
    if len(read) == 1:
        return read[0]
    return Choose(tuple(Option(_short(one.shown), one.value, one.shown) for one in read))


def _short(shown: str) -> str:
    """A day as it fits a button: "jue 3 dic"."""
    weekday, number, _, month, *_ = shown.split()
    return f"{weekday[:3]} {number} {month[:3]}"


def _value(day: date, at: time | None, part: Part | None) -> Value:
    if at is None:
        return TimeWish(day, None, part).value()
    moment = datetime.combine(day, at, EL_SALVADOR)
    return Value(moment.isoformat(timespec="minutes"), f"{shown_date(day)}, {shown_time(at)}")
