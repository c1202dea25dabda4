"""A clock that a test sets: stand-ins ask it, processes and a database are made to go by it.

Only the time of day is moved: what counts how long something takes (``time.monotonic``) stays true,
and with it every wait and time-out.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
import time_machine
from psycopg import sql

_MOVED: Final = ("now", "clock_timestamp")
"""The functions by which PostgreSQL tells the time, as far as the product asks for it."""


class Clock:
    """Goes as fast as the true one, from a moment that is set; moments have a zone."""

    def __init__(self, moment: datetime) -> None:
        self.ahead = timedelta()
        self.move(moment)

    def move(self, moment: datetime) -> None:
        """It is that moment now."""
        self.ahead = moment - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def time(self) -> float:
        """Unix seconds, for what is given ``time.time``."""
        return time.time() + self.ahead.total_seconds()


def move_database(address: str, clock: Clock) -> None:
    """Connections to this database that are opened from now on go by the clock.

    ``now()`` and ``clock_timestamp()`` are found in ``public`` before PostgreSQL's own. A column's
    default is bound to the function that it was made with, so it is made again.
    """
    with psycopg.connect(address) as connection:
        defaults = connection.execute(
            """
            SELECT format('ALTER TABLE %%s ALTER COLUMN %%I SET DEFAULT %%s',
                adrelid::regclass, attname, pg_get_expr(adbin, adrelid))
            FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
            WHERE pg_get_expr(adbin, adrelid) ~ ANY(%s)
            """,
            ([rf"(^|[^.\w]){name}\(" for name in _MOVED],),
        ).fetchall()
        for name in _MOVED:
            connection.execute(
                sql.SQL(
                    "CREATE OR REPLACE FUNCTION public.{name}() RETURNS timestamptz "
                    "LANGUAGE sql {how} AS {body}"
                ).format(
                    name=sql.Identifier(name),
                    how=sql.SQL("STABLE" if name == "now" else "VOLATILE"),
                    body=sql.Literal(
                        f"SELECT pg_catalog.{name}() + interval "
                        f"'{clock.ahead.total_seconds():.6f} seconds'"
                    ),
                )
            )
        connection.execute(
            sql.SQL("ALTER DATABASE {name} SET search_path = public, pg_catalog").format(
                name=sql.Identifier(connection.info.dbname)
            )
        )
        connection.execute("SET search_path = public, pg_catalog")
        for (statement,) in defaults:
            connection.execute(statement)


_ready = multiprocessing.get_context("forkserver")
# A process has one clock for life, so every move takes new ones: most of their start is importing.
_ready.set_forkserver_preload(["tests.moved_clock", "api.processes.worker", "api.web"])


class MovedProcess:
    """``torogoz web`` or another command in a process of its own, by a clock that is ``ahead`` of
    the true one. What it writes is added to ``log``. Handled as a ``subprocess.Popen``."""

    def __init__(
        self, command: str, environment: Mapping[str, str], log: Path, ahead: timedelta
    ) -> None:
        self._process = _ready.Process(
            target=_run, args=(command, dict(environment), log, ahead), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; subprocess.TimeoutExpired where it does not end within the seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode


def _run(command: str, environment: Mapping[str, str], log: Path, ahead: timedelta) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(tempfile.gettempdir())
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    sys.argv = ["api.cli", command, f"--parent={os.getppid()}"]
    with time_machine.travel(datetime.now(UTC) + ahead, tick=True):
        runpy.run_module("api.cli", run_name="__main__", alter_sys=True)
