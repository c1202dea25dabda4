"""``torogoz audit``: whether the record of what staff did is whole."""

from typing import Annotated

import typer

from actions.audit import service
from api.cli import database

app = typer.Typer(help="Auditoría de lo que hace el personal.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    # Without this, a group with one command would take no command's name.
    pass


@app.command()
def verify(
    head: Annotated[
        str, typer.Option("--head", help="Una huella apuntada antes: tiene que estar en la cadena.")
    ] = "",
) -> None:
    """Recorre la cadena entera; termina con 1 si algo se cambió o falta."""
    wanted = head.strip().lower()
    verified, known = database.in_transaction(
        lambda session: service.verified_with(session, wanted), lambda _: None
    )
    if verified.fault is not None:
        typer.echo(
            f"La cadena NO está entera: entrada {verified.fault.place}, {verified.fault.why}.",
            err=True,
        )
        raise typer.Exit(1)
    if not known:
        typer.echo("Esa huella no está en la cadena: se cambió desde que la apuntó.", err=True)
        raise typer.Exit(1)
    typer.echo(
        f"La cadena está entera: {verified.entries} entradas, "
        f"{verified.erased} con valores borrados.\nÚltima huella: {verified.head}"
    )
