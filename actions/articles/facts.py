"""What staff say of a fact on top of the files: that it ended, or that it is confirmed.

Nothing is deleted: of each kind the newest word about a fact holds. An end given by mistake is put
right by another one with the right day, however far away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles.errors import NoSuchFact
from actions.articles.given import note as as_note
from actions.articles.given import the_name, the_reason
from actions.articles.revision import bump, lock
from actions.store.database import Executor
from knowledge.facts import FactRegister


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that staff said of a fact; ``ends_on`` for an end, ``source`` for the other."""

    kind: str
    ends_on: date | None
    source: str | None
    by: str
    at: datetime
    note: str


async def end(
    session: AsyncSession,
    register: FactRegister,
    fact_id: str,
    ends_on: date,
    by: str,
    why: str,
    now: datetime,
) -> None:
    """Says that ``ends_on`` is the last day on which a fact holds; it may have passed.

    From the next day on its articles are flagged. Raises NoSuchFact, Missing.
    """
    fields = {"kind": "ended", "ends_on": ends_on, "source": None, "note": the_reason(why)}
    await _say(session, register, fact_id, by, now, fields)


async def confirm(
    session: AsyncSession,
    register: FactRegister,
    fact_id: str,
    source: str,
    by: str,
    now: datetime,
    *,
    note: str = "",
) -> None:
    """Says that a fact is confirmed; ``source`` tells who confirmed it, when, in which document.

    Its articles go on being served, now without the warning. Raises NoSuchFact, Missing.
    """
    given = the_reason(source, "la fuente: quién lo confirmó, cuándo y en qué documento")
    fields = {"kind": "confirmed", "ends_on": None, "source": given, "note": as_note(note)}
    await _say(session, register, fact_id, by, now, fields)


async def _say(
    session: AsyncSession,
    register: FactRegister,
    fact_id: str,
    by: str,
    now: datetime,
    fields: Mapping[str, object],
) -> None:
    if fact_id not in register:
        raise NoSuchFact(fact_id)
    by = the_name(by)
    await lock(session)
    await session.execute(
        text(
            'INSERT INTO fact_change (fact_id, kind, ends_on, source, "by", at, note) '
            "VALUES (:fact, :kind, :ends_on, :source, :by, :at, :note)"
        ),
        {**fields, "fact": fact_id, "by": by, "at": now},
    )
    await bump(session)


async def said_of(session: Executor, fact_id: str) -> Sequence[Said]:
    """All that staff said of a fact, newest first."""
    rows = await session.execute(
        text(
            'SELECT kind, ends_on, source, "by", at, note FROM fact_change '
            "WHERE fact_id = :fact ORDER BY id DESC"
        ),
        {"fact": fact_id},
    )
    return [Said(*row) for row in rows]
