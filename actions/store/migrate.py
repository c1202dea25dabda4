"""Brings the database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

MIGRATION_LOCK = 7_263_541
"""Key of the advisory lock: two processes that start together migrate one after the other."""


def configuration() -> Config:
    """Alembic's settings, without a file at the top of the project."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(url: str) -> list[str]:
    """Applies what is missing; returns the names of the revisions applied, oldest first."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = configuration()
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            before = MigrationContext.configure(connection).get_current_revision()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            after = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if before == after:
        return []
    revisions = ScriptDirectory.from_config(config).iterate_revisions(after, before)
    return [revision.revision for revision in reversed(list(revisions))]


def missing(url: str) -> bool:
    """Whether the database lacks a revision that this code knows."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current != ScriptDirectory.from_config(configuration()).get_current_head()
