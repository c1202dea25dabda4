"""Answers one question outside any conversation: for ``torogoz ask`` and for evaluations.

The same understanding, engine, knowledge and wording as a turn; nothing is stored.
"""

import time
from dataclasses import dataclass
from typing import Any

from actions.answers import service as answers
from bot import inbound
from bot.channels import text
from bot.dialogue import engine
from bot.dialogue.conversation import Conversation, Do
from bot.responses import Catalogue
from bot.turn import look_up, spoken
from bot.understanding.understand import Understood, by_form, by_nlu
from knowledge.library import Library
from nlu.client import NluClient


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

    def as_json(self, question: str, identity: Any = None) -> dict[str, Any]:
        """One line of ``torogoz ask --jsonl``."""
        return {
            "id": identity,
            "text": question,
            "intent": self.understood.intent,
            "intent_confidence": self.understood.confidence,
            "outcome": self.outcome,
            "topic": self.topic,
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
    question: str, nlu: NluClient, library: Library, responses: Catalogue, *, first: bool = False
) -> Asked:
    """What the assistant says to a text; with ``first``, as to someone it never talked with."""
    began = time.perf_counter()
    words = inbound.clean(question)
    understood = by_form(inbound.TEXT, words, None, ())
    if understood is None:
        parsed = await nlu.parse(words)
        answerable = answers.is_answerable(library, words)
        understood = by_nlu(words, parsed, answerable=answerable, attached=False)
    turning = engine.run(Conversation(welcomed=not first), understood)
    while (do := turning.next_action()) is not None:
        turning.done(_run(library, do))
    reply = spoken(responses, turning)
    answer = turning.note.answer
    return Asked(
        understood=understood,
        outcome=turning.note.outcome,
        topic=turning.note.topic,
        articles=answer.articles if answer else (),
        answer=text.plain(reply.text),
        citations=answer.citations if answer else (),
        suggestions=tuple(button.title for button in reply.buttons),
        milliseconds=(time.perf_counter() - began) * 1000,
    )


def _run(library: Library, do: Do) -> Any:
    if do.action == "open_case":
        # No one asked from a chat, so there is nobody to write back to and no case to open.
        return "de prueba"
    if do.action in ("stop_messages", "start_messages"):
        return None
    return look_up(library, do)
