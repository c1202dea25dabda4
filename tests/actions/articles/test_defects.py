"""Every defect that the check knows is told to the staff in Spanish."""

from datetime import date
from pathlib import Path

import pytest

from actions.articles.defects import checked, in_spanish
from actions.articles.errors import Defective
from knowledge.facts import FactRegister, load_facts
from tests.knowledge.writing import FACTS, article_text, write_facts

DAY = date(2026, 11, 23)
TOPICS = {"permiso-b", "permiso-c"}
ENGLISH = {"the", "is", "of", "to", "characters", "times", "write", "give", "which", "it", "leave"}


@pytest.fixture
def register(tmp_path: Path) -> FactRegister:
    return load_facts(write_facts(tmp_path / "facts", FACTS))


def article(**more: object) -> str:
    fields: dict[str, object] = {
        "title": "¿Qué hay?",
        "topic": "permiso",
        "next_ids": ("permiso-b", "permiso-c"),
        "aliases": [f"{word} x" for word in ("a1", "b1", "c1", "d1", "e1")],
    }
    return article_text(**{**fields, **more})  # type: ignore[arg-type]


GOOD = article()
SOUND = "Sí, antes. [PER-01]\n\n"
EXAMPLE = SOUND + "```ejemplo\n{}\n```"
BAD = {
    "no_front_matter": "nada",
    "endless": GOOD.replace("---\n\nSí", "\n\nSí").replace("\n---\n", "\n", 1),
    "no_text": GOOD.partition("\n---\n")[0] + "\n---\n",
    "topic": article(topic="otro"),
    "no_topic": GOOD.replace("topic: permiso\n", ""),
    "key": GOOD.replace("topic:", "autor: yo\ntopic:"),
    "twice": GOOD.replace("topic:", "title: otra\ntopic:"),
    "yaml": GOOD.replace("¿Qué hay?", "a: b: c"),
    "yaml_alias": GOOD.replace("¿Qué hay?", "*uno"),
    "list": GOOD.replace("next: [permiso-b, permiso-c]", "next: permiso-b"),
    "empty": GOOD.replace("¿Qué hay?", "''"),
    "mapping": "---\nuno\n---\nSí.",
    "nothing": "---\n---\nSí.",
    "not_text": GOOD.replace("¿Qué hay?", "[uno]"),
    "complex_key": GOOD.replace("topic:", "[a]: b\ntopic:"),
    "title": article(title="x" * 61),
    "title_figure": article(title="Son 77 días"),
    "aliases": article(aliases=["uno"]),
    "alias_letters": article(aliases=["a", "b", "c", "d", "'¿?'"]),
    "alias_twice": article(aliases=["a", "b", "c", "d", "d"]),
    "alias_title": article(aliases=["a", "b", "c", "d", "que hay"]),
    "questions": GOOD.replace(
        "topic:", f"questions: [{', '.join(f'q{n}' for n in range(31))}]\ntopic:"
    ),
    "question_twice": GOOD.replace("topic:", "questions: [uno dos, uno dos]\ntopic:"),
    "next": article(next_ids=("permiso-b",)),
    "next_twice": article(next_ids=("permiso-b", "permiso-b")),
    "next_itself": article(next_ids=("permiso-a", "permiso-b")),
    "next_unknown": article(next_ids=("permiso-q", "permiso-b")),
    "sector": GOOD.replace("topic:", "sectors: [nada]\ntopic:"),
    "task": GOOD.replace("topic:", "tasks: [nada]\ntopic:"),
    "blocks": article(body=SOUND),
    "body": article(body=SOUND + "x" * 901 + " [PER-02]"),
    "only_citations": article(body=SOUND + " [PER-02]"),
    "no_citation": article(body=SOUND + "Sí."),
    "cited_twice": article(body=SOUND + "Sí. [PER-02, PER-02]"),
    "no_fact": article(body=SOUND + "Sí. [PER-99]"),
    "uncertain": article(body=SOUND + "Sí. [PER-03]"),
    "background": article(body=SOUND + "Sí. [PER-04]"),
    "not_in_force": article(body=SOUND + "Sí. [PER-06]"),
    "figure": article(body=SOUND + "Son 77 días. [PER-01]"),
    "abroad": article(body=SOUND + "Fueron 40,000 dólares. [CASO-01]"),
    "recalled": article(body=SOUND + "Son tres años. [PER-02]"),
    "guatemalan": article(body=SOUND + "Son quetzales. [PER-02]"),
    "bold": article(body=SOUND + "**Sí**. [PER-02]"),
    "link": article(body=SOUND + "Vea https://x.sv. [PER-02]"),
    "heading": article(body=SOUND + "## Vea\nSí. [PER-02]"),
    "brackets": article(body=SOUND + "Vea [esto] ya. [PER-02]"),
    "emoji": article(body=SOUND + "Sí ✅. [PER-02]"),
    "endless_example": article(body=SOUND + "```ejemplo\na = 2"),
    "example_form": article(body=EXAMPLE.format("nada")),
    "example_twice": article(body=EXAMPLE.format("a = 2\na = 2")),
    "example_wrong": article(body=EXAMPLE.format("a = 2\nb = a * 2 = 5")),
    "example_value": article(body=EXAMPLE.format("a = muchos")),
    "example_word": article(body=EXAMPLE.format("a = q * 2 = 5")),
    "example_sum": article(body=EXAMPLE.format("a = 1 / 0 = 5")),
    "not_characters": GOOD.replace("Sí", "S\x00í"),
    "half_a_character": GOOD.replace("Sí", "S\udcf1"),
    "huge": GOOD + "x" * 30_000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_defect_is_told_in_spanish_with_its_line(register: FactRegister, text: str) -> None:
    with pytest.raises(Defective) as refused:
        checked("permiso-a", text, register, TOPICS, DAY)
    for problem in refused.value.problems:
        assert problem.line >= 1
        assert not ENGLISH & set(problem.message.replace(":", " ").split()), problem.message
        assert "{" not in problem.message


def test_a_name_that_is_no_id_is_told_in_spanish(register: FactRegister) -> None:
    with pytest.raises(Defective) as refused:
        checked("Permiso Á", GOOD, register, TOPICS, DAY)
    assert "letras minúsculas" in str(refused.value)


def test_a_text_without_defects_is_read(register: FactRegister) -> None:
    assert checked("permiso-a", GOOD, register, TOPICS, DAY).title == "¿Qué hay?"


def test_what_is_not_known_yet_is_told_as_it_is() -> None:
    assert in_spanish("a defect of {tomorrow}") == "a defect of {tomorrow}"
