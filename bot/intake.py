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
FILES_AT_ONCE: Final = 10
"""Messages whose files Twilio is asked for at the same time: a webhook waits for all of them."""
REST_SECONDS: Final = 10.0
"""After a failed look, webhooks do not wait for another one for so long."""

_Key = tuple[str, str]
"""A sender, and the provider's id of a message."""

log = structlog.get_logger(__name__)


class Intake:
    """Stores inbound messages of all channels."""

    def __init__(self, database: Database, whatsapp: WhatsApp | None) -> None:
        self._database = database
        self._whatsapp = whatsapp
        self._gap_since: float | None = time.monotonic()
        """When a webhook may last have failed; None when none has since the list was read."""
        self._closing = asyncio.Lock()
        self._arriving: set[_Key] = set()
        """What webhooks have brought and is not stored yet: the list tells less of it."""
        self._rest_until = 0.0

    def note_failure(self) -> None:
        """A webhook was refused for a reason of ours: what it brought has to be fetched."""
        self._gap_since = time.monotonic()

    async def receive(self, message: Inbound) -> Received:
        """Stores a message, after those that came before it and could not be stored then."""
        if message.channel != WHATSAPP or self._gap_since is None:
            return await self._store(message)
        key = (message.external, message.provider_id)
        self._arriving.add(key)
        try:
            await self._close_gap()
            return await self._store(message)
        finally:
            self._arriving.discard(key)

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
        stored, messages = 0, self._without_arriving(messages)
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

    def _without_arriving(self, messages: list[Inbound]) -> list[Inbound]:
        """Leaves out what its own webhook brings, file and buttons with it, and what the same
        person sent after that, which the next look finds."""
        left: list[Inbound] = []
        waited_for: set[str] = set()
        for message in messages:
            if (message.external, message.provider_id) in self._arriving:
                waited_for.add(message.external)
            elif message.external not in waited_for:
                left.append(message)
        return left

    async def _store_missing(self, messages: list[Inbound]) -> int:
        async with self._database.session() as session:
            known = await inbox.known(
                session, WHATSAPP, [(one.external, one.provider_id) for one in messages]
            )
        missing = [one for one in messages if (one.external, one.provider_id) not in known]
        few = asyncio.Semaphore(FILES_AT_ONCE)
        stored = 0
        for message in await asyncio.gather(*(self._with_file(one, few) for one in missing)):
            stored += (await self._store(message)).new
        return stored

    async def _with_file(self, message: Inbound, few: asyncio.Semaphore) -> Inbound:
        if self._whatsapp is None:
            return message
        async with few:
            return await self._whatsapp.with_file(message)

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
