"""Slot: yes or no, as people in El Salvador say it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.text import plain, words

_YES: Final = frozenset(
    phrase.strip()
    for phrase in """
    si, sip, sipi, sep, simon, sisi, ci, zi, s, yes, yep, aja, eso, eso si, eso es, asi es, va,
    va pues, vaya, vaya pues, vaya si, va si, dale, dale pues, dale si, claro, claro que si,
    clarisimo, claro si, ok, okay, okey, oki, ok si, okay si, cabal, cabal si, cabalito, correcto,
    exacto, exactamente, afirmativo, positivo, por supuesto, por supuesto que si, desde luego,
    obvio, obvio que si, seguro, seguro que si, de acuerdo, estoy de acuerdo, esta bien, bueno,
    bueno si, sale, sale pues, de una, cheque, chivo, me parece, me parece bien, ya, ya si, ya pues,
    pues si, pos si, puesi, pue si, a pues si, ah si, fijate que si, fijese que si, fijate si,
    mira que si, la verdad si, la verdad que si, creo que si, yo creo que si, parece que si,
    diria que si, digamos que si, efectivamente, en efecto, siempre, cierto, es cierto, verdad,
    acepto, confirmo, confirmado, si por favor, por favor, perfecto, listo, hagale, hagamoslo,
    si mire, si ombe, x supuesto, ta bueno, ta bien, esta bueno, si claro que si, de plano,
    de plano si, de plano que si
    """.replace("\n", " ").split(",")
)
_NO: Final = frozenset(
    phrase.strip()
    for phrase in """
    no, nop, nope, nel, nel pastel, nones, nombe, nombre no, nombe no, no hombre, no hombe, n, nah,
    negativo, nada, nada de eso, para nada, pa nada, que va, jamas, nunca, jamas nunca, tampoco,
    claro que no, por supuesto que no, obvio que no, desde luego que no, seguro que no, ya no,
    todavia no, aun no, todavia nada, aun nada, por ahora no, por el momento no, de momento no,
    ahorita no, ahora no, hoy no, mejor no, pues no, pos no, a pues no, ah no, fijate que no,
    fijese que no, fijate no, mira que no, la verdad no, la verdad que no, creo que no,
    yo creo que no, no creo, parece que no, diria que no, ninguno, ninguna, en absoluto,
    de ninguna manera, de ningun modo, ni modo que si, ni loco, imposible, incorrecto, falso
    """.replace("\n", " ").split(",")
)
_EMOJI: Final = {True: "👍👌✅✔☑💯🙋🆗", False: "👎❌✖🚫🙅⛔"}

# After these a "no" says nothing about the question.
_UNSURE: Final = frozenset(
    words("""
    se nose sabria sabemos sabe idea entiendo entendi entendimos comprendo comprendi capto capte
    recuerdo recordamos acuerdo segura seguro seguros claro importa aplica quizas quiza talvez
    tal depende pero aunque sino c problema problem duda dudas
    """)
)
_ASKING: Final = frozenset(
    words("que ke k q como cuando donde cual cuales quien quienes porque xq cuanto cuanta cuantos")
)
# "Si" without its accent and before anything else is as often "if" as "yes".
_AFTER_YES: Final = frozenset(
    words("""
    si claro pues tengo tenemos tenia hay habia ya es esta estoy estamos soy somos quiero
    queremos puedo podemos acepto autorizo confirmo gracias porfa porfavor senor senora hombre mucho
    seguro hago hacemos uso usamos cuento contamos vos va vaya dale cabal correcto exacto fijate
    fijese cumplo cumplimos genero generamos trabajo trabajamos necesito necesitamos ocupo ocupamos
    todo todos todas bastante algo algunos poco por de
    """)
)
_LONGEST: Final = 7
_RUN: Final = re.compile(r"(.)\1+")
_COMMA: Final = re.compile(r"[,.;:!\n]")


@dataclass(frozen=True, slots=True)
class YesNo:
    """``type: yes_no``; nothing else to declare. Kept as true or false.

    Besides the words themselves, a short sentence that clearly begins with one of them is read.
    Doubt ("no sé"), questions and "si no ..." are neither.
    """

    name: ClassVar[str] = "yes_no"
    options: tuple[Option, ...] = (
        Option("Sí", True, "sí", ("simón", "cabal", "va", "dale", "claro", "👍")),
        Option("No", False, "no", ("nel", "nop", "para nada", "👎")),
    )
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Respondé sí o no."

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        meant = yes_or_no(text)
        return Wrong("utter_wrong_yes_no") if meant is None else _value(meant)

    def check(self, value: Stored, today: date) -> Value | Wrong:
        return _value(value) if isinstance(value, bool) else STALE


def _value(meant: bool) -> Value:
    return Value(meant, "sí" if meant else "no")


def yes_or_no(text: str) -> bool | None:
    """Whether a text says yes (True), no (False) or neither clearly (None)."""
    said = words(text)
    if not said:
        return _by_emoji(text)
    if "?" in text or "¿" in text:
        return None
    phrase = " ".join(said)
    for exact in (phrase, _RUN.sub(r"\1", phrase)):
        if exact in _YES:
            return True
        if exact in _NO:
            return False
    if len(said) > _LONGEST or any(word in _ASKING for word in said[1:] if word != "que"):
        return None
    first, separated = _opening(text)
    if first in _YES and first not in ("bueno", "ya", "va", "verdad", "siempre"):
        return _after_yes(text, said, separated)
    if first in _NO or said[:2] in (["todavia", "no"], ["aun", "no"], ["ya", "no"]):
        doubtful = _UNSURE.intersection(said) or said[0] in ("nada", "nunca") or "?" in text
        return None if doubtful or _contradicts(said, _YES) else False
    return None


def _after_yes(text: str, said: list[str], separated: bool) -> bool | None:
    rest = said[1:]
    if _UNSURE.intersection(rest) - {"claro", "seguro", "acuerdo"} or _contradicts(rest, _NO):
        return None
    if said[0] != "si" or separated or text.lstrip("¡ ").lower().startswith("sí"):
        return True
    short = len(rest) <= 3 and not any(word.isdigit() for word in rest)
    return True if short and rest[0] in _AFTER_YES and "que" not in rest else None


def _contradicts(said: list[str], against: frozenset[str]) -> bool:
    return any(word in against and word in ("no", "nel", "nunca", "si", "simon") for word in said)


def _opening(text: str) -> tuple[str, bool]:
    """The first word, its repeated letters made one, and whether a stop stands after it."""
    head = plain(text).lstrip(" ¡!\"'(.-")
    found = re.match(r"[a-z]+", head)
    if found is None:
        return "", False
    after = head[found.end() :].lstrip()
    return _RUN.sub(r"\1", found.group()), bool(_COMMA.match(after))


def _by_emoji(text: str) -> bool | None:
    meant = {value for value, signs in _EMOJI.items() if any(sign in text for sign in signs)}
    return meant.pop() if len(meant) == 1 else None
