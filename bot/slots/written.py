"""The text of an answer, made ready to be read."""

import re
import unicodedata
from typing import Final

from bot.slots.protocol import Sent, Wrong

LONGEST_ANSWER: Final = 200
"""Characters of an answer that is a number, a date, a name ...; what is longer is none of them."""

_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r"\s*\n\s*\n\s*|[^\S\n]*\n[^\S\n]*")
_JOINER: Final = "\u200d"  # Holds the parts of one emoji together.


def tidy(text: str) -> str:
    """Composed, without control characters and the like; blanks single, at most one empty line."""
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace()
        or character == _JOINER
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    lines = kept.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    lines = "".join(c if c == "\n" or not c.isspace() else " " for c in lines)
    return _LINES.sub(
        lambda found: "\n\n" if found.group().count("\n") > 1 else "\n", _BLANKS.sub(" ", lines)
    ).strip()


def answer(sent: Sent) -> str | Wrong:
    """The tidied text of a short answer, on one line; Wrong where there is none to read."""
    if not sent.text.strip() and sent.kind not in ("text", "button"):
        return Wrong("utter_wrong_not_text")
    text = tidy(sent.text[: 10 * LONGEST_ANSWER]).replace("\n", " ")
    if not text:
        return Wrong("utter_wrong_empty")
    if len(text) > LONGEST_ANSWER or len(sent.text) > 10 * LONGEST_ANSWER:
        return Wrong("utter_wrong_too_long", {"maximum": str(LONGEST_ANSWER)})
    return text


STALE: Final = Wrong("utter_wrong_stale")
"""A value kept earlier that the slot, as it is declared now, cannot hold."""
