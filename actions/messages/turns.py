"""Tells, across processes, that messages were answered: for those who wait for the answer."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Final

import psycopg
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "torogoz_turns"
RECONNECT_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


async def announce(session: AsyncSession, inbox_ids: Sequence[int]) -> None:
    """Tells, once the transaction commits, that these messages have been answered."""
    await session.execute(
        text("SELECT pg_notify(:channel, :ids)"),
        {"channel": CHANNEL, "ids": ",".join(map(str, inbox_ids))},
    )


class TurnsHeard:
    """Listens to the announcements. A lost connection is opened again; what was said meanwhile is
    lost, so whoever waits looks for itself from time to time."""

    def __init__(self, url: str) -> None:
        self._conninfo = (
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        self._expected: dict[int, list[asyncio.Event]] = {}

    @contextlib.contextmanager
    def expecting(self, inbox_id: int) -> Iterator[asyncio.Event]:
        """An event that is set when that message has been answered."""
        event = asyncio.Event()
        self._expected.setdefault(inbox_id, []).append(event)
        try:
            yield event
        finally:
            waiting = self._expected[inbox_id]
            waiting.remove(event)
            if not waiting:
                del self._expected[inbox_id]

    async def listen(self) -> None:
        """Listens until it is cancelled."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        self._tell(notice.payload)
            except psycopg.Error as error:
                log.warning("listening_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    def _tell(self, payload: str) -> None:
        for number in payload.split(","):
            for event in self._expected.get(int(number), ()):
                event.set()
