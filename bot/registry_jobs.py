"""The worker's jobs for the national registry: reading its service, and what the calendar ends."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog
from procrastinate import JobContext

from actions.registry import scheduled, standing, sync
from actions.registry.errors import RegistryRefused
from actions.registry.scheduled import RegistrySource
from actions.store.database import Database
from bot import registry_notices
from bot.jobs import Worker, queue
from bot.responses import Catalogue

log = structlog.get_logger(__name__)
OUTCOMES: Final = ("unchanged", "waiting", "proposed", "applied", "failed")


# Four times a day: what fails once is read soon enough again. From seven in the morning to eight in
# the evening in El Salvador, because who is suspended with it is told at once.
@queue.periodic(cron="20 1,13,17,21 * * *")
@queue.task(name="synchronise_registry", queue="upkeep", pass_context=True)
async def synchronise_registry(context: JobContext, timestamp: int) -> None:
    """Brings what the registry's service holds, where one is set."""
    worker = Worker.of(context)
    if worker.registry is None:
        return
    async with httpx.AsyncClient() as client:
        outcome = await synchronise(
            worker.parts.database,
            worker.parts.responses,
            client,
            worker.registry,
            datetime.now(UTC),
        )
    log.info("registry_synchronised", outcome=outcome)


async def synchronise(
    database: Database,
    responses: Catalogue,
    client: httpx.AsyncClient,
    service: RegistrySource,
    now: datetime,
) -> str:
    """Reads the service, proposes what differs, and applies it where nothing needs a look; whoever
    of the chat has another state then is told.

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
        if run is not None and run.state == "applied":
            changed = await standing.changed_by(session, run.id)
            await registry_notices.tell_states(session, responses, changed)
    return "waiting" if run is None else run.state


@queue.periodic(cron="5 14 * * *")
@queue.task(name="close_registrations", queue="upkeep", pass_context=True)
async def close_registrations(context: JobContext, timestamp: int) -> None:
    """At eight in the morning in El Salvador, since people are told: closes what is past (until
    then nobody is booked whose last day is over, whatever stands there), and warns of what ends."""
    parts = Worker.of(context).parts
    closed = await close(parts.database, parts.responses, datetime.now(UTC))
    if any((closed.lapsed, closed.ending, closed.discarded)):
        log.info("registrations_closed", **asdict(closed))


@dataclass(frozen=True, slots=True)
class Closed:
    """How many registrations lapsed, how many people were told that theirs ends soon, and how many
    synchronisations were put aside that nobody looked at for a week."""

    lapsed: int
    ending: int
    discarded: int


async def close(database: Database, responses: Catalogue, now: datetime) -> Closed:
    """Marks registrations that ended and tells who is in the chat; each is told once, of the end
    that comes and of the end that came."""
    async with database.transaction() as session:
        lapsed = await standing.expire(session, now)
        await registry_notices.tell_states(session, responses, lapsed)
        ending = await registry_notices.tell_ending(
            session, responses, await standing.ending(session, now)
        )
        discarded = await sync.discard_old(session, now)
    return Closed(len(lapsed), ending, discarded)
