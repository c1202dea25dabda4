"""What people ask, without what tells who they are."""

import re
from typing import Final

from actions.people.masking import MASK, mask
from knowledge.text import STOP_WORDS, fold

LONGEST: Final = 500
"""Characters that are kept of a question."""

_MOST_NAMES: Final = 4
_MOST_SMALL: Final = 2
_PARTICLES: Final = frozenset({"de", "del", "la", "las", "los"})
_INTRODUCED: Final = re.compile(
    r"\b(?:me\s+llamo|mi\s+nombre(?:\s+es)?|l[ea]s?\s+(?:saluda|escribe|habla)|atentamente)\b[\s:,]*",
    re.IGNORECASE,
)
_I_AM: Final = re.compile(r"\b[Ss]oy\s+(?=[A-ZÁÉÍÓÚÑ]\w+\s+[A-ZÁÉÍÓÚÑ])")
_HANDLE: Final = re.compile(r"(?<![\w@])@\w{2,}")
_WORD: Final = re.compile(r"[^\W\d_]+")


def anonymous(text: str) -> str:
    """The question on one line, at most LONGEST characters, without numbers and addresses of
    people (see actions.people.masking), user names, and names that they introduce themselves by.

    A name that stands there otherwise stays: nothing tells it from a street or a firm.
    """
    line = " ".join(text.replace("\x00", " ").split())
    line = _HANDLE.sub(MASK, mask(line))
    line = _without_names(line, _INTRODUCED, 1)
    # "Soy Ana Martínez", and not "Soy Dueño": one great letter tells nothing.
    line = _without_names(line, _I_AM, 2)
    # Cut last: half of a number would not be known as one.
    return line[:LONGEST].rstrip()


def _without_names(line: str, introduced: re.Pattern[str], least: int) -> str:
    kept: list[str] = []
    done = 0
    for match in introduced.finditer(line):
        if match.end() <= done:
            continue
        count, end = _names(line, match.end())
        if count >= least:
            kept += [line[done : match.end()], MASK]
            done = end
    return "".join([*kept, line[done:]])


def _names(line: str, start: int) -> tuple[int, int]:
    """How many names stand from there on, and where they end."""
    count, small, at, end = 0, 0, start, start
    while count < _MOST_NAMES and (word := _WORD.match(line, at)) is not None:
        folded = fold(word[0])
        if folded not in _PARTICLES or not count:
            # In small letters a name is hard to tell from what follows it: two words at most.
            small += not word[0][0].isupper()
            if folded in STOP_WORDS or small > _MOST_SMALL:
                break
            count, end = count + 1, word.end()
        after = re.match(r"\s+", line[word.end() :])
        if after is None:
            break
        at = word.end() + after.end()
    return count, end
