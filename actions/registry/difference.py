"""What a registry has that ours has not, and the other way round. Pure.

Worked out when a synchronisation is proposed, and again when it is applied: only if both agree is
what was shown what is done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from rapidfuzz import fuzz

from actions.registry import rules
from actions.registry.rows import Reading, RegistryRow, plain
from knowledge.text import fold

ConflictKind = Literal["desaparecido", "estado", "nombre"]
CONFLICTS: Final[Mapping[str, str]] = {
    "desaparecido": "El registro ya no lo trae",
    "estado": "El registro dice otro estado que el que puso el ministerio",
    "nombre": "El mismo número trae otro nombre",
}
SAME_NAME: Final = 60.0
"""Of 100, words in any order, missing ones allowed. A corrected spelling is far above; below it a
number seems to have been given to somebody else."""


_CONSULTANTS: Final = (
    "sectors",
    "departments",
    "fee_min",
    "fee_max",
    "fee_unit",
    "phone",
    "email",
)
"""What a file may say of somebody whom we have already, and is theirs to say; whether they come to
a place, and in which languages, has a usual value that cannot be told from a word of the file."""


@dataclass(frozen=True, slots=True)
class Known:
    """A consultant with a number, as stored."""

    id: int
    registration_number: str
    kind: str
    name: str
    categories: tuple[str, ...]
    valid_from: date
    valid_to: date
    state: str
    state_by_hand: bool
    is_missing: bool
    is_awaited: bool = False
    """Whether the ministry took them in here, and the registry never had them yet."""
    sectors: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    fee_min: int | None = None
    fee_max: int | None = None
    fee_unit: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A consultant whose fields the registry changes: by name, the values before and after."""

    id: int
    registration_number: str
    name: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a person has to decide. ``is_new`` where it is not open already in just this way."""

    id: int
    registration_number: str
    name: str
    kind: ConflictKind
    ours: Any
    theirs: Any
    is_new: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Of all rows: who is new (number and name), whose fields change, who is gone since the last
    time (a conflict each), who came back (our number of them, theirs and the name), which open
    conflicts (consultant, kind, and what the registry has now) are none any more because both sides
    agree again, whom the ministry took in and the registry does not have yet (number and name), who
    of those is there now (as who came back), what the rows hold that is the consultant's to say
    (number, name, fields), how many need nothing, and how many of the changed are in force and
    would not be any more, or not for as long."""

    new: tuple[tuple[str, str], ...]
    changed: tuple[Changed, ...]
    vanished: tuple[Conflict, ...]
    returned: tuple[tuple[int, str, str], ...]
    conflicting: tuple[Conflict, ...]
    agreed: tuple[tuple[int, str, Any], ...]
    awaited: tuple[tuple[str, str], ...]
    arrived: tuple[tuple[int, str, str], ...]
    left: tuple[tuple[str, str, tuple[str, ...]], ...]
    unchanged: int
    ending: int

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not (
            self.new
            or self.changed
            or self.returned
            or self.agreed
            or self.arrived
            or any(one.is_new for one in (*self.vanished, *self.conflicting))
        )

    def counts(self, bad_rows: int) -> dict[str, int]:
        """How many of each; ``bad`` are the rows that are not taken, ``values`` the fields of those
        who change."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "values": sum(len(one.fields) for one in self.changed),
            "unchanged": self.unchanged,
            "vanished": len(self.vanished),
            "returned": len(self.returned),
            "conflicting": len(self.conflicting),
            "agreed": len(self.agreed),
            "awaited": len(self.awaited),
            "arrived": len(self.arrived),
            "left": len(self.left),
            "ending": self.ending,
            "bad": bad_rows,
        }

    def as_json(self) -> dict[str, Any]:
        """Plain values, the same for the same difference."""
        return {
            "new": [list(one) for one in self.new],
            "changed": [
                {**asdict(one), "fields": {name: list(pair) for name, pair in one.fields.items()}}
                for one in self.changed
            ],
            "vanished": [asdict(one) for one in self.vanished],
            "returned": [list(one) for one in self.returned],
            "conflicting": [asdict(one) for one in self.conflicting],
            "agreed": [list(one) for one in self.agreed],
            "awaited": [list(one) for one in self.awaited],
            "arrived": [list(one) for one in self.arrived],
            "left": [[number, name, list(fields)] for number, name, fields in self.left],
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """The last conflict of a consultant and kind: open or decided, and what the registry had."""

    consultant_id: int
    kind: str
    theirs: Any
    is_open: bool


def compare(
    reading: Reading, known: Iterable[Known], asked: Sequence[Asked], day: date
) -> Difference:
    """The difference on a day. ``asked`` are the last conflicts: one that is open in the same way,
    or was decided against the same value, is not raised again."""
    ours = {one.registration_number: one for one in known}
    before = {(one.consultant_id, one.kind): one for one in asked}
    new, changed, returned, conflicting, agreed = [], [], [], [], []
    arrived, left, unchanged, ending = [], [], 0, 0
    for row in sorted(reading.rows, key=lambda one: one.registration_number):
        theirs = replace(row, state=rules.state_on(row.state, row.valid_to, day))
        held = ours.get(row.registration_number)
        if held is None:
            new.append((row.registration_number, row.name))
            continue
        if held.is_missing:
            returned.append((held.id, held.registration_number, held.name))
        if held.is_awaited:
            arrived.append((held.id, held.registration_number, held.name))
        if others := _left(held, row):
            left.append((held.registration_number, held.name, others))
        fields, raised = _of_one(held, theirs, before, day)
        conflicting += raised
        kinds = {one.kind for one in raised}
        agreed += [
            (held.id, kind, theirs.state if kind == "estado" else theirs.name)
            for kind in ("estado", "nombre")
            if kind not in kinds and (last := before.get((held.id, kind))) and last.is_open
        ]
        if fields:
            changed.append(Changed(held.id, held.registration_number, held.name, fields))
            ending += _ends(held, theirs, fields, day)
        elif not raised:
            unchanged += 1
    there = {row.registration_number for row in reading.rows} | reading.mentioned
    vanished = tuple(
        Conflict(
            one.id, one.registration_number, one.name, "desaparecido", one.state, None, is_new=True
        )
        for number, one in sorted(ours.items())
        if number not in there and not one.is_missing and not one.is_awaited
    )
    awaited = tuple(
        (number, one.name)
        for number, one in sorted(ours.items())
        if number not in there and one.is_awaited
    )
    return Difference(
        tuple(new),
        tuple(changed),
        vanished,
        tuple(returned),
        tuple(conflicting),
        tuple(agreed),
        awaited,
        tuple(arrived),
        tuple(left),
        unchanged,
        ending,
    )


def _ends(held: Known, theirs: RegistryRow, fields: Mapping[str, Any], day: date) -> bool:
    """Whether the fields that change take somebody out of force, at once or sooner than now."""
    if not rules.is_in_force(held, day):
        return False
    # What the ministry decided by hand is not among them, whatever the row says.
    after = replace(
        held,
        state=theirs.state if "state" in fields else held.state,
        valid_from=theirs.valid_from,
        valid_to=theirs.valid_to,
    )
    return not rules.is_in_force(after, day) or after.valid_to < held.valid_to


def _left(held: Known, row: RegistryRow) -> tuple[str, ...]:
    """What a row says otherwise than the consultant, to whom it is left. What a file without the
    column would hold too says nothing."""
    return tuple(
        name
        for name in _CONSULTANTS
        if getattr(row, name) and not _is_same(getattr(held, name), getattr(row, name))
    )


def _of_one(
    held: Known, theirs: RegistryRow, before: Mapping[tuple[int, str], Asked], day: date
) -> tuple[dict[str, tuple[Any, Any]], list[Conflict]]:
    """The fields that change, and the conflicts."""

    def raised(kind: ConflictKind, ours: Any, value: Any) -> Conflict | None:
        last = before.get((held.id, kind))
        is_same = last is not None and last.theirs == value
        if last is not None and is_same and not last.is_open:
            return None
        return Conflict(
            held.id, held.registration_number, held.name, kind, ours, value, is_new=not is_same
        )

    fields = {
        name: (plain(getattr(held, name)), plain(getattr(theirs, name)))
        for name in rules.COMPARED
        if not _is_same(getattr(held, name), getattr(theirs, name))
    }
    conflicts = []
    if "name" in fields and not _is_same_name(held.name, theirs.name):
        conflict = raised("nombre", held.name, theirs.name)
        if conflict is not None:
            # Of whom the row tells is the question: so nothing else of it is taken either.
            return {}, [conflict]
        del fields["name"]
    # That the last day is past no ministry's word undoes: it is no other opinion about the state.
    is_past = held.state == "vigente" and theirs.state == "vencida" and theirs.valid_to < day
    if "state" in fields and held.state_by_hand and not is_past:
        del fields["state"]
        # Neither can be booked: then which word stands there is not worth anybody's time.
        if "vigente" in (held.state, theirs.state):
            conflict = raised("estado", held.state, theirs.state)
            conflicts += [] if conflict is None else [conflict]
    return fields, conflicts


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, tuple):
        return set(ours) == set(theirs)
    return bool(ours == theirs)


def _is_same_name(ours: str, theirs: str) -> bool:
    return fuzz.token_set_ratio(fold(ours), fold(theirs)) >= SAME_NAME
