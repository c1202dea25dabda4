"""All that was said between a person and us, on all their channels, read backwards page by page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import text

from actions.people import linking
from actions.people.erasure import ERASED
from actions.people.errors import NoSuchPlace
from actions.people.masking import mask_address
from actions.people.profile import check_known
from actions.store.database import Executor

PAGE: Final = 50
MOST: Final = 200
_PLACE: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)
_AFTER_ALL: Final = 10**18 - 1

Sender = Literal["persona", "asistente", "ministerio"]


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    ``text`` is what was written, or the title of a button that was pressed; ``kind`` that of an
    inbound message, empty for others, for those without words. ``address`` is masked. ``buttons``
    are titles and ``files`` names that went with it; ``staff`` who of the ministry wrote it.
    ``state`` is that of an outbound message (see actions.messages.states), empty for others.
    """

    sender: Sender
    text: str
    at: datetime
    kind: str
    channel: str
    address: str
    buttons: tuple[str, ...]
    files: tuple[str, ...]
    staff: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, oldest first; ``before`` tells where the ones before them are, None where there are
    none."""

    said: tuple[Said, ...]
    before: str | None


# By address and not by person, since a message belongs to where it was written: so it is there
# after two people were joined. In the order of their ids, which is the one of an index.
_IN: Final = text(
    """
    SELECT newest.id, newest.kind, newest.text, newest.received_at AS at, a.channel, a.external,
        CASE WHEN newest.kind = 'button' THEN newest.detail->>'payload' END AS pressed
    FROM address AS a CROSS JOIN LATERAL (
        SELECT id, kind, text, detail, received_at FROM inbox
        WHERE inbox.address_id = a.id AND inbox.id < :before AND kind <> :erased
        ORDER BY inbox.id DESC LIMIT :limit) AS newest
    WHERE a.person_id = :person ORDER BY newest.id DESC LIMIT :limit
    """
)
_OUT: Final = text(
    """
    SELECT newest.id, newest.content, newest.created_at AS at, newest.state, a.channel, a.external,
        case_reply.staff
    FROM address AS a CROSS JOIN LATERAL (
        SELECT id, content, created_at, state FROM outbox
        WHERE outbox.address_id = a.id AND outbox.id < :before AND content <> '{}'
        ORDER BY outbox.id DESC LIMIT :limit) AS newest
    LEFT JOIN case_reply ON case_reply.outbox_id = newest.id
    WHERE a.person_id = :person ORDER BY newest.id DESC LIMIT :limit
    """
)
_TITLES: Final = text(
    """
    SELECT pressed.token, shown.content #>> ARRAY[
        'buttons', split_part(pressed.token, '.', 2), 'title'] AS title
    FROM unnest(CAST(:tokens AS text[])) AS pressed(token)
    JOIN outbox AS shown
        ON shown.id = CAST(substring(pressed.token FROM '^b([0-9]{1,18})[.]') AS bigint)
    JOIN address ON address.id = shown.address_id AND address.person_id = :person
    """
)


async def history(
    session: Executor, person_id: int, before: str | None = None, limit: int = PAGE
) -> Page:
    """A page of the messages with a person, the newest ones, or those before a place.

    ``before`` is what an earlier page gave; at most MOST messages come at once. Raises NoSuchPerson
    and NoSuchPlace.
    """
    await check_known(session, person_id)
    holder = await linking.holder(session, person_id)
    inbound_before, outbound_before = _read(before)
    limit = max(1, min(limit, MOST))
    values = {"person": holder, "limit": limit + 1}
    inbound = (
        await session.execute(_IN, {**values, "before": inbound_before, "erased": ERASED})
    ).all()
    outbound = (await session.execute(_OUT, {**values, "before": outbound_before})).all()
    taken, of_inbound, of_outbound = _newest(inbound, outbound, limit)
    titles = await _titles(session, holder, [row.pressed for row in inbound[:of_inbound]])
    said = tuple(
        _heard(row, titles) if is_inbound else _sent(row) for is_inbound, row in reversed(taken)
    )
    if of_inbound + of_outbound == len(inbound) + len(outbound):
        return Page(said, None)
    first_in = inbound[of_inbound - 1].id if of_inbound else inbound_before
    first_out = outbound[of_outbound - 1].id if of_outbound else outbound_before
    return Page(said, f"{first_in}-{first_out}")


def _read(before: str | None) -> tuple[int, int]:
    """The ids below which to look, of inbound and of outbound messages."""
    if before is None:
        return _AFTER_ALL, _AFTER_ALL
    found = _PLACE.fullmatch(before)
    if found is None:
        raise NoSuchPlace
    return int(found[1]), int(found[2])


def _newest(
    inbound: Sequence[Any], outbound: Sequence[Any], limit: int
) -> tuple[list[tuple[bool, Any]], int, int]:
    """The newest of two lists that are newest first, and how many each gave: each in its own order,
    whatever its moments say, so that the next page goes on exactly where this one ends."""
    taken: list[tuple[bool, Any]] = []
    heard = sent = 0
    while len(taken) < limit and (heard < len(inbound) or sent < len(outbound)):
        is_inbound = sent == len(outbound) or (
            heard < len(inbound) and inbound[heard].at > outbound[sent].at
        )
        taken.append((is_inbound, inbound[heard] if is_inbound else outbound[sent]))
        heard, sent = heard + is_inbound, sent + (not is_inbound)
    return taken, heard, sent


async def _titles(
    session: Executor, person_id: int, pressed: Sequence[str | None]
) -> dict[str, str]:
    # A pressed button has no text of its own: its title stands in the message that it was under.
    tokens = [one for one in pressed if one is not None]
    if not tokens:
        return {}
    rows = await session.execute(_TITLES, {"tokens": tokens, "person": person_id})
    return {row.token: row.title for row in rows if row.title is not None}


def _heard(row: Any, titles: dict[str, str]) -> Said:
    return Said(
        sender="persona",
        text=titles.get(row.pressed, row.text) if row.pressed is not None else row.text,
        at=row.at,
        kind=row.kind,
        channel=row.channel,
        address=mask_address(row.external),
        buttons=(),
        files=(),
        staff=None,
        state="",
    )


def _sent(row: Any) -> Said:
    return Said(
        sender="asistente" if row.staff is None else "ministerio",
        text=row.content.get("text", ""),
        at=row.at,
        kind="",
        channel=row.channel,
        address=mask_address(row.external),
        buttons=tuple(one["title"] for one in row.content.get("buttons", ())),
        files=tuple(one["name"] for one in row.content.get("files", ())),
        staff=row.staff,
        state=row.state,
    )
