"""The branches of industry that firms are sorted by, and what their owners call them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from knowledge.marked_yaml import Marked, parse_yaml, read_source
from knowledge.text import fold

DEFINITION: Final = Path(__file__).parent / "definitions" / "sectors.yml"

_CLASS: Final = re.compile(r"[0-9]{4}", re.ASCII)
_ACTIVITY: Final = re.compile(r"[0-9]{5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sector:
    """One branch. ``ciiu`` is its class of CIIU Rev. 4, empty for the one of all others."""

    id: str
    title: str
    ciiu: str
    activities: tuple[str, ...]
    """Five-digit codes of Hacienda's catalogue CAT-019, as far as they are verified."""
    names: tuple[str, ...]
    """The title and the words of its owners, folded; several sectors may share a word."""
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Sectors:
    """All branches in the order of the file, and the one for whoever finds none."""

    listed: tuple[Sector, ...]
    other: Sector

    def get(self, identity: str) -> Sector | None:
        """The sector with that id."""
        return next((one for one in (*self.listed, self.other) if one.id == identity), None)

    def with_code(self, code: str) -> tuple[Sector, ...]:
        """The sectors of a CIIU class of four digits or a catalogue activity of five.

        An activity that we do not list falls to the sectors of its class.
        """
        exact = tuple(one for one in self.listed if code in one.activities)
        return exact or tuple(
            one
            for one in self.listed
            if code[:4] in (one.ciiu, *(activity[:4] for activity in one.activities))
        )


@cache
def sectors() -> Sectors:
    """The sectors as our file defines them."""
    return read_sectors(parse_yaml(read_source(DEFINITION), DEFINITION))


def read_sectors(source: Marked) -> Sectors:
    """The sectors that a document defines.

    Raises SourceError for an id or title that stands twice and for a code of the wrong length.
    """
    fields = source.fields("the sectors", frozenset(("source", "sectors", "other")))
    listed = tuple(map(_sector, fields["sectors"].items("the list of sectors")))
    other = fields["other"].fields("the other sector", frozenset(("id", "title")))
    name = other["title"].text("'title'")
    last = Sector(other["id"].text("'id'"), name, "", (), (fold(name),), True)
    ids: set[str] = set()
    for one in (*listed, last):
        if one.id in ids or one.names[0] in ids:
            raise source.error(f"the sector {one.id} or its title stands here twice")
        ids |= {one.id, one.names[0]}
    return Sectors(listed, last)


def _sector(entry: Marked) -> Sector:
    fields = entry.fields(
        "a sector",
        frozenset(("id", "title", "ciiu", "confidence", "words")),
        frozenset(("codes",)),
    )
    ciiu = fields["ciiu"].text("'ciiu'")
    if not _CLASS.fullmatch(ciiu):
        raise fields["ciiu"].error("'ciiu' must have four digits")
    codes = fields["codes"].items("'codes'") if "codes" in fields else ()
    activities = tuple(code.text("a code") for code in codes)
    if not all(map(_ACTIVITY.fullmatch, activities)):
        raise fields["codes"].error("an activity has five digits")
    confidence = fields["confidence"].text("'confidence'")
    if confidence not in ("confirmed", "recalled"):
        raise fields["confidence"].error("'confidence' must be confirmed or recalled")
    title = fields["title"].text("'title'")
    said = [word.text("a word") for word in fields["words"].items("'words'")]
    return Sector(
        fields["id"].text("'id'"),
        title,
        ciiu,
        activities,
        tuple(dict.fromkeys(map(fold, (title, *said)))),
        confidence == "confirmed",
    )
