"""Promises 1 and 2: all messages handled, once and in order, through kills and an outage."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator

import pytest

from actions.store import migrate
from api.processes.postgres import EmbeddedPostgres
from tests.providers.telegram_delivery import RetrySettings
from tests.system import Channels, with_channels

PEOPLE = 100
EACH = 10
OUTAGE_SECONDS = 60


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this test alone, since it is going to be stopped."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("outage"))
    server.start()
    migrate.upgrade(server.url())
    yield server
    server.stop()


async def _people_write(channels: Channels, until: asyncio.Event) -> None:
    """Each person sends ten numbered questions, one after the other, over about 80 seconds."""

    async def on_whatsapp(number: int) -> None:
        for nth in range(EACH):
            await channels.twilio.inbound(f"whatsapp:+503720{number:05}", f"mensaje {nth}")
            await asyncio.sleep(8)

    async def on_telegram(number: int) -> None:
        for nth in range(EACH):
            await channels.telegram.inbound(7_000_000 + number, f"mensaje {nth}")
            await asyncio.sleep(8)

    await asyncio.gather(
        *(on_whatsapp(number) for number in range(0, PEOPLE, 2)),
        *(on_telegram(number) for number in range(1, PEOPLE, 2)),
    )
    until.set()


@pytest.mark.timeout(600)
async def test_nothing_is_lost_doubled_or_reordered(
    own_postgres: EmbeddedPostgres, rasa_url: str
) -> None:
    async with with_channels(
        own_postgres.url(),
        rasa_url,
        twilio={"sends_per_second": 0},
        telegram={"retries": RetrySettings(most=5.0)},
    ) as channels:
        system = channels.system
        written = asyncio.Event()
        writing = asyncio.create_task(_people_write(channels, written))
        for kill in range(3):
            await asyncio.sleep(3)
            system.kill("worker")
            if kill == 1:
                own_postgres.stop()
                await asyncio.sleep(OUTAGE_SECONDS)
                own_postgres.start()
            system.start("worker")
        await writing
        expected = PEOPLE * EACH

        def counts() -> tuple[int, int]:
            ((stored, handled),) = system.query("SELECT count(*), count(handled_at) FROM inbox")
            return stored, handled

        for _ in range(3000):
            if counts() == (expected, expected):
                break
            if system.processes["worker"].poll() is not None:
                system.start("worker")
            if system.processes["web"].poll() is not None:
                system.start("web")
            await asyncio.sleep(0.1)
        assert counts() == (expected, expected)

        by_address: dict[str, list[str]] = defaultdict(list)
        turns: dict[str, list[int]] = defaultdict(list)
        for external, text, turn in system.query(
            "SELECT address.external, inbox.text, inbox.turn_id FROM inbox "
            "JOIN address ON address.id = inbox.address_id ORDER BY inbox.id"
        ):
            by_address[external].append(text)
            turns[external].append(turn)
        assert len(by_address) == PEOPLE
        for external, texts in by_address.items():
            assert texts == [f"mensaje {nth}" for nth in range(EACH)], external
            assert turns[external] == sorted(turns[external]), external
        # Each turn answered once: its rows in the outbox are those of one reply.
        replies = system.query(
            "SELECT turn_id, count(*) FROM outbox GROUP BY turn_id HAVING count(*) > 1"
        )
        assert replies == []
