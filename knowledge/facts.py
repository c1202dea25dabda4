"""The register of facts: what may be stated, where it comes from and since when it holds."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from knowledge.marked_yaml import Marked, SourceError, parse_yaml, read_source
from knowledge.topics import TOPICS

Confidence = Literal["confirmed", "recalled", "uncertain"]
Use = Literal["background", "amounts withheld"]

_INSTRUMENT_REQUIRED = frozenset({"id", "name", "confidence"})
_INSTRUMENT_OPTIONAL = frozenset(
    {"decree", "date", "gazette", "in_force", "seen_in", "pending", "note"}
)
_FACT_REQUIRED = frozenset({"id", "topic", "text", "instrument", "confidence"})
_FACT_OPTIONAL = frozenset(
    {"locator", "seen_in", "pending", "use", "valid_from", "valid_to", "note"}
)


@dataclass(frozen=True)
class Instrument:
    """A law, regulation, agreement or norm that facts point at.

    `date`, `gazette` and `in_force` are kept as written (some are only a year and month);
    `in_force_from` is the first day `in_force` names, when it names one.
    """

    id: str
    name: str
    confidence: Confidence
    decree: str | None = None
    date: str | None = None
    gazette: str | None = None
    in_force: str | None = None
    in_force_from: datetime.date | None = None
    seen_in: str | None = None
    pending: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Fact:
    """One statement the ministry stands behind, with its source.

    `instrument` is the id of an `Instrument` or the free name of another source.
    `confidence`: confirmed = seen in a public page; recalled = known, not seen; uncertain = never
    stated. `pending` is a part to be confirmed, which counts as uncertain. `use` "background" is
    never cited; of "amounts withheld" no figure is stated. `valid_from` and `valid_to` are the
    first and last day on which it holds, both included.
    """

    id: str
    topic: str
    text: str
    instrument: str
    confidence: Confidence
    path: Path
    line: int
    locator: str | None = None
    seen_in: str | None = None
    pending: str | None = None
    use: Use | None = None
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    note: str | None = None


class FactRegister(Mapping[str, Fact]):
    """All facts by id, with the instruments they rest on."""

    def __init__(self, facts: Mapping[str, Fact], instruments: Mapping[str, Instrument]) -> None:
        self._facts = dict(facts)
        self._instruments = dict(instruments)

    def __getitem__(self, fact_id: str) -> Fact:
        return self._facts[fact_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        return self._instruments

    def instrument(self, fact: Fact) -> Instrument | None:
        """The registered instrument of `fact`; None when its source is a free name."""
        return self._instruments.get(fact.instrument)

    def instrument_name(self, fact: Fact) -> str:
        """The source as shown to a person, e.g. "Ley del Medio Ambiente"."""
        instrument = self.instrument(fact)
        return instrument.name if instrument else fact.instrument

    def in_force(self, fact: Fact, day: datetime.date) -> bool:
        """Does the fact hold on `day`, by its own dates and its instrument's first day?"""
        instrument = self.instrument(fact)
        starts = [fact.valid_from, instrument.in_force_from if instrument else None]
        if any(start is not None and day < start for start in starts):
            return False
        return fact.valid_to is None or day <= fact.valid_to

    def is_citable(self, fact: Fact) -> bool:
        """May an answer rest on it at all (leaving its dates aside)?"""
        return fact.confidence != "uncertain" and fact.use != "background"


def load_facts(folder: Path) -> FactRegister:
    """Read every `*.yml` of `folder`, each with a list `facts` or `instruments`.

    Raises SourceError, naming file and line, at the first thing that is malformed, unknown or
    there twice; a folder without facts is an error too.
    """
    facts: dict[str, Fact] = {}
    instruments: dict[str, Instrument] = {}
    for path in sorted(folder.glob("*.yml")):
        lists = parse_yaml(read_source(path), path).fields(
            "the file", frozenset(), frozenset({"facts", "instruments"})
        )
        for item in _list(lists, "instruments"):
            instrument = _instrument(item)
            if instrument.id in instruments:
                raise item.error(f"instrument '{instrument.id}' stands in the register twice")
            instruments[instrument.id] = instrument
        for item in _list(lists, "facts"):
            fact = _fact(item)
            if fact.id in facts:
                first = facts[fact.id]
                raise item.error(
                    f"fact '{fact.id}' is already in {first.path.name}:{first.line}; rename one"
                )
            facts[fact.id] = fact
    if not facts:
        raise SourceError(folder, 1, "no facts found: expected *.yml files with a list 'facts'")
    return FactRegister(facts, instruments)


def _list(lists: dict[str, Marked], key: str) -> tuple[Marked, ...]:
    return lists[key].items(key) if key in lists else ()


def _instrument(item: Marked) -> Instrument:
    fields = item.fields("an instrument", _INSTRUMENT_REQUIRED, _INSTRUMENT_OPTIONAL)
    in_force = _optional(fields, "in_force")
    return Instrument(
        id=fields["id"].text("id"),
        name=fields["name"].text("name"),
        confidence=_confidence(fields),
        decree=_optional(fields, "decree"),
        date=_optional(fields, "date"),
        gazette=_optional(fields, "gazette"),
        in_force=in_force,
        in_force_from=_first_day(in_force, fields["in_force"]) if in_force else None,
        seen_in=_optional(fields, "seen_in"),
        pending=_optional(fields, "pending"),
        note=_optional(fields, "note"),
    )


def _fact(item: Marked) -> Fact:
    fields = item.fields("a fact", _FACT_REQUIRED, _FACT_OPTIONAL)
    topic = fields["topic"].text("topic")
    if topic not in TOPICS:
        raise fields["topic"].error(f"unknown topic '{topic}'; known: {', '.join(TOPICS)}")
    use = _optional(fields, "use")
    if use is not None and use not in get_args(Use):
        raise fields["use"].error(f"unknown use '{use}'; known: {', '.join(get_args(Use))}")
    valid_from, valid_to = _day(fields, "valid_from"), _day(fields, "valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        raise fields["valid_to"].error("valid_to is before valid_from")
    return Fact(
        id=fields["id"].text("id"),
        topic=topic,
        text=fields["text"].text("text"),
        instrument=fields["instrument"].text("instrument"),
        confidence=_confidence(fields),
        path=item.path,
        line=item.line,
        locator=_optional(fields, "locator"),
        seen_in=_optional(fields, "seen_in"),
        pending=_optional(fields, "pending"),
        use=cast(Use | None, use),
        valid_from=valid_from,
        valid_to=valid_to,
        note=_optional(fields, "note"),
    )


def _optional(fields: dict[str, Marked], key: str) -> str | None:
    return fields[key].text(key) if key in fields else None


def _confidence(fields: dict[str, Marked]) -> Confidence:
    confidence = fields["confidence"].text("confidence")
    if confidence not in get_args(Confidence):
        known = ", ".join(get_args(Confidence))
        raise fields["confidence"].error(f"unknown confidence '{confidence}'; known: {known}")
    return cast(Confidence, confidence)


def _day(fields: dict[str, Marked], key: str) -> datetime.date | None:
    text = _optional(fields, key)
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise fields[key].error(f"{key} must be a day such as 2026-03-01") from error


def _first_day(in_force: str, where: Marked) -> datetime.date:
    """The day an `in_force` text begins with: "2022-07-12", "2019-02" or either and more words."""
    start = in_force.split(" ", 1)[0]
    try:
        return datetime.date.fromisoformat(start if start.count("-") == 2 else f"{start}-01")
    except ValueError as error:
        raise where.error("in_force must begin with a day or month such as 2022-07-12") from error
