"""Whatever a person sends can be stored, and nothing else of it changes."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.inbound import STORED_TEXT_LIMIT, clean, clean_detail


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("¡Hola! ¿Qué tal, señor? 👍🏽 👨‍👩‍👧", "¡Hola! ¿Qué tal, señor? 👍🏽 👨‍👩‍👧"),
        ("ho\x00la", "hola"),
        ("\x00", ""),
        ("ho\ud83dla\udc00", "hola"),
        (json.loads('"\\ud83d\\ude42 \\ud83d"'), "🙂 "),
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("\x1b[31mrojo\x7f\x08", "[31mrojo"),
        ("", ""),
    ],
)
def test_text_is_kept_but_for_what_no_database_stores(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_twenty_kilobytes_are_cut_so_that_it_still_shows() -> None:
    long = "ñ" * 10_240
    assert len(long.encode()) == 20 * 1024
    assert clean(long) == "ñ" * (STORED_TEXT_LIMIT + 1)
    assert clean("a" * STORED_TEXT_LIMIT) == "a" * STORED_TEXT_LIMIT


_any_text = st.text(st.characters(exclude_categories=[]), max_size=80)


@given(_any_text)
@example("\r\x00\n")
def test_any_text_becomes_storable_once_and_for_all(sent: str) -> None:
    kept = clean(sent)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert clean(kept) == kept
    assert not any(one < " " and one not in "\t\n" for one in kept)


_details = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _any_text),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(_any_text, inner)),
    max_leaves=8,
)


@given(_details)
def test_a_detail_is_cleaned_to_its_depths(detail: Any) -> None:
    stored = json.dumps(clean_detail(detail), ensure_ascii=False)
    stored.encode()
    assert "\\u0000" not in stored


def test_a_detail_keeps_its_form() -> None:
    detail = {"pay\x00load": "b1\x00.0", "list": ["a\ud800", 3, None, True, {"k": "\x00"}]}
    assert clean_detail(detail) == {"payload": "b1.0", "list": ["a", 3, None, True, {"k": ""}]}
