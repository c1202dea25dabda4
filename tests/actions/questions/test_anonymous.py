"""What is kept of a question tells nothing of who asked it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.people.masking import MASK
from actions.questions.anonymous import LONGEST, anonymous


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("mi dui es 01234567-8, ocupo permiso?", f"mi dui es {MASK}, ocupo permiso?"),
        ("llámeme al 7012-3456 por lo del pozo", f"llámeme al {MASK} por lo del pozo"),
        ("escriba a ana.perez@taller.com.sv", f"escriba a {MASK}"),
        ("soy @anitaperez en telegram", f"soy {MASK} en telegram"),
        ("me llamo Ana María López y tengo pozo", f"me llamo {MASK} y tengo pozo"),
        ("me llamo Ana de la Cruz, tengo pozo", f"me llamo {MASK}, tengo pozo"),
        ("Mi nombre es juan perez quiero permiso", f"Mi nombre es {MASK} quiero permiso"),
        ("le saluda Rosa Mejía: ¿hay charlas?", f"le saluda {MASK}: ¿hay charlas?"),
        ("Soy Luis Martínez. ¿Hay multa?", f"Soy {MASK}. ¿Hay multa?"),
        ("¿hay multa?\n\natentamente,\nCarlos Ruiz", f"¿hay multa? atentamente, {MASK}"),
    ],
)
def test_who_asks_is_left_out(asked: str, kept: str) -> None:
    assert anonymous(asked) == kept


@pytest.mark.parametrize(
    "asked",
    [
        "¿Cuánto cobra el banco por $25,000 a 10 años?",
        "me llamó la atención el sello verde",
        "Soy Dueño de un taller",
        "soy de San Miguel y tengo molienda",
        "mi nombre ya no es el del permiso",
        "artículo 22 de la ley de 1998",
    ],
)
def test_what_tells_of_nobody_stays(asked: str) -> None:
    assert anonymous(asked) == asked


def test_a_number_at_the_cut_is_masked_before() -> None:
    asked = "a" * (LONGEST - 6) + " 7012-3456"
    kept = anonymous(asked)
    assert len(kept) <= LONGEST
    assert "70" not in kept


@given(st.text(max_size=700))
def test_any_text_fits_on_one_line_and_a_second_time_changes_nothing(asked: str) -> None:
    kept = anonymous(asked)
    assert len(kept) <= LONGEST
    assert "\n" not in kept
    assert "\x00" not in kept
    assert kept == kept.strip()
    if len(kept) < LONGEST - 10:
        assert anonymous(kept) == kept
