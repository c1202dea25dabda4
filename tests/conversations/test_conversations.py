"""Each conversation of the YAML files, on the real path: webhooks, Rasa, PostgreSQL, providers."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from actions.store.database import Database, libpq_address
from api.processes.postgres import EmbeddedPostgres
from bot.channels import templates
from bot.channels.whatsapp import WhatsApp
from tests.conftest import drop_database, fresh_database
from tests.conversations.script import Conversation, Player, load, load_registry
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER
from tests.system import Channels, with_channels

AT_ONCE = 12
CONVERSATIONS = load()

pytestmark = pytest.mark.timeout(1200)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(
    postgres: EmbeddedPostgres, rasa_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[dict[str, BaseException | None]]:
    """What became of each conversation that was asked for: they are played side by side."""
    wanted = {
        conversation.id
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        if isinstance(conversation := item.callspec.params.get("conversation"), Conversation)
    }
    url = fresh_database(postgres)
    database = Database(url)
    try:
        async with (
            with_channels(
                url,
                rasa_url,
                twilio={"sends_per_second": 0, "webhook_timeout": 60.0},
            ) as channels,
            await psycopg.AsyncConnection.connect(
                libpq_address(url), autocommit=True
            ) as connection,
        ):
            await load_registry(database)
            await give_real_buttons(channels, database)
            # As Telegram's servers, which cannot reach a file at a loopback address.
            channels.telegram.poster.reach[f"{channels.system.url}/guias"] = "http://127.0.0.1:1"
            slots = asyncio.Semaphore(AT_ONCE)

            async def play(number: int, conversation: Conversation) -> BaseException | None:
                async with slots:
                    player = Player(channels, database, connection, number, conversation.channel)
                    try:
                        await player.play(conversation.steps)
                    except Exception as error:
                        return error
                    return None

            chosen = [one for one in CONVERSATIONS if one.id in wanted]
            outcomes = await asyncio.gather(
                *(play(number, one) for number, one in enumerate(chosen, start=1))
            )
            yield dict(zip((one.id for one in chosen), outcomes, strict=True))
    finally:
        await database.close()
        drop_database(postgres, url)


async def give_real_buttons(channels: Channels, database: Database) -> None:
    """Registers the quick replies of WhatsApp; a menu that matches none of them stays numbered."""
    whatsapp = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        public_url=channels.system.url,
        api_url=channels.twilio.url,
    )
    async for _ in templates.sync(whatsapp.client, database, templates.declared()):
        pass
    # A running worker looks for new templates only every minute.
    channels.system.kill("worker")
    channels.system.start("worker")


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.id)
@pytest.mark.asyncio(loop_scope="module")
async def test_conversation(
    conversation: Conversation, played: dict[str, BaseException | None]
) -> None:
    error = played[conversation.id]
    if error is not None:
        pytest.fail(f"{type(error).__name__}: {error}", pytrace=False)


def test_there_are_many() -> None:
    assert len({one.name for one in CONVERSATIONS}) >= 85
