"""The registry of WhatsApp templates."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from actions.templates.models import Template


async def registered(session: AsyncSession) -> dict[str, tuple[str, str, str]]:
    """All registered templates: name -> (digest, sid, approval)."""
    rows = await session.scalars(select(Template))
    return {row.name: (row.digest, row.sid, row.approval) for row in rows}


async def record(session: AsyncSession, *, name: str, digest: str, sid: str, approval: str) -> None:
    """Notes a template as the provider knows it now."""
    values = {"digest": digest, "sid": sid, "approval": approval, "checked_at": func.now()}
    await session.execute(
        insert(Template)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
