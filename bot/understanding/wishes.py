"""Several wishes in one message: the first is served, the second is offered."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.understanding.by_nlu import SURE, SURE_IN_TASK, looks_like_question
from bot.understanding.understood import ASK, TASKS, Understood
from knowledge.text import fold
from nlu.client import Parsed

_BETWEEN = re.compile(
    r"\s*(?:[;.!?\n]+|,?\s+y\s+(?:tambien|tambi[eé]n|tbn|adem[aá]s|despu[eé]s|de paso|luego)\b"
    r"|,?\s+y\s+(?=(?:quiero|kiero|quisiera|necesito|ocupo|agend|mand|inscrib|hacer|ver|apart))"
    r"|\s+adem[aá]s\s+|\s+tambi[eé]n\s+|\s+tbn\s+)\s*",
    re.IGNORECASE,
)
LEAST_WORDS: Final = 2
"""A clause of fewer words is a courtesy or a name, not a wish."""
MOST_CLAUSES: Final = 4


def clauses(text: str) -> list[str]:
    """The parts of a message that may each hold a wish; none for a message with only one."""
    parts = [part.strip() for part in _BETWEEN.split(text[:1_000])]
    long_enough = [part for part in parts if len(fold(part).split()) >= LEAST_WORDS]
    return long_enough[:MOST_CLAUSES] if len(long_enough) > 1 else []


def first_and_second(
    understood: Understood, parts: Sequence[str], parsed: Sequence[Parsed | None]
) -> Understood:
    """The whole message as understood, corrected by its clauses: ``parsed`` in their order."""
    first: Understood | None = None
    for text, one in zip(parts, parsed, strict=True):
        if one is None or one.confidence < (SURE if one.intent == ASK else SURE_IN_TASK):
            continue
        if first is None and (one.intent in TASKS or (one.intent == ASK and _is_asking(text))):
            first = replace(understood, intent=one.intent, confidence=one.confidence, text=text)
        elif first is not None and one.intent in TASKS and one.intent != first.intent:
            return replace(first, also=one.intent)
    return understood


def _is_asking(text: str) -> bool:
    return looks_like_question(text) or "saber" in fold(text) or "saver" in fold(text)
