"""Why the search finds what it finds, told with the same numbers by which it decides."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers.why import CANDIDATES, Mended, why
from knowledge.library import Library
from knowledge.search import NO_DOCUMENT

LIBRARY = Library.load(date(2026, 11, 23))
FIRST, SECOND = list(LIBRARY.articles)[:2]


@pytest.mark.parametrize(
    "question",
    [
        "¿ocupo permiso ambiental para mi panadería?",
        "cuánto cuesta el permiso",
        "me multaron por el ruido, ¿qué hago?",
    ],
)
@pytest.mark.parametrize("sector", [None, "panaderia"])
@pytest.mark.parametrize("learnt", [{}, {FIRST: 4.0, SECOND: 1.0, NO_DOCUMENT: 0.5}])
def test_the_best_candidate_is_the_one_that_is_found_as_sure(
    question: str, sector: str | None, learnt: dict[str, float]
) -> None:
    found = LIBRARY.index.search(question, CANDIDATES, sector=sector, learnt=learnt)
    told = why(LIBRARY, question, sector=sector, learnt=learnt)
    assert [one.article for one in told.candidates] == [hit.id for hit in found.hits]
    assert [one.score for one in told.candidates] == [hit.score for hit in found.hits]
    assert told.confidence == found.confidence
    assert told.none_learnt == (0.5 if learnt else None)


def test_words_that_are_read_as_others_are_told() -> None:
    told = why(LIBRARY, "kiero el permizo ambiental pa mi tayer")
    assert Mended("kiero", "quiero", 1.0) in told.mended
    read_as = {one.typed: (one.meant, one.trust) for one in told.mended}
    assert read_as["permizo"][0] == "permiso"
    assert read_as["tayer"][0] == "taller"
    assert 0 < read_as["permizo"][1] < 1
    assert "ambiental" not in read_as


def test_words_that_no_article_has_are_told() -> None:
    assert why(LIBRARY, "qwxzvbnmk").unknown == ("qwxzvbnmk",)
    assert why(LIBRARY, "permiso para qwxzvbnmk").unknown == ("qwxzvbnmk",)


def test_the_passage_is_the_block_with_the_words_of_the_question() -> None:
    article = next(one for one in LIBRARY.articles.values() if len(one.blocks) > 2)
    last = article.blocks[-1].text
    told = {one.article: one for one in why(LIBRARY, last).candidates}
    assert told[article.id].passage == last


def test_what_is_asked_word_for_word_is_told_as_such() -> None:
    title = LIBRARY.articles[FIRST].title
    best, *others = why(LIBRARY, title).candidates
    assert (best.article, best.is_named, best.confidence) == (FIRST, True, 1.0)
    assert not any(one.is_named for one in others)


def test_what_was_learnt_of_each_is_told_and_nothing_of_a_newer_article() -> None:
    told = why(LIBRARY, LIBRARY.articles[FIRST].title, learnt={SECOND: 3.0, NO_DOCUMENT: -1.0})
    of_each = {one.article: one.learnt for one in told.candidates}
    assert of_each[FIRST] is None
    assert of_each.get(SECOND, 3.0) == 3.0
    assert told.none_learnt == -1.0


@given(st.text(max_size=80))
def test_whatever_is_asked_has_an_explanation(question: str) -> None:
    told = why(LIBRARY, question)
    assert len(told.candidates) <= CANDIDATES
    for one in told.candidates:
        assert 0 <= one.confidence <= 1
        assert 0 <= one.coverage <= 1
        assert one.passage
