"""Sends whose answer was lost: found again in Twilio's list, or not there."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.messages.content import Content
from bot.channels.protocol import Ambiguous, Later, Reply
from bot.channels.whatsapp import RECONCILE_AFTER, WhatsApp
from tests.bot.channels.claims import (
    ANA,
    CASE_REPLY,
    DAY_AND_MORE,
    TALK,
    TOPICS,
    claimed,
    on_whatsapp,
)
from tests.bot.channels.conftest import PUBLIC_URL
from tests.providers.faults import FaultKind
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.providers_test.listener import Listener
from tests.providers_test.listener import Reply as Answer

OTHER = "+50370009999"


def _long_ago() -> datetime:
    return datetime.now(UTC) - RECONCILE_AFTER - timedelta(seconds=1)


async def test_reconciling_waits_until_the_list_may_be_complete(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    found = await whatsapp.reconcile(on_whatsapp(Content("Hola")))
    assert isinstance(found, Later)
    assert 0 < found.seconds <= RECONCILE_AFTER.total_seconds()
    assert twilio.record.requests["messages.list"] == 0


async def test_reconciling_finds_the_lost_message_and_only_that(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    lost = Content("**¡Hola!** Tu permiso _sí_ va")
    twilio.people.wrote(f"whatsapp:{OTHER}")
    await whatsapp.send(claimed("whatsapp", OTHER, lost))
    await whatsapp.send(on_whatsapp(Content("Otra cosa")))
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="messages.create")
    assert isinstance(await whatsapp.send(on_whatsapp(lost)), Ambiguous)
    await twilio.inbound(ANA, "*¡Hola!* Tu permiso _sí_ va")
    await whatsapp.send(on_whatsapp(Content("**¡Hola!** Tu permiso _sí_ va mañana")))
    sid = twilio.messages_to(ANA)[1].provider_id
    assert await whatsapp.reconcile(on_whatsapp(lost, attempted_at=_long_ago())) == [sid]


async def test_reconciling_finds_nothing_where_nothing_was_taken(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await whatsapp.send(on_whatsapp(Content("Otra cosa")))
    twilio.faults.once(FaultKind.DROPPED, operation="messages.create")
    await whatsapp.send(on_whatsapp(Content("Hola")))
    assert await whatsapp.reconcile(on_whatsapp(Content("Hola"), attempted_at=_long_ago())) == []


async def test_reconciling_leaves_out_what_was_sent_before(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    await whatsapp.send(on_whatsapp(Content("Hola")))
    before = twilio.messages.get(twilio.messages_to(ANA)[0].provider_id)
    before.sent = before.created = before.created - 3_600
    assert await whatsapp.reconcile(on_whatsapp(Content("Hola"), attempted_at=_long_ago())) == []


async def test_reconciling_gives_equal_messages_in_the_order_sent(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    for _ in range(3):
        await whatsapp.send(on_whatsapp(Content("Hola")))
    sids = [message.provider_id for message in twilio.messages_to(ANA)]
    assert await whatsapp.reconcile(on_whatsapp(Content("Hola"), attempted_at=_long_ago())) == sids


@pytest.mark.parametrize("is_open", [True, False])
async def test_reconciling_knows_a_staff_reply_in_either_form(
    with_templates: WhatsApp, twilio: TwilioStandIn, is_open: bool
) -> None:
    twilio.contents.approve(with_templates.template_sids["case_reply"])
    opened = datetime.now(UTC) - (timedelta(0) if is_open else DAY_AND_MORE)
    await with_templates.send(on_whatsapp(CASE_REPLY, window_opened_at=opened))
    other = Content("Su formulario", template="case_reply", variables={"1": "Venga hoy"})
    await with_templates.send(on_whatsapp(other, window_opened_at=opened))
    lost = on_whatsapp(CASE_REPLY, window_opened_at=opened, attempted_at=_long_ago())
    assert await with_templates.reconcile(lost) == [twilio.messages_to(ANA)[0].provider_id]


@pytest.mark.parametrize("gone", [False, True], ids=["buttons", "menu"])
async def test_reconciling_knows_a_message_with_buttons_in_either_form(
    with_templates: WhatsApp, twilio: TwilioStandIn, gone: bool
) -> None:
    start = (
        "Esto empieza igual y sigue igual por más de ochenta letras, para que se confunda bien: "
    )
    (content,) = with_templates.render(Reply(start + "a", (TOPICS,)))
    (other,) = with_templates.render(Reply(start + "b", (TOPICS,)))
    if gone:
        with_templates.template_sids.clear()
    await with_templates.send(on_whatsapp(other))
    await with_templates.send(on_whatsapp(content))
    found = await with_templates.reconcile(on_whatsapp(content, attempted_at=_long_ago()))
    assert found == [twilio.messages_to(ANA)[1].provider_id]


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
            await whatsapp.send(on_whatsapp(content))
            sid = twilio.messages_to(ANA)[-1].provider_id
            found = await whatsapp.reconcile(on_whatsapp(content, attempted_at=_long_ago()))
            assert found == [sid]


@pytest.mark.parametrize("fault", [FaultKind.SERVER_ERROR, FaultKind.TOO_MANY_REQUESTS])
async def test_reconciling_waits_for_a_list_that_fails(
    whatsapp: WhatsApp, twilio: TwilioStandIn, fault: FaultKind
) -> None:
    lost = on_whatsapp(Content("Hola"), attempted_at=_long_ago())
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
        lost = on_whatsapp(Content("Hola"), attempted_at=_long_ago())
        for body in (b"<html>Hotel</html>", b"{}"):
            gateway.files[path] = Answer(200, body, "application/json")
            assert await channel.reconcile(lost) == Later(10, "list_unreachable")
        await channel.close()
