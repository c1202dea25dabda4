"""The command line as an operator has it: each command a process with an environment of its own."""

import asyncio
import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.settings import ROOT

ROOMS = ("actions", "api", "bot", "knowledge", "nlu")
SECONDS = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, and what it wrote to each stream."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All it wrote, on one line: tables and long sentences may be broken anywhere."""
        return " ".join(f"{self.out} {self.err}".split())


@functools.cache
def _copy() -> "tempfile.TemporaryDirectory[str]":
    # The settings also read .env beside the project: a copy has none, whoever runs the tests.
    folder = tempfile.TemporaryDirectory(prefix="torogoz-rooms-")
    leave_out = shutil.ignore_patterns("__pycache__", ".*")
    for room in ROOMS:
        shutil.copytree(ROOT / room, Path(folder.name) / room, ignore=leave_out)
    return folder


def rooms() -> Path:
    """A copy of the project's packages, without settings of anybody's."""
    return Path(_copy().name)


class _Ready:
    """The process that commands are forked from: one for all tests of this process."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="torogoz-ready-")
        self.socket = Path(self._folder.name) / "socket"
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("ready_command_line.py")), self.socket],
            env=environment(),
            cwd=rooms(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        atexit.register(self._process.kill)


_ready = functools.cache(_Ready)


class CommandLine:
    """Runs commands on the data of one folder. ``settings`` are fields of Settings."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.settings = {"var": str(var), **settings}

    async def __call__(
        self, *words: str, stdin: bytes = b"", folder: Path | None = None, **settings: str
    ) -> Ended:
        """One command until it ends; a package in ``folder`` stands in for the project's own."""
        known = environment(**{**self.settings, **settings})
        async with asyncio.timeout(SECONDS):
            if folder is not None:
                return await _from_nothing(words, known, folder, stdin)
            ready = await asyncio.to_thread(_ready)
            reader, writer = await asyncio.open_unix_connection(ready.socket)
            order = {
                "words": words,
                "environment": known,
                "folder": str(rooms()),
                "stdin": stdin.decode("latin-1"),
            }
            writer.write(json.dumps(order).encode())
            writer.write_eof()
            ended = Ended(**json.loads(await reader.read()))
            writer.close()
            return ended


async def _from_nothing(
    words: Sequence[str], known: Mapping[str, str], folder: Path, stdin: bytes
) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", *words),
        env=known,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, err = await process.communicate(stdin)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


def environment(**settings: str) -> dict[str, str]:
    """What a process of ours gets to know: where programs are, and these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(rooms()),
        **{f"TOROGOZ_{name.upper()}": value for name, value in settings.items()},
    }
