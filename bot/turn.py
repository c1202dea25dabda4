"""One turn: reads what a person's inbox holds, understands it, and writes the answer.

Everything a turn writes commits together: domain rows, the conversation, the outbox and
``handled_at``. So a crash before the commit repeats the turn, and after it never does. Rasa is
asked before the writing transaction begins.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy import text

from actions.answers import follow_ups
from actions.answers import service as answers
from actions.articles.shelf import Shelf
from actions.bookings.terms import Terms
from actions.cases import staff
from actions.cases.hours import ZONE, Hours
from actions.messages import inbox, outbox, states, turns
from actions.messages.content import Button
from actions.messages.inbox import Waiting
from actions.messages.outbox import Claimed
from actions.people.locks import Busy
from actions.store.database import Database, Executor, is_outage
from bot import application_papers, inbound
from bot.acting import Actions, known_of
from bot.application_papers import Taking
from bot.burst import Burst, first_burst
from bot.channels import web
from bot.channels.protocol import Channel, Reply, read_token
from bot.dialogue import acts, questions
from bot.dialogue.conversation import Context, Conversation, Note
from bot.dialogue.turning import Turning, run
from bot.flows import Flows
from bot.responses import Catalogue
from bot.transcription import Transcriber, as_typed, echo, listen
from bot.understanding import needs, seeking, wishes, words
from bot.understanding.by_form import by_form
from bot.understanding.by_nlu import by_nlu
from bot.understanding.change_of_mind import change_of_mind
from bot.understanding.meeting_way import changed_way
from bot.understanding.understood import ASK, Message, Open, Understood
from knowledge.guides import guides
from knowledge.library import Library
from nlu.client import NluClient, Parsed, Parser

READ_AT_ONCE = 20
MAX_FAILURES = 3
"""Turns that failed over the same messages before the person gets an apology instead."""

MAX_BUSY: Final = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a turn works with; one set per process."""

    database: Database
    channels: Mapping[str, Channel]
    nlu: NluClient
    shelf: Shelf
    responses: Catalogue
    flows: Flows
    hours: Hours
    transcriber: Transcriber | None
    guide_url: Callable[[str], str]
    """The address of a guide's file, by the guide's id."""
    calendar_url: Callable[[str], str]
    """The address of a booking's file for calendars, by its token."""
    feed_url: Callable[[str], str]
    """The address at which a consultant's calendar reads all their bookings, by its token."""
    papers: Taking = field(default_factory=Taking)

    @property
    def library(self) -> Library:
        """What may be answered now: another one after staff published something."""
        return self.shelf.library

    @property
    def terms(self) -> Terms:
        """How time with consultants is given out here: with the hours of this deployment."""
        return Terms(hours=self.hours)


@dataclass(frozen=True, slots=True)
class Handled:
    """What a turn did. ``claimed`` is the first message of the answer, for the caller to send;
    ``more_waiting`` tells that messages which were already there are left for another turn."""

    inbox_ids: list[int]
    claimed: Claimed | None
    more_to_send: bool
    more_waiting: bool
    callback: str | None


async def take_turn(parts: Parts, person_id: int) -> Handled | None:
    """Answers the person's oldest unhandled messages; None when there are none.

    Whatever job woke us, the order is that of the inbox.
    """
    started = time.monotonic()
    busy = 0
    while True:
        async with parts.database.statement() as session:
            rows = _as_read(await inbox.waiting(session, person_id, READ_AT_ONCE))
            if not rows or rows[0].channel not in parts.channels:
                # A channel that was switched off with messages waiting: for when it is back.
                return None
            ground = await turns.ground(session, person_id)
            conversation = _conversation(ground)
            asked = questions.open_question(conversation, context_of(parts, ground))
            burst = first_burst(rows, conversation.menu, asked)
            means = await _meaning(session, person_id, burst.rows[0])
        if await listen(parts.transcriber, parts.database, parts.channels, burst.rows):
            # What was said may belong with other messages than silence did.
            continue
        if await parts.papers.take(parts.database, parts.channels, person_id, burst.rows, asked):
            # What came meanwhile is answered with them.
            continue
        failed_before = burst.rows[0].failures
        understood = await understand(parts, burst.message(means), conversation, asked)
        if understood.intent == "empty" and any(map(application_papers.was_taken, burst.rows)):
            understood = Understood(acts.PAPERS, "kind")
        try:
            handled = await _write(parts, person_id, burst, understood, failed_before, started)
        except turns.AlreadyHandled:
            continue
        except Busy:
            # Another account of this person is at work: it takes a moment.
            if (busy := busy + 1) > MAX_BUSY:
                raise
            await asyncio.sleep(0.05 * busy)
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


def _as_read(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Messages as they count: a voice note that was heard as its words, a paper that was kept as
    what was said beside it."""
    return [application_papers.as_read(as_typed(row)) for row in waiting]


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


def _conversation(ground: turns.Ground) -> Conversation:
    """The conversation; the choices shown last may be those of a notice, which no turn sent."""
    conversation = Conversation.from_json(ground.state)
    offered = tuple(Button(one["title"], one["means"]) for one in ground.offered)
    return conversation.with_menu(offered) if offered else conversation


def context_of(parts: Parts, ground: turns.Ground) -> Context:
    """What the engine may look at, now."""
    return Context(
        now=datetime.now(ZONE),
        flows=parts.flows,
        known=known_of(ground.consent, ground.firm),
        held=ground.held,
        has_case=ground.has_case,
    )


async def understand(
    parts: Parts, message: Message, conversation: Conversation, asked: Open | None
) -> Understood:
    """What the person wants with a message."""
    return await understood_by(parts.nlu, parts.library, message, conversation, asked)


async def understood_by(
    nlu: Parser,
    library: Library,
    message: Message,
    conversation: Conversation,
    asked: Open | None,
) -> Understood:
    """The same with the parts that it needs."""
    task = conversation.task
    otherwise = None if task is None else changed_way(message, asked, task.number)
    if otherwise is not None:
        return otherwise
    understood = change_of_mind(message, asked, conversation)
    understood = understood or by_form(message, conversation.menu, asked)
    verifying = any(one.means == "/task_verify_consultant" for one in conversation.menu)
    if verifying and understood is not None and understood.intent == "unknown_number":
        # No choice has that number: it is the next one to look up.
        return Understood("task_verify_consultant", "word", message.text)
    if understood is not None:
        return understood
    useful = words.rating(message.text) if asked is None and conversation.question else None
    if useful is not None:
        # Rasa takes "no me sirvió para nada" for anger, or for a question.
        return Understood("rate", "word", message.text, {"useful": useful})
    wished = None
    if asked is None:
        wished = needs.wish(message.text) or seeking.wish(message.text, verifying=verifying)
    if wished is not None:
        # Who says what they need a consultant for does not say "consultor", and Rasa cannot know.
        return Understood(wished, "word", message.text, with_attachment=message.attached)
    if asked is None and guides().are_asked_for(message.text):
        return Understood("show_guide", "word", message.text, with_attachment=message.attached)
    if asked is None and conversation.article is not None and follow_ups.goes_on(message.text):
        # "¿Y cuánto cuesta?": only the last answer tells what it is about.
        return Understood(ASK, "search", message.text, with_attachment=message.attached)
    parsed = {message.text: await nlu.parse(message.text)}
    learnt = _documents(parsed)
    answerable = answers.is_answerable(library, message.text, learnt)
    understood = by_nlu(message, parsed[message.text], asked, answerable=answerable)
    questions = follow_ups.parted(message.text) if understood.intent == ASK else []
    clauses = wishes.clauses(message.text) if asked is None else []
    for part in (*questions, *clauses):
        if part not in parsed:
            parsed[part] = await nlu.parse(part)
    understood = replace(understood, documents=_documents(parsed))
    return wishes.first_and_second(understood, clauses, [parsed[one] for one in clauses])


def _documents(parsed: Mapping[str, Parsed | None]) -> dict[str, Mapping[str, float]]:
    """What each text was taken to ask for."""
    return {text: one.documents for text, one in parsed.items() if one is not None}


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
        if ground.has_case:
            # In a statement of its own: staff may have taken the case while this one waited.
            held = await staff.held(session, person_id, datetime.now(UTC))
            ground = replace(ground, held=held)
        conversation = _conversation(ground)
        if failed_before >= MAX_FAILURES:
            conversation, reply, note = _apology(parts, conversation)
        else:
            context = context_of(parts, ground)
            turning = run(conversation, understood, context)
            actions = Actions(
                session=session,
                person_id=person_id,
                channel=last.channel,
                inbox_ids=[row.id for row in burst.rows],
                library=parts.library,
                responses=parts.responses,
                conversation=conversation,
                flows=parts.flows,
                hours=parts.hours,
                now=context.now,
                sector=ground.firm.get("sector"),
                learnt=understood.documents,
                guide_url=parts.guide_url,
                calendar_url=parts.calendar_url,
                feed_url=parts.feed_url,
            )
            while (do := turning.next_action()) is not None:
                turning.done(await actions.run(do))
            reply, note = spoken(parts.responses, turning, last.channel), turning.note
            conversation = turning.conversation
        heard = echo(parts.responses, burst.rows) if reply.text else ""
        kept = application_papers.told(parts.responses, burst.rows)
        reply = replace(reply, text="\n\n".join(filter(None, (heard, kept, reply.text))))
        if reply.text:
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
            as_of=ground.written_at,
        )
        sends_now = last.channel == web.NAME or not ground.has_open
        # While staff have the conversation there is nothing to say.
        contents = channel.render(reply) if reply.text else []
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
    if ids and sends_now and last.channel != web.NAME:
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
        more_to_send=bool(ids) and last.channel != web.NAME and (claimed is None or len(ids) > 1),
        more_waiting=False,
        callback=str(callback) if callback else None,
    )


def spoken(responses: Catalogue, turning: Turning, channel: str) -> Reply:
    """All that the engine said in one turn, as one reply."""
    turn = turning.conversation.turns
    replies = [
        responses.say(say.response, say.params, say.buttons, turn, channel, bare=say.bare)
        for say in turning.said
    ]
    buttons = {button.means: button for reply in replies for button in reply.buttons}
    files = tuple(file for say in turning.said for file in say.files)
    return Reply("\n\n".join(reply.text for reply in replies), tuple(buttons.values()), files)


def _apology(parts: Parts, conversation: Conversation) -> tuple[Conversation, Reply, Note]:
    reply = parts.responses.say("utter_apology", {})
    return replace(conversation, welcomed=True), reply, Note("abstained")
