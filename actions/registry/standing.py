"""States that change without the registry saying so: by hand, and by the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import history, rules, sync
from actions.registry.cells import clean
from actions.registry.errors import NoSuchConsultant, NotFromThere, NothingSaid
from actions.store.database import Executor

LONGEST_REASON: Final = 500
TOLD_BEFORE: Final = timedelta(days=30)
"""So long before its last day is somebody told that their registration ends."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration whose state changed, or is about to; ``person_id`` answers for them in the
    chat, if anybody does."""

    consultant_id: int
    name: str
    registration_number: str
    state: str
    valid_to: date
    person_id: int | None


async def suspend(
    session: AsyncSession, consultant_id: int, reason: str, by: str, now: datetime
) -> None:
    """The ministry suspends someone, who is told why; the registry alone does not undo it. Raises
    NoSuchConsultant, NotFromThere and NothingSaid."""
    reason = said(reason, "el motivo")
    await sync.hold(session)
    await set_state(session, consultant_id, "suspendida", by, now, reason=reason, by_hand=True)


async def reinstate(
    session: AsyncSession, consultant_id: int, reason: str, by: str, now: datetime
) -> str:
    """The ministry ends a suspension, and the registry alone does not put it back. The state that
    follows: ``vencida`` where the registration ended meanwhile. Raises as :func:`suspend`."""
    reason = said(reason, "el motivo")
    await sync.hold(session)
    held = await _held(session, consultant_id)
    if held.state != "suspendida":
        raise NotFromThere(rules.STATES[held.state], rules.STATES["vigente"])
    state = rules.state_on("vigente", held.valid_to, rules.day_of(now))
    by_hand = state == "vigente"  # That it ended is the calendar's word.
    await set_state(session, consultant_id, state, by, now, reason=reason, by_hand=by_hand)
    return state


async def expire(session: AsyncSession, now: datetime) -> Sequence[Registered]:
    """Marks those whose last day is past as lapsed, and tells who: their bookings are nobody's any
    more. To be run every night; until then rules.is_bookable says no by itself."""
    await sync.hold(session)
    rows = await session.execute(
        text(
            """
            WITH lapsed AS (
                UPDATE consultant SET state = 'vencida', state_by_hand = false, updated_at = :now
                WHERE state = 'vigente' AND valid_to < :day
                RETURNING id, name, registration_number, state, valid_to, person_id),
            noted AS (
                INSERT INTO consultant_change (consultant_id, field, before, after, source, at)
                SELECT id, 'state', '"vigente"', '"vencida"', 'vencimiento', :now FROM lapsed)
            SELECT * FROM lapsed ORDER BY id
            """
        ),
        {"now": now, "day": rules.day_of(now)},
    )
    return [Registered(*row) for row in rows]


async def ending(session: AsyncSession, now: datetime) -> Sequence[Registered]:
    """Those in the chat whose registration ends within TOLD_BEFORE, each once for each last day, in
    however many processes this runs. To be run every night."""
    await sync.hold(session)
    day = rules.day_of(now)
    rows = await session.execute(
        text(
            "UPDATE consultant SET end_told_for = valid_to WHERE state = 'vigente' "
            "AND valid_to BETWEEN :day AND :last AND person_id IS NOT NULL "
            "AND end_told_for IS DISTINCT FROM valid_to "
            "RETURNING id, name, registration_number, state, valid_to, person_id"
        ),
        {"day": day, "last": day + TOLD_BEFORE},
    )
    return [Registered(*row) for row in rows]


async def changed_by(session: Executor, sync_id: int) -> Sequence[Registered]:
    """Those in the chat to whom a synchronisation gave another state, which they were not asked
    about; who was new with it is none of them."""
    rows = await session.execute(
        text(
            "SELECT c.id, c.name, c.registration_number, c.state, c.valid_to, c.person_id "
            "FROM consultant_change AS h JOIN consultant AS c ON c.id = h.consultant_id "
            "WHERE h.sync_id = :sync AND h.field = 'state' AND c.person_id IS NOT NULL "
            "ORDER BY c.id"
        ),
        {"sync": sync_id},
    )
    return [Registered(*row) for row in rows]


async def set_state(
    session: AsyncSession,
    consultant_id: int,
    state: str,
    by: str,
    now: datetime,
    *,
    reason: str | None,
    by_hand: bool,
) -> None:
    """Sets a state that the present one may turn into, with its history; the caller holds the
    registry's lock. Raises NoSuchConsultant and NotFromThere."""
    held = await _held(session, consultant_id)
    if not rules.may_become(held.state, state):
        raise NotFromThere(rules.STATES[held.state], rules.STATES[state])
    await session.execute(
        text(
            "UPDATE consultant SET state = :state, state_by_hand = :by_hand, updated_at = :now "
            "WHERE id = :id"
        ),
        {"id": consultant_id, "state": state, "by_hand": by_hand, "now": now},
    )
    await history.note(
        session,
        consultant_id,
        {"state": (held.state, state)},
        "ministerio",
        now,
        by=by,
        reason=reason,
    )


async def _held(session: AsyncSession, consultant_id: int) -> Row[Any]:
    row = (
        await session.execute(
            text("SELECT state, valid_to FROM consultant WHERE id = :id FOR UPDATE"),
            {"id": consultant_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchConsultant
    return row


def said(words: str, what: str, most: int = LONGEST_REASON) -> str:
    """The words as they are kept; ``what`` names them. Raises NothingSaid."""
    kept = clean(words)
    if not kept or len(kept) > most:
        raise NothingSaid(what, most)
    return kept
