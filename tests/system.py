"""The whole product as its users meet it: web and worker processes, and both stand-in providers."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from api.settings import ROOT
from tests.effort import PATIENT
from tests.moved_clock import Clock, move_database
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn
from tests.ready import ReadyProcess

SECRET = "stand-in-secret"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def provider_settings(twilio_url: str, telegram_url: str) -> dict[str, str]:
    """The settings that connect the product to stand-ins at these addresses."""
    return {
        "TOROGOZ_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TOROGOZ_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TOROGOZ_WHATSAPP_FROM": SENDER,
        "TOROGOZ_TWILIO_API_URL": twilio_url,
        "TOROGOZ_TELEGRAM_TOKEN": BOT_TOKEN,
        "TOROGOZ_TELEGRAM_API_URL": telegram_url,
    }


@dataclass
class System:
    """Web and workers as processes of their own, on one database.

    With a ``clock`` they and the database go by it; it is moved by :meth:`move_clock` alone. What
    is ``measured`` starts from nothing, as for an operator, and shares no memory with others.
    """

    database_url: str
    nlu_url: str
    clock: Clock | None = None
    measured: bool = False
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes] | ReadyProcess"] = field(default_factory=dict)
    log: Path = field(default_factory=lambda: Path(tempfile.mkstemp(suffix=".log")[1]))
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.AsyncClient(base_url=self.url, timeout=60)
        if self.clock is not None:
            move_database(self.database_url, self.clock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """Starts ``web`` or a worker."""
        command = "web" if name == "web" else "worker"
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("TOROGOZ_")
        } | {
            "TOROGOZ_DATABASE_URL": self.database_url,
            "TOROGOZ_NLU_URL": self.nlu_url,
            "TOROGOZ_PORT": str(self.port),
            "TOROGOZ_PUBLIC_URL": self.url,
            **self.environment,
        }
        if self.measured:
            with self.log.open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "api.cli", command, f"--parent={os.getpid()}"],
                    env=environment | {"PYTHONPATH": str(ROOT)},
                    cwd=tempfile.gettempdir(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            return
        ahead = None if self.clock is None else self.clock.ahead
        self.processes[name] = ReadyProcess(command, environment, self.log, ahead)

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does when memory is short."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes.pop(name).wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    async def move_clock(self, moment: datetime) -> None:
        """It is ``moment`` now. A process has one clock for life, so all are killed at once, as by
        a power cut, and start again at that time."""
        assert self.clock is not None, "a clock to be moved is given from the start"
        names = list(self.processes)
        for name in names:
            self.kill(name)
        self.clock.move(moment)
        move_database(self.database_url, self.clock)
        for name in names:
            self.start(name)
        await self.until_healthy()

    async def until_healthy(self, seconds: float = 120) -> None:
        for _ in range(int(seconds * 10)):
            try:
                if (await self.client.get("/healthz")).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
        raise TimeoutError(f"not healthy:\n{self.log.read_text()[-4000:]}")

    async def say(
        self, conversation: str, identity: str, text: str | None = None, **more: Any
    ) -> httpx.Response:
        """Sends a web chat message; the response as it came."""
        body = {"id": identity, **({"text": text} if text is not None else {}), **more}
        return await self.client.post(f"/chat/{conversation}/messages", json=body)

    async def tell(self, conversation: str, identity: str, text: str) -> str:
        """Sends a web chat message; the texts of its replies, which must come."""
        response = await self.say(conversation, identity, text)
        while response.status_code == 202:
            # Its turn is under way, and the same message again waits for it.
            response = await self.say(conversation, identity, text)
        assert response.status_code == 200, response.text
        return "\n".join(reply["text"] for reply in response.json()["replies"])

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Rows of the system's database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement, values).fetchall()


@asynccontextmanager
async def running(system: System) -> AsyncIterator[System]:
    """Web and one worker for the time of the block."""
    system.start("web")
    system.start("worker")
    try:
        await system.until_healthy()
        yield system
    finally:
        await system.client.aclose()
        system.stop()


@dataclass
class Channels:
    """A running system with WhatsApp and Telegram on stand-ins."""

    system: System
    twilio: TwilioStandIn
    telegram: TelegramStandIn


@asynccontextmanager
async def with_channels(
    database_url: str,
    nlu_url: str,
    *,
    twilio: dict[str, Any] | None = None,
    telegram: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    webhook: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[Channels]:
    """The whole product for the time of the block, with Telegram by webhook unless told not; with a
    ``clock``, the stand-ins go by it as well. Rasa and webhooks are waited for longer than people
    would wait: a busy machine is no failure."""
    system = System(database_url, nlu_url, clock)
    timed = {} if clock is None else {"clock": clock.time}
    async with AsyncExitStack() as stack:
        whatsapp = TwilioStandIn(
            webhook_url=f"{system.url}/webhooks/whatsapp",
            **{"webhook_timeout": 60.0, **timed, **(twilio or {})},
        )
        await stack.enter_async_context(whatsapp)
        other = await stack.enter_async_context(
            TelegramStandIn(**{"chat_rate": 0, "overall_rate": 0, **timed, **(telegram or {})})
        )
        system.environment |= {
            **PATIENT,
            **provider_settings(whatsapp.url, other.url),
            **({"TOROGOZ_TELEGRAM_SECRET": SECRET} if webhook else {}),
            **(environment or {}),
        }
        await stack.enter_async_context(running(system))
        if webhook:
            async with httpx.AsyncClient(timeout=60) as client:
                await client.post(
                    f"{other.url}/bot{BOT_TOKEN}/setWebhook",
                    json={"url": f"{system.url}/webhooks/telegram", "secret_token": SECRET},
                )
        yield Channels(system, whatsapp, other)
