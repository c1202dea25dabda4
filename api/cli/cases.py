"""``torogoz cases``: what the staff does with requests for a person."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import service as cases
from actions.store.database import Database
from api.clock import ZONE
from api.processes import services
from api.settings import Settings

app = typer.Typer(help="Casos: personas que pidieron hablar con alguien.", no_args_is_help=True)
console = Console(highlight=False)
Result = TypeVar("Result")
Number = Annotated[int, typer.Argument(help="Número del caso.")]
LONGEST_REPLY: Final = 800
"""Characters. Outside the 24-hour window WhatsApp's template takes no more, its own words included;
a channel would cut the rest, or refuse the message after staff was told that it is on its way."""


def _in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    async def run(url: str) -> Result:
        database = Database(url)
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    with services.database(Settings()) as url:
        try:
            return asyncio.run(run(url))
        except cases.NoSuchCase as error:
            typer.echo(f"No hay un caso abierto con el número {error}.", err=True)
            raise typer.Exit(1) from None


@app.command("list")
def list_open() -> None:
    """Los casos abiertos, del más viejo al más nuevo."""
    table = Table("Caso", "Canal", "Desde", "Último mensaje")
    for case in _in_transaction(cases.open_cases):
        opened = case.opened_at.astimezone(ZONE).strftime("%d/%m %H:%M")
        table.add_row(str(case.number), case.channel, opened, escape(case.last_text[:80]))
    console.print(table)


@app.command()
def show(number: Number) -> None:
    """Los últimos mensajes de un caso."""
    for line in _in_transaction(lambda session: cases.thread(session, number)):
        at = line.at.astimezone(ZONE).strftime("%d/%m %H:%M")
        console.print(
            f"[dim]{at} {line.sender}[/dim] {escape(line.text)}",
            # Lines are broken for a terminal only.
            soft_wrap=not sys.stdout.isatty(),
        )


@app.command()
def reply(number: Number, message: Annotated[str, typer.Argument(help="Respuesta.")]) -> None:
    """Manda una respuesta por el mismo chat."""
    words = message.strip()
    problem = _why_not_sendable(words)
    if problem is not None:
        typer.echo(problem, err=True)
        raise typer.Exit(2)
    _in_transaction(lambda session: cases.reply(session, number, words))
    typer.echo("En camino.")


def _why_not_sendable(words: str) -> str | None:
    if not words:
        return "La respuesta está vacía."
    if len(words) > LONGEST_REPLY:
        return f"La respuesta tiene {len(words)} letras y caben {LONGEST_REPLY}: mándela en partes."
    try:
        words.encode()
    except UnicodeEncodeError:
        return "La respuesta tiene letras que no se pueden leer: use una terminal en UTF-8."
    return None


@app.command()
def close(number: Number) -> None:
    """Cierra un caso."""
    _in_transaction(lambda session: cases.close(session, number))
    typer.echo("Cerrado.")
