"""What buttons send back, and menus without buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.protocol import Reply, numbered, read_token, token
from tests.bot.channels.claims import TALK, TOPICS


@given(st.integers(1, 2**63 - 1), st.integers(0, 99))
def test_a_token_fits_telegram_and_names_its_button(message_id: int, place: int) -> None:
    payload = token(message_id, place)
    assert len(payload.encode()) <= 64
    assert read_token(payload) == (message_id, place)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "b",
        "b1",
        "b1.",
        "b.1",
        "1.1",
        "b-1.0",
        "b1.-1",
        "b١.٠",
        "b².0",
        "b1.0 ",
        " b1.0",
        "b1.0.0",
        "bb1.0",
        "b1_0.0",
        "/help",
        f"b{2**63}.0",
        "b1." + "0" * 62,
        "b1.0\n",
        "{}",
    ],
)
def test_what_is_no_token_of_ours_names_nothing(payload: str) -> None:
    assert read_token(payload) is None


@given(st.text(max_size=80))
def test_any_payload_can_be_read(payload: str) -> None:
    found = read_token(payload)
    assert found is None or (0 <= found[0] < 2**63 and found[1] >= 0)


def test_a_menu_without_buttons_is_numbered_from_one() -> None:
    assert numbered(Reply("¿Qué querés?", (TOPICS, TALK))) == (
        "¿Qué querés?\n\n1. Ver los temas\n2. Hablar con alguien\n\nRespondé con el número."
    )
    assert numbered(Reply("Sin opciones")) == "Sin opciones"
