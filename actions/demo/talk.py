"""What invented owners write, and how; and what they hear back. No rule or figure of any law stands
here: those come from the articles."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actions.cases.service import Reason

_ACCENTS: Final = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU", "¿¡")
_MISSPELT: Final = (
    (re.compile(r"\bqu(?=[eé])"), "k"),
    (re.compile(r"\bpara\b"), "pa"),
    (re.compile(r"\bpor\b"), "x"),
    (re.compile(r"\bhac"), "as"),
    (re.compile(r"\bhay\b"), "ay"),
    (re.compile(r"ambient"), "anbient"),
    (re.compile(r"\bnecesit"), "nesesit"),
    (re.compile(r"\bvo[yi]\b"), "boy"),
    (re.compile(r"\bhab"), "ab"),
    (re.compile(r"sab"), "sav"),
    (re.compile(r"ll(?=[aeo])"), "y"),
    (re.compile(r"c(?=[ei])"), "s"),
)
_OPENINGS: Final = ("fijate que ", "mira, ", "una consulta, ", "disculpa, ", "vos, ", "")
MOST_CARELESS: Final = 3


def typed(words: str, care: int, chance: random.Random) -> str:
    """A sentence as somebody types it: from 0, as it is, to MOST_CARELESS, misspelt."""
    if care == 0:
        return words
    words = words.translate(_ACCENTS).lower().rstrip(".")
    if care == 1:
        return words
    for pattern, written in _MISSPELT:
        if chance.random() < (0.3 if care == 2 else 0.65):
            words = pattern.sub(written, words)
    if care == MOST_CARELESS:
        words = chance.choice(_OPENINGS) + words.rstrip("?")
    return words


GREETINGS: Final = (
    ("hola", "¡Hola! ¿En qué te ayudo? Escribí tu pregunta o mirá los temas."),
    ("buenos dias", "¡Buenas! Contame, ¿qué querés saber?"),
    ("buenas", "¡Buenas! Contame, ¿qué querés saber?"),
    ("ola buenas tardes", "¡Hola! ¿En qué te ayudo? Escribí tu pregunta o mirá los temas."),
)
THANKS: Final = (
    ("gracias", "¡Con gusto! Si te sale otra duda, aquí estoy."),
    ("muchas grasias", "¡Para servirte! Cualquier cosa, escribime."),
    ("cabal, gracias", "¡Con gusto! Si te sale otra duda, aquí estoy."),
)
TASKS: Final = (
    (
        "quiero guardar los datos de mi empresa",
        "Va, te hago unas preguntas cortas. ¿Cómo se llama tu empresa?",
    ),
    ("kiero cambiar los datos de mi negocio", "Va. ¿Qué dato querés cambiar?"),
)
ELSEWHERE: Final = (
    "y a q hora juega la selecta",
    "me prestas pisto pa la planilla",
    "cuanto cuesta sacar el pasaporte",
    "me podes buscar un numero de telefono",
)
FROM_ELSEWHERE: Final = (
    "De eso no sé. Lo mío son las reglas ambientales y el ahorro en tu empresa: permisos, aguas, "
    "basura, energía, crédito."
)
VAGUE: Final = (
    "y lo del agua",
    "es por lo de la basura",
    "tengo una duda de un papel",
    "y eso como es",
    "lo q me pidieron",
)
ASKED_BACK: Final = "¿Preguntás por algo de esto?"
NO_ANSWER: Final = (
    "De eso no tengo información segura, y prefiero no inventar. Probá con otras palabras, mirá "
    "los temas o pedí hablar con una persona."
)
TELL_ME: Final = "si, avisame"
WILL_TELL: Final = "Listo: cuando el ministerio tenga la respuesta te la mando aquí mismo."
TO_A_PERSON: Final = (
    "quiero hablar con alguien",
    "mejor pasame con una persona",
    "persona",
    "me puede atender alguien del ministerio",
)


def noted(number: int) -> str:
    """What the assistant says when it has opened a case."""
    return (
        f"Listo, quedó anotado con el número **{number}** para que te conteste una persona del "
        "ministerio. Te contesta por este mismo chat, en horas hábiles."
    )


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question that no article answers, in the words of several people; what became of it."""

    asked: Sequence[str]
    assigned: bool = False
    ended: str = ""
    """``dismissed``, ``not_ours``, or the id of the article that answers it after all."""
    note: str = ""
    want_to_know: int = 0
    """How many of those who asked want to be told."""


UNANSWERED: Final = (
    Unanswered(
        (
            "¿Se puede pagar la multa en cuotas?",
            "ya no tengo pisto pa pagar la multa, me dan plaso?",
            "pagar multa en cuotas",
            "puedo ir pagando la multa poco a poco",
            "me dan cuotas pa pagar la multa",
        ),
        assigned=True,
        want_to_know=2,
    ),
    Unanswered(
        (
            "¿Va a haber alguna feria ambiental pronto para empresas?",
            "feria ambiental",
            "cuando es la feria ambiental pa empresas",
            "va aber feria ambiental este año",
        ),
        want_to_know=2,
    ),
    Unanswered(
        (
            "¿Qué es el cargo por demanda que viene en la factura?",
            "q es la demanda q me cobran en la factura de luz",
            "cargo por demanda en la factura",
        ),
        assigned=True,
        want_to_know=1,
    ),
    Unanswered(
        (
            "¿Dónde se saca el permiso para cortar un árbol?",
            "permiso pa cortar un arbol del taller",
            "kiero cortar un palo q bota ojas en el techo, ke permiso saco",
            "donde saco permiso para cortar un arbol",
        ),
    ),
    Unanswered(
        (
            "¿Se puede financiar maquinaria usada con el crédito verde?",
            "prestan pa maquinaria usada con el credito verde",
            "credito verde para maquinaria usada",
        ),
        want_to_know=1,
    ),
    Unanswered(
        (
            "¿El techo de lámina de asbesto lo tiene que quitar personal especializado?",
            "tengo lamina de asbesto en el techo, quien la kita",
            "quitar lamina de asbesto del techo",
        ),
    ),
    Unanswered(
        (
            "¿Qué marca de caldera es buena?",
            "q marca de caldera es buena y barata",
        ),
        ended="not_ours",
        note="Pregunta por una marca comercial.",
    ),
    Unanswered(
        (
            "Se nos venció un lote de salsas, ¿cómo se destruye y quién da constancia?",
            "producto vencido, como se destruye y quien da constansia",
        ),
    ),
    Unanswered(
        (
            "¿Extienden constancia de que mi empresa no tiene multas ambientales?",
            "ocupo constancia de no tener multas ambientales pa un cliente",
            "constancia de que no tengo multas ambientales",
        ),
        assigned=True,
    ),
    Unanswered(
        ("¿De qué alto tiene que ser la chimenea del horno?", "q tan alta va la chimenea del orno"),
    ),
    Unanswered(
        (
            "¿Si alquilo el local quién saca el permiso, el dueño o yo?",
            "alkilo el local, el permiso lo saca el dueño o yo",
        ),
        want_to_know=1,
    ),
    Unanswered(("asdf prueba prueba",), ended="dismissed", note="No es una pregunta."),
    Unanswered(
        (
            "en q bote va el carton mojado",
            "carton mojado en que bote lo hecho",
        ),
        ended="residuos-separar",
        note="Lo contesta ese artículo.",
    ),
)


OURS: Final = ">"
"""What a line of the ministry begins with in a story."""


@dataclass(frozen=True, slots=True)
class Story:
    """Why somebody wants a person, and what was said from then on, by them and by the ministry."""

    reason: Reason
    why: str
    lines: Sequence[str]


STORIES: Final = (
    Story(
        "request",
        "quiere saber en qué va su trámite",
        (
            "ya meti mis papeles y no se en que van",
            ">Hola, te saluda Tania, del ministerio. ¿Me das el nombre de tu empresa y el "
            "municipio, para buscar tu trámite?",
            "si, es el mismo q esta aqui en el chat",
            ">Gracias. Ya lo estoy consultando y te escribo hoy mismo.",
            "va, aqui espero",
        ),
    ),
    Story(
        "request",
        "le llegó un documento que no entiende",
        (
            "me llego un papel del ministerio y no le entiendo",
            ">Hola, soy Tania. ¿Qué dice arriba, en el título del documento?",
            "dice prevencion",
            ">Ah, ya. Te pido que leás la última página y me digás qué documento te solicitan.",
            "una copia de la escritura",
            ">Perfecto, entonces es eso lo que te están pidiendo. ¿Te quedó alguna duda?",
            "no, ya le entendi, gracias",
        ),
    ),
    Story(
        "anger",
        "se queja de que nadie le contesta",
        (
            "tres veses e llamado y nadie contesta!!",
            "asi como kieren q uno cumpla",
            ">Hola, te saluda Tania. Disculpá la espera. Contame qué necesitás y lo vemos ahorita.",
            "solo kiero saver si mi consultor metio el informe",
            ">Lo reviso con el área que lo recibe y te aviso por aquí.",
        ),
    ),
    Story(
        "not_understood",
        "el asistente no le entendió dos veces",
        (
            "es q no es eso lo q pregunto",
            ">Hola, soy Tania, del ministerio. Contame con tus palabras qué pasó.",
            "un vecino dice q mi taller le ensucia la ropa",
            ">Entiendo. ¿Me contás de dónde sale el polvo y a qué hora trabajan?",
            "de la lijada, todo el dia",
            ">Gracias. Le paso el dato a la unidad que ve eso y te explico qué sigue.",
        ),
    ),
    Story(
        "request",
        "quiere que una persona le revise un formulario",
        (
            "me pueden revisar el formulario antes de mandarlo",
            ">Hola, te saluda Tania. Mandame la parte en la que tenés duda y la vemos.",
            "es donde pide el croquis",
            ">Ya lo vi. Te explico por aquí qué pide esa parte, y me decís si quedó claro.",
            "va pues, gracias",
        ),
    ),
    Story(
        "request",
        "busca un consultor y no sabe por dónde empezar",
        (
            "ando buscando consultor y no conosco a ninguno",
            ">Hola, soy Tania. Te puedo explicar cómo buscar en el registro. ¿Te sirve?",
            "si porfa",
            ">Va. Te mando los pasos por aquí.",
        ),
    ),
)
WAITING: Final = (
    Story("request", "le van a cerrar la bodega", ("me disen q van a cerrar la bodega, ke ago",)),
    Story(
        "request",
        "quiere saber en qué va su trámite",
        ("meti los papeles en septienbre y no se nada", "ocupo saver en q van"),
    ),
    Story(
        "anger", "se queja del ruido de una inspección", ("ya van dos veses q vienen y no avisan",)
    ),
    Story(
        "not_understood",
        "el asistente no le entendió dos veces",
        ("no es eso", "yo pregunto por el rio q pasa atras"),
    ),
    Story(
        "request",
        "quiere hablar de un derrame pequeño",
        ("se me dio vuelta un barril en el patio", "a kien le aviso"),
    ),
    Story("request", "le piden un papel en el banco", ("el banco me pide un papel de ustedes",)),
    Story(
        "request",
        "compró un negocio con deudas ambientales",
        ("compre el negosio y trae pleitos de antes", "con kien lo veo"),
    ),
    Story("request", "quiere una visita para aprender", ("bienen a enseñar a las empresas?",)),
)
"""Those to whom nobody has answered yet."""

NOTES: Final = (
    "Llamé a la ventanilla: lo tienen en la mesa de entrada.",
    "Es de una cooperativa; puede haber otros socios con la misma duda.",
    "Pendiente de la respuesta de la unidad técnica.",
    "Prefiere que le escriban por la tarde.",
)
CLOSING_NOTES: Final = {
    "resuelto": ("Quedó conforme.", "Se le explicó qué documento falta.", ""),
    "sin_respuesta": ("No volvió a escribir.", ""),
    "no_corresponde": ("Es de la alcaldía; se le dijo a dónde ir.",),
    "duplicado": ("Ya preguntó lo mismo por otro canal.",),
    "otro": ("Pidió que ya no se le escribiera por esto.",),
}
CANNED: Final = (
    (
        "Saludo",
        "Hola, te saluda Tania, del ministerio. Ya leí lo que le contaste al asistente. "
        "¿Me das un momento para revisarlo?",
    ),
    (
        "Pedir más datos",
        "Para ayudarte bien, contame: ¿cómo se llama tu empresa y en qué municipio está?",
    ),
    (
        "Sigo revisando",
        "Sigo con tu caso. Estoy esperando la respuesta de la unidad técnica y te escribo en "
        "cuanto la tenga.",
    ),
    (
        "Despedida",
        "Con esto queda resuelto. Si te sale otra duda, escribí aquí mismo y te contesta el "
        "asistente o una persona.",
    ),
)
