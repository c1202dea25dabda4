"""The control API, and both stand-ins as a process of their own."""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.providers.control import ControlPanel
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers_test.conftest import PATIENCE
from tests.providers_test.listener import Listener, Reply

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
ANA = "whatsapp:+50370001234"


@pytest_asyncio.fixture
async def control(
    twilio: TwilioStandIn, telegram: TelegramStandIn
) -> AsyncIterator[httpx.AsyncClient]:
    twilio.control = telegram.control = ControlPanel(twilio, telegram).handle
    async with httpx.AsyncClient(base_url=f"{twilio.url}/_control", timeout=PATIENCE) as http:
        yield http


async def _post(control: httpx.AsyncClient, path: str, body: object) -> Any:
    answer = await control.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_whatsapp_both_ways(
    twilio: TwilioStandIn, control: httpx.AsyncClient, listener: Listener, png: bytes
) -> None:
    listener.usual = Reply(body=b"Va pues", content_type="text/plain")
    done = await _post(
        control,
        "/inbound",
        {
            "channel": "whatsapp",
            "from": "+50370001234",
            "text": "hola",
            "files": [
                {
                    "name": "p.png",
                    "content_type": "image/png",
                    "base64": base64.b64encode(png).decode(),
                }
            ],
        },
    )
    assert done["webhook"]["status"] == 200
    assert done["id"] == twilio.messages_from(ANA)[0].provider_id
    shown = await control.get("/messages", params={"channel": "whatsapp", "address": ANA})
    messages = shown.json()["messages"]
    assert [(m["direction"], m["text"]) for m in messages] == [("in", "hola"), ("out", "Va pues")]
    assert messages[0]["files"] == [
        {"name": "p.png", "content_type": "image/png", "size": len(png)}
    ]
    file = await control.get("/file", params={"channel": "whatsapp", "number": 1})
    assert file.content == png
    after = await control.get("/messages", params={"channel": "whatsapp", "after": 1})
    assert [m["number"] for m in after.json()["messages"]] == [2]


async def test_telegram_in_a_batch_and_a_press(
    telegram: TelegramStandIn, bot: Bot, control: httpx.AsyncClient, listener: Listener
) -> None:
    await bot.set_webhook(f"{listener.url}/telegram")
    batch = [{"channel": "telegram", "from": 7, "text": t, "name": "Luis"} for t in ("uno", "dos")]
    assert [d["delivered"] for d in await _post(control, "/inbound", batch)] == [True, True]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="tok")]])
    sent = await bot.send_message(7, "¿Sí?", reply_markup=keyboard)
    press = {"message": str(sent.message_id), "button": "Sí"}
    await _post(control, "/inbound", {"channel": "telegram", "from": 7, "press": press})
    assert json.loads(listener.heard[-1].body)["callback_query"]["data"] == "tok"
    listener.usual = Reply(500)
    waited = {"channel": "telegram", "from": 7, "text": "tres", "timeout": 0.05}
    assert (await _post(control, "/inbound", waited))["delivered"] is False
    unwaited = {"channel": "telegram", "from": 7, "text": "cuatro", "wait": False}
    assert (await _post(control, "/inbound", unwaited))["delivered"] is None


async def test_faults_people_callbacks_and_reset(
    twilio: TwilioStandIn, twilio_client: Client, control: httpx.AsyncClient
) -> None:
    fault = {"channel": "whatsapp", "kind": "server_error", "times": 1}
    planned = await _post(control, "/faults", fault)
    assert planned["whatsapp"]["once"][0]["kind"] == "server_error"
    # The client wraps a failed list in its base class.
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        await twilio_client.messages.list_async()
    await _post(control, "/faults", {"channel": "telegram", "kind": "slow", "rate": 0.5})
    assert (await control.delete("/faults")).json()["telegram"]["rates"] == []
    await _post(control, "/person", {"channel": "whatsapp", "address": ANA, "state": "opted_out"})
    with pytest.raises(TwilioRestException) as caught:
        await twilio_client.messages.create_async(to=ANA, from_=SENDER, body="a")
    assert caught.value.code == 21610
    assert (await _post(control, "/callbacks", {"lose": 1, "read": 0.5}))["read"] == 0.5
    stats = (await control.get("/stats")).json()
    assert stats["whatsapp"]["failures"] == {
        "messages.list 500": 1,
        "messages.create 400": 1,
    }
    assert stats["cpu_seconds"] > 0
    twilio.prepare_inbound(ANA, "hola")
    people = (await control.get("/people")).json()
    assert people["whatsapp"] == [{"address": ANA, "window_is_open": True}]
    await _post(
        control, "/person", {"channel": "whatsapp", "address": ANA, "state": "window_closed"}
    )
    assert not twilio.people.window_is_open(ANA)
    await _post(control, "/reset", {})
    assert twilio.record.messages == []
    assert twilio.people.refusal(ANA) is None
    assert await twilio_client.messages.list_async() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/inbound", {"channel": "sms", "from": "+1"}),
        ("/inbound", {"channel": "whatsapp"}),
        ("/faults", {"channel": "whatsapp", "kind": "lluvia"}),
        ("/callbacks", {"tarde": 1}),
        ("/person", {"channel": "telegram", "address": "7", "state": "dormido"}),
        ("/content", {"sid": "HX0", "status": "approved"}),
    ],
)
async def test_what_cannot_be_done_is_said(
    control: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await control.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_control_stays_reachable_while_everything_fails(
    twilio: TwilioStandIn, telegram: TelegramStandIn, control: httpx.AsyncClient
) -> None:
    for kind in ("server_error", "dropped"):
        await _post(control, "/faults", {"channel": "whatsapp", "kind": kind, "rate": 1})
    assert (await control.get("/stats")).status_code == 200


async def test_the_page_and_its_parts(control: httpx.AsyncClient) -> None:
    page = await control.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" in page.text
    for part in ("phones.js", "phones.css"):
        assert part in page.text
        assert (await control.get(f"/{part}")).status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_as_a_process(listener: Listener) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.providers.serve",
        "--twilio-webhook=https://torogoz.example/whatsapp",
        f"--reach=https://torogoz.example={listener.url}",
        "--callbacks=0,0.01,0.02,0.03",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
        async with (
            httpx.AsyncClient(base_url=addresses["control"], timeout=PATIENCE) as control,
            Bot(BOT_TOKEN, base_url=f"{addresses['telegram']}/bot") as bot,
            AsyncTwilioHttpClient() as http,
        ):
            message = {"channel": "whatsapp", "from": "+50370001234", "text": "hola"}
            done = await _post(control, "inbound", message)
            assert done["webhook"]["status"] == 200
            assert listener.heard[0].headers["Host"] == "torogoz.example"
            client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
            client.api.base_url = addresses["twilio"]
            sent = await client.messages.create_async(to=ANA, from_=SENDER, body="a la orden")
            while (await client.messages(sent.sid).fetch_async()).status != "read":
                await asyncio.sleep(0.02)
            await bot.set_webhook(f"{listener.url}/telegram")
            await _post(control, "inbound", {"channel": "telegram", "from": 7, "text": "hola"})
            await bot.send_message(7, "a la orden")
            stats = (await control.get("stats")).json()
            assert stats["telegram"]["messages"] == {"in received": 1, "out sent": 1}
    finally:
        process.terminate()
        ended = await asyncio.wait_for(process.wait(), PATIENCE)
    assert ended == 0
