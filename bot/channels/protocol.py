"""What every channel does: put a reply into its own form, and send one message."""

from dataclasses import dataclass
from typing import Final, Protocol

from actions.messages.content import Attachment, Button, Content
from actions.messages.outbox import Claimed

LARGEST_FETCHED: Final = 5 * 1024 * 1024
"""Bytes of a person's file that are fetched."""


class FileTooLarge(Exception):
    """A person's file has more bytes than are fetched."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says, before a channel gives it its form."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the message."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Later:
    """The provider did not take it, and may take it after so many seconds."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The request went out and no answer came: it may or may not have been taken."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take this message."""

    reason: str
    blocked: bool = False
    """Whether the person blocked us, so that further messages are useless too."""


Outcome = Sent | Later | Ambiguous | Refused


class Channel(Protocol):
    """One way to reach people."""

    @property
    def name(self) -> str: ...

    @property
    def per_second(self) -> float:
        """Messages that the sender may send per second; 0 for no limit."""
        ...

    def render(self, reply: Reply) -> list[Content]:
        """The provider's messages that carry the reply, in order; buttons go with the last."""
        ...

    async def send(self, message: Claimed) -> Outcome:
        """Hands one message to the provider. Never raises for what a provider may answer."""
        ...

    async def reconcile(self, message: Claimed) -> list[str] | Later | None:
        """The provider's ids of messages that may be the ambiguous send, oldest first.

        Empty when it was never taken; None where the provider cannot be asked.
        """
        ...

    async def acknowledge(self, callback: str) -> None:
        """Tells the provider that a pressed button was noticed, where it wants that."""
        ...

    async def fetch(self, media: str) -> bytes | None:
        """A file that a person sent, by the ``media`` of its message's detail.

        None where it is gone, was never kept, or cannot be had now. Raises FileTooLarge for more
        than LARGEST_FETCHED bytes.
        """
        ...

    async def close(self) -> None: ...


def token(message_id: int, place: int) -> str:
    """What a button sends back: names the message and the button, and nothing else."""
    return f"b{message_id}.{place}"


def read_token(payload: str) -> tuple[int, int] | None:
    """The message and the button that a token names, or None if it is not one of ours."""
    head, dot, tail = payload.removeprefix("b").partition(".")
    if not payload.startswith("b") or not dot or len(payload) > 64:
        return None
    if not (head.isascii() and head.isdigit() and tail.isascii() and tail.isdigit()):
        return None
    message_id, place = int(head), int(tail)
    return (message_id, place) if message_id < 2**63 else None


def numbered(reply: Reply) -> str:
    """The reply with its buttons as a numbered menu, for channels or messages without buttons."""
    if not reply.buttons:
        return reply.text
    lines = [f"{place}. {button.title}" for place, button in enumerate(reply.buttons, start=1)]
    return "\n".join([reply.text, "", *lines, "", "Respondé con el número."])
