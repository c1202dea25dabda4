"""The servers that a process of ours needs: joined if they run, started if they do not."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.processes import model
from api.processes.postgres import EmbeddedPostgres
from api.processes.progress import step
from api.processes.rasa import RasaServer
from api.processes.shared import Shared
from api.settings import Settings


def embedded(settings: Settings) -> EmbeddedPostgres:
    """The embedded PostgreSQL of these settings."""
    return EmbeddedPostgres(settings.var / "postgres")


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The database's address; the embedded server runs for the time of the block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = embedded(settings)
    shared = Shared(settings.var / "run" / "postgres", server)
    with step("Base de datos"):
        joined = shared.joined()
        joined.__enter__()
    try:
        yield server.url()
    finally:
        joined.__exit__(None, None, None)


def rasa_server(settings: Settings) -> tuple[RasaServer, Shared]:
    """Rasa with the model of the present data (trained if need be), and its sharing."""
    path = model.model_path(settings.var)
    if not path.exists():
        with step("Entrenando el modelo de lenguaje (solo cuando cambian sus datos)"):
            model.train(settings.var)
    server = RasaServer(settings.var / "nlu", path)
    return server, Shared(settings.var / "run" / "rasa", server)


@contextmanager
def understanding(settings: Settings) -> Iterator[str]:
    """Rasa's address; the server runs for the time of the block."""
    if settings.nlu_url is not None:
        yield settings.nlu_url
        return
    server, shared = rasa_server(settings)
    with step("Rasa"):
        joined = shared.joined()
        joined.__enter__()
    try:
        yield server.url
    finally:
        joined.__exit__(None, None, None)
