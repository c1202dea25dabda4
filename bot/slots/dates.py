"""Slots: a day, or a day with its time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import ClassVar, Final, Self

from bot.slots.calendar_words import PREFER, shown_date
from bot.slots.date_reading import NoDate, Prefer, read_days
from bot.slots.day_limits import DayLimits
from bot.slots.declaration import Declaration, InvalidSlot, in_order
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.time_reading import shown_time, split_time
from bot.slots.written import STALE, answer

EL_SALVADOR: Final = timezone(timedelta(hours=-6))
"""The country's time: six hours behind UTC, without summer time."""

_UNREAD: Final = {
    NoDate.UNREAD: Wrong("utter_wrong_date"),
    NoDate.IMPOSSIBLE: Wrong("utter_wrong_date_impossible"),
    NoDate.OTHER_WEEKDAY: Wrong("utter_wrong_date_weekday"),
}


def _one_of(good: list[Value], wrong: list[Wrong], titles: list[str]) -> Value | Wrong | Choose:
    """The only good reading, the choice among several, or what is wrong with the first."""
    if not good:
        return wrong[0]
    if len(good) == 1:
        return good[0]
    return Choose(
        tuple(
            Option(title, value.value, value.shown)
            for title, value in zip(titles, good, strict=True)
        )
    )


@dataclass(frozen=True, slots=True)
class Day:
    """``type: date``

    ``minimum``, ``maximum``: see :meth:`DayLimits.declared`. ``prefer``: past or future, which
    "15 de marzo" or "el jueves" means; when not said, both that the limits take are offered.
    Kept as an ISO date.
    """

    name: ClassVar[str] = "date"
    limits: DayLimits
    prefer: Prefer
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: 15/3/2026 o 15 de marzo"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls(DayLimits.declared(declaration), declaration.one_of("prefer", PREFER))

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        days = read_days(text, today, self.prefer)
        if isinstance(days, NoDate):
            return _UNREAD[days]
        checked = [self._checked(day, today) for day in days.readings]
        good = [one for one in checked if isinstance(one, Value)]
        return _one_of(
            good,
            [one for one in checked if isinstance(one, Wrong)],
            [_short(date.fromisoformat(str(one.value))) for one in good],
        )

    def check(self, value: Stored, today: date) -> Value | Wrong:
        try:
            return self._checked(date.fromisoformat(str(value)), today)
        except ValueError:
            return STALE

    def _checked(self, day: date, today: date) -> Value | Wrong:
        return self.limits.broken(day, today) or Value(day.isoformat(), shown_date(day))


def _short(day: date) -> str:
    """A date that fits a button: "dom 15 mar 2026"."""
    weekday, number, _, month, _, year = shown_date(day).split()
    return f"{weekday[:3]} {number} {month[:3]} {year}"


@dataclass(frozen=True, slots=True)
class DayAndTime:
    """``type: date_time``

    ``minimum``, ``maximum``, ``prefer`` as in a date; ``prefer`` is future when not said.
    ``opens``, ``closes``: "08:00", the first and the last time of day. An hour from 1 to 6
    without more is in the afternoon. Kept as an ISO time with El Salvador's offset.
    """

    name: ClassVar[str] = "date_time"
    limits: DayLimits
    prefer: Prefer
    opens: time | None
    closes: time | None
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: jueves a las 3 de la tarde"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        opens, closes = _time_declared(declaration, "opens"), _time_declared(declaration, "closes")
        in_order(opens, closes, "'opens' and 'closes'")
        prefer = declaration.one_of("prefer", PREFER) or "future"
        return cls(DayLimits.declared(declaration), prefer, opens, closes)

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        timed = split_time(text)
        days = read_days(timed.rest, today, self.prefer)
        if isinstance(days, NoDate):
            if timed.time is not None and not any(map(str.isalnum, timed.rest)):
                return Wrong("utter_wrong_day_missing", {"time": shown_time(timed.time)})
            return Wrong("utter_wrong_date_time") if days is NoDate.UNREAD else _UNREAD[days]
        if timed.time is None:
            if timed.spoken:
                return Wrong("utter_wrong_time")
            return Wrong("utter_wrong_time_missing", {"day": shown_date(days.readings[0])})
        moments = [datetime.combine(day, timed.time, EL_SALVADOR) for day in days.readings]
        checked = [self._checked(moment, today) for moment in moments]
        good = [one for one in checked if isinstance(one, Value)]
        return _one_of(
            good,
            [one for one in checked if isinstance(one, Wrong)],
            [_short(datetime.fromisoformat(str(one.value)).date()) for one in good],
        )

    def check(self, value: Stored, today: date) -> Value | Wrong:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            return STALE
        if moment.tzinfo is None:
            return STALE
        try:
            return self._checked(moment.astimezone(EL_SALVADOR), today)
        except OverflowError:
            return STALE

    def _checked(self, moment: datetime, today: date) -> Value | Wrong:
        if broken := self.limits.broken(moment.date(), today):
            return broken
        at = moment.time()
        if (self.opens and at < self.opens) or (self.closes and at > self.closes):
            return Wrong(
                "utter_wrong_time_closed",
                {
                    "opens": shown_time(self.opens or time(0)),
                    "closes": shown_time(self.closes or time(23, 59)),
                },
            )
        shown = f"{shown_date(moment.date())}, {shown_time(at)}"
        return Value(moment.isoformat(timespec="minutes"), shown)


def _time_declared(declaration: Declaration, key: str) -> time | None:
    written = declaration.text(key)
    if written is None:
        return None
    try:
        return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise InvalidSlot(f"'{key}' must be like \"08:00\", not {written!r}") from error
