"""Likelihood: the document whose lines are worded like the question, and no guess without one."""

import numpy as np
import pytest

from knowledge.likelihood import Likelihood

LINES = [["permis", "tall"], ["permis", "agu"], ["agu", "poz"], ["poz", "hond"], ["ruid"]]
LIKELIHOOD = Likelihood(LINES, [0, 0, 1, 1, 2], 3)


@pytest.mark.parametrize(
    ("stems", "document"),
    [(["permis"], 0), (["poz"], 1), (["ruid", "nunca"], 2), (["agu", "poz"], 1)],
)
def test_the_document_that_is_worded_so_is_the_likeliest(stems: list[str], document: int) -> None:
    assert int(LIKELIHOOD.of(stems).argmax()) == document


def test_a_pair_of_neighbours_tells_more_than_its_words() -> None:
    likelihood = Likelihood([["agu", "suci", "x"], ["suci", "agu", "x"]], [0, 1], 2)
    assert int(likelihood.of(["agu", "suci"]).argmax()) == 0
    assert int(likelihood.of(["suci", "agu"]).argmax()) == 1


def test_it_is_told_as_so_many_spreads_from_the_mean() -> None:
    likely = LIKELIHOOD.of(["permis", "agu"])
    assert likely.mean() == pytest.approx(0)
    assert likely.std() == pytest.approx(1)


@pytest.mark.parametrize("stems", [[], ["nunca"], ["nunca", "vist"]])
def test_of_words_that_it_never_saw_it_says_nothing(stems: list[str]) -> None:
    assert np.array_equal(LIKELIHOOD.of(stems), np.zeros(3))


@pytest.mark.parametrize("count", [0, 1])
def test_without_documents_to_choose_from_it_says_nothing(count: int) -> None:
    likelihood = Likelihood([["permis"]] * count, [0] * count, count)
    assert np.array_equal(likelihood.of(["permis"]), np.zeros(count))


def test_lines_and_owners_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Likelihood([["permis"]], [], 1)
