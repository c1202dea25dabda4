"""What staff may get wrong about a person: each a class, whose text is a Spanish sentence."""

from collections.abc import Mapping


class PersonRefused(Exception):
    """Base of what is refused; ``str()`` is for the member of the staff who asked."""


class NoSuchPerson(PersonRefused):
    """There is no person with that number."""

    def __init__(self, person_id: int) -> None:
        super().__init__(f"No hay ninguna persona con el número {person_id}: búsquela en la lista.")


class AlreadyErased(PersonRefused):
    """Nothing is held about that person any more."""

    def __init__(self, person_id: int) -> None:
        super().__init__(
            f"Los datos de la persona {person_id} ya se borraron: no hay nada que cambiar. "
            "Si vuelve a escribir, aparece en la lista."
        )


class HeldByStaff(PersonRefused):
    """Someone of the ministry has the conversation; ``case`` is its number."""

    def __init__(self, case: int) -> None:
        super().__init__(
            f"Alguien del ministerio está atendiendo el caso {case} de esta persona. "
            "Ciérrelo o devuélvalo al asistente y vuelva a intentarlo."
        )
        self.case = case


class NoReason(PersonRefused):
    """The reason is missing, or is longer than ``most`` letters."""

    def __init__(self, most: int) -> None:
        super().__init__(f"Escriba por qué se borran los datos, en {most} letras o menos.")


class NoSuchCategory(PersonRefused):
    """No messages are called that."""

    def __init__(self) -> None:
        super().__init__("Esos mensajes no existen: elija avisos, recordatorios o capacitaciones.")


class NoSuchPlace(PersonRefused):
    """A place in a list of messages that cannot be one."""

    def __init__(self) -> None:
        super().__init__("Ese lugar de la conversación no existe: ábrala de nuevo desde el final.")


class BadFields(PersonRefused):
    """Fields of a firm that cannot be taken; ``problems`` are Spanish sentences by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)
