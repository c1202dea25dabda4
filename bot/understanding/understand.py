"""What a person wants with a message: buttons and numbers first, then words, then Rasa."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from actions.messages.content import Button
from bot import inbound
from bot.understanding import words
from knowledge.text import fold
from nlu.client import Parsed

Source = Literal["button", "number", "word", "kind", "nlu", "search"]

LONGEST_QUESTION: Final = 4_000
"""Characters. A longer message is no question; the person is asked to shorten it."""
SURE: Final = 0.45
"""From this confidence on, Rasa's intent is taken; below, the text counts as a question."""
CAREFUL: Final = {"stop_messages": 0.8, "start_messages": 0.8, "human": 0.6}
"""Intents that change something: taken only from such a confidence on."""
SMALL_TALK: Final = frozenset({"greet", "thank", "goodbye", "bot_identity", "affirm", "deny"})
ASK: Final = "ask_question"

_NUMBER = re.compile(
    r"\s*(?:la |el |opci[oó]n |n[uú]mero |#)?\s*([0-9]{1,4})\s*[.)]?\s*", re.IGNORECASE
)
_MEANS = re.compile(r"/([a-z_]+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Understood:
    """An intent with its values. ``text`` is what the person wrote, for those that search."""

    intent: str
    source: Source
    text: str = ""
    entities: Mapping[str, str] = field(default_factory=dict)
    confidence: float | None = None
    nlu_up: bool = True
    with_attachment: bool = False


def read_means(means: str) -> tuple[str, dict[str, str]]:
    """The intent and the values of a payload in Rasa's notation: ``/intent{"name": "value"}``."""
    found = _MEANS.fullmatch(means)
    if found is None:
        raise ValueError(f"no payload: {means!r}")
    return found.group(1), json.loads(found.group(2) or "{}")


def by_form(
    kind: str, text: str, means: str | None, menu: Sequence[Button], *, attached: bool = False
) -> Understood | None:
    """What can be understood without Rasa; None when Rasa has to be asked.

    ``means`` is what the pressed button says, None if it is unknown; ``menu`` the choices shown
    last; ``attached`` says that a file came with the text.
    """
    if kind == inbound.BUTTON:
        if means is None:
            return Understood("stale_button", "button")
        return _chosen(means, "button")
    stripped = text.strip()
    if kind not in (inbound.TEXT, inbound.BUTTON) and not stripped:
        return Understood(f"unreadable_{kind}", "kind")
    if not stripped:
        return Understood("empty", "kind")
    if len(stripped) > LONGEST_QUESTION:
        return Understood("too_long", "kind")
    command = words.command(stripped)
    if command is not None:
        return Understood(command, "word")
    choice = _choice(stripped, menu)
    if choice is not None:
        return choice
    intent = words.exact(stripped)
    if intent is not None:
        return Understood(intent, "word", text=stripped, with_attachment=attached)
    if not any(character.isalnum() for character in stripped):
        return Understood("no_words", "kind")
    return None


def _chosen(means: str, source: Source) -> Understood:
    intent, entities = read_means(means)
    return Understood(intent, source, entities=entities)


def _choice(text: str, menu: Sequence[Button]) -> Understood | None:
    found = _NUMBER.fullmatch(text)
    if found is not None:
        place = int(found.group(1))
        if 1 <= place <= len(menu):
            return _chosen(menu[place - 1].means, "number")
        return Understood("unknown_number", "number")
    key = fold(text)
    for button in menu:
        if key and fold(button.title) == key:
            return _chosen(button.means, "number")
    return None


def by_nlu(text: str, parsed: Parsed | None, *, answerable: bool, attached: bool) -> Understood:
    """What Rasa says, weighed against the knowledge.

    ``answerable`` tells that an article fits the text well: then small talk around a question
    ("buenas, una consulta, ...") does not hide the question.
    """
    if parsed is None:
        return Understood(ASK, "search", text=text, nlu_up=False, with_attachment=attached)
    intent = parsed.intent if parsed.confidence >= SURE else ASK
    if intent in SMALL_TALK and answerable and len(text.split()) > 3:
        intent = ASK
    if intent == "out_of_scope" and answerable and parsed.confidence < 0.75:
        intent = ASK
    if intent not in KNOWN or parsed.confidence < CAREFUL.get(intent, 0.0):
        intent = ASK
    return Understood(
        intent, "nlu", text=text, confidence=parsed.confidence, with_attachment=attached
    )


KNOWN: Final = SMALL_TALK | {
    ASK,
    "help",
    "human",
    "out_of_scope",
    "stop_messages",
    "start_messages",
}
"""The intents of the Rasa project; ``nlu_fallback`` and unknown ones count as questions."""
