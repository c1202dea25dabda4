"""The commands that run the product, and where the others hang."""

import sys
from typing import Annotated, Final

import psycopg
import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from api.cli import asking, backup, cases, channels, doctor, knowledge, nlu
from api.processes import services
from api.processes.model import NluMissing
from api.processes.parent import die_with_parent
from api.processes.postgres import PostgresFailed
from api.processes.run import AlreadyRunning
from api.settings import DemoRefused, Settings

app = typer.Typer(
    help="Torogoz, el asistente del MARN para pequeñas y medianas empresas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.add_typer(nlu.app, name="nlu")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(channels.app, name="channels")
app.add_typer(cases.app, name="cases")
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)

Parent = Annotated[
    int | None, typer.Option(hidden=True, help="Termina cuando termine ese proceso.")
]


@app.command()
def run() -> None:
    """Todo en una máquina: base de datos, Rasa, web y trabajador, hasta Ctrl-C."""
    from api import logs
    from api.processes.run import run as run_all

    logs.configure("run")
    run_all(Settings())


@app.command()
def web(parent: Parent = None) -> None:
    """Solo la web: webhooks, chat y salud."""
    import uvicorn

    from api import logs
    from api.web import create_app

    if parent is not None:
        die_with_parent(parent)
    logs.configure("web")
    settings = Settings()
    with services.database(settings) as database_url, services.understanding(settings) as nlu_url:
        uvicorn.run(
            create_app(settings, database_url, nlu_url),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=12,
        )


@app.command()
def worker(parent: Parent = None) -> None:
    """Solo un trabajador: turnos, envíos y tareas periódicas."""
    import uvloop

    from api import logs
    from api.processes.worker import work

    if parent is not None:
        die_with_parent(parent)
    logs.configure("worker")
    settings = Settings()
    with services.database(settings) as database_url, services.understanding(settings) as nlu_url:
        uvloop.run(work(settings, database_url, nlu_url))


@app.command()
def migrate() -> None:
    """Pone la base de datos al día."""
    from actions.store import migrate as migrations

    with services.database(Settings()) as database_url:
        applied = migrations.upgrade(database_url)
    typer.echo(f"Aplicado: {', '.join(applied)}" if applied else "Ya estaba al día.")


_WRONG: Final[dict[str, str]] = {
    "int_parsing": "tiene que ser un número entero",
    "float_parsing": "tiene que ser un número",
    "bool_parsing": "tiene que ser true o false",
    "greater_than_equal": "tiene que ser {ge} o más",
    "less_than_equal": "tiene que ser {le} o menos",
    "greater_than": "tiene que ser más que {gt}",
    "value_error": "{error}",
}
"""What is wrong with a setting, by pydantic's name for it."""


def main() -> None:
    """The entry point; errors that a person can mend are one sentence, not a traceback."""
    try:
        app()
    except ValidationError as error:
        for one in error.errors():
            name = "TOROGOZ_" + "_".join(str(part) for part in one["loc"]).upper()
            known = _WRONG.get(one["type"])
            wrong = one["msg"] if known is None else known.format(**one.get("ctx", {}))
            typer.echo(f"{name}: {wrong}.", err=True)
        sys.exit(2)
    except (OperationalError, psycopg.OperationalError) as error:
        # Without SQLAlchemy's lines of its own: the statement, and where to read more.
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        typer.echo(
            f"La base de datos no contesta ({reason}). "
            "Revise TOROGOZ_DATABASE_URL; 'torogoz doctor' dice más.",
            err=True,
        )
        sys.exit(1)
    except (AlreadyRunning, DemoRefused, NluMissing, PostgresFailed) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
