"""Codes that join two people: made on one channel, typed on another, once, within ten minutes.

Only a digest is stored, a keyed hash with a salt of its own. A slow hash such as Argon2 would add
nothing: eight digits can be tried out whatever the hash, and what protects a code is that it is
worth nothing after one use or ten minutes, and that few tries are granted. And since a salted
digest cannot be looked up, each try reckons one hash for every code of the last hour: fast ones,
or trying codes would keep the workers busy.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.people import locks

LIFETIME: Final = timedelta(minutes=10)
REMEMBERED: Final = timedelta(hours=1)
"""So long are codes and failed tries kept: limits are counted over it, and a code that is past is
told from one that never was."""
MOST_CODES: Final = 5
MOST_TRIES: Final = 5
MOST_TRIES_OF_ALL: Final = 300
"""Anyone can open any number of web chats, each with tries of its own. With so many in an hour the
chance to hit one of a hundred live codes is one in 3,000."""
DIGITS: Final = 8
SALT_BYTES: Final = 16

_SPACING: Final = re.compile(r"[\s.\-]")
_CODE: Final = re.compile(r"[0-9]{8}")

Reason = Literal["unknown", "expired", "own", "too_many_tries"]


class TooManyCodes(Exception):
    """The person made as many codes within an hour as are granted."""


class CodeRefused(Exception):
    """A code that joins nobody. ``expired`` also stands for one that was used or replaced.

    Commit what the session wrote: it holds that this try was made.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Found:
    """A code that may be used, and who made it."""

    id: int
    person_id: int


async def make_code(session: AsyncSession, person_id: int, now: datetime) -> str:
    """A new code as it is shown ("1234 5678"); the person's earlier one holds no more.

    Raises TooManyCodes.
    """
    await locks.lock(session, person_id)
    await _drop_old(session, "link_code", "made_at", now)
    made = await session.scalar(
        text("SELECT count(*) FROM link_code WHERE person_id = :person AND made_at > :since"),
        {"person": person_id, "since": now - REMEMBERED},
    )
    if made >= MOST_CODES:
        raise TooManyCodes
    await revoke(session, person_id, now)
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if not await _matching(session, code, now):
            break
    salt = secrets.token_bytes(SALT_BYTES)
    await session.execute(
        text(
            "INSERT INTO link_code (person_id, salt, digest, made_at, expires_at) "
            "VALUES (:person, :salt, :digest, :now, :expires)"
        ),
        {
            "person": person_id,
            "salt": salt,
            "digest": _digest(salt, code),
            "now": now,
            "expires": now + LIFETIME,
        },
    )
    return f"{code[:4]} {code[4:]}"


async def revoke(session: AsyncSession, person_id: int, now: datetime) -> None:
    """The person's codes hold no more."""
    await session.execute(
        text(
            "UPDATE link_code SET expires_at = :now WHERE person_id = :person AND expires_at > :now"
        ),
        {"person": person_id, "now": now},
    )


async def find(session: AsyncSession, person_id: int, code: str, now: datetime) -> Found:
    """The code that the person typed, with or without spaces. Raises CodeRefused."""
    if await _tried_too_often(session, person_id, now):
        raise CodeRefused("too_many_tries")
    digits = _SPACING.sub("", code)
    matching = await _matching(session, digits, now) if _CODE.fullmatch(digits) else []
    # Two people may have been given the same code at the same moment: it tells neither.
    if len(matching) != 1:
        await _note_try(session, person_id, now)
        raise CodeRefused("unknown")
    found, expires_at = matching[0]
    if found.person_id == person_id:
        raise CodeRefused("own")
    if expires_at <= now:
        await _note_try(session, person_id, now)
        raise CodeRefused("expired")
    return found


async def use(session: AsyncSession, found: Found, now: datetime) -> None:
    """Uses the code up, under its owner's lock. Raises CodeRefused when it holds no more."""
    used = await session.scalar(
        text(
            "UPDATE link_code SET expires_at = :now WHERE id = :id AND expires_at > :now "
            "RETURNING id"
        ),
        {"id": found.id, "now": now},
    )
    if used is None:
        raise CodeRefused("expired")


async def _matching(
    session: AsyncSession, code: str, now: datetime
) -> list[tuple[Found, datetime]]:
    rows = await session.execute(
        text(
            "SELECT id, person_id, salt, digest, expires_at FROM link_code WHERE made_at > :since"
        ),
        {"since": now - REMEMBERED},
    )
    return [
        (Found(row.id, row.person_id), row.expires_at)
        for row in rows
        if hmac.compare_digest(_digest(row.salt, code), bytes(row.digest))
    ]


def _digest(salt: bytes, code: str) -> bytes:
    return hmac.new(salt, code.encode(), hashlib.sha256).digest()


async def _tried_too_often(session: AsyncSession, person_id: int, now: datetime) -> bool:
    row = (
        await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE person_id = :person) AS own, count(*) AS of_all "
                "FROM link_try WHERE tried_at > :since"
            ),
            {"person": person_id, "since": now - REMEMBERED},
        )
    ).one()
    return bool(row.own >= MOST_TRIES or row.of_all >= MOST_TRIES_OF_ALL)


async def _note_try(session: AsyncSession, person_id: int, now: datetime) -> None:
    await _drop_old(session, "link_try", "tried_at", now)
    await session.execute(
        text("INSERT INTO link_try (person_id, tried_at) VALUES (:person, :now)"),
        {"person": person_id, "now": now},
    )


async def _drop_old(session: AsyncSession, table: str, column: str, now: datetime) -> None:
    # Rows of others, so whatever another transaction is dropping already is passed over.
    await session.execute(
        text(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} "
            f"WHERE {column} <= :before FOR UPDATE SKIP LOCKED)"
        ),
        {"before": now - REMEMBERED},
    )
