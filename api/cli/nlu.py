"""``torogoz nlu``: train, test and serve the understanding."""

import os
import subprocess
import time
from typing import Annotated

import typer

from api.processes import model
from api.processes.progress import step
from api.settings import Settings

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
) -> None:
    """Validación cruzada sobre los datos de entrenamiento; deja el informe en var/nlu/test."""
    settings = Settings()
    results = settings.var.resolve() / "nlu" / "test"
    results.mkdir(parents=True, exist_ok=True)
    command = model.rasa(
        *("test", "nlu", "--cross-validation", "--folds", str(folds), "--no-plot"),
        *("--nlu", str(model.NLU / "data"), "--config", str(model.NLU / "config.yml")),
        *("--domain", str(model.NLU / "domain.yml"), "--out", str(results)),
    )
    done = subprocess.run(command, env=model.environment(), cwd=settings.var, check=False)
    typer.echo(f"Informe: {results}")
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
