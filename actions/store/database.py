"""The engine and its sessions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

Executor = AsyncSession | AsyncConnection
"""What a statement may be run on."""

POOL_SIZE = 10
POOL_OVERFLOW = 20
POOL_WAIT_SECONDS = 10
"""A provider waits some fifteen seconds: while there is a crowd, a late acknowledgement is better
than none."""


def libpq_address(url: str) -> str:
    """The same database as ``url``, as libpq writes it: no driver in the scheme."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """One PostgreSQL database: hands out sessions; whoever opens one owns its transaction."""

    def __init__(self, url: str, pool_size: int = POOL_SIZE) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_WAIT_SECONDS,
            # A server that came back after an outage leaves dead connections in the pool. They are
            # found on use (see is_outage) instead of with a query before every transaction.
            pool_pre_ping=False,
            # An error's text goes to the logs, and parameters hold what people wrote.
            hide_parameters=True,
        )
        self._each = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end of the block, and rolls back when it raises."""
        async with self.session() as session, session.begin():
            yield session

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement is a transaction of its own.

        For what is one statement anyway: it saves the round trips that begin and end one.
        """
        async with self._each.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def is_outage(error: BaseException) -> bool:
    """Whether the error says that the database cannot be reached, rather than that we erred."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout | ConnectionError)
