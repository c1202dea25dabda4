"""Telegram's HTML: text with entities, and the errors it gives for markup it cannot read."""

import html
import re
from typing import Any

from tests.providers.telegram_errors import BotApiError, bad_request

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
OTHER_TAGS = frozenset({"a", "span", "tg-emoji", "tg-time"})
TAG = re.compile(r"<(/?)\s*([a-zA-Z][a-zA-Z0-9-]*)?([^<>]*)(>?)", re.DOTALL)
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);?")
COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w+)?")


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, which is how Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def read_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities (offset and length in UTF-16 units).

    Raises BotApiError 400 "can't parse entities: ..." for an unknown, unclosed or unmatched tag.
    """
    text: list[str] = []
    length = 0
    open_tags: list[tuple[str, int, dict[str, Any]]] = []
    entities: list[dict[str, Any]] = []
    position = 0
    for found in TAG.finditer(source):
        plain = _characters(source[position : found.start()])
        text.append(plain)
        length += utf16_length(plain)
        position = found.end()
        offset = len(source[: found.start()].encode())
        closing, name, rest, end = found.groups()
        name = (name or "").lower()
        if closing:
            _close(name, length, offset, open_tags, entities)
        else:
            open_tags.append((name, length, _open(name, rest, end, offset)))
    if open_tags:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    text.append(_characters(source[position:]))
    entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return "".join(text), entities


def commands_in(text: str) -> list[dict[str, Any]]:
    """bot_command entities, as Telegram marks them by itself."""
    return [
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in COMMAND.finditer(text)
    ]


def _open(name: str, rest: str, end: str, offset: int) -> dict[str, Any]:
    if name not in SIMPLE_TAGS and name not in OTHER_TAGS:
        raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {offset}')
    if not end:
        raise _cannot_parse(f"Unclosed start tag at byte offset {offset}")
    attributes = {
        key.lower(): html.unescape(value.strip("\"'")) for key, value in ATTRIBUTE.findall(rest)
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    if name == "a":
        # Without an address the text itself is the link, and nothing needs marking.
        return {"type": "text_link", "url": attributes["href"]} if "href" in attributes else {}
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    if name == "tg-time":
        return {}
    return {"type": SIMPLE_TAGS.get(name, "spoiler")}


def _close(
    name: str,
    length: int,
    offset: int,
    open_tags: list[tuple[str, int, dict[str, Any]]],
    entities: list[dict[str, Any]],
) -> None:
    if not open_tags:
        raise _cannot_parse(f"Unexpected end tag at byte offset {offset}")
    expected, start, entity = open_tags.pop()
    if name not in ("", expected):
        raise _cannot_parse(
            f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", '
            f'found "</{name}>"'
        )
    if entity and length > start:
        entities.append({**entity, "offset": start, "length": length - start})


def _characters(text: str) -> str:
    if "&" not in text:
        return text
    # Only these four names and numbers are known; any other "&" stands for itself.
    return CHARACTER.sub(lambda found: html.unescape(found[0]), text)


def _cannot_parse(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")
