"""How a registered consultant comes into the chat: by a code of the ministry, used once.

A code has 60 random bits, so a person's few tries are granted to keep them from hammering at it,
and none are counted over all people: that would only let one of them shut everybody else out.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import feeds
from actions.people import linking, locks
from actions.registry import history
from actions.registry.errors import (
    AlreadyRegistered,
    CodeOfNobody,
    NoSuchConsultant,
    TooManyTries,
)
from actions.registry.rules import REGISTERED
from actions.store.database import Executor

LIFETIME: Final = timedelta(days=7)
MOST_TRIES: Final = 5
"""Wrong codes of one person within TRIES_REMEMBERED."""
TRIES_REMEMBERED: Final = timedelta(hours=1)
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are taken for each other: 0 and O, 1 and I."""
_LENGTH: Final = 12
_SPACING: Final = re.compile(r"[\s.-]")


async def make_code(session: AsyncSession, consultant_id: int, by: str, now: datetime) -> str:
    """A new code as it is handed over ("AB2C-DEFG-H3JK"); an earlier one holds no more.

    Raises NoSuchConsultant for one that is not registered.
    """
    state = await session.scalar(
        text("SELECT state FROM consultant WHERE id = :id FOR UPDATE"), {"id": consultant_id}
    )
    if state not in REGISTERED:
        raise NoSuchConsultant
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    await session.execute(
        text(
            "INSERT INTO consultant_code (consultant_id, digest, made_by, made_at, expires_at) "
            "VALUES (:consultant, :digest, :by, :now, :expires) "
            "ON CONFLICT (consultant_id) DO UPDATE SET digest = excluded.digest, "
            "made_by = excluded.made_by, made_at = excluded.made_at, "
            "expires_at = excluded.expires_at"
        ),
        {
            "consultant": consultant_id,
            "digest": _digest(code),
            "by": by,
            "now": now,
            "expires": now + LIFETIME,
        },
    )
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


async def join(session: AsyncSession, person_id: int, code: str, now: datetime) -> int:
    """The person answers for the code's consultant from now on, whoever did before; the
    consultant's number in our table. An application of theirs is done with: its papers go over.

    Raises AlreadyRegistered where they, or an account joined to them, answer for another one: the
    code can still be used; CodeOfNobody, after which what the session wrote has to be committed,
    since it holds that this try was made; and TooManyTries.
    """
    typed = _SPACING.sub("", code).upper()
    person_id = await linking.holder(session, person_id)
    # Tries at once come one after the other, so that each counts those before it.
    await locks.lock(session, person_id)
    if await _tried_too_often(session, person_id, now):
        raise TooManyTries
    found = {"digest": _digest(typed), "now": now}
    consultant_id = await session.scalar(
        text(
            "SELECT consultant_id FROM consultant_code WHERE digest = :digest AND expires_at > :now"
        ),
        found,
    )
    if consultant_id is None:
        await _note_try(session, person_id, now)
        raise CodeOfNobody
    # The consultants before the code, as whoever makes one takes them; each after its number.
    rows = await session.execute(
        text(
            "SELECT id, state, person_id FROM consultant WHERE id = :id OR person_id = ANY(:people)"
            " ORDER BY id FOR UPDATE"
        ),
        {"id": consultant_id, "people": await linking.accounts(session, person_id)},
    )
    held = {row.id: row for row in rows}
    before = held.pop(consultant_id).person_id
    if any(other.state in REGISTERED for other in held.values()):
        raise AlreadyRegistered
    used = await session.scalar(
        text(
            "DELETE FROM consultant_code WHERE digest = :digest AND expires_at > :now "
            "RETURNING consultant_id"
        ),
        found,
    )
    if used is None:
        # Somebody else used it, or another one was made, while this waited.
        await _note_try(session, person_id, now)
        raise CodeOfNobody
    for other_id in held:
        for statement in _TAKE_OVER:
            await session.execute(text(statement), {"old": other_id, "new": consultant_id})
    if before != person_id:
        # Whoever answered for them until now has the address, and nothing to read there any more.
        await feeds.revoke(session, consultant_id)
    await session.execute(
        text(
            "UPDATE consultant SET person_id = :person, end_told_for = NULL, updated_at = :now "
            "WHERE id = :id"
        ),
        {"person": person_id, "id": consultant_id, "now": now},
    )
    await history.note(session, consultant_id, {"person_id": (None, True)}, "consultor", now)
    return int(consultant_id)


_TAKE_OVER: Final = (
    "UPDATE consultant_document SET consultant_id = :new WHERE consultant_id = :old",
    "UPDATE consultant_change SET consultant_id = :new WHERE consultant_id = :old",
    "DELETE FROM consultant WHERE id = :old",
)
"""It never had a number, so nothing but these can be about it."""


async def of_person(session: Executor, person_id: int) -> int | None:
    """The registered consultant for whom the person answers, or one that they are joined to."""
    found: int | None = await session.scalar(
        text(
            "SELECT id FROM consultant WHERE person_id = ANY(:people) "
            "AND state = ANY(:registered) ORDER BY id LIMIT 1"
        ),
        {
            "people": await linking.accounts(session, await linking.holder(session, person_id)),
            "registered": [*REGISTERED],
        },
    )
    return found


async def _tried_too_often(session: AsyncSession, person_id: int, now: datetime) -> bool:
    tries: int = await session.scalar(
        text(
            "SELECT count(*) FROM consultant_code_try "
            "WHERE person_id = :person AND tried_at > :since"
        ),
        {"person": person_id, "since": now - TRIES_REMEMBERED},
    )
    return tries >= MOST_TRIES


async def _note_try(session: AsyncSession, person_id: int, now: datetime) -> None:
    # Rows of others, so whatever another transaction is dropping already is passed over.
    await session.execute(
        text(
            "DELETE FROM consultant_code_try WHERE id IN (SELECT id FROM consultant_code_try "
            "WHERE tried_at <= :before FOR UPDATE SKIP LOCKED)"
        ),
        {"before": now - TRIES_REMEMBERED},
    )
    await session.execute(
        text("INSERT INTO consultant_code_try (person_id, tried_at) VALUES (:person, :now)"),
        {"person": person_id, "now": now},
    )


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
