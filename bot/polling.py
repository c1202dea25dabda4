"""Telegram by polling, where there is no public address. Only one process polls at a time."""

import asyncio
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from actions.store.database import libpq_address
from bot.channels.telegram import ALLOWED_UPDATES, POLL_SECONDS, Telegram
from bot.inbound import MalformedMessage
from bot.intake import Intake

POLL_LOCK: Final = 7_263_542
"""Key of the advisory lock: two pollers would take each other's updates."""
PAUSE_SECONDS: Final = 3.0

log = structlog.get_logger(__name__)


async def poll(telegram: Telegram, intake: Intake, database_url: str) -> None:
    """Polls until it is cancelled, whenever no other process does."""
    conninfo = libpq_address(database_url)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as lock:
                taken = await lock.execute("SELECT pg_try_advisory_lock(%s)", (POLL_LOCK,))
                row = await taken.fetchone()
                if row and row[0]:
                    log.info("polling_started", channel=telegram.name)
                    await _poll_on(telegram, intake, lock)
        except (psycopg.Error, TelegramError, SQLAlchemyError, OSError) as error:
            log.warning("polling_interrupted", error=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)


async def _poll_on(
    telegram: Telegram, intake: Intake, lock: "psycopg.AsyncConnection[tuple[object, ...]]"
) -> None:
    offset: int | None = None
    while True:
        updates = await telegram.bot.get_updates(
            offset=offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES
        )
        # The lock goes with its connection: without it another process may be polling by now.
        await lock.execute("SELECT 1")
        for update in updates:
            try:
                message = telegram.read_update(update.to_dict())
            except MalformedMessage:
                message = None
            if message is not None:
                await intake.receive(message)
            # Asking for the next one tells Telegram to forget this one: it is stored by now.
            offset = update.update_id + 1
