"""What may go wrong with accounts: each a class, whose text is a Spanish sentence for staff."""

from datetime import datetime


class StaffRefused(Exception):
    """Base of what is refused; ``field`` names the part of a form that it is about, if one."""

    field = ""


class NoSuchStaff(StaffRefused):
    def __init__(self) -> None:
        super().__init__("No hay una cuenta así.")


class EmailTaken(StaffRefused):
    field = "email"

    def __init__(self) -> None:
        super().__init__("Ya hay una cuenta con ese correo.")


class NameTaken(StaffRefused):
    field = "name"

    def __init__(self) -> None:
        super().__init__("Ya hay alguien con ese nombre: agregue un apellido o el cargo.")


class BadEmail(StaffRefused):
    field = "email"

    def __init__(self) -> None:
        super().__init__("Ese correo no está bien escrito.")


class BadName(StaffRefused):
    field = "name"

    def __init__(self) -> None:
        super().__init__("Escriba el nombre, de 2 a 60 letras.")


class NoRole(StaffRefused):
    field = "roles"

    def __init__(self) -> None:
        super().__init__("Marque al menos un rol.")


class LastAdministrator(StaffRefused):
    field = "roles"

    def __init__(self) -> None:
        super().__init__(
            "Es la única cuenta de administración activa: dé antes ese rol a otra persona."
        )


class WrongLogin(StaffRefused):
    """Wrong password, unknown or disabled account: which of them is not told."""

    def __init__(self) -> None:
        super().__init__("El correo o la contraseña no son correctos.")


class TooMany(StaffRefused):
    """Too many failures; ``until`` when it may be tried again."""

    def __init__(self, until: datetime, minutes: int) -> None:
        wait = "un minuto" if minutes <= 1 else f"{minutes} minutos"
        super().__init__(f"Hubo demasiados intentos. Espere {wait} y pruebe otra vez.")
        self.until = until


class WrongCode(StaffRefused):
    field = "code"

    def __init__(self) -> None:
        super().__init__("Ese código no es correcto o ya se usó. Espere el siguiente.")


class WrongPassword(StaffRefused):
    field = "current"

    def __init__(self) -> None:
        super().__init__("Esa no es su contraseña actual.")


class LinkOver(StaffRefused):
    def __init__(self) -> None:
        super().__init__(
            "Este enlace ya se usó o venció. Pida uno nuevo a quien administra el sistema."
        )


class NotSetUp(StaffRefused):
    def __init__(self) -> None:
        super().__init__("El segundo factor no está activado.")
