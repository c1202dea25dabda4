"""Three months of conversations with people who never were.

Pure: moments and chance come in, so the same seed gives the same three months.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from actions.cases.hours import ZONE
from actions.demo import talk
from actions.demo.firms import FIRMS, Channel, Invented
from actions.demo.places import INVENTED, INVENTED_NUMBER
from actions.demo.plan import CasePlan, Guest, Line, Piece, Turned

DAYS: Final = 90
OTHERS: Final = 200
"""People who asked something and never told about a firm."""
LATER: Final = 120
"""More of them, so that on every day somebody writes for the first time."""
A_DAY: Final = 19
"""Conversations on a usual day, halfway through."""
_GREW: Final = (0.7, 1.25)
_WEEK: Final = (1.15, 1.1, 1.0, 1.02, 0.85, 0.35, 0.15)
"""Monday to Sunday."""
_HOURS: Final = dict(
    zip(range(6, 21), (2, 5, 9, 13, 14, 11, 6, 7, 11, 10, 8, 5, 4, 3, 2), strict=True)
)
"""In El Salvador, by how much is asked in them."""
_CHANNELS: Final[tuple[Channel, ...]] = ("whatsapp", "telegram", "web")
_SHARES: Final = (62, 15, 23)
_AT_LEAST_TODAY: Final = 7
_NEW: Final = 0.22


class Clock:
    """The moments of one conversation, none of them yet to come."""

    def __init__(self, at: datetime, now: datetime, chance: random.Random) -> None:
        self.at = at
        self._now = now
        self._chance = chance
        self._first = True

    def next(self) -> datetime:
        """When the person writes next."""
        if not self._first:
            self.at += timedelta(seconds=self._chance.uniform(25, 150))
        self._first = False
        self.at = min(self.at, self._now - timedelta(seconds=20))
        return self.at


class Writer:
    """Writes conversations of any length down; ``pieces`` are those that everybody asks for, the
    most asked first, and those of single branches."""

    def __init__(self, now: datetime, chance: random.Random, pieces: Sequence[Piece]) -> None:
        self.now = now
        self.chance = chance
        self.lines: list[Line] = []
        self.ratings: dict[tuple[str, date], tuple[int, int]] = {}
        self._known = {piece.id for piece in pieces}
        self._usual = [piece for piece in pieces if not piece.sectors]
        # What is asked most is asked far more than the rest, as everywhere.
        self._weights = [1 / (place + 2) for place in range(len(self._usual))]
        self._of_sector: dict[str, list[Piece]] = {}
        for piece in pieces:
            for sector in piece.sectors:
                self._of_sector.setdefault(sector, []).append(piece)

    def moment(self, day: date) -> datetime:
        """Some time of a day at which people write."""
        hour = self.chance.choices(list(_HOURS), list(_HOURS.values()))[0]
        minute, second = self.chance.randrange(60), self.chance.randrange(60)
        return datetime.combine(day, time(hour, minute, second), ZONE)

    def piece_for(self, guest: Guest) -> Piece:
        """What somebody asks for: now and then something of their own branch."""
        own = self._of_sector.get(guest.firm.sector, []) if guest.firm else []
        if own and self.chance.random() < 0.35:
            return self.chance.choice(own)
        return self.chance.choices(self._usual, self._weights)[0]

    def ask(self, guest: Guest, clock: Clock, piece: Piece) -> str:
        """Asks, is answered, and now and then says whether it was of use; what was asked."""
        chance = self.chance
        said = talk.typed(chance.choice(piece.questions), guest.care, chance)
        nearest = (piece.id, *(one for one in piece.next if one in self._known))
        self.turn(
            guest, clock, said, piece.answer, "answered", "ask_question", piece.topic, nearest
        )
        if chance.random() < 0.22:
            key = (piece.id, clock.at.astimezone(ZONE).date())
            useful, useless = self.ratings.get(key, (0, 0))
            liked = chance.random() < 0.84
            self.ratings[key] = (useful + liked, useless + (not liked))
        return said

    def turn(
        self,
        guest: Guest,
        clock: Clock,
        said: str,
        reply: str,
        outcome: str,
        intent: str,
        topic: str | None = None,
        articles: tuple[str, ...] = (),
        *,
        buttons: tuple[tuple[str, str], ...] = (),
        case: CasePlan | None = None,
    ) -> None:
        """One message and its reply; one that opens a ``case`` names its number."""
        chance = self.chance
        at = clock.next()
        took = min(2_500, round(chance.lognormvariate(3.6, 0.35)))
        low, high = (0.2, 0.6) if outcome in ("abstained", "clarify") else (0.6, 0.99)
        sure = None if outcome == "smalltalk" else round(chance.uniform(low, high), 2)
        turned = Turned(outcome, intent, sure, topic, articles[:3], took)
        replied = at + timedelta(milliseconds=took)
        self.lines.append(Line(at, guest, said, turn=turned))
        self.lines.append(Line(replied, guest, reply, opens=case, buttons=buttons))

    def visit(self, guest: Guest, at: datetime) -> None:
        """One conversation."""
        chance = self.chance
        clock = Clock(at, self.now, chance)
        if chance.random() < (0.25 if guest.has_written else 0.7):
            said, reply = chance.choice(talk.GREETINGS)
            self.turn(guest, clock, said, reply, "smalltalk", "greet")
        guest.has_written = True
        match chance.choices(("ask", "vague", "task", "elsewhere"), (83, 7, 7, 3))[0]:
            case "ask":
                self.ask(guest, clock, self.piece_for(guest))
                while chance.random() < 0.45:
                    self.ask(guest, clock, self.piece_for(guest))
            case "vague":
                self._asked_back(guest, clock)
            case "task":
                self.turn(guest, clock, *chance.choice(talk.TASKS), "task", "task_profile")
            case _:
                said = chance.choice(talk.ELSEWHERE)
                reply, outcome = talk.FROM_ELSEWHERE, "out_of_scope"
                self.turn(guest, clock, said, reply, outcome, outcome)
        if chance.random() < 0.3:
            self.turn(guest, clock, *chance.choice(talk.THANKS), "smalltalk", "thank")

    def _asked_back(self, guest: Guest, clock: Clock) -> None:
        offered = self.chance.sample(self._usual, 3)
        self.turn(
            guest,
            clock,
            self.chance.choice(talk.VAGUE),
            talk.ASKED_BACK,
            "clarify",
            "ask_question",
            offered[0].topic,
            tuple(one.id for one in offered),
            buttons=tuple(
                (one.title, f'/show_article{{"article": "{one.id}"}}') for one in offered
            ),
        )
        if self.chance.random() < 0.6:
            self.ask(guest, clock, offered[0])


def everybody(chance: random.Random) -> list[Guest]:
    """All who will have written, in the order in which they write first."""
    firms: list[Invented | None] = [*FIRMS, *[None] * OTHERS]
    chance.shuffle(firms)
    firms += [None] * LATER
    numbers = chance.sample(range(10**6, 10**7), len(firms))
    guests = []
    for number, firm in zip(numbers, firms, strict=True):
        channel = firm.channel if firm else chance.choices(_CHANNELS, _SHARES)[0]
        begins = INVENTED_NUMBER if channel == "whatsapp" else INVENTED
        care = chance.choices(range(talk.MOST_CARELESS + 1), (2, 5, 4, 3))[0]
        guests.append(Guest(channel, f"{begins}{number}", care, firm))
    return guests


def visits(writer: Writer, waiting: Sequence[Guest]) -> list[Guest]:
    """Ninety days of visits and today's, busier every week, with new people out of those
    ``waiting``; who has come by then."""
    chance, today = writer.chance, writer.now.astimezone(ZONE).date()
    came: list[Guest] = []
    fresh = iter(waiting)
    for place in range(DAYS + 1):
        day = today - timedelta(days=DAYS - place)
        grown = _GREW[0] + (_GREW[1] - _GREW[0]) * place / DAYS
        number = round(A_DAY * grown * _WEEK[day.weekday()] * chance.uniform(0.8, 1.2))
        moments = [writer.moment(day) for _ in range(number)]
        on_this_day: set[str] = set()
        for at in sorted(_passed(moments, writer) if day == today else moments):
            new = next(fresh, None) if not came or chance.random() < _NEW else None
            if new is not None:
                came.append(new)
            guest = new or chance.choice(came)
            if guest.external not in on_this_day:
                on_this_day.add(guest.external)
                writer.visit(guest, at)
    return came


def _passed(moments: Sequence[datetime], writer: Writer) -> list[datetime]:
    """What has been of today until now; some of it at least, however early it is."""
    now = writer.now.astimezone(ZONE)
    midnight = datetime.combine(now.date(), time(), ZONE)
    passed = [at for at in moments if at < now - timedelta(minutes=15)]
    while len(passed) < _AT_LEAST_TODAY:
        passed.append(midnight + (now - midnight) * writer.chance.uniform(0, 0.9))
    return passed
