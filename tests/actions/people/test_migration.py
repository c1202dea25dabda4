"""What people had decided before categories existed is kept by the migration."""

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


@pytest.fixture
def old_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database as it was before."""
    name = f"test_before_people_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres.url(name)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = migrate.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    yield url
    drop_database(postgres, url)


def test_a_stop_becomes_a_stop_of_every_category_also_for_what_waits(old_url: str) -> None:
    with psycopg.connect(old_url) as connection:
        connection.execute("INSERT INTO person (stopped_at) VALUES ('2026-11-01 12:00+00'), (NULL)")
        connection.execute(
            "INSERT INTO address (person_id, channel, external) "
            "SELECT id, 'web', id::text FROM person"
        )
        connection.execute(
            "INSERT INTO outbox (person_id, address_id, channel, lane, content, state) "
            "SELECT person_id, id, 'web', lane, '{}', state FROM address, "
            "(VALUES (0, 'queued'), (1, 'queued'), (2, 'ambiguous'), (2, 'sent')) AS o(lane, state)"
        )
    migrate.upgrade(old_url)
    with psycopg.connect(old_url) as connection:
        stopped = connection.execute(
            "SELECT person_id, category, stopped_at = '2026-11-01 12:00+00' FROM opted_out "
            "ORDER BY category"
        ).fetchall()
        waiting = connection.execute(
            "SELECT lane, state, category FROM outbox WHERE person_id = 1 ORDER BY lane, state"
        ).fetchall()
    assert stopped == [
        (1, category, True) for category in ("announcements", "reminders", "training")
    ]
    assert waiting == [
        (0, "queued", None),
        (1, "queued", "reminders"),
        (2, "ambiguous", "announcements"),
        (2, "sent", None),
    ]
