"""Bot API methods through python-telegram-bot."""

import asyncio
from typing import Any

import httpx
import pytest
from telegram import Bot as PtbBot
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.providers.record import Button, File
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers_test.conftest import PATIENCE, Clock
from tests.providers_test.listener import Listener, Reply

pytestmark = pytest.mark.asyncio

ANA = 70001234


def _keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


async def test_get_me(bot: PtbBot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot) == (int(BOT_TOKEN.partition(":")[0]), True)


async def test_a_message_with_markup_and_buttons(telegram: TelegramStandIn, bot: PtbBot) -> None:
    await telegram.inbound(ANA, "hola")
    sent = await bot.send_message(
        ANA,
        "<b>Permiso</b> 🌱 de <a href='https://marn.gob.sv'>MARN</a> &amp; más",
        parse_mode="HTML",
        reply_markup=_keyboard([("Sí", "tok:1"), ("No", "tok:2")]),
    )
    assert sent.text == "Permiso 🌱 de MARN & más"
    # Offsets count UTF-16 units: the seedling takes two.
    assert sent.parse_entities() == {
        sent.entities[0]: "Permiso",
        sent.entities[1]: "MARN",
    }
    [message] = telegram.messages_to(str(ANA))
    assert message.text == "Permiso 🌱 de MARN & más"
    assert message.buttons == (Button("Sí", "tok:1"), Button("No", "tok:2"))
    assert message.provider_id == str(sent.message_id)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<b>hola", 'can\'t find end tag corresponding to start tag "b"'),
        ("hola</b>", "unexpected end tag at byte offset 4"),
        ("<b><i>a</b></i>", 'unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("año <script>", 'unsupported start tag "script" at byte offset 5'),
        ("3 < 4", 'unsupported start tag "" at byte offset 2'),
        ("<b", "unclosed start tag at byte offset 0"),
    ],
)
async def test_html_that_cannot_be_read(
    telegram: TelegramStandIn, bot: PtbBot, markup: str, words: str
) -> None:
    await telegram.inbound(ANA, "hola")
    with pytest.raises(BadRequest) as caught:
        await bot.send_message(ANA, markup, parse_mode="HTML")
    assert str(caught.value).lower() == f"can't parse entities: {words}".lower()
    assert telegram.messages_to(str(ANA)) == []


async def test_the_limit_counts_utf16_after_the_markup(
    telegram: TelegramStandIn, bot: PtbBot
) -> None:
    await telegram.inbound(ANA, "hola")
    await bot.send_message(ANA, f"<b>{'ñ' * 4096}</b>", parse_mode="HTML")
    await bot.send_message(ANA, "🌱" * 2048)
    for text in ("ñ" * 4097, "🌱" * 2048 + "a"):
        with pytest.raises(BadRequest, match="Message is too long"):
            await bot.send_message(ANA, text)
    for empty in ("   \n", "<b></b>"):
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(ANA, empty, parse_mode="HTML")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ({"inline_keyboard": [[{"text": "a", "callback_data": "ñ" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a"}]]}, "text buttons are unallowed"),
        ({"inline_keyboard": [[{"callback_data": "x"}]]}, "can't parse inline keyboard button"),
        ({"inline_keyboard": [[{"text": "a", "url": "hola"}]]}, "BUTTON_URL_INVALID"),
        ({"inline_keyboard": "x"}, "can't parse reply keyboard markup"),
        ("{roto", "can't parse reply keyboard markup"),
    ],
)
async def test_keyboards_that_are_refused(
    telegram: TelegramStandIn, markup: Any, words: str
) -> None:
    await telegram.inbound(ANA, "hola")
    body = {"chat_id": ANA, "text": "a", "reply_markup": markup}
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        answer = await http.post(f"{telegram.url}/bot{BOT_TOKEN}/sendMessage", json=body)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(f"Bad Request: {words}")
    assert telegram.messages_to(str(ANA)) == []


async def test_sixty_four_bytes_of_callback_data_are_taken(
    telegram: TelegramStandIn, bot: PtbBot
) -> None:
    await telegram.inbound(ANA, "hola")
    await bot.send_message(ANA, "a", reply_markup=_keyboard([("a", "ñ" * 32)]))
    assert telegram.messages_to(str(ANA))[0].buttons == (Button("a", "ñ" * 32),)


async def test_who_cannot_be_written_to(telegram: TelegramStandIn, bot: PtbBot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(ANA, "hola")
    await telegram.inbound(ANA, "hola")
    telegram.block(ANA)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ANA, "hola")
    telegram.unblock(ANA)
    await bot.send_message(ANA, "hola")
    assert len(telegram.messages_to(str(ANA))) == 1


async def test_tokens(telegram: TelegramStandIn) -> None:
    for token, status in ((BOT_TOKEN[:-1] + "1", 401), ("7:short", 404)):
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.post(f"{telegram.url}/bot{token}/getMe")
        assert (answer.status_code, answer.json()["ok"]) == (status, False)
    stranger = PtbBot(BOT_TOKEN[:-1] + "1", base_url=f"{telegram.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_one_chat_has_its_rate(telegram: TelegramStandIn, bot: PtbBot, clock: Clock) -> None:
    await telegram.inbound(ANA, "hola")
    for _ in range(5):
        await bot.send_message(ANA, "a")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ANA, "a")
    assert caught.value.retry_after == 1
    await telegram.inbound(ANA + 1, "hola")
    await bot.send_message(ANA + 1, "a")
    clock.now += 1
    await bot.send_message(ANA, "a")


async def test_all_chats_together_have_their_rate(clock: Clock) -> None:
    async with (
        TelegramStandIn(overall_rate=3, clock=clock, monotonic=clock) as telegram,
        PtbBot(BOT_TOKEN, base_url=f"{telegram.url}/bot") as bot,
    ):
        for chat in range(1, 6):
            await telegram.inbound(chat, "hola")
        sends = [bot.send_message(chat, "a") for chat in range(1, 6)]
        results = await asyncio.gather(*sends, return_exceptions=True)
    assert sum(isinstance(r, RetryAfter) for r in results) == 2


async def test_documents_and_photos(telegram: TelegramStandIn, bot: PtbBot, png: bytes) -> None:
    await telegram.inbound(ANA, "mi constancia")
    sent = await bot.send_document(
        ANA,
        b"%PDF-1.7 recibo",
        filename="recibo.pdf",
        caption="<i>Su recibo</i>",
        parse_mode="HTML",
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("recibo.pdf", "Su recibo")
    again = await bot.send_document(ANA, sent.document.file_id)
    photo = await bot.send_photo(ANA, png)
    assert (photo.photo[0].width, photo.photo[0].height) == (3, 2)
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(ANA, b"no es una foto")
    first, second, third = telegram.messages_to(str(ANA))
    expected = File("recibo.pdf", "application/pdf", b"%PDF-1.7 recibo")
    assert (first.files, first.text, first.kind) == ((expected,), "Su recibo", "document")
    assert second.files == (expected,)
    assert third.files[0].content == png
    assert again.document is not None
    file = await bot.get_file(again.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7 recibo"


async def test_a_document_by_address(
    telegram: TelegramStandIn, bot: PtbBot, listener: Listener
) -> None:
    await telegram.inbound(ANA, "hola")
    listener.files["/guia.pdf"] = Reply(body=b"%PDF", content_type="application/pdf")
    await bot.send_document(ANA, f"{listener.url}/guia.pdf")
    assert telegram.messages_to(str(ANA))[0].files[0].content == b"%PDF"
    with pytest.raises(BadRequest, match=r"(?i)failed to get HTTP URL content"):
        await bot.send_document(ANA, f"{listener.url}/nada.pdf")


async def test_editing_the_buttons_away(telegram: TelegramStandIn, bot: PtbBot) -> None:
    update = await telegram.inbound(ANA, "hola")
    sent = await bot.send_message(ANA, "¿Sí o no?", reply_markup=_keyboard([("Sí", "1")]))
    edited = await bot.edit_message_reply_markup(ANA, sent.message_id, reply_markup=None)
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None
    assert telegram.messages_to(str(ANA))[0].buttons == ()
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ANA, sent.message_id, reply_markup=None)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_reply_markup(ANA, 1, reply_markup=None)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ANA, update["message"]["message_id"])
    await bot.edit_message_text("Gracias", ANA, sent.message_id)
    assert telegram.messages_to(str(ANA))[0].text == "Gracias"


async def test_a_callback_can_be_answered_for_a_while(
    telegram: TelegramStandIn, bot: PtbBot, clock: Clock
) -> None:
    await telegram.inbound(ANA, "hola")
    sent = await bot.send_message(ANA, "¿Sí?", reply_markup=_keyboard([("Sí", "1")]))
    query = (await telegram.press(ANA, sent.message_id, "Sí"))["callback_query"]["id"]
    assert await bot.answer_callback_query(query, "Va pues") is True
    assert telegram.methods.answered[query]["text"] == "Va pues"
    clock.now += 16
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("12345")


async def test_replies_actions_and_commands(telegram: TelegramStandIn, bot: PtbBot) -> None:
    update = await telegram.inbound(ANA, "hola")
    message_id = update["message"]["message_id"]
    sent = await bot.send_message(ANA, "a", reply_parameters=ReplyParameters(message_id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "hola"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ANA, "a", reply_parameters=ReplyParameters(1))
    assert await bot.send_chat_action(ANA, "typing") is True
    with pytest.raises(BadRequest):
        await bot.send_chat_action(ANA, "dormir")
    assert await bot.set_my_commands([BotCommand("menu", "Ver el menú")]) is True
    assert [c.command for c in await bot.get_my_commands()] == ["menu"]
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Menú", "Ver el menú")])


async def test_json_bodies_queries_and_any_case(telegram: TelegramStandIn) -> None:
    await telegram.inbound(ANA, "hola")
    base = f"{telegram.url}/bot{BOT_TOKEN}"
    markup = {"inline_keyboard": [[{"text": "Sí", "callback_data": "1"}]]}
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        body = {"chat_id": ANA, "text": "json", "reply_markup": markup}
        assert (await http.post(f"{base}/sendMessage", json=body)).json()["ok"]
        assert (await http.get(f"{base}/SENDMESSAGE?chat_id={ANA}&text=query")).json()["ok"]
        unknown = await http.post(f"{base}/sendNothing")
        broken = await http.post(
            f"{base}/sendMessage", content=b"{", headers={"Content-Type": "application/json"}
        )
    assert [m.text for m in telegram.messages_to(str(ANA))] == ["json", "query"]
    assert (unknown.status_code, broken.status_code) == (404, 400)


async def test_no_file_beyond_fifty_megabytes(telegram: TelegramStandIn, bot: PtbBot) -> None:
    await telegram.inbound(ANA, "hola")
    with pytest.raises(NetworkError, match=r"(?i)request entity too large"):
        await bot.send_document(ANA, b"x" * (50 * 1024 * 1024 + 1), write_timeout=PATIENCE)
    assert telegram.messages_to(str(ANA)) == []
