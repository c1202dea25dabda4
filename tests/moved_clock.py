"""A clock that a test sets: stand-ins ask it, and a database is made to go by it.

Only the time of day is moved: what counts how long something takes (``time.monotonic``) stays true,
and with it every wait and time-out.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from psycopg import sql

_MOVED: Final = ("now", "clock_timestamp")
"""The functions by which PostgreSQL tells the time, as far as the product asks for it."""


class Clock:
    """Goes as fast as the true one, from a moment that is set; moments have a zone."""

    def __init__(self, moment: datetime) -> None:
        self.ahead = timedelta()
        self.move(moment)

    def move(self, moment: datetime) -> None:
        """It is that moment now."""
        self.ahead = moment - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def time(self) -> float:
        """Unix seconds, for what is given ``time.time``."""
        return time.time() + self.ahead.total_seconds()


def move_database(address: str, clock: Clock) -> None:
    """Connections to this database that are opened from now on go by the clock.

    ``now()`` and ``clock_timestamp()`` are found in ``public`` before PostgreSQL's own. A column's
    default is bound to the function that it was made with, so it is made again.
    """
    with psycopg.connect(address) as connection:
        defaults = connection.execute(
            """
            SELECT format('ALTER TABLE %%s ALTER COLUMN %%I SET DEFAULT %%s',
                adrelid::regclass, attname, pg_get_expr(adbin, adrelid))
            FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
            WHERE pg_get_expr(adbin, adrelid) ~ ANY(%s)
            """,
            ([rf"(^|[^.\w]){name}\(" for name in _MOVED],),
        ).fetchall()
        for name in _MOVED:
            connection.execute(
                sql.SQL(
                    "CREATE OR REPLACE FUNCTION public.{name}() RETURNS timestamptz "
                    "LANGUAGE sql {how} AS {body}"
                ).format(
                    name=sql.Identifier(name),
                    how=sql.SQL("STABLE" if name == "now" else "VOLATILE"),
                    body=sql.Literal(
                        f"SELECT pg_catalog.{name}() + interval "
                        f"'{clock.ahead.total_seconds():.6f} seconds'"
                    ),
                )
            )
        connection.execute(
            sql.SQL("ALTER DATABASE {name} SET search_path = public, pg_catalog").format(
                name=sql.Identifier(connection.info.dbname)
            )
        )
        connection.execute("SET search_path = public, pg_catalog")
        for (statement,) in defaults:
            connection.execute(statement)
