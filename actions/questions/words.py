"""The words of a question as they are compared: how they sound, and how rare each is.

A word stands for all its inflexions and all its spellings that sound alike: "quemar" and "kema" are
one. How rare a word is comes from a count over our own examples and not from the questions that
came in: so the same two questions are always as near to one another, on whatever day, and a wave of
people who all ask the same does not make its words count for less.
"""

import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

import Stemmer

from knowledge.spelling import sound
from knowledge.synonyms import SYNONYMS
from knowledge.text import content_words, written_out

MOST_WORDS: Final = 30
"""People tell long stories; what they ask stands in fewer words."""

_COUNTED: Final = """
      50 agua no ambiental
      30 permiso hago ahorro gasta
      20 empresa paga fabrica informe consultor credito menos sale necesito boto saco cada
         pasa piden taller llevo hacer negocio
      13 antes planta mejoras marn desechos mandar sin comprar ministerio aceite multa banco
         sirve basura mes lavar limpia reporte cambiar poner estudio trabajo
       9 luz verde quemar ambiente proyecto maquina horno residuos conviene recibo nuevo
         equipo vendo medir cuenta ley quiere papeles primero prestamo casa quimicos pozo
         aire prestan orden
     6.5 humo peligrosos calculo diagnostico dejo viejo consumo malo cobra llego medio
         carros pintura curso pequena paneles datos caldera reviso numeros tramite
         autorizacion bajar da lena entregar gas recupero financiamiento cafe tanque energia
         panaderia produccion vale plan anos capacitacion avisos meto sera guardo rio cuesta
         inspeccion ejemplo lodos pongo linea asa contamina motor lista registro anda
         diferencia ecoeficiencia
     4.5 formulario descarga tirar mido denuncia mucha inspector proceso tiempo solar ano
         solvente inversion beneficio recoge bien sobra presentar impacto plazo plastico
         kilo empleados trampa producto usar alcaldia tecnicos grasa pedir programa funciona
         firma queda auditoria imprenta ruido comparar algo llena electricidad costo
         operacional primer pisto vecino compresor normal dinero uso quebrada manejo
         industrial anual nunca camion exigen falta suero canon camaron desperdicio reciclar
         norma separar contratar obligaciones combustible eficiencia
"""
"""The usual words of the field: in how many of a thousand questions each stands (in 6,841 examples
of nlu/data and questions of the articles, November 2026), then the words."""
# Tuned with the clustering, see there.
_STEEPNESS: Final = 1.5
_UNUSUAL: Final = 0.5
"""In how many of a thousand a word stands that is none of those."""


_WANTED: Final = tuple(
    (kind, re.compile(rf"\b(?:{pattern})\b"))
    for kind, pattern in (
        ("?amount", "cuantos?|cuantas?|precios?|costos?|tarifas?|a como"),
        ("?day", "cuando|que (?:dias?|mes|fechas?|horas?)|fechas?|vence|vencimiento"),
        ("?place", "(?:a)?donde|quien(?:es)?|que empresas?"),
        ("?meaning", "que (?:es|son|significa|quiere decir)|significado|definicion"),
    )
)
_MARK: Final = "?"


def words_of(text: str) -> tuple[str, ...]:
    """What a question is compared by: its words with content as they sound, in order, each once,
    and after them what it names as wanted (see :func:`is_wanted`).

    A text of words without content ("¿y eso?") has all its words; one without any letter has none.
    None has a blank in it.
    """
    stemmer = Stemmer.Stemmer("spanish")
    written = written_out(text)
    found = dict.fromkeys(_heard(word, stemmer) for word in content_words(text) or written)
    line = " ".join(written)
    wanted = [kind for kind, pattern in _WANTED if pattern.search(line)]
    return (*list(found)[:MOST_WORDS], *wanted)


def is_wanted(word: str) -> bool:
    """Whether it is no word of the question but what the question names as wanted: a price or a
    number, a day, a place or a person, a meaning."""
    return word.startswith(_MARK)


@lru_cache(maxsize=20_000)
def weight(word: str) -> float:
    """How much a word of :func:`words_of` tells, above 0: more the rarer it is."""
    return float(math.log1p(1_000 / (1 + _counts().get(word, _UNUSUAL))) ** _STEEPNESS)


def related(word: str) -> frozenset[str]:
    """The words that mean the same in most questions."""
    return _related().get(word, frozenset())


def _heard(word: str, stemmer: Stemmer.Stemmer) -> str:
    return sound(stemmer.stemWord(word)) or word


@cache
def _counts() -> Mapping[str, float]:
    stemmer = Stemmer.Stemmer("spanish")
    counts: dict[str, float] = {}
    count = _UNUSUAL
    for word in _COUNTED.split():
        if word[0].isdigit():
            count = float(word)
        else:
            counts.setdefault(_heard(word, stemmer), count)
    return counts


@cache
def _related() -> Mapping[str, frozenset[str]]:
    stemmer = Stemmer.Stemmer("spanish")
    found: dict[str, set[str]] = {}
    for word, others in SYNONYMS.items():
        heard = _heard(word, stemmer)
        found.setdefault(heard, set()).update(_heard(other, stemmer) for other in others)
    return {word: frozenset(others - {word}) for word, others in found.items()}
