"""Why a file is not taken: each a class, whose text is a Spanish sentence for who chose it."""

from typing import Final

_MEGABYTE: Final = 1024 * 1024


class FileRefused(Exception):
    """Base of what is refused; ``str()`` says what to do instead."""


class NotAccepted(FileRefused):
    """By its content it is none of the kinds that are taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"«{name}» no se puede mandar: use una foto JPG, PNG o WebP, o un PDF.")


class TooLarge(FileRefused):
    """It has more bytes than are taken, as it came or after it was made anew."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            f"«{name}» pesa demasiado: caben {most // _MEGABYTE} MB. Redúzcalo y vuelva a subirlo."
        )


class TooManyPixels(FileRefused):
    """A picture with more pixels than are taken."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            f"La foto «{name}» es demasiado grande: caben {most // 1_000_000} megapíxeles. "
            "Hágala más pequeña y vuelva a subirla."
        )


class TooManyPages(FileRefused):
    """A document with more pages than are taken."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"«{name}» tiene demasiadas páginas: caben {most}. Mándelo en partes.")


class Encrypted(FileRefused):
    """A document that only opens with a password, or forbids something without one."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"«{name}» está protegido con contraseña: guárdelo sin protección y vuelva a subirlo."
        )


class Unreadable(FileRefused):
    """It begins as a file of a kind that is taken, and cannot be read to its end."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"«{name}» está dañado o incompleto: ábralo, guárdelo de nuevo y vuelva a subirlo."
        )
