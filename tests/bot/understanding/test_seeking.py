"""First sentences about consultants, as they were typed."""

import pytest

from bot.understanding import seeking


@pytest.mark.parametrize(
    "text",
    [
        "nesecito consultor",
        "conseguime un consultor",
        "tengo una procesadora de lacteos en Cabañas y nesecito un consultor q haga estudio de "
        "impacto y me diga que mas me hace falta porque ya va a venir la gente de la alcaldia",
        "necesito un estudio de impacto para una granja d pollos en la paz, a quien busco",
        "q consultores hay en sonsonate",
        "deme una cita con un tecnico",
        "tengo un taller en santa ana y kiero cita con un consultor pa lo del permiso el miercoles",
        "kiero un tecnico q me revise la planta de tratamiento en usulutan",
        "cómo contacto a un consultor?",
        "¿me podés apartar una cita con un experto para el lunes?",
    ],
)
def test_who_looks_for_a_consultant_finds_one(text: str) -> None:
    assert seeking.wish(text) == "task_book"


@pytest.mark.parametrize(
    "text",
    [
        "como contacto al consultor?",
        "donde va a ser la cita",
        "donde va ser la cita",
        "a q hora es mi cita",
        "mi consultor ya contesto?",
        "cuando me contesta el consultor",
        "ya me respondio el consultor?",
    ],
)
def test_who_asks_about_their_meeting_sees_it(text: str) -> None:
    assert seeking.wish(text) == "task_my_bookings"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("esta registrado DEMO-018", "DEMO-018"),
        ("DEMO018 esta vigente?", "DEMO018"),
        ("el registro CA 0123", "CA 0123"),
        ("berificar el consultor numero 123", "123"),
        ("CA-0123", "CA-0123"),
        ("CON-2019-12", "CON-2019-12"),
    ],
)
def test_a_number_that_is_asked_about_is_looked_up(text: str, number: str) -> None:
    assert seeking.number_in(text) == number
    assert seeking.wish(text) == "task_verify_consultant"


@pytest.mark.parametrize("text", ["DEMO018", "12345", "CA 0123"])
def test_a_bare_number_is_one_only_after_somebody_was_looked_up(text: str) -> None:
    assert seeking.wish(text) is None
    assert seeking.wish(text, verifying=True) == "task_verify_consultant"


@pytest.mark.parametrize(
    "text",
    [
        "¿qué consultor necesito para el permiso?",
        "necesito consultor para el formulario ambiental o lo puedo hacer yo",
        "¿necesito consultor para abrir un taller?",
        "no sé si contratar consultor o gestor",
        "¿Puedo contratar al consultor que yo quiera?",
        "quiero ser consultor",
        "cuanto cobra un consultor",
        "mi consultor no me contesta y el plazo se vence",
        "soi grupo a tbn nesesito consultor",
        "Queremos un consultor que conozca de hornos. ¿El listado dice la especialidad?",
        "ocupo q me recojan la basura d la fabrica con kien ablo",
        "kiero aser un poso en mi fabrica a kien le pido permiso",
        "mire yo saque una cita con un consultor y perdi el mensaje",
        "quiero cambiar mi cita con el consultor",
        "necesito un tecnico para la refri",
        "iso 14001",
        "ISO-14001",
        "en el 2025",
        "son las 2",
    ],
)
def test_questions_and_other_matters_stay_what_they_are(text: str) -> None:
    assert seeking.wish(text) is None
