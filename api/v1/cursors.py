"""The place in a list from which a client reads on: sealed, and good for that list alone."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from fastapi import Request

from api.v1.access import parts_of
from api.v1.problems import Problem, invalid

_SEAL_BYTES: Final = 16
LONGEST: Final = 400


def sealed(secret: str, place: str, narrowed: Mapping[str, str], last: str) -> str:
    """A cursor after the row ``last`` of the list at ``place``, narrowed by these parameters."""
    raw = last.encode()
    seal = _seal(secret, place, narrowed, raw)
    return base64.urlsafe_b64encode(seal + raw).decode().rstrip("=")


def opened(secret: str, place: str, narrowed: Mapping[str, str], cursor: str) -> str | None:
    """The row that a cursor stands after; None for one that we did not make for this list."""
    padding = "=" * (-len(cursor) % 4)
    try:
        # Strict: more than one spelling of a cursor would be more than we made.
        data = base64.b64decode(cursor + padding, b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    seal, raw = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(secret, place, narrowed, raw)):
        return None
    again = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return raw.decode() if again == cursor else None


def _seal(secret: str, place: str, narrowed: Mapping[str, str], raw: bytes) -> bytes:
    what = json.dumps([place, sorted(narrowed.items()), raw.hex()], ensure_ascii=False)
    key = hashlib.sha256(b"torogoz api cursor " + secret.encode()).digest()
    return hmac.digest(key, what.encode(), "sha256")[:_SEAL_BYTES]


def after(request: Request, narrowed: Mapping[str, str], cursor: str | None) -> str | None:
    """Where the page asked for begins: after this row, or None at the beginning. Raises Problem."""
    if cursor is None:
        return None
    last = opened(parts_of(request).secret(), request.url.path, narrowed, cursor)
    if last is None:
        raise _not_ours()
    return last


def number_after(request: Request, narrowed: Mapping[str, str], cursor: str | None) -> int:
    """The same for rows with a number; 0 at the beginning."""
    last = after(request, narrowed, cursor)
    return 0 if last is None else int(last)


def _not_ours() -> Problem:
    return invalid(
        "query.cursor", "No es de esta lista: use el de «next» con los mismos filtros, o ninguno."
    )
