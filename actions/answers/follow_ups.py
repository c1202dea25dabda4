"""Questions that go on from the last one ("¿y cuánto cuesta?"), and two in one message."""

import re
import unicodedata
from typing import Final

from knowledge.spelling import sound
from knowledge.text import SHORTHAND, content_words, plain, words, written_out

MOST_WORDS: Final = 8
"""A longer question says itself what it is about."""
LEAST_SUBJECTS: Final = 2
"""Words with a subject from which on one that begins with "y" says itself what it is about."""
LEAST_WORDS_OF_QUESTION: Final = 3
LONGEST: Final = 1_000

_GOES_ON: Final = re.compile(
    r"(?:(?:ok|ah|oiga|bueno|va|vaya|mire|fijese|fijate|disculpe|disculpa|pero|entonces) )?[yi]\b"
    r"|(?:pero|entonces|ahora) "
    r"(?:si|como|cuanto|cuanta|cuantos|cuantas|cuando|donde|quien|quienes|que|cual|cuales|por que"
    r"|porque|para que|a donde|eso|ese|esa|con que|desde|hasta|en|no|se|hay|tengo|me|le|lo|la)\b"
)
_ASKS_ALONE: Final = re.compile(
    r"(?:cuanto|cuanta|cuantos|cuando|donde|a donde|quien|quienes|por que|porque|para que"
    r"|como (?:se hace|hago|lo|la)|cada cuanto|desde cuando|hasta cuando|hay que"
    r"|que (?:papeles|requisitos|documentos|pasos|pasa|sigue|tiempo|plazo|mas)"
    r"|es (?:gratis|caro|obligatori[oa]))\b"
)
_POINTS: Final = re.compile(r"\b(?:eso|ese|esa|esos|esas|lo mismo|ahi|alli|ello)\b")

_WITHOUT_SUBJECT: Final = frozenset(
    sound(word)
    for word in words("""
        cuesta cuestan costo costos precio vale valen sale salen cobra cobran paga pagan pago pagar
        tarda tardan tardo dura tiempo plazo vence vencen toca gratis caro obligatorio obligatoria
        papeles requisitos documentos pasos piden pide pido pedir saca saco sacar lleva llevo
        entrega entrego presenta presento llena lleno firma manda mando consigo compro
        hago haga hacer hacemos da doy empiezo sigue pasa aplica sirve funciona
        entiendo entendi queda linea internet no necesito necesita negocio empresa caso cada
    """)
)
"""Sounds of words that can be asked about anything: they leave the subject open."""

_SAYS_NOTHING: Final = frozenset({"si", "no", "entonces", "ok", "bueno"})
_ELSEWHERE: Final = frozenset(
    words("hablo hablar persona alguien humano asesor menu inicio cancelar borrar datos sos eres")
)
"""Words of wishes that are no question to the articles, whatever was read last."""

_QUESTION_WORDS: Final = frozenset(
    words("cuanto cuanta cuantos cuantas cuando donde quien quienes que porque como cual cuales")
)
_ASKING: Final = (_QUESTION_WORDS - {"que"}) | frozenset(
    words("saber consultar preguntar ocupo necesito quiero quisiera puedo podemos debo debemos")
)
_AS_TYPED: Final = "|".join(
    [
        *sorted(_QUESTION_WORDS),
        *(typed for typed, word in SHORTHAND.items() if word in _QUESTION_WORDS),
    ]
)
_BETWEEN: Final = re.compile(
    r"(?<=\?)(?:\s+|(?=¿))|\s+y\s+(?:tambien|ademas|otra cosa|de paso)\s+|[.;]\s+(?=¿)|\n+"
    rf"|,?\s+y\s+(?=(?:{_AS_TYPED})\s)"
)


def goes_on(text: str) -> bool:
    """Whether a question leaves open what it is about, so that the last answer tells."""
    written = written_out(text)
    if not written or len(written) > MOST_WORDS or not _ELSEWHERE.isdisjoint(written):
        return False
    key = " ".join(written)
    content = [one for one in content_words(text) if one not in _SAYS_NOTHING]
    if not content and _QUESTION_WORDS.isdisjoint(written):
        # "Y gracias", "eso es todo", "ahora no".
        return False
    subjects = [one for one in content if sound(one) not in _WITHOUT_SUBJECT]
    if _GOES_ON.match(key):
        return len(subjects) < LEAST_SUBJECTS
    return not subjects and bool(_ASKS_ALONE.match(key) or _POINTS.search(key))


def parted(text: str) -> list[str]:
    """The questions of a message in their order: the whole text where there is one only."""
    if len(text) > LONGEST:
        return [text]
    composed = unicodedata.normalize("NFC", text)
    ends = [(found.start(), found.end()) for found in _BETWEEN.finditer(plain(composed))]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(composed)]
    parts = [composed[a:b].strip() for a, b in zip(starts, stops, strict=True)]
    asked = [
        one for one in parts if len(words(one)) >= LEAST_WORDS_OF_QUESTION and content_words(one)
    ]
    if any("?" in one for one in asked):
        # "Tengo una panadería. ¿Ocupo permiso?": the first tells what the question is about.
        asked = [one for one in asked if "?" in one or _asks(one)]
    return asked[:2] if len(asked) > 1 else [text]


def _asks(part: str) -> bool:
    """Whether a sentence without a question mark asks all the same."""
    written = written_out(part)
    return written[0] in _QUESTION_WORDS or not _ASKING.isdisjoint(written)
