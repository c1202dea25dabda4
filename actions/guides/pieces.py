"""An article's text in the pieces that a page is set from: paragraphs, list items, examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.articles import Block

_ITEM: Final = re.compile(r"\s*(?:(?P<bullet>[-•*])|(?P<number>[0-9]{1,2})[.)])\s+(?P<words>.+)")
_NEGATIVE: Final = re.compile(r"^-(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that stand by themselves. ``leads`` tells that a list follows, which they introduce."""

    words: str
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; ``mark`` is a bullet or its number with a point."""

    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a worked example; ``formula`` is empty for a quantity that is given."""

    name: str
    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example."""

    rows: tuple[Row, ...]


Piece = Paragraph | Item | Example


def pieces_of(block: Block) -> Iterator[Piece]:
    """The pieces of a block, in order. Each line of it is one, as the chat shows it."""
    if block.example:
        yield Example(tuple(_row(quantity.text) for quantity in block.example))
        return
    lines = [line.strip() for line in block.text.split("\n") if line.strip()]
    for place, line in enumerate(lines):
        item = _ITEM.fullmatch(line)
        if item:
            yield Item(f"{item['number']}." if item["number"] else "•", item["words"])
        else:
            follows = lines[place + 1] if place + 1 < len(lines) else ""
            yield Paragraph(line, leads=_ITEM.fullmatch(follows) is not None)


def _row(line: str) -> Row:
    name, _, said = line.removeprefix("- ").partition(": ")
    formula, _, value = said.rpartition(" = ")
    return Row(name, formula, _NEGATIVE.sub("−", value))
