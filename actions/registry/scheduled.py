"""What the schedule does with the registry's own service: proposes, and applies what is plain."""

from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import source, sync
from actions.registry.source import Answered
from actions.registry.sync import Proposal
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """The registry's service: its address, and the key that lets us in, if it wants one."""

    url: str
    key: str | None = None


async def ask(
    client: httpx.AsyncClient, session: Executor, service: RegistrySource
) -> Answered | None:
    """What the service holds now; None where nothing changed since it was last applied.

    Raises as actions.registry.source.fetch.
    """
    headers = {} if service.key is None else {"Authorization": f"Bearer {service.key}"}
    etag = await sync.last_etag(session, service.url)
    return await source.fetch(client, service.url, etag=etag, headers=headers)


async def take(
    session: AsyncSession,
    service: RegistrySource,
    answered: Answered,
    now: datetime,
    *,
    by: str | None = None,
) -> Proposal | None:
    """Proposes what the service holds, and applies it where nothing of it needs a look; the run as
    it is then. None, and no run, where just that waits for somebody or was put aside by somebody.

    ``by`` is who of the ministry asked for it, None for the schedule.
    """
    # Before it is looked for: two who ask at once would else both propose it.
    await sync.hold(session)
    if by is None and await _was_seen(session, service.url, answered.reading.digest):
        return None
    run = await sync.propose(session, answered.reading, service.url, now, by=by, etag=answered.etag)
    if not run.needs_a_look and by is None:
        await sync.apply(session, run.id, now)
    return await sync.proposal(session, run.id)


async def _was_seen(session: Executor, url: str, digest: str) -> bool:
    """Whether the last run of the source held just that, and a person has it before them or
    discarded it."""
    found: bool | None = await session.scalar(
        text(
            "SELECT digest = :digest AND (state = 'proposed' "
            "OR (state = 'discarded' AND settled_by IS NOT NULL)) FROM registry_sync "
            "WHERE source = :source ORDER BY id DESC LIMIT 1"
        ),
        {"source": url[:500], "digest": digest},
    )
    return bool(found)
