"""A question becomes an alias of an article, and nothing else in it changes."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.questions.aliases import NoFrontMatter, with_alias
from knowledge.articles import parse_article
from knowledge.library import FOLDER

ARTICLE = """---
title: ¿Qué hago con las llantas?
topic: residuos
aliases:
  - llantas viejas
  - "neumáticos: los usados"
next: [residuos-separar]
---
Las lleva un gestor. [RES-01]
"""
FILES = sorted((FOLDER / "articles").rglob("*.md"))


def aliases(markdown: str) -> tuple[str, ...]:
    return parse_article("x", markdown, Path("x.md")).aliases


def test_the_alias_is_added_at_the_end_of_the_list() -> None:
    changed = with_alias(ARTICLE, "  llantería   de mi cuñado ")
    assert changed == ARTICLE.replace("next:", "  - llantería de mi cuñado\nnext:")
    assert aliases(changed)[-1] == "llantería de mi cuñado"


@pytest.mark.parametrize(
    "known", ["llantas viejas", "¡LLANTAS   viejas!", "Neumaticos, los usados"]
)
def test_words_that_are_there_are_not_added_again(known: str) -> None:
    assert with_alias(ARTICLE, known) == ARTICLE


@pytest.mark.parametrize(
    "written",
    [
        "aliases: [llantas viejas, hule]\n",
        "aliases: [llantas viejas,\n  hule]\n",
        "aliases:\n- llantas viejas\n- hule\n",
        "aliases:\n    - llantas viejas\n    - hule\n\n",
        "aliases:\n  - llantas viejas # las de carro\n  - >-\n    hule\n",
    ],
)
def test_a_list_written_otherwise_takes_it_too(written: str) -> None:
    first, _, rest = ARTICLE.partition("aliases:")
    markdown = f"{first}{written}next:{rest.partition('next:')[2]}"
    changed = with_alias(markdown, "caucho")
    assert aliases(changed) == ("llantas viejas", "hule", "caucho")
    assert changed.partition("next:")[2] == markdown.partition("next:")[2]


def test_line_ends_stay_as_they_are() -> None:
    changed = with_alias(ARTICLE.replace("\n", "\r\n"), "hule")
    assert changed.count("\r\n") == changed.count("\n")
    assert "\r\n  - hule\r\n" in changed


@pytest.mark.parametrize(
    "markdown", ["", "Texto.", "---\ntitle: x\n", "---\ntitle: x\n---\nTexto."]
)
def test_what_is_no_article_is_refused(markdown: str) -> None:
    with pytest.raises(NoFrontMatter):
        with_alias(markdown, "hule")


def test_an_alias_needs_words() -> None:
    with pytest.raises(ValueError, match="words"):
        with_alias(ARTICLE, " ¿? ")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60))
def test_whatever_was_asked_is_read_back_as_it_was(asked: str) -> None:
    # Articles are read in composed characters.
    wanted = " ".join(unicodedata.normalize("NFC", f"{asked} llanta").split())
    assert aliases(with_alias(ARTICLE, wanted))[-1] == wanted


@pytest.mark.parametrize(
    "asked",
    ["no: aceptan", "- 5", "# uno", "yes", "[x] y {y}", '"a" \\ b', "'q", "5", "@a", "a #b"],
)
def test_what_yaml_would_read_otherwise_is_quoted(asked: str) -> None:
    assert aliases(with_alias(ARTICLE, asked))[-1] == asked


@pytest.mark.parametrize("path", FILES[:: max(1, len(FILES) // 12)], ids=lambda path: path.stem)
def test_our_own_articles_take_one(path: Path) -> None:
    markdown = path.read_text(encoding="utf-8")
    before = parse_article(path.stem, markdown, path)
    after = parse_article(path.stem, with_alias(markdown, "palabras nunca vistas"), path)
    assert after.aliases == (*before.aliases, "palabras nunca vistas")
    assert [block.text for block in after.blocks] == [block.text for block in before.blocks]
