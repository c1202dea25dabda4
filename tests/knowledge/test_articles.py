"""Articles: read strictly; other people's Markdown: read leniently."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import (
    as_document,
    load_articles,
    load_documents,
    parse_article,
    read_articles,
)
from knowledge.marked_yaml import SourceError
from tests.knowledge.writing import article_text, good_articles

WELL_FORMED = article_text(
    title="¿Quién necesita permiso?",
    topic="permiso",
    aliases=["ocupo permiso", "me piden permiso"],
    next_ids=["permiso-pasos"],
    body="""
    Lo necesita quien está en la lista.
    Es gratis. [PER-01, PER-02]

    - Uno
    - Dos
    [PER-03]
    """,
)


def test_an_article_has_blocks_with_their_facts_and_lines() -> None:
    article = parse_article("permiso-quien", WELL_FORMED, Path("permiso-quien.md"))
    assert (article.id, article.title, article.topic) == (
        "permiso-quien",
        "¿Quién necesita permiso?",
        "permiso",
    )
    assert article.aliases == ("ocupo permiso", "me piden permiso")
    assert article.next == ("permiso-pasos",)
    assert [(block.text, block.facts, block.line) for block in article.blocks] == [
        ("Lo necesita quien está en la lista.\nEs gratis.", ("PER-01", "PER-02"), 9),
        ("- Uno\n- Dos", ("PER-03",), 12),
    ]
    assert article.body == "Lo necesita quien está en la lista.\nEs gratis.\n\n- Uno\n- Dos"


def test_branches_tasks_and_questions_are_optional() -> None:
    plain = parse_article("x", WELL_FORMED, Path("x.md"))
    assert (plain.sectors, plain.tasks, plain.questions) == ((), (), ())
    text = WELL_FORMED.replace(
        "next: [",
        "sectors: [lacteos]\ntasks: [escaneo, cita]\nquestions:\n  - ¿qué pide?\n  - y yo\nnext: [",
    )
    full = parse_article("x", text, Path("x.md"))
    assert full.sectors == ("lacteos",)
    assert full.tasks == ("escaneo", "cita")
    assert full.questions == ("¿qué pide?", "y yo")
    assert full.body == plain.body
    document = as_document(full)
    assert (document.questions, document.topic, document.sectors) == (
        ("¿qué pide?", "y yo"),
        "permiso",
        ("lacteos",),
    )


def test_a_worked_example_is_a_block_of_computed_quantities() -> None:
    text = WELL_FORMED + "\n```ejemplo\na = 5 litros\nb = a * 2 = 10 litros\n```\n\nFin. [PER-04]\n"
    article = parse_article("x", text, Path("x.md"))
    example = article.blocks[2]
    assert example.text == "Ejemplo:\n- A: 5 litros\n- B: a × 2 = 10 litros"
    assert (example.facts, example.line) == ((), 16)
    assert [(one.name, one.line) for one in example.example] == [("a", 1), ("b", 2)]
    assert text.splitlines()[example.line - 1] == "```ejemplo"
    assert [block.example for block in article.blocks if block is not example] == [(), (), ()]


@pytest.mark.parametrize(
    ("example", "line", "message"),
    [
        ("```ejemplo\na = 5", 16, "the example never ends"),
        ("```ejemplo\n```", 16, "the example never ends"),
        ("```ejemplo", 16, "the example never ends"),
        ("```ejemplo\na = 5\n\nb = 6\n```", 16, "the example never ends"),
        ("```ejemplo\na = 5\nb: 6\n```", 18, "write 'name = value'"),
        ("```ejemplo\na = " + "9" * 300 + "\n```", 17, "a line of 304 characters"),
    ],
)
def test_an_example_that_cannot_be_read_is_refused_with_its_line(
    example: str, line: int, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        parse_article("x", f"{WELL_FORMED}\n{example}\n", Path("x.md"))
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("---\ntitle", "title", 1, "the first line must be '---'"),
        ("next: [permiso-pasos]\n---", "next: [permiso-pasos]", 1, "front matter never ends"),
        ("topic: permiso", "topic: tramites", 3, "unknown topic 'tramites'"),
        ("topic: permiso\n", "", 2, "the front matter lacks topic"),
        ("topic: permiso", "topic: permiso\nauthor: yo", 4, "unknown key 'author'"),
        ("title: ¿Quién", "title: Permiso: ¿quién", 2, "broken YAML"),
        ("next: [permiso-pasos]", "next: permiso-pasos", 7, "next must be a list"),
        ("  - ocupo permiso", "  - ''", 5, "an alias is empty"),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(
    old: str, new: str, line: int, message: str
) -> None:
    assert old in WELL_FORMED
    with pytest.raises(SourceError, match=message) as refused:
        parse_article("x", WELL_FORMED.replace(old, new, 1), Path("x.md"))
    assert refused.value.line == line


def test_an_article_without_text_is_refused() -> None:
    text = WELL_FORMED.split("Lo necesita")[0]
    with pytest.raises(SourceError, match="no text after the front matter"):
        parse_article("x", text, Path("x.md"))


def test_a_folder_is_read_with_its_subfolders(tmp_path: Path) -> None:
    written = good_articles(tmp_path)
    assert {article.id for article in load_articles(tmp_path)} == set(written)


def test_one_broken_file_stops_loading_but_not_reading(tmp_path: Path) -> None:
    written = good_articles(tmp_path)
    written["aguas-a"].write_text("nada", encoding="utf-8")
    articles, errors = read_articles(tmp_path)
    assert len(articles) == len(written) - 1
    assert [error.path for error in errors] == [written["aguas-a"]]
    with pytest.raises(SourceError, match="aguas-a"):
        load_articles(tmp_path)


def test_an_id_that_is_there_twice_stops_loading(tmp_path: Path) -> None:
    written = good_articles(tmp_path)
    (tmp_path / "aguas-a.md").write_bytes(written["aguas-a"].read_bytes())
    with pytest.raises(SourceError, match="id 'aguas-a' is also"):
        load_articles(tmp_path)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# Permiso ambiental\n\nSe pide así.\n", "Permiso ambiental", "Se pide así."),
        ("Permiso ambiental\nSe pide así.", "Permiso ambiental", "Se pide así."),
        ("intro\n\n## Permiso ##\ncuerpo", "Permiso", "intro\n\ncuerpo"),
        ("---\nid: 7\n---\n# Permiso\ncuerpo", "Permiso", "cuerpo"),
        ("---\ntitle: Permiso\ntags: [a]\n---\n# Otro\ncuerpo", "Permiso", "# Otro\ncuerpo"),
        ("---\ntitle: [a: b\n---\n# Otro\ncuerpo", "Otro", "cuerpo"),
        ("---\nsin cierre\ncuerpo", "sin cierre", "cuerpo"),
        ("\ufeff# Permiso\r\ncuerpo", "Permiso", "cuerpo"),
        ("", "", ""),
        ("\n\n", "", ""),
    ],
)
def test_any_markdown_is_a_document(tmp_path: Path, text: str, title: str, body: str) -> None:
    (tmp_path / "uno.md").write_bytes(text.encode("utf-8"))
    (document,) = load_documents(tmp_path)
    assert (document.id, document.title, document.body) == ("uno", title, body)


def test_an_article_of_ours_keeps_its_aliases_as_a_document(tmp_path: Path) -> None:
    (tmp_path / "uno.md").write_text(WELL_FORMED, encoding="utf-8")
    (document,) = load_documents(tmp_path)
    assert document.aliases == ("ocupo permiso", "me piden permiso")
    assert "PER-01" not in document.body


def test_odd_bytes_in_a_document_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "uno.md").write_bytes("# Año".encode("latin-1"))
    (document,) = load_documents(tmp_path)
    assert document.title == "A\ufffdo"


def test_documents_need_different_names_and_at_least_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no Markdown files"):
        load_documents(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "uno.md").write_text("# Uno", encoding="utf-8")
    with pytest.raises(SourceError, match="two files are called 'uno'"):
        load_documents(tmp_path)


@given(st.text())
def test_an_article_is_read_or_refused_whatever_stands_in_it(text: str) -> None:
    for candidate in (text, f"---\n{text}\n---\ncuerpo [PER-01]", WELL_FORMED + text):
        try:
            article = parse_article("x", candidate, Path("x.md"))
        except SourceError as error:
            assert 1 <= error.line <= candidate.count("\n") + 2
        else:
            assert article.blocks
