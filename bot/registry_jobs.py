"""The worker's jobs for the national registry: reading its service, and what the calendar ends."""

from datetime import UTC, datetime
from typing import Final

import httpx
import structlog
from procrastinate import JobContext

from actions.registry import scheduled, standing, sync
from actions.registry.errors import RegistryRefused
from actions.registry.scheduled import RegistrySource
from actions.store.database import Database
from bot.jobs import Worker, queue

log = structlog.get_logger(__name__)
OUTCOMES: Final = ("unchanged", "waiting", "proposed", "applied", "failed")


# Every six hours: what fails once is read soon enough again.
@queue.periodic(cron="20 3,9,15,21 * * *")
@queue.task(name="synchronise_registry", queue="upkeep", pass_context=True)
async def synchronise_registry(context: JobContext, timestamp: int) -> None:
    """Brings what the registry's service holds, where one is set."""
    worker = Worker.of(context)
    if worker.registry is None:
        return
    async with httpx.AsyncClient() as client:
        outcome = await synchronise(
            worker.parts.database, client, worker.registry, datetime.now(UTC)
        )
    log.info("registry_synchronised", outcome=outcome)


async def synchronise(
    database: Database, client: httpx.AsyncClient, service: RegistrySource, now: datetime
) -> str:
    """Reads the service, proposes what differs, and applies it where nothing needs a look.

    What became of it, one of OUTCOMES: ``unchanged`` where the service says so, ``waiting`` where
    staff have just that before them or discarded it, ``failed`` where it could not be read.
    """
    try:
        async with database.session() as session:
            answered = await scheduled.ask(client, session, service)
    except RegistryRefused as refused:
        log.warning("registry_source_failed", why=str(refused))
        return "failed"
    if answered is None:
        return "unchanged"
    async with database.transaction() as session:
        run = await scheduled.take(session, service, answered, now)
    return "waiting" if run is None else run.state


@queue.periodic(cron="5 6 * * *")
@queue.task(name="close_registrations", queue="upkeep", pass_context=True)
async def close_registrations(context: JobContext, timestamp: int) -> None:
    """Just after midnight in El Salvador: marks registrations that ended, and puts synchronisations
    aside that nobody looked at for a week."""
    now = datetime.now(UTC)
    async with Worker.of(context).parts.database.transaction() as session:
        lapsed = await standing.expire(session, now)
        discarded = await sync.discard_old(session, now)
    if lapsed or discarded:
        log.info("registrations_closed", lapsed=len(lapsed), discarded=discarded)
