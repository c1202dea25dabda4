"""Accounts of the staff: invited, changed, disabled, and let in by a link the first time."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.staff import passwords
from actions.staff.errors import (
    BadEmail,
    BadName,
    EmailTaken,
    LastAdministrator,
    LinkOver,
    NameTaken,
    NoRole,
    NoSuchStaff,
)
from actions.staff.permissions import ROLES, Permission, Role, allowed
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, like, one_of, order_by

LINK_LASTS: Final = timedelta(hours=72)
LOCK: Final = 7_263_544
"""Key of the advisory lock of whoever changes accounts: that an administrator is left depends on
all of them."""

FILTERS: Final = ("rol", "estado")
STATES: Final = ("activas", "invitadas", "desactivadas")
ORDERS: Final = ("nombre", "entrada")


@dataclass(frozen=True, slots=True)
class Member:
    """An account as others see it. ``second_factor``: it is asked for; ``invited``: no password
    was set yet."""

    id: int
    email: str
    name: str
    roles: tuple[str, ...]
    second_factor: bool
    invited: bool
    made_at: datetime
    last_login_at: datetime | None
    disabled_at: datetime | None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What their roles allow."""
        return allowed(self.roles)


_COLUMNS: Final = (
    "id, email, name, roles, totp_since IS NOT NULL AS second_factor, "
    "password_hash IS NULL AS invited, made_at, last_login_at, disabled_at"
)


def _member(row: Any) -> Member:
    return Member(
        row.id,
        row.email,
        row.name,
        tuple(row.roles),
        row.second_factor,
        row.invited,
        row.made_at,
        row.last_login_at,
        row.disabled_at,
    )


async def member(session: Executor, staff_id: int) -> Member:
    """One account. Raises NoSuchStaff."""
    row = (
        await session.execute(
            text(f"SELECT {_COLUMNS} FROM staff WHERE id = :id"), {"id": staff_id}
        )
    ).one_or_none()
    if row is None:
        raise NoSuchStaff
    return _member(row)


async def by_email(session: Executor, email: str) -> Member:
    """The account with that address. Raises NoSuchStaff."""
    staff_id: int | None = await session.scalar(
        text("SELECT id FROM staff WHERE lower(email) = lower(:email)"), {"email": email.strip()}
    )
    if staff_id is None:
        raise NoSuchStaff
    return await member(session, staff_id)


async def members(session: Executor, asked: Asked) -> Listed[Member]:
    """Accounts by name; the search is for name or e-mail. Raises NoSuchOrder, NoSuchFilter."""
    state = one_of(asked, "estado", STATES)
    role = one_of(asked, "rol", tuple(ROLES))
    orders = {"nombre": "lower(name)", "entrada": "last_login_at"}
    order = order_by(asked, orders, "disabled_at IS NOT NULL, lower(name)", "id")
    conditions = """
        (CAST(:role AS text) IS NULL OR :role = ANY(roles))
        AND (CAST(:search AS text) IS NULL OR name ILIKE :search ESCAPE '\\'
            OR email ILIKE :search ESCAPE '\\')
        AND (CAST(:state AS text) IS NULL OR :state = CASE
            WHEN disabled_at IS NOT NULL THEN 'desactivadas'
            WHEN password_hash IS NULL THEN 'invitadas' ELSE 'activas' END)
    """
    values = {
        "role": role,
        "state": state,
        "search": like(asked.search.strip()) if asked.search.strip() else None,
        "limit": asked.limit,
        "offset": asked.offset,
    }
    rows = await session.execute(
        text(
            f"SELECT {_COLUMNS} FROM staff WHERE {conditions} "
            f"ORDER BY {order} LIMIT :limit OFFSET :offset"
        ),
        values,
    )
    total: int = await session.scalar(
        text(f"SELECT count(*) FROM staff WHERE {conditions}"), values
    )
    return Listed([_member(row) for row in rows], total)


async def names(session: Executor) -> list[str]:
    """Names of those who can work: for choosing whom something is given to."""
    rows = await session.scalars(
        text("SELECT name FROM staff WHERE disabled_at IS NULL ORDER BY lower(name)")
    )
    return list(rows)


def checked_email(given: str) -> str:
    """The address as it is kept. Raises BadEmail."""
    try:
        # Whether its domain receives mail is not ours to ask: the link is handed over by hand.
        return validate_email(given.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise BadEmail from error


def checked_name(given: str) -> str:
    """The name as it is kept. Raises BadName."""
    name = " ".join(given.split())
    if not 2 <= len(name) <= 60 or not name.isprintable():
        raise BadName
    return name


def checked_roles(given: Sequence[str]) -> list[str]:
    """Known roles, each once, in their order. Raises NoRole."""
    roles = [role.value for role in Role if role in given]
    if not roles:
        raise NoRole
    return roles


async def invite(
    session: AsyncSession, email: str, name: str, roles: Sequence[str], now: datetime
) -> tuple[int, str]:
    """Makes an account without a password; its id, and the token of the link that lets it in.

    Raises BadEmail, BadName, NoRole, EmailTaken, NameTaken.
    """
    values = {
        "email": checked_email(email),
        "name": checked_name(name),
        "roles": checked_roles(roles),
    }
    staff_id: int = await _unique(
        session,
        "INSERT INTO staff (email, name, roles) VALUES (:email, :name, :roles) RETURNING id",
        values,
    )
    return staff_id, await make_link(session, staff_id, now)


async def _unique(session: AsyncSession, statement: str, values: dict[str, Any]) -> int:
    try:
        async with session.begin_nested():
            changed: int = await session.scalar(text(statement), values)
    except IntegrityError as error:
        if "uq_staff_email" in str(error.orig):
            raise EmailTaken from None
        if "uq_staff_name" in str(error.orig):
            raise NameTaken from None
        raise
    return changed


async def change(
    session: AsyncSession, staff_id: int, name: str, email: str, roles: Sequence[str]
) -> tuple[Member, Member]:
    """Changes an account; as it was before and as it is. Conversations and questions that are with
    this person stay with them under the new name.

    Raises NoSuchStaff, BadEmail, BadName, NoRole, EmailTaken, NameTaken, LastAdministrator.
    """
    await _lock(session)
    before = await member(session, staff_id)
    kept = checked_roles(roles)
    values = {
        "id": staff_id,
        "email": checked_email(email),
        "name": checked_name(name),
        "roles": kept,
    }
    if Role.ADMINISTRATION in before.roles and Role.ADMINISTRATION not in kept:
        await _check_another_administrator(session, staff_id)
    await _unique(
        session,
        "UPDATE staff SET name = :name, email = :email, roles = :roles WHERE id = :id RETURNING id",
        values,
    )
    after = await member(session, staff_id)
    if after.name != before.name:
        for statement in (
            'UPDATE "case" SET staff = :new WHERE staff = :old AND closed_at IS NULL',
            "UPDATE question_cluster SET assigned_to = :new "
            "WHERE assigned_to = :old AND state = 'open'",
        ):
            await session.execute(text(statement), {"new": after.name, "old": before.name})
    return before, after


async def disable(session: AsyncSession, staff_id: int, now: datetime) -> Member:
    """Shuts an account, ends its sessions and links; what it did stays. Raises NoSuchStaff,
    LastAdministrator."""
    await _lock(session)
    before = await member(session, staff_id)
    if Role.ADMINISTRATION in before.roles:
        await _check_another_administrator(session, staff_id)
    await session.execute(
        text("UPDATE staff SET disabled_at = COALESCE(disabled_at, :now) WHERE id = :id"),
        {"id": staff_id, "now": now},
    )
    await session.execute(text("DELETE FROM staff_session WHERE staff_id = :id"), {"id": staff_id})
    await _end_links(session, staff_id, now)
    return before


async def enable(session: AsyncSession, staff_id: int) -> Member:
    """Opens a shut account again. Raises NoSuchStaff."""
    await session.execute(
        text("UPDATE staff SET disabled_at = NULL WHERE id = :id"), {"id": staff_id}
    )
    return await member(session, staff_id)


async def _lock(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def _check_another_administrator(session: Executor, staff_id: int) -> None:
    # One who was only invited may never come.
    another = await session.scalar(
        text(
            "SELECT 1 FROM staff WHERE id <> :id AND disabled_at IS NULL "
            "AND password_hash IS NOT NULL AND :role = ANY(roles) LIMIT 1"
        ),
        {"id": staff_id, "role": Role.ADMINISTRATION.value},
    )
    if another is None:
        raise LastAdministrator


async def make_link(session: AsyncSession, staff_id: int, now: datetime) -> str:
    """The token of a new link by which a password is set; older links of theirs end."""
    await _end_links(session, staff_id, now)
    token = secrets.token_urlsafe(32)
    await session.execute(
        text(
            "INSERT INTO staff_link (staff_id, token_digest, made_at, expires_at) "
            "VALUES (:staff, :digest, :now, :expires)"
        ),
        {
            "staff": staff_id,
            "digest": token_digest(token),
            "now": now,
            "expires": now + LINK_LASTS,
        },
    )
    return token


async def _end_links(session: AsyncSession, staff_id: int, now: datetime) -> None:
    await session.execute(
        text("UPDATE staff_link SET used_at = :now WHERE staff_id = :id AND used_at IS NULL"),
        {"id": staff_id, "now": now},
    )


def token_digest(token: str) -> bytes:
    """What is kept of a token: it is random, so a plain digest cannot be tried out."""
    return hashlib.sha256(token.encode()).digest()


async def behind_link(session: Executor, token: str, now: datetime) -> Member:
    """Whose password a link sets. Raises LinkOver."""
    staff_id: int | None = await session.scalar(
        text(
            "SELECT staff_id FROM staff_link JOIN staff ON staff.id = staff_id "
            "WHERE token_digest = :digest AND used_at IS NULL AND expires_at > :now "
            "AND disabled_at IS NULL"
        ),
        {"digest": token_digest(token), "now": now},
    )
    if staff_id is None:
        raise LinkOver
    return await member(session, staff_id)


async def accept(session: AsyncSession, token: str, password_hash: str, now: datetime) -> int:
    """Sets the password behind a link, which ends, and so do all sessions; the account's id.

    The password was checked and hashed by the caller: that takes too long for a transaction.
    Raises LinkOver, also for the second of two who use it together.
    """
    staff_id: int | None = await session.scalar(
        text(
            "UPDATE staff_link SET used_at = :now FROM staff "
            "WHERE token_digest = :digest AND used_at IS NULL AND expires_at > :now "
            "AND staff.id = staff_id AND disabled_at IS NULL RETURNING staff_id"
        ),
        {"digest": token_digest(token), "now": now},
    )
    if staff_id is None:
        raise LinkOver
    await set_password(session, staff_id, password_hash)
    return staff_id


async def set_password(
    session: AsyncSession, staff_id: int, password_hash: str, *, but: int | None = None
) -> None:
    """Keeps a new password; all sessions end, ``but`` that one."""
    await session.execute(
        text("UPDATE staff SET password_hash = :hash WHERE id = :id"),
        {"id": staff_id, "hash": password_hash},
    )
    await session.execute(
        text("DELETE FROM staff_session WHERE staff_id = :id AND id <> COALESCE(:but, -1)"),
        {"id": staff_id, "but": but},
    )


async def has_password(session: Executor, staff_id: int, password: str) -> bool:
    """Whether that is the account's password. Takes some fifty milliseconds."""
    kept: str | None = await session.scalar(
        text("SELECT password_hash FROM staff WHERE id = :id"), {"id": staff_id}
    )
    return await passwords.is_right(kept, password)
