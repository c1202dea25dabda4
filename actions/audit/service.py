"""Records what staff do, verifies the record, and erases what of it is about a person.

The entry is written in the transaction of the act: there is none without the other. Entries are
written one after another, under a lock that is held until the transaction ends; so it is recorded
last, just before the commit.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit.chain import GENESIS, SALT_BYTES, digest_of_entry, digest_of_value

Way = Literal["console", "terminal", "api"]
WAYS: Final[dict[Way, str]] = {"console": "consola", "terminal": "terminal", "api": "API"}

LOCK: Final = 7_263_543
"""Key of the advisory lock of whoever writes the next entry."""
READ_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``staff_id`` is null for who has no account: ``name`` is then what they gave
    (the terminal) or the name of the key (the API). ``address`` is the network's, if any."""

    way: Way
    name: str
    staff_id: int | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What was done: ``name`` as in actions.audit.acts, ``subject`` as ``kind:id``.

    ``before`` and ``after`` hold what changed, JSON-able; no password, secret or key. ``person_id``
    is whom they are about, if anybody.
    """

    name: str
    subject: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    person_id: int | None = None


async def record(session: AsyncSession, actor: Actor, act: Act, now: datetime) -> int:
    """Adds an entry; its place in the chain."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    head = (
        await session.execute(text("SELECT place, digest FROM audit_head WHERE id = 1"))
    ).one_or_none()
    place, previous = (head.place + 1, head.digest) if head is not None else (1, GENESIS)
    who = {"name": actor.name, "address": actor.address}
    detail = {"before": dict(act.before), "after": dict(act.after), "note": act.note}
    # As PostgreSQL gives it back: what is digested has to be what is verified.
    detail = json.loads(json.dumps(detail, default=str))
    actor_salt, detail_salt = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(SALT_BYTES)
    fields: dict[str, Any] = {
        "place": place,
        "at": now,
        "staff_id": actor.staff_id,
        "way": actor.way,
        "act": act.name,
        "subject": act.subject,
        "person_id": act.person_id,
        "actor_digest": digest_of_value(actor_salt, who),
        "detail_digest": digest_of_value(detail_salt, detail),
    }
    digest = digest_of_entry(previous, **fields)
    await session.execute(
        _ADD,
        {
            **fields,
            "actor": json.dumps(who),
            "actor_salt": actor_salt,
            "detail": json.dumps(detail),
            "detail_salt": detail_salt,
            "previous": previous,
            "digest": digest,
        },
    )
    return int(place)


_ADD = text(
    """
    WITH added AS (
        INSERT INTO audit_entry (place, at, staff_id, way, act, subject, person_id, actor,
            actor_salt, actor_digest, detail, detail_salt, detail_digest, previous, digest)
        VALUES (:place, :at, :staff_id, :way, :act, :subject, :person_id, CAST(:actor AS jsonb),
            :actor_salt, :actor_digest, CAST(:detail AS jsonb), :detail_salt, :detail_digest,
            :previous, :digest)
    )
    INSERT INTO audit_head (id, place, digest) VALUES (1, :place, :digest)
    ON CONFLICT (id) DO UPDATE SET place = excluded.place, digest = excluded.digest
    """
)


async def erase_person(session: AsyncSession, people: Sequence[int], now: datetime) -> int:
    """Erases the values of all entries about these people; the chain stays whole."""
    rows = await session.execute(
        text(
            "UPDATE audit_entry SET detail = NULL, detail_salt = NULL, erased_at = :now "
            "WHERE person_id = ANY(:people) AND detail_salt IS NOT NULL RETURNING place"
        ),
        {"people": [*people], "now": now},
    )
    return len(rows.all())


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and why, in Spanish."""

    place: int
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """``entries`` looked at, the digest of the last one in hexadecimal, how many had values
    erased, and the first fault (None: the chain is whole)."""

    entries: int
    head: str
    erased: int
    fault: Fault | None


async def verify(session: AsyncSession) -> Verified:
    """Walks the whole chain; stops at the first fault."""
    previous, expected, erased = GENESIS, 1, 0
    while True:
        rows = await session.execute(_READ, {"from": expected, "limit": READ_AT_ONCE})
        entries = rows.all()
        for row in entries:
            why = _why_not(row, expected, previous)
            if why is not None:
                return Verified(expected - 1, previous.hex(), erased, Fault(row.place, why))
            erased += row.erased_at is not None
            previous, expected = row.digest, expected + 1
        if len(entries) < READ_AT_ONCE:
            break
    head = (
        await session.execute(text("SELECT place, digest FROM audit_head WHERE id = 1"))
    ).one_or_none()
    last = (0, GENESIS) if head is None else (head.place, bytes(head.digest))
    fault = None
    if last != (expected - 1, previous):
        fault = Fault(expected, f"faltan las últimas entradas: tenía que llegar a la {last[0]}")
    return Verified(expected - 1, previous.hex(), erased, fault)


async def verified_with(session: AsyncSession, head: str) -> tuple[Verified, bool]:
    """The same, and whether the chain has an entry with that digest (hexadecimal; empty: any), as
    somebody noted it elsewhere: so that a chain made anew is noticed too."""
    verified = await verify(session)
    if not head:
        return verified, True
    try:
        digest = bytes.fromhex(head)
    except ValueError:
        return verified, False
    known = await session.scalar(
        text("SELECT 1 FROM audit_entry WHERE digest = :digest"), {"digest": digest}
    )
    return verified, known is not None or digest == GENESIS


_READ = text(
    "SELECT place, at, staff_id, way, act, subject, person_id, actor, actor_salt, actor_digest, "
    "detail, detail_salt, detail_digest, previous, digest, erased_at "
    "FROM audit_entry WHERE place >= :from ORDER BY place LIMIT :limit"
)


def _why_not(row: Any, expected: int, previous: bytes) -> str | None:
    if row.place != expected:
        return f"falta la entrada {expected}"
    if row.previous != previous:
        return "no sigue a la anterior"
    digest = digest_of_entry(
        previous,
        place=row.place,
        at=row.at,
        staff_id=row.staff_id,
        way=row.way,
        act=row.act,
        subject=row.subject,
        person_id=row.person_id,
        actor_digest=bytes(row.actor_digest),
        detail_digest=bytes(row.detail_digest),
    )
    if digest != row.digest:
        return "se cambió lo que dice"
    for value, salt, kept, name in (
        (row.actor, row.actor_salt, row.actor_digest, "quién lo hizo"),
        (row.detail, row.detail_salt, row.detail_digest, "qué se cambió"),
    ):
        if salt is None:
            if value is not None or row.erased_at is None:
                return f"se quitó {name} sin que conste que se borró"
        elif value is None or digest_of_value(bytes(salt), value) != kept:
            return f"se cambió {name}"
    return None
