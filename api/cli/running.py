"""``torogoz run``, ``web``, ``worker`` and ``migrate``: the processes of the product."""

from typing import Annotated

import typer
import uvicorn
import uvloop

from actions.store import migrate as migrations
from api import logs
from api.processes import services
from api.processes.parent import die_with_parent
from api.processes.run import run as run_all
from api.processes.seeding import seeded
from api.processes.worker import work
from api.settings import Settings
from api.web import create_app

Parent = Annotated[
    int | None, typer.Option(hidden=True, help="Termina cuando termine ese proceso.")
]


def run() -> None:
    """Todo en una máquina: base de datos, Rasa, web y trabajador, hasta Ctrl-C."""
    logs.configure("run")
    run_all(Settings())


def web(parent: Parent = None) -> None:
    """Solo la web: webhooks, chat y salud."""
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
            proxy_headers=settings.trusted_proxies is not None,
            forwarded_allow_ips=settings.trusted_proxies,
            server_header=False,
            timeout_graceful_shutdown=12,
        )


def worker(parent: Parent = None) -> None:
    """Solo un trabajador: turnos, envíos y tareas periódicas."""
    if parent is not None:
        die_with_parent(parent)
    logs.configure("worker")
    settings = Settings()
    with services.database(settings) as database_url, services.understanding(settings) as nlu_url:
        uvloop.run(work(settings, database_url, nlu_url))


def migrate() -> None:
    """Pone la base de datos al día."""
    with services.database(Settings()) as database_url:
        applied = migrations.upgrade(database_url)
        seeded(database_url)
    typer.echo(f"Aplicado: {', '.join(applied)}" if applied else "Ya estaba al día.")
