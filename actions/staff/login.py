"""Letting staff in: password, second factor, and what slows down who tries them out.

After some failures on one account, or from one network address, there is a pause that grows. Each
failure counts, known account or not, so that an answer tells nothing about who has one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.staff import passwords, second_factor, sessions
from actions.staff.errors import TooMany, WrongLogin
from actions.staff.sessions import Stage
from actions.staff.vault import Vault
from actions.store.database import Database, Executor

WITHIN: Final = timedelta(minutes=15)
"""Failures of so long ago count."""
FREE: Final = 5
"""Failures of an account before the first pause; each further one doubles it."""
FREE_OF_ADDRESS: Final = 30
"""The same of a network address: an office shares one."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(minutes=15)


def pause_after(failures: int, free: int) -> timedelta:
    """How long nothing is tried after so many failures."""
    if failures < free:
        return timedelta(0)
    # The exponent is bounded: 2 ** failures is not.
    doubled: int = 2 ** min(failures - free, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Let:
    """A login that went as far as ``stage``, with the token of its session."""

    staff_id: int
    name: str
    token: str
    stage: Stage


async def with_password(
    database: Database,
    vault: Vault,
    email: str,
    password: str,
    *,
    address: str,
    agent: str,
    must_have_factor: bool,
    now: datetime,
    but_for: str = "",
) -> Let:
    """Begins a session for who has the password. ``must_have_factor``: whoever has no second factor
    has to set it up before anything else. ``but_for``: accounts whose address ends so are
    not let in. Raises WrongLogin, TooMany.

    It opens its transactions itself: the password is looked at between them, which takes too long
    to hold one, and a failure has to be kept though the login is refused.
    """
    digest = vault.digest("login", email.strip().casefold())
    async with database.transaction() as session:
        attempt = await _attempt(session, digest, address, now)
        row = (
            await session.execute(
                text(
                    "SELECT id, name, email, password_hash, totp_since IS NOT NULL AS has_factor "
                    "FROM staff WHERE lower(email) = lower(:email) AND disabled_at IS NULL"
                ),
                {"email": email.strip()},
            )
        ).one_or_none()
    if row is not None and but_for and row.email.casefold().endswith(but_for):
        row = None
    right = await passwords.is_right(row.password_hash if row else None, password)
    if row is None or not right:
        raise WrongLogin
    stage: Stage = "code" if row.has_factor else "setup" if must_have_factor else "full"
    async with database.transaction() as session:
        await _succeeded(session, attempt)
        if stage == "full":
            await _forget(session, digest)
        token = await sessions.begin(session, row.id, stage, address, agent, now)
    return Let(row.id, row.name, token, stage)


async def with_code(
    database: Database,
    vault: Vault,
    session_id: int,
    staff_id: int,
    code: str,
    *,
    address: str,
    agent: str,
    now: datetime,
) -> Let:
    """Turns a session that waits for the second factor into a full one, with a new token.

    ``code`` is one of the app, or a recovery code. Raises WrongCode, TooMany.
    """
    digest = vault.digest("login", f"code of {staff_id}")
    async with database.transaction() as session:
        await _attempt(session, digest, address, now)
    async with database.transaction() as session:
        await second_factor.use(session, vault, staff_id, code, now)
        email, name = (
            await session.execute(
                text("SELECT email, name FROM staff WHERE id = :id"), {"id": staff_id}
            )
        ).one()
        await _forget(session, digest)
        await _forget(session, vault.digest("login", email.casefold()))
        await sessions.end(session, session_id)
        token = await sessions.begin(session, staff_id, "full", address, agent, now)
    return Let(staff_id, name, token, "full")


async def _attempt(session: AsyncSession, digest: bytes, address: str, now: datetime) -> int:
    """Notes an attempt as failed, before it is known: of a hundred at once no more are looked at
    than of a hundred in a row. Its id. Raises TooMany."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:key)"),
        {"key": int.from_bytes(digest[:8], signed=True)},
    )
    await _check_pause(session, digest, address, now)
    attempt: int = await session.scalar(
        text(
            "INSERT INTO login_failure (account_digest, address, at) "
            "VALUES (:digest, :address, :now) RETURNING id"
        ),
        {"digest": digest, "address": address, "now": now},
    )
    return attempt


async def _succeeded(session: AsyncSession, attempt: int) -> None:
    await session.execute(text("DELETE FROM login_failure WHERE id = :id"), {"id": attempt})


async def _check_pause(session: Executor, digest: bytes, address: str, now: datetime) -> None:
    row = (
        await session.execute(
            text(
                """
                SELECT count(*) FILTER (WHERE account_digest = :digest) AS of_account,
                    max(at) FILTER (WHERE account_digest = :digest) AS account_at,
                    count(*) FILTER (WHERE address = :address) AS of_address,
                    max(at) FILTER (WHERE address = :address) AS address_at
                FROM login_failure WHERE at > :since
                    AND (account_digest = :digest OR address = :address)
                """
            ),
            {"digest": digest, "address": address, "since": now - WITHIN},
        )
    ).one()
    until = now
    if row.account_at is not None:
        until = max(until, row.account_at + pause_after(row.of_account, FREE))
    if row.address_at is not None:
        until = max(until, row.address_at + pause_after(row.of_address, FREE_OF_ADDRESS))
    if until > now:
        raise TooMany(until, -(-int((until - now).total_seconds()) // 60))


async def _forget(session: AsyncSession, digest: bytes) -> None:
    await session.execute(
        text("DELETE FROM login_failure WHERE account_digest = :digest"), {"digest": digest}
    )
