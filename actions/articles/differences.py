"""What differs between two texts of an article, line by line, in a form that a page can show."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["same", "added", "removed", "skipped"]

CONTEXT: Final = 3
"""Lines that stay the same and are shown before and after each change."""

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE: Final = 0.4
"""Lines less alike than that are two lines, and no line with a few words changed."""
_LONGEST: Final = 200
"""Words of a line that are compared: the time grows with their square."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; ``changed`` tells that the other text has it otherwise."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. ``before`` and ``after`` are its numbers in the two texts, from 1; None where a
    text lacks it. ``pieces`` are the whole line in parts where only some of its words changed, else
    empty. A ``skipped`` one stands for ``count`` lines that are the same, and has no text."""

    kind: Kind
    before: int | None
    after: int | None
    text: str
    pieces: tuple[Piece, ...] = ()
    count: int = 1


def difference(before: str, after: str, context: int = CONTEXT) -> list[DiffLine]:
    """All changes in their order, each with ``context`` lines around it; empty for equal texts."""
    old, new = before.splitlines(), after.splitlines()
    found: list[DiffLine] = []
    old_at = new_at = 0
    matcher = difflib.SequenceMatcher(None, old, new)
    for group in matcher.get_grouped_opcodes(context) if old != new else ():
        found += _skipped(old_at, new_at, group[0][1] - old_at)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [
                    DiffLine("same", i + 1, j + 1, old[i])
                    for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
                ]
            else:
                found += _changed(old[i1:i2], new[j1:j2], i1 + 1, j1 + 1)
        old_at, new_at = group[-1][2], group[-1][4]
    return [*found, *(_skipped(old_at, new_at, len(old) - old_at) if found else ())]


def _skipped(old_at: int, new_at: int, count: int) -> Iterator[DiffLine]:
    if count > 0:
        yield DiffLine("skipped", old_at + 1, new_at + 1, "", count=count)


def _changed(
    old: Sequence[str], new: Sequence[str], first_old: int, first_new: int
) -> Iterator[DiffLine]:
    pairs = [_pieces(one, other) for one, other in zip(old, new, strict=False)]
    for at, line in enumerate(old):
        pieces = pairs[at][0] if at < len(pairs) else ()
        yield DiffLine("removed", first_old + at, None, line, pieces)
    for at, line in enumerate(new):
        pieces = pairs[at][1] if at < len(pairs) else ()
        yield DiffLine("added", None, first_new + at, line, pieces)


def _pieces(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines in parts; nothing where they are not one line with some words changed."""
    words, others = _WORDS.findall(one), _WORDS.findall(other)
    if not words or not others or max(len(words), len(others)) > _LONGEST:
        return (), ()
    matcher = difflib.SequenceMatcher(None, words, others)
    if matcher.ratio() < _ALIKE:
        return (), ()
    mine: list[Piece] = []
    theirs: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for pieces, part in ((mine, words[i1:i2]), (theirs, others[j1:j2])):
            if part:
                pieces.append(Piece("".join(part), tag != "equal"))
    return tuple(mine), tuple(theirs)
