"""Slot: a photo or a PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration, InvalidSlot
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE

CONTENT_TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "photo": ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"),
        "pdf": ("application/pdf",),
    }
)
"""What may be accepted, and the content types it comes in."""

_NAMED: Final = {"photo": "una foto", "pdf": "un PDF"}
_SHOWN: Final = {"photo": "foto", "pdf": "PDF"}
_PHOTO_OF_A_CHAT: Final = "image/jpeg"
"""Messengers send a photo as JPEG, and some do not say so."""


@dataclass(frozen=True, slots=True)
class File:
    """``type: file``

    ``accepts``: a list of photo and pdf; both when not said. Kept as
    ``{"media", "content_type"}``, where the channel can fetch it and what it is. The content type
    may come as ``media_type``, as channels name it.
    """

    name: ClassVar[str] = "file"
    accepts: tuple[str, ...]
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        accepts = declaration.texts("accepts") or tuple(CONTENT_TYPES)
        for one in accepts:
            if one not in CONTENT_TYPES:
                known = ", ".join(CONTENT_TYPES)
                raise InvalidSlot(f"'accepts' may list {known}, not {one!r}")
        return cls(tuple(dict.fromkeys(accepts)))

    @property
    def _accepted(self) -> str:
        return " o ".join(_NAMED[one] for one in self.accepts)

    @property
    def hint(self) -> str:
        return f"Mandá {self._accepted}."

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        if sent.kind in ("text", "button"):
            return Wrong("utter_wrong_file_missing", {"accepted": self._accepted})
        if sent.kind not in ("image", "document"):
            return Wrong("utter_wrong_file_kind", {"accepted": self._accepted})
        media = sent.detail.get("media")
        said = sent.detail.get("content_type") or sent.detail.get("media_type")
        content_type = str(said or "").partition(";")[0].strip().lower()
        if not content_type and sent.kind == "image":
            content_type = _PHOTO_OF_A_CHAT
        if not isinstance(media, str) or not media:
            return Wrong("utter_wrong_file_lost")
        return self._checked(media, content_type) or Wrong(
            "utter_wrong_file_kind", {"accepted": self._accepted}
        )

    def check(self, value: Stored, today: date) -> Value | Wrong:
        if not isinstance(value, dict):
            return STALE
        media, content_type = value.get("media"), value.get("content_type")
        if not isinstance(media, str) or not media or not isinstance(content_type, str):
            return STALE
        return self._checked(media, content_type) or STALE

    def _checked(self, media: str, content_type: str) -> Value | None:
        kind = next((one for one in self.accepts if content_type in CONTENT_TYPES[one]), None)
        if kind is None:
            return None
        return Value({"media": media, "content_type": content_type}, _SHOWN[kind])
