"""``torogoz run``: everything on one machine, supervised, until Ctrl-C."""

import asyncio
import fcntl
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import httpx
import structlog

from actions.demo import service as demo
from actions.demo import staff as demo_staff
from actions.store import migrate
from actions.store.database import Database
from api.clock import now
from api.failures import MendableError
from api.processes import services
from api.processes.child import Child
from api.processes.progress import console, step
from api.processes.seeding import seeded
from api.processes.shared import Shared
from api.settings import ROOT, Settings
from knowledge.facts import load_facts
from knowledge.library import FOLDER

LOOK_SECONDS: Final = 0.5
END_SECONDS: Final = 25.0
READY_SECONDS: Final = 90.0

log = structlog.get_logger(__name__)


class AlreadyRunning(MendableError):
    """Another ``torogoz run`` has this folder; the message says which."""


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Refuses a second run on the same folder. The kernel frees the lock of one that was killed."""
    folder = settings.var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "supervisor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"Torogoz ya está corriendo ({lock.read().strip()}). "
                "Paralo con Ctrl-C en su terminal antes de arrancar otro."
            ) from None
        lock.truncate(0)
        lock.write(f"proceso {os.getpid()}, {settings.public_address}")
        lock.flush()
        yield


def children(settings: Settings, database_url: str, nlu_url: str) -> list[Child]:
    """The processes of ours, not yet started."""
    environment = {
        **os.environ,
        "TOROGOZ_DATABASE_URL": database_url,
        "TOROGOZ_NLU_URL": nlu_url,
        "TOROGOZ_VAR": str(settings.var),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "api.cli"]
    parent = f"--parent={os.getpid()}"
    workers = [
        Child(f"worker-{number}", [*command, "worker", parent], environment)
        for number in range(1, settings.workers + 1)
    ]
    return [Child("web", [*command, "web", parent], environment), *workers]


def run(settings: Settings) -> None:
    """Runs until SIGINT or SIGTERM, and ends all that it started."""
    stopping = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopping.set())
    settings = settings.model_copy(update={"var": settings.var.resolve()})
    began = time.monotonic()
    with_demo = settings.with_demo
    with alone(settings), ExitStack() as stack:
        database_url = stack.enter_context(services.database(settings))
        if stopping.is_set():
            return
        with step("Esquema de la base de datos"):
            migrate.upgrade(database_url)
        with step("Artículos"):
            seeded(database_url)
        if with_demo:
            with step("Datos de demostración"):
                asyncio.run(_load_demo(database_url))
        rasa: Shared | None = None
        nlu_url = settings.nlu_url
        if nlu_url is None:
            server, rasa = services.rasa_server(settings)
            joining = _Joining(rasa)
            stack.callback(joining.leave)
            nlu_url = server.reserve()
            joining.start()
        processes = children(settings, database_url, nlu_url)
        stack.callback(_end_all, processes)
        for process in processes:
            process.start()
        _wait_until_ready(settings, processes, stopping)
        if not stopping.is_set():
            _banner(settings, time.monotonic() - began)
        postgres = None
        if settings.database_url is None:
            postgres = Shared(settings.var / "run" / "postgres", services.embedded(settings))
        _supervise(processes, rasa, postgres, stopping)
        console.print("Cerrando…")


async def _load_demo(database_url: str) -> None:
    database = Database(database_url)
    try:
        async with database.transaction() as session:
            await demo_staff.load(session)
            if not await demo.is_loaded(session):
                register = await asyncio.to_thread(load_facts, FOLDER / "facts")
                await demo.load(session, register, now(), random.Random(demo.SEED))
    finally:
        await database.close()


class _Joining:
    """Starts Rasa beside the rest: it is the slowest, and the rest can do without it."""

    def __init__(self, rasa: Shared) -> None:
        self._rasa = rasa
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="rasa")

    def start(self) -> None:
        self._thread.start()

    def _hold(self) -> None:
        while not self._leave.is_set():
            try:
                with self._rasa.joined():
                    self._leave.wait()
            except Exception as error:
                # Answers go on without it, so its failure is told and tried again.
                log.error("rasa_not_started", error=str(error))
                self._leave.wait(15)

    def leave(self) -> None:
        self._leave.set()
        if self._thread.is_alive():
            self._thread.join()


def _wait_until_ready(
    settings: Settings, processes: list[Child], stopping: threading.Event
) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with step("Rasa, web y trabajador"):
        while not stopping.is_set() and time.monotonic() < deadline:
            try:
                if httpx.get(f"{settings.local_url}/healthz", timeout=3).is_success:
                    return
            except httpx.HTTPError:
                pass
            for process in processes:
                process.look()
            stopping.wait(0.2)


def _supervise(
    processes: list[Child],
    rasa: Shared | None,
    postgres: Shared | None,
    stopping: threading.Event,
) -> None:
    watched = [Watched("rasa", rasa), Watched("postgres", postgres)]
    while not stopping.wait(LOOK_SECONDS):
        for process in processes:
            process.look()
        for one in watched:
            one.look()


class Watched:
    """A shared server that is started again when it has died, with a growing pause."""

    def __init__(self, name: str, shared: Shared | None) -> None:
        self._name = name
        self._shared = shared
        self._busy: threading.Thread | None = None
        self._due = 0.0
        self._pause = 0.5

    def look(self) -> None:
        """Looks after it in a thread of its own: starting Rasa takes seconds."""
        if self._shared is None or time.monotonic() < self._due:
            return
        if self._busy is None or not self._busy.is_alive():
            self._due = time.monotonic() + 1.0
            self._busy = threading.Thread(target=self._mend, daemon=True)
            self._busy.start()

    def _mend(self) -> None:
        assert self._shared is not None
        try:
            if self._shared.restart_if_down(lambda: log.warning("server_died", server=self._name)):
                log.info("server_restarted", server=self._name)
                self._due = time.monotonic() + self._pause
                self._pause = min(self._pause * 2, 15.0)
            elif time.monotonic() - self._due > 60:
                self._pause = 0.5
        except Exception as error:
            # It is tried again at the next look; the rest goes on meanwhile.
            log.error("server_not_restarted", server=self._name, error=str(error))
            self._due = time.monotonic() + 5


def _end_all(processes: list[Child]) -> None:
    for process in processes:
        process.ask_to_end()
    for process in processes:
        process.end(END_SECONDS)


def _banner(settings: Settings, seconds: float) -> None:
    address = settings.public_address
    console.print(f"\n[bold]Torogoz está listo[/bold] ({seconds:.1f} s)\n")
    console.print(f"  Chat web   {address}/chat")
    console.print(f"  WhatsApp   {channel_state(settings, 'whatsapp')}")
    console.print(f"  Telegram   {channel_state(settings, 'telegram')}")
    console.print(f"  Consola    {address}/consola")
    console.print(f"  API        {address}/v1/openapi.json")
    console.print(f"  Datos      {settings.var}")
    if settings.with_demo:
        console.print(
            "\n  Con datos de demostración. Cuentas de la consola, todas con la contraseña"
        )
        console.print(f"  «{demo_staff.PASSWORD}»:")
        for email in demo_staff.EMAILS:
            console.print(f"    {email}")
    else:
        console.print(
            "\n  La primera cuenta de la consola: torogoz staff invite CORREO --name NOMBRE"
        )
    console.print("\n  Ctrl-C para cerrar. Otra terminal: torogoz doctor, torogoz chat\n")


def channel_state(settings: Settings, channel: str) -> str:
    """Whether a channel is on, and if not, what it lacks."""
    if channel == "whatsapp":
        missing = settings.missing_for_whatsapp()
        if missing:
            return f"apagado: falta {', '.join(missing)}"
        return f"encendido, webhook {settings.public_address}/webhooks/whatsapp"
    if not settings.has_telegram:
        return "apagado: falta TOROGOZ_TELEGRAM_TOKEN"
    if settings.telegram_by_webhook:
        return f"encendido, webhook {settings.public_address}/webhooks/telegram"
    return "encendido, por consulta (polling)"
