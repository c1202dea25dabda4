"""Which of a few named things a text means: by number, name, beginning, sound or near spelling."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein, Indel

from knowledge.number_words import number_in_words
from knowledge.spelling import sound
from knowledge.text import fold, words, written_out

ORDINALS: Final = {
    word: place
    for place, spellings in {
        1: "primero primera primer 1ro 1ra 1o 1a", 2: "segundo segunda 2do 2da",
        3: "tercero tercera tercer 3ro 3ra", 4: "cuarto cuarta 4to 4ta", 5: "quinto quinta 5to 5ta",
        6: "sexto sexta 6to 6ta", 7: "septimo septima", 8: "octavo octava", 9: "noveno novena",
        10: "decimo decima",
    }.items()
    for word in spellings.split()
}  # fmt: skip
_BEFORE_NUMBER: Final = frozenset(
    words(
        "la el las los opcion opciones numero numeros no nro num escojo elijo seria es respuesta"
        " solo solamente por favor porfa porfavor gracias"
    )
)
_LAST: Final = frozenset(("ultimo", "ultima"))
_NOT_A_CHOICE: Final = frozenset(words("no ni sin excepto menos que como cual o"))
_WITHOUT_WEIGHT: Final = frozenset(
    words("""
    a al con creo de del el en es eso esa ese la las lo los mi mis nos para por pues seria
    solo son soy su un una unos unas y yo uso usamos tengo tenemos quiero prefiero puse pongo ponga
    favor opcion elijo escojo
    """)
)
# Measured on misspelt names: at .80 "queso" still finds "hueso"; at .86 two slips in "tintoreria"
# are lost.
_NEAR: Final = 0.83
_CLEARLY_NEARER: Final = 0.08


@dataclass(frozen=True, slots=True)
class Named:
    """The names of one thing, folded; the first one is its title."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, *names: str) -> "Named":
        return cls(tuple(dict.fromkeys(key(name) for name in names)))


def key(name: str) -> str:
    """A name as it is compared: folded; an emoji stays what it is."""
    return fold(name) or name.replace("\ufe0f", "").strip()


def place_of(text: str, last: int) -> int | None:
    """The place (from 1) that "2", "la dos", "opción 2)" or "la última" means, or None."""
    said = [word for word in fold(text).split() if word not in _BEFORE_NUMBER]
    if len(said) == 1 and said[0] in _LAST:
        return last
    if len(said) == 1 and said[0] in ORDINALS:
        return _within(ORDINALS[said[0]], last)
    if len(said) == 1 and said[0].isdigit() and len(said[0]) <= 3:
        return _within(int(said[0]), last)
    number, after = number_in_words(said, 0)
    return _within(number, last) if said and after == len(said) else None


def _within(place: int, last: int) -> int | None:
    return place if 1 <= place <= last else None


def matches(text: str, things: Sequence[Named]) -> list[int]:
    """The places (from 0) of the things that a text may mean: one when it is clear.

    A name in full beats one inside a sentence, that a beginning, that a sound, that a slip of
    the fingers; the first of these that finds anything decides.
    """
    said = key(text)
    if not said:
        return []
    if exact := [at for at, thing in enumerate(things) if said in thing.names]:
        return exact
    if "?" in text or "¿" in text:
        return []
    tokens = [word for word in written_out(text) if word not in _WITHOUT_WEIGHT]
    bare = " ".join(tokens) or said
    if found := _where(things, lambda name: _bare(name) == bare):
        return found
    if _NOT_A_CHOICE.isdisjoint(said.split()) and (found := _mentioned(bare, things)):
        return found
    # "Agua" begins "agua envasada" sooner than "aguardiente".
    for beginning in (f"{bare} ", bare):
        if len(bare) >= 3 and (found := _begun(things, beginning)):
            return found
    if not tokens:
        return []
    if len(bare) >= 3 and (found := _where(things, lambda name: _includes(name, tokens))):
        return found
    return _alike(" ".join(map(sound, tokens)), things)


def _where(things: Sequence[Named], fits: Callable[[str], bool]) -> list[int]:
    return [at for at, thing in enumerate(things) if any(map(fits, thing.names))]


def _begun(things: Sequence[Named], beginning: str) -> list[int]:
    return _where(things, lambda name: _bare(name).startswith(beginning))


def _mentioned(bare: str, things: Sequence[Named]) -> list[int]:
    """The things named in full inside the text; a longer name hides the shorter ones in it."""
    padded = f" {bare} "
    found = [
        (len(name), at)
        for at, thing in enumerate(things)
        for name in map(_bare, thing.names)
        if len(name) >= 3 and f" {name} " in padded
    ]
    longest = max(found, default=(0, 0))[0]
    clear = {at for size, at in found if size == longest}
    rest = set(bare.split()) - {
        word for at in clear for name in things[at].names for word in name.split()
    }
    return sorted(clear | {at for at, thing in enumerate(things) if found and _shares(thing, rest)})


def _shares(thing: Named, spoken: set[str]) -> bool:
    return any(spoken.intersection(name.split()) for name in thing.names)


def _includes(name: str, tokens: Iterable[str]) -> bool:
    inside = name.split()
    return all(any(word.startswith(token) for word in inside) for token in tokens)


def _alike(heard: str, things: Sequence[Named]) -> list[int]:
    if not heard:
        return []
    scored = [
        (max(_likeness(heard, _sound(name)) for name in thing.names), at)
        for at, thing in enumerate(things)
    ]
    best = max(scored, default=(0.0, 0))[0]
    if best < _NEAR:
        return []
    return [at for score, at in scored if score > best - _CLEARLY_NEARER and score >= _NEAR]


def _likeness(heard: str, name: str) -> float:
    if heard == name:
        return 2.0
    if min(len(heard), len(name)) < 4 or heard[0] != name[0]:
        return 0.0
    if len(heard) >= 5 and DamerauLevenshtein.distance(heard, name, score_cutoff=1) <= 1:
        return 0.95
    return float(Indel.normalized_similarity(heard, name))


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return " ".join(w for w in name.split() if w not in _WITHOUT_WEIGHT) or name


@lru_cache(maxsize=4096)
def _sound(name: str) -> str:
    return " ".join(map(sound, _bare(name).split())) or name
