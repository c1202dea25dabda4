"""Slot: yes or no, as it is said in El Salvador."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Sent, Value
from bot.slots.yes_no import yes_or_no
from tests.bot.slots.answering import TODAY, shown, slot, value, wrong

YES = [
    "si", "sí", "SÍ", "Sí.", "Sí!!", "sip", "siii", "siiiiii", "s", "simón", "simon",
    "Simón que sí",
    "cabal", "cabal que sí", "va", "va pues", "vaya", "vaya pues", "dale", "dale pues",
    "claro",
    "claro que sí", "ok", "okey", "OK", "oki", "👍", "👍🏽", "✅", "afirmativo", "fijate que sí",
    "fijese que si", "pues sí", "puesí", "a pues si", "ah si", "creo que sí", "de una", "chivo",
    "cheque", "si tengo", "sí, tengo", "sí tenemos permiso", "si hay", "si quiero", "si, gracias",
    "si por favor", "sí señor", "si si si", "ya", "obvio", "por supuesto",
    "si claro", "yes", "sí estoy seguro", "está bien", "aja", "si mire",
    "ta bueno", "si claro que sí", "x supuesto", "de plano que sí",
]  # fmt: skip
NO = [
    "no", "NO", "No.", "noo", "nooooo", "n", "nop", "nope", "nel", "nel pastel", "nombe",
    "no hombre", "negativo", "para nada", "👎", "❌", "nones", "nunca", "jamás", "mejor no",
    "fijate que no", "fijese que no", "todavía no", "todavia no", "aún no", "no, todavía no",
    "ya no", "por ahora no", "ahorita no", "hoy no", "no, gracias", "no gracias", "no tengo",
    "no hay", "no tenemos nada", "pues no", "ah no", "creo que no", "no creo", "la verdad no",
    "claro que no", "obvio que no", "tampoco", "no no", "no, fijate", "ni loco",
]  # fmt: skip
NEITHER = [
    "si no tengo?", "si no tengo", "¿sí?", "si?", "no?", "sí o no?", "no sé", "no se", "nose",
    "no sabría decirle", "no me acuerdo", "no entiendo", "no estoy seguro", "no tengo idea",
    "ni idea", "depende", "a veces", "tal vez", "quizás", "más o menos", "si y no", "no si",
    "si pero no", "👍👎", "🤔", "1", "2", "si se puede", "si me dan permiso", "si tuviera",
    "si usted dice", "va a depender", "nombre", "noviembre", "sitio", "simona", "clarines",
    "sí, pero está vencido", "no pero ya lo pedí", "dale no",
    "sí, no hay problema", "no c", "no hay problema", "no problem", "no tengo ninguna duda",
    "que?", "como?", "¿para qué?",
    "si tengo 5", "ya lo tengo", "no aplica", "...", "?", "jajaja",
    "si es que me pueden decir primero cuánto cuesta el trámite completo",
]  # fmt: skip


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_heard(text: str) -> None:
    assert value("yes_no", text) is True
    assert shown("yes_no", text) == "sí"


@pytest.mark.parametrize("text", NO)
def test_a_no_is_heard(text: str) -> None:
    assert value("yes_no", text) is False
    assert shown("yes_no", text) == "no"


@pytest.mark.parametrize("text", NEITHER)
def test_doubts_questions_and_conditions_are_neither(text: str) -> None:
    assert wrong("yes_no", text) == "yes_no"


@pytest.mark.parametrize(("kind", "why"), [("image", "not_text"), ("text", "empty")])
def test_nothing_written_is_no_answer(kind: str, why: str) -> None:
    assert slot("yes_no").read(Sent("", kind), TODAY).response == f"utter_wrong_{why}"  # type: ignore[union-attr]


@given(st.sampled_from(YES + NO), st.sampled_from(["", " ", "!", " .", "\n", " 🙂"]))
def test_case_blanks_and_stops_change_nothing(text: str, after: str) -> None:
    meant = yes_or_no(text)
    for written in (text.upper(), text.capitalize(), f"  {text}{after}"):
        assert yes_or_no(written) is meant


@pytest.mark.parametrize("text", YES + NO)
def test_a_question_is_never_taken_for_an_answer(text: str) -> None:
    if any(map(str.isalpha, text)):
        assert yes_or_no(text + "?") is None
        assert yes_or_no("¿" + text) is None


@pytest.mark.parametrize("stored", ["sí", 1, 0, None, "true", [True]])
def test_only_true_and_false_are_kept(stored: object) -> None:
    assert not isinstance(slot("yes_no").check(stored, TODAY), Value)  # type: ignore[arg-type]
