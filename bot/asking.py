"""Answers one question outside any conversation: for ``torogoz ask`` and for evaluations.

The same understanding, engine, knowledge and wording as a turn; nothing is stored.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.answers import service as answers
from actions.cases.hours import ZONE
from bot import consultant_acts, inbound
from bot.acting import ACTIONS, look_up
from bot.channels import text
from bot.dialogue import acts
from bot.dialogue.conversation import Context, Conversation, Do, Result, Say
from bot.dialogue.turning import Turning, run
from bot.flows import Flows
from bot.responses import Catalogue
from bot.turn import spoken, understood_by
from bot.understanding.understood import Message, Understood
from knowledge.guides import guides
from knowledge.library import Library
from nlu.client import Parser


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn would have said to a text, and why."""

    understood: Understood
    outcome: str
    topic: str | None
    articles: tuple[str, ...]
    answer: str
    citations: tuple[answers.Citation, ...]
    suggestions: tuple[str, ...]
    milliseconds: float
    task: str | None = None

    def as_json(self, question: str, identity: Any = None) -> dict[str, Any]:
        """One line of ``torogoz ask --jsonl``."""
        return {
            "id": identity,
            "text": question,
            "intent": self.understood.intent,
            "intent_confidence": self.understood.confidence,
            "outcome": self.outcome,
            "topic": self.topic,
            "task": self.task,
            "articles": list(self.articles),
            "answer": self.answer,
            "citations": [
                {
                    "fact": citation.fact,
                    "instrument": citation.instrument,
                    "locator": citation.locator,
                    "confidence": citation.confidence,
                }
                for citation in self.citations
            ],
            "suggestions": list(self.suggestions),
            "ms": round(self.milliseconds, 2),
        }


async def ask(
    question: str,
    nlu: Parser,
    library: Library,
    responses: Catalogue,
    flows: Flows,
    *,
    first: bool = False,
) -> Asked:
    """What the assistant says to a text; with ``first``, as to someone it never talked with."""
    began = time.perf_counter()
    understood, turning = await taken(question, nlu, library, flows, first=first)
    reply = spoken(responses, turning, "")
    answer = turning.note.answer
    is_task = turning.note.outcome == "task"
    return Asked(
        understood=understood,
        outcome=turning.note.outcome,
        topic=turning.note.topic,
        articles=answer.articles if answer else (),
        answer=text.plain(reply.text),
        citations=answer.citations if answer else (),
        # Whether it was of use is asked in a chat only.
        suggestions=tuple(
            button.title for button in reply.buttons if not button.means.startswith("/rate{")
        ),
        milliseconds=(time.perf_counter() - began) * 1000,
        task=turning.note.task if is_task else None,
    )


async def taken(
    question: str,
    nlu: Parser,
    library: Library,
    flows: Flows,
    *,
    first: bool = False,
    sector: str | None = None,
) -> tuple[Understood, Turning]:
    """How a text is understood, and the turn that it makes, to its end; ``sector`` is the branch of
    the firm that asks."""
    words = inbound.clean(question)
    conversation = Conversation(welcomed=not first)
    message = Message(inbound.TEXT, words)
    understood = await understood_by(nlu, library, message, conversation, None)
    context = Context(now=datetime.now(ZONE), flows=flows)
    turning = run(conversation, understood, context)
    while (do := turning.next_action()) is not None:
        turning.done(_run(library, do, understood.documents, sector))
    return understood, turning


def _run(library: Library, do: Do, learnt: answers.Learnt, sector: str | None) -> Any:
    """No one asked from a chat, so there is nobody whose data could be read or changed."""
    if do.action == "open_case":
        return {"number": "de prueba", "promise": ""}
    if do.action in ("stop_messages", "start_messages"):
        return {"what": "avisos"}
    if do.action == "withdraw_case":
        return None
    if do.action == "show_guide":
        named = guides().named_in(str(do.args.get("text", "")))
        return [(guide.id, guide.title) for guide in named]
    if do.action == "data_held":
        return {"held": "nada: esta es una pregunta suelta"}
    if do.action in acts.OF_CONSULTANTS or do.action == "own_time":
        return consultant_acts.told_place(None)
    if do.action == "my_bookings":
        return Result(says=(Say("utter_no_bookings"),))
    if do.action == "bookings_past":
        return Result(says=(Say("utter_no_past_bookings"),))
    return {} if do.action in ACTIONS else look_up(library, do, learnt, sector)
