"""Consent: which version of the privacy notice a person accepted, and whether they still do."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.store.database import Executor


async def record(session: AsyncSession, person_id: int, version: str, channel: str) -> None:
    """The person accepts a version, on a channel. It replaces another version in force; recorded
    again, the same one keeps its first date."""
    await session.execute(
        text(
            "UPDATE consent SET withdrawn_at = now() "
            "WHERE person_id = :person AND withdrawn_at IS NULL AND version <> :version"
        ),
        {"person": person_id, "version": version},
    )
    await session.execute(
        text(
            "INSERT INTO consent (person_id, version, channel) "
            "VALUES (:person, :version, :channel) "
            "ON CONFLICT (person_id) WHERE withdrawn_at IS NULL DO NOTHING"
        ),
        {"person": person_id, "version": version, "channel": channel},
    )


async def withdraw(session: AsyncSession, person_id: int) -> None:
    """The person takes back the consent in force, if there is one."""
    await session.execute(
        text(
            "UPDATE consent SET withdrawn_at = now() "
            "WHERE person_id = :person AND withdrawn_at IS NULL"
        ),
        {"person": person_id},
    )


async def version_given(session: Executor, person_id: int) -> str | None:
    """The version of the consent in force; None when there is none."""
    version: str | None = await session.scalar(
        text("SELECT version FROM consent WHERE person_id = :person AND withdrawn_at IS NULL"),
        {"person": person_id},
    )
    return version
