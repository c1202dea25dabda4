"""What a sentence tells of the consultant who is looked for."""

import pytest

from actions.registry.rules import CATEGORIES
from bot.understanding import needs


def test_every_category_of_the_registry_has_words_and_no_other() -> None:
    assert needs.categories() == set(CATEGORIES)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("necesito a alguien pa lo de las aguas en San Miguel", "aguas"),
        ("alguien que me ayude a ahorrar agua", "ecoeficiencia"),
        ("lo de los desechos peligrosos del taller", "quimicos"),
        ("lo de la basura", "residuos"),
        ("paneles solares", "energia"),
        ("la basura y el humo", None),
        ("un consultor", None),
        ("", None),
    ],
)
def test_the_category_is_the_one_that_is_spoken_of(text: str, category: str | None) -> None:
    assert needs.category_in(text) == category


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("aguas en San Miguel", "San Miguel"),
        ("estoy en soyapango", "San Salvador"),
        ("en SANTA ANA porfa", "Santa Ana"),
        ("en San Miguel o en Usulután", None),
        ("en ninguna parte", None),
    ],
)
def test_the_department_is_named_or_that_of_the_place(text: str, department: str | None) -> None:
    assert needs.department_in(text) == department


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("necesito a alguien pa lo de las aguas en San Miguel", "task_book"),
        ("agendame una cita con un consultor pa la otra semana", "task_book"),
        ("¿está registrado Juan Pérez?", "task_verify_consultant"),
        ("el consultor numero 123 esta vigente?", "task_verify_consultant"),
        ("ocupo permiso pa mi taller", None),
        ("quiero hablar con alguien", None),
        ("necesito saber quien da el permiso", None),
        ("que consultor necesito para el permiso", None),
        ("cuanto cobra un consultor", None),
    ],
)
def test_only_who_asks_for_a_consultant_gets_one(text: str, intent: str | None) -> None:
    assert needs.wish(text) == intent


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("¿está registrado Juan Pérez?", "Juan Pérez"),
        ("esta rejistrado Juan Peres?", "Juan Peres"),
        ("quiero verificar si el ing perez esta registrado como consultor", "perez"),
        ("esta registrado el consultor DEMO-005", "DEMO-005"),
        ("el número 123 está vigente?", "123"),
        ("quiero verificar a un consultor", None),
    ],
)
def test_whom_one_asks_about(text: str, whom: str | None) -> None:
    assert needs.whom_in(text) == whom
