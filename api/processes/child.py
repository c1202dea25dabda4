"""A child process that is started again whenever it ends, with a growing pause."""

import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Final

import structlog

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 15.0
STEADY_SECONDS: Final = 30.0
"""A child that ran for so long had started well: its next pause is the first one again."""

log = structlog.get_logger(__name__)


class Child:
    """One supervised command."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0
        self._pause = FIRST_PAUSE

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts it, in a session of its own: Ctrl-C is for the supervisor to handle."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def look(self) -> None:
        """Starts it again if it has ended and its pause is over."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        if now - self._started > STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        log.warning("child_ended", child=self.name, code=code, restart_in=self._pause)
        self._process = None
        self._due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def ask_to_end(self) -> None:
        """Asks it to end in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Waits for its end, and ends it by force after that many seconds."""
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
