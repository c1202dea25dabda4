"""What a person is to the registry: an applicant, somebody refused, or a registered consultant."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from actions.people import linking
from actions.registry import rules
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Mine:
    """The person's own place in the registry. ``state`` is that of the day, of
    actions.registry.rules.STATES; ``reason`` what was given for it, None where nothing was;
    ``documents`` counts the papers of the application."""

    consultant_id: int
    name: str
    state: str
    registration_number: str | None
    valid_to: date | None
    reason: str | None
    documents: int

    @property
    def is_registered(self) -> bool:
        """Whether they have a number, in force or not."""
        return self.state in rules.REGISTERED


async def mine(session: Executor, person_id: int, now: datetime) -> Mine | None:
    """The person's place, theirs or that of an account joined to them; a registered one before an
    open application, and that before a refused one; None where they have none."""
    row = (
        await session.execute(
            text(
                """
                SELECT c.id, c.name, c.state, c.registration_number, c.valid_to,
                    (SELECT h.reason FROM consultant_change AS h
                        WHERE h.consultant_id = c.id AND h.field = 'state'
                        ORDER BY h.id DESC LIMIT 1) AS reason,
                    (SELECT count(*) FROM consultant_document AS d
                        WHERE d.consultant_id = c.id) AS documents
                FROM consultant AS c WHERE c.person_id = ANY(:people)
                ORDER BY c.state = ANY(:registered) DESC, c.state = 'solicitada' DESC, c.id
                LIMIT 1
                """
            ),
            {
                "people": await linking.accounts(session, person_id),
                "registered": [*rules.REGISTERED],
            },
        )
    ).one_or_none()
    if row is None:
        return None
    return Mine(
        consultant_id=row.id,
        name=row.name,
        state=rules.state_on(row.state, row.valid_to, rules.day_of(now)),
        registration_number=row.registration_number,
        valid_to=row.valid_to,
        reason=row.reason if row.state in ("rechazada", "suspendida") else None,
        documents=row.documents,
    )
