"""Spanish text as people type it on a phone: folding, words, shorthand, words without content."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")

STOP_WORDS: Final = frozenset(
    _WORD.findall("""
    a al ante asi aun bajo cabe con contra de del desde durante e el ella ellas ellos en entre era
    eran es esa esas ese eso esos esta estan estas este esto estos estoy fue fueron ha haber habia
    hacia han hasta hay he la las le les lo los mas me mi mia mias mio mios mis mismo mucho muy nada
    ni nos nosotros o os otra otras otro otros para pero poco por pues se sea ser si sido sino sobre
    solo somos son soy su sus tal tambien tan te tener tengo tenemos ti tiene tienen toda todas todo
    todos tu tus un una unas uno unos usted ustedes va vamos van vos voy y ya yo
    ahi ahora alla aqui
    como cual cuales cuando cuanta cuantas cuanto cuantos donde porque que quien quienes
    debe deben debo dar dan hace hacen puede pueden puedo
    decir dice dicen deseo diga gustaria informacion quiero quisiera saber
    ayuda ayuden ayudeme buenas buenos consulta dias disculpa disculpe favor fijate fijese gracias
    hola mire noches oiga porfa porfavor pregunta tardes vaya
    significa significan significado definicion explicame expliqueme explica
    """)
)
"""Words that tell no two articles apart, folded. "no" and "sin" stay: they change the question."""

SHORTHAND: Final[Mapping[str, str]] = MappingProxyType(
    {
        spelling: word
        for word, spellings in {
            "que": "q k ke qe",
            "porque": "xq xk pq porq pork xke",
            "por": "x xr",
            "para": "pa pra xa",
            "de": "d",
            "del": "dl",
            "con": "c",
            "como": "cm komo",
            "cuando": "cdo kuando qando",
            "cuanto": "qanto kuanto cto",
            "donde": "dnd dond adonde aonde",
            "tambien": "tb tbn tmb tmbn",
            "mucho": "mxo muxo",
            "favor": "xfavor pls plis",
            "porfa": "xfa",
            "gracias": "grax grs",
            "hay": "ay",
            "hasta": "asta",
            "hacer": "aser acer",
            "haciendo": "asiendo",
            "hago": "ago",
            "saber": "saver",
            "quiero": "kiero qiero",
            "quien": "kien qien",
            "cual": "kual",
            "estoy": "toy",
            "esta": "sta",
            "tengo": "tngo",
            "usted": "ud uste",
            "ustedes": "uds",
            "vos": "bos",
            "voy": "boy",
            "vamos": "bamos",
            "hola": "ola",
            "necesito": "ocupo nesesito nececito nesecito",
            "necesita": "ocupa nesesita nececita nesecita",
            "necesitan": "ocupan nesesitan",
            "necesitamos": "ocupamos",
        }.items()
        for spelling in spellings.split()
    }
)
"""Shorthand and usual misspellings -> the word meant, folded. "Ocupo" here means "necesito"."""


def plain(text: str) -> str:
    """`text` in lower case without accents, character by character: positions stay the same.

    Every white space but the line break becomes a blank. Composed characters are assumed
    (Unicode NFC); others are composed first.
    """
    return "".join(map(_plain_character, unicodedata.normalize("NFC", text)))


@cache
def _plain_character(character: str) -> str:
    if character.isspace():
        return "\n" if character == "\n" else " "
    return unicodedata.normalize("NFD", character)[0].lower()[0]


def words(text: str) -> list[str]:
    """The words of `text`, folded: lower case, no accents (ñ is n), no punctuation."""
    return list(_words(text))


@lru_cache(maxsize=30_000)
def _words(text: str) -> tuple[str, ...]:
    # Of the thousands of lines of an index hardly any is new when it is built again.
    return tuple(_WORD.findall(plain(text)))


def fold(text: str) -> str:
    """The words of `text`, folded, one blank between them."""
    return " ".join(words(text))


def written_out(text: str) -> list[str]:
    """The words of `text`, folded, shorthand written out."""
    return [SHORTHAND.get(word, word) for word in words(text)]


def content_words(text: str) -> list[str]:
    """The words of `text` that carry its meaning, folded, shorthand written out."""
    return [w for w in written_out(text) if w not in STOP_WORDS and (len(w) > 1 or w.isdigit())]
