"""Text on its way out: length as the providers count it, splitting, and the one mark we use.

Our own texts mark bold words as ``**word**``. Each channel turns that into its own notation and
escapes whatever else would be read as formatting.
"""

import html
import re
from collections.abc import Iterator

_LINK = re.compile(r"https?://\S+")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_SENTENCE_END = re.compile(r"(?<=[.!?…:;])[\"»”)]*\s+")
_WHATSAPP_PAIR = re.compile(r"(?<![\w*])([*_~]|```)(?=\S)([^\n]*?\S)\1(?![\w*])")
WORD_JOINER = "\u2060"


def length(text: str) -> int:
    """UTF-16 code units, as both providers count: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Parts of at most ``limit`` UTF-16 units: at paragraphs, else lines, else ends of sentences,
    else spaces. A link is never cut unless it alone is longer than the limit. No part is empty.
    """
    text = text.strip()
    if length(text) <= limit:
        return [text] if text else []
    parts: list[str] = []
    part = ""
    for piece, joint in _pieces(text, limit):
        if part and length(part) + length(piece) <= limit:
            part += piece
        else:
            if part.strip():
                parts.append(part.strip())
            part = piece
        part += joint if length(part) + length(joint) <= limit else ""
    if part.strip():
        parts.append(part.strip())
    return parts


def _pieces(text: str, limit: int) -> Iterator[tuple[str, str]]:
    """Pieces that each fit, with the white space that followed them, from coarse to fine."""
    for paragraph, gap in _cut(text, re.compile(r"\n\s*\n")):
        if length(paragraph) <= limit:
            yield paragraph, gap
            continue
        lines = list(_cut(paragraph, re.compile(r"\n")))
        for place, (line, newline) in enumerate(lines):
            after = gap if place == len(lines) - 1 else newline
            if length(line) <= limit:
                yield line, after
                continue
            yield from _sentences(line, after, limit)


def _sentences(line: str, after: str, limit: int) -> Iterator[tuple[str, str]]:
    sentences = list(_cut(line, _SENTENCE_END))
    for place, (sentence, space) in enumerate(sentences):
        joint = after if place == len(sentences) - 1 else space
        if length(sentence) <= limit:
            yield sentence, joint
            continue
        words = list(_cut(sentence, re.compile(r"\s+")))
        for nth, (word, blank) in enumerate(words):
            yield from _chopped(word, joint if nth == len(words) - 1 else blank, limit)


def _chopped(word: str, joint: str, limit: int) -> Iterator[tuple[str, str]]:
    while length(word) > limit:
        cut = limit
        while length(word[:cut]) > limit:
            cut -= 1
        yield word[:cut], ""
        word = word[cut:]
    yield word, joint


def _cut(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    start = 0
    for found in pattern.finditer(text):
        yield text[start : found.start()], found.group()
        start = found.end()
    if start < len(text):
        yield text[start:], ""


def plain(text: str) -> str:
    """Without marks."""
    return _BOLD.sub(r"\1", text)


def telegram(text: str) -> str:
    """As Telegram's HTML."""
    return _BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))


def whatsapp(text: str) -> str:
    """As WhatsApp's marks; pairs that we did not mean as marks are broken by a word joiner."""
    pieces: list[str] = []
    start = 0
    for link in _LINK.finditer(text):
        pieces += [_whatsapp(text[start : link.start()]), link.group()]
        start = link.end()
    pieces.append(_whatsapp(text[start:]))
    return "".join(pieces)


def _whatsapp(text: str) -> str:
    pieces: list[str] = []
    start = 0
    for bold in _BOLD.finditer(text):
        pieces += [_neutral(text[start : bold.start()]), f"*{_neutral(bold.group(1))}*"]
        start = bold.end()
    pieces.append(_neutral(text[start:]))
    return "".join(pieces)


def _neutral(text: str) -> str:
    return _WHATSAPP_PAIR.sub(rf"\1{WORD_JOINER}\2\1", text)
