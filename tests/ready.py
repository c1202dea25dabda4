"""Processes of the product that start at once, since they are forked from one that has imported it.

Most of the seconds that web and worker need to start are imports, and tests start many of them.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

_ready = multiprocessing.get_context("forkserver")
_ready.set_forkserver_preload(["tests.ready", "api.processes.worker", "api.web", "api.cli.running"])


class ReadyProcess:
    """``torogoz web`` or ``torogoz worker`` in a process of its own; with ``ahead``, by a clock
    that is so far from the true one. What it writes is added to ``log``. Handled as a
    ``subprocess.Popen``."""

    def __init__(
        self,
        command: str,
        environment: Mapping[str, str],
        log: Path,
        ahead: timedelta | None = None,
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


def _run(command: str, environment: Mapping[str, str], log: Path, ahead: timedelta | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(tempfile.gettempdir())
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    sys.argv = ["api.cli", command, f"--parent={os.getppid()}"]
    if ahead is not None:
        time_machine.travel(datetime.now(UTC) + ahead, tick=True).start()
    runpy.run_module("api.cli", run_name="__main__", alter_sys=True)
