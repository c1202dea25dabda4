"""What is refused about bookings: each a class, whose text says what to do next.

Owners and consultants read them in the same chat, staff some of them in the console; those that
staff may read address nobody: neither "vos" nor "usted".
"""

from collections.abc import Sequence
from typing import Final

from actions.bookings.openings import Opening


class BookingRefused(Exception):
    """Base of what is refused; ``str()`` is a Spanish sentence."""


class NotYours(BookingRefused):
    """There is no such booking, or it is of other people: which of both is not told."""

    def __init__(self) -> None:
        super().__init__("Esa cita no es tuya, o ya no existe: «mis citas» muestra las que hay.")


class OpeningRefused(BookingRefused):
    """A time cannot be had; ``alternatives`` are up to three free ones, in the order of time."""

    sentence: str = ""

    def __init__(self, alternatives: Sequence[Opening] = ()) -> None:
        super().__init__(self.sentence)
        self.alternatives: Final = tuple(alternatives)


class Taken(OpeningRefused):
    sentence = "Esa hora ya está ocupada: hay que elegir otra."


class AlreadyMeeting(OpeningRefused):
    """The owner asked somebody for that time, or meets them then."""

    sentence = "Ya tenés otra cita a esa hora: hay que elegir otra."


class PastDate(OpeningRefused):
    sentence = "Esa hora ya pasó: hay que elegir otra."


class TooEarly(OpeningRefused):
    """Sooner than a consultant can be expected to answer."""

    sentence = "Esa hora está demasiado cerca para confirmarla: hay que elegir otra más adelante."


class TooFar(OpeningRefused):
    sentence = "Todavía no se dan citas para esa fecha: hay que elegir una más cercana."


class ClosedDay(OpeningRefused):
    """A holiday, or a day that the consultant closed."""

    sentence = "Ese día no se atiende: hay que elegir otro."


class NotAnOpening(OpeningRefused):
    """The consultant has no time then, or cannot be met in that way."""

    sentence = "A esa hora no se atiende: hay que elegir otra."


class SameTime(OpeningRefused):
    sentence = "La cita ya es a esa hora: hay que elegir otra."


class HoldExpired(OpeningRefused):
    """The ten minutes are over."""

    sentence = "Pasó el tiempo para confirmar y la hora se soltó: hay que elegirla otra vez."


class NotBookable(OpeningRefused):
    """Nobody of the registry, or their registration does not hold today."""

    sentence = "Con ese consultor no se pueden hacer citas ahora: hay que buscar otro."


class OwnConsultant(BookingRefused):
    """Who answers for a consultant asks for time with them."""

    def __init__(self) -> None:
        super().__init__("Nadie puede hacer una cita consigo: hay que buscar otro consultor.")


class TooManyBookings(BookingRefused):
    """So many bookings to come are granted to one person."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Ya hay {most} citas pendientes: para otra, primero hay que cancelar una."
        )


class NoPurpose(BookingRefused):
    def __init__(self, most: int) -> None:
        super().__init__(f"Falta el motivo de la cita, de hasta {most} letras.")


class NoConsent(BookingRefused):
    """Without it the consultant cannot be given the owner's contact."""

    def __init__(self) -> None:
        super().__init__(
            "Para pedir la cita hay que aceptar que el consultor reciba los datos de contacto."
        )


class NotNow(BookingRefused):
    """A booking in that ``state`` takes no such change: it was answered, moved or ended."""

    def __init__(self, state: str) -> None:
        super().__init__("Eso ya no se puede con esta cita: «mis citas» muestra cómo está ahora.")
        self.state: Final = state


class TooSoon(BookingRefused):
    """The meeting has not been yet."""

    def __init__(self) -> None:
        super().__init__("Eso se puede cuando la cita haya pasado.")


class BadStars(BookingRefused):
    def __init__(self) -> None:
        super().__init__("La calificación va de 1 a 5.")


class AlreadyRated(BookingRefused):
    def __init__(self) -> None:
        super().__init__("Esa cita ya tiene calificación.")


class BadWords(BookingRefused):
    """A text is empty where it must not be, or too long."""

    def __init__(self, most: int) -> None:
        super().__init__(f"El texto tiene que llevar entre 1 y {most} letras.")


class BadAnswer(BookingRefused):
    """What a complaint is answered with does not fit a message."""

    def __init__(self, most: int) -> None:
        super().__init__(f"La respuesta puede llevar hasta {most} letras.")


class TooManyComplaints(BookingRefused):
    def __init__(self) -> None:
        super().__init__("El ministerio ya tiene las quejas de esta cita y las va a revisar.")


class NoSuchComplaint(BookingRefused):
    def __init__(self) -> None:
        super().__init__("Esa queja no existe. Está en la lista si todavía sigue abierta.")


class AlreadySettled(BookingRefused):
    """Somebody of the ministry settled it before."""

    def __init__(self) -> None:
        super().__init__("Esa queja ya la resolvió alguien más: abajo está lo que se hizo.")


class BadAvailability(BookingRefused):
    """Hours or days that cannot be kept; ``sentence`` says what is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
