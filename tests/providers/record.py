"""What a stand-in accepted and sent: the messages, the counts, and waiting for either to change."""

import asyncio
import enum
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Found = TypeVar("Found")


class Direction(enum.StrEnum):
    """Seen from the bot: IN comes from a person, OUT goes to one."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Button:
    """A button a person can press: what it shows, and what pressing it sends (or the link)."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class File:
    """A file as it travelled: its name (may be empty), MIME type and bytes."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class RecordedMessage:
    """One message between a person and the bot.

    `number` counts the stand-in's messages of both directions from 1 in the order accepted; `at`
    is that moment in Unix seconds. `address` is the person's: "whatsapp:+50370001234", or the
    Telegram chat id as text. `kind` is "text", "image", "document", "location" and so on, after
    the provider's own words. `status` follows the provider's (Twilio: queued, sent, delivered,
    read, failed, undelivered, received; Telegram: sent, received).
    """

    number: int
    direction: Direction
    provider_id: str
    address: str
    text: str
    at: float
    kind: str = "text"
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    status: str = ""
    error_code: int | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        """Whether the person has it or will: False once the provider has given up on it."""
        return self.status not in ("failed", "undelivered")

    def as_json(self) -> dict[str, Any]:
        """The message as the control API shows it: no file contents, only names and sizes."""
        return {
            "number": self.number,
            "direction": self.direction.value,
            "provider_id": self.provider_id,
            "address": self.address,
            "text": self.text,
            "at": self.at,
            "kind": self.kind,
            "buttons": [{"title": b.title, "payload": b.payload} for b in self.buttons],
            "files": [
                {"name": f.name, "content_type": f.content_type, "size": len(f.content)}
                for f in self.files
            ],
            "status": self.status,
            "error_code": self.error_code,
            "details": self.details,
        }


class Record:
    """Messages in the order accepted, and counts of what was asked and what failed.

    `requests` counts requests by operation, `failures` by operation and outcome
    ("messages.create 429"), `deliveries` what was posted to the bot ("inbound 200",
    "status callback no connection").
    """

    def __init__(self) -> None:
        self.messages: list[RecordedMessage] = []
        self.requests: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.deliveries: Counter[str] = Counter()
        self._by_address: dict[str, list[RecordedMessage]] = {}
        self._waiting: list[tuple[Callable[[], object], asyncio.Future[Any]]] = []

    def add(
        self,
        direction: Direction,
        provider_id: str,
        address: str,
        text: str,
        *,
        at: float,
        kind: str = "text",
        buttons: Iterable[Button] = (),
        files: Iterable[File] = (),
        status: str = "",
        details: dict[str, Any] | None = None,
    ) -> RecordedMessage:
        """Append one message; the caller calls `changed` when its own books are in order too."""
        message = RecordedMessage(
            number=len(self.messages) + 1,
            direction=direction,
            provider_id=provider_id,
            address=address,
            text=text,
            at=at,
            kind=kind,
            buttons=tuple(buttons),
            files=tuple(files),
            status=status,
            details=details or {},
        )
        self.messages.append(message)
        self._by_address.setdefault(address, []).append(message)
        return message

    def conversation(self, address: str) -> list[RecordedMessage]:
        """Both directions of one person, in order."""
        return list(self._by_address.get(address, ()))

    def messages_to(self, address: str) -> list[RecordedMessage]:
        """What the provider accepted for this person, in order, failed ones included."""
        return [m for m in self._by_address.get(address, ()) if m.direction is Direction.OUT]

    def messages_from(self, address: str) -> list[RecordedMessage]:
        """What this person wrote, in order, whether or not the bot was told."""
        return [m for m in self._by_address.get(address, ()) if m.direction is Direction.IN]

    def addresses(self) -> list[str]:
        """Everyone who wrote or was written to, in the order first seen."""
        return list(self._by_address)

    def changed(self) -> None:
        """Let `wait_for` look again."""
        if not self._waiting:
            return
        still: list[tuple[Callable[[], object], asyncio.Future[Any]]] = []
        for predicate, future in self._waiting:
            if future.done():
                continue
            try:
                found = predicate()
            except Exception as error:
                future.set_exception(error)
                continue
            if found:
                future.set_result(found)
            else:
                still.append((predicate, future))
        self._waiting = still

    async def wait_for(self, predicate: Callable[[], Found], timeout: float = 60.0) -> Found:
        """The first true value of `predicate`, asked again whenever something changed.

        Raises TimeoutError after `timeout` seconds, naming what was seen until then.
        """
        found = predicate()
        if found:
            return found
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((predicate, future))
        started = time.monotonic()
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            raise TimeoutError(
                f"not seen within {time.monotonic() - started:.1f} s; {self.summary()}"
            ) from None

    def summary(self) -> str:
        """One line for a failed wait: how many messages, and the counts."""
        directions = Counter(m.direction.value for m in self.messages)
        return (
            f"{directions['in']} in, {directions['out']} out, requests {dict(self.requests)}, "
            f"failures {dict(self.failures)}, deliveries {dict(self.deliveries)}"
        )

    def clear(self) -> None:
        """Forget messages and counts; those who wait go on waiting."""
        self.messages.clear()
        self._by_address.clear()
        self.requests.clear()
        self.failures.clear()
        self.deliveries.clear()
