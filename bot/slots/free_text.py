"""Slot: any text."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from bot.slots.declaration import Declaration, in_order
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, tidy


@dataclass(frozen=True, slots=True)
class FreeText:
    """``type: text``

    ``minimum``, ``maximum``: characters, 1 and 1,000 when not said. ``without_letters``: true to
    take an answer without any letter or digit ("-", "👍"). ``words``: how many it has at least, 1
    when not said. Kept as tidied text.
    """

    name: ClassVar[str] = "text"
    minimum: int
    maximum: int
    without_letters: bool
    words: int = 1
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = True
    hint: str = "Escribilo con tus palabras."

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        minimum = declaration.whole("minimum", 1)
        maximum = declaration.whole("maximum", 1)
        minimum, maximum = minimum or 1, 1_000 if maximum is None else maximum
        in_order(minimum, maximum)
        words = declaration.whole("words", 1) or 1
        return cls(minimum, maximum, declaration.flag("without_letters"), words)

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if not sent.text.strip() and sent.kind not in ("text", "button"):
            return Wrong("utter_wrong_not_text")
        return self._checked(tidy(sent.text))

    def check(self, value: Stored, today: date) -> Value | Wrong:
        return self._checked(tidy(value)) if isinstance(value, str) else STALE

    def _checked(self, text: str) -> Value | Wrong:
        if not text:
            return Wrong("utter_wrong_empty")
        if len(text) > self.maximum:
            return Wrong("utter_wrong_text_too_long", {"maximum": f"{self.maximum:,}"})
        if not self.without_letters and not any(map(_is_letter_or_digit, text)):
            return Wrong("utter_wrong_text_without_words")
        if len(text) < self.minimum:
            return Wrong("utter_wrong_text_too_short", {"minimum": f"{self.minimum:,}"})
        if len(text.split()) < self.words:
            return Wrong("utter_wrong_text_too_few_words", {"words": str(self.words)})
        return Value(text, text)


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"
