"""What is refused about the registry: each a class, whose text is a Spanish sentence for who asked.

Those of applications and codes are read by a consultant in the chat, the others by staff.
"""

from collections.abc import Iterable


class RegistryRefused(Exception):
    """Base of what is refused; ``str()`` says what to do next."""


# -- files and sources -----------------------------------------------------------------------------


class FileTooLarge(RegistryRefused):
    """More bytes than are read, as it came or unpacked."""

    def __init__(self, megabytes: int) -> None:
        super().__init__(
            f"El archivo es demasiado grande: caben {megabytes} MB. "
            "Quite hojas, imágenes o filas vacías y vuelva a subirlo."
        )


class NotATable(RegistryRefused):
    """Neither CSV nor XLSX, or damaged."""

    def __init__(self) -> None:
        super().__init__(
            "El archivo no se puede leer como tabla: guárdelo como Excel (.xlsx) o como CSV y "
            "vuelva a subirlo."
        )


class NoRows(RegistryRefused):
    """Nothing stands under the names of the columns, or nothing at all."""

    def __init__(self) -> None:
        super().__init__("El archivo no trae ningún consultor: revise que no esté vacío.")


class TooManyRows(RegistryRefused):
    """More rows than a registry has."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Son demasiadas filas: caben {most:,}. Revise que el archivo sea el del registro."
        )


class ColumnsMissing(RegistryRefused):
    """Columns without which a row says nothing; ``columns`` are their names."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        named = ", ".join(f"«{one}»" for one in self.columns)
        super().__init__(
            f"En la primera fila faltan estas columnas: {named}. "
            "Agréguelas con esos nombres y vuelva a subir el archivo."
        )


class ColumnTwice(RegistryRefused):
    """Two columns say the same thing."""

    def __init__(self, column: str) -> None:
        super().__init__(f"La columna «{column}» está dos veces: deje solo una.")


class SourceFailed(RegistryRefused):
    """The registry's service did not answer as agreed; ``why`` is a Spanish phrase."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"El servicio del registro {why}. Pruebe más tarde, o suba el archivo del registro."
        )


# -- synchronising ---------------------------------------------------------------------------------


class NoSuchSync(RegistryRefused):
    def __init__(self) -> None:
        super().__init__("Esa sincronización no existe: vuelva a cargar la lista.")


class Discarded(RegistryRefused):
    """It was put aside, and its rows are gone."""

    def __init__(self) -> None:
        super().__init__("Esa sincronización se descartó: suba el archivo otra vez.")


class Stale(RegistryRefused):
    """What the proposal would change is no more what was shown."""

    def __init__(self) -> None:
        super().__init__(
            "El registro cambió después de esta propuesta, y no se aplicó nada: "
            "suba el archivo otra vez y revise las diferencias nuevas."
        )


class NoSuchConflict(RegistryRefused):
    def __init__(self) -> None:
        super().__init__("Ese conflicto no existe: vuelva a cargar la lista.")


class AlreadyDecided(RegistryRefused):
    """Somebody decided it before."""

    def __init__(self) -> None:
        super().__init__("Ese conflicto ya se decidió: vuelva a cargar la lista.")


class NoSuchDecision(RegistryRefused):
    """A conflict of that kind is not decided so."""

    def __init__(self, known: Iterable[str]) -> None:
        super().__init__(f"Así no se decide este conflicto: elija {' o '.join(known)}.")


# -- consultants -----------------------------------------------------------------------------------


class NoSuchConsultant(RegistryRefused):
    def __init__(self) -> None:
        super().__init__("Ese consultor no está: vuelva a cargar la lista.")


class NotFromThere(RegistryRefused):
    """A state does not lead to the other; both as they are shown."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"Ya está {before.lower()}: vuelva a cargar la página."
            if before == after
            else f"De «{before}» no se pasa a «{after}»: vuelva a cargar la página y revise el "
            "estado."
        )


class NumberTaken(RegistryRefused):
    """Another consultant has that registration number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"El número {number} ya está en el registro. Si es la misma persona, hágale un código "
            "para que se una a ese número, y no apruebe la solicitud."
        )


class BadNumber(RegistryRefused):
    def __init__(self) -> None:
        super().__init__(
            "Ese número de registro no se puede usar: escriba letras, cifras, puntos y guiones, "
            "hasta 40."
        )


class BadValidity(RegistryRefused):
    """The registration would end before it begins, or has ended already."""

    def __init__(self) -> None:
        super().__init__(
            "La vigencia no puede ser esa: tiene que terminar después de empezar, y no antes de "
            "hoy."
        )


class NothingSaid(RegistryRefused):
    """A text that must be there is empty or too long; ``what`` names it, with its article."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"Falta {what}, de hasta {most} letras: escríbalo y vuelva a intentarlo.")


# -- said to the consultant in the chat ------------------------------------------------------------


class AlreadyApplied(RegistryRefused):
    def __init__(self) -> None:
        super().__init__("Ya tenés una solicitud en revisión: te avisamos cuando haya respuesta.")


class AlreadyRegistered(RegistryRefused):
    def __init__(self) -> None:
        super().__init__("Ya estás en el registro: no hace falta otra solicitud.")


class NotSo(RegistryRefused):
    """An answer that cannot be kept; ``sentence`` says what is wrong, in voseo."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class TooManyDocuments(RegistryRefused):
    def __init__(self, most: int) -> None:
        super().__init__(f"Caben {most} documentos por solicitud: mandá solo los necesarios.")


class CodeOfNobody(RegistryRefused):
    """It never was, was used, was replaced, or is past."""

    def __init__(self) -> None:
        super().__init__("Ese código no sirve o ya venció: pedí otro al ministerio.")


class TooManyTries(RegistryRefused):
    """As many wrong codes within an hour as are granted: not even the right one is taken now."""

    def __init__(self) -> None:
        super().__init__("Fueron muchos códigos equivocados: probá otra vez dentro de una hora.")
