"""Misspelt words and what they were meant to be."""

import pytest

from nlu.components.mending import Vocabulary
from nlu.components.spelling import folded, sound, tokens

KNOWN = ["quiero bajar el recibo de luz", "el recibo de la luz", "quiero mandar mi reporte"] * 10


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("¿Cómo hago para bajar el recibo de la luz?", "komo ago pa bajar el resibo de la lus?"),
        ("quiero hacer una cita", "kiero aser una sita"),
        ("que llueva", "q yueba"),
        ("el vertido y la basura", "el bertido y la vazura"),
        ("guía de gestión", "guia de jestion"),
        ("también", "tbn"),
        ("holaaaa", "ola"),
    ],
)
def test_spellings_heard_alike_fold_alike(right: str, wrong: str) -> None:
    assert folded(right) == folded(wrong)


@pytest.mark.parametrize(
    ("one", "other"), [("casa", "caja"), ("pozo", "peso"), ("año", "amo"), ("chorro", "corro")]
)
def test_words_heard_differently_stay_apart(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_signs_and_numbers_are_words_of_their_own() -> None:
    assert tokens("¿Año 2025? 👍") == ["año", "2025", "?", "👍"]
    assert sound("2025") == sound("7")


def _sounds(vocabulary: Vocabulary, text: str) -> list[str]:
    return [word.heard for word in vocabulary.read(text)]


def test_known_words_get_their_usual_spelling_and_others_keep_their_own() -> None:
    words = Vocabulary.learn(KNOWN).read("resibo cerveza")
    assert [word.written for word in words] == ["recibo", "cerveza"]


def test_a_slip_is_mended_into_the_known_word() -> None:
    vocabulary = Vocabulary.learn(KNOWN)
    for slip in ("reicbo", "rcibo", "reciibo", "recivo", "recino"):
        assert _sounds(vocabulary, slip) == [sound("recibo")], slip


def test_joined_words_are_parted() -> None:
    assert _sounds(Vocabulary.learn(KNOWN), "mireporte") == ["mi", sound("reporte")]


def test_words_that_are_near_to_none_stay() -> None:
    vocabulary = Vocabulary.learn(KNOWN)
    assert _sounds(vocabulary, "zanahoria luz sol") == [sound("zanahoria"), sound("luz"), "sol"]
    assert vocabulary.is_rare(sound("zanahoria"))
    assert not vocabulary.is_rare(sound("recibo"))


def test_nothing_is_mended_into_a_word_met_once() -> None:
    vocabulary = Vocabulary.learn([*KNOWN, "trapiche"])
    assert _sounds(vocabulary, "trapicha") == [sound("trapicha")]
    assert _sounds(vocabulary, "trapiche") == [sound("trapiche")]
