"""What a command does on the database: opened for it, closed after it, failures told in words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit.service import Actor
from actions.store.database import Database
from api.acting import Acting, acting
from api.failures import MendableError
from api.processes import services
from api.settings import Settings

Result = TypeVar("Result")
Telling = Callable[[Exception], str | None]
"""A Spanish sentence for what the staff got wrong; None for what is no fault of theirs."""


def on_database(work: Callable[[Database], Awaitable[Result]], told: Telling) -> Result:
    """Runs ``work``; for an exception that ``told`` knows its sentence is printed and the command
    ends with 1. Raises MendableError where the database is of an earlier release."""

    async def run(url: str) -> Result:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    with services.database(Settings()) as url:
        try:
            return asyncio.run(run(url))
        except ProgrammingError as error:
            if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
                raise
            raise MendableError(
                "La base de datos no está al día: corra antes 'torogoz migrate'."
            ) from None
        except UnicodeEncodeError:
            problem = "Hay letras que no se pueden leer: use una terminal en UTF-8."
        except Exception as error:
            sentence = told(error)
            if sentence is None:
                raise
            problem = sentence
    typer.echo(problem, err=True)
    raise typer.Exit(1)


def in_transaction(work: Callable[[AsyncSession], Awaitable[Result]], told: Telling) -> Result:
    """The same for work in one transaction."""

    async def run(database: Database) -> Result:
        async with database.transaction() as session:
            return await work(session)

    return on_database(run, told)


def acting_as(name: str, work: Callable[[Acting], Awaitable[Result]], told: Telling) -> Result:
    """The same for something that somebody of that name does, with its entry in the audit."""
    actor = Actor("terminal", " ".join(name.split()))

    async def run(database: Database) -> Result:
        async with acting(database, actor) as act:
            return await work(act)

    return on_database(run, told)
