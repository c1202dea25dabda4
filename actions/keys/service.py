"""Keys of other systems: making, listing and revoking them, and letting in who presents one."""

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.keys import rules
from actions.keys.rules import USUAL_PER_MINUTE, AlreadyRevoked, Expired, NoSuchKey, NotLetIn
from actions.keys.rules import Revoked as RevokedBefore
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, like, one_of, order_by

State = Literal["live", "expired", "revoked"]
FILTERS: Final = ("estado",)
STATES: Final[dict[State, str]] = {"live": "vigente", "expired": "vencida", "revoked": "anulada"}
"""How each state of a key is told to the staff; the keys are values of the filter."""
_ORDERS: Final = {
    "nombre": "lower(name)",
    "hecha": "made_at",
    "usada": "last_used_at",
    "vence": "expires_at",
}
ORDERS: Final = tuple(_ORDERS)

NOTED_EACH: Final = timedelta(minutes=1)
"""So long is a key's last use left as it stands: a write per request would tell little more."""
PREFIX_BYTES: Final = 4
SECRET_BYTES: Final = 32
_NOBODYS: Final = b"\0" * SECRET_BYTES


@dataclass(frozen=True, slots=True)
class Made:
    """A new key. ``token`` is all of it: shown this once, for it is kept nowhere."""

    id: int
    prefix: str
    token: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as it is listed."""

    prefix: str
    name: str
    scopes: tuple[str, ...]
    per_minute: int
    state: State
    made_by: str
    made_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The system that presented a key: its name, what it may do, and how often a minute."""

    key_id: int
    name: str
    scopes: frozenset[str]
    per_minute: int


async def create(
    session: AsyncSession,
    name: str,
    scopes: Iterable[str],
    made_by: str,
    now: datetime,
    *,
    per_minute: int = USUAL_PER_MINUTE,
    expires_at: datetime | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Made:
    """Makes a key for the system called ``name``; ``random`` gives that many bytes.

    Raises BadName, BadScopes, BadLimit, ExpiresTooEarly.
    """
    secret = rules.secret_of(random(SECRET_BYTES))
    values = {
        "name": rules.the_name(name, "el nombre del sistema"),
        "digest": rules.digest(secret),
        "scopes": rules.the_scopes(scopes),
        "per_minute": rules.the_limit(per_minute),
        "made_by": rules.the_name(made_by, "quién la hace"),
        "made_at": now,
        "expires_at": rules.the_end(expires_at, now),
    }
    while True:
        prefix = random(PREFIX_BYTES).hex()
        key_id = await session.scalar(
            text(
                """
                INSERT INTO api_key
                    (name, prefix, digest, scopes, per_minute, made_by, made_at, expires_at)
                VALUES
                    (:name, :prefix, :digest, :scopes, :per_minute, :made_by, :made_at, :expires_at)
                ON CONFLICT (prefix) DO NOTHING RETURNING id
                """
            ),
            {**values, "prefix": prefix},
        )
        if key_id is not None:
            return Made(key_id, prefix, rules.token(prefix, secret))


_STATE: Final = """
    CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
        WHEN expires_at <= :now THEN 'expired' ELSE 'live' END
"""
_ROW: Final = f"""
    prefix, name, scopes, per_minute, {_STATE} AS state, made_by, made_at, last_used_at, expires_at,
    revoked_at, revoked_by
"""


async def listed(session: Executor, asked: Asked, now: datetime) -> Listed[KeyRow]:
    """The keys, newest first; ``search`` looks in names and prefixes.

    Raises NoSuchOrder, NoSuchFilter.
    """
    order = order_by(asked, _ORDERS, "made_at DESC", "id DESC")
    values = {
        "now": now,
        "state": one_of(asked, "estado", tuple(STATES)),
        "words": like(asked.search.strip().casefold()),
        "offset": asked.offset,
        "limit": asked.limit,
    }
    found = f"""
        FROM api_key WHERE (CAST(:state AS text) IS NULL OR {_STATE} = :state)
            AND (lower(name) LIKE :words ESCAPE '\\' OR prefix LIKE :words ESCAPE '\\')
    """
    total: int = await session.scalar(text(f"SELECT count(*) {found}"), values)
    rows = await session.execute(
        text(f"SELECT {_ROW} {found} ORDER BY {order} OFFSET :offset LIMIT :limit"), values
    )
    return Listed([_key(row) for row in rows], total)


async def one(session: Executor, prefix: str, now: datetime) -> KeyRow:
    """The key with that prefix. Raises NoSuchKey."""
    row = (
        await session.execute(
            text(f"SELECT {_ROW} FROM api_key WHERE prefix = :prefix"),
            {"prefix": prefix, "now": now},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchKey(prefix)
    return _key(row)


def _key(row: Row[Any]) -> KeyRow:
    values: dict[str, Any] = {**row._mapping, "scopes": tuple(row.scopes)}
    return KeyRow(**values)


async def revoke(session: AsyncSession, prefix: str, by: str, now: datetime) -> str:
    """Takes a key back, from the next request on; the system's name.

    Raises BadName, NoSuchKey, AlreadyRevoked.
    """
    by = rules.the_name(by, "quién la anula")
    name: str | None = await session.scalar(
        text(
            "UPDATE api_key SET revoked_at = :now, revoked_by = :by "
            "WHERE prefix = :prefix AND revoked_at IS NULL RETURNING name"
        ),
        {"prefix": prefix, "by": by, "now": now},
    )
    if name is not None:
        return name
    there = await session.scalar(
        text("SELECT 1 FROM api_key WHERE prefix = :prefix"), {"prefix": prefix}
    )
    raise NoSuchKey(prefix) if there is None else AlreadyRevoked(prefix)


async def authenticate(session: Executor, presented: str, now: datetime) -> Holder:
    """Who holds the key presented. Raises NotLetIn; Expired and Revoked only for the right secret.

    The secret is compared in constant time, and one is compared too where the prefix is unknown.
    Notes the use, once a minute.
    """
    parts = rules.parts(presented)
    if parts is None:
        raise NotLetIn
    prefix, secret = parts
    row = (
        await session.execute(
            text(
                "SELECT id, name, digest, scopes, per_minute, last_used_at, expires_at, revoked_at "
                "FROM api_key WHERE prefix = :prefix"
            ),
            {"prefix": prefix},
        )
    ).one_or_none()
    is_right = hmac.compare_digest(rules.digest(secret), _NOBODYS if row is None else row.digest)
    if row is None or not is_right:
        raise NotLetIn
    if row.revoked_at is not None:
        raise RevokedBefore
    if row.expires_at is not None and row.expires_at <= now:
        raise Expired
    if row.last_used_at is None or row.last_used_at <= now - NOTED_EACH:
        # Of requests that come together one writes; the others find that it has been done.
        await session.execute(
            text(
                "UPDATE api_key SET last_used_at = :now WHERE id = :id "
                "AND (last_used_at IS NULL OR last_used_at <= :due)"
            ),
            {"now": now, "id": row.id, "due": now - NOTED_EACH},
        )
    return Holder(row.id, row.name, frozenset(row.scopes), row.per_minute)
