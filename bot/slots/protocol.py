"""What the dialogue engine and the slot types tell each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Protocol, TypeAlias

Stored: TypeAlias = str | int | float | bool | list[str] | dict[str, "Stored"] | None
"""A value as it is kept in JSON. Dates are ISO texts, amounts are decimal texts."""


@dataclass(frozen=True, slots=True)
class Value:
    """An answer that was understood."""

    value: Stored
    """In its one canonical form."""
    shown: str
    """As it is read back to the person, in Spanish."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was not understood, or that breaks a rule of the slot."""

    response: str
    """The name of a response of ``bot/responses/slots.yml``."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What that response has to be filled in with, all of it and nothing else."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several answers that a person can pick."""

    title: str
    value: Stored
    shown: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """An answer with several readings; each option holds what a :class:`Value` would."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the person sent.

    ``kind`` is one of ``bot.inbound.KINDS``. ``detail`` holds ``latitude`` and ``longitude``
    (degrees) of a location, ``media`` and ``content_type`` of a file.
    """

    text: str = ""
    kind: str = "text"
    detail: Mapping[str, Any] = field(default_factory=dict)


class SlotType(Protocol):
    """The rule for one slot's answers. Reading never raises, whatever the text."""

    name: ClassVar[str]
    """The word that stands for it in YAML: ``type: whole_number``."""

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        """What the person's answer means on that day."""
        ...

    def check(self, value: Stored, today: date) -> Value | Wrong:
        """A value kept earlier, held against the slot as it is declared now."""
        ...

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers to offer; none where there are too many to list."""
        ...

    @property
    def is_numeric(self) -> bool:
        """Whether a bare number is an answer: beside it, a numbered menu would be ambiguous."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether any text is an answer, so that a question could be taken for one."""
        ...

    @property
    def hint(self) -> str:
        """An example in Spanish that the slot accepts."""
        ...
