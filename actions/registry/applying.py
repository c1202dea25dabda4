"""Carries out a difference with the national registry, in a few statements for all consultants."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import rules
from actions.registry.difference import Changed, Conflict, Difference
from actions.registry.rows import Reading, RegistryRow

BATCH: Final = 1_000
"""Consultants of one statement: so progress is told every second or so."""


async def carry_out(
    session: AsyncSession,
    sync_id: int,
    difference: Difference,
    reading: Reading,
    now: datetime,
    progress: Callable[[int, int], None],
) -> None:
    """Does it, in the caller's transaction; ``reading`` are the rows that it was worked out of."""
    day = rules.day_of(now)
    theirs = {
        row.registration_number: replace(row, state=rules.state_on(row.state, row.valid_to, day))
        for row in reading.rows
    }
    new = [theirs[number] for number, _ in difference.new]
    done, of = 0, len(new) + len(difference.changed) + len(difference.vanished)
    progress(done, of)
    for rows in _batches(new):
        await _add(session, sync_id, rows, now)
        done += len(rows)
        progress(done, of)
    for changed in _batches(difference.changed):
        await _change(session, sync_id, changed, now)
        done += len(changed)
        progress(done, of)
    await _return(session, [one[0] for one in difference.returned], now)
    await _arrive(session, sync_id, [one[0] for one in difference.arrived], now)
    for conflicts in _batches(difference.vanished):
        await _miss(session, conflicts, now)
        await _raise(session, sync_id, conflicts, now)
        done += len(conflicts)
        progress(done, of)
    await _raise(session, sync_id, [one for one in difference.conflicting if one.is_new], now)
    await _agree(session, difference.agreed, now)


def _batches(of: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (of[at : at + BATCH] for at in range(0, len(of), BATCH))


_ADD: Final = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
            registration_number text, kind text, name text, categories text[], valid_from date,
            valid_to date, state text, sectors text[], departments text[], on_site boolean,
            remote boolean, languages text[], fee_min integer, fee_max integer, fee_unit text,
            phone text, email text)),
    added AS (
        INSERT INTO consultant (registration_number, kind, name, categories, valid_from, valid_to,
            state, sectors, departments, on_site, remote, languages, fee_min, fee_max, fee_unit,
            phone, email, made_at, updated_at)
        SELECT given.*, :now, :now FROM given RETURNING id, registration_number, state)
    INSERT INTO consultant_change (consultant_id, field, before, after, source, sync_id, at)
    SELECT id, 'alta', NULL, jsonb_build_array(registration_number, state), 'registro', :sync, :now
    FROM added ORDER BY id
    """
)


async def _add(
    session: AsyncSession, sync_id: int, rows: Sequence[RegistryRow], now: datetime
) -> None:
    given = json.dumps([row.as_json() for row in rows])
    await session.execute(_ADD, {"rows": given, "sync": sync_id, "now": now})


_CHANGE: Final = text(
    """
    UPDATE consultant SET
        kind = COALESCE(given.kind, consultant.kind),
        name = COALESCE(given.name, consultant.name),
        categories = COALESCE(given.categories, consultant.categories),
        valid_from = COALESCE(given.valid_from, consultant.valid_from),
        valid_to = COALESCE(given.valid_to, consultant.valid_to),
        state = COALESCE(given.state, consultant.state),
        state_by_hand = consultant.state_by_hand AND given.state IS NULL,
        updated_at = :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
        id bigint, kind text, name text, categories text[], valid_from date, valid_to date,
        state text)
    WHERE consultant.id = given.id
    """
)
_REMEMBER: Final = text(
    """
    INSERT INTO consultant_change (consultant_id, field, before, after, source, sync_id, at)
    SELECT id, field, before, after, 'registro', :sync, :now
    FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS c(
        id bigint, field text, before jsonb, after jsonb)
    """
)


async def _change(
    session: AsyncSession, sync_id: int, changed: Sequence[Changed], now: datetime
) -> None:
    rows = [
        {"id": one.id, **{name: after for name, (_, after) in one.fields.items()}}
        for one in changed
    ]
    await session.execute(_CHANGE, {"rows": json.dumps(rows), "now": now})
    changes = [
        {"id": one.id, "field": name, "before": before, "after": after}
        for one in changed
        for name, (before, after) in one.fields.items()
    ]
    await session.execute(_REMEMBER, {"changes": json.dumps(changes), "sync": sync_id, "now": now})


async def _miss(session: AsyncSession, conflicts: Sequence[Conflict], now: datetime) -> None:
    await session.execute(
        text("UPDATE consultant SET missing_since = :now WHERE id = ANY(:ids)"),
        {"ids": [one.id for one in conflicts], "now": now},
    )


async def _return(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """They are there again: what nobody decided yet is no question any more."""
    await session.execute(
        text("UPDATE consultant SET missing_since = NULL WHERE id = ANY(:ids)"), {"ids": [*ids]}
    )
    await session.execute(
        text(
            "UPDATE registry_conflict SET decision = 'registro', decided_at = :now, "
            "note = 'El registro lo trae otra vez.' WHERE consultant_id = ANY(:ids) "
            "AND kind = 'desaparecido' AND decided_at IS NULL"
        ),
        {"ids": [*ids], "now": now},
    )


async def _arrive(session: AsyncSession, sync_id: int, ids: Sequence[int], now: datetime) -> None:
    """The registry has whom the ministry took in: from now on it would be missed there."""
    await session.execute(
        text(
            "INSERT INTO consultant_change (consultant_id, field, before, after, source, sync_id, "
            "at) SELECT id, 'alta', NULL, jsonb_build_array(registration_number, state), "
            "'registro', :sync, :now FROM consultant WHERE id = ANY(:ids) ORDER BY id"
        ),
        {"ids": [*ids], "sync": sync_id, "now": now},
    )


_RAISE: Final = text(
    """
    INSERT INTO registry_conflict (consultant_id, kind, ours, theirs, sync_id, at)
    SELECT id, kind, ours, NULLIF(theirs, 'null'), :sync, :now
    FROM jsonb_to_recordset(CAST(:conflicts AS jsonb)) AS c(
        id bigint, kind text, ours jsonb, theirs jsonb)
    ON CONFLICT (consultant_id, kind) WHERE decided_at IS NULL
    DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs, sync_id = excluded.sync_id
    """
)


async def _raise(
    session: AsyncSession, sync_id: int, conflicts: Sequence[Conflict], now: datetime
) -> None:
    given = [
        {"id": one.id, "kind": one.kind, "ours": one.ours, "theirs": one.theirs}
        for one in conflicts
    ]
    await session.execute(_RAISE, {"conflicts": json.dumps(given), "sync": sync_id, "now": now})


_AGREE: Final = text(
    """
    UPDATE registry_conflict AS r SET decision = 'registro', decided_at = :now,
        theirs = to_jsonb(a.theirs),
        ours = to_jsonb(CASE a.kind WHEN 'nombre' THEN c.name ELSE c.state END),
        note = CASE WHEN a.kind = 'estado' AND c.state <> a.theirs
            THEN 'Con ninguno de los dos estados se puede pedir cita.'
            ELSE 'El registro ya dice lo mismo.' END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:kinds AS text[]), CAST(:theirs AS text[]))
        AS a(id, kind, theirs)
    JOIN consultant AS c ON c.id = a.id
    WHERE r.consultant_id = a.id AND r.kind = a.kind AND r.decided_at IS NULL
    """
)
"""What both sides have then stays with it; without it a later word of the registry that is the
one which was open would be taken for decided."""


async def _agree(
    session: AsyncSession, agreed: Sequence[tuple[int, str, Any]], now: datetime
) -> None:
    await session.execute(
        _AGREE,
        {
            "ids": [consultant_id for consultant_id, _, _ in agreed],
            "kinds": [kind for _, kind, _ in agreed],
            "theirs": [theirs for _, _, theirs in agreed],
            "now": now,
        },
    )
