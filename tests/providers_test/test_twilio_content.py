"""Templates and quick replies through Twilio's own client."""

import asyncio
import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentInstance, ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from tests.providers.record import Button
from tests.providers.twilio import SENDER, TwilioStandIn

pytestmark = pytest.mark.asyncio

ANA = "whatsapp:+50370001234"
REMINDER = {"twilio/text": {"body": "Hola {{1}}, su reporte vence el {{2}}. Responda aquí."}}


def _buttons(count: int, body: str = "¿Qué ocupás?") -> dict[str, Any]:
    actions = [
        {"type": "QUICK_REPLY", "title": f"Opción {n}", "id": f"op{n}"} for n in range(count)
    ]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


async def _create(
    client: Client, types: dict[str, Any], variables: dict[str, str] | None = None
) -> ContentInstance:
    request = ContentList.ContentCreateRequest(
        {
            "friendly_name": "recordatorio",
            "language": "es",
            "types": types,
            "variables": variables or {},
        }
    )
    return await asyncio.to_thread(client.content.v1.contents.create, request)


async def _submit(client: Client, sid: str, category: str = "UTILITY") -> str | None:
    request = ApprovalCreateList.ContentApprovalRequest(
        {"name": "recordatorio_de_reporte", "category": category}
    )
    approval = client.content.v1.contents(sid).approval_create
    status: str | None = (await asyncio.to_thread(approval.create, request)).status
    return status


async def test_a_quick_reply_inside_the_window(
    twilio: TwilioStandIn, twilio_client: Client, blocking_twilio_client: Client
) -> None:
    content = await _create(blocking_twilio_client, _buttons(3, "Hola {{name}}, ¿qué ocupás?"))
    twilio.people.wrote(ANA)
    await twilio_client.messages.create_async(
        to=ANA,
        from_=SENDER,
        content_sid=content.sid,
        content_variables=json.dumps({"name": "Ana"}),
    )
    [message] = twilio.messages_to(ANA)
    assert message.text == "Hola Ana, ¿qué ocupás?"
    assert message.buttons[1] == Button("Opción 1", "op1")
    assert message.details["variables"] == {"name": "Ana"}
    await twilio.wait_for(lambda: message.status == "delivered")


@pytest.mark.parametrize(("buttons", "in_window", "code"), [(4, True, 63021), (3, False, 63016)])
async def test_where_an_unapproved_quick_reply_fails(
    twilio: TwilioStandIn,
    twilio_client: Client,
    blocking_twilio_client: Client,
    buttons: int,
    in_window: bool,
    code: int,
) -> None:
    content = await _create(blocking_twilio_client, _buttons(buttons))
    if in_window:
        twilio.people.wrote(ANA)
    await twilio_client.messages.create_async(to=ANA, from_=SENDER, content_sid=content.sid)
    [message] = twilio.messages_to(ANA)
    await twilio.wait_for(lambda: message.status == "failed")
    assert message.error_code == code


async def test_an_approved_template_opens_a_conversation(
    twilio: TwilioStandIn, twilio_client: Client, blocking_twilio_client: Client
) -> None:
    content = await _create(blocking_twilio_client, REMINDER, {"1": "Ana", "2": "30 de junio"})
    assert await _submit(blocking_twilio_client, str(content.sid)) == "received"
    twilio.contents.approve(str(content.sid))
    await twilio_client.messages.create_async(
        to=ANA,
        from_=SENDER,
        content_sid=content.sid,
        content_variables=json.dumps({"1": "doña Ana", "2": "15 de julio"}),
    )
    [message] = twilio.messages_to(ANA)
    assert message.text == "Hola doña Ana, su reporte vence el 15 de julio. Responda aquí."
    await twilio.wait_for(lambda: message.status == "delivered")


async def test_a_line_break_in_a_template_variable_fails(
    twilio: TwilioStandIn, twilio_client: Client, blocking_twilio_client: Client
) -> None:
    content = await _create(blocking_twilio_client, REMINDER, {"1": "Ana", "2": "hoy"})
    twilio.contents.approve(str(content.sid))
    await twilio_client.messages.create_async(
        to=ANA,
        from_=SENDER,
        content_sid=content.sid,
        content_variables=json.dumps({"1": "doña\nAna", "2": "hoy"}),
    )
    [message] = twilio.messages_to(ANA)
    await twilio.wait_for(lambda: message.status == "failed")
    assert message.error_code == 63013


async def test_an_empty_variable_is_refused(
    twilio_client: Client, blocking_twilio_client: Client
) -> None:
    content = await _create(blocking_twilio_client, REMINDER)
    with pytest.raises(TwilioRestException) as caught:
        await twilio_client.messages.create_async(
            to=ANA, from_=SENDER, content_sid=content.sid, content_variables='{"1": ""}'
        )
    assert caught.value.code == 21656


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("Hola {{1}}, lo esperamos.", "approved"),
        ("{{1}}, lo esperamos.", "rejected"),
        ("Lo esperamos, {{1}}", "rejected"),
        ("Hola {{1}} {{1}}, lo esperamos.", "rejected"),
        ("Hola {{2}}, lo esperamos.", "rejected"),
    ],
)
async def test_approval_after_a_delay_follows_the_rules(body: str, status: str) -> None:
    async with TwilioStandIn(approval_delay=0.05) as twilio:
        client = Client(twilio.account_sid, "d1" * 16)
        client.content.base_url = twilio.url
        content = await _create(client, {"twilio/text": {"body": body}}, {"1": "Ana"})
        sid = str(content.sid)
        assert await _submit(client, sid) == "received"
        fetch = client.content.v1.contents(sid).approval_fetch().fetch
        async with asyncio.timeout(60):
            while (fetched := await asyncio.to_thread(fetch)).whatsapp["status"] == "received":
                await asyncio.sleep(0.02)
        assert fetched.whatsapp["status"] == status
        assert bool(fetched.whatsapp["rejection_reason"]) is (status == "rejected")


@pytest.mark.parametrize(
    "types",
    [
        _buttons(11),
        _buttons(0),
        {"twilio/quick-reply": {"body": "a", "actions": [{"title": "x" * 21, "id": "1"}]}},
        {"twilio/quick-reply": {"body": "a", "actions": [{"title": "x", "id": "1" * 201}]}},
        {"twilio/quick-reply": {"body": "a" * 1025, "actions": [{"title": "x", "id": "1"}]}},
        {"twilio/list-picker": {"body": "a", "button": "Ver", "items": []}},
        {
            "twilio/list-picker": {
                "body": "a",
                "button": "Ver",
                "items": [{"item": "x" * 25, "id": "1"}],
            }
        },
    ],
)
async def test_contents_beyond_the_limits_are_refused(
    twilio: TwilioStandIn, blocking_twilio_client: Client, types: dict[str, Any]
) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await _create(blocking_twilio_client, types)
    assert caught.value.status == 400


async def test_a_list_picker_is_not_for_approval(
    twilio: TwilioStandIn, twilio_client: Client, blocking_twilio_client: Client
) -> None:
    items = [{"id": f"i{n}", "item": f"Trámite {n}", "description": "Ver más"} for n in range(10)]
    types = {"twilio/list-picker": {"body": "Elegí", "button": "Ver", "items": items}}
    content = await _create(blocking_twilio_client, types)
    with pytest.raises(TwilioRestException):
        await _submit(blocking_twilio_client, str(content.sid))
    twilio.people.wrote(ANA)
    await twilio_client.messages.create_async(to=ANA, from_=SENDER, content_sid=content.sid)
    assert twilio.messages_to(ANA)[0].buttons[9] == Button("Trámite 9", "i9")


async def test_listing_fetching_and_deleting(
    twilio: TwilioStandIn, twilio_client: Client, blocking_twilio_client: Client
) -> None:
    sids = [str((await _create(blocking_twilio_client, _buttons(2))).sid) for _ in range(5)]
    twilio.contents.approve(sids[0])
    listed = await twilio_client.content.v1.contents.list_async(page_size=2)
    assert [c.sid for c in listed] == sids[::-1]
    with_approvals = await twilio_client.content.v1.content_and_approvals.list_async(page_size=2)
    statuses = {c.sid: c.approval_requests["status"] for c in with_approvals if c.approval_requests}
    assert statuses[sids[0]] == "approved"
    assert statuses[sids[4]] == "unsubmitted"
    fetched = await twilio_client.content.v1.contents(sids[2]).fetch_async()
    assert fetched.types == _buttons(2)
    assert await twilio_client.content.v1.contents(sids[2]).delete_async() is True
    with pytest.raises(TwilioRestException) as caught:
        await twilio_client.content.v1.contents(sids[2]).fetch_async()
    assert caught.value.code == 20404


async def test_the_asynchronous_client_cannot_create_contents(
    twilio_client: Client,
) -> None:
    """twilio-python 9 sends the JSON body as a form here; Twilio refuses it, and so do we."""
    request = ContentList.ContentCreateRequest({"language": "es", "types": _buttons(1)})
    with pytest.raises(TwilioRestException) as caught:
        await twilio_client.content.v1.contents.create_async(request)
    assert caught.value.status == 400
