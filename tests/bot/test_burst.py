"""Messages sent in one breath are read as one; what says all by itself stands alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.messages.content import Button
from actions.messages.inbox import Waiting
from bot import inbound
from bot.burst import BREATH, first_burst
from bot.understanding.understand import LONGEST_QUESTION

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MENU = (Button("Ver los temas", "/help"), Button("¿Ocupo permiso?", "/help"))


def _waiting(
    *texts: str | tuple[str, str], pause: float = 2, address: int = 1, start: datetime = START
) -> list[Waiting]:
    """Messages so many seconds apart; a pair is (kind, text)."""
    rows = []
    for number, one in enumerate(texts):
        kind, words = one if isinstance(one, tuple) else (inbound.TEXT, one)
        at = start + timedelta(seconds=number * pause)
        rows.append(Waiting(number + 1, address, "web", "x", kind, words, {}, at, 0, at))
    return rows


def test_one_message_is_a_burst_of_its_own() -> None:
    (row,) = _waiting("  ¿ocupo permiso? ")
    burst = first_burst([row], ())
    assert (list(burst.rows), burst.kind, burst.text, burst.attached) == (
        [row],
        inbound.TEXT,
        "  ¿ocupo permiso? ",
        False,
    )


def test_what_is_said_in_one_breath_is_one() -> None:
    rows = _waiting("hola", "kiero saver", " si ocupo permiso ", "hola")
    burst = first_burst(rows, ())
    assert list(burst.rows) == rows
    assert burst.text == "hola\nkiero saver\nsi ocupo permiso"


def test_a_pause_ends_the_breath() -> None:
    whole = BREATH.total_seconds()
    assert len(first_burst(_waiting("hola", "qué tal", pause=whole), ()).rows) == 2
    assert len(first_burst(_waiting("hola", "qué tal", pause=whole + 0.1), ()).rows) == 1
    # It is counted from message to message, not from the first one.
    assert len(first_burst(_waiting("a ver", "otra", "y otra", pause=whole), ()).rows) == 3


def test_another_address_is_another_burst() -> None:
    rows = _waiting("hola") + _waiting("qué tal", address=2)
    assert list(first_burst(rows, ()).rows) == rows[:1]


@pytest.mark.parametrize(
    "alone",
    [
        (inbound.BUTTON, ""),
        "1",
        "la 2",
        "99",
        "ver los temas",
        "¿OCUPO PERMISO?",
        "/start",
        "/ayuda",
        "/loquesea",
        "alto",
        "ALTA",
        "menú",
        "hablar con alguien",
        "a" * (LONGEST_QUESTION + 1),
    ],
)
def test_what_says_all_by_itself_stands_alone(alone: str | tuple[str, str]) -> None:
    rows = _waiting("quiero saber", alone, "de la basura")
    assert list(first_burst(rows, MENU).rows) == rows[:1]
    assert list(first_burst(rows[1:], MENU).rows) == rows[1:2]
    assert first_burst(rows[1:], MENU).text == rows[1].text


@pytest.mark.parametrize("courtesy", ["hola", "gracias", "si", "no", "👍", "...", "adios"])
def test_courtesies_go_along(courtesy: str) -> None:
    rows = _waiting(courtesy, "¿cuánto tarda el permiso?")
    assert list(first_burst(rows, MENU).rows) == rows


def test_numbers_and_titles_stand_alone_without_a_menu_only_where_they_are_numbers() -> None:
    assert len(first_burst(_waiting("quiero", "2"), ()).rows) == 1
    assert len(first_burst(_waiting("quiero", "¿Ocupo permiso?"), ()).rows) == 2


def test_a_file_that_came_with_words_is_noticed() -> None:
    rows = _waiting((inbound.IMAGE, ""), "¿esto ocupa permiso?", (inbound.VOICE, ""))
    burst = first_burst(rows, ())
    assert (list(burst.rows), burst.kind, burst.text, burst.attached) == (
        rows,
        inbound.TEXT,
        "¿esto ocupa permiso?",
        True,
    )
    caption = first_burst(_waiting((inbound.IMAGE, "¿y esto?")), ())
    assert (caption.kind, caption.text, caption.attached) == (inbound.IMAGE, "¿y esto?", True)


def test_files_without_words_are_answered_by_the_first_ones_kind() -> None:
    rows = _waiting((inbound.VOICE, ""), (inbound.IMAGE, "  "), (inbound.TEXT, ""))
    burst = first_burst(rows, ())
    assert (list(burst.rows), burst.kind, burst.attached) == (rows, inbound.VOICE, False)


def test_a_burst_is_never_too_long_to_be_read() -> None:
    half = LONGEST_QUESTION // 2
    rows = _waiting("a" * half, "b" * half)
    burst = first_burst(rows, ())
    assert len(burst.text) <= LONGEST_QUESTION
    assert list(burst.rows) == rows[:1]


_kinds = st.sampled_from(sorted(inbound.KINDS))
_texts = st.one_of(
    st.sampled_from(["", " ", "hola", "1", "alto", "/start", "ver los temas", "x" * 1_999, "."]),
    st.text(max_size=12),
)


@given(
    st.lists(st.tuples(_kinds, _texts, st.floats(0, 40), st.integers(1, 2)), min_size=1, max_size=8)
)
def test_any_messages_give_a_first_burst(sent: list[tuple[str, str, float, int]]) -> None:
    rows: list[Waiting] = []
    at = START
    for number, (kind, words, pause, address) in enumerate(sent):
        at += timedelta(seconds=pause)
        rows.append(Waiting(number, address, "web", "x", kind, words, {}, at, 0, at))
    burst = first_burst(rows, MENU)
    taken = list(burst.rows)
    assert taken
    assert taken == rows[: len(taken)]
    assert {row.address_id for row in taken} == {rows[0].address_id}
    assert burst.kind in inbound.KINDS
    if len(taken) > 1:
        assert len(burst.text) <= LONGEST_QUESTION
        assert all(row.kind != inbound.BUTTON for row in taken)
    for row in taken:
        assert row.text.strip() in burst.text
