"""What comes in from Telegram: updates of every kind, and the secret."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import inbound
from bot.channels.telegram import Telegram
from bot.inbound import STORED_TEXT_LIMIT, MalformedMessage
from tests.bot.channels.claims import CHAT
from tests.bot.channels.conftest import SECRET
from tests.providers.record import File
from tests.providers.telegram import BOT_TOKEN, Contact, Place, TelegramStandIn


def _file(content_type: str, name: str = "") -> File:
    return File(name, content_type, b"contenido")


READER = Telegram(bot_token=BOT_TOKEN, secret=None)
"""Reads updates; sends nothing."""


@pytest.mark.parametrize(
    ("sent", "kind", "words", "keys"),
    [
        (
            {"text": "¿Ocupo permiso? 🙂\nGracias"},
            inbound.TEXT,
            "¿Ocupo permiso? 🙂\nGracias",
            set(),
        ),
        ({"text": "/start"}, inbound.TEXT, "/start", set()),
        ({"file": _file("audio/ogg")}, inbound.VOICE, "", {"media"}),
        ({"file": _file("audio/mpeg"), "text": "oí"}, inbound.VOICE, "oí", {"media"}),
        ({"file": _file("video/mp4"), "text": "¿y esto?"}, inbound.VIDEO, "¿y esto?", set()),
        ({"file": _file("image/webp")}, inbound.STICKER, "", set()),
        (
            {"file": _file("application/pdf", "plan.pdf"), "text": "mi plan"},
            inbound.DOCUMENT,
            "mi plan",
            {"media", "media_type", "name"},
        ),
        ({"place": Place(13.69, -89.19)}, inbound.LOCATION, "", set()),
        ({"contact": Contact("+50370001111", "Luis")}, inbound.CONTACT, "", set()),
    ],
)
async def test_every_kind_of_message_is_read(
    provider: TelegramStandIn,
    sent: dict[str, Any],
    kind: str,
    words: str,
    keys: set[str],
) -> None:
    update = await provider.inbound(CHAT, **sent)
    read = READER.read_update(update)
    assert read is not None
    assert (read.channel, read.external, read.kind, read.text) == (
        "telegram",
        str(CHAT),
        kind,
        words,
    )
    assert read.provider_id == str(update["update_id"])
    assert set(read.detail) == keys


CHAT_OBJECT = {"id": CHAT, "type": "private", "first_name": "Ana"}
MESSAGE = {"message_id": 1, "date": 1_795_370_400, "chat": CHAT_OBJECT}
SIZE = {"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}
QUERY = {
    "id": "5",
    "from": {"id": CHAT, "is_bot": False, "first_name": "Ana"},
    "chat_instance": "9",
    "message": MESSAGE,
    "data": "b1.0",
}


def _update(kind: str = "message", **content: Any) -> dict[str, Any]:
    base = QUERY if kind == "callback_query" else MESSAGE
    return {"update_id": 7, kind: {**base, **content}}


def test_a_photo_is_read_with_its_caption() -> None:
    large = {**SIZE, "file_id": "grande", "width": 900}
    read = READER.read_update(_update(photo=[SIZE, large], caption="¿qué es?"))
    assert read is not None
    assert (read.kind, read.text, read.detail) == (inbound.IMAGE, "¿qué es?", {"media": "grande"})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (
            {"video_note": {"file_id": "a", "file_unique_id": "b", "length": 9, "duration": 1}},
            "voice",
        ),
        ({"animation": {**SIZE, "duration": 1}, "document": {**SIZE}}, "video"),
        (
            {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "a", "address": "b"}},
            "location",
        ),
        ({"dice": {"emoji": "🎲", "value": 3}}, "other"),
        ({"new_chat_title": "x"}, "other"),
        ({"text": ""}, "text"),
    ],
)
def test_rarer_kinds_are_read_too(content: dict[str, Any], kind: str) -> None:
    read = READER.read_update(_update(**content))
    assert read is not None
    assert read.kind == kind


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 7},
        {"update_id": 7, "message": None},
        {"update_id": 7, "a_kind_of_tomorrow": {"id": 1}},
        _update("edited_message", text="Hola"),
        _update("channel_post", text="Hola"),
        _update(text="Hola", chat={"id": -5, "type": "group", "title": "Vecinos"}),
        _update("callback_query", data=None),
        _update("callback_query", message=None),
    ],
)
def test_updates_that_hold_no_message_for_us_are_passed_over(update: dict[str, Any]) -> None:
    assert READER.read_update(update) is None


async def test_a_membership_change_is_passed_over(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    provider.block(CHAT)
    (update,) = await telegram.bot.get_updates()
    assert update.my_chat_member is not None
    assert telegram.read_update(update.to_dict()) is None


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "x",
        5,
        {},
        {"update_id": None, "message": MESSAGE},
        {"update_id": 7.5, "message": MESSAGE},
        {"update_id": "7", "message": MESSAGE},
        {"update_id": True, "message": MESSAGE},
        {"update_id": 7, "message": "x"},
        {"update_id": 7, "message": {}},
        _update(chat=None),
        _update(chat={"id": "'; drop", "type": "private"}),
        _update(chat={"id": None, "type": "private"}),
        _update(text=5),
        _update(text=["Hola"]),
        _update(caption={"a": 1}, photo=[SIZE]),
        _update(photo="x"),
        _update(photo=[{"file_id": "a"}]),
        _update(document={}),
        _update(document={**SIZE, "mime_type": 5}),
        _update(date="ayer"),
        _update(date=10**30),
        _update(entities="x"),
        _update("callback_query", data=5),
        _update("callback_query", message={**MESSAGE, "chat": None}),
        _update("callback_query", message={**MESSAGE, "chat": {"id": "x", "type": "private"}}),
        _update("callback_query", id=[1]),
    ],
)
def test_what_is_no_update_is_malformed(update: Any) -> None:
    with pytest.raises(MalformedMessage):
        READER.read_update(update)


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
_fields = st.sampled_from(
    [
        "text",
        "caption",
        "photo",
        "voice",
        "document",
        "location",
        "contact",
        "chat",
        "date",
        "message_id",
        "sticker",
        "venue",
        "id",
        "data",
        "message",
        "entities",
        "reply_markup",
    ]
)


@given(st.sampled_from(["message", "callback_query"]), st.dictionaries(_fields, _json, max_size=3))
def test_any_update_is_a_message_or_nothing_or_malformed(kind: str, content: Any) -> None:
    try:
        read = READER.read_update(_update(kind, **content))
    except MalformedMessage:
        return
    if read is not None:
        assert read.kind in inbound.KINDS
        assert str(int(read.external)) == read.external
        stored = json.dumps([read.text, read.detail], allow_nan=False)
        assert "\\u0000" not in stored
        assert "\\ud83d" not in stored


def test_what_no_database_stores_is_left_out() -> None:
    read = READER.read_update(json.loads(json.dumps(_update(text="ho\x00la \ud83d\r\nsí"))))
    assert read is not None
    assert read.text == "hola \nsí"
    read = READER.read_update(_update("callback_query", data="b1\x00.0\udc00"))
    assert read is not None
    assert read.detail == {"payload": "b1.0", "callback": "5"}
    read = READER.read_update(_update(text="ñ" * 20_000))
    assert read is not None
    assert len(read.text) == STORED_TEXT_LIMIT + 1


# -- the secret ------------------------------------------------------------------------------------


async def test_only_telegram_knows_the_secret(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    await telegram.bot.set_webhook("http://127.0.0.1:1/webhooks/telegram", secret_token=SECRET)
    prepared = provider.prepare_inbound(CHAT, "Hola")
    assert telegram.is_authentic(prepared.headers["X-Telegram-Bot-Api-Secret-Token"])
    for wrong in ("", "otro", SECRET[:-1], SECRET + "a", SECRET.upper(), "ñ", "\ud83d"):
        assert not telegram.is_authentic(wrong)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_authentic(secret: str | None) -> None:
    channel = Telegram(bot_token=BOT_TOKEN, secret=secret)
    for given_secret in ("", "None", "otro"):
        assert not channel.is_authentic(given_secret)
