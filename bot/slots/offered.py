"""Slot: one of what an action found, such as three people or three free times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Self

from bot.slots.choice import Choice
from bot.slots.dates import DayAndTime
from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE

NO_TIMES: Final = DayAndTime.declared(Declaration({"type": "date_time"}))


@dataclass(frozen=True, slots=True)
class Offered:
    """``type: offered``

    ``from``: the slot that holds what is offered, a list of ``[title, value, shown]`` with the
    synonyms after it, which an action sets. ``times``: true where another day and hour than those
    offered may be written. Kept as the value of the option, or as an ISO time with El Salvador's
    offset.
    """

    name: ClassVar[str] = "offered"
    source: str
    times: bool
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        source = declaration.text("from")
        if source is None:
            raise InvalidSlot("an offered slot needs 'from'")
        return cls(source, declaration.flag("times"))

    def of(self, offered: Any) -> "Offered":
        """The same with what is offered now; of anything that is no such list, with nothing."""
        rows: Sequence[Any] = offered if isinstance(offered, list) else ()
        options = tuple(
            Option(title, value, shown, tuple(synonyms)) for title, value, shown, *synonyms in rows
        )
        return Offered(self.source, self.times, options)

    @property
    def hint(self) -> str:
        if self.times:
            return NO_TIMES.hint
        return f"Por ejemplo: {self.options[0].title}" if self.options else "Elegí una opción."

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if not self.options:
            return NO_TIMES.read(sent, today) if self.times else Wrong("utter_wrong_offered")
        meant = Choice(self.options).read(sent, today)
        if not self.times:
            return meant
        # "El viernes a las 3" says another time, though one that is offered is on a Friday too.
        timed = NO_TIMES.read(sent, today)
        return timed if isinstance(timed, Value) and not isinstance(meant, Value) else meant

    def check(self, value: Stored, today: date) -> Value | Wrong:
        for option in self.options:
            if option.value == value and isinstance(value, str):
                return Value(option.value, option.shown)
        return NO_TIMES.check(value, today) if self.times else STALE
