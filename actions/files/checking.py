"""What staff may send to a person: pictures and PDF, judged by their content and made anew."""

import hashlib
from dataclasses import dataclass
from typing import Final

from actions.files import documents, images, names
from actions.files.errors import NotAccepted, TooLarge

LARGEST: Final = 5 * 1024 * 1024
"""Bytes. WhatsApp takes no larger picture (Twilio, "Accepted content types for media")."""

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
PDF: Final = "application/pdf"
MEDIA_TYPES: Final = (JPEG, PNG, PDF)
"""What comes out."""

_MADE: Final = {"jpeg": (JPEG, "jpg", "imagen"), "png": (PNG, "png", "imagen")}


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be sent; ``name`` has the ending of its ``media_type``."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def checked(name: str, content: bytes) -> Clean:
    """The file as it may be sent: JPEG, PNG or PDF, at most LARGEST bytes, all that is not picture
    or page left out. A WebP becomes a JPEG or PNG. ``name`` may be anything.

    It takes up to some seconds of CPU and a few hundred megabytes: for a thread of its own, one at
    a time. Raises a FileRefused.
    """
    shown = names.cleaned(name, name.rpartition(".")[2][:8] or "bin", "archivo")
    if len(content) > LARGEST:
        raise TooLarge(shown, LARGEST)
    if _is_picture(content):
        made, kind = images.redrawn(content, shown)
        media_type, ending, otherwise = _MADE[kind]
    elif content.startswith(b"%PDF-"):
        made = documents.rewritten(content, shown)
        media_type, ending, otherwise = PDF, "pdf", "documento"
    else:
        raise NotAccepted(shown)
    if len(made) > LARGEST:
        raise TooLarge(shown, LARGEST)
    return Clean(names.cleaned(name, ending, otherwise), media_type, made)


def _is_picture(content: bytes) -> bool:
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or content[:4] + content[8:12] == b"RIFFWEBP"
    )
