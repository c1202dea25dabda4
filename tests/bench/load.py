"""Load on the whole product: signed webhooks in, stand-in providers out."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from actions.store import migrate
from api.settings import ROOT
from tests.bench.asking import questions
from tests.bench.figures import Figure, percentile
from tests.providers.telegram import BOT_TOKEN, TelegramStandIn
from tests.providers.twilio import TwilioStandIn
from tests.system import SECRET, System, provider_settings

SATURATING_POSTS = 48


@dataclass
class Bench:
    """A running product with its providers in processes of their own."""

    system: System
    providers: "subprocess.Popen[bytes]"
    # Only to build signed requests; the servers that answer run elsewhere.
    twilio: TwilioStandIn
    telegram: TelegramStandIn
    session: aiohttp.ClientSession
    people: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    texts: "itertools.cycle[str]" = field(default_factory=lambda: itertools.cycle(questions()))

    async def post(self) -> float:
        """One message of a new person, WhatsApp and Telegram in turn; milliseconds to its 200."""
        number = next(self.people)
        text = next(self.texts)
        if number % 2:
            prepared = self.twilio.prepare_inbound(f"whatsapp:+5037{number:07}", text)
        else:
            prepared = self.telegram.prepare_inbound(10_000_000 + number, text)
        began = time.perf_counter()
        async with self.session.post(
            prepared.url, data=prepared.body, headers=dict(prepared.headers)
        ) as answer:
            await answer.read()
            assert answer.status == 200, answer.status
        return (time.perf_counter() - began) * 1000

    async def settled(self, after: int, count: int, seconds: float = 120) -> None:
        """Waits until that many messages beyond ``after`` have been handed to a provider."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ((done,),) = self.system.query(
                "SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND id > %s", after
            )
            if done >= count:
                return
            await asyncio.sleep(0.2)
        raise TimeoutError(f"{count - done} messages were not sent")

    def newest(self) -> int:
        """The id of the newest outbound message."""
        ((newest,),) = self.system.query("SELECT COALESCE(max(id), 0) FROM outbox")
        return int(newest)

    def turn_milliseconds(self, after: int) -> list[float]:
        """From the message's receipt to the provider's word that it took the answer."""
        rows = self.system.query(
            """
            SELECT EXTRACT(EPOCH FROM min(outbox.settled_at) - max(inbox.received_at)) * 1000
            FROM outbox JOIN inbox ON inbox.turn_id = outbox.turn_id
            WHERE outbox.id > %s GROUP BY outbox.turn_id
            """,
            after,
        )
        return [float(row[0]) for row in rows]

    async def open_loop(self, rate: float, seconds: float) -> list[Figure]:
        """Messages at an even rate, whether or not the system keeps up."""
        after, posts = self.newest(), []
        began = time.monotonic()
        for nth in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + nth / rate - time.monotonic()))
            posts.append(asyncio.create_task(self.post()))
        acknowledged = await asyncio.gather(*posts)
        await self.settled(after, len(posts))
        turns = self.turn_milliseconds(after)
        at = f"at {rate:.0f}/s"
        return [
            Figure(f"acknowledgement p50 {at}", percentile(acknowledged, 0.5), "ms"),
            Figure(f"acknowledgement p99 {at}", percentile(acknowledged, 0.99), "ms"),
            Figure(f"turn p50 {at}", percentile(turns, 0.5), "ms"),
            Figure(f"turn p95 {at}", percentile(turns, 0.95), "ms"),
        ]

    async def saturation(self, messages: int) -> list[Figure]:
        """As many as it takes: turns per second from the first message in to the last one out."""
        after, slots = self.newest(), asyncio.Semaphore(SATURATING_POSTS)

        async def one() -> None:
            async with slots:
                await self.post()

        used = self._cpu()
        began = time.monotonic()
        await asyncio.gather(*(one() for _ in range(messages)))
        await self.settled(after, messages)
        seconds = time.monotonic() - began
        spent = {name: cpu - used.get(name, 0) for name, cpu in self._cpu().items()}
        per_turn = [
            Figure(f"CPU per turn: {name}", cpu * 1000 / messages, "ms")
            for name, cpu in spent.items()
        ]
        return [Figure("turns/s sustained", messages / seconds, ""), *per_turn]

    def _pids(self) -> dict[str, list[int]]:
        pids = {name: [process.pid] for name, process in self.system.processes.items()}
        pids["stand-ins"] = [self.providers.pid]
        pids["load generator"] = [os.getpid()]
        pids["rasa"] = _matching("rasa run --enable-api")
        pids["postgres"] = [
            int(row[0]) for row in self.system.query("SELECT pid FROM pg_stat_activity")
        ]
        return pids

    def _cpu(self) -> dict[str, float]:
        return {name: sum(map(_cpu_seconds, pids)) for name, pids in self._pids().items()}

    def memory(self) -> list[Figure]:
        """Resident memory of each process; PostgreSQL's counts shared pages once per process."""
        return [
            Figure(f"memory: {name}", sum(map(_megabytes, pids)), "MB")
            for name, pids in self._pids().items()
            if name not in ("load generator", "stand-ins")
        ]


def _matching(pattern: str) -> list[int]:
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@asynccontextmanager
async def benched(database_url: str, nlu_url: str, workers: int) -> AsyncIterator[Bench]:
    """The product for the time of the block."""
    migrate.upgrade(database_url)
    system = System(database_url, nlu_url, measured=True)
    providers = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.providers.serve", "--twilio-rate", "0"),
            *("--chat-rate", "0", "--overall-rate", "0", "--callbacks", "0,0.02,0.05,-"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert providers.stdout is not None
    addresses = json.loads(providers.stdout.readline())
    twilio = TwilioStandIn(webhook_url=f"{system.url}/webhooks/whatsapp")
    telegram = TelegramStandIn()
    system.environment |= {
        **provider_settings(addresses["twilio"], addresses["telegram"]),
        "TOROGOZ_TELEGRAM_SECRET": SECRET,
        # The senders' own limits are not what is measured.
        "TOROGOZ_WHATSAPP_PER_SECOND": "1000",
        "TOROGOZ_TELEGRAM_PER_SECOND": "1000",
    }
    async with twilio, telegram, aiohttp.ClientSession() as session:
        async with aiohttp.ClientSession() as local:
            body = {"url": f"{system.url}/webhooks/telegram", "secret_token": SECRET}
            for address in (telegram.url, addresses["telegram"]):
                async with local.post(f"{address}/bot{BOT_TOKEN}/setWebhook", json=body) as answer:
                    assert answer.status == 200
        system.start("web")
        for number in range(workers):
            system.start(f"worker-{number + 1}")
        try:
            await system.until_healthy()
            yield Bench(system, providers, twilio, telegram, session)
        finally:
            await system.client.aclose()
            system.stop()
            providers.terminate()
            providers.wait()
