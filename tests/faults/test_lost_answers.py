"""Promise 3: a send whose answer was lost is reconciled before any resend."""

import asyncio
from collections import Counter

import pytest

from tests.providers.faults import FaultKind
from tests.providers.twilio_callbacks import CallbackSettings
from tests.system import with_channels

PEOPLE = 60
LOST = 0.1


@pytest.mark.timeout(600)
async def test_lost_answers_double_nothing_on_whatsapp_and_little_on_telegram(
    database_url: str, rasa_url: str
) -> None:
    async with with_channels(
        database_url,
        rasa_url,
        # Most callbacks are lost as well, so that some sends can only be found in the list.
        twilio={"sends_per_second": 0, "callbacks": CallbackSettings(lose=0.8), "seed": 3},
        telegram={"seed": 4},
    ) as channels:
        channels.twilio.faults.at_rate(FaultKind.ANSWER_LOST, LOST, operation="messages.create")
        channels.telegram.faults.at_rate(FaultKind.ANSWER_LOST, LOST, operation="sendMessage")
        numbers = [f"whatsapp:+503710{number:05}" for number in range(PEOPLE)]
        chats = [8_000_000 + number for number in range(PEOPLE)]
        for _ in range(2):
            await asyncio.gather(
                *(channels.twilio.inbound(number, "¿ocupo permiso?") for number in numbers),
                *(channels.telegram.inbound(chat, "¿ocupo permiso?") for chat in chats),
            )
            await asyncio.sleep(3)

        def open_rows() -> int:
            rows = channels.system.query(
                "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'ambiguous')"
            )
            return int(rows[0][0])

        for _ in range(1500):
            handled = channels.system.query("SELECT count(*) FROM inbox WHERE handled_at IS NULL")
            if handled == [(0,)] and open_rows() == 0:
                break
            await asyncio.sleep(0.2)
        assert open_rows() == 0

        lost = channels.twilio.faults.drawn[FaultKind.ANSWER_LOST.value]
        assert lost >= 3, "the test lost nothing, so it shows nothing"
        turns = dict(
            channels.system.query(
                "SELECT address.external, count(DISTINCT turn_id) FROM inbox "
                "JOIN address ON address.id = inbox.address_id GROUP BY 1"
            )
        )
        for number in numbers:
            sent = channels.twilio.messages_to(number)
            assert len(sent) == turns[number.removeprefix("whatsapp:")]
        known = Counter(
            row[0]
            for row in channels.system.query(
                "SELECT provider_id FROM outbox WHERE channel = 'whatsapp'"
            )
        )
        assert known == Counter(
            message.provider_id
            for number in numbers
            for message in channels.twilio.messages_to(number)
        )
        ambiguous = channels.telegram.faults.drawn[FaultKind.ANSWER_LOST.value]
        sent_on_telegram = sum(len(channels.telegram.messages_to(str(chat))) for chat in chats)
        expected = sum(turns[str(chat)] for chat in chats)
        assert expected <= sent_on_telegram <= expected + ambiguous
