"""One case as the desk shows it beside its thread, open or closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from actions.cases.service import NoSuchCase
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Record:
    """What there is to know of a case; the fields are those of actions.cases.models.Case, and
    ``firm`` is the name of the person's firm, where they told it."""

    number: int
    person_id: int
    firm: str | None
    reason: str
    context: dict[str, Any]
    opened_at: datetime
    channel: str | None
    staff: str | None
    held_until: datetime | None
    waiting_since: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    close_note: str | None
    closed_by: str | None

    def held_by(self, now: datetime) -> str | None:
        """Who of the staff has the conversation at that moment."""
        is_held = self.held_until is not None and self.held_until > now
        return self.staff if is_held else None


async def record(session: Executor, number: int) -> Record:
    """A case by its number. Raises NoSuchCase."""
    row = (
        await session.execute(
            text(
                """
                SELECT c.id, c.person_id, firm.firm_name, c.reason, c.context, c.opened_at,
                    c.channel, c.staff, c.held_until, c.waiting_since, c.closed_at,
                    c.close_reason, c.close_note, c.closed_by
                FROM "case" AS c LEFT JOIN firm ON firm.person_id = c.person_id
                WHERE c.id = :number
                """
            ),
            {"number": number},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchCase(number)
    return Record(*row)
