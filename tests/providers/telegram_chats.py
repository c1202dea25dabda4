"""Private chats with the bot: who is there, who blocked it, and the messages in each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.providers.record import RecordedMessage


@dataclass(slots=True)
class Chat:
    """One person's chat. `messages` holds the Message objects by message_id."""

    id: int
    first_name: str
    blocked: bool = False
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    recorded: dict[int, RecordedMessage] = field(default_factory=dict)

    def as_chat(self) -> dict[str, Any]:
        """The Chat object."""
        return {"id": self.id, "first_name": self.first_name, "type": "private"}

    def as_user(self) -> dict[str, Any]:
        """The User object of the person."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": "es",
        }


class Chats:
    """All chats of the bot, and message numbers that never come twice."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._chats: dict[int, Chat] = {}
        # From the clock: a bot that keeps its database over a restart must not meet old numbers.
        self._last_message_id = int(clock()) % 1_000_000_000

    def start(self, chat_id: int, first_name: str | None = None) -> Chat:
        """The person's chat, begun if need be; renamed when a name is given."""
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Chat(chat_id, first_name or "Ana")
        elif first_name is not None:
            chat.first_name = first_name
        return chat

    def find(self, chat_id: int) -> Chat | None:
        """The chat, if this person ever started the bot."""
        return self._chats.get(chat_id)

    def next_message_id(self) -> int:
        """A new message's number."""
        self._last_message_id += 1
        return self._last_message_id

    def clear(self) -> None:
        """Nobody has started the bot; numbers go on."""
        self._chats.clear()
