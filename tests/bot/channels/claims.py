"""Messages as delivery hands them to a channel."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from actions.messages import states
from actions.messages.content import Content
from actions.messages.outbox import Claimed


def claimed(channel: str, external: str, content: Content, **changes: Any) -> Claimed:
    """A reply to someone who wrote just now, claimed for its first attempt."""
    now = datetime.now(UTC)
    reply = Claimed(
        id=41,
        person_id=1,
        address_id=1,
        channel=channel,
        external=external,
        lane=states.REPLY,
        content=content,
        attempts=1,
        attempted_at=now,
        ambiguous=False,
        window_opened_at=now,
        stopped=False,
        blocked=False,
    )
    return replace(reply, **changes)
