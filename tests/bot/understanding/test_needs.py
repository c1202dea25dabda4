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
        ("aguas en san migel", "San Miguel"),
        ("ocupo alguien en sonzonate", "Sonsonate"),
        ("soy de santana", "Santa Ana"),
        ("algo de la basura en la pas", "La Paz"),
        ("en la ofisina", None),
    ],
)
def test_the_department_is_named_or_that_of_the_place(text: str, department: str | None) -> None:
    assert needs.department_in(text) == department


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("necesito a alguien pa lo de las aguas en San Miguel", "task_book"),
        ("agendame una cita con un consultor pa la otra semana", "task_book"),
        ("me urge alguien pa lo del permiso ambiental", "task_book"),
        ("hay consultores en la union", "task_book"),
        ("alguien que llegue a mi finca pa ver lo de los vertidos", "task_book"),
        ("¿está registrado Juan Pérez?", "task_verify_consultant"),
        ("esta rejistrado juan peres", "task_verify_consultant"),
        ("kiero saver si es legal la consultora Ecosol", "task_verify_consultant"),
        ("el consultor numero 123 es de verdad", "task_verify_consultant"),
        ("me dijeron que Karla Quintanar es consultora, es cierto?", "task_verify_consultant"),
        ("ya no voy a poder ir mañana", "task_cancel_booking"),
        ("fijese que no puedo llegar a la cita", "task_cancel_booking"),
        ("el consultor numero 123 esta vigente?", "task_verify_consultant"),
        ("ocupo permiso pa mi taller", None),
        ("quiero hablar con alguien", None),
        ("necesito saber quien da el permiso", None),
        ("que consultor necesito para el permiso", None),
        ("cuanto cobra un consultor", None),
        ("quiero cambiar mi cita pal jueves", None),
        ("ocupo cancelar la cita con el consultor", None),
        ("ya no quiero la cita con el consultor", None),
        ("quiero una cita para el pasaporte", None),
        ("soy tecnico en aguas y quiero ser consultor", None),
        ("¿Qué diferencia hay entre un consultor y un auditor ambiental?", None),
        ("ocupo alguien que se lleve los desechos", None),
        ("que laboratorio esta autorizado para analizar aguas residuales", None),
        ("q empresas estan autorizadas para recoger desechos peligrosos", None),
        ("esta registrado este carro?", None),
        ("verificar una partida de nacimiento", None),
        ("mi contador no esta autorizado, sirve?", None),
        ("no puedo ir al ministerio", None),
        ("DEMO-018", "task_verify_consultant"),
        ("iso-14001", None),
        ("ruta 101", None),
        ("el consultor no llego a la cita", "bookings_past"),
        ("quiero quejarme del consultor", "bookings_past"),
        ("dónde me quejo de un consultor que quedó mal", None),
        ("necesito un auditor ambiental en santa ana por llamada", "task_book"),
    ],
)
def test_only_who_asks_for_a_consultant_gets_one(text: str, intent: str | None) -> None:
    assert needs.wish(text) == intent


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("ocupo un consultor que venga a mi taller", "on_site"),
        ("alguien que llege a la finca, que llegue mañana", "on_site"),
        ("en persona", "on_site"),
        ("ocupo un consultor de quimicos q venga", "on_site"),
        ("nececito un consultor por videollamada", "remote"),
        ("por yamada esta bien", "remote"),
        ("un consultor en línea", "remote"),
        ("por llamada o que venga", None),
        ("me llamó un consultor", None),
        ("una llamadita con alguien de residuos", "remote"),
        ("el permiso para mi taller", None),
    ],
)
def test_how_one_wants_to_meet_is_read_from_the_sentence(text: str, mode: str | None) -> None:
    assert needs.mode_in(text) == mode


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("quiero cambiar mi cita pal jueves", "jueves"),
        ("mueva mi cita del lunes para el viernes a las 10", "viernes a las 10"),
        ("no puedo ir a la cita de mañana", None),
        ("una cita con un consultor", None),
    ],
)
def test_the_day_that_is_asked_for(text: str, day: str | None) -> None:
    assert needs.day_in(text) == day


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("kiero saver si es legal la consultora Ecosol", "Ecosol"),
        ("esta autorizada la empresa Ceiba Verde", "Ceiba Verde"),
        ("me dijeron que Karla Quintanar es consultora, es cierto?", "Karla Quintanar"),
        ("el señor Eleuterio Mancia es consultor registrado?", "Eleuterio Mancia"),
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
