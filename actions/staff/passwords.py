"""Passwords: how they are kept, and which are refused.

argon2id with the parameters of RFC 9106 for little memory, which are argon2-cffi's own. A hash
takes 64 MiB and some fifty milliseconds of a core: never in the event loop, and few at once.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 200
"""Characters. A hash of megabytes would be a way to keep the server busy."""
AT_ONCE: Final = 2

_hasher = PasswordHasher()
_threads: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")


class WeakPassword(ValueError):
    """Its text is a Spanish sentence that says what is wrong."""


def check(password: str, email: str, name: str) -> None:
    """Raises WeakPassword. Length is what counts (NIST SP 800-63B, 5.1.1.2): no rules on signs."""
    if len(password) < SHORTEST:
        raise WeakPassword(
            f"Use al menos {SHORTEST} caracteres: tres o cuatro palabras juntas sirven."
        )
    if len(password) > LONGEST:
        raise WeakPassword(f"Use {LONGEST} caracteres como máximo.")
    plain = password.casefold()
    if len(set(plain)) < 5:
        raise WeakPassword("Repite pocos caracteres: use palabras distintas.")
    known = {email.partition("@")[0].casefold(), *name.casefold().split(), "torogoz"}
    rest = plain
    for one in sorted((word for word in known if len(word) > 3), key=len, reverse=True):
        rest = rest.replace(one, "")
    if len(rest) < SHORTEST // 2:
        raise WeakPassword("Se parece demasiado a su nombre, su correo o el del sistema.")
    if plain.strip("0123456789") in _COMMON or plain in _COMMON:
        raise WeakPassword("Es una contraseña muy común: use otra.")


_COMMON: Final = frozenset(
    {
        "contraseña",
        "contraseñasegura",
        "micontraseña",
        "contrasena",
        "contrasenasegura",
        "elsalvador",
        "elsalvadorsv",
        "sansalvador",
        "medioambiente",
        "ministerio",
        "password",
        "passwordpassword",
        "qwertyuiop",
        "qwertyuiopasdf",
        "administrador",
        "administracion",
        "123456789012",
        "1234567890123",
        "12345678901234",
        "abcdefghijkl",
    }
)


async def hashed(password: str) -> str:
    """The hash to keep."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def is_right(kept: str | None, password: str) -> bool:
    """Whether the password is that of the hash; takes as long where there is no hash."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, kept, password[: LONGEST + 1])


def _verify(kept: str | None, password: str) -> bool:
    try:
        # Somebody's who is nobody: an unknown account must not answer faster.
        _hasher.verify(kept if kept is not None else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
