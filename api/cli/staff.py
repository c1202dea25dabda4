"""``torogoz staff``: accounts of the console, for whoever runs the server."""

import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.staff import accounts, second_factor
from actions.staff.accounts import Member
from actions.staff.errors import StaffRefused
from actions.staff.permissions import NAMES, ROLES, Role
from actions.store.listing import Asked
from api.cli import database
from api.clock import now
from api.settings import Settings

app = typer.Typer(help="Cuentas del personal en la consola.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="Correo de la persona.")]


def _told(error: Exception) -> str | None:
    return str(error) if isinstance(error, StaffRefused) else None


def who() -> Actor:
    """Whoever runs the command, for the audit."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "(desconocido)"
    return Actor("terminal", name)


@app.command()
def invite(
    email: Email,
    name: Annotated[str, typer.Option("--name", help="Nombre y apellido.")],
    role: Annotated[
        list[Role] | None,
        typer.Option("--role", help="Un rol; se puede repetir. Si no se dice, administracion."),
    ] = None,
) -> None:
    """Hace una cuenta y escribe el enlace con el que la persona elige su contraseña."""
    roles = [one.value for one in role or [Role.ADMINISTRATION]]

    async def work(session: AsyncSession) -> str:
        staff_id, token = await accounts.invite(session, email, name, roles, now())
        after = {"name": name, "email": email, "roles": roles}
        await audit.record(
            session, who(), Act("staff.invite", f"staff:{staff_id}", after=after), now()
        )
        return token

    _tell_link(database.in_transaction(work, _told))


def _tell_link(token: str) -> None:
    hours = int(accounts.LINK_LASTS.total_seconds() // 3600)
    typer.echo(f"Mande este enlace por un medio seguro. Sirve una vez y vence en {hours} horas:")
    typer.echo(f"{Settings().public_address}/consola/enlace/{token}")


@app.command()
def link(email: Email) -> None:
    """Hace un enlace nuevo para elegir contraseña: para quien la olvidó."""

    async def work(session: AsyncSession) -> str:
        one = await accounts.by_email(session, email)
        token = await accounts.make_link(session, one.id, now())
        await audit.record(session, who(), Act("staff.reset_link", f"staff:{one.id}"), now())
        return token

    _tell_link(database.in_transaction(work, _told))


@app.command()
def disable(email: Email) -> None:
    """Desactiva una cuenta y cierra sus sesiones."""

    async def work(session: AsyncSession) -> Member:
        one = await accounts.by_email(session, email)
        await accounts.disable(session, one.id, now())
        await audit.record(session, who(), Act("staff.disable", f"staff:{one.id}"), now())
        return one

    one = database.in_transaction(work, _told)
    typer.echo(f"La cuenta de {one.name} quedó desactivada.")


@app.command("reset-factor")
def reset_factor(email: Email) -> None:
    """Quita el segundo factor de una cuenta: para quien perdió su teléfono y sus códigos."""

    async def work(session: AsyncSession) -> Member:
        one = await accounts.by_email(session, email)
        await second_factor.turn_off(session, one.id)
        await audit.record(session, who(), Act("staff.reset_factor", f"staff:{one.id}"), now())
        return one

    one = database.in_transaction(work, _told)
    typer.echo(f"{one.name} entra ahora solo con su contraseña, y puede activar otro.")


@app.command("list")
def list_all() -> None:
    """Las cuentas y sus roles."""
    listed = database.in_transaction(
        lambda session: accounts.members(session, Asked(limit=1_000)), _told
    )
    table = Table("Nombre", "Correo", "Roles", "Estado", "Segundo factor")
    for one in listed.rows:
        state = "invitada" if one.invited else "activa"
        table.add_row(
            one.name,
            one.email,
            ", ".join(NAMES[role] for role in ROLES if role in one.roles),
            "desactivada" if one.disabled_at else state,
            "sí" if one.second_factor else "no",
        )
    Console(highlight=False).print(table)
