"""Slot: the branch of industry, by the owner's own words or by its code."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import ClassVar, Final, Self

from bot.slots.declaration import Declaration
from bot.slots.matching import Named, matches
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer
from knowledge.sectors import Sector, sectors
from knowledge.spelling import Spelling
from knowledge.text import words, written_out

MOST_OFFERED: Final = 5
# Words cut short or without vowels come with less: so "tienda" would be "teñido".
_TRUSTED: Final = 0.78
_WORKSHOP: Final = "taller"
_SHORTEST_CORRECTED: Final = 4
"""Letters of a word; with fewer, anything is near to something."""
_CODE: Final = re.compile(
    r"(?:ciiu|codigo|actividad|giro|rev|es|el|la|n[uo]m?e?r?o?|\s)*([0-9]{4,5})"
)
_OTHER: Final = frozenset(
    ("otro", "otra", "otros", "otra cosa", "ninguno", "ninguna", "otro giro", "ninguno de esos")
)
_LEADING: Final = frozenset(
    words("""
    hago hacemos hacer haciendo vendo vendemos vender venta ventas fabrico fabricamos fabricar
    fabricacion fabrica fabriquita elaboro elaboramos elaboracion produzco producimos produccion
    proceso procesamos procesadora trabajo trabajamos dedico dedicamos me nos tengo tenemos soy
    somos empresa negocio negocito planta industria pequena mediana artesanal artesanales giro rubro
    de del la el los las un una unos unas y en con al a mi es para toda todo clase tipo tipos
    reparo reparamos reparacion
    """)
)


@dataclass(frozen=True, slots=True)
class SectorSlot:
    """``type: sector``; nothing else to declare.

    Words ("hago queso"), a CIIU class of four digits, an activity of five, or "otro". Kept as the
    id of ``knowledge.sectors``.
    """

    name: ClassVar[str] = "sector"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: panadería, o escribí otro"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        said = " ".join(words(text))
        if said in _OTHER:
            return _value(sectors().other)
        code = _CODE.fullmatch(said)
        if code is not None:
            return _one_of(list(sectors().with_code(code[1])), "utter_wrong_sector_code")
        return _one_of(find_sectors(text), "utter_wrong_sector")

    def check(self, value: Stored, today: date) -> Value | Wrong:
        sector = sectors().get(value) if isinstance(value, str) else None
        return _value(sector) if sector else STALE


def _value(sector: Sector) -> Value:
    return Value(sector.id, sector.title)


def _one_of(found: list[Sector], response: str) -> Value | Wrong | Choose:
    if len(found) == 1:
        return _value(found[0])
    if not found or len(found) > MOST_OFFERED:
        return Wrong(response)
    offered = [*found, sectors().other]
    return Choose(tuple(Option(one.title, one.id, one.title) for one in offered))


@cache
def _spelling() -> Spelling:
    counts: dict[str, int] = {}
    for sector in sectors().listed:
        for name in sector.names:
            for word in name.split():
                counts[word] = counts.get(word, 0) + 1
    return Spelling(counts)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(
        word for sector in sectors().listed for name in sector.names for word in name.split()
    )


def find_sectors(text: str) -> list[Sector]:
    """The sectors that a text may mean, misspellings corrected; several when it is not clear."""
    if "?" in text or "¿" in text:
        return []
    listed = sectors().listed
    names = [Named(one.names) for one in listed]
    spoken = written_out(text)
    whole = " ".join(spoken)
    exact = [one for one in listed if whole in one.names]
    if exact:
        return exact
    corrected = [_corrected(word) for word in spoken if word not in _LEADING]
    # "Taller de zapatos" is no workshop for cars: what is made there tells more.
    made = [word for word in corrected if word != _WORKSHOP]
    for described in (made, corrected):
        if described and (found := matches(" ".join(described), names)):
            return [listed[at] for at in found]
    return []


def _corrected(word: str) -> str:
    if len(word) < _SHORTEST_CORRECTED or word in _vocabulary():
        return word
    correction = _spelling().correct(word)
    return correction.word if correction and correction.trust >= _TRUSTED else word
