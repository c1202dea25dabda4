"""Words that mean the same whatever the context: commands and the shortest courtesies.

They are read before Rasa, so they also work while it is away.
"""

import re
from typing import Final

from knowledge.text import fold

START: Final = "start"
_INTENTS: Final = {
    "help": (
        "ayuda, menu, menú, temas, ver temas, ver los temas, inicio, opciones, que puedes hacer, "
        "que podes hacer"
    ),
    "stop_messages": (
        "alto, alto ya, stop, baja, parar, darme de baja, no mas mensajes, no más mensajes, "
        "no mas avisos, ya no me manden mensajes, dejen de escribirme"
    ),
    "start_messages": "alta, darme de alta, quiero avisos, volver a recibir",
    "human": (
        "persona, hablar con una persona, hablar con alguien, una persona, agente, humano, operador"
    ),
    "withdraw_case": (
        "retirar caso, retirar mi caso, cancelar caso, cancelar mi caso, cerrar mi caso, "
        "ya no quiero el caso, quitar mi caso"
    ),
    "task_my_data": "mis datos, ver mis datos",
    "task_erase_data": "borrar mis datos, borra mis datos, borren mis datos",
    "task_profile": "mi empresa, mi perfil, perfil, datos de mi empresa",
    "task_link": "vincular, vincular telegram, vincular whatsapp, unir cuentas",
    "task_my_bookings": "mis citas, ver mis citas, quiero ver mis citas, mi cita, ver mi cita",
    "task_book": "buscar consultor, buscar un consultor, pedir cita, quiero un consultor",
    "task_change_booking": "cambiar cita, cambiar mi cita, mover mi cita, mover cita",
    "task_cancel_booking": "cancelar cita, cancelar mi cita, cancelar la cita",
    "task_verify_consultant": "verificar consultor, verificar a un consultor",
    "unlink": "separar, desvincular, separar cuentas",
    "consultant_home": (
        "soy consultor, soy consultora, soy consultor ambiental, soy consultora ambiental, "
        "menu de consultor, mi registro, mi registro de consultor"
    ),
    "consultant_join": (
        "codigo, tengo codigo, tengo un codigo, ya tengo codigo, codigo del ministerio, "
        "codigo de consultor, tengo un codigo del ministerio, tengo codigo de consultor"
    ),
    "registry_status": (
        "en que va mi solicitud, mi solicitud, como va mi solicitud, estado de mi solicitud"
    ),
    "consultant_requests": (
        "solicitudes, mis solicitudes, ver solicitudes, solicitudes pendientes, "
        "solicitudes por contestar"
    ),
    "consultant_agenda": "mi agenda, agenda, ver mi agenda, mi agenda de hoy, agenda de hoy",
    "consultant_calendar": (
        "mi calendario, calendario, ver mi calendario, mi agenda en mi calendario, "
        "mis citas en mi calendario, conectar mi calendario, conectar calendario, "
        "sincronizar mi calendario, sincronizar calendario, calendario de google, google calendar"
    ),
    "consultant_figures": "mis cifras, mis numeros de consultor, mis estadisticas",
    "task_availability": (
        "mi disponibilidad, mi horario, mis horarios, cambiar mi horario, ver mi horario"
    ),
    "days_off": "mis dias libres, quitar dias, quitar un dia",
    "resume_task": "seguir, continuar, seguir donde iba, sigamos, segui, seguí",
    "release": "asistente, seguir con el asistente, torogoz",
    "greet": "hola, ola, buenas, buenos dias, buenas tardes, buenas noches, buen dia, hey, q onda",
    "thank": "gracias, muchas gracias, mil gracias, grasias, muy amable",
    "goodbye": "adios, salu, salú, chao, bye, hasta luego, nos vemos",
    "affirm": "si, sí, sip, simon, cabal, va, vaya, dale, ok, okay, claro, de acuerdo, 👍, 👌",
    "deny": "no, nel, nop, nombe, para nada, mejor no, 👎",
    "go_back": "atras, atrás, anterior, regresar, volver, volver atras, la anterior, para atras",
    "cancel": (
        "cancelar, cancela, cancelá, cancelalo, salir, salirme, quiero salir, ya no quiero, "
        "dejalo, dejalo asi"
    ),
    "skip": "saltar, omitir, saltarla, saltala, saltá, pasar, paso, siguiente",
    "why_asked": "para que, por que, pa que, xq, porque, para que es, y eso para que",
    "later": "despues, después, luego, mas tarde, más tarde, pausa, despues sigo, otro dia",
    "repeat": (
        "repetir, repeti, repetí, otra vez, como, cómo, como asi, cómo así, no entendi, "
        "no entiendo, no entiendo la pregunta, no entendi la pregunta, que"
    ),
    "change": "cambiar, corregir, cambiar algo, corregir algo, editar",
    "dont_know": "no se, nose, no sé, no lo se, ni idea, no estoy seguro, no estoy segura",
}
COURTESIES: Final = frozenset({"greet", "thank", "goodbye"})
ANSWERING: Final = frozenset({"affirm", "deny"})
"""Words that are an answer first wherever a question is open."""
IN_TASK: Final = frozenset(
    {"go_back", "cancel", "skip", "why_asked", "later", "repeat", "change", "dont_know"}
)
"""Words about the task under way."""
COMMANDS: Final = {
    "/start": START,
    "/ayuda": "help",
    "/help": "help",
    "/menu": "help",
    "/alto": "stop_messages",
    "/stop": "stop_messages",
    "/alta": "start_messages",
    "/persona": "human",
    "/cancelar": "cancel",
    "/misdatos": "task_my_data",
}

_USEFUL: Final = re.compile(
    r"(?:(?:si|sip|simon|claro|vaya|uy)(?: vieras)? )?(?:que )?(?:si )?(?:me|nos) "
    r"(?:ha )?(?:sirv|sirb|cirv|cirb|ayud)\w*(?: (?:mucho|bastante|gracias|muchas))*"
)
_USELESS: Final = re.compile(
    r"(?:(?:no|nel|la verdad|pues|fijese|mire) )*no (?:me |nos )?(?:ha )?"
    r"(?:sirv|sirb|cirv|cirb|ayud)\w*(?: (?:de|para|pa|en|nada|mucho|eso|gracias))*"
)


def _key(text: str) -> str:
    return fold(text) or text.strip()


_BY_WORD: Final = {
    _key(word): intent for intent, words in _INTENTS.items() for word in words.split(",")
}

_SHADE: Final = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")
"""What follows an emoji and says how it looks: in colours, or in which colour of skin."""


def exact(text: str) -> str | None:
    """The intent of a text that is such a word and nothing else, or None."""
    return _BY_WORD.get(_key(_SHADE.sub("", text)))


def rating(text: str) -> bool | None:
    """Whether a text says in a sentence that an answer was of use, or was not; None if neither."""
    key = fold(text)
    if _USELESS.fullmatch(key):
        return False
    return True if _USEFUL.fullmatch(key) else None


def command(text: str) -> str | None:
    """The intent of a text that begins with "/"; unknown ones give ``unknown_command``."""
    stripped = text.strip()
    if not stripped.startswith("/"):
        return None
    # In Telegram a command may name its bot: /start@torogoz_bot, and carry a parameter.
    name = stripped.split(maxsplit=1)[0].partition("@")[0].lower()
    return COMMANDS.get(name, "unknown_command")
