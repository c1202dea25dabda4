"""The jobs of a worker: turns, deliveries, and the periodic ones that find what was left behind."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from procrastinate import JobContext
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.bookings import reminders
from actions.bookings import service as bookings
from actions.bookings.terms import Terms
from actions.cases import staff
from actions.figures import service as figures
from actions.files import service as files
from actions.keys import replays
from actions.messages import inbox, outbox
from actions.people import erasure
from actions.registry.scheduled import RegistrySource
from actions.staff import sessions
from actions.store.database import Database
from bot.candidates import candidates
from bot.delivery import Delivery
from bot.intake import Intake
from bot.notices import post_all
from bot.responses import Catalogue
from bot.turn import Parts, take_turn

STALLED_SECONDS: Final = 5
LEFT_BEHIND_SECONDS: Final = 3.0
"""After so long, a message that waits with no job of its own gets a new one."""

log = structlog.get_logger(__name__)
queue = jobs.queue


class Worker:
    """What the jobs of one process work with, handed to them by the worker's context."""

    KEY: Final = "torogoz"

    def __init__(
        self,
        parts: Parts,
        delivery: Delivery,
        intake: Intake,
        registry: RegistrySource | None = None,
    ) -> None:
        self.parts = parts
        self.delivery = delivery
        self.intake = intake
        self.registry = registry
        """The national registry's service, where one is set."""

    @classmethod
    def of(cls, context: JobContext) -> "Worker":
        """The worker of a running job."""
        worker = context.additional_context[cls.KEY]
        assert isinstance(worker, cls)
        return worker


@queue.task(name=jobs.TURN, queue=jobs.QUEUES[jobs.TURN], pass_context=True)
async def turn(context: JobContext, person_id: int) -> None:
    """Answers all that waits in a person's inbox, and sends the answers."""
    worker = Worker.of(context)
    while (handled := await take_turn(worker.parts, person_id)) is not None:
        if handled.callback is not None and (channel := worker.parts.channels.get("telegram")):
            await channel.acknowledge(handled.callback)
        more = handled.more_to_send
        if handled.claimed is not None:
            more = await worker.delivery.send(handled.claimed) or more
        if more:
            await worker.delivery.deliver(person_id)
        if not handled.more_waiting:
            return


@queue.task(name=jobs.DELIVER, queue=jobs.QUEUES[jobs.DELIVER], pass_context=True)
async def deliver(context: JobContext, person_id: int) -> None:
    """Sends what waits in a person's outbox."""
    await Worker.of(context).delivery.deliver(person_id)


@queue.periodic(cron="* * * * * */2")
@queue.task(name="sweep", queue="upkeep", pass_context=True)
async def sweep(context: JobContext, timestamp: int) -> None:
    """Wakes whatever waits without a job: after a crash, an outage, a wait that is over."""
    async with Worker.of(context).parts.database.transaction() as session:
        turns = await jobs.wake_waiting(
            session, jobs.TURN, await inbox.people_waiting(session, LEFT_BEHIND_SECONDS)
        )
        stale = await outbox.recover_stale(session)
        sends = await jobs.wake_waiting(
            session, jobs.DELIVER, await outbox.people_due(session, LEFT_BEHIND_SECONDS)
        )
    if turns or stale or sends:
        log.info("swept", turns=turns, stale=stale, sends=sends)


@queue.periodic(cron="* * * * * */2")
@queue.task(name="retry_stalled", queue="upkeep", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Gives the jobs of a worker that died back: their locks would stay taken for ever."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        log.warning("job_retried", job=job.id, task=job.task_name)
        await manager.retry_job(job)


@queue.periodic(cron="* * * * *")
@queue.task(name="catch_up", queue="upkeep", pass_context=True)
async def catch_up(context: JobContext, timestamp: int) -> None:
    """Fetches what Twilio received and could not hand over."""
    await Worker.of(context).intake.catch_up()


@queue.periodic(cron="* * * * *")
@queue.task(name="release_held", queue="upkeep", pass_context=True)
async def release_held(context: JobContext, timestamp: int) -> None:
    """Takes conversations back that staff have left alone for too long."""
    parts = Worker.of(context).parts
    back = parts.responses.say("utter_release", {}).text
    async with parts.database.transaction() as session:
        released = await staff.release_due(session, datetime.now(UTC), back)
    if released:
        log.info("conversations_released", count=released)


async def _counted(
    context: JobContext, work: Callable[[AsyncSession, datetime], Awaitable[int]], event: str
) -> None:
    """Does what is due now in one transaction; ``event`` is logged with how many that were."""
    async with Worker.of(context).parts.database.transaction() as session:
        count = await work(session, datetime.now(UTC))
    if count:
        log.info(event, count=count)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="forget_addresses", queue="upkeep", pass_context=True)
async def forget_addresses(context: JobContext, timestamp: int) -> None:
    """Ends what erasures began, once their confirmations have been delivered."""
    await _counted(context, erasure.forget_due, "addresses_forgotten")


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="close_days", queue="upkeep", pass_context=True)
async def close_days(context: JobContext, timestamp: int) -> None:
    """Counts the days that are over, so that nobody has to count them again."""
    await _counted(context, figures.close_days, "days_closed")


@queue.periodic(cron="41 * * * *")
@queue.task(name="forget_answers", queue="upkeep", pass_context=True)
async def forget_answers(context: JobContext, timestamp: int) -> None:
    """Deletes the answers of the API that are no longer kept for a copy of their request."""
    await _counted(context, replays.forget_old, "answers_forgotten")


@queue.periodic(cron="17 * * * *")
@queue.task(name="delete_files", queue="upkeep", pass_context=True)
async def delete_files(context: JobContext, timestamp: int) -> None:
    """Deletes the files of the staff whose time is over."""
    await _counted(context, files.delete_expired, "files_deleted")


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="end_sessions", queue="upkeep", pass_context=True)
async def end_sessions(context: JobContext, timestamp: int) -> None:
    """Deletes sessions of the staff that are over, and failures to log in that count no more."""
    await _counted(context, sessions.delete_over, "sessions_ended")


@queue.periodic(cron="* * * * *")
@queue.task(name="expire_bookings", queue="upkeep", pass_context=True)
async def expire_bookings(context: JobContext, timestamp: int) -> None:
    """Hands requests that nobody answered in time to the next consultant, and tells both sides."""
    parts = Worker.of(context).parts
    told = await hand_on_late(parts.database, parts.responses, datetime.now(UTC), parts.terms)
    if told:
        log.info("bookings_expired", notices=told)


async def hand_on_late(
    database: Database, responses: Catalogue, now: datetime, terms: Terms
) -> int:
    """How many people are told of requests that nobody answered in time, now handed on."""
    async with database.transaction() as session:
        notices = await bookings.expire_due(session, now, candidates(now), terms=terms)
        await post_all(session, responses, notices)
    return len(notices)


@queue.periodic(cron="*/3 * * * *")
@queue.task(name="remind_of_bookings", queue="upkeep", pass_context=True)
async def remind_of_bookings(context: JobContext, timestamp: int) -> None:
    """Reminds both sides of meetings, a day and an hour before."""
    parts = Worker.of(context).parts
    async with parts.database.transaction() as session:
        notices = await reminders.due(session, datetime.now(UTC))
        await post_all(session, parts.responses, notices)
    if notices:
        log.info("bookings_reminded", notices=len(notices))


# From seven in the morning to eight in the evening in El Salvador, where it is six hours earlier:
# who is suspended in the morning may have a meeting at noon, and nobody is woken up for one.
@queue.periodic(cron="*/5 13-23,0,1 * * *")
@queue.task(name="tell_of_lapsed", queue="upkeep", pass_context=True)
async def tell_of_lapsed(context: JobContext, timestamp: int) -> None:
    """Tells both sides of bookings whose consultant is no longer registered."""
    parts = Worker.of(context).parts
    told = await tell_both_of_lapsed(parts.database, parts.responses, datetime.now(UTC))
    if told:
        log.info("lapses_told", notices=told)


async def tell_both_of_lapsed(database: Database, responses: Catalogue, now: datetime) -> int:
    """How many people are told of such bookings, each once; a transaction for so many at a time."""
    told = 0
    while True:
        async with database.transaction() as session:
            notices = await bookings.lapsed(session, now)
            await post_all(session, responses, notices)
        if not notices:
            return told
        told += len(notices)
