"""``torogoz doctor``: what is wrong with an installation, and how to mend it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from api.processes.postgres import EmbeddedPostgres
from tests.api.command_line import CommandLine, Ended
from tests.conftest import drop_database
from tests.providers.faults import FaultKind
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.telegram_delivery import Webhook
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers_test.listener import Listener, Reply
from tests.system import SECRET, free_port, with_channels

NAMES = (
    *("Base de datos", "Rasa", "Web y trabajador", "WhatsApp", "Telegram"),
    *("Notas de voz", "Dirección pública", "Reloj"),
)
OTHER_WEBHOOK = "https://otra.example.sv/telegram"
STATES = {"✓": "bien", "!": "aviso", "✗": "falla"}


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as provider:
        yield provider


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with TwilioStandIn() as provider:
        yield provider


@pytest.fixture
def bare(tmp_path: Path, database_url: str, rasa_url: str) -> CommandLine:
    """An installation without channels, whose web is not running."""
    port = str(free_port())
    return CommandLine(tmp_path, database_url=database_url, nlu_url=rasa_url, port=port)


@pytest.fixture
def cli(bare: CommandLine, telegram: TelegramStandIn, twilio: TwilioStandIn) -> CommandLine:
    """The same with both channels: their webhook is the one it should be."""
    address = f"http://127.0.0.1:{bare.settings['port']}"
    telegram.updates.set_webhook(Webhook(f"{address}/webhooks/telegram", SECRET), drop_pending=True)
    bare.settings |= {
        "public_url": address,
        "telegram_token": BOT_TOKEN,
        "telegram_secret": SECRET,
        "telegram_api_url": telegram.url,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "whatsapp_from": SENDER,
        "twilio_api_url": twilio.url,
    }
    return bare


def findings(ended: Ended) -> dict[str, tuple[str, str, str]]:
    """By the name of what was looked at: its state, what was found, and how to mend it."""
    found: dict[str, tuple[str, str, str]] = {}
    name = ""
    for line in ended.out.splitlines():
        if line.startswith("    → "):
            state, what, _ = found[name]
            found[name] = (state, what, line.removeprefix("    → "))
        else:
            name, _, what = line[2:].partition(": ")
            found[name] = (STATES[line[0]], what, "")
    assert tuple(found) == NAMES
    assert ended.err == ""
    return found


def failed(ended: Ended) -> list[str]:
    return [name for name, (state, _, _) in findings(ended).items() if state == "falla"]


async def test_a_running_system_with_both_channels_is_well(
    database_url: str, rasa_url: str, tmp_path: Path
) -> None:
    async with with_channels(database_url, rasa_url) as channels:
        system = channels.system
        settings = {
            name.removeprefix("TOROGOZ_").lower(): value
            for name, value in system.environment.items()
        }
        cli = CommandLine(
            tmp_path,
            **settings,
            database_url=database_url,
            nlu_url=rasa_url,
            port=str(system.port),
            public_url=system.url,
        )
        ended = await cli("doctor")
    found = findings(ended)
    assert ended.code == 0
    assert {(state, mend) for state, _, mend in found.values()} == {("bien", "")}
    assert found["Base de datos"][1].startswith("PostgreSQL ")
    assert rasa_url in found["Rasa"][1]
    assert f"webhook {system.url}/webhooks/whatsapp" in found["WhatsApp"][1]
    assert found["Telegram"][1] == "@torogoz_marn_bot, webhook"
    assert AUTH_TOKEN not in ended.out
    assert BOT_TOKEN not in ended.out


async def test_what_is_only_off_is_no_failure_but_says_how_to_turn_it_on(
    bare: CommandLine, telegram: TelegramStandIn
) -> None:
    # The stand-in tells the time and is asked for nothing else.
    ended = await bare("doctor", telegram_api_url=telegram.url)
    found = findings(ended)
    assert ended.code == 0
    states = [state for state, _, _ in found.values()]
    assert states == ["bien", "bien", "aviso", "aviso", "aviso", "bien", "bien", "bien"]
    assert "make run" in found["Web y trabajador"][2]
    for name in ("TOROGOZ_TWILIO_ACCOUNT_SID", "TOROGOZ_TWILIO_AUTH_TOKEN"):
        assert name in found["WhatsApp"][1]
    assert "TOROGOZ_TELEGRAM_TOKEN" in found["Telegram"][1]
    assert "@BotFather" in found["Telegram"][2]
    assert "TOROGOZ_TRANSCRIPTION_URL" in found["Notas de voz"][1]
    assert set(telegram.record.requests) == {"other"}


async def test_each_failure_stands_alone_and_says_how_to_mend_it(
    cli: CommandLine, telegram: TelegramStandIn
) -> None:
    away = f"postgresql://torogoz:secreta@127.0.0.1:{free_port()}/torogoz"
    twilio_token, telegram_token, database = await asyncio.gather(
        cli("doctor", twilio_auth_token="not-the-token"),
        cli("doctor", telegram_token=f"{BOT_TOKEN[:-4]}0001"),
        cli("doctor", database_url=away),
    )
    telegram.updates.set_webhook(Webhook(OTHER_WEBHOOK, "x"), drop_pending=True)
    webhook = await cli("doctor")
    for ended, name, found, mend in (
        (twilio_token, "WhatsApp", "rechaza", "TOROGOZ_TWILIO_AUTH_TOKEN"),
        (telegram_token, "Telegram", "", "TOROGOZ_TELEGRAM_TOKEN"),
        (database, "Base de datos", "refused", "TOROGOZ_DATABASE_URL"),
        (webhook, "Telegram", OTHER_WEBHOOK, "torogoz channels set-webhook"),
    ):
        assert ended.code == 1
        assert failed(ended) == [name]
        assert found in findings(ended)[name][1]
        assert mend in findings(ended)[name][2]
        for secret in ("secreta", AUTH_TOKEN, BOT_TOKEN[:-4], SECRET):
            assert secret not in ended.out


async def test_every_failure_is_told_at_once(
    cli: CommandLine, twilio: TwilioStandIn, postgres: EmbeddedPostgres
) -> None:
    twilio.faults.once(FaultKind.SERVER_ERROR, operation="messages.list")
    empty = f"empty_{cli.settings['port']}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {empty}")
    async with Listener() as clock:
        clock.files["/"] = Reply(headers={"Date": "Mon, 02 Nov 2026 10:00:00 GMT"})
        ended = await cli(
            "doctor",
            database_url=postgres.url(empty),
            nlu_url="http://127.0.0.1:9",
            public_url="http://torogoz.example.sv",
            telegram_token="",
            telegram_api_url=clock.url,
        )
    drop_database(postgres, postgres.url(empty))
    found = findings(ended)
    assert ended.code == 1
    assert failed(ended) == [
        *("Base de datos", "Rasa", "WhatsApp", "Dirección pública", "Reloj"),
    ]
    assert "esquema viejo" in found["Base de datos"][1]
    assert found["Base de datos"][2] == "torogoz migrate"
    assert "http://127.0.0.1:9" in found["Rasa"][1]
    assert "TOROGOZ_NLU_URL" in found["Rasa"][2]
    assert "500" in found["WhatsApp"][1]
    assert "https" in found["Dirección pública"][2]
    assert "NTP" in found["Reloj"][2]
