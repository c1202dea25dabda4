"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes."""

import secrets
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.staff.errors import NotSetUp, WrongCode
from actions.staff.vault import Vault
from actions.store.database import Executor

ISSUER: Final = "Torogoz"
STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
"""A clock may be off by so many steps."""
CODES: Final = 10
CODE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for others."""
CODE_LENGTH: Final = 10
"""31 ** 10 is some 2 ** 49, behind the pauses after failures."""


async def propose(session: AsyncSession, vault: Vault, staff_id: int) -> str:
    """A secret to be scanned. It counts once a code of it was given: see :func:`turn_on`. Asked
    for again before, it is the same one, so that a page may be loaded twice."""
    kept: bytes | None = await session.scalar(
        text(
            "SELECT totp_secret FROM staff WHERE id = :id AND totp_since IS NULL FOR NO KEY UPDATE"
        ),
        {"id": staff_id},
    )
    if kept is not None:
        return vault.decrypted(kept)
    secret = pyotp.random_base32()
    await session.execute(
        text(
            "UPDATE staff SET totp_secret = :secret, totp_last_step = NULL "
            "WHERE id = :id AND totp_since IS NULL"
        ),
        {"id": staff_id, "secret": vault.encrypted(secret)},
    )
    return secret


def address_of(secret: str, email: str) -> str:
    """The ``otpauth://`` address that an app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def spaced(secret: str) -> str:
    """The secret in groups of four, for who types it."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


async def turn_on(
    session: AsyncSession, vault: Vault, staff_id: int, code: str, now: datetime
) -> list[str]:
    """Asks for the second factor from now on; the recovery codes, which are told this once only.

    Raises WrongCode, and NotSetUp where nothing was proposed or it is on already.
    """
    row = (
        await session.execute(
            text(
                "SELECT totp_secret FROM staff WHERE id = :id AND totp_since IS NULL "
                "AND totp_secret IS NOT NULL FOR NO KEY UPDATE"
            ),
            {"id": staff_id},
        )
    ).one_or_none()
    if row is None:
        raise NotSetUp
    step = _step_of(vault.decrypted(row.totp_secret), code, now, None)
    if step is None:
        raise WrongCode
    await session.execute(
        text("UPDATE staff SET totp_since = :now, totp_last_step = :step WHERE id = :id"),
        {"id": staff_id, "now": now, "step": step},
    )
    return await new_codes(session, vault, staff_id)


async def turn_off(session: AsyncSession, staff_id: int) -> None:
    """Forgets the second factor and its recovery codes."""
    await session.execute(
        text(
            "UPDATE staff SET totp_secret = NULL, totp_since = NULL, totp_last_step = NULL "
            "WHERE id = :id"
        ),
        {"id": staff_id},
    )
    await session.execute(text("DELETE FROM recovery_code WHERE staff_id = :id"), {"id": staff_id})


async def new_codes(session: AsyncSession, vault: Vault, staff_id: int) -> list[str]:
    """Fresh recovery codes; the former ones end."""
    await session.execute(text("DELETE FROM recovery_code WHERE staff_id = :id"), {"id": staff_id})
    codes = [
        "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)
    ]
    await session.execute(
        text(
            "INSERT INTO recovery_code (staff_id, digest) "
            "SELECT :staff, unnest(CAST(:digests AS bytea[]))"
        ),
        {"staff": staff_id, "digests": [_digest(vault, staff_id, code) for code in codes]},
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def codes_left(session: Executor, staff_id: int) -> int:
    """How many recovery codes are unused."""
    left: int = await session.scalar(
        text("SELECT count(*) FROM recovery_code WHERE staff_id = :id AND used_at IS NULL"),
        {"id": staff_id},
    )
    return left


async def use(session: AsyncSession, vault: Vault, staff_id: int, code: str, now: datetime) -> None:
    """Takes a code of the app or a recovery code, each at most once. Raises WrongCode."""
    given = "".join(code.split()).replace("-", "").casefold()
    row = (
        await session.execute(
            text(
                "SELECT totp_secret, totp_last_step FROM staff "
                "WHERE id = :id AND totp_since IS NOT NULL FOR NO KEY UPDATE"
            ),
            {"id": staff_id},
        )
    ).one_or_none()
    if row is None:
        raise WrongCode
    if given.isascii() and given.isdigit():
        step = _step_of(vault.decrypted(row.totp_secret), given, now, row.totp_last_step)
        if step is None:
            raise WrongCode
        await session.execute(
            text("UPDATE staff SET totp_last_step = :step WHERE id = :id"),
            {"id": staff_id, "step": step},
        )
        return
    used = await session.scalar(
        text(
            "UPDATE recovery_code SET used_at = :now "
            "WHERE staff_id = :id AND digest = :digest AND used_at IS NULL RETURNING id"
        ),
        {"id": staff_id, "digest": _digest(vault, staff_id, given), "now": now},
    )
    if used is None:
        raise WrongCode


def _step_of(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The time step that a code belongs to, later than ``last``; None for no such one."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        fits = secrets.compare_digest(totp.at(step * STEP_SECONDS), code)
        if fits and (last is None or step > last):
            return step
    return None


def _digest(vault: Vault, staff_id: int, code: str) -> bytes:
    return vault.digest("recovery", f"{staff_id}:{code.casefold()}")
