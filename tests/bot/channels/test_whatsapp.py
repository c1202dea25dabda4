"""WhatsApp over Twilio, with the real client against the stand-in: what is sent."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.messages import states
from actions.messages.content import Attachment, Content
from actions.messages.window import WINDOW
from bot.channels import text
from bot.channels.protocol import Ambiguous, Later, Refused, Reply, Sent
from bot.channels.whatsapp import TEXT_LIMIT, WhatsApp
from tests.bot.channels.claims import ANA, DAY_AND_MORE, LONG, NUMBER, on_whatsapp
from tests.bot.channels.conftest import PUBLIC_URL, Ears
from tests.providers.faults import FaultKind
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers_test.listener import Listener
from tests.providers_test.listener import Reply as Answer
from tests.system import free_port


def _bare(words: str) -> list[str]:
    return words.replace(text.WORD_JOINER, "").replace("*", "").split()


async def test_a_text_is_sent_as_whatsapp_shows_it(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    outcome = await whatsapp.send(on_whatsapp(Content("¡Ojo! **Multa** & <b> a_b 🙂")))
    (taken,) = twilio.messages_to(ANA)
    assert outcome == Sent(taken.provider_id)
    assert taken.text == "¡Ojo! *Multa* & <b> a_b 🙂"
    assert taken.buttons == ()


async def test_the_status_callback_names_our_message_and_is_signed_for_our_public_address(
    whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    await whatsapp.send(on_whatsapp(Content("Hola"), id=907))
    await twilio.wait_for(lambda: twilio.messages_to(ANA)[0].status == "delivered")
    await twilio.wait_for(lambda: len(ears.heard) >= 3)
    for posted in ears.posted():
        assert posted.path == "/webhooks/whatsapp/status?message=907"
        assert posted.form["MessageSid"] == twilio.messages_to(ANA)[0].provider_id
        assert posted.form["MessageStatus"] in states.STATUSES
        assert whatsapp.is_signed(posted.path, posted.form, posted.signature)
        assert not whatsapp.is_signed(
            "/webhooks/whatsapp/status?message=908", posted.form, posted.signature
        )


@pytest.mark.parametrize("size", [1_599, 1_600, 1_601, 5_000])
async def test_long_texts_go_in_parts_that_twilio_takes(
    whatsapp: WhatsApp, twilio: TwilioStandIn, size: int
) -> None:
    words = (LONG * 80)[:size].strip()
    contents = whatsapp.render(Reply(words))
    for content in contents:
        assert isinstance(await whatsapp.send(on_whatsapp(content)), Sent)
    shown = [message.text for message in twilio.messages_to(ANA)]
    assert max(map(text.length, shown)) <= TEXT_LIMIT
    assert _bare(" ".join(shown)) == _bare(words)


async def test_a_full_text_of_marks_still_fits(whatsapp: WhatsApp, twilio: TwilioStandIn) -> None:
    words = ("_a_ " * 400).strip()
    (content,) = whatsapp.render(Reply(words))
    assert isinstance(await whatsapp.send(on_whatsapp(content)), Sent)
    assert twilio.messages_to(ANA)[0].text.replace(text.WORD_JOINER, "") == words


async def test_files_go_along(whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears) -> None:
    ears.files["/recibo.pdf"] = Answer(body=b"%PDF-1.4", content_type="application/pdf")
    file = Attachment("recibo.pdf", f"{PUBLIC_URL}/recibo.pdf", "application/pdf")
    outcome = await whatsapp.send(on_whatsapp(Content("Tu recibo", files=(file,))))
    (taken,) = twilio.messages_to(ANA)
    assert outcome == Sent(taken.provider_id)
    await twilio.wait_for(lambda: taken.files)
    assert taken.text == "Tu recibo"
    assert taken.files[0].content == b"%PDF-1.4"


async def test_a_file_goes_without_words_and_only_while_the_window_is_open(
    whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    ears.files["/croquis.png"] = Answer(body=b"picture", content_type="image/png")
    file = Attachment("croquis.png", f"{PUBLIC_URL}/croquis.png", "image/png")
    late = on_whatsapp(Content(files=(file,)), window_opened_at=datetime.now(UTC) - WINDOW)
    assert await whatsapp.send(late) == Refused("window_closed")
    assert isinstance(await whatsapp.send(on_whatsapp(Content(files=(file,)))), Sent)
    (taken,) = twilio.messages_to(ANA)
    await twilio.wait_for(lambda: taken.files)
    assert (taken.text, taken.files[0].content) == ("", b"picture")


@pytest.mark.parametrize(
    ("age", "is_open"),
    [
        (timedelta(0), True),
        (WINDOW - timedelta(minutes=3), True),
        (WINDOW - timedelta(minutes=1), False),
        (WINDOW, False),
        (DAY_AND_MORE, False),
        (None, False),
    ],
)
def test_the_window_is_open_a_little_under_a_day(
    whatsapp: WhatsApp, age: timedelta | None, is_open: bool
) -> None:
    now = datetime.now(UTC)
    opened = None if age is None else now - age
    message = on_whatsapp(Content("Hola"), window_opened_at=opened)
    assert whatsapp.is_window_open(message, now) is is_open


@pytest.mark.parametrize(
    ("fault", "expected", "taken"),
    [
        (FaultKind.SERVER_ERROR, Ambiguous("twilio_500"), 0),
        (FaultKind.TOO_MANY_REQUESTS, Later(2, "rate_limited"), 0),
        (FaultKind.DROPPED, Ambiguous("ServerDisconnectedError"), 0),
        (FaultKind.ANSWER_LOST, Ambiguous("ServerDisconnectedError"), 1),
    ],
)
async def test_a_failed_send_tells_what_became_of_it(
    whatsapp: WhatsApp,
    twilio: TwilioStandIn,
    fault: FaultKind,
    expected: Ambiguous | Later,
    taken: int,
) -> None:
    twilio.faults.once(fault, operation="messages.create")
    assert await whatsapp.send(on_whatsapp(Content("Hola"))) == expected
    assert len(twilio.messages_to(ANA)) == taken
    assert isinstance(await whatsapp.send(on_whatsapp(Content("Hola"))), Sent)


async def test_a_refused_connection_was_never_sent(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await twilio.refuse_connections()
    assert await whatsapp.send(on_whatsapp(Content("Hola"))) == Later(5, "unreachable")
    await twilio.accept_connections()
    assert isinstance(await whatsapp.send(on_whatsapp(Content("Hola"))), Sent)
    assert len(twilio.messages_to(ANA)) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (21211, Refused("number_invalid")),
        (21610, Refused("blocked_by_person", blocked=True)),
        (63032, Refused("blocked_by_person", blocked=True)),
        (21620, Refused("twilio_21620")),
    ],
)
async def test_what_twilio_refuses_for_good(
    whatsapp: WhatsApp, twilio: TwilioStandIn, code: int, expected: Refused
) -> None:
    twilio.people.refuse(ANA, code)
    assert await whatsapp.send(on_whatsapp(Content("Hola"))) == expected


async def test_a_wrong_token_of_ours_loses_no_message(twilio: TwilioStandIn) -> None:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token="0" * 32,
        sender=SENDER,
        public_url=PUBLIC_URL,
        api_url=twilio.url,
    )
    assert await channel.send(on_whatsapp(Content("Hola"))) == Later(60, "credentials_refused")
    lost = on_whatsapp(Content("Hola"), attempted_at=datetime.now(UTC) - timedelta(minutes=1))
    assert await channel.reconcile(lost) == Later(10, "list_unreachable")
    await channel.close()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (502, b"<html>Bad gateway</html>", Ambiguous("twilio_502")),
        (503, b"<html>Unavailable</html>", Later(5, "unavailable")),
        (429, b"slow down", Later(2, "rate_limited")),
        (201, b"<html>Welcome to the hotel</html>", Ambiguous("JSONDecodeError")),
        (201, b"", Ambiguous("no_sid")),
        (
            429,
            b'{"type": "t", "title": "Too many", "status": 429, "code": 20429}',
            Later(2, "rate_limited"),
        ),
        (
            400,
            b'{"type": "t", "title": "No number", "status": 400, "code": 21211}',
            Refused("number_invalid"),
        ),
    ],
)
async def test_an_answer_of_another_form_is_no_exception(
    status: int, body: bytes, expected: object
) -> None:
    async with Listener() as gateway:
        gateway.usual = Answer(status, body, "application/json")
        channel = WhatsApp(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            sender=SENDER,
            public_url=PUBLIC_URL,
            api_url=gateway.url,
        )
        assert await channel.send(on_whatsapp(Content("Hola"))) == expected
        await channel.close()


async def test_a_provider_that_is_not_there_at_all(ears: Ears) -> None:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=NUMBER,
        public_url=PUBLIC_URL,
        api_url=f"http://127.0.0.1:{free_port()}",
    )
    assert channel.sender == ANA
    assert await channel.send(on_whatsapp(Content("Hola"))) == Later(5, "unreachable")
    await channel.close()
    await channel.close()
