"""Updates by webhook and by getUpdates, parsed by python-telegram-bot."""

import asyncio
import json
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from tests.providers.record import File
from tests.providers.telegram import Contact, Place, TelegramStandIn
from tests.providers_test.conftest import Clock
from tests.providers_test.listener import Heard, Listener, Reply

pytestmark = pytest.mark.asyncio

ANA, LUIS = 70001234, 70005678
SECRET = "s3cr3t_-token"


async def _hook(bot: Bot, listener: Listener, **more: Any) -> None:
    assert await bot.set_webhook(f"{listener.url}/telegram", secret_token=SECRET, **more)


def _update(heard: Heard, bot: Bot) -> Update:
    return Update.de_json(json.loads(heard.body), bot)


def _texts(listener: Listener) -> list[str]:
    return [json.loads(h.body)["message"]["text"] for h in listener.heard]


async def test_every_kind_of_message_is_parsed(
    telegram: TelegramStandIn, bot: Bot, listener: Listener, png: bytes
) -> None:
    await _hook(bot, listener)
    voice = File("", "audio/ogg", b"OggS")
    await telegram.inbound(ANA, "/start hola", first_name="Ana María")
    await telegram.inbound(ANA, "mi planta", file=File("p.png", "image/png", png))
    await telegram.inbound(ANA, file=voice)
    await telegram.inbound(ANA, file=File("plano.pdf", "application/pdf", b"%PDF"))
    await telegram.inbound(ANA, file=File("", "image/webp", b"RIFF"))
    await telegram.inbound(ANA, file=File("v.mp4", "video/mp4", b"ftyp"))
    await telegram.inbound(ANA, place=Place(13.7, -89.2))
    last = await telegram.inbound(ANA, contact=Contact("+50370001234", "Ana", ANA))
    await telegram.delivered(last)
    assert {h.headers["X-Telegram-Bot-Api-Secret-Token"] for h in listener.heard} == {SECRET}
    updates = [_update(h, bot) for h in listener.heard]
    assert [u.update_id for u in updates] == sorted({u.update_id for u in updates})
    messages = [u.message for u in updates if u.message is not None]
    text, photo, spoken, document, sticker, video, place, contact = messages
    assert text.from_user is not None
    assert (text.text, text.from_user.first_name) == ("/start hola", "Ana María")
    assert [e.type for e in text.entities] == ["bot_command"]
    assert text.chat.type == "private"
    assert photo.caption == "mi planta"
    assert (photo.photo[-1].width, photo.photo[-1].height) == (3, 2)
    assert spoken.voice is not None
    got = await (await spoken.voice.get_file()).download_as_bytearray()
    assert bytes(got) == voice.content
    assert document.document is not None
    assert document.document.file_name == "plano.pdf"
    assert sticker.sticker is not None
    assert video.video is not None
    assert place.location is not None
    assert (place.location.latitude, place.location.longitude) == (13.7, -89.2)
    assert contact.contact is not None
    assert (contact.contact.phone_number, contact.contact.user_id) == ("+50370001234", ANA)


async def test_a_press_carries_the_message(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener)
    await telegram.inbound(ANA, "hola")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="tok:1")]])
    sent = await bot.send_message(ANA, "¿Sí?", reply_markup=keyboard)
    [message] = telegram.messages_to(str(ANA))
    await telegram.delivered(await telegram.press(ANA, message, "Sí"))
    query = _update(listener.heard[-1], bot).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("tok:1", sent.message_id)
    await query.answer()
    with pytest.raises(ValueError, match="no button"):
        await telegram.press(ANA, message, "No")


async def test_a_chat_waits_behind_its_failed_update_and_others_go_on(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener)
    listener.usual = Reply(500)
    await telegram.inbound(ANA, "uno")
    await telegram.inbound(ANA, "dos")
    await telegram.wait_for(lambda: telegram.record.deliveries["update 500"] >= 3)
    assert set(_texts(listener)) == {"uno"}
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2
    assert info.last_error_message == "Wrong response from the webhook: 500"
    listener.usual = Reply()
    luis = await telegram.inbound(LUIS, "otro")
    await telegram.delivered(luis)
    ana = await telegram.inbound(ANA, "tres")
    await telegram.delivered(ana)
    taken = [t for t in _texts(listener) if t != "otro"]
    assert taken == sorted(taken, key=["uno", "dos", "tres"].index)
    assert (taken.count("dos"), taken.count("tres")) == (1, 1)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_order_within_a_chat_under_load(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener)
    listener.usual = Reply(delay=0.002)
    listener.replies = [Reply(503 if n % 3 == 0 else 200) for n in range(30)]
    for number in range(20):
        for chat in range(1, 6):
            await telegram.inbound(chat, f"{chat}:{number}")
    await telegram.wait_for(lambda: telegram.updates.info()["pending_update_count"] == 0)
    for chat in range(1, 6):
        numbers = [int(t.split(":")[1]) for t in _texts(listener) if t.startswith(f"{chat}:")]
        assert numbers == sorted(numbers)
        assert set(numbers) == set(range(20))


async def test_a_bot_that_is_away_gets_everything_later(
    telegram: TelegramStandIn, bot: Bot
) -> None:
    async with Listener() as gone:
        address = gone.url
    await bot.set_webhook(f"{address}/telegram")
    first = await telegram.inbound(ANA, "uno")
    await telegram.wait_for(lambda: telegram.record.deliveries["update no connection"] >= 2)
    async with Listener() as back:
        telegram.poster.reach = {address: back.url}
        await telegram.delivered(first)
        assert _texts(back) == ["uno"]


async def test_retry_after_is_respected(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener)
    listener.replies = [Reply(429, headers={"Retry-After": "1"})]
    await telegram.delivered(await telegram.inbound(ANA, "uno"))
    first, second = listener.heard
    assert second.at - first.at >= 0.99


async def test_a_press_is_not_kept_for_long(
    telegram: TelegramStandIn, bot: Bot, listener: Listener, clock: Clock
) -> None:
    await telegram.inbound(ANA, "hola")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="1")]])
    sent = await bot.send_message(ANA, "¿Sí?", reply_markup=keyboard)
    await telegram.press(ANA, sent.message_id, "1")
    clock.now += 200
    await _hook(bot, listener)
    await telegram.delivered(await telegram.inbound(ANA, "¿y?"))
    assert _texts(listener) == ["hola", "¿y?"]


async def test_a_method_in_the_webhooks_answer(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener)
    call = {"method": "sendMessage", "chat_id": ANA, "text": "desde la respuesta"}
    listener.replies = [
        Reply(body=json.dumps(call).encode(), content_type="application/json"),
        Reply(body=b'{"method": "deleteWebhook"}', content_type="application/json"),
    ]
    await telegram.inbound(ANA, "hola")
    await telegram.delivered(await telegram.inbound(ANA, "hola"))
    assert [m.text for m in telegram.messages_to(str(ANA))] == ["desde la respuesta"]
    assert telegram.updates.webhook is not None


async def test_copies_for_replay(telegram: TelegramStandIn, bot: Bot, listener: Listener) -> None:
    await _hook(bot, listener)
    prepared = telegram.prepare_inbound(ANA, "una sola vez")
    assert listener.heard == []
    await asyncio.gather(*[telegram.post(prepared) for _ in range(50)])
    assert len({_update(h, bot).update_id for h in listener.heard}) == 1
    assert len(listener.heard) == 50


async def test_blocking_is_told(telegram: TelegramStandIn, bot: Bot, listener: Listener) -> None:
    await _hook(bot, listener)
    telegram.block(ANA)
    await telegram.wait_for(lambda: listener.heard)
    change = _update(listener.heard[0], bot).my_chat_member
    assert change is not None
    assert change.new_chat_member.status == "kicked"


async def test_polling_confirms_by_offset(telegram: TelegramStandIn, bot: Bot) -> None:
    for text in ("uno", "dos", "tres"):
        await telegram.inbound(ANA, text)
    first = await bot.get_updates(limit=2)
    assert [u.message.text for u in first if u.message] == ["uno", "dos"]
    again = await bot.get_updates(offset=first[0].update_id + 1)
    assert [u.message.text for u in again if u.message] == ["dos", "tres"]
    assert await bot.get_updates(offset=again[-1].update_id + 1) == ()


async def test_polling_waits_for_the_next_update(telegram: TelegramStandIn, bot: Bot) -> None:
    polling = asyncio.ensure_future(bot.get_updates(timeout=50))
    await telegram.wait_for(lambda: telegram.record.requests["getUpdates"] == 1)
    await telegram.inbound(ANA, "hola")
    # Before the poll would end by itself.
    async with asyncio.timeout(40):
        [update] = await polling
    assert update.message is not None
    assert update.message.text == "hola"


async def test_two_pollers_and_webhooks_conflict(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    first = asyncio.ensure_future(bot.get_updates(timeout=50))
    await telegram.wait_for(lambda: telegram.record.requests["getUpdates"] == 1)
    second = asyncio.ensure_future(bot.get_updates(timeout=50))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    await _hook(bot, listener)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await second
    with pytest.raises(Conflict, match="while webhook is active"):
        await bot.get_updates()
    assert await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_what_waited_goes_to_a_new_webhook(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await telegram.inbound(ANA, "antes")
    await _hook(bot, listener, drop_pending_updates=True)
    await telegram.delivered(await telegram.inbound(ANA, "después"))
    assert _texts(listener) == ["después"]
    await bot.delete_webhook()
    await telegram.inbound(ANA, "mientras")
    await _hook(bot, listener)
    await telegram.wait_for(lambda: "mientras" in _texts(listener))


async def test_kinds_the_bot_did_not_allow_are_left_out(
    telegram: TelegramStandIn, bot: Bot, listener: Listener
) -> None:
    await _hook(bot, listener, allowed_updates=["message"])
    telegram.block(ANA)
    telegram.unblock(ANA)
    await telegram.delivered(await telegram.inbound(ANA, "hola"))
    assert _texts(listener) == ["hola"]
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://torogoz.example/telegram", None),
        ("nada", None),
        ("https://torogoz.example/telegram", "con espacio"),
    ],
)
async def test_webhooks_that_are_refused(bot: Bot, url: str, secret: str | None) -> None:
    with pytest.raises(BadRequest):
        await bot.set_webhook(url, secret_token=secret)
    assert (await bot.get_webhook_info()).url == ""
