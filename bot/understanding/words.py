"""Words that mean the same whatever the context: commands and the shortest courtesies.

They are read before Rasa, so they also work while it is away.
"""

from typing import Final

from knowledge.text import fold

START: Final = "start"
_INTENTS: Final = {
    "help": (
        "ayuda, menu, menú, temas, ver temas, ver los temas, inicio, opciones, que puedes hacer, "
        "que podes hacer"
    ),
    "stop_messages": (
        "alto, stop, baja, parar, darme de baja, no mas mensajes, no más mensajes, "
        "no mas avisos, ya no me manden mensajes, dejen de escribirme"
    ),
    "start_messages": "alta, darme de alta, quiero avisos, volver a recibir",
    "human": (
        "persona, hablar con una persona, hablar con alguien, una persona, agente, humano, operador"
    ),
    "greet": "hola, ola, buenas, buenos dias, buenas tardes, buenas noches, buen dia, hey, q onda",
    "thank": "gracias, muchas gracias, mil gracias, grasias, muy amable",
    "goodbye": "adios, salu, salú, chao, bye, hasta luego, nos vemos",
    "affirm": "si, sí, sip, simon, cabal, va, vaya, dale, ok, okay, claro, de acuerdo, 👍, 👌",
    "deny": "no, nel, nop, nombe, para nada, mejor no",
}
COMMANDS: Final = {
    "/start": START,
    "/ayuda": "help",
    "/help": "help",
    "/menu": "help",
    "/alto": "stop_messages",
    "/stop": "stop_messages",
    "/alta": "start_messages",
    "/persona": "human",
}


def _key(text: str) -> str:
    return fold(text) or text.strip()


_BY_WORD: Final = {
    _key(word): intent for intent, words in _INTENTS.items() for word in words.split(",")
}


def exact(text: str) -> str | None:
    """The intent of a text that is such a word and nothing else, or None."""
    return _BY_WORD.get(_key(text.replace("\ufe0f", "")))


def command(text: str) -> str | None:
    """The intent of a text that begins with "/"; unknown ones give ``unknown_command``."""
    stripped = text.strip()
    if not stripped.startswith("/"):
        return None
    # In Telegram a command may name its bot: /start@torogoz_bot, and carry a parameter.
    name = stripped.split(maxsplit=1)[0].partition("@")[0].lower()
    return COMMANDS.get(name, "unknown_command")
