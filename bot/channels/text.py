"""Text on its way out: length as the providers count it, splitting, and the one mark we use.

Our own texts mark bold words as ``**word**``. Each channel turns that into its own notation and
escapes whatever else would be read as formatting.
"""

import html
import re
from collections.abc import Iterator

_LINK = re.compile(r"(https?://(?:(?!\*\*)\S)+)")
_BOLD = re.compile(r"\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*")
_SENTENCE_END = re.compile(r"(?:(?<=[.!?…:;])|(?<=[.!?…:;][\"»”)]))\s+")
# What WhatsApp may read as the first mark of a pair: no letter or digit before it, no space after.
_WHATSAPP_MARK = re.compile(r"(?<![^\W_])([*_~`])(?!\s)")
_WHATSAPP_PIECE = re.compile(f"{_LINK.pattern}|{_BOLD.pattern}|{_WHATSAPP_MARK.pattern}")
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
        if length(part) + length(piece) > limit:
            parts.append(part)
            part = ""
        part += piece
        if length(part) + length(joint) > limit:
            parts.append(part)
            part = ""
        else:
            part += joint
    parts.append(part)
    return [part.strip() for part in parts if part.strip()]


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
    before, *link_and_rest = _LINK.split(word, maxsplit=1) if length(word) > limit else [word]
    if before and link_and_rest:
        yield from _chopped(before, "", limit)
        word = "".join(link_and_rest)
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
    """As WhatsApp's marks; what we did not mean as a mark is made none by a word joiner after it.

    Links stay as they are.
    """
    return _WHATSAPP_PIECE.sub(_whatsapp_piece, text)


def _whatsapp_piece(found: re.Match[str]) -> str:
    link, bold, mark = found.groups()
    if link:
        return str(link)
    return f"*{whatsapp(bold)}*" if bold else f"{mark}{WORD_JOINER}"
