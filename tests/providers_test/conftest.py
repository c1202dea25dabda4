"""Both stand-ins started, the real clients pointed at them, and a listener for their webhooks."""

import struct
import zlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot
from telegram.request import HTTPXRequest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.providers.telegram import BOT_TOKEN, RetrySettings, TelegramStandIn
from tests.providers.twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CallbackSettings,
    TwilioStandIn,
)
from tests.providers_test.listener import Listener

PATIENCE = 60.0
"""Seconds that a client waits for an answer that must come."""


class Clock:
    """Unix seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1_795_370_400.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    async with Listener() as ears:
        yield ears


@pytest_asyncio.fixture
async def twilio(clock: Clock, listener: Listener) -> AsyncIterator[TwilioStandIn]:
    stand_in = TwilioStandIn(
        webhook_url=f"{listener.url}/whatsapp?from=twilio",
        callbacks=CallbackSettings(queued=0.0, sent=0.01, delivered=0.02, failed=0.01),
        clock=clock,
    )
    async with stand_in:
        yield stand_in


@pytest_asyncio.fixture
async def twilio_client(twilio: TwilioStandIn) -> AsyncIterator[Client]:
    async with AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = client.content.base_url = twilio.url
        yield client


@pytest.fixture
def blocking_twilio_client(twilio: TwilioStandIn) -> Client:
    """The blocking client: the asynchronous one sends JSON bodies as forms."""
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.content.base_url = twilio.url
    return client


@pytest_asyncio.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(
        clock=clock, monotonic=clock, retries=RetrySettings(base=0.02)
    ) as stand_in:
        yield stand_in


def _patient() -> HTTPXRequest:
    """Waits longer than the library does: a busy machine is not what is tested."""
    return HTTPXRequest(
        connection_pool_size=256,
        read_timeout=PATIENCE,
        write_timeout=PATIENCE,
        connect_timeout=PATIENCE,
        pool_timeout=PATIENCE,
    )


@pytest_asyncio.fixture
async def bot(telegram: TelegramStandIn) -> AsyncIterator[Bot]:
    async with Bot(
        BOT_TOKEN,
        base_url=f"{telegram.url}/bot",
        base_file_url=f"{telegram.url}/file/bot",
        request=_patient(),
        # The library's own would hold one connection, and so never two polls at once.
        get_updates_request=_patient(),
    ) as made:
        yield made


@pytest.fixture
def png() -> bytes:
    """A real picture, 3 by 2 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\xff\xff" * 2)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
