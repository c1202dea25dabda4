"""Migrations: one line of them, to the tables that the code declares."""

import asyncio
import itertools
import os
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Connection

from actions.store import migrate
from actions.store.metadata import metadata
from api.processes.postgres import EmbeddedPostgres
from tests.conftest import drop_database

_numbers = itertools.count(1)


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database without any table of ours."""
    name = f"test_empty_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    drop_database(postgres, postgres.url(name))


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.configuration())


def test_there_is_one_head_and_one_base() -> None:
    script = _script()
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_models_and_migrated_tables_agree(connection: Connection) -> None:
    context = MigrationContext.configure(
        connection,
        opts={"compare_type": True, "compare_server_default": True, "include_name": _is_ours},
    )
    assert compare_metadata(context, metadata) == []
    tables = connection.execute(
        text(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename NOT LIKE 'procrastinate%' AND tablename <> 'alembic_version'"
        )
    ).scalars()
    assert set(tables) == set(metadata.tables)


def test_partial_indexes_are_those_declared(connection: Connection) -> None:
    # Alembic compares an index by its columns only: a condition of another wording goes unseen.
    declared = {
        str(index.name): str(index.dialect_options["postgresql"]["where"])
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }
    assert declared
    connection.execute(text("SET LOCAL search_path TO pg_temp, public"))
    for name, condition in declared.items():
        table = connection.execute(
            text("SELECT tablename FROM pg_indexes WHERE indexname = :name"), {"name": name}
        ).scalar_one()
        connection.execute(text(f'CREATE TEMP TABLE copy (LIKE "{table}")'))
        column = next(iter(metadata.tables[table].columns)).name
        connection.execute(text(f"CREATE INDEX copied ON copy ({column}) WHERE {condition}"))
        read = "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = "
        wanted = connection.execute(text(f"{read} 'copied'::regclass")).scalar_one()
        found = connection.execute(text(f"{read} 'public.{name}'::regclass")).scalar_one()
        assert found == wanted
        connection.execute(text("DROP TABLE copy"))


def test_an_empty_database_comes_to_the_newest_schema_once(empty_url: str) -> None:
    assert migrate.missing(empty_url)
    known = [script.revision for script in _script().walk_revisions()]
    assert migrate.upgrade(empty_url) == list(reversed(known))
    assert not migrate.missing(empty_url)
    before = _catalogue(empty_url)
    assert migrate.upgrade(empty_url) == []
    assert _catalogue(empty_url) == before


def _catalogue(url: str) -> list[tuple[object, ...]]:
    """Every table and index by its number: made anew, it would have another one."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "ORDER BY oid"
        ).fetchall()


async def test_those_who_start_together_migrate_one_after_the_other(empty_url: str) -> None:
    upgrades = [asyncio.to_thread(migrate.upgrade, empty_url) for _ in range(4)]
    applied = sorted(await asyncio.gather(*upgrades))
    assert applied[:3] == [[], [], []]
    assert len(applied[3]) == len(list(_script().walk_revisions()))
