"""What an outbound message holds, as stored in the outbox."""

import base64
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message. ``means`` is what pressing it says, in Rasa's payload notation."""

    title: str
    means: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; ``url`` must be reachable by the provider, or carries the
    content itself (RFC 2397), which only some channels can send."""

    name: str
    url: str
    media_type: str

    @classmethod
    def carrying(cls, name: str, content: bytes, media_type: str) -> Self:
        """A small file that nobody has to fetch: the message carries it."""
        data = base64.b64encode(content).decode("ascii")
        return cls(name, f"data:{media_type};base64,{data}", media_type)

    @property
    def carried(self) -> bytes | None:
        """The content that the message carries; None where it is to be fetched."""
        head, comma, data = self.url.partition(",")
        if not comma or not head.startswith("data:") or not head.endswith(";base64"):
            return None
        return base64.b64decode(data, validate=True)


@dataclass(frozen=True, slots=True)
class Content:
    """One message of a provider. ``template`` names a registered template, with its variables."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    template: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The stored form; empty parts are left out."""
        stored: dict[str, Any] = {"text": self.text}
        if self.buttons:
            stored["buttons"] = [{"title": b.title, "means": b.means} for b in self.buttons]
        if self.files:
            stored["files"] = [
                {"name": f.name, "url": f.url, "media_type": f.media_type} for f in self.files
            ]
        if self.template:
            stored["template"] = self.template
            stored["variables"] = self.variables
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The inverse of :meth:`as_json`."""
        return cls(
            text=stored.get("text", ""),
            buttons=tuple(Button(**button) for button in stored.get("buttons", ())),
            files=tuple(Attachment(**file) for file in stored.get("files", ())),
            template=stored.get("template"),
            variables=stored.get("variables", {}),
        )
