"""A form as it was typed, with what is wrong with it: so that nothing typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(slots=True)
class Form:
    """``values`` by the name of the field, as text or as a list of texts; ``errors`` are Spanish
    sentences by the name of the field, "" for what is about no single one."""

    values: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, "")

    def chosen(self, name: str, value: str) -> bool:
        """Whether a choice is marked."""
        given = self.values.get(name, "")
        return value == given if isinstance(given, str) else value in given

    def wrong(self, name: str, sentence: str) -> None:
        """Marks a field; the first thing that is wrong with it stays."""
        self.errors.setdefault(name, sentence)

    @property
    def is_right(self) -> bool:
        return not self.errors


def day_typed(given: str) -> date | None:
    """A day as a browser's calendar gives it, 2026-12-31, or as people type it, 31/12/2026; None
    for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(given.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
