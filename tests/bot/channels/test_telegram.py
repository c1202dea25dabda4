"""Telegram, with the real client against the stand-in: what is sent."""

import socket

import pytest

from actions.messages.content import Attachment, Content
from bot import inbound
from bot.channels import text
from bot.channels.protocol import Ambiguous, Channel, Later, Refused, Reply, Sent, read_token, token
from bot.channels.telegram import TEXT_LIMIT, Telegram
from tests.bot.channels.claims import CHAT, LONG, TALK, TOPICS, claimed, on_telegram
from tests.bot.channels.conftest import PUBLIC_URL, Ears
from tests.providers.faults import FaultKind
from tests.providers.record import File
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers_test.listener import Listener
from tests.providers_test.listener import Reply as Answer


async def test_a_text_is_sent_as_telegram_shows_it(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    words = "¡Ojo! **Multa** & <b> *a* _b_ 🙂 https://marn.gob.sv/a_b?x=1&y=2"
    outcome = await telegram.send(on_telegram(Content(words)))
    (taken,) = provider.messages_to(str(CHAT))
    assert outcome == Sent(taken.provider_id)
    assert taken.text == words.replace("**", "")
    (bold,) = provider.chats.start(CHAT).messages[int(taken.provider_id)]["entities"]
    assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 6, 5)


@pytest.mark.parametrize("size", [4_095, 4_096, 4_097, 13_000])
async def test_long_texts_go_in_parts_that_telegram_takes(
    telegram: Telegram, provider: TelegramStandIn, size: int
) -> None:
    words = (LONG * 200)[:size].strip()
    *first, last = telegram.render(Reply(words, (TOPICS,)))
    for content in (*first, last):
        assert isinstance(await telegram.send(on_telegram(content)), Sent)
    taken = provider.messages_to(str(CHAT))
    assert max(text.length(message.text) for message in taken) <= TEXT_LIMIT
    assert [len(message.buttons) for message in taken] == [0] * len(first) + [1]
    assert " ".join(message.text for message in taken).split() == text.plain(words).split()


async def test_the_longest_text_of_characters_to_escape_is_taken(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    words = "<&> " * 1_024
    (content,) = telegram.render(Reply(words))
    assert isinstance(await telegram.send(on_telegram(content)), Sent)
    assert provider.messages_to(str(CHAT))[0].text == words.strip()


async def test_a_file_goes_with_its_caption(
    telegram: Telegram, provider: TelegramStandIn, ears: Ears
) -> None:
    ears.files["/recibo.pdf"] = Answer(body=b"%PDF-1.4", content_type="application/pdf")
    provider.poster.reach[PUBLIC_URL] = ears.url
    file = Attachment("recibo.pdf", f"{PUBLIC_URL}/recibo.pdf", "application/pdf")
    outcome = await telegram.send(on_telegram(Content("Tu **recibo** & más", files=(file,))))
    (taken,) = provider.messages_to(str(CHAT))
    assert outcome == Sent(taken.provider_id)
    assert taken.text == "Tu recibo & más"
    assert taken.files[0].content == b"%PDF-1.4"


async def test_a_file_on_this_machine_is_uploaded_since_telegram_cannot_fetch_it(
    telegram: Telegram, provider: TelegramStandIn, ears: Ears
) -> None:
    ears.files["/guia.pdf"] = Answer(body=b"%PDF-1.7", content_type="application/pdf")
    # Telegram's servers find nothing of ours at a loopback address.
    provider.poster.reach[ears.url] = "http://127.0.0.1:1"
    file = Attachment("guia.pdf", f"{ears.url}/guia.pdf", "application/pdf")
    outcome = await telegram.send(on_telegram(Content("Aquí va", (TOPICS,), (file,))))
    (taken,) = provider.messages_to(str(CHAT))
    assert outcome == Sent(taken.provider_id)
    assert taken.files == (File("guia.pdf", "application/pdf", b"%PDF-1.7"),)
    assert [one.title for one in taken.buttons] == ["Ver los temas"]


async def test_a_file_that_the_message_carries_needs_no_address(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    file = Attachment.carrying("cita-12.ics", b"BEGIN:VCALENDAR\r\n", "text/calendar")
    assert isinstance(
        await telegram.send(on_telegram(Content("Cita 12", (TOPICS,), (file,)))), Sent
    )
    (taken,) = provider.messages_to(str(CHAT))
    assert taken.text == "Cita 12"
    assert taken.files == (File("cita-12.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n"),)
    assert [one.title for one in taken.buttons] == ["Ver los temas"]


async def test_a_picture_is_never_left_to_telegram_which_fetches_pdf_only(
    telegram: Telegram, provider: TelegramStandIn, ears: Ears
) -> None:
    ears.files["/croquis.png"] = Answer(body=b"picture", content_type="image/png")
    provider.poster.reach[PUBLIC_URL] = ears.url
    # Only Telegram finds our public address here: what we cannot fetch ourselves is not sent.
    public = Attachment("croquis.png", f"{PUBLIC_URL}/croquis.png", "image/png")
    outcome = await telegram.send(on_telegram(Content(files=(public,))))
    assert outcome == Later(5, "file_unreachable")
    here = Attachment("croquis.png", f"{ears.url}/croquis.png", "image/png")
    assert isinstance(await telegram.send(on_telegram(Content(files=(here,)))), Sent)
    (taken,) = provider.messages_to(str(CHAT))
    assert (taken.text, taken.files[0].content) == ("", b"picture")


async def test_a_file_of_ours_that_cannot_be_had_is_not_sent(
    telegram: Telegram, provider: TelegramStandIn, ears: Ears
) -> None:
    def sending(url: str) -> Content:
        return Content("Aquí va", files=(Attachment("guia.pdf", url, "application/pdf"),))

    gone = sending(f"{ears.url}/guia.pdf")
    assert await telegram.send(on_telegram(gone)) == Refused("file_gone")
    ears.files["/guia.pdf"] = Answer(503)
    assert await telegram.send(on_telegram(gone)) == Later(5, "file_unreachable")
    nobody = sending("http://127.0.0.1:1/guia.pdf")
    assert await telegram.send(on_telegram(nobody)) == Later(5, "file_unreachable")
    assert provider.messages_to(str(CHAT)) == []


# -- buttons ---------------------------------------------------------------------------------------


async def test_a_pressed_button_comes_back_as_our_token(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    (content,) = telegram.render(Reply("¿Qué querés?", (TOPICS, TALK)))
    await telegram.send(on_telegram(content, id=2**62))
    (taken,) = provider.messages_to(str(CHAT))
    assert [(one.title, one.payload) for one in taken.buttons] == [
        ("Ver los temas", token(2**62, 0)),
        ("Hablar con alguien", token(2**62, 1)),
    ]
    update = await provider.press(CHAT, taken, "Hablar con alguien")
    read = telegram.read_update(update)
    assert read is not None
    assert (read.kind, read.external, read.text) == (inbound.BUTTON, str(CHAT), "")
    assert read.provider_id == str(update["update_id"])
    assert read_token(read.detail["payload"]) == (2**62, 1)

    await telegram.acknowledge(read.detail["callback"])
    assert list(provider.methods.answered) == [update["callback_query"]["id"]]


async def test_an_answer_to_a_button_that_fails_harms_nothing(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    await telegram.acknowledge("nobody pressed this")
    provider.faults.once(FaultKind.SERVER_ERROR, operation="answerCallbackQuery")
    await telegram.acknowledge("1")
    await provider.refuse_connections()
    await telegram.acknowledge("1")
    assert provider.methods.answered == {}


# -- what may go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "expected", "taken"),
    [
        (FaultKind.SERVER_ERROR, Ambiguous("server_error"), 0),
        (FaultKind.TOO_MANY_REQUESTS, Later(7, "rate_limited"), 0),
        (FaultKind.DROPPED, Ambiguous("RemoteProtocolError"), 0),
        (FaultKind.ANSWER_LOST, Ambiguous("RemoteProtocolError"), 1),
    ],
)
async def test_a_failed_send_tells_what_became_of_it(
    telegram: Telegram,
    provider: TelegramStandIn,
    fault: FaultKind,
    expected: Ambiguous | Later,
    taken: int,
) -> None:
    provider.faults.once(fault, operation="sendMessage", seconds=7)
    assert await telegram.send(on_telegram(Content("Hola"))) == expected
    assert len(provider.messages_to(str(CHAT))) == taken
    assert isinstance(await telegram.send(on_telegram(Content("Hola"))), Sent)


async def test_a_refused_connection_was_never_sent(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    await provider.refuse_connections()
    assert await telegram.send(on_telegram(Content("Hola"))) == Later(5, "unreachable")
    await provider.accept_connections()
    assert isinstance(await telegram.send(on_telegram(Content("Hola"))), Sent)
    assert len(provider.messages_to(str(CHAT))) == 1


async def test_a_connection_that_never_opens_was_never_sent() -> None:
    # Nobody accepts: once the queue is full, further connections get no answer at all.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        channel = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=f"http://127.0.0.1:{port}")
        assert await channel.send(on_telegram(Content("Hola"))) == Later(5, "unreachable")
        await channel.close()
        for one in waiting:
            one.close()


async def test_telegrams_own_limits_are_a_matter_of_time(ears: Ears) -> None:
    async with TelegramStandIn(chat_rate=0.1, chat_burst=2) as strict:
        strict.chats.start(CHAT)
        channel = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=strict.url)
        outcomes = [await channel.send(on_telegram(Content("Hola"))) for _ in range(3)]
        assert [type(one) for one in outcomes] == [Sent, Sent, Later]
        assert outcomes[2] == Later(10, "rate_limited")
        await channel.close()


async def test_a_person_who_blocked_us_is_told_apart(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    provider.block(CHAT, tell=False)
    refused = Refused("blocked_by_person", blocked=True)
    assert await telegram.send(on_telegram(Content("Hola"))) == refused
    provider.unblock(CHAT, tell=False)
    assert isinstance(await telegram.send(on_telegram(Content("Hola"))), Sent)


async def test_a_chat_that_never_was_is_of_no_use_either(telegram: Telegram) -> None:
    stranger = claimed("telegram", "777", Content("Hola"))
    assert await telegram.send(stranger) == Refused("chat_not_found", blocked=True)


async def test_what_telegram_never_takes_is_refused(telegram: Telegram) -> None:
    assert await telegram.send(on_telegram(Content(""))) == Refused("bad_request")
    assert await telegram.send(on_telegram(Content("a" * 4_097))) == Refused("bad_request")


async def test_a_wrong_token_of_ours_loses_no_message(provider: TelegramStandIn) -> None:
    channel = Telegram(bot_token="7100000002:" + "B" * 35, secret=None, api_url=f"{provider.url}/")
    assert await channel.send(on_telegram(Content("Hola"))) == Later(60, "credentials_refused")
    await channel.close()


@pytest.mark.parametrize(
    ("status", "body"), [(502, b"<html>Bad gateway</html>"), (200, b"<html>Hotel</html>")]
)
async def test_an_answer_of_another_form_is_no_exception(status: int, body: bytes) -> None:
    async with Listener() as gateway:
        gateway.usual = Answer(status, body, "text/html")
        channel = Telegram(bot_token=BOT_TOKEN, secret=None, api_url=gateway.url)
        assert isinstance(await channel.send(on_telegram(Content("Hola"))), Ambiguous)
        await channel.close()


async def test_an_ambiguous_send_cannot_be_asked_for(
    telegram: Telegram, provider: TelegramStandIn
) -> None:
    provider.faults.once(FaultKind.ANSWER_LOST, operation="sendMessage")
    assert isinstance(await telegram.send(on_telegram(Content("Hola"))), Ambiguous)
    requests = provider.record.requests.total()
    lost = on_telegram(Content("Hola"), ambiguous=True)
    channel: Channel = telegram
    assert await channel.reconcile(lost) is None
    assert provider.record.requests.total() == requests
