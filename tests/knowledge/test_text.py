"""Folding, words and shorthand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import SHORTHAND, STOP_WORDS, content_words, fold, plain, words


def test_folding_takes_accents_case_and_punctuation_away() -> None:
    assert fold("¿Cuánto TARDA, señora?") == "cuanto tarda senora"
    assert words("agua-lluvia/2025") == ["agua", "lluvia", "2025"]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("q ocupo pa sacar el permiso", ["necesito", "sacar", "permiso"]),
        ("xq me multaron", ["multaron"]),
        ("hola buenas, kiero saver d la fianza porfa", ["fianza"]),
        ("no tengo permiso", ["no", "permiso"]),
        ("sin permiso", ["sin", "permiso"]),
        ("hola", []),
        ("a b 7", ["7"]),
    ],
)
def test_what_carries_the_meaning_stays(message: str, kept: list[str]) -> None:
    assert content_words(message) == kept


def test_the_tables_are_folded_and_lead_nowhere_twice() -> None:
    assert all(fold(word) == word for word in STOP_WORDS)
    assert all(fold(spelling) == spelling for spelling in SHORTHAND)
    assert all(fold(word) == word and word not in SHORTHAND for word in SHORTHAND.values())
    assert not STOP_WORDS & SHORTHAND.keys() - {"c"}


@given(st.text())
def test_any_text_folds_to_plain_words(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(word.isascii() and word.isalnum() for word in words(text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_folding_keeps_positions_of_composed_text(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert plain(text).count("\n") == text.count("\n")
