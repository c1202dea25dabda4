"""Words as they sound, and the known word that a misspelt one was meant to be."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

NUMBER: Final = "#"
"""What every number sounds like: which one it is tells nothing about a wish."""
SHORTEST_MENDED: Final = 4
"""Sounds. Shorter words lie one letter apart from too many others."""
LEAST_MESSAGES: Final = 2
"""A word seen in fewer messages may be a slip itself, so nothing is mended into it."""
SHORTEST_JOINED: Final = 6
LEAST_MESSAGES_OF_PART: Final = 3

_TOKEN: Final = re.compile(r"[a-zñ]+|\d+|[^\w\s¿¡]")
_TILDE: Final = "\N{COMBINING TILDE}"

SHORTHAND: Final[Mapping[str, str]] = {
    short: word
    for word, shorts in {
        "que": "q k ke qe",
        "porque": "xq xk pq porq pork xke",
        "por": "x xr",
        "para": "pa pra xa",
        "de": "d",
        "del": "dl",
        "con": "c",
        "como": "cm kmo",
        "cuando": "cdo qando",
        "donde": "dnd dond adonde aonde",
        "tambien": "tb tbn tmb tmbn",
        "favor": "xfavor pls plis",
        "porfa": "xfa",
        "gracias": "grax grs",
        "hay": "ay ai",
        "pues": "ps pue",
        "whatsapp": "wasap guasap wsp whats wasa",
        "informacion": "info",
    }.items()
    for short in shorts.split()
}

_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ll", "y"),
        (r"qu(?=[ei])|q", "k"),
        (r"gu(?=[ei])", "g!"),
        (r"g(?=[ei])", "j"),
        (r"g!", "g"),
        (r"c(?=[ei])", "s"),
        (r"ch", "C"),
        (r"c", "k"),
        (r"ph", "f"),
        (r"h", ""),
        (r"[zx]", "s"),
        (r"v", "b"),
        (r"w", "u"),
        (r"ñ", "n"),
        (r"y$", "i"),
        (r"(.)\1+", r"\1"),
    )
)


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in lower case without accents (ñ stays); shorthand written out.

    Opening marks are left out: hardly anybody types them.
    """
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", text.lower()):
        if letter == _TILDE and letters and letters[-1] == "n":
            letters[-1] = "ñ"
        elif not unicodedata.combining(letter):
            letters.append(letter)
    return [SHORTHAND.get(token, token) for token in _TOKEN.findall("".join(letters))]


@lru_cache(maxsize=50_000)
def sound(token: str) -> str:
    """A key that spellings heard alike in El Salvador share: "recibo", "resivo" -> "resibo"."""
    if token.isdigit():
        return NUMBER
    for pattern, heard in _SOUNDS:
        token = pattern.sub(heard, token)
    return token


def folded(text: str) -> str:
    """A text by its sounds: two that fold alike differ in their spelling alone."""
    return " ".join(sound(token) for token in tokens(text))


class Word(NamedTuple):
    """A word of a message: its sound, and its usual spelling (as it was written if unknown)."""

    heard: str
    written: str


class Vocabulary:
    """The words of the training messages, by sound: how often each is met, how it is written."""

    def __init__(self, messages: Mapping[str, int], written: Mapping[str, str]) -> None:
        """``messages``: in how many messages a sound is met; ``written``: its usual spelling."""
        self.messages = dict(messages)
        self.written = dict(written)
        self._near: dict[str, set[str]] = defaultdict(set)
        for known, count in self.messages.items():
            if len(known) >= SHORTEST_MENDED and count >= LEAST_MESSAGES:
                for shorter in _shortened(known):
                    self._near[shorter].add(known)
        self._mended = lru_cache(maxsize=20_000)(self._mend)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> "Vocabulary":
        """The vocabulary of some messages."""
        messages: Counter[str] = Counter()
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            read = [(token, sound(token)) for token in tokens(text)]
            messages.update({heard for _, heard in read})
            for token, heard in read:
                spellings[heard][token] += 1
        written = {
            heard: max(found, key=lambda one: (found[one], one))
            for heard, found in spellings.items()
        }
        return cls(messages, written)

    def read(self, text: str) -> list[Word]:
        """The words of a message; unknown ones replaced by known ones where one is near."""
        return [
            Word(mended, self.written.get(mended, token))
            for token in tokens(text)
            for mended in self._mended(sound(token))
        ]

    def is_rare(self, heard: str) -> bool:
        """Whether hardly any message has this word: such a one rather comes from elsewhere."""
        return heard.isalpha() and len(heard) > 3 and self.messages.get(heard, 0) <= 1

    def _mend(self, heard: str) -> tuple[str, ...]:
        if heard in self.messages or len(heard) < SHORTEST_MENDED or not heard.isalpha():
            return (heard,)
        near = {
            known
            for shorter in _shortened(heard)
            for known in self._near.get(shorter, ())
            if known[0] == heard[0] or len(heard) > 5
        }
        if near:
            best = max(near, key=lambda one: (one[0] == heard[0], self.messages[one], one))
            return (best,)
        return self._parted(heard)

    def _parted(self, heard: str) -> tuple[str, ...]:
        if len(heard) < SHORTEST_JOINED:
            return (heard,)
        pairs = [(heard[:at], heard[at:]) for at in range(2, len(heard) - 1)]
        rarest = {pair: min(self.messages.get(part, 0) for part in pair) for pair in pairs}
        best = max(pairs, key=lambda pair: rarest[pair])
        return best if rarest[best] >= LEAST_MESSAGES_OF_PART else (heard,)


def _shortened(word: str) -> set[str]:
    """The word, and it with one letter left out: two words at most one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
