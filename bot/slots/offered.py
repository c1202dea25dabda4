"""Slot: one of what an action found, such as three people or three free times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Self

from bot.slots.choice import Choice
from bot.slots.dates import DayAndTime
from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.matching import key, place_of
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.time_wish import TimeWish, read_time_said
from bot.slots.written import STALE

NO_TIMES: Final = DayAndTime.declared(Declaration({"type": "date_time"}))


@dataclass(frozen=True, slots=True)
class Offered:
    """``type: offered``

    ``from``: the slot that holds what is offered, a list of ``[title, value, shown]`` with the
    synonyms after it, which an action sets. One without a title is no button, and is understood all
    the same. ``times``: true where another day and hour than those offered may be written, and
    ``wishes`` where only one of both may be, or a week. Kept as the value of the option, as an ISO
    time with El Salvador's offset, or as a TimeWish is written.
    """

    name: ClassVar[str] = "offered"
    source: str
    times: bool
    wishes: bool = False
    options: tuple[Option, ...] = ()
    unlisted: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        source = declaration.text("from")
        if source is None:
            raise InvalidSlot("an offered slot needs 'from'")
        return cls(source, declaration.flag("times"), declaration.flag("wishes"))

    def of(self, offered: Any) -> "Offered":
        """The same with what is offered now; of anything that is no such list, with nothing."""
        rows: Sequence[Any] = offered if isinstance(offered, list) else ()
        options = tuple(
            Option(title or shown, value, shown, tuple(synonyms))
            for title, value, shown, *synonyms in rows
        )
        listed = tuple(one for one, row in zip(options, rows, strict=True) if row[0])
        unlisted = tuple(one for one, row in zip(options, rows, strict=True) if not row[0])
        return replace(self, options=listed, unlisted=unlisted)

    @property
    def hint(self) -> str:
        if self.times:
            return NO_TIMES.hint
        return f"Por ejemplo: {self.options[0].title}" if self.options else "Elegí una opción."

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if not self.options:
            return self._timed(sent, today) if self.times else Wrong("utter_wrong_offered")
        meant = self._meant(sent, today)
        if not self.times or self._is_named(sent.text):
            return meant
        # "El viernes a las 3" says another time, though one that is offered is on a Friday too.
        timed = self._timed(sent, today)
        if isinstance(timed, Value | Choose):
            return timed
        return meant if isinstance(meant, Value | Choose) else timed

    def _meant(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        """The option that is meant; those without a button have no number."""
        meant = Choice(self.options).read(sent, today)
        if isinstance(meant, Value) or not self.unlisted:
            return meant
        return Choice((*self.options, *self.unlisted)).read(sent, today)

    def _is_named(self, text: str) -> bool:
        """Whether a text is exactly one of those that are offered, or its place among them."""
        names = {key(name) for one in self.options for name in (one.title, *one.synonyms)}
        return key(text) in names or place_of(text, len(self.options)) is not None

    def _timed(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if not self.wishes:
            return NO_TIMES.read(sent, today)
        said = read_time_said(sent.text, today)
        wish = TimeWish.of(said.value) if isinstance(said, Value) else None
        if wish is not None and wish.day is None and wish.at is not None:
            # "La de las 9": an hour that one of those offered has means that one.
            at = [one for one in self.options if f"T{wish.at:%H:%M}" in str(one.value)]
            if len(at) == 1:
                return Value(at[0].value, at[0].shown)
        if isinstance(said, Value | Choose):
            return said
        read = NO_TIMES.read(sent, today)
        return read if isinstance(read, Value | Choose) else Wrong("utter_wrong_opening")

    def check(self, value: Stored, today: date) -> Value | Wrong:
        for option in (*self.options, *self.unlisted):
            if option.value == value and isinstance(value, str):
                return Value(option.value, option.shown)
        wish = TimeWish.of(value) if self.wishes else None
        if wish is not None:
            return wish.value()
        return NO_TIMES.check(value, today) if self.times else STALE
