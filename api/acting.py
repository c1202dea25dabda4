"""How staff change anything: in one transaction, with its entry in the audit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.store.database import Database
from api.clock import now


class Unaudited(RuntimeError):
    """Something was to be changed without saying in the audit what."""


@dataclass(slots=True)
class Acting:
    """A transaction of a member of the staff."""

    session: AsyncSession
    acts: list[Act] = field(default_factory=list)

    def did(self, act: Act) -> None:
        """Says what was done; it is recorded just before the commit."""
        self.acts.append(act)


@asynccontextmanager
async def acting(database: Database, actor: Actor) -> AsyncIterator[Acting]:
    """A transaction that commits with its entries. Raises Unaudited, and rolls back, where the
    block ends without having said what it did."""
    async with database.transaction() as session:
        doing = Acting(session)
        yield doing
        if not doing.acts:
            raise Unaudited
        for act in doing.acts:
            await audit.record(session, actor, act, now())
