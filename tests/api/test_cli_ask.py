"""``torogoz ask``: one question on a terminal, or many as JSON lines."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.assembly import ZONE
from knowledge.library import Library
from knowledge.topics import TOPICS
from tests.api.command_line import CommandLine

KEYS = {
    *("id", "text", "intent", "intent_confidence", "outcome", "topic", "articles", "answer"),
    *("citations", "suggestions", "ms"),
}
OUTCOMES = {"answered", "clarify", "abstained", "smalltalk", "person", "out_of_scope", "task"}
OTHER_TOPICS = {"saludo", "fuera_de_tema", "persona", None}
QUESTION = "¿ocupo permiso ambiental para mi taller?"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def cli(tmp_path: Path, rasa_url: str) -> CommandLine:
    return CommandLine(tmp_path, nlu_url=rasa_url)


def lines(*questions: object) -> bytes:
    """One JSON line each; lone surrogates go as escapes, which JSON allows."""
    return b"".join(json.dumps(question).encode() + b"\n" for question in questions)


def read(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


async def test_every_question_gets_its_line_in_order_however_odd(cli: CommandLine) -> None:
    asked: list[dict[str, Any]] = [
        {"id": "q1", "text": QUESTION},
        {"id": 2, "text": "kiero saver cuanto cuesta el permizo anbiental"},
        {"id": None, "text": "hola"},
        {"id": ["a", {"b": 1.5}], "text": "quiero hablar con alguien"},
        {"id": "empty", "text": ""},
        {"id": "blanks", "text": " \n\t "},
        {"id": "emoji", "text": "😀🎉"},
        {"id": "long", "text": "permiso " * 2_500},
        {"id": "nul", "text": "\x00hola\x00"},
        {"id": "surrogate", "text": "hola \ud83d"},
        {"id": "alone", "text": "\udfff"},
        {"id": "markup", "text": "[bold]¿[/x] <b>&amp; *_~`"},
        {"id": "command", "text": "/alto"},
        {"id": "number", "text": "3"},
        {"id": "q1", "text": QUESTION},
        {"text": "¿quién ganó el partido del alianza?", "other": "keys are ignored"},
    ]
    assert len(str(asked[7]["text"]).encode()) == 20_000
    # A mark of byte order, blank lines and the ends of lines of other systems do no harm.
    given = b"\xef\xbb\xbf" + lines(*asked).replace(b"\n", b"\r\n\r\n", 3)
    ended = await cli("ask", "--jsonl", stdin=given)
    assert (ended.code, ended.err) == (0, "")
    answers = read(ended.out)
    assert [one["id"] for one in answers] == [one.get("id") for one in asked]
    for question, one in zip(asked, answers, strict=True):
        assert one.keys() == KEYS
        assert one["text"] == question["text"].encode("utf-8", "replace").decode()
        assert one["outcome"] in OUTCOMES
        assert one["topic"] in OTHER_TOPICS or one["topic"] in TOPICS
        assert one["answer"].strip()
        assert one["ms"] > 0
        sure = one["intent_confidence"]
        assert sure is None or 0 <= sure <= 1
    outcomes = {json.dumps(one["id"]): one["outcome"] for one in answers}
    assert outcomes["null"] == "out_of_scope"  # The last line without an id.
    del outcomes["null"]
    assert outcomes.pop('"markup"') in ("clarify", "abstained", "answered")
    assert outcomes == {
        '"q1"': "answered",
        "2": "answered",
        '["a", {"b": 1.5}]': "person",
        **dict.fromkeys(('"empty"', '"blanks"', '"emoji"', '"long"', '"alone"'), "clarify"),
        **dict.fromkeys(('"nul"', '"surrogate"'), "smalltalk"),
        '"command"': "task",
        '"number"': "clarify",
    }
    assert answers[2]["outcome"] == "smalltalk"
    topics = {one["outcome"]: one["topic"] for one in answers if one["outcome"] != "clarify"}
    assert topics["smalltalk"] == "saludo"
    assert topics["person"] == "persona"
    assert topics["out_of_scope"] == "fuera_de_tema"
    assert answers[0]["topic"] == "permiso"
    # The same question again is answered alike: nothing is kept between lines.
    assert {**answers[0], "ms": 0} == {**answers[14], "ms": 0}


async def test_an_answer_rests_on_facts_that_are_there(cli: CommandLine) -> None:
    library = Library.load(datetime.now(ZONE).date())
    some = list(library.articles.values())[::7]
    ended = await cli("ask", "--jsonl", stdin=lines(*({"text": one.title} for one in some)))
    assert ended.code == 0
    answers = [one for one in read(ended.out) if one["outcome"] == "answered"]
    assert len(answers) > len(some) / 2
    for one in answers:
        article = library.articles[one["articles"][0]]
        assert set(one["articles"]) <= library.articles.keys()
        assert one["topic"] == article.topic
        assert article.blocks[0].text.split()[0] in one["answer"]
        cited = [fact for block in article.blocks for fact in block.facts]
        assert [citation["fact"] for citation in one["citations"]] == list(dict.fromkeys(cited))
        for citation in one["citations"]:
            assert citation.keys() == {"fact", "instrument", "locator", "confidence"}
            assert citation["confidence"] == library.facts[citation["fact"]].confidence
            assert citation["confidence"] in ("confirmed", "recalled")
            assert citation["instrument"]
        assert set(one["suggestions"]) <= {other.title for other in library.articles.values()}


async def test_one_question_is_answered_in_words_not_broken_into_lines(cli: CommandLine) -> None:
    plain, listed = await asyncio.gather(
        cli("ask", QUESTION), cli("ask", "--jsonl", stdin=lines({"text": QUESTION}))
    )
    assert (plain.code, plain.err) == (0, "")
    (one,) = read(listed.out)
    answer, choices, about = plain.out.partition("\n  1. ")
    assert answer == one["answer"]
    assert choices
    for place, suggestion in enumerate(one["suggestions"], start=1):
        assert f"  {place}. {suggestion}\n" in plain.out
    assert f"{one['intent']} ({one['intent_confidence']:.2f}) · answered · permiso · " in about


async def test_without_rasa_it_answers_by_search_alone(cli: CommandLine) -> None:
    jsonl, plain = await asyncio.gather(
        cli("ask", "--jsonl", stdin=lines({"text": QUESTION}, {"text": "hola"}), nlu_url=NOBODY),
        cli("ask", QUESTION, nlu_url=NOBODY),
    )
    assert (jsonl.code, plain.code) == (0, 0)
    question, greeting = read(jsonl.out)
    assert question["outcome"] == "answered"
    assert question["intent_confidence"] is None
    assert question["topic"] == "permiso"
    assert greeting["outcome"] == "smalltalk"
    # No confidence is claimed for what nobody classified.
    assert "ask_question (-) · answered" in plain.out


@pytest.mark.parametrize(
    "bad",
    [
        (b"no JSON", b'["text"]'),
        (b'{"id": 1}', b'{"id": 1, "text": 5}'),
        (b'{"text": "\xff"}', b"[" * 100_000),
    ],
    ids=["form", "text", "unreadable"],
)
async def test_a_bad_line_ends_it_and_is_named(cli: CommandLine, bad: tuple[bytes, ...]) -> None:
    good = lines({"id": "first", "text": "hola"})
    given = [good + b"\n" + one + b"\n" + good for one in bad]
    for ended in await asyncio.gather(*(cli("ask", "--jsonl", stdin=one) for one in given)):
        assert ended.code == 2
        assert ended.err == 'Línea 3: no es un objeto con "id" y "text".\n'
        # What came before it is answered, and nothing after.
        assert [one["id"] for one in read(ended.out)] == ["first"]


async def test_without_a_question_it_says_how_to_ask(cli: CommandLine) -> None:
    nothing, blank = await asyncio.gather(cli("ask"), cli("ask", ""))
    for ended in (nothing, blank):
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == 'Escribí la pregunta: torogoz ask "¿ocupo permiso?"\n'
