"""What is understood of a consultant who types instead of pressing."""

from typing import Any

import pytest

from actions.messages.content import Button
from bot import inbound
from bot.flows.model import Slot
from bot.slots.protocol import Wrong
from bot.slots.types import slot_type
from bot.understanding.by_form import by_form
from bot.understanding.understood import Message, Open, Understood
from tests.bot.slots.answering import TODAY

REQUEST = (
    Button("Aceptar", '/referral_accept{"booking": 7}'),
    Button("Otra hora", '/referral_other{"booking": 7}'),
    Button("No puedo", '/referral_decline{"booking": 7}'),
)
SURE = (
    Button("Sí, cancelarla", '/referral_cancel{"booking": 7, "sure": true}'),
    Button("Otra hora", '/referral_other{"booking": 7}'),
    Button("No, dejarla", '/referral_show{"booking": 7}'),
)
TIME = Slot("availability", "Tu horario", slot_type({"type": "availability"}))
CODE = "AB2C-DEFG-H3JK"


def _heard(text: str, menu: tuple[Button, ...] = (), slot: Slot | None = None) -> Understood | None:
    asked = None if slot is None else Open(slot, TODAY)
    return by_form(Message(inbound.TEXT, text), menu, asked)


@pytest.mark.parametrize(
    ("text", "intent", "values"),
    [
        ("acepto", "referral_accept", {"booking": 7}),
        ("si", "referral_accept", {"booking": 7}),
        ("dale, ahi estare", "referral_accept", {"booking": 7}),
        ("sí, a las 8 ahí estaré", "referral_accept", {"booking": 7}),
        ("👍", "referral_accept", {"booking": 7}),
        ("aceptar la 50", "referral_answer", {"number": 50}),
        ("no", "referral_decline", {"booking": 7}),
        ("no puedo ese dia", "referral_decline", {"booking": 7}),
        ("la 50 no", "referral_decline", {"number": 50}),
        ("no puedo, mejor otra hora", "referral_other", {"booking": 7}),
    ],
)
def test_an_answer_in_words_presses_the_button_that_it_means(
    text: str, intent: str, values: dict[str, Any]
) -> None:
    understood = _heard(text, REQUEST)
    assert understood is not None
    assert (understood.intent, understood.entities) == (intent, values)


@pytest.mark.parametrize(
    "text",
    [
        "¿puedo el jueves?",
        "si necesito un permiso de agua",
        "gracias",
        "no entiendo",
        "solicitudes",
    ],
)
def test_what_is_no_answer_presses_nothing(text: str) -> None:
    understood = _heard(text, REQUEST)
    assert understood is None or not understood.intent.startswith("referral_")


def test_yes_and_no_press_the_buttons_that_begin_so() -> None:
    yes, no = _heard("dale", SURE), _heard("no", SURE)
    assert yes is not None and yes.entities == {"booking": 7, "sure": True}
    assert no is not None and no.intent == "referral_show"


def test_a_meeting_that_is_shown_is_called_off_in_words() -> None:
    shown = (REQUEST[1], Button("Cancelar la cita", '/referral_cancel{"booking": 7}'))
    for text in ("cancelala", "mejor cancelarla por favor", "tengo q cancelar la cita"):
        understood = _heard(text, shown)
        assert understood is not None and understood.intent == "referral_cancel"
    plain = _heard("cancelar", shown)
    assert plain is not None and plain.intent == "cancel"


def test_an_open_question_is_not_answered_by_a_request_that_came_meanwhile() -> None:
    understood = _heard("si", REQUEST, Slot("right", "Bien", slot_type({"type": "yes_no"})))
    assert understood is not None and understood.intent == "answer"
    clear = _heard("acepto la cita", REQUEST, TIME)
    assert clear is not None and clear.intent == "referral_accept"


@pytest.mark.parametrize(
    ("text", "intent", "values"),
    [
        ("acepto la 50", "referral_answer", {"number": 50}),
        ("rechazo la solicitud", "referral_decline", {}),
        ("no puedo el 8", "task_availability", {}),
        ("no puedo mañana", "task_availability", {}),
        ("el viernes no atiendo", "task_availability", {}),
        ("del 24 de dic al 2 de enero no atiendo", "task_availability", {}),
        ("mi agenda de la semana", "consultant_agenda", {"week": "la semana"}),
        ("mi agenda del 11", "consultant_agenda", {"day": "11"}),
        ("soi consultor", "consultant_home", {}),
        ("soy consultor y tengo un codigo", "consultant_join", {}),
        (f"mi codigo es {CODE.lower()}", "consultant_join", {"registry_code": CODE}),
        ("como va mi solisitud", "registry_status", {}),
        ("kiero mandar mi titulo", "registry_status", {}),
        ("retirar mi solicitud", "registry_withdraw", {}),
    ],
)
def test_what_only_a_consultant_says(text: str, intent: str, values: dict[str, Any]) -> None:
    understood = _heard(text)
    assert understood is not None
    assert (understood.intent, understood.entities) == (intent, values)


@pytest.mark.parametrize(
    "text",
    [
        "no puedo pagar la multa el viernes",
        "¿no atienden el sábado?",
        "no tengo permiso",
        "soy consultor ambiental y me quiero inscribir en el registro",
        "como saco un codigo del ministerio",
        "acepto",
    ],
)
def test_what_others_say_as_well(text: str) -> None:
    understood = _heard(text)
    assert understood is None or understood.intent in ("affirm", "deny")


@pytest.mark.parametrize("kind", ["yes_no", "text"])
def test_a_joining_code_is_one_at_any_question(kind: str) -> None:
    understood = _heard(CODE, (), Slot("any", "Algo", slot_type({"type": kind})))
    assert understood is not None and understood.entities == {"registry_code": CODE}
    own = _heard(CODE, (), Slot("code", "Código", slot_type({"type": "registry_code"})))
    assert own is not None and own.intent == "answer"


def test_time_that_cannot_be_kept_is_told_so_and_not_answered_from_an_article() -> None:
    poor = _heard("los martes cuando se pueda, menos en navidad", (), TIME)
    assert poor is not None and poor.intent == "wrong" and isinstance(poor.reading, Wrong)
    assert _heard("¿qué días son feriado?", (), TIME) is None
    agenda = _heard("mi agenda del lunes", (), TIME)
    assert agenda is not None and agenda.intent == "consultant_agenda"


def test_one_word_for_a_full_name_is_no_greeting() -> None:
    full = Slot("name", "Nombre", slot_type({"type": "text", "words": 2}))
    understood = _heard("lola", (), full)
    assert understood is not None and understood.intent == "wrong"
    named = _heard("Lola Cañas", (), full)
    assert named is None or named.intent == "answer"
