"""Referrals as staff page through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from actions.firms.models import folded
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, like, one_of, order_by

STATES: Final[dict[str, str]] = {
    "espera": "waiting",
    "otra_hora": "proposed",
    "buscando": "looking",
    "aceptada": "accepted",
    "sin_consultor": "exhausted",
    "retirada": "withdrawn",
}
"""Values of the filter ``estado``: the consultant is asked; the owner is asked about another time;
the next consultant is looked for; agreed on; nobody was left; called off or not answered by the
owner."""
MEETINGS: Final[dict[str, str]] = {
    "por_venir": "{b}.state = 'accepted' AND upper({b}.during) > :now",
    "sin_marcar": "{b}.state = 'accepted' AND upper({b}.during) <= :now",
    "se_hizo": "{b}.state = 'done'",
    "no_llegaron": "{b}.state = 'missed'",
    "cancelada": "{b}.state = 'cancelled'",
}
"""Values of the filter ``cita``: what became of the meeting with the last consultant asked. It is
to come, is over without a word of the consultant, took place, the owner did not come, called off.
"""
FILTERS: Final = ("estado", "consultor", "cita", "queja")
"""``consultor``: a consultant's number (id), whoever in the chain they were; ``queja``: ``si`` for
those about which there is a complaint."""
ORDERS: Final[dict[str, str]] = {
    "hecha": "r.made_at",
    "vence": "r.deadline",
    "intentos": "cardinality(r.tried)",
}
"""When it was made, when its answer is due, and how many consultants were asked."""


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One request. ``state`` is a key of STATES, ``meeting`` one of MEETINGS, or empty where there
    was no agreement; ``tried`` counts the consultants asked, and
    ``consultant_name`` is the last of them; ``starts``, ``mode`` and ``booking_state`` are of the
    booking with them. ``complaints`` counts those about any booking of the chain."""

    number: int
    person_id: int
    firm_name: str | None
    consultant_id: int
    consultant_name: str
    tried: int
    state: str
    deadline: datetime | None
    made_at: datetime
    booking_id: int
    booking_state: str
    starts: datetime
    mode: str
    complaints: int
    meeting: str


_BY_THE_CLOCK: Final = ("por_venir", "sin_marcar")
_MEETING: Final = " ".join(
    f"WHEN {condition.format(b='last')} THEN '{name}'" for name, condition in MEETINGS.items()
)


async def referrals(session: Executor, asked: Asked, now: datetime) -> Listed[ReferralLine]:
    """Requests, the newest first. The search finds words or parts of words of the name of the last
    consultant asked or of the owner's firm, or the number that both sides are told of the meeting
    ("39", "cita 39"). Raises NoSuchOrder and NoSuchFilter."""
    for name in asked.filters:
        if name not in FILTERS:
            raise NoSuchFilter(name)
    narrowed, values = ["true"], dict[str, Any]()
    state = one_of(asked, "estado", tuple(STATES))
    if state is not None:
        narrowed.append("r.state = :state")
        values["state"] = STATES[state]
    if consultant := asked.filters.get("consultor"):
        if not (consultant.isascii() and consultant.isdigit() and len(consultant) < 19):
            raise NoSuchFilter("consultor")
        narrowed.append("r.tried @> ARRAY[CAST(:consultant AS bigint)]")
        values["consultant"] = int(consultant)
    if meeting := one_of(asked, "cita", tuple(MEETINGS)):
        narrowed.append(
            "EXISTS (SELECT 1 FROM booking AS b WHERE b.referral_id = r.id "
            f"AND b.consultant_id = r.consultant_id AND {MEETINGS[meeting].format(b='b')})"
        )
    if one_of(asked, "queja", ("si",)):
        narrowed.append(
            "EXISTS (SELECT 1 FROM complaint JOIN booking AS b ON b.id = complaint.booking_id "
            "WHERE b.referral_id = r.id)"
        )
    if words := folded(asked.search[:100].replace("\0", " ")).split():
        narrowed.append(
            "(c.name_folded LIKE ALL(CAST(:words AS text[])) "
            "OR f.name_folded LIKE ALL(CAST(:words AS text[])) OR r.id = :number)"
        )
        values["words"] = [like(word) for word in words]
        values["number"] = _number(words)
    order = order_by(asked, ORDERS, "r.made_at DESC", "r.id DESC")
    source = f"""
        FROM referral AS r JOIN consultant AS c ON c.id = r.consultant_id
        LEFT JOIN firm AS f ON f.person_id = r.person_id WHERE {" AND ".join(narrowed)}
    """
    told = {"now": now} if meeting in _BY_THE_CLOCK else {}
    total: int = await session.scalar(text(f"SELECT count(*) {source}"), {**values, **told})
    rows = await session.execute(
        text(
            f"""
            SELECT r.id, r.person_id, f.firm_name, r.consultant_id, c.name,
                cardinality(r.tried) AS tried, r.state, r.deadline, r.made_at, last.id AS booking,
                last.state AS booking_state, CASE {_MEETING} ELSE '' END AS meeting,
                lower(last.during) AS starts, last.mode,
                (SELECT count(*) FROM complaint JOIN booking ON booking.id = complaint.booking_id
                    WHERE booking.referral_id = r.id) AS complaints
            FROM (SELECT r.id {source} ORDER BY {order} LIMIT :limit OFFSET :offset) AS page
            JOIN referral AS r ON r.id = page.id
            JOIN consultant AS c ON c.id = r.consultant_id
            LEFT JOIN firm AS f ON f.person_id = r.person_id
            CROSS JOIN LATERAL (SELECT * FROM booking WHERE booking.referral_id = r.id
                ORDER BY booking.id DESC LIMIT 1) AS last
            ORDER BY {order}
            """
        ),
        {**values, "now": now, "limit": asked.limit, "offset": asked.offset},
    )
    names = {stored: name for name, stored in STATES.items()}
    return Listed(
        [
            ReferralLine(
                number=row.id,
                person_id=row.person_id,
                firm_name=row.firm_name,
                consultant_id=row.consultant_id,
                consultant_name=row.name,
                tried=row.tried,
                state=names[row.state],
                deadline=row.deadline,
                made_at=row.made_at,
                booking_id=row.booking,
                booking_state=row.booking_state,
                starts=row.starts,
                mode=row.mode,
                complaints=row.complaints,
                meeting=row.meeting,
            )
            for row in rows
        ],
        total,
    )


def _number(words: Sequence[str]) -> int | None:
    """The number that is looked for; None where it is no number."""
    last = words[-1]
    said = len(words) == 1 or list(words[:-1]) == ["cita"]
    return int(last) if said and last.isascii() and last.isdigit() and len(last) < 19 else None
