"""Puts the parts of a process together from the settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from actions.articles.shelf import Shelf
from actions.registry.scheduled import RegistrySource
from actions.store.database import Database
from api.clock import today
from api.guides import path_of
from api.settings import Settings
from bot import flows, responses
from bot.channels.protocol import Channel
from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.channels.whatsapp import WhatsApp
from bot.delivery import Delivery
from bot.intake import Intake
from bot.transcription import Transcriber
from bot.turn import Parts
from nlu.client import NluClient

RESPONSES = Path(responses.__file__).parent
FLOWS = Path(flows.__file__).parent


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one process."""

    settings: Settings
    database: Database
    whatsapp: WhatsApp | None
    telegram: Telegram | None
    intake: Intake

    @property
    def channels(self) -> dict[str, Channel]:
        """The channels that are on, by name."""
        there: list[Channel | None] = [Web(), self.whatsapp, self.telegram]
        return {channel.name: channel for channel in there if channel is not None}


def whatsapp_of(settings: Settings) -> WhatsApp | None:
    """The WhatsApp channel, or None where its settings are missing."""
    token = settings.twilio_auth_token
    if not settings.twilio_account_sid or token is None or not settings.whatsapp_from:
        return None
    return WhatsApp(
        account_sid=settings.twilio_account_sid,
        auth_token=token.get_secret_value(),
        sender=settings.whatsapp_from,
        public_url=settings.public_address,
        api_url=settings.twilio_api_url,
        per_second=settings.whatsapp_per_second,
    )


def telegram_of(settings: Settings) -> Telegram | None:
    """The Telegram channel, or None where its token is missing."""
    if settings.telegram_token is None:
        return None
    secret = settings.telegram_secret
    return Telegram(
        bot_token=settings.telegram_token.get_secret_value(),
        secret=secret.get_secret_value() if secret else None,
        api_url=settings.telegram_api_url,
        per_second=settings.telegram_per_second,
    )


def transcriber_of(settings: Settings) -> Transcriber | None:
    """What hears voice notes, or None where no server for it is set."""
    if settings.transcription_url is None:
        return None
    key = settings.transcription_key
    return Transcriber(
        settings.transcription_url,
        key.get_secret_value() if key else None,
        settings.transcription_model,
    )


def registry_of(settings: Settings) -> RegistrySource | None:
    """The national registry's service, or None where none is set."""
    if settings.registry_url is None:
        return None
    key = settings.registry_key
    return RegistrySource(settings.registry_url, key.get_secret_value() if key else None)


@asynccontextmanager
async def assembled(settings: Settings, database_url: str) -> AsyncIterator[Assembly]:
    """The parts for the time of the block."""
    database = Database(database_url)
    whatsapp, telegram = whatsapp_of(settings), telegram_of(settings)
    assembly = Assembly(settings, database, whatsapp, telegram, Intake(database, whatsapp))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for channel in assembly.channels.values():
            stack.push_async_callback(channel.close)
        yield assembly


@asynccontextmanager
async def _followed(shelf: Shelf, database: Database) -> AsyncIterator[None]:
    """What staff publish shows on the shelf, for the time of the block."""
    following = asyncio.create_task(shelf.follow(database, today))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@asynccontextmanager
async def shelved(assembly: Assembly) -> AsyncIterator[Shelf]:
    """What is served, without a search over it, for the time of the block."""
    shelf = await Shelf.open(assembly.database, today(), searched=False)
    async with _followed(shelf, assembly.database):
        yield shelf


@asynccontextmanager
async def turning(assembly: Assembly, nlu_url: str) -> AsyncIterator[tuple[Parts, Delivery]]:
    """What turns and deliveries work with, for the time of the block."""
    shelf = await Shelf.open(assembly.database, today())
    public = assembly.settings.public_address
    async with (
        NluClient(nlu_url, assembly.settings.nlu_seconds) as nlu,
        _followed(shelf, assembly.database),
    ):
        parts = Parts(
            database=assembly.database,
            channels=assembly.channels,
            nlu=nlu,
            shelf=shelf,
            responses=responses.load(RESPONSES),
            flows=flows.load(FLOWS),
            hours=assembly.settings.office_hours,
            transcriber=transcriber_of(assembly.settings),
            guide_url=lambda guide: public + path_of(guide),
            calendar_url=lambda token: f"{public}/citas/{token}.ics",
            feed_url=lambda token: f"{public}/calendario/{token}.ics",
        )
        yield parts, Delivery(assembly.database, assembly.channels)
