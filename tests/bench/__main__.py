"""Runs all measurements and prints one table. Load generator and stand-ins share the machine."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from actions.store import migrate
from api.processes import services
from api.processes.postgres import EmbeddedPostgres
from api.settings import ROOT, Settings
from tests.bench.asking import measure_asking
from tests.bench.figures import Figure
from tests.bench.load import Bench, benched
from tests.bench.long_conversation import measure_long_conversation
from tests.bench.pages import measure_pages
from tests.bench.publishing import measure_publishing
from tests.bench.registry import measure_registry
from tests.bench.startup import measure_startup

MARKS = {
    "acknowledgement p99 at 20/s": "50 ms",
    "turn p95 at 20/s": "80 ms",
    "turns/s sustained": "45",
    "warm start": "20 s",
    "search p95": "2 ms",
    "published to answered with, longest": "2 s",
    "first synchronisation of 10,000": "30 s",
    "fitting consultants, p95": "20 ms",
    "first places of 10,000, largest to mean": "1.2",
    "1,000 attempts on one opening": "5 s",
    "bookings that came of them": "1",
    "slowest page p95": "150 ms",
}


def arguments() -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="of each open-loop rate")
    parser.add_argument(
        "--rates", type=float, nargs="*", default=[20, 50], help="messages a second"
    )
    parser.add_argument("--messages", type=int, default=1500, help="of the saturation run")
    parser.add_argument("--workers", type=int, default=1, help="worker processes")
    parser.add_argument(
        "--skip",
        nargs="*",
        default=[],
        choices=["startup", "asking", "load", "long", "publishing", "registry", "pages"],
    )
    return parser.parse_args()


async def under_load(bench: Bench, options: argparse.Namespace) -> list[Figure]:
    """Open loop at each rate, then as much as it takes."""
    figures: list[Figure] = []
    await bench.open_loop(20, 3)  # Caches and connections warm up.
    for rate in options.rates:
        figures += await bench.open_loop(rate, options.seconds)
    figures += await bench.saturation(options.messages)
    figures += bench.memory()
    return figures


def main() -> None:
    """Measures and prints."""
    options = arguments()
    before = os.getloadavg()
    figures: list[Figure] = []
    settings = Settings(var=ROOT / "var")
    if "startup" not in options.skip:
        figures += measure_startup(settings)
    with services.understanding(settings) as nlu_url:
        if "asking" not in options.skip:
            figures += asyncio.run(measure_asking(nlu_url))
        with tempfile.TemporaryDirectory() as folder:
            server = EmbeddedPostgres(Path(folder) / "postgres")
            server.start()
            try:

                async def run() -> list[Figure]:
                    async with benched(server.url(), nlu_url, options.workers) as bench:
                        return await under_load(bench, options)

                if "load" not in options.skip:
                    figures += asyncio.run(run())
                migrate.upgrade(server.url())
                if "long" not in options.skip:
                    figures += asyncio.run(measure_long_conversation(server.url(), nlu_url))
                if "publishing" not in options.skip:
                    figures += asyncio.run(measure_publishing(server.url()))
                if "registry" not in options.skip:
                    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
                        admin.execute("CREATE DATABASE registry")
                    migrate.upgrade(server.url("registry"))
                    figures += asyncio.run(measure_registry(server.url("registry")))
                if "pages" not in options.skip:
                    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
                        admin.execute("CREATE DATABASE pages")
                    migrate.upgrade(server.url("pages"))
                    figures += asyncio.run(measure_pages(server.url("pages"), nlu_url))
            finally:
                server.stop()
    table = Table("Measured", "Figure", "First mark", title="Torogoz")
    for figure in figures:
        table.add_row(figure.name, figure.shown, MARKS.get(figure.name, ""))
    console = Console(width=100)
    console.print(table)
    load = ", ".join(f"{one:.2f}" for one in before)
    console.print(f"{os.cpu_count()} cores; load before the run (1, 5, 15 min): {load}")


if __name__ == "__main__":
    main()
