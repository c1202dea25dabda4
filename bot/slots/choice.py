"""Slots: one answer of a list, or several of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Self

from bot.slots.declaration import Declaration, InvalidSlot, in_order
from bot.slots.matching import Named, key, matches, place_of
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.text import fold

_NUMBERS: Final = re.compile(r"[\s0-9,.;/&+y)]+", re.IGNORECASE)
_LINE: Final = re.compile(r"\s*[\r\n]\s*")
_COMMA: Final = re.compile(r"[,;/&+]")
_AND: Final = re.compile(r"\s+[yei]\s+|^y\s+", re.IGNORECASE)
_ALL: Final = frozenset(
    ("todas", "todos", "todo", "todas ellas", "todas las opciones", "toditas", "todas esas")
)
_BOTH: Final = frozenset(("ambas", "ambos"))
_NONE: Final = frozenset(
    ("ninguna", "ninguno", "nada", "ninguna de esas", "ninguna de las anteriores", "de esas no")
)
_TOGETHER: Final = re.compile(r"l[ao]s (?P<count>[a-z0-9]+)")
"""How many, not which one: "las dos", "los 3"."""
_EXCEPT: Final = re.compile(r"^\s*tod[oa]s?\s+(?:menos|excepto|salvo)\s+", re.IGNORECASE)


def _declared_options(declaration: Declaration) -> tuple[Option, ...]:
    """``options``: texts, or mappings with title, value (the title when not said), synonyms."""
    items = declaration.items("options")
    if items is None:
        raise InvalidSlot(f"a {declaration.type} slot needs 'options'")
    options = tuple(_option(item) for item in items)
    taken: dict[str, str] = {}
    for place, option in enumerate(options, 1):
        if key(option.title).isdigit() and int(key(option.title)) <= len(options):
            raise InvalidSlot(f"the title {option.title!r} reads like the number of an option")
        for name in {key(option.title), *map(key, option.synonyms)}:
            if name in taken:
                raise InvalidSlot(f"'options': {name!r} names option {place} and {taken[name]!r}")
            taken[name] = option.title
    if len({option.value for option in options if isinstance(option.value, str)}) < len(options):
        raise InvalidSlot("'options': two have the same value")
    return options


def _option(item: Any) -> Option:
    fields = Declaration(
        {"type": "option", **(item if isinstance(item, dict) else {"title": item})}
    )
    title, value = fields.text("title"), fields.text("value")
    synonyms = fields.texts("synonyms")
    fields.finish()
    if title is None:
        raise InvalidSlot("'options': an option lacks its title")
    return Option(title, value or title, title, synonyms)


def _named(options: Sequence[Option]) -> list[Named]:
    return [Named.of(option.title, *option.synonyms) for option in options]


@dataclass(frozen=True, slots=True)
class Choice:
    """``type: choice``

    ``options``: a list of titles, or of mappings ``{title, value, synonyms}``. Kept as the value
    of the option, which is its title when not said.
    """

    name: ClassVar[str] = "choice"
    options: tuple[Option, ...]
    is_numeric: bool = False
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls(_declared_options(declaration))

    @property
    def hint(self) -> str:
        return f"Por ejemplo: {self.options[0].title}"

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        found = [] if _count_together(text) else _find(text, self.options)
        if len(found) == 1:
            return Value(found[0].value, found[0].shown)
        if found and len(found) < max(len(self.options), 3):
            return Choose(tuple(found))
        return Wrong("utter_wrong_choice", {"example": self.options[0].title})

    def check(self, value: Stored, today: date) -> Value | Wrong:
        for option in self.options:
            if option.value == value and isinstance(value, str):
                return Value(option.value, option.shown)
        return STALE


def _count_together(text: str) -> int | None:
    """How many options "las dos" or "los 3" means together; None for one of them or none."""
    found = _TOGETHER.fullmatch(fold(text))
    count = None if found is None else place_of(found["count"], 99)
    return count if count is not None and count > 1 else None


def _find(text: str, options: Sequence[Option]) -> list[Option]:
    """The options that a text may mean."""
    exact = [option for option in options if key(option.title) == key(text)]
    if not exact and (place := place_of(text, len(options))) is not None:
        return [options[place - 1]]
    return exact or [options[at] for at in matches(text, _named(options))]


@dataclass(frozen=True, slots=True)
class SeveralChoices:
    """``type: several_choices``

    ``options`` as in a choice. ``minimum`` and ``maximum``: how many may be picked; 1 and all when
    not said. ``none``: true where "ninguna" is an answer. ``listed``: how many options the question
    lists, all when not said; the others are for who names them, and "todas" is then no answer. Kept
    as the list of values in the order of the options.
    """

    name: ClassVar[str] = "several_choices"
    options: tuple[Option, ...]
    minimum: int
    maximum: int
    none: bool
    listed: int
    is_numeric: bool = False
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        options = _declared_options(declaration)
        listed = declaration.whole("listed", 1)
        in_order(listed, len(options), "'listed' and the number of options")
        minimum, maximum = declaration.whole("minimum", 1), declaration.whole("maximum", 1)
        minimum, maximum = minimum or 1, len(options) if maximum is None else maximum
        in_order(minimum, maximum)
        in_order(minimum, len(options), "'minimum' and the number of options")
        none = declaration.flag("none")
        return cls(options, minimum, maximum, none, len(options) if listed is None else listed)

    @property
    def hint(self) -> str:
        several = len(self.options) > 1 and self.maximum > 1
        return "Por ejemplo: 1 y 2" if several else f"Por ejemplo: {self.options[0].title}"

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(replace(sent, text=_LINE.sub(", ", sent.text.strip())))
        if isinstance(text, Wrong):
            return text
        picked = self._picked(text)
        if isinstance(picked, Wrong | Choose):
            return picked
        return self._checked(picked)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if not isinstance(value, list):
            return STALE
        places = {option.value: at for at, option in enumerate(self.options)}
        if any(item not in places for item in value) or len(set(value)) < len(value):
            return STALE
        return self._checked({places[item] for item in value})

    def _checked(self, picked: set[int]) -> Value | Wrong:
        if not picked:
            return Value([], "ninguna") if self.none else Wrong("utter_wrong_choice_none")
        if len(picked) > self.maximum:
            return Wrong("utter_wrong_choice_too_many", {"maximum": str(self.maximum)})
        if len(picked) < self.minimum:
            return Wrong("utter_wrong_choice_too_few", {"minimum": str(self.minimum)})
        chosen = [self.options[at] for at in sorted(picked)]
        values = [option.value for option in chosen if isinstance(option.value, str)]
        return Value(values, joined([option.shown for option in chosen]))

    def _picked(self, text: str) -> set[int] | Wrong | Choose:
        everything = set(range(len(self.options)))
        said = fold(text)
        if (exact := self._exactly(text)) is not None:
            return {exact}
        if said in _NONE:
            return set()
        together = 2 if said in _BOTH else _count_together(text)
        if self.listed < len(self.options) and (said in _ALL or _EXCEPT.match(text)):
            return Wrong("utter_wrong_choice_name_them")
        if said in _ALL or together == len(self.options):
            return everything
        if together is not None:
            return Wrong("utter_wrong_choice_which")
        without = _EXCEPT.match(text)
        named = self._listed(text[without.end() :] if without else text)
        if without and isinstance(named, set):
            return everything - named
        return Wrong("utter_wrong_choice_which") if without and isinstance(named, Choose) else named

    def _listed(self, text: str) -> set[int] | Wrong | Choose:
        picked: set[int] = set()
        unclear: list[list[int]] = []
        for part in self._parts(text):
            found = self._places(part)
            if not found:
                return Wrong("utter_wrong_choices", {"part": part[:40]})
            if len(found) == 1:
                picked.update(found)
            else:
                unclear.append(found)
        if not unclear:
            return picked or Wrong("utter_wrong_choices", {"part": text[:40]})
        if len(unclear) > 1:
            return Wrong("utter_wrong_choice_which")
        return self._either(picked, unclear[0])

    def _parts(self, text: str) -> list[str]:
        """The text in pieces that each name one option; "papel y cartón" may be one of them."""
        if _NUMBERS.fullmatch(text):
            return re.findall(r"[0-9]+", text)
        parts: list[str] = []
        for piece in map(str.strip, _COMMA.split(text)):
            words = [word for word in map(str.strip, _AND.split(piece)) if word]
            while words:
                size = len(words)
                while size > 1 and self._exactly(" y ".join(words[:size])) is None:
                    size -= 1
                parts.append(" y ".join(words[:size]))
                words = words[size:]
        return parts

    def _exactly(self, text: str) -> int | None:
        names = _named(self.options)
        return next((at for at, named in enumerate(names) if key(text) in named.names), None)

    def _either(self, picked: set[int], readings: list[int]) -> Wrong | Choose:
        options = [
            Option(self.options[at].title, value.value, value.shown)
            for at in readings
            if isinstance(value := self._checked(picked | {at}), Value)
        ]
        return Choose(tuple(options)) if options else Wrong("utter_wrong_choice_which")

    def _places(self, part: str) -> list[int]:
        return [self.options.index(option) for option in _find(part, self.options)]


def joined(shown: Sequence[str]) -> str:
    """A list as it is said: "leña, gas y diésel"."""
    *first, last = shown
    return f"{', '.join(first)} y {last}" if first else last
