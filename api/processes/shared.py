"""A server that several processes of one folder share: the first starts it, the last one stops it.

Each user holds a shared ``flock`` on ``users.lock``. Who leaves stops the server only if it gets
that lock exclusively, that is, when nobody else holds it. The kernel frees the lock of a process
that dies, so a killed user never keeps the server alive, and a server left behind by killed users
is taken up by the next one. ``start.lock`` keeps joining, leaving and restarting one at a time.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """What can be shared: something that knows whether it runs, and can be started and stopped."""

    def is_up(self) -> bool: ...

    def start(self) -> None:
        """Starts it and returns once it can be used; raises when it cannot be started."""
        ...

    def stop(self) -> None: ...


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


class Shared:
    """Joins and leaves a server whose locks lie in ``folder``."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._folder = folder
        self._server = server
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Holds the server up for the time of the block."""
        users = os.open(self._folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with _locked(self._folder / "start.lock", fcntl.LOCK_EX):
                fcntl.flock(users, fcntl.LOCK_SH)
                if not self._server.is_up():
                    self._server.start()
            yield
        finally:
            with _locked(self._folder / "start.lock", fcntl.LOCK_EX):
                fcntl.flock(users, fcntl.LOCK_UN)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass
                else:
                    self._server.stop()
                finally:
                    os.close(users)

    def restart_if_down(self, restarting: Callable[[], None] = lambda: None) -> bool:
        """Starts the server again when it has died; True when it had to."""
        if self._server.is_up():
            return False
        with _locked(self._folder / "start.lock", fcntl.LOCK_EX):
            if self._server.is_up():
                return False
            restarting()
            self._server.start()
            return True
