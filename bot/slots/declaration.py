"""Reads the YAML mapping that declares a slot, key by key, and refuses what it cannot mean."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


class InvalidSlot(ValueError):
    """A slot is declared in a way that means nothing; the message names the key."""


class Declaration:
    """The keys of one slot. Each is asked for once; :meth:`finish` refuses those left over."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        if not isinstance(declared, Mapping):
            raise InvalidSlot("a slot is declared by a mapping with the key 'type'")
        self._fields = dict(declared)
        self._asked: set[str] = {"type"}
        self.type = self.text("type") or ""
        if not self.type:
            raise InvalidSlot("'type' is missing")

    def raw(self, key: str) -> Any:
        """The value as it stands there; None when the key does not."""
        self._asked.add(key)
        return self._fields.get(key)

    def text(self, key: str) -> str | None:
        """A text that is not blank; None when the key is not there."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise InvalidSlot(f"'{key}' must be a text, not {value!r}")
        return value.strip()

    def one_of(self, key: str, allowed: Sequence[str]) -> str | None:
        """One of a few words; None when the key is not there."""
        value = self.text(key)
        if value is not None and value not in allowed:
            raise InvalidSlot(f"'{key}' must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when the key is not there."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            raise InvalidSlot(f"'{key}' must be true or false, not {value!r}")
        return bool(value)

    def whole(self, key: str, least: int = 0) -> int | None:
        """A whole number of at least ``least``; None when the key is not there."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InvalidSlot(f"'{key}' must be a whole number from {least}, not {value!r}")
        return value

    def decimal(self, key: str) -> Decimal | None:
        """A number, written as one or as a text of digits; None when the key is not there."""
        value = self.raw(key)
        if value is None:
            return None
        written = "" if isinstance(value, bool) else str(value)
        if not _DECIMAL.fullmatch(written):
            raise InvalidSlot(f"'{key}' must be a number of up to 15 digits, not {value!r}")
        return Decimal(written)

    def items(self, key: str) -> list[Any] | None:
        """A list that is not empty; None when the key is not there."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, list) or not value:
            raise InvalidSlot(f"'{key}' must be a list with at least one item")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is not there."""
        items = self.items(key) or []
        for item in items:
            if not isinstance(item, str) or not item.strip():
                raise InvalidSlot(f"'{key}' must list texts, not {item!r} (quote it?)")
        return tuple(item.strip() for item in items)

    def finish(self) -> None:
        """Raises InvalidSlot when a key stands there that the type does not know."""
        for key in self._fields:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise InvalidSlot(f"unknown key '{key}' in a {self.type} slot; known: {known}")


def in_order(least: Any, most: Any, names: str = "'minimum' and 'maximum'") -> None:
    """Raises InvalidSlot when two limits leave nothing between them."""
    if least is not None and most is not None and least > most:
        raise InvalidSlot(f"{names} contradict each other: {least} is above {most}")
