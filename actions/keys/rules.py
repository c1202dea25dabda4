"""What a key looks like, what it may allow, and what is refused. Pure.

A key reads ``tgz_<prefix>_<secret>``: the prefix finds it and may be shown, the secret is 256
random bits. So much randomness cannot be tried out, which is why a plain SHA-256 of it is kept and
no slow hash: that would only make every request slow.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SCOPES: Final[dict[str, str]] = {
    "articles:read": "leer los artículos que se sirven",
    "articles:write": "proponer borradores de artículos",
    "facts:read": "leer el registro de hechos",
    "questions:read": "leer las preguntas sin respuesta",
    "cases:read": "leer los casos, con los datos personales tapados",
    "cases:write": "agregar notas a los casos",
    "figures:read": "leer las cifras de uso",
    "people:read": "leer cuántas personas hay, por lugar, rubro y tamaño",
    "registry:read": "leer el registro de consultores, sin sus datos de contacto",
    "bookings:read": "leer las citas con consultores, sin decir quién las pidió",
}
"""What a key may allow, as staff read it."""

LONGEST_NAME: Final = 60
MOST_PER_MINUTE: Final = 6_000
USUAL_PER_MINUTE: Final = 120

_TOKEN: Final = re.compile(r"tgz_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")


class KeyRefused(Exception):
    """Base of what is refused to staff; ``str()`` is a Spanish sentence for who asked."""


class BadName(KeyRefused):
    """A name that cannot stand under what a system does, or under what staff do."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Falta {what}: un nombre de hasta {LONGEST_NAME} letras.")


class BadScopes(KeyRefused):
    """No permission was given, or one that does not exist; ``scopes`` are those."""

    def __init__(self, scopes: Iterable[str]) -> None:
        self.scopes = tuple(scopes)
        known = ", ".join(SCOPES)
        if self.scopes:
            sentence = f"No existe el permiso {', '.join(map(repr, self.scopes))}. Use: {known}."
        else:
            sentence = f"Dé por lo menos un permiso: {known}."
        super().__init__(sentence)


class BadLimit(KeyRefused):
    """So many requests a minute are not granted."""

    def __init__(self) -> None:
        super().__init__(f"El límite por minuto tiene que ser de 1 a {MOST_PER_MINUTE}.")


class ExpiresTooEarly(KeyRefused):
    """A key that would never be good for anything."""

    def __init__(self) -> None:
        super().__init__("Ese vencimiento ya pasó: diga un momento que viene.")


class NoSuchKey(KeyRefused):
    """There is no key with that prefix."""

    def __init__(self, prefix: str) -> None:
        super().__init__(f"No hay una llave que empiece con {prefix!r}: vea la lista.")


class AlreadyRevoked(KeyRefused):
    """The key had been revoked before."""

    def __init__(self, prefix: str) -> None:
        super().__init__(f"La llave {prefix} ya estaba anulada.")


class NotLetIn(Exception):
    """What was presented opens nothing: no key of ours, or not with that secret."""


class Expired(NotLetIn):
    """The key was good until its last day."""


class Revoked(NotLetIn):
    """The key was taken back."""


def the_name(given: str, what: str) -> str:
    """A name without stray spaces; ``what`` tells whose, in Spanish. Raises BadName."""
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadName(what)
    return name


def the_scopes(given: Iterable[str]) -> list[str]:
    """Each scope once, in the order of SCOPES. Raises BadScopes."""
    wanted = set(given)
    unknown = sorted(wanted - set(SCOPES))
    if unknown or not wanted:
        raise BadScopes(unknown)
    return [scope for scope in SCOPES if scope in wanted]


def the_limit(given: int) -> int:
    """Requests a minute. Raises BadLimit."""
    if not 0 < given <= MOST_PER_MINUTE:
        raise BadLimit
    return given


def the_end(given: datetime | None, now: datetime) -> datetime | None:
    """When a key stops working; None for never. Raises ExpiresTooEarly."""
    if given is not None and given <= now:
        raise ExpiresTooEarly
    return given


def secret_of(random: bytes) -> str:
    """The secret part of a key, of 32 random bytes: 43 characters that fit into a header."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def token(prefix: str, secret: str) -> str:
    """The whole key, as its owner presents it."""
    return f"tgz_{prefix}_{secret}"


def parts(presented: str) -> tuple[str, str] | None:
    """Prefix and secret of a key; None for what is none."""
    found = _TOKEN.fullmatch(presented)
    return None if found is None else (found[1], found[2])


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()
