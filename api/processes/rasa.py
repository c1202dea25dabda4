"""The Rasa server on loopback, shared by the processes of one folder."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import httpx

from api.processes import model
from api.processes.model import NluMissing

START_SECONDS: Final = 120


class RasaServer:
    """One Rasa server whose state lies in ``folder``; serves the model at ``path``."""

    def __init__(self, folder: Path, path: Path, port: int | None = None) -> None:
        self._folder = folder
        self._state = folder / "server.json"
        self._path = path
        self._port = port
        self.log = folder / "rasa.log"

    @property
    def url(self) -> str:
        """Where it answers; it must have been started."""
        return f"http://127.0.0.1:{self._read()['port']}"

    def _read(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(self._state.read_text())
        except (OSError, ValueError):
            return {}
        return state

    def pid(self) -> int | None:
        """The server's process, if it is alive."""
        pid = self._read().get("pid")
        return pid if isinstance(pid, int) and _runs_rasa(pid) else None

    def is_up(self) -> bool:
        """Whether it answers, and with our model: data may have changed since it started."""
        if self.pid() is None:
            return False
        state = self._read()
        if state.get("model") != self._path.name:
            return self._load()
        return self._answers()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/status", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def _load(self) -> bool:
        try:
            answer = httpx.put(
                f"{self.url}/model", json={"model_file": str(self._path)}, timeout=60
            )
        except httpx.HTTPError:
            return False
        if answer.is_success:
            self._state.write_text(json.dumps({**self._read(), "model": self._path.name}))
        return answer.is_success

    def reserve(self) -> str:
        """Where it will answer: so that others can be told before it has started.

        A running one keeps its port; else one that is free now is chosen, and used by start.
        """
        if self.pid() is None:
            port = int(self._port or self._read().get("port") or 0)
            if not _is_free(port):
                port = _free_port()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._state.write_text(json.dumps({"port": port}))
        return self.url

    def start(self) -> None:
        self.stop()
        self.reserve()
        port = self._read()["port"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                model.rasa(
                    *("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port)),
                    *("--model", str(self._path)),
                ),
                env=model.environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        state = {"pid": process.pid, "port": port, "model": self._path.name}
        self._state.write_text(json.dumps(state))
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None:
                raise NluMissing(f"Rasa ended with code {process.returncode}; its log: {self.log}")
            if time.monotonic() > deadline:
                raise NluMissing(f"Rasa was not ready in {START_SECONDS} s; its log: {self.log}")
            time.sleep(0.1)

    def stop(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        # It keeps nothing: there is nothing to be lost by ending it at once.
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.pid() is not None:
            time.sleep(0.02)


def _runs_rasa(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path(f"/proc/{pid}/cmdline")
    try:
        return b"rasa" in command.read_bytes()
    except OSError:
        return not Path("/proc/self").exists()


def _is_free(port: int) -> bool:
    if port == 0:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
