"""A message as it came in, before anything is understood of it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

TEXT: Final = "text"
BUTTON: Final = "button"
VOICE: Final = "voice"
IMAGE: Final = "image"
VIDEO: Final = "video"
STICKER: Final = "sticker"
DOCUMENT: Final = "document"
LOCATION: Final = "location"
CONTACT: Final = "contact"
OTHER: Final = "other"

KINDS: Final = frozenset(
    (TEXT, BUTTON, VOICE, IMAGE, VIDEO, STICKER, DOCUMENT, LOCATION, CONTACT, OTHER)
)

STORED_TEXT_LIMIT: Final = 8_000
"""Characters kept of a message. A turn reads far fewer; the rest would only fill the disk."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class MalformedMessage(ValueError):
    """The provider sent something that is no message of its documented form."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a person, of any channel.

    ``detail`` holds what the kind needs beside its text: ``payload`` (a button's token),
    ``callback`` (what Telegram wants answered), ``media`` (where a file can be fetched), ``name``
    (what a document is called).
    """

    channel: str
    external: str
    provider_id: str
    kind: str
    text: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    sent_at: datetime | None = None
    """When the person sent it, where it was fetched later; None for one that just came."""


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, which no database stores.

    Line breaks stay. Longer texts are cut at STORED_TEXT_LIMIT plus one character, so that the
    reader can still tell that it was too long.
    """
    cut = text[: STORED_TEXT_LIMIT + 1]
    return _UNPRINTABLE.sub("", cut.replace("\r\n", "\n").replace("\r", "\n"))


def clean_detail(value: Any) -> Any:
    """The same for every string inside a detail."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_detail(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_detail(item) for item in value]
    return value
