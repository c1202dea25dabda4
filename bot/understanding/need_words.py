"""What an owner can answer to what they need a consultant for: few choices in plain words that fit
a phone, and whatever else is understood. Pure."""

from typing import Final

from actions.registry import rules
from bot.understanding import needs

UNSURE: Final = "unsure"
CALL: Final = "call"
EXAMPLES: Final = (
    "Contame qué te pasa con tus palabras, por ejemplo: **me pidieron un permiso**, **sale agua "
    "sucia del lavado** o **se quejan del humo**. También te puede orientar una persona.\n\n"
)
_PLAIN: Final = {
    "estudio_impacto": "Permiso ambiental",
    "aguas": "Aguas sucias",
    "residuos": "Basura y desechos",
    "emisiones": "Humo, ruido u olores",
    "energia": "Luz y energía",
    "auditoria": "Una inspección",
}
"""What is asked for most, by category."""
_RARER: Final = {
    "ecoeficiencia": "Gastar menos",
    "quimicos": "Químicos",
    "financiamiento": "Crédito ambiental",
    "sistemas_gestion": "Norma ISO",
    "diagnostico": "Un diagnóstico",
}
_UNSURE: Final = (
    *("no se", "nose", "no sé", "no lo se", "no estoy seguro", "no estoy segura", "ni idea"),
    *("otra cosa", "otro", "otra", "ninguna", "ninguno", "ninguna de esas", "no esta", "ayuda"),
    *("no se cual", "cual", "no entiendo", "no entendi", "que es eso"),
)
_CALLED: Final = ("que me oriente una persona", "una persona", "que me llamen", "llamenme", "si")


def offered(*, whole: bool) -> list[list[str]]:
    """The choices as what an ``offered`` slot holds; with ``whole`` the rarer ones, and somebody
    who helps, instead of the usual ones. Those without a button are understood as well."""
    shown = _RARER if whole else _PLAIN
    rows = [_row(name, title) for name, title in shown.items()]
    if whole:
        rows.append(["Que me orienten", CALL, "que me oriente una persona", *_CALLED])
        rows.append(["", UNSURE, "no sé", *_UNSURE])
    else:
        rows.append(["No sé, u otra cosa", UNSURE, "no sé", *_UNSURE])
    return rows + [_row(name, "") for name in rules.CATEGORIES if name not in shown]


def _row(name: str, title: str) -> list[str]:
    plain = _PLAIN.get(name) or _RARER.get(name) or rules.CATEGORIES[name]
    said = dict.fromkeys((plain, rules.CATEGORIES[name], *needs.names_of(name)))
    return [title, name, rules.CATEGORIES[name], *said]
