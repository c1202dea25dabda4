"""How entries of the audit are chained: pure, so that anybody can verify it.

``digest = SHA-256(previous || place, at, staff_id, way, act, subject, person_id, actor_digest,
detail_digest)``, the fields as one line of canonical JSON; the digest of a value is
``SHA-256(salt || canonical JSON)``.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

GENESIS: Final = hashlib.sha256(b"torogoz audit").digest()
"""What stands before the first entry."""
SALT_BYTES: Final = 16


def digest_of_value(salt: bytes, value: Mapping[str, Any]) -> bytes:
    """The salted digest of an actor or a detail."""
    return hashlib.sha256(salt + _canonical(value)).digest()


def digest_of_entry(
    previous: bytes,
    *,
    place: int,
    at: datetime,
    staff_id: int | None,
    way: str,
    act: str,
    subject: str,
    person_id: int | None,
    actor_digest: bytes,
    detail_digest: bytes,
) -> bytes:
    """The digest that chains an entry to the one before it."""
    line = [
        place,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        staff_id,
        way,
        act,
        subject,
        person_id,
        actor_digest.hex(),
        detail_digest.hex(),
    ]
    return hashlib.sha256(previous + _canonical(line)).digest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
