"""Staff try a question: the answer is that of a turn, and the reasons are those that decided."""

from datetime import date
from pathlib import Path

import pytest

from actions.answers import service as answers
from bot import asking, flows, responses
from bot.trying import Tried, try_question
from bot.understanding import by_nlu, words
from bot.understanding.names import named
from bot.understanding.understood import KNOWN
from knowledge.library import Library
from knowledge.search import NO_DOCUMENT
from nlu.client import NluClient, Parsed

LIBRARY = Library.load(date(2026, 11, 23))
RESPONSES = responses.load(Path(responses.__file__).parent)
FLOWS = flows.load(Path(flows.__file__).parent)
PERMIT = "¿ocupo permiso ambiental para mi panadería?"
NONSENSE = "qwxz vbnmk ñlkjh"


SAID = ("hola", "gracias", "si", "no", "atras", "saltar", "luego", "cambiar", "no se", "separar")


class Told:
    """A model that takes every text for the same; None: it is away."""

    def __init__(self, parsed: Parsed | None) -> None:
        self._parsed = parsed

    async def parse(self, text: str) -> Parsed | None:
        return self._parsed


ASKS = Told(Parsed("ask_question", 0.8, {}, (("ask_question", 0.8), ("task_scan", 0.1))))


async def tried(question: str, told: Told = ASKS, sector: str | None = None) -> Tried:
    return await try_question(told, LIBRARY, RESPONSES, FLOWS, question, sector)


async def test_an_answer_with_the_numbers_that_decided() -> None:
    found = await tried("¿Qué es el permiso ambiental?")
    assert (found.outcome, found.way, found.intent) == ("answered", "model", "ask_question")
    assert [(one.intent, one.confidence) for one in found.guesses] == [
        ("ask_question", 0.8),
        ("task_scan", 0.1),
    ]
    (searched,) = found.searched
    best = searched.candidates[0]
    assert best.article == found.articles[0]
    assert best.passage in LIBRARY.articles[best.article].body
    model, question, answer, _ = found.thresholds
    assert (model.value, model.least, model.is_met) == (0.8, by_nlu.SURE, True)
    assert question.least == answers.SURE_FROM
    assert (answer.value, answer.least) == (best.confidence, answers.ANSWER_FROM)
    assert answer.is_met
    assert found.telegram[0].text
    assert {one.fact for one in found.citations} <= {
        fact for block in LIBRARY.articles[best.article].blocks for fact in block.facts
    }
    assert found.citations
    assert found.whatsapp[-1].is_numbered


async def test_what_is_not_known_shows_which_limit_was_missed() -> None:
    found = await tried(NONSENSE)
    assert found.outcome == "abstained"
    *_, answer, clarify = found.thresholds
    assert (answer.least, answer.is_met) == (answers.ANSWER_FROM, False)
    assert (clarify.least, clarify.is_met) == (answers.CLARIFY_FROM, False)
    assert clarify.value == found.searched[0].confidence
    assert "vbnmk" in found.searched[0].unknown


async def test_two_questions_are_searched_one_by_one() -> None:
    found = await tried("¿Qué es el permiso ambiental? ¿Cuánto es la multa por ruido?")
    first, second, whole = found.searched
    assert first.question == "¿Qué es el permiso ambiental?"
    assert second.question == "¿Cuánto es la multa por ruido?"
    assert whole.question == found.question


@pytest.mark.parametrize(
    ("message", "way", "intent"),
    [
        ("hola", "word", "greet"),
        ("/alto", "word", "stop_messages"),
        ("😀", "form", "no_words"),
        ("", "form", "empty"),
        ("7", "form", "unknown_number"),
    ],
)
async def test_what_needs_no_model_says_so(message: str, way: str, intent: str) -> None:
    found = await tried(message)
    assert (found.way, found.intent, found.guesses) == (way, intent, ())
    assert found.named != intent
    assert found.whatsapp


async def test_a_task_that_the_model_is_not_sure_enough_of_is_told() -> None:
    doubtful = Told(Parsed("stop_messages", 0.7))
    found = await tried("ya no quisiera", doubtful)
    assert found.intent == "ask_question"
    (limit,) = [one for one in found.thresholds if one.least == by_nlu.CAREFUL["stop_messages"]]
    assert (limit.value, limit.is_met) == (0.7, False)
    # Without a ranking, what the model said is all there is.
    assert [one.intent for one in found.guesses] == ["stop_messages"]


async def test_with_the_model_away_the_search_alone_answers() -> None:
    found = await tried("¿Qué es el permiso ambiental?", Told(None))
    assert (found.outcome, found.way, found.model_is_up) == ("answered", "search", False)
    assert found.guesses == ()


async def test_what_was_learnt_is_told_of_each_candidate() -> None:
    some = (
        "permiso-que-es" if "permiso-que-es" in LIBRARY.articles else next(iter(LIBRARY.articles))
    )
    learnt = dict.fromkeys(LIBRARY.articles, 0.0) | {some: 9.0, NO_DOCUMENT: -2.0}
    found = await tried(PERMIT, Told(Parsed("ask_question", 0.9, learnt)))
    assert {one.article: one.learnt for one in found.searched[0].candidates}[some] == 9.0
    assert found.searched[0].none_learnt == -2.0


async def test_the_branch_of_the_firm_counts() -> None:
    own = next(one for one in LIBRARY.articles.values() if one.sectors)
    sector = own.sectors[0]
    without = await tried(own.title.replace("¿", ""))
    within = await tried(own.title.replace("¿", ""), sector=sector)
    scores = [
        next(one.score for one in found.searched[0].candidates if one.article == own.id)
        for found in (without, within)
    ]
    assert scores[1] > scores[0]


def test_every_intent_has_a_name_for_staff() -> None:
    every = {*KNOWN, *words.COMMANDS.values(), *(words.exact(one) or "" for one in SAID)}
    assert {one for one in every if named(one) == one} == set()


async def test_with_the_real_model_it_is_what_ask_answers(rasa_url: str) -> None:
    async with NluClient(rasa_url, timeout=60) as nlu:
        found = await try_question(nlu, LIBRARY, RESPONSES, FLOWS, PERMIT)
        asked = await asking.ask(PERMIT, nlu, LIBRARY, RESPONSES, FLOWS)
        parsed = await nlu.parse(PERMIT)
    assert parsed is not None
    assert (found.outcome, found.articles) == (asked.outcome, asked.articles)
    assert asked.answer.split("\n")[0] in found.telegram[0].text
    assert found.guesses[0].intent == parsed.intent
    assert len(found.guesses) == 5
    confidences = [one.confidence for one in found.guesses]
    assert confidences == sorted(confidences, reverse=True)
    best = found.searched[0].candidates[0]
    assert best.learnt == parsed.documents[best.article]
    assert 0 < found.model_milliseconds < found.milliseconds
