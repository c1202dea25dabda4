"""Cases as other systems read them: in the order in which they were opened, and masked.

Nothing here tells who somebody is: of an address its last digits, and texts without numbers. What
was said stays with the ministry's staff.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import text

from actions.cases.service import NoSuchCase
from actions.people.masking import mask, mask_address
from actions.store.database import Executor

State = Literal["open", "closed"]
STATES: Final[tuple[State, ...]] = ("open", "closed")


@dataclass(frozen=True, slots=True)
class MaskedAddress:
    """Where the person can be reached; ``address`` is masked: "••••4321"."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class MaskedCase:
    """A case, open or closed; ``held`` tells that somebody of the ministry has the conversation.

    ``context`` is as actions.cases.service.Context, masked.
    """

    number: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    held: bool
    context: dict[str, str]
    addresses: tuple[MaskedAddress, ...]


_CASES: Final = """
    SELECT c.id, c.reason, c.opened_at, c.closed_at,
        c.closed_at IS NULL AND COALESCE(c.held_until > :now, false) AS held, c.context,
        (SELECT COALESCE(jsonb_agg(jsonb_build_array(a.channel, a.external)
                ORDER BY a.last_inbound_at DESC NULLS LAST, a.id), '[]')
            FROM address AS a WHERE a.person_id = c.person_id AND a.forget_at IS NULL) AS addresses
    FROM "case" AS c
"""
_OF_STATE: Final[dict[State | None, str]] = {
    None: "true",
    "open": "c.closed_at IS NULL",
    "closed": "c.closed_at IS NOT NULL",
}


async def cases_after(
    session: Executor, after: int, limit: int, now: datetime, *, state: State | None = None
) -> list[MaskedCase]:
    """The next cases with a number over ``after``, open, closed or both, by number."""
    rows = await session.execute(
        text(f"{_CASES} WHERE c.id > :after AND {_OF_STATE[state]} ORDER BY c.id LIMIT :limit"),
        {"after": after, "limit": limit, "now": now},
    )
    return [_masked(row) for row in rows]


async def case(session: Executor, number: int, now: datetime) -> MaskedCase:
    """One case, open or closed. Raises NoSuchCase."""
    row = (
        await session.execute(
            text(f"{_CASES} WHERE c.id = :number"), {"number": number, "now": now}
        )
    ).one_or_none()
    if row is None:
        raise NoSuchCase(number)
    return _masked(row)


def _masked(row: Any) -> MaskedCase:
    return MaskedCase(
        number=row.id,
        reason=row.reason,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        held=row.held,
        context={name: mask(str(told)) for name, told in row.context.items() if told is not None},
        addresses=tuple(
            MaskedAddress(channel, mask_address(external)) for channel, external in row.addresses
        ),
    )
