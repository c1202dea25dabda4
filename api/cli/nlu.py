"""``torogoz nlu``: train, test and serve the understanding."""

import os
import subprocess
import time
from typing import Annotated

import typer

from api.processes import model
from api.processes.progress import step
from api.settings import ROOT, Settings

app = typer.Typer(help="Comprensión del lenguaje (Rasa).", no_args_is_help=True)


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Aunque los datos no hayan cambiado.")] = False,
) -> None:
    """Entrena el modelo si sus datos cambiaron."""
    began = time.monotonic()
    with step("Entrenando el modelo de lenguaje"):
        path = model.train(Settings().var, force=force)
    typer.echo(f"{path} ({path.stat().st_size / 1e6:.2f} MB, {time.monotonic() - began:.0f} s)")


@app.command()
def test(
    folds: Annotated[int, typer.Option(min=2, max=10, help="Particiones.")] = 5,
    compare: Annotated[
        bool, typer.Option(help="También las canalizaciones propias de Rasa (tarda mucho).")
    ] = False,
) -> None:
    """Mide la comprensión: validación cruzada, con faltas de ortografía y mensajes ajenos."""
    var = Settings().var
    path = model.model_path(var)
    if not path.exists():
        with step("Entrenando el modelo de lenguaje"):
            model.train(var)
    sets = sorted((ROOT / "tests" / "nlu_messages").glob("*.jsonl"))
    command = model.rasa_python(
        *("-m", "nlu.evaluation", "--model", str(path.resolve()), "--folds", str(folds)),
        *(["--compare"] if compare else []),
        *("--sets", *map(str, sets)),
    )
    done = subprocess.run(command, env=model.environment(), cwd=var, check=False)
    raise typer.Exit(done.returncode)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Puerto en loopback.")] = 5005,
) -> None:
    """Sirve el modelo en loopback, en primer plano."""
    settings = Settings()
    path = model.model_path(settings.var)
    if not path.exists():
        with step("Entrenando el modelo de lenguaje"):
            model.train(settings.var)
    command = model.rasa(
        *("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port)),
        *("--model", str(path.resolve())),
    )
    os.execve(command[0], command, model.environment())
