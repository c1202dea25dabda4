"""Follow-up questions are told from whole ones, and two questions of a message from one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers.follow_ups import LONGEST, goes_on, parted
from tests.effort import little_work

FOLLOWING = """\
¿y cuánto cuesta?
y cuanto cuesta
y kuanto kuesta
y cuanto sale
y cuanto tarda
y cuánto tiempo se tarda
y q papeles piden
y qué papeles llevo
y ke papeles ocupo
y donde lo hago
y dnd lo hago
y adonde voy
y dónde se entrega
y quien lo hace
y kien firma
y como le hago
y komo ago
cómo lo hago
como se hace eso
como ago eso
y si no lo hago
y si no lo ago
qué pasa si no lo hago
y por qué
y xq
por qué
para qué sirve eso
y pa q sirve
y eso cuánto vale
eso cuanto cuesta
cuanto cuesta
cuanto cuesta eso
kuanto cuesta
kuanto kuesta
cuanto vale
cuánto tarda
cuanto dura
quien lo da
donde lo pido
y donde lo saco
dnd lo saco
y a quién le pregunto
y es gratis
es gratis?
y es obligatorio
y para mi taller
y en mi caso
y hay multa
pero cuánto cuesta
entonces qué hago
ah y cuanto cuesta
ok y cuánto tarda
y cada cuánto
cada cuanto
cada cuanto se hace
y desde cuándo
y qué más
y luego
y después?
y despues que sigue
y me multan
y lo puedo hacer en línea
eso aplica para mí
y eso aplica a mi negocio
no entendí eso
que requisitos piden
y los requisitos?
y el costo?
y las multas
cuando se vence
y de cuanto es la multa
oiga y cuánto cuesta
fijese y cuanto cuesta
bueno y cuánto cuesta
y esto cuanto cuesta
y k pasa si no
i cuanto cuesta
i kuanto bale
y kuando
y no hay otra forma
y hasta cuándo
cuanto se tardan
""".splitlines()

WHOLE = """\
hola
buenas tardes
gracias
ok
si
no
necesito permiso ambiental
¿quién necesita permiso ambiental?
cuánto cuesta el permiso ambiental
kuanto kuesta el permizo
cuanto tarda el permiso del marn
donde saco el permiso ambiental
qué hago con el aceite quemado
que ago con el aseite kemado
cómo ahorro luz en mi panadería
komo aorro agua
multas por no tener permiso
qué pasa si no tengo permiso ambiental
que pasa si tiro el agua al rio
por qué me inspeccionan
xq me inspeccionan
cuándo se entrega el informe anual
quién recoge la basura
kien recoje la basura
para qué sirve el diagnóstico ambiental
cada cuánto se analiza el agua
me llegó una carta del marn
los vecinos se quejan del ruido
tengo una tenería y quiero saber si ocupo permiso
yo quiero saber de créditos para paneles
ya tengo el permiso
paneles solares
credito
permiso
basura
yuca y plátano producción
yeso residuos
ya no quiero mensajes
ayer vinieron a inspeccionar
como sacar permiso ambiental para taller
como se hace el compost
donde entrego baterías viejas
dnd entrego las yantas biejas
cuantos arboles puedo talar
en qué grupo cae mi negocio
se me quemó el motor
no tengo permiso
me multaron por el humo
hay capacitaciones este mes
lo de la fianza ambiental
la caldera gasta mucho diésel
si tiro aceite al río me multan
ese humo de la caldera del vecino molesta
qué es un EsIA
que es dbo
quien es el ministro
donde queda el marn
que tal
es todo
es todo gracias
eso es todo
eso si
por eso
ahora no
ahora si
ahora me voy
y gracias
y ya
y vos?
y vos quien sos
entonces no
pero no
y con quien hablo
con quién puedo hablar
y cómo borro mis datos
quiero hablar con alguien
ahi luego
ahora tengo otra pregunta
quién sos
no gracias
ahora quiero saber de multas
entonces ocupo permiso si tiro agua al rio
y para tirar agua al río ocupo permiso
""".splitlines()


@pytest.mark.parametrize("message", FOLLOWING)
def test_a_question_without_its_subject_goes_on_from_the_last_answer(message: str) -> None:
    assert goes_on(message)
    assert goes_on(message.upper())


@pytest.mark.parametrize("message", WHOLE)
def test_a_message_with_its_own_subject_or_another_wish_stands_alone(message: str) -> None:
    assert not goes_on(message)
    assert not goes_on(f"{message.upper()}!!")


def test_a_long_story_never_goes_on() -> None:
    assert not goes_on("y qué hago si el dueño de antes no sacó nunca los papeles")


TWO = {
    "¿Cómo ahorro agua? ¿Cómo ahorro luz?": ["¿Cómo ahorro agua?", "¿Cómo ahorro luz?"],
    "¿Ocupo permiso para un pozo?¿Y para tirar agua al río?": [
        "¿Ocupo permiso para un pozo?",
        "¿Y para tirar agua al río?",
    ],
    "qué hago con el aceite y dónde boto las baterías": [
        "qué hago con el aceite",
        "dónde boto las baterías",
    ],
    "QUÉ HAGO CON EL ACEITE Y DÓNDE BOTO LAS BATERÍAS": [
        "QUÉ HAGO CON EL ACEITE",
        "DÓNDE BOTO LAS BATERÍAS",
    ],
    "k ago con el aseite y dnd boto las baterias": [
        "k ago con el aseite",
        "dnd boto las baterias",
    ],
    "como saco el permiso, y kuanto kuesta la fianza": [
        "como saco el permiso",
        "kuanto kuesta la fianza",
    ],
    "quiero ahorrar luz y de paso saber de crédito para paneles": [
        "quiero ahorrar luz",
        "saber de crédito para paneles",
    ],
    "qué hago con las llantas viejas y además con el aceite quemado": [
        "qué hago con las llantas viejas",
        "con el aceite quemado",
    ],
    "cuánto cuesta el permiso. ¿Y la fianza de cumplimiento?": [
        "cuánto cuesta el permiso",
        "¿Y la fianza de cumplimiento?",
    ],
    "Quiero ahorrar luz en la fábrica. ¿Y cómo pido crédito?": [
        "Quiero ahorrar luz en la fábrica",
        "¿Y cómo pido crédito?",
    ],
    "quién recoge la basura\ncómo pido un crédito verde": [
        "quién recoge la basura",
        "cómo pido un crédito verde",
    ],
    # Politeness is no question.
    "hola buenas tardes\nocupo permiso para mi taller\ny cuánto cuesta el permiso": [
        "ocupo permiso para mi taller",
        "y cuánto cuesta el permiso",
    ],
    # The third is left for later.
    "¿Quién recoge la basura? ¿Cómo ahorro agua? ¿Cómo ahorro luz?": [
        "¿Quién recoge la basura?",
        "¿Cómo ahorro agua?",
    ],
}


@pytest.mark.parametrize(("message", "questions"), TWO.items(), ids=[key[:30] for key in TWO])
def test_two_questions_of_a_message_are_parted(message: str, questions: list[str]) -> None:
    assert parted(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hola",
        "¿ocupo permiso?",
        "cómo ahorro luz y agua",
        "qué hago con baterías y llantas viejas",
        "Lácteos Don Chepe y Asociados",
        "Inversiones Cómo y Cuándo",
        "tengo una panadería y quiero ahorrar luz",
        "me multaron y no sé qué hacer",
        "¿Ocupo permiso? Gracias",
        "hola buenas tardes\nocupo permiso para mi taller",
        "ocupo permiso y cómo",
        "agua. luz; basura",
        "¿¿??",
        "???\n\n???",
        "y y y y y y",
        "quién recoge la basura? gracias por todo",
        "Tengo una panadería con dos hornos en Soyapango. ¿Ocupo permiso ambiental?",
        "En la camaronera cambiamos el agua todos los días. ¿Hay cómo cambiar menos?",
        "nos quedan latas con sobras de pintura\n¿eso es desecho peligroso?",
    ],
)
def test_one_question_stays_whole(message: str) -> None:
    assert parted(message) == [message]


def test_accents_written_apart_are_cut_where_the_person_would() -> None:
    message = unicodedata.normalize("NFD", "qué hago con el aceité y dónde boto las baterías")
    assert [unicodedata.normalize("NFC", one) for one in parted(message)] == [
        "qué hago con el aceité",
        "dónde boto las baterías",
    ]


def test_a_text_too_long_to_part_stays_whole() -> None:
    message = "¿cómo ahorro agua? ¿cómo ahorro luz? "
    assert parted(message * 2) != [message * 2]
    assert parted(message * LONGEST) == [message * LONGEST]


@given(st.one_of(st.text(), st.lists(st.sampled_from(["y", "qué", "?", "¿", " ", "\n", "a"]))))
def test_any_text_is_read(text: str | list[str]) -> None:
    message = "".join(text)
    goes_on(message)
    questions = parted(message)
    assert questions == [message] or len(questions) == 2


@pytest.mark.parametrize("piece", ["y ", "¿", "? ", " \n", "y que y ", "eso ", "\u0301"])
def test_a_hostile_text_is_read_at_once(piece: str) -> None:
    with little_work():
        for length in (LONGEST, 60_000):
            message = (piece * length)[:length]
            goes_on(message)
            parted(message)
