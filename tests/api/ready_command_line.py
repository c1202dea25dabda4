"""Runs commands in processes that are forked from this one, which has imported all of them.

    python ready_command_line.py SOCKET

Each connection to the Unix socket carries one order as JSON: ``words``, ``environment``, ``folder``
to run in, and ``stdin``. It is answered with ``code``, ``out`` and ``err`` once the command ended.
Most of a command's seconds are imports, and tests run hundreds of them.
"""

import contextlib
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from api.cli.app import COMMANDS, GROUPS


def serve(path: Path) -> None:
    """Takes orders until it is killed."""
    for module in {*COMMANDS.values(), *GROUPS}:
        import_module(f"api.cli.{module}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                with connection:
                    _carry_out(connection)
                os._exit(0)
            connection.close()


def _carry_out(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile("rb") as asked:
        order = json.loads(asked.read())
    with contextlib.ExitStack() as files:
        streams = [files.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(order["stdin"].encode("latin-1"))
        streams[0].seek(0)
        command = os.fork()
        if command == 0:
            os._exit(_run(order, [stream.fileno() for stream in streams]))
        _, status = os.waitpid(command, 0)
        said = []
        for stream in streams[1:]:
            stream.seek(0)
            said.append(stream.read().decode())
    code = os.waitstatus_to_exitcode(status)
    connection.sendall(json.dumps({"code": code, "out": said[0], "err": said[1]}).encode())


def _run(order: dict[str, Any], streams: list[int]) -> int:
    """The command itself; its exit code."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv = ["torogoz", *order["words"]]
    try:
        runpy.run_module("api.cli", run_name="__main__")
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
