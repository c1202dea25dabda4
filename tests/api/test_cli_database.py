"""``torogoz migrate``, ``backup`` and ``restore`` on a system where nothing else happens."""

import asyncio
import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from actions.cases import service as cases
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.store.database import Database
from api.processes.postgres import EmbeddedPostgres, binaries
from bot import inbound
from bot.inbound import Inbound
from bot.intake import Intake
from tests.api.command_line import CommandLine
from tests.conftest import drop_database
from tests.system import free_port

Rows = dict[str, list[str]]


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path / "var", database_url=database_url)


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which nobody has made anything yet."""
    name = f"empty_{free_port()}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres.url(name)
    drop_database(postgres, postgres.url(name))


@pytest.fixture
async def person(database: Database) -> int:
    """Someone who wrote, was answered, and asked for a person."""
    words = "¿Ocupo permiso? 😀 ñandú\n\t«cita» \\ 'y' \"más\""
    message = Inbound("web", "conversación-1", "1", inbound.TEXT, words, {"media": "á"})
    received = await Intake(database, None).receive(message)
    async with database.transaction() as session:
        await cases.open_case(session, received.person_id, "request")
        await outbox.post(session, received.person_id, Content("ya le escribimos"), states.REPLY)
        sent = "UPDATE outbox SET state = 'sent', settled_at = now()"
        await session.execute(text(sent))
    return received.person_id


def rows(url: str) -> Rows:
    """All rows of all tables, each as its JSON text; tables of other schemas included."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return {
            table: sorted(
                str(row)
                for (row,) in connection.execute(
                    sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t").format(
                        sql.Identifier(schema, table)
                    )
                )
            )
            for schema, table in tables
        }


def databases(server: EmbeddedPostgres, url: str) -> set[str]:
    """The names of all databases that were made from this one, itself included."""
    with psycopg.connect(server.url("postgres")) as admin:
        found = admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name_of(url)}%",)
        )
        return {name for (name,) in found}


def name_of(url: str) -> str:
    return url.rpartition("/")[2].partition("?")[0]


async def test_migrate_makes_the_schema_once(
    cli: CommandLine, empty_url: str, database_url: str
) -> None:
    first = await cli("migrate", database_url=empty_url)
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Aplicado: 0001, ")
    with psycopg.connect(empty_url) as connection:
        applied = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert [first.out.strip().rpartition(", ")[2]] == [version for (version,) in applied]
    assert rows(empty_url).keys() == rows(database_url).keys()
    before = rows(empty_url)
    again = await cli("migrate", database_url=empty_url)
    assert (again.code, again.out, again.err) == (0, "Ya estaba al día.\n", "")
    assert rows(empty_url) == before


async def test_a_database_that_is_away_is_one_sentence(cli: CommandLine) -> None:
    away = f"postgresql://torogoz:secreta@127.0.0.1:{free_port()}/torogoz"
    listing, backup = await asyncio.gather(
        cli("cases", "list", database_url=away), cli("backup", database_url=away)
    )
    for ended in (listing, backup):
        assert (ended.code, ended.out) == (1, "")
        assert "Traceback" not in ended.err
        assert "secreta" not in ended.err
        assert "refused" in ended.err
    assert "TOROGOZ_DATABASE_URL" in listing.err
    assert listing.err.count("\n") == 1
    # Nothing is left that could be taken for a copy.
    assert list((Path(cli.settings["var"]) / "backups").iterdir()) == []


async def test_a_restored_backup_has_the_same_rows(
    cli: CommandLine,
    person: int,
    database: Database,
    database_url: str,
    postgres: EmbeddedPostgres,
    tmp_path: Path,
) -> None:
    before = rows(database_url)
    assert len(before["inbox"]) == len(before["case"]) == len(before["outbox"]) == 1
    made = await cli("backup")
    assert made.code == 0
    # Nothing half made is left beside it.
    (copy,) = (tmp_path / "var" / "backups").iterdir()
    assert made.out.startswith(f"{copy} (")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert rows(database_url) == before

    message = Inbound("web", "conversación-1", "2", inbound.TEXT, "después de la copia")
    await Intake(database, None).receive(message)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE address SET external = 'otra'")
    changed = rows(database_url)
    assert changed != before
    await database.close()

    restored = await cli("restore", str(copy), "--yes")
    assert restored.code == 0, restored.err
    assert rows(database_url) == before
    (replaced,) = databases(postgres, database_url) - {name_of(database_url)}
    try:
        assert restored.out == f"Restaurado. La base anterior quedó como {replaced}.\n"
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
            admin.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(replaced))
            )
        # Nothing that came after the copy is lost either.
        assert rows(postgres.url(replaced)) == changed
    finally:
        drop_database(postgres, postgres.url(replaced))


async def test_what_is_no_whole_copy_changes_nothing(
    cli: CommandLine, person: int, database_url: str, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    copy = tmp_path / "copia de hoy.dump"
    dump = [str(binaries() / "pg_dump"), "--format=custom", f"--file={copy}", database_url]
    subprocess.run(dump, check=True)
    other, cut = tmp_path / "otra.dump", tmp_path / "cortada.dump"
    other.write_bytes(b"-- PGDMP\n" + json.dumps({"no": "backup"}).encode())
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    before = rows(database_url)
    no_copy, half, unsure, nowhere = refused = await asyncio.gather(
        cli("restore", str(other), "--yes"),
        cli("restore", str(cut), "--yes"),
        cli("restore", str(copy), stdin=b"n\n"),
        cli("restore", str(tmp_path / "ninguna.dump"), "--yes"),
    )
    assert no_copy.code == 2
    assert no_copy.err == f"{other} no es una copia hecha con 'torogoz backup'.\n"
    assert half.code == 1
    assert "pg_restore: " in half.err
    assert "¿Seguir?" in unsure.said
    assert unsure.code == 1
    assert nowhere.code == 2
    for ended in refused:
        assert "Traceback" not in ended.err
        assert "Restaurado" not in ended.out
    assert rows(database_url) == before
    assert databases(postgres, database_url) == {name_of(database_url)}
