"""Cases from before the desk: where their people write and since when they wait is looked up."""

import itertools
import os
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, make_url

from actions.store import migrate
from api.processes.postgres import EmbeddedPostgres
from tests.conftest import drop_database

_numbers = itertools.count(1)


def move(url: str, revision: str, *, down: bool = False) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = migrate.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
    engine.dispose()


@pytest.fixture
def old_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database as it was before."""
    name = f"test_before_desk_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres.url(name)
    move(url, "0008")
    yield url
    drop_database(postgres, url)


def test_who_waits_and_where_is_found_and_the_way_back_is_open(old_url: str) -> None:
    with psycopg.connect(old_url) as connection:
        connection.execute("INSERT INTO person SELECT FROM generate_series(1, 4)")
        connection.execute(
            "INSERT INTO address (person_id, channel, external, last_inbound_at) VALUES "
            "(1, 'web', 'a', '2026-11-01 10:00Z'), (1, 'telegram', '1', '2026-11-01 12:00Z'), "
            "(2, 'whatsapp', '2', NULL), (3, 'web', 'c', NULL)"
        )
        connection.execute(
            'INSERT INTO "case" (person_id, reason, opened_at, closed_at) VALUES '
            "(1, 'request', '2026-11-01 09:00Z', NULL), (2, 'request', '2026-11-01 09:00Z', NULL), "
            "(3, 'request', '2026-11-01 09:00Z', NULL), "
            "(4, 'request', '2026-11-01 09:00Z', '2026-11-01 10:00Z')"
        )
        # The staff answered the first two at eleven; only the first wrote again.
        connection.execute(
            "INSERT INTO outbox (person_id, address_id, channel, lane, content, state, created_at) "
            "VALUES (1, 1, 'web', 0, '{}', 'sent', '2026-11-01 11:00Z'), "
            "(2, 3, 'whatsapp', 0, '{}', 'sent', '2026-11-01 11:00Z')"
        )
        connection.execute(
            "INSERT INTO case_reply (outbox_id, case_id, staff) "
            "VALUES (1, 1, 'Rosa'), (2, 2, 'Luis')"
        )
        connection.execute(
            "INSERT INTO inbox (person_id, address_id, provider_id, kind, text, received_at) "
            "SELECT person_id, id, hour::text, 'text', '', "
            "'2026-11-01Z'::timestamptz + hour * interval '1 hour' "
            "FROM address, generate_series(8, 14) AS hour WHERE person_id = 1 OR hour < 11"
        )
    migrate.upgrade(old_url)
    with psycopg.connect(old_url) as connection:
        found = connection.execute(
            "SELECT channel, (extract(hour FROM waiting_since AT TIME ZONE 'UTC'))::int "
            'FROM "case" ORDER BY id'
        ).fetchall()
    assert found == [("telegram", 12), ("whatsapp", None), ("web", 9), (None, None)]
    move(old_url, "0008", down=True)
    with psycopg.connect(old_url) as connection:
        assert connection.execute('SELECT count(*) FROM "case"').fetchone() == (4,)
    assert migrate.upgrade(old_url)[0] == "0009"
