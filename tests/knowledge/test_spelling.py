"""Misspelt words find the word that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spelling import Spelling, sound

KNOWN = {
    "queso": 4, "pozo": 9, "lluvia": 5, "huevo": 2, "vaca": 3, "basura": 20, "excelente": 1,
    "ambiental": 30, "permiso": 40, "ministerio": 8, "residuos": 12, "capacitacion": 6,
    "llantas": 3, "gestion": 2, "categoria": 2, "humo": 7, "taller": 5, "cosecha": 1,
}  # fmt: skip
SPELLING = Spelling(KNOWN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("queso", "kezo"),
        ("pozo", "poso"),
        ("lluvia", "yubia"),
        ("huevo", "webo"),
        ("vaca", "baka"),
        ("gestion", "jestion"),
        ("humo", "umo"),
        ("ambiente", "anbiente"),
        ("accion", "acsion"),
        ("guitarra", "guitara"),
        ("cheque", "cheke"),
        ("permiso", "permisso"),
    ],
)
def test_words_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("casa", "cazar"), ("gato", "jato"), ("cacho", "caco"), ("guerra", "jerra")],
)
def test_words_that_sound_different_have_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("keso", "queso"),
        ("poso", "pozo"),
        ("bazura", "basura"),
        ("anviental", "ambiental"),
        ("permizo", "permiso"),
        ("pemriso", "permiso"),
        ("premiso", "permiso"),
        ("perimso", "permiso"),
        ("residuso", "residuos"),
        ("prmso", "permiso"),
        ("ambntl", "ambiental"),
        ("capac", "capacitacion"),
        ("minist", "ministerio"),
        ("yantas", "llantas"),
        ("ministeriales", "ministerio"),
    ],
)
def test_a_misspelt_word_is_corrected(written: str, meant: str) -> None:
    correction = SPELLING.correct(written)
    assert correction is not None
    assert correction.word == meant
    assert 0 < correction.trust < 1


@pytest.mark.parametrize("word", ["pasaporte", "futbol", "cermiso", "ab", "2025", "x" * 31, ""])
def test_a_word_far_from_all_is_left(word: str) -> None:
    assert SPELLING.correct(word) is None


def test_what_sounds_alike_is_trusted_more_than_what_is_near() -> None:
    alike, near, short = (SPELLING.correct(word) for word in ("poso", "residuoz", "prmso"))
    assert alike and near and short
    assert alike.trust > short.trust
    assert near.trust > short.trust


def test_of_two_equally_near_words_the_frequent_one_is_meant() -> None:
    correction = Spelling({"cora": 1, "cota": 1, "coda": 5}).correct("cosa")
    assert correction is not None
    assert correction.word == "coda"


def test_nothing_is_corrected_among_no_words() -> None:
    assert Spelling({}).correct("permiso") is None


@given(st.from_regex(r"[a-z0-9]{0,40}", fullmatch=True))
def test_any_word_is_corrected_to_a_known_one_or_left(word: str) -> None:
    correction = SPELLING.correct(word)
    assert correction is None or correction.word in KNOWN
    assert correction == SPELLING.correct(word)


@pytest.mark.parametrize("word", ["permiso", "residuos", "ambiental"])
def test_a_word_without_one_inner_letter_is_found_again(word: str) -> None:
    for at in range(1, len(word)):
        correction = SPELLING.correct(word[:at] + word[at + 1 :])
        assert correction is not None
        assert correction.word == word
