"""The state of a conversation, and the events and effects of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from actions.answers.service import Answer
from actions.messages.content import Button
from bot.understanding.understand import Understood


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the engine remembers between turns."""

    welcomed: bool = False
    turns: int = 0
    menu: tuple[Button, ...] = ()
    """The choices shown last, which a number or a title picks."""
    article: str | None = None
    """The article answered with last."""

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "welcomed": self.welcomed,
            "turns": self.turns,
            "menu": [[button.title, button.means] for button in self.menu],
            "article": self.article,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`as_json`; missing parts take their first value."""
        return cls(
            welcomed=bool(state.get("welcomed", False)),
            turns=int(state.get("turns", 0)),
            menu=tuple(Button(title, means) for title, means in state.get("menu", ())),
            article=state.get("article"),
        )

    def with_menu(self, menu: tuple[Button, ...]) -> Self:
        """The same with other choices open."""
        return replace(self, menu=menu)


@dataclass(frozen=True, slots=True)
class Heard:
    """Event: the person said something."""

    understood: Understood


@dataclass(frozen=True, slots=True)
class Done:
    """Event: an action ran, with what it returned."""

    action: str
    result: Any


Event = Heard | Done


@dataclass(frozen=True, slots=True)
class Say:
    """Effect: a response goes to the person."""

    response: str
    params: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Do:
    """Effect: an action runs, and its result comes back as an event."""

    action: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Effect: what became of the turn, for its record and for ``torogoz ask``."""

    outcome: str
    topic: str | None = None
    answer: Answer | None = None


Effect = Say | Do | Note
