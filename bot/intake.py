"""Intake: stores what comes in, and fetches what a provider could not hand over.

Twilio gives up on a webhook that fails and does not repeat it, but it keeps a list. So after any
time in which a webhook of ours may have failed (this process just started, the database was away)
there is a *gap*: before the next message is stored, those of Twilio's list are, in its order.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import text

from actions.messages import inbox
from actions.messages.inbox import Received
from actions.store.database import Database
from bot.channels.whatsapp import NAME as WHATSAPP
from bot.channels.whatsapp import WhatsApp
from bot.inbound import Inbound

FIRST_LOOK_BACK: Final = timedelta(hours=1)
OVERLAP: Final = timedelta(minutes=2)
"""Listed again at each look: Twilio's list may lag, and copies are harmless."""
LONGEST_LOOK_BACK: Final = timedelta(days=3)
BATCH: Final = 500
REST_SECONDS: Final = 10.0
"""After a failed look, webhooks do not wait for another one for so long."""

log = structlog.get_logger(__name__)


class Intake:
    """Stores inbound messages of all channels."""

    def __init__(self, database: Database, whatsapp: WhatsApp | None) -> None:
        self._database = database
        self._whatsapp = whatsapp
        self._gap_since: float | None = time.monotonic()
        """When a webhook may last have failed; None when none has since the list was read."""
        self._closing = asyncio.Lock()
        self._rest_until = 0.0

    def note_failure(self) -> None:
        """A webhook was refused for a reason of ours: what it brought has to be fetched."""
        self._gap_since = time.monotonic()

    async def receive(self, message: Inbound) -> Received:
        """Stores a message, after those that came before it and could not be stored then."""
        if message.channel == WHATSAPP and self._gap_since is not None:
            await self._close_gap()
        return await self._store(message)

    async def _close_gap(self) -> None:
        async with self._closing:
            if self._gap_since is None:
                return
            began = time.monotonic()
            if began < self._rest_until:
                return
            if await self.catch_up() is None:
                # The list cannot be read now. Order must not cost the message itself, and the
                # periodic look fetches the rest.
                self._rest_until = time.monotonic() + REST_SECONDS
                return
            if self._gap_since is not None and self._gap_since < began:
                self._gap_since = None

    async def catch_up(self) -> int | None:
        """Stores what Twilio lists and we do not have, oldest first; how many, None on failure."""
        if self._whatsapp is None:
            return 0
        started = datetime.now(UTC)
        async with self._database.session() as session:
            until: datetime | None = await session.scalar(
                text("SELECT listed_until FROM intake WHERE channel = :channel"),
                {"channel": WHATSAPP},
            )
        since = max(
            until - OVERLAP if until else started - FIRST_LOOK_BACK, started - LONGEST_LOOK_BACK
        )
        try:
            messages = await self._whatsapp.list_inbound(since)
        except Exception as error:
            # Whatever the client raises, the list is away.
            log.warning("list_unreachable", error=type(error).__name__)
            return None
        stored = 0
        for start in range(0, len(messages), BATCH):
            stored += await self._store_missing(messages[start : start + BATCH])
        async with self._database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO intake (channel, listed_until) VALUES (:channel, :until) "
                    "ON CONFLICT (channel) DO UPDATE SET listed_until = "
                    "GREATEST(intake.listed_until, excluded.listed_until)"
                ),
                {"channel": WHATSAPP, "until": started},
            )
        if stored:
            log.info("caught_up", stored=stored)
        return stored

    async def _store_missing(self, messages: list[Inbound]) -> int:
        async with self._database.session() as session:
            known = await inbox.known(
                session, WHATSAPP, [(one.external, one.provider_id) for one in messages]
            )
        stored = 0
        for message in messages:
            if (message.external, message.provider_id) not in known:
                stored += (await self._store(message)).new
        return stored

    async def _store(self, message: Inbound) -> Received:
        async with self._database.transaction() as session:
            return await inbox.receive(
                session,
                channel=message.channel,
                external=message.external,
                provider_id=message.provider_id,
                kind=message.kind,
                text=message.text,
                detail=message.detail,
                sent_at=message.sent_at,
            )
