"""One turn: reads what a person's inbox holds, understands it, and writes the answer.

Everything a turn writes commits together: domain rows, the conversation, the outbox and
``handled_at``. So a crash before the commit repeats the turn, and after it never does. Rasa is
asked before the writing transaction begins.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.answers import service as answers
from actions.cases import service as cases
from actions.messages import inbox, outbox, states, turns
from actions.messages.content import Button
from actions.messages.inbox import Waiting
from actions.messages.outbox import Claimed
from actions.people import service as people
from actions.store.database import Database, Executor, is_outage
from bot import inbound
from bot.burst import Burst, first_burst
from bot.channels import web
from bot.channels.protocol import Channel, Reply, read_token
from bot.dialogue import engine
from bot.dialogue.conversation import Conversation, Do, Note
from bot.responses import Catalogue
from bot.understanding.understand import Understood, by_form, by_nlu
from knowledge.library import Library
from nlu.client import NluClient

READ_AT_ONCE = 20
MAX_FAILURES = 3
"""Turns that failed over the same messages before the person gets an apology instead."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a turn works with; one set per process."""

    database: Database
    channels: Mapping[str, Channel]
    nlu: NluClient
    library: Library
    responses: Catalogue


@dataclass(frozen=True, slots=True)
class Handled:
    """What a turn did. ``claimed`` is the first message of the answer, for the caller to send;
    ``more_waiting`` tells that messages which were already there are left for another turn."""

    inbox_ids: list[int]
    claimed: Claimed | None
    more_to_send: bool
    more_waiting: bool
    callback: str | None


class Actions:
    """Runs the engine's actions inside one turn's transaction."""

    def __init__(self, session: AsyncSession, person_id: int, library: Library) -> None:
        self._session = session
        self._person_id = person_id
        self._library = library

    async def run(self, do: Do) -> Any:
        """The result of an action; an unknown one is a mistake of ours and raises."""
        match do.action:
            case "open_case":
                return await cases.open_case(self._session, self._person_id, "request")
            case "stop_messages":
                return await people.stop_messages(self._session, self._person_id)
            case "start_messages":
                return await people.start_messages(self._session, self._person_id)
            case _:
                return look_up(self._library, do)


def look_up(library: Library, do: Do) -> Any:
    """The result of an action that needs the knowledge only."""
    match do.action:
        case "answer":
            return answers.answer(library, str(do.args["question"]))
        case "show_article":
            return answers.show(library, str(do.args.get("article", "")))
        case "list_topic":
            topic = str(do.args.get("topic", ""))
            known = any(article.topic == topic for article in library.articles.values())
            return (topic, *answers.in_topic(library, topic)) if known else None
    raise LookupError(f"the engine asked for an unknown action: {do.action}")


async def take_turn(parts: Parts, person_id: int) -> Handled | None:
    """Answers the person's oldest unhandled messages; None when there are none.

    Whatever job woke us, the order is that of the inbox.
    """
    started = time.monotonic()
    while True:
        async with parts.database.statement() as session:
            rows = await inbox.waiting(session, person_id, READ_AT_ONCE)
            if not rows or rows[0].channel not in parts.channels:
                # A channel that was switched off with messages waiting: for when it is back.
                return None
            conversation = Conversation.from_json((await turns.ground(session, person_id)).state)
            burst = first_burst(rows, conversation.menu)
            means = await _meaning(session, person_id, burst.rows[0])
        failed_before = burst.rows[0].failures
        understood = await understand(parts, burst, means, conversation.menu)
        try:
            handled = await _write(parts, person_id, burst, understood, failed_before, started)
        except turns.AlreadyHandled:
            continue
        except Exception as error:
            if is_outage(error):
                raise
            # A mistake of ours over this very message must not hold up the person for ever.
            log.exception("turn_failed", person=person_id, inbox=[row.id for row in burst.rows])
            async with parts.database.transaction() as session:
                await inbox.count_failure(session, [row.id for row in burst.rows])
            if failed_before > MAX_FAILURES:
                # Not even the apology can be given: tried again at the pace of the sweep.
                raise
            continue
        if handled is not None:
            # What came meanwhile has a job of its own: only what was read and left needs us.
            return replace(handled, more_waiting=len(rows) > len(burst.rows))


async def _meaning(session: Executor, person_id: int, row: Waiting) -> str | None:
    """What a pressed button says: read from our own message to that same person."""
    named = read_token(str(row.detail.get("payload", ""))) if row.kind == inbound.BUTTON else None
    if named is None:
        return None
    message_id, place = named
    found: str | None = await session.scalar(
        text(
            "SELECT content->'buttons'->CAST(:place AS int)->>'means' FROM outbox "
            "WHERE id = :id AND person_id = :person"
        ),
        {"place": min(place, 1_000), "id": message_id, "person": person_id},
    )
    return found


async def understand(
    parts: Parts, burst: Burst, means: str | None, menu: Sequence[Button]
) -> Understood:
    """What the person wants with a burst."""
    understood = by_form(burst.kind, burst.text, means, menu, attached=burst.attached)
    if understood is not None:
        return understood
    parsed = await parts.nlu.parse(burst.text)
    return by_nlu(
        burst.text,
        parsed,
        answerable=answers.is_answerable(parts.library, burst.text),
        attached=burst.attached,
    )


async def _write(
    parts: Parts,
    person_id: int,
    burst: Burst,
    understood: Understood,
    failed_before: int,
    started: float,
) -> Handled | None:
    """The writing transaction; None when another turn has meanwhile handled these messages."""
    last = burst.rows[-1]
    channel = parts.channels[last.channel]
    async with parts.database.transaction() as session:
        ground = await turns.locked_ground(session, person_id)
        if ground.oldest != burst.rows[0].id:
            return None
        conversation = Conversation.from_json(ground.state)
        if failed_before >= MAX_FAILURES:
            conversation, reply, note = _apology(parts, conversation)
        else:
            turning = engine.run(conversation, understood)
            actions = Actions(session, person_id, parts.library)
            while (do := turning.next_action()) is not None:
                turning.done(await actions.run(do))
            reply, note = spoken(parts.responses, turning), turning.note
            conversation = turning.conversation
        conversation = conversation.with_menu(reply.buttons)
        turn_id = await turns.record(
            session,
            person_id=person_id,
            channel=last.channel,
            inbox_ids=[row.id for row in burst.rows],
            state=conversation.as_json(),
            outcome=turns.Outcome(
                intent=understood.intent,
                confidence=understood.confidence,
                outcome=note.outcome,
                topic=note.topic,
                articles=note.answer.articles if note.answer else (),
                nlu_up=understood.nlu_up,
                milliseconds=round((time.monotonic() - started) * 1000),
            ),
        )
        sends_now = last.channel == web.NAME or not ground.has_open
        contents = channel.render(reply)
        first_state = states.SENDING if sends_now else states.QUEUED
        if last.channel == web.NAME:
            # The page reads its messages from the outbox itself: there they have arrived.
            first_state = states.SENT
        ids = await outbox.add(
            session,
            person_id=person_id,
            address_id=last.address_id,
            channel=last.channel,
            contents=contents,
            lane=states.REPLY,
            turn_id=turn_id,
            state=first_state,
        )
        if last.channel == web.NAME:
            await turns.announce(session, [row.id for row in burst.rows])
    claimed = None
    if sends_now and last.channel != web.NAME:
        claimed = Claimed(
            id=ids[0],
            person_id=person_id,
            address_id=last.address_id,
            channel=last.channel,
            external=last.external,
            lane=states.REPLY,
            content=contents[0],
            attempts=1,
            attempted_at=datetime.now(UTC),
            ambiguous=False,
            window_opened_at=last.window_opened_at,
            stopped=False,
            blocked=False,
        )
    callback = burst.rows[0].detail.get("callback")
    return Handled(
        inbox_ids=[row.id for row in burst.rows],
        claimed=claimed,
        more_to_send=last.channel != web.NAME and (claimed is None or len(ids) > 1),
        more_waiting=False,
        callback=str(callback) if callback else None,
    )


def spoken(responses: Catalogue, turning: engine.Turning) -> Reply:
    """All that the engine said in one turn, as one reply."""
    replies = [
        responses.say(say.response, say.params, say.buttons, turning.conversation.turns)
        for say in turning.said
    ]
    buttons = {button.means: button for reply in replies for button in reply.buttons}
    return Reply("\n\n".join(reply.text for reply in replies), tuple(buttons.values()))


def _apology(parts: Parts, conversation: Conversation) -> tuple[Conversation, Reply, Note]:
    reply = parts.responses.say("utter_apology", {})
    return replace(conversation, welcomed=True), reply, Note("abstained")
