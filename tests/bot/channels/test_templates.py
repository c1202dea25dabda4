"""Menus on WhatsApp, with and without templates, and messages outside the window."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest

from actions.messages.content import Button
from actions.messages.content import Content as Message
from actions.store.database import Database
from actions.templates import service as registry
from bot import inbound
from bot.channels import templates, text
from bot.channels.protocol import Refused, Reply, Sent, numbered, token
from bot.channels.whatsapp import QUICK_REPLY_BODY_LIMIT, WhatsApp
from tests.bot.channels.claims import ANA, CASE_REPLY, DAY_AND_MORE, LONG, TALK, TOPICS, on_whatsapp
from tests.bot.channels.conftest import PUBLIC_URL, Ears
from tests.providers.faults import FaultKind
from tests.providers.twilio import SENDER, TwilioStandIn
from tests.providers.twilio_content import Approval, Content

CONNECTION_LOST = (aiohttp.ClientError, OSError)


def _bare(words: str) -> list[str]:
    return words.replace(text.WORD_JOINER, "").replace("*", "").split()


# -- menus -----------------------------------------------------------------------------------------


async def test_without_templates_buttons_are_a_numbered_menu(
    whatsapp: WhatsApp, twilio: TwilioStandIn
) -> None:
    (content,) = whatsapp.render(Reply("¿Qué querés?", (TOPICS, TALK)))
    assert content.buttons == (TOPICS, TALK)
    assert isinstance(await whatsapp.send(on_whatsapp(content)), Sent)
    (taken,) = twilio.messages_to(ANA)
    assert taken.text == (
        "¿Qué querés?\n\n1. Ver los temas\n2. Hablar con alguien\n\nRespondé con el número."
    )
    assert taken.buttons == ()


async def test_with_its_template_a_menu_has_real_buttons(
    with_templates: WhatsApp, twilio: TwilioStandIn, ears: Ears
) -> None:
    (content,) = with_templates.render(Reply("De eso **no** sé.\n\n¿Y ahora?", (TOPICS, TALK)))
    assert isinstance(await with_templates.send(on_whatsapp(content, id=77)), Sent)
    (taken,) = twilio.messages_to(ANA)
    assert taken.text == "De eso *no* sé.\n\n¿Y ahora?"
    assert [(one.title, one.payload) for one in taken.buttons] == [
        ("Ver los temas", token(77, 0)),
        ("Hablar con alguien", token(77, 1)),
    ]
    await twilio.press(taken, "Hablar con alguien")
    pressed = with_templates.read_webhook(ears.inbound().form)
    assert (pressed.kind, pressed.detail) == (inbound.BUTTON, {"payload": token(77, 1)})


@pytest.mark.parametrize(
    "buttons",
    [
        (Button("Otra cosa", "/help"),),
        (TALK, TALK),
        (TOPICS, TALK, TOPICS, TALK),
    ],
    ids=["other title", "no such pair", "more than three"],
)
async def test_buttons_of_no_template_are_a_numbered_menu(
    with_templates: WhatsApp, twilio: TwilioStandIn, buttons: tuple[Button, ...]
) -> None:
    (content,) = with_templates.render(Reply("¿Qué querés?", buttons))
    assert isinstance(await with_templates.send(on_whatsapp(content)), Sent)
    assert twilio.messages_to(ANA)[0].text == numbered(Reply("¿Qué querés?", buttons))


async def test_a_template_that_went_meanwhile_leaves_a_numbered_menu(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    (content,) = with_templates.render(Reply("¿Qué querés?", (TOPICS,)))
    with_templates.template_sids.clear()
    assert isinstance(await with_templates.send(on_whatsapp(content)), Sent)
    assert twilio.messages_to(ANA)[0].text == numbered(Reply("¿Qué querés?", (TOPICS,)))


@pytest.mark.parametrize("words", [LONG * 40, "_a_ " * 400], ids=["long", "many marks"])
async def test_a_long_text_with_real_buttons_keeps_both_limits(
    with_templates: WhatsApp, twilio: TwilioStandIn, words: str
) -> None:
    *first, last = with_templates.render(Reply(words, (TOPICS,)))
    assert first
    assert not any(content.buttons for content in first)
    for content in (*first, last):
        assert isinstance(await with_templates.send(on_whatsapp(content)), Sent)
    taken = twilio.messages_to(ANA)
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


async def _until_decided(twilio: TwilioStandIn, approval: Approval) -> None:
    await twilio.wait_for(lambda: approval.status != "received")


async def _synced(whatsapp: WhatsApp, database: Database) -> dict[str, templates.Synced]:
    """What a sync of the declared templates yields, by name."""
    declared = templates.declared()
    return {
        one.template.name: one async for one in templates.sync(whatsapp.client, database, declared)
    }


def _made(twilio: TwilioStandIn) -> dict[str, Content]:
    """Twilio's contents by their names there; a name that came twice fails."""
    page = twilio.contents.page({"PageSize": "1000"}, with_approvals=False)["contents"]
    named = {one["friendly_name"]: twilio.contents.get(one["sid"]) for one in page}
    assert len(named) == len(page)
    return named


async def test_declared_templates_are_made_as_declared_and_submitted_where_they_need_it(
    whatsapp: WhatsApp, twilio: TwilioStandIn, database: Database
) -> None:
    synced = await _synced(whatsapp, database)
    for template in templates.declared():
        made = twilio.contents.get(synced[template.name].sid)
        assert synced[template.name].new
        assert made.friendly_name == template.full_name
        assert made.variables == template.samples
        (definition,) = made.types.values()
        assert definition["body"] == template.body
        titles = [action["title"] for action in definition.get("actions", ())]
        assert titles == list(template.buttons)
        if template.category is None:
            assert await templates.approval(whatsapp.client, made.sid) == templates.UNSUBMITTED
        else:
            approval = made.approval
            assert approval is not None
            assert approval.category == template.category
            # The stand-in decides by WhatsApp's rules on variables.
            await _until_decided(twilio, approval)
            assert await templates.approval(whatsapp.client, made.sid) == templates.APPROVED


@pytest.mark.parametrize("lost", [FaultKind.ANSWER_LOST, FaultKind.DROPPED])
async def test_a_lost_request_for_approval_is_made_good_without_registering_twice(
    whatsapp: WhatsApp, twilio: TwilioStandIn, database: Database, lost: FaultKind
) -> None:
    template = next(one for one in templates.declared() if one.category is not None)
    failing = asyncio.create_task(_synced(whatsapp, database))
    # The state is asked for first; what comes next is the request.
    await twilio.wait_for(lambda: twilio.record.requests["content.approval"] == 1)
    twilio.faults.once(lost, operation="content.approval")
    with pytest.raises(CONNECTION_LOST):
        await failing
    before = _made(twilio)[template.full_name]
    assert (before.approval is not None) == (lost is FaultKind.ANSWER_LOST)
    async with database.session() as session:
        # What was known when the connection went is kept.
        assert (await registry.registered(session))[template.name] == (
            template.digest,
            before.sid,
            templates.UNSUBMITTED,
        )
    again = (await _synced(whatsapp, database))[template.name]
    assert not again.new
    assert again.sid == before.sid
    after = _made(twilio)[template.full_name]
    assert after.approval is not None
    await _until_decided(twilio, after.approval)
    assert (await _synced(whatsapp, database))[template.name].approval == templates.APPROVED
    assert twilio.record.requests["content.create"] == len(templates.declared())


async def test_a_template_whose_making_was_not_answered_is_found_by_its_name(
    whatsapp: WhatsApp, twilio: TwilioStandIn, database: Database
) -> None:
    first, *_ = templates.declared()
    twilio.faults.once(FaultKind.ANSWER_LOST, operation="content.create")
    with pytest.raises(CONNECTION_LOST):
        await _synced(whatsapp, database)
    made = _made(twilio)[first.full_name]
    async with database.session() as session:
        assert await registry.registered(session) == {}
    # The account has others, more than fit a page of Twilio's list.
    for number in range(1000):
        other = {"friendly_name": f"other_{number}", "language": "es"}
        twilio.contents.create(
            json.dumps({**other, "types": {"twilio/text": {"body": "x"}}}).encode()
        )
    synced = await _synced(whatsapp, database)
    assert synced[first.name].sid == made.sid
    assert synced[first.name].new
    assert twilio.record.requests["content.create"] == len(templates.declared())


async def test_a_template_that_twilio_never_got_is_made(
    whatsapp: WhatsApp, twilio: TwilioStandIn, database: Database
) -> None:
    twilio.faults.once(FaultKind.DROPPED, operation="content.create")
    with pytest.raises(CONNECTION_LOST):
        await _synced(whatsapp, database)
    assert _made(twilio) == {}
    synced = await _synced(whatsapp, database)
    assert {one.sid for one in synced.values()} == {one.sid for one in _made(twilio).values()}
    assert len(_made(twilio)) == len(templates.declared())


async def test_another_wording_is_another_template(
    whatsapp: WhatsApp, twilio: TwilioStandIn, database: Database
) -> None:
    one, *_ = templates.declared()
    other = replace(one, body=f"{one.body} (otra vez)")
    sids = []
    for template in (one, other, one):
        (synced,) = [
            result async for result in templates.sync(whatsapp.client, database, [template])
        ]
        assert synced.new
        sids.append(synced.sid)
    # Back to the first wording, the first template serves again.
    assert sids[0] == sids[2] != sids[1]
    assert len(_made(twilio)) == 2


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


# -- outside the window ----------------------------------------------------------------------------


async def test_outside_the_window_free_text_is_refused_without_asking_twilio(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    closed = datetime.now(UTC) - DAY_AND_MORE
    for content in (Message("Hola"), Message("Hola", template="never_declared")):
        outcome = await with_templates.send(on_whatsapp(content, window_opened_at=closed))
        assert outcome == Refused("window_closed")
    assert twilio.messages_to(ANA) == []


async def test_outside_the_window_an_approved_template_reaches_the_person(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    twilio.people.close_window(ANA)
    twilio.contents.approve(with_templates.template_sids["case_reply"])
    closed = datetime.now(UTC) - DAY_AND_MORE
    outcome = await with_templates.send(on_whatsapp(CASE_REPLY, window_opened_at=closed))
    (taken,) = twilio.messages_to(ANA)
    assert outcome == Sent(taken.provider_id)
    await twilio.wait_for(lambda: taken.status == "delivered")
    # One line: WhatsApp takes no line breaks in a variable.
    assert "Su *formulario* ya fue recibido" in taken.text


async def test_inside_the_window_the_same_message_goes_as_plain_text(
    with_templates: WhatsApp, twilio: TwilioStandIn
) -> None:
    await with_templates.send(on_whatsapp(CASE_REPLY))
    (taken,) = twilio.messages_to(ANA)
    assert taken.kind == "text"
    assert taken.text.splitlines()[1] == "ya fue   recibido"
