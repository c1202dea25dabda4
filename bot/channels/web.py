"""The web chat: the outbox itself is the mailbox that the page reads."""

import hashlib
from typing import Final

from actions.messages.content import Content
from actions.messages.outbox import Claimed
from bot.channels import text
from bot.channels.protocol import Outcome, Reply, Sent

NAME: Final = "web"
TEXT_LIMIT: Final = 4_096


def external_of(conversation: str) -> str:
    """What we store for a conversation's id, which is a secret: only its digest."""
    return hashlib.sha256(conversation.encode("utf-8", "surrogatepass")).hexdigest()


class Web:
    """A channel whose messages are fetched by the page, not sent."""

    name = NAME
    per_second = 0.0

    def render(self, reply: Reply) -> list[Content]:
        *first, last = text.split(reply.text, TEXT_LIMIT) or [""]
        final = Content(text=last, buttons=reply.buttons, files=reply.files)
        return [*(Content(text=part) for part in first), final]

    async def send(self, message: Claimed) -> Outcome:
        return Sent(f"web-{message.id}")

    async def reconcile(self, message: Claimed) -> list[str]:
        return []

    async def acknowledge(self, callback: str) -> None:
        """A page wants nothing here."""

    async def fetch(self, media: str) -> None:
        """None: files sent in the web chat are not kept."""

    async def close(self) -> None:
        """Nothing is open."""
