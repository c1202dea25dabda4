"""Synchronising with the national registry: first the difference is shown, then it is applied.

All that changes what the registry rules holds one advisory lock, so two runs wait for each other.
Nobody is ever deleted: who is no more in the registry becomes a conflict that a person decides.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import applying, record, rules
from actions.registry.difference import Asked as AskedBefore
from actions.registry.difference import Difference, Known, compare
from actions.registry.errors import Discarded, NoSuchSync, Stale
from actions.registry.rows import Problem, Reading, RegistryRow
from actions.store.database import Executor

LOCK: Final = 7_263_545
KEPT_PROPOSED: Final = timedelta(days=7)
"""A proposal holds a copy of the whole registry; by then it is stale anyway."""

SUPERSEDED: Final = (
    "(r.state = 'discarded' AND r.settled_by IS NULL AND EXISTS (SELECT 1 FROM registry_sync AS a "
    "WHERE a.state = 'applied' AND a.settled_at = r.settled_at))"
)
"""Of a run named ``r``: whether it was put aside because another one was applied."""

Progress = Callable[[int, int], None]
"""Is told how many of how many consultants are done."""


def _quietly(done: int, of: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Proposal:
    """A run that may be applied. ``difference`` is as actions.registry.difference.Difference in
    plain values; ``needs_a_look`` where nobody should apply it unread."""

    id: int
    source: str
    counts: Mapping[str, int]
    difference: Mapping[str, Any]
    problems: tuple[Problem, ...]
    needs_a_look: bool
    state: str
    at: datetime
    by: str | None

    @property
    def changes_nothing(self) -> bool:
        """Whether ours is the registry as it was read."""
        fresh = [*self.difference["vanished"], *self.difference["conflicting"]]
        return not (
            any(self.counts[one] for one in ("new", "changed", "returned", "agreed"))
            or self.counts.get("arrived")
            or any(one["is_new"] for one in fresh)
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """What an application did; ``again`` where it had been done before, and nothing was now."""

    sync_id: int
    counts: Mapping[str, int]
    again: bool


async def hold(session: AsyncSession) -> None:
    """Waits until nobody else changes what the registry rules, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def propose(
    session: AsyncSession,
    rows: Reading,
    source: str,
    now: datetime,
    *,
    by: str | None = None,
    etag: str | None = None,
) -> Proposal:
    """Stores what a source holds and how it differs; nothing of the registry changes.

    ``source`` is the file's name or the address, ``by`` who of the ministry, None for the
    schedule.
    """
    difference = await _difference(session, rows, now)
    bad_rows = len({one.row for one in rows.problems if not one.is_taken})
    sync_id: int = await session.scalar(
        text(
            """
            INSERT INTO registry_sync (source, digest, etag, counts, difference, report, content,
                state, by, at)
            VALUES (:source, :digest, :etag, CAST(:counts AS jsonb), CAST(:difference AS jsonb),
                CAST(:report AS jsonb), CAST(:content AS jsonb), 'proposed', :by, :now)
            RETURNING id
            """
        ),
        {
            "source": source[:500],
            "digest": rows.digest,
            "etag": etag,
            "counts": json.dumps(difference.counts(bad_rows)),
            "difference": json.dumps(difference.as_json()),
            "report": json.dumps([asdict(one) for one in rows.problems]),
            "content": json.dumps(
                {
                    "rows": [row.as_json() for row in rows.rows],
                    "mentioned": sorted(rows.mentioned),
                }
            ),
            "by": by,
            "now": now,
        },
    )
    return await proposal(session, sync_id)


async def proposal(session: Executor, sync_id: int) -> Proposal:
    """A run as it was proposed, whatever became of it. Raises NoSuchSync."""
    row = (
        await session.execute(
            text(
                "SELECT id, source, counts, difference, report, state, at, by "
                "FROM registry_sync WHERE id = :id"
            ),
            {"id": sync_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchSync
    counts = row.counts
    known = sum(counts[one] for one in ("changed", "unchanged", "vanished", "conflicting"))
    return Proposal(
        id=row.id,
        source=row.source,
        counts=counts,
        difference=row.difference,
        problems=tuple(Problem(**one) for one in row.report),
        needs_a_look=rules.needs_a_look(
            # Runs of before they were counted have none.
            known,
            counts["vanished"],
            counts.get("ending", 0),
            counts["bad"],
        ),
        state=row.state,
        at=row.at,
        by=row.by,
    )


async def apply(
    session: AsyncSession,
    sync_id: int,
    now: datetime,
    progress: Progress = _quietly,
    *,
    by: str | None = None,
) -> Applied:
    """Does what a proposal shows, whole or not at all; a second time it does nothing.

    Another run is waited for. Raises NoSuchSync, Discarded, and Stale where the registry changed
    so that other things would be done than were shown.
    """
    await hold(session)
    row = (
        await session.execute(
            text(
                "SELECT state, counts, difference, content, source FROM registry_sync "
                "WHERE id = :id FOR UPDATE"
            ),
            {"id": sync_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchSync
    if row.state == "applied":
        return Applied(sync_id, row.counts, again=True)
    if row.state == "discarded":
        raise Stale if await _is_superseded(session, sync_id) else Discarded
    reading = _reading(row.content)
    difference = await _difference(session, reading, now)
    if not _is_as_shown(difference, row.difference):
        raise Stale
    await applying.carry_out(session, sync_id, difference, reading, now, progress)
    await _settle(session, sync_id, "applied", by, now)
    if not difference.is_empty:
        # They hold the whole registry each: where one changed something, none of the others fits.
        await session.execute(
            text(
                "UPDATE registry_sync SET state = 'discarded', settled_at = :now, content = NULL "
                "WHERE state = 'proposed'"
            ),
            {"now": now},
        )
    return Applied(sync_id, row.counts, again=False)


async def is_old(session: Executor, sync_id: int, now: datetime) -> bool:
    """Whether a run can be applied no more, because the registry changed after it was proposed:
    another one was applied, or somebody of the ministry changed what it would."""
    row = (
        await session.execute(
            text("SELECT state, difference, content FROM registry_sync WHERE id = :id"),
            {"id": sync_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchSync
    if row.state != "proposed":
        return row.state == "discarded" and await _is_superseded(session, sync_id)
    return not _is_as_shown(await _difference(session, _reading(row.content), now), row.difference)


async def _is_superseded(session: Executor, sync_id: int) -> bool:
    found: bool = await session.scalar(
        text(f"SELECT {SUPERSEDED} FROM registry_sync AS r WHERE r.id = :id"), {"id": sync_id}
    )
    return found


def _is_as_shown(difference: Difference, shown: Mapping[str, Any]) -> bool:
    fresh = json.loads(json.dumps(difference.as_json()))
    # What is left to consultants is not applied: they may say it anew at any time.
    return {**fresh, "left": None} == {**shown, "left": None}


def _reading(content: Mapping[str, Any]) -> Reading:
    rows = tuple(map(RegistryRow.from_json, content["rows"]))
    return Reading(rows, (), frozenset(content["mentioned"]))


async def discard(session: AsyncSession, sync_id: int, by: str, now: datetime) -> None:
    """Puts a proposal aside; one that is settled stays as it is. Raises NoSuchSync."""
    await proposal(session, sync_id)
    await _settle(session, sync_id, "discarded", by, now)


async def discard_old(session: AsyncSession, now: datetime) -> int:
    """Puts aside what nobody applied for a week; how many. To be run every day."""
    rows = await session.execute(
        text(
            "UPDATE registry_sync SET state = 'discarded', settled_at = :now, content = NULL "
            "WHERE state = 'proposed' AND at < :before RETURNING id"
        ),
        {"now": now, "before": now - KEPT_PROPOSED},
    )
    return len(rows.all())


async def last_etag(session: Executor, source: str) -> str | None:
    """What the source is asked with next: it said so when it was last applied, or read without
    there being anything to apply."""
    found: str | None = await session.scalar(
        text(
            "SELECT etag FROM registry_sync WHERE source = :source AND state = 'applied' "
            "ORDER BY id DESC LIMIT 1"
        ),
        {"source": source[:500]},
    )
    return found


async def _settle(
    session: AsyncSession, sync_id: int, state: str, by: str | None, now: datetime
) -> None:
    await session.execute(
        text(
            "UPDATE registry_sync SET state = :state, settled_at = :now, settled_by = :by, "
            "content = NULL WHERE id = :id AND state = 'proposed'"
        ),
        {"id": sync_id, "state": state, "now": now, "by": by},
    )


_KNOWN: Final = text(
    f"""
    SELECT c.id, c.registration_number, c.kind, c.name, c.categories, c.valid_from, c.valid_to,
        c.state, c.state_by_hand, c.missing_since IS NOT NULL AS is_missing,
        {record.AWAITED} AS is_awaited, c.sectors, c.departments, c.fee_min, c.fee_max, c.fee_unit,
        c.phone, c.email
    FROM consultant AS c WHERE c.registration_number IS NOT NULL
    """
)
_ASKED: Final = text(
    "SELECT DISTINCT ON (consultant_id, kind) consultant_id, kind, theirs, "
    "decided_at IS NULL AS is_open FROM registry_conflict "
    "WHERE kind <> 'desaparecido' ORDER BY consultant_id, kind, id DESC"
)


async def _difference(session: Executor, reading: Reading, now: datetime) -> Difference:
    known = [
        Known(
            **{
                **row._asdict(),
                "categories": tuple(row.categories),
                "sectors": tuple(row.sectors),
                "departments": tuple(row.departments),
            }
        )
        for row in await session.execute(_KNOWN)
    ]
    asked = [AskedBefore(*row) for row in await session.execute(_ASKED)]
    return compare(reading, known, asked, rules.day_of(now))
