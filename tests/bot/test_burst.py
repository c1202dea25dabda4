"""Messages sent in one breath are read as one; what says all by itself stands alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.messages.content import Button
from actions.messages.inbox import Waiting
from bot import inbound
from bot.burst import BREATH, first_burst
from bot.flows.model import Slot
from bot.slots.types import slot_type
from bot.understanding.by_form import LONGEST_QUESTION
from bot.understanding.understood import Open

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
    burst = first_burst([row], (), None)
    assert (list(burst.rows), burst.kind, burst.text, burst.attached) == (
        [row],
        inbound.TEXT,
        "  ¿ocupo permiso? ",
        False,
    )


def test_what_is_said_in_one_breath_is_one() -> None:
    rows = _waiting("hola", "kiero saver", " si ocupo permiso ", "hola")
    burst = first_burst(rows, (), None)
    assert list(burst.rows) == rows
    assert burst.text == "hola\nkiero saver\nsi ocupo permiso"


def test_a_pause_ends_the_breath() -> None:
    whole = BREATH.total_seconds()
    assert len(first_burst(_waiting("hola", "qué tal", pause=whole), (), None).rows) == 2
    assert len(first_burst(_waiting("hola", "qué tal", pause=whole + 0.1), (), None).rows) == 1
    # It is counted from message to message, not from the first one.
    assert len(first_burst(_waiting("a ver", "otra", "y otra", pause=whole), (), None).rows) == 3


def test_another_address_is_another_burst() -> None:
    rows = _waiting("hola") + _waiting("qué tal", address=2)
    assert list(first_burst(rows, (), None).rows) == rows[:1]


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
    assert list(first_burst(rows, MENU, None).rows) == rows[:1]
    assert list(first_burst(rows[1:], MENU, None).rows) == rows[1:2]
    assert first_burst(rows[1:], MENU, None).text == rows[1].text


@pytest.mark.parametrize("courtesy", ["hola", "gracias", "si", "no", "👍", "...", "adios"])
def test_courtesies_go_along(courtesy: str) -> None:
    rows = _waiting(courtesy, "¿cuánto tarda el permiso?")
    assert list(first_burst(rows, MENU, None).rows) == rows


def test_numbers_and_titles_stand_alone_without_a_menu_only_where_they_are_numbers() -> None:
    assert len(first_burst(_waiting("quiero", "2"), (), None).rows) == 1
    assert len(first_burst(_waiting("quiero", "¿Ocupo permiso?"), (), None).rows) == 2


def test_a_file_that_came_with_words_is_noticed() -> None:
    rows = _waiting((inbound.IMAGE, ""), "¿esto ocupa permiso?", (inbound.VOICE, ""))
    burst = first_burst(rows, (), None)
    assert (list(burst.rows), burst.kind, burst.text, burst.attached) == (
        rows,
        inbound.TEXT,
        "¿esto ocupa permiso?",
        True,
    )
    caption = first_burst(_waiting((inbound.IMAGE, "¿y esto?")), (), None)
    assert (caption.kind, caption.text, caption.attached) == (inbound.IMAGE, "¿y esto?", True)


def test_files_without_words_are_answered_by_the_first_ones_kind() -> None:
    rows = _waiting((inbound.VOICE, ""), (inbound.IMAGE, "  "), (inbound.TEXT, ""))
    burst = first_burst(rows, (), None)
    assert (list(burst.rows), burst.kind, burst.attached) == (rows, inbound.VOICE, False)


def test_a_burst_is_never_too_long_to_be_read() -> None:
    half = LONGEST_QUESTION // 2
    rows = _waiting("a" * half, "b" * half)
    burst = first_burst(rows, (), None)
    assert len(burst.text) <= LONGEST_QUESTION
    assert list(burst.rows) == rows[:1]


WORKERS = Open(Slot("workers", "Trabajadores", slot_type({"type": "whole_number"})), START.date())
NAME = Open(Slot("name", "Nombre", slot_type({"type": "text"})), START.date())


@pytest.mark.parametrize("alone", ["12", "somos 12", "atrás", "cancelar", "saltar", "después"])
def test_an_answer_that_needs_no_more_words_stands_alone(alone: str) -> None:
    rows = _waiting(alone, "¿y otra cosa?")
    assert list(first_burst(rows, (), WORKERS).rows) == rows[:1]
    assert list(first_burst([rows[1], rows[0]], (), WORKERS).rows) == rows[1:]


def test_the_beginning_of_an_answer_belongs_to_it() -> None:
    rows = _waiting("somos", "como 12", "¿y otra cosa?")
    burst = first_burst(rows, (), WORKERS)
    assert (list(burst.rows), burst.text) == (rows[:2], "somos como 12")
    rows = _waiting("fijate", "12")
    assert first_burst(rows, (), WORKERS).text in ("12", "fijate 12")


def test_a_greeting_before_an_answer_is_no_part_of_it() -> None:
    assert first_burst(_waiting("hola", "La Vaquita"), (), NAME).text == "La Vaquita"


def test_a_text_answer_may_come_in_pieces() -> None:
    rows = _waiting("Lácteos", "La Vaquita")
    assert first_burst(rows, (), NAME).text == "Lácteos\nLa Vaquita"


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
    burst = first_burst(rows, MENU, None)
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
