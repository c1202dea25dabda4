"""What staff may get wrong in a case: each a class, whose text is a Spanish sentence for them."""


class CaseRefused(Exception):
    """Base of what is refused; ``str()`` is for the member of the staff who asked."""


class Empty(CaseRefused):
    """Nothing was written; ``what`` names the thing, with its article."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Falta {what}: escriba algo y vuelva a intentarlo.")


class TooLong(CaseRefused):
    """``what`` has ``length`` characters, and ``most`` fit."""

    def __init__(self, what: str, length: int, most: int) -> None:
        super().__init__(f"{what} tiene {length} letras y caben {most}: escriba menos.")
        self.length = length
        self.most = most


class TooManyFiles(CaseRefused):
    """More files than one reply takes."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            f"Puso {count} archivos y caben {most} por mensaje: mande los demás después."
        )


class FilesOutsideWindow(CaseRefused):
    """WhatsApp takes no file now: the person has not written for a day."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"La persona del caso {number} no ha escrito en 24 horas y WhatsApp no deja mandarle "
            "archivos. Mándele solo texto; cuando conteste podrá enviar el archivo."
        )


class NoSuchCloseReason(CaseRefused):
    """A case cannot be closed for that reason."""

    def __init__(self, reason: str, known: tuple[str, ...]) -> None:
        super().__init__(f"No hay un motivo de cierre {reason!r}: use {', '.join(known)}.")


class BadCursor(CaseRefused):
    """That is no place in a thread."""

    def __init__(self) -> None:
        super().__init__("Esa parte de la conversación no se encuentra: vuelva a abrir el caso.")


class NoSuchCanned(CaseRefused):
    """There is no canned reply with that number."""

    def __init__(self) -> None:
        super().__init__("Esa respuesta guardada ya no existe: vuelva a cargar la lista.")


class TitleTaken(CaseRefused):
    """Another canned reply has that title."""

    def __init__(self, title: str) -> None:
        super().__init__(f"Ya hay una respuesta guardada que se llama «{title}»: dele otro nombre.")
