"""Promise 1: any number of copies of a webhook give one turn and one reply; forged ones nothing."""

import asyncio
from collections import Counter

import pytest

from tests.providers.posting import Delivery, PreparedRequest
from tests.providers.twilio import SENDER
from tests.system import Channels, with_channels

COPIES = 50
PEOPLE = 100
TEXTS = ("¿ocupo permiso ambiental?", "kiero hablar de la basura", "gracias", "hola")


async def _all_copies(
    channels: Channels, prepared: list[tuple[str, PreparedRequest]]
) -> list[Delivery]:
    """All copies of each webhook at once, a few webhooks at a time."""
    deliveries: list[Delivery] = []
    for start in range(0, len(prepared), 4):
        posts = [
            (channels.twilio if channel == "whatsapp" else channels.telegram).post(one)
            for channel, one in prepared[start : start + 4]
            for _ in range(COPIES)
        ]
        deliveries += await asyncio.gather(*posts)
    return deliveries


@pytest.mark.timeout(600)
async def test_copies_of_webhooks_give_one_turn_and_one_reply_each(
    database_url: str, rasa_url: str
) -> None:
    # Two hundred at once take longer than a provider would wait when the machine is busy.
    twilio = {"sends_per_second": 0, "webhook_timeout": 60.0}
    async with with_channels(database_url, rasa_url, twilio=twilio) as channels:
        prepared: list[tuple[str, PreparedRequest]] = []
        for number in range(PEOPLE):
            text = TEXTS[number % len(TEXTS)]
            whatsapp = channels.twilio.prepare_inbound(f"whatsapp:+503700{number:05}", text)
            prepared += [
                ("whatsapp", whatsapp),
                ("telegram", channels.telegram.prepare_inbound(9_000_000 + number, text)),
            ]
        deliveries = await _all_copies(channels, prepared)
        assert Counter(delivery.outcome for delivery in deliveries) == {"200": COPIES * 2 * PEOPLE}

        def all_answered() -> bool:
            return all(
                channels.twilio.messages_to(f"whatsapp:+503700{number:05}")
                and channels.telegram.messages_to(str(9_000_000 + number))
                for number in range(PEOPLE)
            )

        await channels.twilio.wait_for(all_answered)
        # A late copy's turn would still be under way.
        await asyncio.sleep(2)
        for number in range(PEOPLE):
            assert len(channels.twilio.messages_to(f"whatsapp:+503700{number:05}")) == 1
            assert len(channels.telegram.messages_to(str(9_000_000 + number))) == 1
        assert channels.system.query("SELECT count(*) FROM inbox") == [(2 * PEOPLE,)]
        assert channels.system.query("SELECT count(*) FROM turn") == [(2 * PEOPLE,)]


async def test_forged_and_malformed_webhooks_leave_no_row(database_url: str, rasa_url: str) -> None:
    async with with_channels(database_url, rasa_url) as channels:
        client = channels.system.client
        signed = channels.twilio.prepare_inbound("whatsapp:+50370000001", "hola")
        form = dict(signed.headers)
        statuses: list[int] = []
        for headers, body in (
            ({**form, "X-Twilio-Signature": "AAAA"}, signed.body),
            ({k: v for k, v in form.items() if k.lower() != "x-twilio-signature"}, signed.body),
            (form, signed.body + b"&Body=otra"),
            (form, b""),
        ):
            response = await client.post("/webhooks/whatsapp", headers=headers, content=body)
            statuses.append(response.status_code)
        response = await client.post("/webhooks/whatsapp?x=1", headers=form, content=signed.body)
        statuses.append(response.status_code)
        for path in ("/webhooks/whatsapp", "/webhooks/whatsapp/status"):
            wrong = channels.twilio.signer.prepare(
                f"{channels.system.url}{path}", {"To": SENDER, "Body": "hola"}
            )
            response = await client.post(path, headers=dict(wrong.headers), content=wrong.body)
            assert response.status_code == 400
        update = channels.telegram.prepare_inbound(7, "hola")
        plain = {
            key: value
            for key, value in update.headers.items()
            if key.lower() != "x-telegram-bot-api-secret-token"
        }
        for headers in (plain, {**plain, "X-Telegram-Bot-Api-Secret-Token": "otro"}):
            response = await client.post("/webhooks/telegram", headers=headers, content=update.body)
            statuses.append(response.status_code)
        assert statuses == [403] * len(statuses)
        for body in (b"{", b"[]", b'"x"', b'{"update_id": "x"}', b"[" * 100_000, b"\xff\xfe"):
            response = await client.post(
                "/webhooks/telegram", headers=dict(update.headers), content=body
            )
            assert response.status_code == 400, body[:20]
        assert channels.system.query("SELECT count(*) FROM inbox") == [(0,)]
        assert channels.system.query("SELECT count(*) FROM person") == [(0,)]
