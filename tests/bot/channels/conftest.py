"""The two adapters, each on its stand-in over real HTTP, and a public address that is heard."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

import pytest

from bot.channels import templates
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from tests.bot.channels.claims import ANA, CHAT
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, CallbackSettings, TwilioStandIn
from tests.providers_test.listener import Listener

PUBLIC_URL = "https://torogoz.example.sv"
SECRET = "un-secreto_de-prueba"


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that Twilio posted: where to, with which signature, and its fields."""

    path: str
    signature: str
    form: dict[str, str]


class Ears(Listener):
    """What listens at our public address."""

    def posted(self) -> list[Posted]:
        """The forms heard so far, in order."""
        return [
            Posted(
                heard.path,
                heard.headers.get("X-Twilio-Signature", ""),
                dict(parse_qsl(heard.body.decode(), keep_blank_values=True)),
            )
            for heard in self.heard
        ]

    def inbound(self) -> Posted:
        """The last message of a person, past the status callbacks."""
        return [one for one in self.posted() if "MessageStatus" not in one.form][-1]


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    async with Ears() as listening:
        yield listening


@pytest.fixture
async def twilio(ears: Ears) -> AsyncIterator[TwilioStandIn]:
    """Twilio's stand-in, to which Ana wrote just now: free text reaches her."""
    async with TwilioStandIn(
        webhook_url=f"{PUBLIC_URL}/webhooks/whatsapp",
        reach={PUBLIC_URL: ears.url},
        callbacks=CallbackSettings(queued=0.0, sent=0.0, delivered=0.0, failed=0.0),
        approval_delay=0.0,
    ) as provider:
        provider.people.wrote(ANA)
        yield provider


@pytest.fixture
async def whatsapp(twilio: TwilioStandIn) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        public_url=f"{PUBLIC_URL}/",
        api_url=twilio.url,
    )
    yield channel
    await channel.close()


@pytest.fixture
async def with_templates(whatsapp: WhatsApp) -> WhatsApp:
    """The channel after its declared templates were registered and approved."""
    declared = templates.declared()
    registered = {}
    for template in declared:
        sid = await templates.register(whatsapp.client, template)
        registered[template.name] = (template.digest, sid, templates.APPROVED)
    whatsapp.template_sids = templates.usable(declared, registered)
    whatsapp.quick_replies = templates.quick_replies(declared)
    return whatsapp


@pytest.fixture
async def provider() -> AsyncIterator[TelegramStandIn]:
    """Telegram's stand-in, where Ana has begun the chat: a bot cannot write before."""
    async with TelegramStandIn(chat_rate=0, overall_rate=0) as stand_in:
        stand_in.chats.start(CHAT)
        yield stand_in


@pytest.fixture
async def telegram(provider: TelegramStandIn) -> AsyncIterator[Telegram]:
    channel = Telegram(bot_token=BOT_TOKEN, secret=SECRET, api_url=provider.url)
    yield channel
    await channel.close()
