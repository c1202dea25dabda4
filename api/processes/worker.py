"""The worker process: turns, deliveries, periodic jobs, and Telegram's polling."""

import asyncio
import signal
from contextlib import suppress
from typing import Final

import structlog
from procrastinate import App
from sqlalchemy.exc import SQLAlchemyError

from actions import jobs
from actions.templates import service as registry
from api.assembly import Assembly, assembled, registry_of, turning
from api.settings import Settings
from bot import registry_jobs as registry_jobs
from bot.channels import templates
from bot.jobs import STALLED_SECONDS, Worker
from bot.polling import poll

CONCURRENCY: Final = 16
GRACE_SECONDS: Final = 20
"""A stop lets turns and sends under way end. Only listening to a voice note, or fetching an
applicant's papers, may last longer: it is then cut off, and the turn repeated."""

TEMPLATES_SECONDS: Final = 20

log = structlog.get_logger(__name__)


async def work(settings: Settings, database_url: str, nlu_url: str) -> None:
    """Works until SIGTERM or SIGINT."""
    async with (
        assembled(settings, database_url) as assembly,
        turning(assembly, nlu_url) as (parts, delivery),
    ):
        worker = Worker(parts, delivery, assembly.intake, registry_of(settings))
        beside = [
            asyncio.create_task(_poll(assembly, database_url)),
            asyncio.create_task(_follow_templates(assembly)),
        ]
        connector = jobs.connector(database_url, CONCURRENCY)
        try:
            # Replaced rather than copied: a copy's periodic tasks still belong to the original.
            with jobs.queue.replace_connector(connector) as queue:
                async with queue.open_async():
                    await _run(queue, worker)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _run(queue: App, worker: Worker) -> None:
    running = asyncio.create_task(
        queue.run_worker_async(
            concurrency=CONCURRENCY,
            wait=True,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=1,
            stalled_worker_timeout=STALLED_SECONDS,
            fetch_job_polling_interval=2,
            shutdown_graceful_timeout=GRACE_SECONDS,
            additional_context={Worker.KEY: worker},
        )
    )
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, running.cancel)
    log.info("worker_started")
    with suppress(asyncio.CancelledError):
        await running
    log.info("worker_stopped")


async def _poll(assembly: Assembly, database_url: str) -> None:
    if assembly.telegram is not None and not assembly.settings.telegram_by_webhook:
        await poll(assembly.telegram, assembly.intake, database_url)


async def _follow_templates(assembly: Assembly) -> None:
    """Keeps the channel's templates as the registry has them: a sync is noticed by all workers."""
    whatsapp = assembly.whatsapp
    if whatsapp is None:
        return
    declared = templates.declared()
    whatsapp.quick_replies = templates.quick_replies(declared)
    while True:
        try:
            async with assembly.database.session() as session:
                known = await registry.registered(session)
            whatsapp.template_sids = templates.usable(declared, known)
        except (SQLAlchemyError, OSError) as error:
            log.warning("templates_not_read", error=type(error).__name__)
        await asyncio.sleep(TEMPLATES_SECONDS)
