"""Slot: any text, made fit to keep."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Sent, Value, Wrong
from tests.bot.slots.answering import TODAY, slot, value, wrong

SHORT = {"type": "text", "minimum": 3, "maximum": 20}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("hola", "hola"),
        ("  hola   mundo ", "hola mundo"),
        ("línea\n\n\n\notra", "línea\n\notra"),
        ("uno \n dos\r\ntres", "uno\ndos\ntres"),
        ("a\x00b\x07c\x1b", "abc"),
        ("\ud800hola\udfff", "hola"),
        ("ho\u200bla\u202e", "hola"),
        ("cafe\u0301", "café"),
        ("a\u00a0b\tc", "a b c"),
        ("👍 ok", "👍 ok"),
        ("👩\u200d🌾 finca", "👩\u200d🌾 finca"),
        ("5,000", "5,000"),
        ("¿y el humo?", "¿y el humo?"),
    ],
)
def test_a_text_is_kept_tidied(text: str, kept: str) -> None:
    assert value("text", text) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\x00\x01", "empty"),
        ("\u200b\u202e", "empty"),
        ("👍", "text_without_words"),
        ("...", "text_without_words"),
        ("¿?", "text_without_words"),
        ("ab", "text_too_short"),
        ("12", "text_too_short"),
        ("x" * 21, "text_too_long"),
        ("é" * 21, "text_too_long"),
    ],
)
def test_what_is_no_text_for_the_slot_is_told_apart(text: str, why: str) -> None:
    assert wrong(SHORT, text) == why


def test_length_counts_what_is_kept() -> None:
    assert value(SHORT, " " + "x" * 20 + "\x00\n") == "x" * 20
    assert value(SHORT, "e\u0301" * 20) == "é" * 20


def test_a_slot_may_take_signs_alone() -> None:
    assert value({"type": "text", "without_letters": True}, "-") == "-"


def test_a_photo_is_no_text_but_its_caption_is() -> None:
    text = slot("text")
    assert text.read(Sent("", "image"), TODAY) == Wrong("utter_wrong_not_text")
    assert text.read(Sent("mi pozo", "image"), TODAY) == Value("mi pozo", "mi pozo")


@given(st.text(st.characters(exclude_categories=()), max_size=5_000))
def test_what_is_kept_can_be_stored_anywhere_and_stays_as_it_is(text: str) -> None:
    read = slot({"type": "text", "maximum": 6_000, "without_letters": True}).read(Sent(text), TODAY)
    if isinstance(read, Value):
        kept = str(read.value)
        kept.encode("utf-8")
        assert kept == kept.strip() == unicodedata.normalize("NFC", kept)
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept if c != "\n")
        assert value({"type": "text", "maximum": 6_000, "without_letters": True}, kept) == kept


def test_a_full_name_has_two_words() -> None:
    full = {"type": "text", "words": 2}
    assert wrong(full, "lola") == "text_too_few_words"
    assert value(full, "Lola Cañas") == "Lola Cañas"
