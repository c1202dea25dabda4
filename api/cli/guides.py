"""``torogoz knowledge guides``: every guide as a PDF file."""

from pathlib import Path
from typing import Annotated

import typer

from actions.guides.pdf import render
from actions.guides.service import offered
from api.clock import today
from knowledge.library import Library


def write(
    out: Annotated[Path, typer.Option(file_okay=False, help="Carpeta de los PDF.")] = Path("guias"),
) -> None:
    """Escribe todas las guías como PDF, tal como se mandan hoy."""
    day = today()
    library = Library.load(day)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for guide in offered(library):
            path = out / f"{guide.id}.pdf"
            size = path.write_bytes(render(guide, library, day))
            typer.echo(f"{path}  {size / 1000:.0f} kB")
    except OSError as error:
        typer.echo(f"No se pudo escribir en {out}: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
