"""WhatsApp over Twilio, with the real client against the stand-in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.messages import states
from actions.messages.content import Attachment, Button, Content
from actions.messages.outbox import Claimed
from bot import inbound
from bot.channels import templates, text
from bot.channels.protocol import Ambiguous, Later, Refused, Reply, Sent, numbered, token
from bot.channels.whatsapp import (
    QUICK_REPLY_BODY_LIMIT,
    RECONCILE_AFTER,
    TEXT_LIMIT,
    WINDOW,
    WhatsApp,
)
from bot.inbound import STORED_TEXT_LIMIT, MalformedMessage
from tests.bot.channels.claims import claimed
from tests.bot.channels.conftest import PUBLIC_URL, Ears, Posted
from tests.providers.faults import FaultKind
from tests.providers.record import File, RecordedMessage
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, Location, TwilioStandIn
from tests.providers.twilio_signature import Signer
from tests.providers_test.listener import Listener
from tests.providers_test.listener import Reply as Answer
from tests.system import free_port

NUMBER = "+50370001234"
ANA = f"whatsapp:{NUMBER}"
OTHER = "+50370009999"
TOPICS = Button("Ver los temas", "/help")
TALK = Button("Hablar con alguien", "/human")
LONG = "¡Señor 🙂 **Añil** & <sal> _ojo_! Segunda oración sin fin, con *marcas* sueltas. "


def _reply(content: Content, **changes: Any) -> Claimed:
    return claimed("whatsapp", NUMBER, content, **changes)


def _to_ana(twilio: TwilioStandIn) -> list[RecordedMessage]:
    return twilio.messages_to(ANA)


@pytest.fixture(autouse=True)
def open_window(twilio: TwilioStandIn) -> None:
    """Ana wrote just now, so Twilio takes free text for her."""
    twilio.people.wrote(ANA)


# -- what is sent ----------------------------------------------------------------------------------


async def test_a_text_is_sent_as_whatsapp_shows_it(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    outcome = await whatsapp.send(_reply(Content("¡Ojo! **Multa** & <b> a_b 🙂")))
    (taken,) = _to_ana(twilio)
    assert outcome == Sent(taken.provider_id)
    assert taken.text == "¡Ojo! *Multa* & <b> a_b 🙂"
    assert taken.buttons == ()


async def test_the_status_callback_names_our_message_and_is_signed_for_our_public_address(
    whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    await whatsapp.send(_reply(Content("Hola"), id=907))
    await twilio.wait_for(lambda: _to_ana(twilio)[0].status == "delivered")
    await twilio.wait_for(lambda: len(ears.heard) >= 3)
    for posted in ears.posted():
        assert posted.path == "/webhooks/whatsapp/status?message=907"
        assert posted.form["MessageSid"] == _to_ana(twilio)[0].provider_id
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
        assert isinstance(await whatsapp.send(_reply(content)), Sent)
    shown = [message.text for message in _to_ana(twilio)]
    assert max(map(text.length, shown)) <= TEXT_LIMIT
    assert _bare(" ".join(shown)) == _bare(words)


def _bare(words: str) -> list[str]:
    return words.replace(text.WORD_JOINER, "").replace("*", "").split()


async def test_a_full_text_of_marks_still_fits(whatsapp: WhatsApp, twilio: TwilioStandIn) -> None:
    words = ("_a_ " * 400).strip()
    (content,) = whatsapp.render(Reply(words))
    assert isinstance(await whatsapp.send(_reply(content)), Sent)
    assert _to_ana(twilio)[0].text.replace(text.WORD_JOINER, "") == words


async def test_files_go_along(whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears) -> None:
    ears.files["/recibo.pdf"] = Answer(body=b"%PDF-1.4", content_type="application/pdf")
    file = Attachment("recibo.pdf", f"{PUBLIC_URL}/recibo.pdf", "application/pdf")
    outcome = await whatsapp.send(_reply(Content("Tu recibo", files=(file,))))
    (taken,) = _to_ana(twilio)
    assert outcome == Sent(taken.provider_id)
    await twilio.wait_for(lambda: taken.files)
    assert taken.text == "Tu recibo"
    assert taken.files[0].content == b"%PDF-1.4"


# -- menus -----------------------------------------------------------------------------------------


async def test_without_templates_buttons_are_a_numbered_menu(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    (content,) = whatsapp.render(Reply("¿Qué querés?", (TOPICS, TALK)))
    assert content.buttons == (TOPICS, TALK)
    assert isinstance(await whatsapp.send(_reply(content)), Sent)
    (taken,) = _to_ana(twilio)
    assert taken.text == (
        "¿Qué querés?\n\n1. Ver los temas\n2. Hablar con alguien\n\nRespondé con el número."
    )
    assert taken.buttons == ()


async def test_with_its_template_a_menu_has_real_buttons(
    with_templates: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    (content,) = with_templates.render(Reply("De eso **no** sé.\n\n¿Y ahora?", (TOPICS, TALK)))
    assert isinstance(await with_templates.send(_reply(content, id=77)), Sent)
    (taken,) = _to_ana(twilio)
    assert taken.text == "De eso *no* sé.\n\n¿Y ahora?"
    assert [(one.title, one.payload) for one in taken.buttons] == [
        ("Ver los temas", token(77, 0)),
        ("Hablar con alguien", token(77, 1)),
    ]
    await twilio.press(taken, "Hablar con alguien")
    pressed = with_templates.read_webhook(_inbound_of(ears).form)
    assert (pressed.kind, pressed.detail) == (inbound.BUTTON, {"payload": token(77, 1)})


@pytest.mark.parametrize(
    "buttons",
    [
        (Button("Otra cosa", "/help"),),
        (TALK, TOPICS),
        (TOPICS, TALK, TOPICS, TALK),
    ],
    ids=["other title", "other order", "more than three"],
)
async def test_buttons_of_no_template_are_a_numbered_menu(
    with_templates: WhatsApp, twilio: TwilioStandIn, buttons: tuple[Button, ...]
) -> None:
    (content,) = with_templates.render(Reply("¿Qué querés?", buttons))
    assert isinstance(await with_templates.send(_reply(content)), Sent)
    assert _to_ana(twilio)[0].text == numbered(Reply("¿Qué querés?", buttons))


async def test_a_template_that_went_meanwhile_leaves_a_numbered_menu(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    (content,) = with_templates.render(Reply("¿Qué querés?", (TOPICS,)))
    with_templates.template_sids.clear()
    assert isinstance(await with_templates.send(_reply(content)), Sent)
    assert _to_ana(twilio)[0].text == numbered(Reply("¿Qué querés?", (TOPICS,)))


@pytest.mark.parametrize("words", [LONG * 40, "_a_ " * 400], ids=["long", "many marks"])
async def test_a_long_text_with_real_buttons_keeps_both_limits(
    with_templates: WhatsApp, twilio: TwilioStandIn, words: str
) -> None:
    *first, last = with_templates.render(Reply(words, (TOPICS,)))
    assert first
    assert not any(content.buttons for content in first)
    for content in (*first, last):
        assert isinstance(await with_templates.send(_reply(content)), Sent)
    taken = _to_ana(twilio)
    assert [one.title for one in taken[-1].buttons] == ["Ver los temas"]
    assert text.length(taken[-1].text) <= QUICK_REPLY_BODY_LIMIT
    assert _bare(" ".join(message.text for message in taken)) == _bare(words)
    await twilio.wait_for(lambda: all(one.status == "delivered" for one in taken))


def test_a_button_alone_without_words_is_a_numbered_menu() -> None:
    channel = WhatsApp(account_sid="AC", auth_token="t", sender=SENDER, public_url=PUBLIC_URL)
    channel.quick_replies = {("Ver los temas",): "topics"}
    channel.template_sids = {"topics": "HX1"}
    (content,) = channel.render(Reply("", (TOPICS,)))
    assert content.template is None
    assert content.text.startswith("1. Ver los temas")


# -- templates -------------------------------------------------------------------------------------


async def test_declared_templates_are_made_as_declared_and_submitted_where_they_need_it(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    for template in templates.declared():
        sid = await templates.register(whatsapp.client, template)
        made = twilio.contents.get(sid)
        assert made.friendly_name == template.full_name
        assert made.variables == template.samples
        (definition,) = made.types.values()
        assert definition["body"] == template.body
        titles = [action["title"] for action in definition.get("actions", ())]
        assert titles == list(template.buttons)
        if template.category is None:
            assert await templates.approval(whatsapp.client, sid) == templates.UNSUBMITTED
        else:
            assert made.approval is not None
            assert made.approval.category == template.category
            # The stand-in decides by WhatsApp's rules on variables.
            await twilio.wait_for(lambda made=made: made.approval.status != "received")
            assert await templates.approval(whatsapp.client, sid) == templates.APPROVED


def test_only_templates_registered_as_declared_and_approved_are_used() -> None:
    quick, approved = (
        next(one for one in templates.declared() if one.name == name)
        for name in ("topics", "case_reply")
    )
    known = {
        "topics": (quick.digest, "HX1", templates.UNSUBMITTED),
        "case_reply": (approved.digest, "HX2", templates.APPROVED),
    }
    assert templates.usable([quick, approved], known) == {"topics": "HX1", "case_reply": "HX2"}
    for state in ("pending", "rejected", "paused", "unsubmitted", "received"):
        known["case_reply"] = (approved.digest, "HX2", state)
        assert templates.usable([quick, approved], known) == {"topics": "HX1"}
    known["topics"] = ("of another wording", "HX1", templates.UNSUBMITTED)
    assert templates.usable([quick], known) == {}
    assert templates.usable([quick], {}) == {}


# -- the window ------------------------------------------------------------------------------------

CASE_REPLY = Content(
    "Su *formulario*\nya fue   recibido",
    template="case_reply",
    variables={"1": "Su *formulario*\nya fue   recibido"},
)
YESTERDAY = timedelta(hours=25)


@pytest.mark.parametrize(
    ("age", "is_open"),
    [
        (timedelta(0), True),
        (WINDOW - timedelta(minutes=3), True),
        (WINDOW - timedelta(minutes=1), False),
        (WINDOW, False),
        (YESTERDAY, False),
        (None, False),
    ],
)
def test_the_window_is_open_a_little_under_a_day(
    whatsapp: WhatsApp, age: timedelta | None, is_open: bool
) -> None:
    now = datetime.now(UTC)
    opened = None if age is None else now - age
    message = _reply(Content("Hola"), window_opened_at=opened)
    assert whatsapp.is_window_open(message, now) is is_open


async def test_outside_the_window_free_text_is_refused_without_asking_twilio(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    closed = datetime.now(UTC) - YESTERDAY
    for content in (Content("Hola"), Content("Hola", template="never_declared")):
        outcome = await with_templates.send(_reply(content, window_opened_at=closed))
        assert outcome == Refused("window_closed")
    assert _to_ana(twilio) == []


async def test_outside_the_window_an_approved_template_reaches_the_person(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    twilio.people.close_window(ANA)
    twilio.contents.approve(with_templates.template_sids["case_reply"])
    closed = datetime.now(UTC) - YESTERDAY
    outcome = await with_templates.send(_reply(CASE_REPLY, window_opened_at=closed))
    (taken,) = _to_ana(twilio)
    assert outcome == Sent(taken.provider_id)
    await twilio.wait_for(lambda: taken.status == "delivered")
    # One line: WhatsApp takes no line breaks in a variable.
    assert "Su *formulario* ya fue recibido" in taken.text


async def test_inside_the_window_the_same_message_goes_as_plain_text(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    await with_templates.send(_reply(CASE_REPLY))
    (taken,) = _to_ana(twilio)
    assert taken.kind == "text"
    assert taken.text.splitlines()[1] == "ya fue   recibido"


# -- what may go wrong -----------------------------------------------------------------------------


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
    assert await whatsapp.send(_reply(Content("Hola"))) == expected
    assert len(_to_ana(twilio)) == taken
    assert isinstance(await whatsapp.send(_reply(Content("Hola"))), Sent)


async def test_a_refused_connection_was_never_sent(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await twilio.refuse_connections()
    assert await whatsapp.send(_reply(Content("Hola"))) == Later(5, "unreachable")
    await twilio.accept_connections()
    assert isinstance(await whatsapp.send(_reply(Content("Hola"))), Sent)
    assert len(_to_ana(twilio)) == 1


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
    assert await whatsapp.send(_reply(Content("Hola"))) == expected


async def test_a_wrong_token_of_ours_loses_no_message(twilio: TwilioStandIn) -> None:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token="0" * 32,
        sender=SENDER,
        public_url=PUBLIC_URL,
        api_url=twilio.url,
    )
    assert await channel.send(_reply(Content("Hola"))) == Later(60, "credentials_refused")
    lost = _reply(Content("Hola"), attempted_at=_long_ago())
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
        assert await channel.send(_reply(Content("Hola"))) == expected
        await channel.close()


# -- reconciling -----------------------------------------------------------------------------------


def _long_ago() -> datetime:
    return datetime.now(UTC) - RECONCILE_AFTER - timedelta(seconds=1)


async def test_reconciling_waits_until_the_list_may_be_complete(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    found = await whatsapp.reconcile(_reply(Content("Hola")))
    assert isinstance(found, Later)
    assert 0 < found.seconds <= RECONCILE_AFTER.total_seconds()
    assert twilio.record.requests["messages.list"] == 0


async def test_reconciling_finds_the_lost_message_and_only_that(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    lost = Content("**¡Hola!** Tu permiso _sí_ va")
    twilio.people.wrote(f"whatsapp:{OTHER}")
    await whatsapp.send(claimed("whatsapp", OTHER, lost))
    await whatsapp.send(_reply(Content("Otra cosa")))
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="messages.create")
    assert isinstance(await whatsapp.send(_reply(lost)), Ambiguous)
    await twilio.inbound(ANA, "*¡Hola!* Tu permiso _sí_ va")
    await whatsapp.send(_reply(Content("**¡Hola!** Tu permiso _sí_ va mañana")))
    sid = _to_ana(twilio)[1].provider_id
    assert await whatsapp.reconcile(_reply(lost, attempted_at=_long_ago())) == [sid]


async def test_reconciling_finds_nothing_where_nothing_was_taken(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await whatsapp.send(_reply(Content("Otra cosa")))
    twilio.faults.once(FaultKind.DROPPED, operation="messages.create")
    await whatsapp.send(_reply(Content("Hola")))
    assert await whatsapp.reconcile(_reply(Content("Hola"), attempted_at=_long_ago())) == []


async def test_reconciling_leaves_out_what_was_sent_before(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await whatsapp.send(_reply(Content("Hola")))
    before = twilio.messages.get(_to_ana(twilio)[0].provider_id)
    before.sent = before.created = before.created - 3_600
    assert await whatsapp.reconcile(_reply(Content("Hola"), attempted_at=_long_ago())) == []


async def test_reconciling_gives_equal_messages_in_the_order_sent(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    for _ in range(3):
        await whatsapp.send(_reply(Content("Hola")))
    sids = [message.provider_id for message in _to_ana(twilio)]
    assert await whatsapp.reconcile(_reply(Content("Hola"), attempted_at=_long_ago())) == sids


@pytest.mark.parametrize("is_open", [True, False])
async def test_reconciling_knows_a_staff_reply_in_either_form(
    with_templates: WhatsApp, twilio: TwilioStandIn, is_open: bool
) -> None:
    twilio.contents.approve(with_templates.template_sids["case_reply"])
    opened = datetime.now(UTC) - (timedelta(0) if is_open else YESTERDAY)
    await with_templates.send(_reply(CASE_REPLY, window_opened_at=opened))
    other = Content("Su formulario", template="case_reply", variables={"1": "Venga hoy"})
    await with_templates.send(_reply(other, window_opened_at=opened))
    lost = _reply(CASE_REPLY, window_opened_at=opened, attempted_at=_long_ago())
    assert await with_templates.reconcile(lost) == [_to_ana(twilio)[0].provider_id]


@pytest.mark.parametrize("gone", [False, True], ids=["buttons", "menu"])
async def test_reconciling_knows_a_message_with_buttons_in_either_form(
    with_templates: WhatsApp, twilio: TwilioStandIn, gone: bool
) -> None:
    start = "Esto empieza igual y sigue igual por más de ochenta letras, para que se confunda bien: "
    (content,) = with_templates.render(Reply(start + "a", (TOPICS,)))
    (other,) = with_templates.render(Reply(start + "b", (TOPICS,)))
    if gone:
        with_templates.template_sids.clear()
    await with_templates.send(_reply(other))
    await with_templates.send(_reply(content))
    found = await with_templates.reconcile(_reply(content, attempted_at=_long_ago()))
    assert found == [_to_ana(twilio)[1].provider_id]


async def test_reconciling_knows_each_rendered_form(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    replies = [
        Reply("¿Qué querés?", (TOPICS, TALK)),
        Reply("_a_ " * 400),
        Reply("Con espacios  dobles \n y final"),
    ]
    for reply in replies:
        for content in whatsapp.render(reply):
            await whatsapp.send(_reply(content))
            sid = _to_ana(twilio)[-1].provider_id
            found = await whatsapp.reconcile(_reply(content, attempted_at=_long_ago()))
            assert found == [sid]


@pytest.mark.parametrize("fault", [FaultKind.SERVER_ERROR, FaultKind.TOO_MANY_REQUESTS])
async def test_reconciling_waits_for_a_list_that_fails(
    whatsapp: WhatsApp, twilio: TwilioStandIn, fault: FaultKind
) -> None:
    lost = _reply(Content("Hola"), attempted_at=_long_ago())
    twilio.faults.once(fault, operation="messages.list")
    assert await whatsapp.reconcile(lost) == Later(10, "list_unreachable")
    await twilio.refuse_connections()
    assert await whatsapp.reconcile(lost) == Later(10, "list_unreachable")
    await twilio.accept_connections()
    assert await whatsapp.reconcile(lost) == []


async def test_reconciling_waits_for_a_list_of_another_form() -> None:
    async with Listener() as gateway:
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        channel = WhatsApp(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            sender=SENDER,
            public_url=PUBLIC_URL,
            api_url=gateway.url,
        )
        lost = _reply(Content("Hola"), attempted_at=_long_ago())
        for body in (b"<html>Hotel</html>", b"{}"):
            gateway.files[path] = Answer(200, body, "application/json")
            assert await channel.reconcile(lost) == Later(10, "list_unreachable")
        await channel.close()


# -- what comes in ---------------------------------------------------------------------------------


def _inbound_of(ears: Ears) -> Posted:
    """The last inbound message that Twilio posted, past the status callbacks."""
    return [one for one in ears.posted() if "MessageStatus" not in one.form][-1]


def _file(content_type: str, name: str = "") -> File:
    return File(name, content_type, b"contenido")


@pytest.mark.parametrize(
    ("sent", "kind", "words", "media_type"),
    [
        ({"body": "¿Ocupo permiso? 🙂\nGracias"}, inbound.TEXT, "¿Ocupo permiso? 🙂\nGracias", None),
        ({"media": [_file("audio/ogg")]}, inbound.VOICE, "", "audio/ogg"),
        (
            {"body": "¿qué es esto?", "media": [_file("image/jpeg")]},
            inbound.IMAGE,
            "¿qué es esto?",
            "image/jpeg",
        ),
        ({"media": [_file("image/webp")]}, inbound.STICKER, "", "image/webp"),
        ({"media": [_file("video/mp4")]}, inbound.VIDEO, "", "video/mp4"),
        (
            {"media": [_file("application/pdf", "plan.pdf")]},
            inbound.DOCUMENT,
            "plan.pdf",
            "application/pdf",
        ),
        ({"media": [_file("text/vcard")]}, inbound.CONTACT, "", "text/vcard"),
        ({"location": Location(13.69, -89.19, "Taller")}, inbound.LOCATION, "", None),
    ],
)
async def test_every_kind_of_message_is_read(
    whatsapp: WhatsApp,
    twilio: TwilioStandIn,
    ears: Ears,
    sent: dict[str, Any],
    kind: str,
    words: str,
    media_type: str | None,
) -> None:
    await twilio.inbound(ANA, **sent)
    posted = _inbound_of(ears)
    assert posted.path == "/webhooks/whatsapp"
    read = whatsapp.read_webhook(posted.form)
    assert (read.channel, read.external, read.kind, read.text) == ("whatsapp", NUMBER, kind, words)
    assert read.provider_id == twilio.messages_from(ANA)[0].provider_id
    assert read.detail.get("media_type") == media_type
    assert read.detail.get("media", "").startswith(twilio.url) is (media_type is not None)


GOOD = {"MessageSid": "SM" + "0a" * 16, "From": ANA, "Body": "Hola", "NumMedia": "0"}


@pytest.mark.parametrize(
    "broken",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM123"},
        {"MessageSid": "XX" + "0a" * 16},
        {"MessageSid": GOOD["MessageSid"] + "\n"},
        {"From": ""},
        {"From": "whatsapp:"},
        {"From": "whatsapp:70001234"},
        {"From": "whatsapp:+0123456789"},
        {"From": "whatsapp:+503' OR 1=1"},
        {"From": "whatsapp:+" + "9" * 16},
        {"From": "whatsapp:+٥٠٣٧٠٠٠١٢٣٤"},
    ],
)
def test_a_form_without_who_or_what_is_malformed(
    whatsapp: WhatsApp, broken: dict[str, str]
) -> None:
    with pytest.raises(MalformedMessage):
        whatsapp.read_webhook(GOOD | broken)
    with pytest.raises(MalformedMessage):
        whatsapp.read_webhook({key: value for key, value in GOOD.items() if key not in broken})


def test_what_no_database_stores_is_left_out(whatsapp: WhatsApp) -> None:
    form = GOOD | {"Body": "ho\x00la \ud83d\r\nsi", "ButtonPayload": "b1\x00.0\udc00"}
    read = whatsapp.read_webhook(form)
    assert (read.text, read.detail) == ("hola \nsi", {"payload": "b1.0"})
    read = whatsapp.read_webhook(GOOD | {"Body": "ñ" * 20_000})
    assert len(read.text) == STORED_TEXT_LIMIT + 1


_values = st.one_of(st.text(max_size=20), st.sampled_from(["0", "1", "-1", "audio/ogg", "image/x"]))
_names = st.sampled_from(
    ["Body", "NumMedia", "MediaContentType0", "MediaUrl0", "Latitude", "Longitude", "ButtonPayload"]
)


@given(st.dictionaries(_names, _values))
def test_any_form_with_who_and_what_is_a_message(form: dict[str, str]) -> None:
    channel = WhatsApp(account_sid="AC", auth_token="t", sender=SENDER, public_url=PUBLIC_URL)
    read = channel.read_webhook(form | {"MessageSid": GOOD["MessageSid"], "From": ANA})
    assert read.kind in inbound.KINDS
    json.dumps([read.text, read.detail]).encode()
    assert "\\u0000" not in json.dumps([read.text, read.detail])


async def test_the_list_gives_what_came_in_oldest_first(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    twilio.webhook_url = None
    before = datetime.now(UTC) - timedelta(minutes=1)
    await twilio.inbound(ANA, "uno")
    await whatsapp.send(_reply(Content("respuesta")))
    await twilio.inbound(f"whatsapp:{OTHER}", media=[_file("image/jpeg")])
    await twilio.inbound("whatsapp:+1", "de un número que no lo es")
    await twilio.inbound(ANA, "dos")
    listed = await whatsapp.list_inbound(before)
    assert [(one.external, one.text) for one in listed] == [
        (NUMBER, "uno"),
        (OTHER, ""),
        (NUMBER, "dos"),
    ]
    # The list tells that there is a file, not of which type.
    assert [one.kind for one in listed] == [inbound.TEXT, inbound.DOCUMENT, inbound.TEXT]
    assert await whatsapp.list_inbound(datetime.now(UTC) + timedelta(minutes=1)) == []


# -- signatures ------------------------------------------------------------------------------------


async def test_only_what_twilio_signed_for_our_public_address_is_authentic(
    whatsapp: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    await twilio.inbound(ANA, "¡Hola! ¿Qué tal? 🙂 a&b=c")
    posted = _inbound_of(ears)
    assert whatsapp.is_signed(posted.path, posted.form, posted.signature)
    forged = [
        (posted.path, posted.form | {"Body": "otra"}, posted.signature),
        (posted.path, posted.form | {"Extra": "1"}, posted.signature),
        (posted.path, {k: v for k, v in posted.form.items() if k != "Body"}, posted.signature),
        (posted.path, posted.form, ""),
        (posted.path, posted.form, posted.signature[:-4] + "AAA="),
        (posted.path, posted.form, "ñ" * len(posted.signature)),
        (f"{posted.path}?a=1", posted.form, posted.signature),
        (f"{posted.path}/", posted.form, posted.signature),
        ("/webhooks/whatsapp/status", posted.form, posted.signature),
    ]
    for path, form, signature in forged:
        assert not whatsapp.is_signed(path, form, signature)


@pytest.mark.parametrize(
    ("url", "key", "accepted"),
    [
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=5", AUTH_TOKEN, True),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=6", AUTH_TOKEN, False),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status", AUTH_TOKEN, False),
        ("http://127.0.0.1:8000/webhooks/whatsapp/status?message=5", AUTH_TOKEN, False),
        ("http://torogoz.example.sv/webhooks/whatsapp/status?message=5", AUTH_TOKEN, False),
        (f"{PUBLIC_URL}/webhooks/whatsapp/status?message=5", "ab" * 16, False),
    ],
)
def test_a_signature_covers_address_and_query(
    whatsapp: WhatsApp, url: str, key: str, accepted: bool
) -> None:
    signature = Signer(key).signature(url, GOOD)
    path = "/webhooks/whatsapp/status?message=5"
    assert whatsapp.is_signed(path, GOOD, signature) is accepted


async def test_a_provider_that_is_not_there_at_all(ears: Ears) -> None:
    channel = WhatsApp(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=NUMBER,
        public_url=PUBLIC_URL,
        api_url=f"http://127.0.0.1:{free_port()}",
    )
    assert channel.sender == ANA
    assert await channel.send(_reply(Content("Hola"))) == Later(5, "unreachable")
    await channel.close()
    await channel.close()
