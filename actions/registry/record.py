"""One consultant with all that is kept of them, as staff look at it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text

from actions.registry import rules
from actions.registry.errors import NoSuchConsultant
from actions.store.database import Executor


@dataclass(frozen=True, slots=True)
class Record:
    """Fields are as in actions.registry.models.Consultant; ``state`` is that of the day, ``stored``
    the one that stands there. ``code_until`` is until when a code waits to be used, None for none;
    ``open_conflicts`` counts what a person still has to decide. ``applied_at`` is when they last
    asked to be in the registry, None for who never did; ``is_awaited`` where the ministry took them
    in and the national registry never had them."""

    id: int
    registration_number: str | None
    kind: str
    name: str
    categories: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    state: str
    stored: str
    state_by_hand: bool
    sectors: tuple[str, ...]
    departments: tuple[str, ...]
    on_site: bool
    remote: bool
    languages: tuple[str, ...]
    fee_min: int | None
    fee_max: int | None
    fee_unit: str | None
    phone: str | None
    email: str | None
    person_id: int | None
    missing_since: datetime | None
    made_at: datetime
    updated_at: datetime
    code_until: datetime | None
    open_conflicts: int
    applied_at: datetime | None
    is_awaited: bool


AWAITED: Final = """
    (EXISTS (SELECT 1 FROM consultant_change AS h WHERE h.consultant_id = c.id
        AND h.field = 'registration_number' AND h.source = 'ministerio')
    AND NOT EXISTS (SELECT 1 FROM consultant_change AS h WHERE h.consultant_id = c.id
        AND h.source = 'registro'))
"""
"""Of a consultant named ``c``: whether the ministry took them in, and the registry never told of
them."""


async def record(session: Executor, consultant_id: int, now: datetime) -> Record:
    """The consultant with that number in our table. Raises NoSuchConsultant."""
    row = (
        await session.execute(
            text(
                f"""
                SELECT c.id, c.registration_number, c.kind, c.name, c.categories, c.valid_from,
                    c.valid_to, c.state, c.state_by_hand, c.sectors, c.departments, c.on_site,
                    c.remote, c.languages, c.fee_min, c.fee_max, c.fee_unit, c.phone, c.email,
                    c.person_id, c.missing_since, c.made_at, c.updated_at,
                    (SELECT expires_at FROM consultant_code AS k
                        WHERE k.consultant_id = c.id AND k.expires_at > :now) AS code_until,
                    (SELECT count(*) FROM registry_conflict AS r
                        WHERE r.consultant_id = c.id AND r.decided_at IS NULL) AS open_conflicts,
                    (SELECT max(h.at) FROM consultant_change AS h WHERE h.consultant_id = c.id
                        AND h.field = 'state' AND h.source = 'consultor') AS applied_at,
                    {AWAITED} AS is_awaited
                FROM consultant AS c WHERE c.id = :id
                """
            ),
            {"id": consultant_id, "now": now},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchConsultant
    given = row._asdict()
    for name in ("categories", "sectors", "departments", "languages"):
        given[name] = tuple(given[name])
    stored = given.pop("state")
    state = rules.state_on(stored, row.valid_to, rules.day_of(now))
    return Record(**given, state=state, stored=stored)


async def waiting(session: Executor) -> int:
    """How many applications wait for the ministry's answer."""
    found: int = await session.scalar(
        text("SELECT count(*) FROM consultant WHERE state = 'solicitada'")
    )
    return found
