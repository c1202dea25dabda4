"""``torogoz channels``: what the providers are told, and what they are asked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from bot.channels import templates
from tests.api.command_line import CommandLine, Ended
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers.twilio_content import Content

PUBLIC_URL = "https://torogoz-del-ministerio-de-medio-ambiente.pruebas.example.gob.sv"
SECRET = "un-secreto_de-prueba"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as provider:
        yield provider


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with TwilioStandIn() as provider:
        yield provider


@pytest.fixture
def bare(tmp_path: Path, database_url: str) -> CommandLine:
    """An installation where no channel has been set up."""
    return CommandLine(tmp_path, database_url=database_url)


@pytest.fixture
def cli(bare: CommandLine, telegram: TelegramStandIn, twilio: TwilioStandIn) -> CommandLine:
    """An installation with all that both channels need."""
    bare.settings |= {
        "public_url": f"{PUBLIC_URL}/",
        "telegram_token": BOT_TOKEN,
        "telegram_secret": SECRET,
        "telegram_api_url": telegram.url,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "whatsapp_from": SENDER,
        "twilio_api_url": twilio.url,
    }
    return bare


def created(twilio: TwilioStandIn) -> dict[str, Content]:
    """The contents at the provider by their names there, oldest first."""
    page = twilio.contents.page({}, with_approvals=False)["contents"]
    return {one["friendly_name"]: twilio.contents.get(one["sid"]) for one in reversed(page)}


def rows(ended: Ended) -> dict[str, list[str]]:
    """The lines of a table by their first cell."""
    cells = [
        [cell.strip() for cell in line.strip("│┃").split("│")]
        for line in ended.out.splitlines()
        if line.startswith("│")
    ]
    return {first: rest for first, *rest in cells}


async def test_set_webhook_tells_telegram_and_says_what_to_put_in_twilio(
    cli: CommandLine, telegram: TelegramStandIn
) -> None:
    ended = await cli("channels", "set-webhook")
    assert (ended.code, ended.err) == (0, "")
    webhook = telegram.updates.webhook
    assert webhook is not None
    assert (webhook.url, webhook.secret_token) == (f"{PUBLIC_URL}/webhooks/telegram", SECRET)
    assert telegram.updates.allowed == frozenset({"message", "callback_query", "my_chat_member"})
    assert telegram.record.requests["setMyCommands"] == 1
    # Each address stands on one line, to be copied.
    whatsapp, telegrams = f"{PUBLIC_URL}/webhooks/whatsapp", f"{PUBLIC_URL}/webhooks/telegram"
    assert f"  A message comes in: {whatsapp} (HTTP POST)\n" in ended.out
    assert f"Telegram: listo, {telegrams}\n" in ended.out
    assert SECRET not in ended.out
    assert BOT_TOKEN not in ended.out


async def test_without_tokens_each_channel_says_what_it_lacks(bare: CommandLine) -> None:
    webhook, sync = await asyncio.gather(
        bare("channels", "set-webhook", twilio_auth_token=AUTH_TOKEN),
        bare("channels", "templates", "sync", whatsapp_from=SENDER),
    )
    assert webhook.code == 0
    assert webhook.out == (
        "WhatsApp: falta TOROGOZ_TWILIO_ACCOUNT_SID, TOROGOZ_WHATSAPP_FROM.\n"
        "Telegram: falta TOROGOZ_TELEGRAM_TOKEN.\n"
    )
    assert sync.code == 1
    assert sync.out == "Falta TOROGOZ_TWILIO_ACCOUNT_SID, TOROGOZ_TWILIO_AUTH_TOKEN.\n"
    assert (webhook.err, sync.err) == ("", "")


async def test_without_address_or_secret_no_webhook_is_set(
    cli: CommandLine, telegram: TelegramStandIn
) -> None:
    ended = await cli("channels", "set-webhook", telegram_secret="")
    assert ended.code == 0
    assert "TOROGOZ_TELEGRAM_SECRET se atiende por consulta" in ended.said
    assert telegram.updates.webhook is None
    assert not telegram.record.requests


async def test_what_telegram_refuses_is_told(cli: CommandLine, telegram: TelegramStandIn) -> None:
    ended = await cli("channels", "set-webhook", telegram_secret="con espacios")
    assert ended.code == 1
    assert "Telegram no lo aceptó: " in ended.said
    assert "unallowed characters" in ended.said
    assert "Traceback" not in ended.said
    assert BOT_TOKEN not in ended.said
    assert telegram.updates.webhook is None


async def test_sync_makes_the_templates_once_and_follows_their_approval(
    cli: CommandLine, twilio: TwilioStandIn, database_url: str
) -> None:
    declared = {one.name: one for one in templates.declared()}
    first = await cli("channels", "templates", "sync")
    assert (first.code, first.err) == (0, "")
    made = created(twilio)
    assert list(made) == [one.full_name for one in declared.values()]
    for template in declared.values():
        content = made[template.full_name]
        asked = content.approval.category if content.approval else None
        assert asked == template.category
        state = "received" if template.category else "no ocupa"
        assert rows(first)[template.name] == [content.sid, state, "registrada"]

    second = await cli("channels", "templates", "sync")
    assert second.code == 0
    assert created(twilio) == made
    assert twilio.record.requests["content.create"] == len(declared)
    assert {row[-1] for row in rows(second).values()} == {"ya estaba"}

    reply = made[declared["case_reply"].full_name]
    twilio.contents.approve(reply.sid)
    with psycopg.connect(database_url) as connection:
        # As if the wording of one had been changed since.
        connection.execute("UPDATE template SET digest = 'of before' WHERE name = 'start'")
    third = await cli("channels", "templates", "sync")
    assert rows(third)["case_reply"] == [reply.sid, "approved", "ya estaba"]
    assert rows(third)["start"][-1] == "registrada"
    assert rows(third)["topics"][-1] == "ya estaba"
    with psycopg.connect(database_url) as connection:
        stored = connection.execute("SELECT name, digest, sid, approval FROM template").fetchall()
    known = {name: (digest, sid, approval) for name, digest, sid, approval in stored}
    usable = templates.usable(list(declared.values()), known)
    # Those that wait for WhatsApp's approval cannot be sent yet.
    waiting = {name for name, one in declared.items() if one.category} - {"case_reply"}
    assert usable.keys() == declared.keys() - waiting
    assert usable["case_reply"] == reply.sid


async def test_what_twilio_refuses_or_does_not_answer_is_told(
    cli: CommandLine, twilio: TwilioStandIn
) -> None:
    refused, away = await asyncio.gather(
        cli("channels", "templates", "sync", twilio_auth_token="not-the-token"),
        cli("channels", "templates", "sync", twilio_api_url="http://127.0.0.1:9"),
    )
    for ended in (refused, away):
        assert ended.code == 1
        assert "Twilio no respondió como se esperaba: " in ended.said
        assert "Traceback" not in ended.said
        assert AUTH_TOKEN not in ended.said
    assert created(twilio) == {}
