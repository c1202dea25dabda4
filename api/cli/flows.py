"""``torogoz flows``: checks and draws the tasks."""

from typing import Annotated

import typer

from api.assembly import FLOWS, RESPONSES
from api.failures import MendableError
from bot import flows, responses
from bot.acting import ACTIONS
from bot.flows.check import check as mistakes_of
from bot.flows.draw import draw as drawn
from bot.understanding.understood import KNOWN
from knowledge.marked_yaml import SourceError

app = typer.Typer(help="Las tareas que una persona puede hacer conversando.", no_args_is_help=True)


def _loaded() -> flows.Flows:
    try:
        return flows.load(FLOWS)
    except SourceError as error:
        raise MendableError(str(error)) from error


@app.command()
def check() -> None:
    """Revisa todos los flujos; dice archivo y línea de cada error."""
    loaded = _loaded()
    try:
        said = responses.load(RESPONSES)
    except responses.InvalidResponses as error:
        raise MendableError(str(error)) from error
    found = mistakes_of(loaded, said, ACTIONS, KNOWN)
    for mistake in found:
        typer.echo(str(mistake), err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{len(loaded.flows)} flujos y {len(loaded.slots)} datos: sin errores.")


@app.command()
def draw(name: Annotated[str, typer.Argument(help="El nombre del flujo.")]) -> None:
    """Dibuja un flujo, en la notación de Mermaid."""
    loaded = _loaded()
    flow = loaded.flows.get(name)
    if flow is None:
        known = ", ".join(sorted(loaded.flows))
        raise MendableError(f"No hay un flujo «{name}». Los que hay: {known}.")
    typer.echo(drawn(flow))
