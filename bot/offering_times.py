"""Which of a consultant's free times are offered: a few that differ, around what was asked for, and
what is said where that cannot be had. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from actions.bookings.openings import Opening
from actions.bookings.terms import USUAL
from actions.cases.hours import ZONE, closed_days
from bot.booking_words import MORE, as_options
from bot.dialogue.conversation import Result
from bot.slots.calendar_words import MONTHS, WEEKDAYS
from bot.slots.protocol import Value
from bot.slots.time_reading import shown_time
from bot.slots.time_wish import PARTS, TimeWish, read_time_said
from bot.understanding import needs
from knowledge.text import fold

ALL: Final = 2_000
"""More free times than anybody has before the horizon."""
MOST: Final = 3
"""With the button for other days they fit a phone's screen."""
QUARTER: Final = "Las citas empiezan a la hora en punto o a y media. Lo más cercano:"
_SOME_WEEK: Final = re.compile(
    r"\b(?:(?:otra|proxima|siguiente) semana|semana que viene|semana (?:proxima|entrante))\b"
)
_PLURAL: Final = (*WEEKDAYS[:5], "sábados", "domingos")


@dataclass(frozen=True, slots=True)
class Picked:
    """What is offered, in the order of time, and what has to be said before it."""

    openings: Sequence[Opening] = ()
    note: str = ""


def offered(free: Sequence[Opening], args: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The slots of the question for a time: of all that are ``free`` those that were asked for, by
    what was chosen before (``openings_near``) or in the sentence that began the task."""
    picked = pick(free, _near(args, now), now)
    note = f"{picked.note}\n\n" if picked.note else ""
    # Why the time that was chosen cannot be had is said, and not why there is no other.
    return {
        "openings": as_options(picked.openings),
        "openings_note": str(args.get("openings_note") or note),
    }


def _near(args: Mapping[str, Any], now: datetime) -> str:
    near = args.get("openings_near")
    if near is not None:
        return str(near)
    sentence = str(args.get("said") or "")
    today = _day(now)
    wanted = needs.day_in(sentence)
    week = _SOME_WEEK.search(fold(sentence))
    said = wanted if wanted is not None else week and week.group()
    read = read_time_said(said, today) if said else None
    return str(read.value) if isinstance(read, Value) and read.value != MORE else ""


def other_times(chosen: str, args: Mapping[str, Any], note: str = "") -> Result:
    """The question for a time once more: with what was wished for, with other days than those
    shown, or around a time that cannot be had, which ``note`` says."""
    near = chosen
    if chosen == MORE:
        shown = [str(row[1]) for row in args["openings"] if row[1] != MORE]
        near = after(datetime.fromisoformat(shown[-1]))
    given = {"openings_near": near, "openings_note": f"{note}\n\n" if note else ""}
    return Result(again=("opening", "booking_right"), given=given)


def other_than(chosen: str, args: Mapping[str, Any]) -> Result | None:
    """The question once more, where what was answered is no time that could be had: a wish, or a
    minute at which nothing begins; None where it may be one."""
    if chosen == MORE or TimeWish.of(chosen) is not None:
        return other_times(chosen, args)
    moment = datetime.fromisoformat(chosen)
    if is_quarter(moment):
        return other_times(step_before(moment).isoformat(), args, QUARTER)
    return None


def pick(free: Sequence[Opening], near: str, now: datetime) -> Picked:
    """Up to three of all that are ``free``: those that ``near`` asks for, or the first ones.

    ``near`` is a wish as TimeWish writes it, an ISO moment around which they are wanted, or empty.
    """
    if not free:
        return Picked()
    wish = TimeWish.of(near)
    if wish is not None:
        return _wished(free, wish, now)
    if not near:
        return Picked(_varied(free))
    moment = datetime.fromisoformat(near)
    later = [one for one in free if one.span.starts >= moment]
    missing = MOST - len(later[:MOST])
    before = [one for one in free if one.span.starts < moment]
    return Picked([*before[len(before) - min(missing, len(before)) :], *later[:MOST]])


def after(last: datetime) -> str:
    """What asks for the days after one."""
    return TimeWish(_day(last) + timedelta(days=1), week=True).written


def is_quarter(moment: datetime) -> bool:
    """Whether no meeting begins at such a minute."""
    return moment.minute * 60 % USUAL.rules.step.total_seconds() != 0


def step_before(moment: datetime) -> datetime:
    """The last moment up to that one at which a meeting may begin."""
    step = int(USUAL.rules.step.total_seconds() // 60)
    return moment - timedelta(minutes=moment.minute % step, seconds=moment.second)


def _varied(free: Sequence[Opening], *, days: bool = False) -> list[Opening]:
    """The first one of each morning and afternoon, or of each day: who cannot then, mostly cannot
    half an hour later."""
    firsts: dict[tuple[date, bool], Opening] = {}
    for one in free:
        there = one.span.starts.astimezone(ZONE)
        firsts.setdefault((there.date(), not days and there.hour >= 12), one)
    found = list(firsts.values())[:MOST]
    if len(found) < MOST:
        found += [one for one in free if one not in found][: MOST - len(found)]
    return sorted(found, key=lambda one: one.span.starts)


def _spread(free: Sequence[Opening]) -> list[Opening]:
    """Early, midway and late ones of a day."""
    if len(free) <= MOST:
        return list(free)
    return [free[0], free[len(free) // 2], free[-1]]


def _wished(free: Sequence[Opening], wish: TimeWish, now: datetime) -> Picked:
    if wish.day is None:
        return _at(free, wish)
    fits = _fitting(free, wish)
    if wish.week:
        later = [one for one in fits if _day(one.span.starts) >= wish.day]
        if later:
            return Picked(_varied(later, days=wish.at is not None))
        return Picked(_varied(free), _nothing_later(free, wish, now))
    that_day = [one for one in fits if _day(one.span.starts) == wish.day]
    if that_day:
        return Picked(_spread(that_day))
    whole_day = [one for one in free if _day(one.span.starts) == wish.day]
    if whole_day:
        told = "Ese día no atiende a esa hora. El mismo día tiene:"
        return Picked(_spread(whole_day), told)
    later = [one for one in fits if _day(one.span.starts) > wish.day]
    later = later or [one for one in free if _day(one.span.starts) > wish.day] or list(free)
    return Picked(_varied(later), f"{_why_not(free, wish.day, now)} Lo más cercano:")


def _fitting(free: Sequence[Opening], wish: TimeWish) -> list[Opening]:
    """Those of the part of the day or of the hour that is asked for."""
    starts, ends = PARTS[wish.part] if wish.part is not None else (time.min, time.max)
    there = [(one, one.span.starts.astimezone(ZONE).time()) for one in free]
    return [
        one
        for one, begins in there
        if starts <= begins < ends and (wish.at is None or begins == wish.at)
    ]


def _at(free: Sequence[Opening], wish: TimeWish) -> Picked:
    """An hour, or a part of the day, on whatever days have it."""
    fits = _fitting(free, wish)
    if fits:
        return Picked(_varied(fits, days=True))
    if wish.at is not None and is_quarter(datetime.combine(date.min, wish.at)):
        at = step_before(datetime.combine(date.min, wish.at))
        around = {at.time(), (at + USUAL.rules.step).time()}
        near = [one for one in free if one.span.starts.astimezone(ZONE).time() in around]
        if near:
            return Picked(near[:MOST], QUARTER)
    asked = f"A las {shown_time(wish.at)}" if wish.at is not None else "A esa hora"
    return Picked(_varied(free), f"{asked} no atiende. Estas horas sí tiene:")


def _nothing_later(free: Sequence[Opening], wish: TimeWish, now: datetime) -> str:
    if wish.day is not None and wish.day > _day(now + USUAL.rules.horizon) + timedelta(days=1):
        return "Todavía no se dan citas para esa fecha. Lo más cercano:"
    if wish.part or wish.at:
        return "A esa hora no tiene nada libre. Estas horas sí tiene:"
    return "Después ya no tiene horas libres. Estas son las primeras:"


def _why_not(free: Sequence[Opening], day: date, now: datetime) -> str:
    """Why nothing is free on a day, as its owner understands it."""
    today = _day(now)
    if day < today:
        return "Ese día ya pasó."
    if day <= _day(now + USUAL.rules.lead):
        return "Tan pronto no se puede: la cita se pide con un día de anticipación."
    if day > _day(now + USUAL.rules.horizon):
        return "Todavía no se dan citas para esa fecha."
    if day in closed_days(day.year):
        return f"El {_named(day)} es asueto y no se atiende."
    weekday = day.weekday()
    if all(_day(one.span.starts).weekday() != weekday for one in free):
        return f"Los {_PLURAL[weekday]} no atiende."
    return f"El {_named(day)} no tiene horas libres."


def _named(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
