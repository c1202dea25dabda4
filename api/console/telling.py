"""Whether the person concerned was told of an act, as staff read it after they did it."""

from typing import Final

from bot.registry_notices import Told

_CHANNELS: Final = {
    "whatsapp": "Se le avisa por WhatsApp.",
    "telegram": "Se le avisa por Telegram.",
    "web": "Usa el chat de la página web: verá el aviso cuando lo abra.",
}
NO_CHAT: Final = "No tiene chat: avísele usted."
BLOCKED: Final = "No se le pudo avisar, porque bloqueó el chat: avísele usted."


def sentence(told: Told) -> str:
    """The sentence, to stand behind the one that says what was done."""
    if told.channel is None:
        return NO_CHAT
    return BLOCKED if told.is_blocked else _CHANNELS[told.channel]
