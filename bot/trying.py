"""Tries a question as staff do: what the assistant would answer, and why. Nothing is stored."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from actions.answers import follow_ups
from actions.answers import service as answers
from actions.answers.why import Searched, why
from bot import inbound, shown
from bot.asking import taken
from bot.channels import telegram, whatsapp
from bot.channels.whatsapp import WhatsApp
from bot.flows import Flows
from bot.responses import Catalogue
from bot.shown import Shown
from bot.turn import spoken
from bot.understanding import by_nlu
from bot.understanding.names import named
from bot.understanding.understood import ASK, TASK_PREFIX, Source, Understood
from knowledge.library import Library
from nlu.client import Parsed, Parser

Way = Literal["form", "word", "model", "search"]
WAYS: Final[Mapping[Way, str]] = {
    "form": "por la forma del mensaje",
    "word": "por una palabra o frase exacta",
    "model": "por el modelo de lenguaje",
    "search": "por la búsqueda, sin el modelo de lenguaje",
}
"""How a message can be understood, as staff read it."""
_WAY_OF: Final[Mapping[Source, Way]] = {
    "button": "form",
    "number": "form",
    "kind": "form",
    "slot": "form",
    "word": "word",
    "nlu": "model",
    "search": "search",
}
GUESSES: Final = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """What the model takes a message for: the intent, its Spanish name, and how sure, 0 to 1."""

    intent: str
    named: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that decided: what is compared, in Spanish, its value, and from which value on it
    holds."""

    what: str
    value: float
    least: float

    @property
    def is_met(self) -> bool:
        """Whether the value reaches it."""
        return self.value >= self.least


@dataclass(frozen=True, slots=True)
class Tried:
    """What the assistant would answer to a message of somebody it knows, and why.

    ``way`` tells how it was understood, ``intent`` as what (``named`` in Spanish), with
    ``confidence`` where the model told; ``guesses`` are the model's likeliest, best first, empty
    where it was not asked or is away, which ``model_is_up`` tells. ``searched`` are the questions
    of the message, as the search sees each. ``thresholds`` are what decided, in order;
    ``citations`` the facts that the answer rests on. ``outcome`` is that of a turn: ``answered``,
    ``clarify``, ``abstained``, or what else was done.
    """

    question: str
    whatsapp: tuple[Shown, ...]
    telegram: tuple[Shown, ...]
    outcome: str
    topic: str | None
    articles: tuple[str, ...]
    citations: tuple[answers.Citation, ...]
    way: Way
    intent: str
    named: str
    confidence: float | None
    model_is_up: bool
    guesses: tuple[Guess, ...]
    searched: tuple[Searched, ...]
    thresholds: tuple[Threshold, ...]
    milliseconds: float
    model_milliseconds: float


class _Noting:
    """A parser that remembers what it was told, and how long that took."""

    def __init__(self, nlu: Parser) -> None:
        self._nlu = nlu
        self.told: dict[str, Parsed | None] = {}
        self.seconds = 0.0

    async def parse(self, text: str) -> Parsed | None:
        began = time.perf_counter()
        self.told[text] = parsed = await self._nlu.parse(text)
        self.seconds += time.perf_counter() - began
        return parsed


async def try_question(
    nlu: Parser,
    library: Library,
    responses: Catalogue,
    flows: Flows,
    question: str,
    sector: str | None = None,
    *,
    channel: WhatsApp | None = None,
) -> Tried:
    """Tries a message as the first one of a conversation after the welcome.

    ``sector`` is the branch of the firm that asks; ``channel`` knows which buttons WhatsApp has
    templates for (see bot.shown).
    """
    began = time.perf_counter()
    noting = _Noting(nlu)
    understood, turning = await taken(question, noting, library, flows, sector=sector)
    took = (time.perf_counter() - began) * 1000
    answer = turning.note.answer
    asked = inbound.clean(question)
    parsed = noting.told.get(asked)
    return Tried(
        question=asked,
        whatsapp=shown.on_whatsapp(spoken(responses, turning, whatsapp.NAME), channel),
        telegram=shown.on_telegram(spoken(responses, turning, telegram.NAME)),
        outcome=turning.note.outcome,
        topic=turning.note.topic,
        articles=answer.articles if answer else (),
        citations=answer.citations if answer else (),
        way=_WAY_OF[understood.source],
        intent=understood.intent,
        named=named(understood.intent),
        confidence=understood.confidence,
        model_is_up=understood.nlu_up,
        guesses=_guesses(parsed),
        searched=_searched(library, understood, asked, sector),
        thresholds=_thresholds(library, understood, asked, parsed, answer),
        milliseconds=took,
        model_milliseconds=noting.seconds * 1000,
    )


def _guesses(parsed: Parsed | None) -> tuple[Guess, ...]:
    if parsed is None:
        return ()
    ranking = parsed.ranking or ((parsed.intent, parsed.confidence),)
    return tuple(Guess(one, named(one), sure) for one, sure in ranking[:GUESSES])


def _searched(
    library: Library, understood: Understood, asked: str, sector: str | None
) -> tuple[Searched, ...]:
    """Also of a message that is no question: so one sees what an answer would have been."""
    text = understood.text or asked
    parts = follow_ups.parted(text)
    # Where no part finds an answer of its own, the whole one is searched for.
    whole = [] if parts == [text] else [text]
    learnt = understood.documents
    return tuple(
        why(library, one, sector=sector, learnt=learnt.get(one, {})) for one in (*parts, *whole)
    )


def _thresholds(
    library: Library,
    understood: Understood,
    asked: str,
    parsed: Parsed | None,
    answer: answers.Answer | None,
) -> tuple[Threshold, ...]:
    found = []
    if parsed is not None:
        fits = why(library, asked, learnt=parsed.documents).confidence
        found = [
            Threshold("El modelo: se toma lo que dice", parsed.confidence, by_nlu.SURE),
            Threshold("Un artículo la contesta: es una pregunta", fits, answers.SURE_FROM),
        ]
        found += [
            Threshold(f"El modelo: {named(parsed.intent)}", parsed.confidence, least)
            for least in _least_of(parsed.intent)
        ]
    if understood.intent == ASK and answer is not None:
        found += [
            Threshold("La búsqueda: contestar", answer.confidence, answers.ANSWER_FROM),
            Threshold("La búsqueda: dar a escoger", answer.confidence, answers.CLARIFY_FROM),
        ]
    return tuple(found)


def _least_of(intent: str) -> tuple[float, ...]:
    """From which confidence on an intent that does something is taken."""
    if intent.startswith(TASK_PREFIX):
        return (by_nlu.SURE_OF_TASK,)
    return (by_nlu.CAREFUL[intent],) if intent in by_nlu.CAREFUL else ()
