"""``torogoz ask``: one question on a terminal, or many as JSON lines."""

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio

from api.clock import today
from knowledge.library import Library
from knowledge.topics import TASKS, TOPICS
from tests.api.command_line import CommandLine

KEYS = {
    *("id", "text", "intent", "intent_confidence", "outcome", "topic", "articles", "answer"),
    *("citations", "suggestions", "ms", "task"),
}
OUTCOMES = {"answered", "clarify", "abstained", "smalltalk", "person", "out_of_scope", "task"}
OTHER_TOPICS = {"saludo", "fuera_de_tema", "persona", None}
QUESTION = "¿ocupo permiso ambiental para mi taller?"
NOBODY = "http://127.0.0.1:9"


pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = "permiso " * 2_500
ODD: list[dict[str, Any]] = [
    {"id": "q1", "text": QUESTION},
    {"id": 2, "text": "kiero saver cuanto cuesta el permizo anbiental"},
    {"id": None, "text": "hola"},
    {"id": ["a", {"b": 1.5}], "text": "quiero hablar con alguien"},
    {"id": "empty", "text": ""},
    {"id": "blanks", "text": " \n\t "},
    {"id": "emoji", "text": "😀🎉"},
    {"id": "long", "text": LONG},
    {"id": "nul", "text": "\x00hola\x00"},
    {"id": "surrogate", "text": "hola \ud83d"},
    {"id": "alone", "text": "\udfff"},
    {"id": "markup", "text": "[bold]¿[/x] <b>&amp; *_~`"},
    {"id": "command", "text": "/alto"},
    {"id": "number", "text": "3"},
    {"id": "again", "text": QUESTION},
    {"text": "¿quién ganó el partido del alianza?", "other": "keys are ignored"},
]
OUTCOME_OF: dict[str | int, str] = {
    **dict.fromkeys(("q1", "again", 2), "answered"),
    **dict.fromkeys(("empty", "blanks", "emoji", "long", "alone", "number"), "clarify"),
    **dict.fromkeys(("nul", "surrogate"), "smalltalk"),
    "command": "task",
}


def lines(*questions: object) -> bytes:
    """One JSON line each; lone surrogates go as escapes, which JSON allows."""
    return b"".join(json.dumps(question).encode() + b"\n" for question in questions)


def read(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(today())


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory, rasa_url: str) -> CommandLine:
    return CommandLine(tmp_path_factory.mktemp("ask"), nlu_url=rasa_url)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def answers(cli: CommandLine, library: Library) -> list[dict[str, Any]]:
    """What came for the odd questions, and then for the titles of some articles."""
    titles = [{"id": one.id, "text": one.title} for one in library.articles.values()]
    # A mark of byte order, blank lines and the ends of lines of other systems do no harm.
    odd = b"\xef\xbb\xbf" + lines(*ODD).replace(b"\n", b"\r\n\r\n", 3)
    ended = await cli("ask", "--jsonl", stdin=odd + lines(*titles[::4]))
    assert (ended.code, ended.err) == (0, "")
    given = [one.get("id") for one in ODD] + [one["id"] for one in titles[::4]]
    found = read(ended.out)
    assert [one["id"] for one in found] == given
    return found


async def test_each_line_has_the_same_keys_and_known_words(answers: list[dict[str, Any]]) -> None:
    for one in answers:
        assert one.keys() == KEYS
        assert one["outcome"] in OUTCOMES
        assert one["topic"] in OTHER_TOPICS or one["topic"] in TOPICS
        assert one["answer"].strip()
        assert one["ms"] > 0
        assert one["intent_confidence"] is None or 0 <= one["intent_confidence"] <= 1
        assert all(isinstance(choice, str) and choice for choice in one["suggestions"])


async def test_odd_questions_come_back_as_written_with_a_fitting_outcome(
    answers: list[dict[str, Any]],
) -> None:
    assert len(LONG) == 20_000
    for asked, one in zip(ODD, answers, strict=False):
        # A lone surrogate cannot stand in UTF-8.
        assert one["text"] == asked["text"].encode("utf-8", "replace").decode()
        if isinstance(one["id"], str | int):
            assert one["outcome"] == OUTCOME_OF.get(one["id"], one["outcome"]), one["id"]
    greeting, person, elsewhere = answers[2], answers[3], answers[len(ODD) - 1]
    assert (greeting["outcome"], greeting["topic"]) == ("smalltalk", "saludo")
    assert (person["outcome"], person["topic"]) == ("person", "persona")
    assert (elsewhere["outcome"], elsewhere["topic"]) == ("out_of_scope", "fuera_de_tema")
    assert answers[0]["topic"] == "permiso"
    # Nothing is kept between lines: the same question is answered alike.
    again = answers[len(ODD) - 2]
    assert {**answers[0], "id": "again", "ms": 0} == {**again, "ms": 0}


async def test_an_answer_rests_on_facts_that_are_there(
    answers: list[dict[str, Any]], library: Library
) -> None:
    titles = answers[len(ODD) :]
    answered = [one for one in titles if one["outcome"] == "answered"]
    assert len(answered) > len(titles) * 0.8
    for one in answered:
        article = library.articles[one["articles"][0]]
        assert set(one["articles"]) <= library.articles.keys()
        assert one["topic"] == article.topic
        cited = [fact for block in article.blocks for fact in block.facts]
        shown = [citation["fact"] for citation in one["citations"]]
        # A long article goes on after "Ver más", with the sources of its rest.
        in_order = list(dict.fromkeys(cited))
        assert shown == (in_order[: len(shown)] if "Ver más" in one["suggestions"] else in_order)
        for citation in one["citations"]:
            assert citation.keys() == {"fact", "instrument", "locator", "confidence"}
            assert citation["confidence"] == library.facts[citation["fact"]].confidence
            assert citation["confidence"] in ("confirmed", "recalled")
            assert citation["instrument"]
        assert "\nFuente" in one["answer"]
        asks = set(one["suggestions"]) - {"Ver más", "Guía en PDF", TASKS["cita"]}
        assert asks <= {other.title for other in library.articles.values()}


async def test_one_question_is_answered_in_words_not_broken_into_lines(
    cli: CommandLine, answers: list[dict[str, Any]]
) -> None:
    one = answers[0]
    plain = await cli("ask", QUESTION)
    assert (plain.code, plain.err) == (0, "")
    answer, *choices, about = plain.out.removesuffix("\n").rsplit("\n", len(one["suggestions"]) + 1)
    assert answer == one["answer"]
    assert choices == [
        f"  {place}. {suggestion}" for place, suggestion in enumerate(one["suggestions"], start=1)
    ]
    sure = f"{one['intent']} ({one['intent_confidence']:.2f})"
    assert about.startswith(f"{sure} · answered · permiso · {', '.join(one['articles'])} · ")


async def test_without_rasa_it_answers_by_search_alone(cli: CommandLine) -> None:
    ended = await cli("ask", QUESTION, nlu_url=NOBODY)
    assert ended.code == 0
    assert "Fuente" in ended.out
    # No confidence is claimed for what nobody classified.
    assert "\nask_question (-) · answered · permiso · " in ended.out


async def test_a_bad_line_ends_it_and_is_named(cli: CommandLine) -> None:
    bad = (b'{"id": 1, "text": 5}', b'{"text": "\xff"}', b"[" * 100_000)
    good = lines({"id": "first", "text": "hola"})
    given = [good + b"\n" + one + b"\n" + good for one in bad]
    for ended in await asyncio.gather(*(cli("ask", "--jsonl", stdin=one) for one in given)):
        assert ended.code == 2
        assert ended.err == 'Línea 3: no es un objeto con "id" y "text".\n'
        # What came before it is answered, and nothing after.
        assert [one["id"] for one in read(ended.out)] == ["first"]


async def test_without_a_question_it_says_how_to_ask(cli: CommandLine) -> None:
    ended = await cli("ask", "")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == 'Escribí la pregunta: torogoz ask "¿ocupo permiso?"\n'
