"""``torogoz backup`` and ``restore``: all data, while the system runs.

A backup is one consistent snapshot by pg_dump. A restore fills a fresh database beside the present
one and then swaps the names, so that the system never sees a half restored one; the processes lose
their connections for a moment and go on. The database that was replaced is kept.
"""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import psycopg
import typer
from psycopg import sql
from sqlalchemy import make_url

from actions.store import migrate
from api.processes import services
from api.processes.postgres import binaries
from api.processes.progress import step
from api.settings import Settings

MAGIC: Final = b"PGDMP"


def _libpq(url: str, database: str | None = None) -> str:
    made = make_url(url).set(drivername="postgresql")
    if database is not None:
        made = made.set(database=database)
    return made.render_as_string(hide_password=False)


def _run(program: str, *words: str) -> None:
    done = subprocess.run(
        [str(binaries() / program), *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        typer.echo(f"{program}: {done.stderr.strip()}", err=True)
        raise typer.Exit(1)


def backup(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="Por defecto, var/backups/FECHA.dump")
    ] = None,
) -> None:
    """Copia de todos los datos en un archivo, con el sistema andando."""
    settings = Settings()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = (file or settings.var / "backups" / f"torogoz-{stamp}.dump").resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    # Made readable for its owner only before anything is in it.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with services.database(settings) as url, step("Copiando"):
            _run("pg_dump", "--format=custom", f"--file={part}", f"--dbname={_libpq(url)}")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    typer.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Copia a restaurar.")],
    yes: Annotated[bool, typer.Option("--yes", help="Sin preguntar.")] = False,
) -> None:
    """Pone los datos de una copia en lugar de los actuales, con el sistema andando."""
    with file.open("rb") as start:
        if start.read(len(MAGIC)) != MAGIC:
            typer.echo(f"{file} no es una copia hecha con 'torogoz backup'.", err=True)
            raise typer.Exit(2)
    if not yes:
        typer.confirm("Los datos actuales se reemplazan (quedan aparte). ¿Seguir?", abort=True)
    with services.database(Settings()) as url:
        replaced = _restore(url, file.resolve())
    typer.echo(f"Restaurado. La base anterior quedó como {replaced}.")


def _restore(url: str, file: Path) -> str:
    name = make_url(url).database or ""
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    fresh, replaced = f"{name}_restore_{stamp}", f"{name}_before_{stamp}"
    with psycopg.connect(_libpq(url, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
        try:
            with step("Restaurando"):
                _run(
                    "pg_restore",
                    *("--exit-on-error", "--no-owner", f"--dbname={_libpq(url, fresh)}"),
                    str(file),
                )
            with step("Poniendo al día"):
                migrate.upgrade(_libpq(url, fresh))
                _settle(_libpq(url, fresh))
        except BaseException:
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(fresh)))
            raise
        # No connection may be open to a database that is renamed, and none may come meanwhile.
        admin.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name))
        )
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        closed = name
        try:
            with admin.transaction():
                for old, new in ((name, replaced), (fresh, name)):
                    admin.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                            sql.Identifier(old), sql.Identifier(new)
                        )
                    )
            closed = replaced
        finally:
            admin.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(closed))
            )
    return replaced


def _settle(url: str) -> None:
    """What waited to be sent when the copy was made may have been sent since: it is asked first."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE outbox SET state = 'ambiguous', reason = 'restored', "
            "attempted_at = COALESCE(attempted_at, created_at), not_before = now() "
            "WHERE state IN ('queued', 'sending')"
        )
        # Jobs under way belonged to workers that this database does not know.
        connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")
        connection.execute("DELETE FROM procrastinate_workers")
