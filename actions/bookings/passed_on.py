"""Which messages to consultants carry what an owner said or how they are reached; and which ones to
owners how a consultant is.

Notices name their booking in their buttons. Replies to a consultant, such as their agenda, tell of
several, and are known by the owner's own words in them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import text

from actions.messages.content import Content
from actions.people import linking
from actions.store.database import Executor

_ABOUT: Final = re.compile(r'"booking": (\d+)')
"""The booking in what a button means."""


async def messages_with(session: Executor, people: Sequence[int]) -> list[int]:
    """The outbox ids of those messages, sent or not, about bookings of these accounts of one
    person, and of those in which they, as a consultant, are told how to be reached. To be called
    while the bookings, the firm and the registry still have the words."""
    asked = (
        await session.execute(
            text(
                "SELECT b.id, b.purpose, b.place, b.phone, c.person_id FROM booking AS b "
                "JOIN consultant AS c ON c.id = b.consultant_id "
                "WHERE b.person_id = ANY(:people) AND b.state <> 'held'"
            ),
            {"people": [*people]},
        )
    ).all()
    readers: set[int] = set()
    for person_id in {row.person_id for row in asked} - {None, *people}:
        readers |= {*await linking.accounts(session, await linking.holder(session, person_id))}
    contacts = await session.scalars(
        text(
            "SELECT firm_name FROM firm WHERE person_id = ANY(:people) UNION "
            "SELECT external FROM address WHERE person_id = ANY(:people) AND channel = 'whatsapp'"
        ),
        {"people": [*people]},
    )
    said = (words for row in asked for words in (row.purpose, row.place, row.phone))
    words = _any_of([*contacts, *said])
    numbers = {row.id for row in asked}
    rows = await session.execute(
        text(
            "SELECT id, turn_id, content FROM outbox WHERE content <> '{}' AND address_id IN "
            "(SELECT id FROM address WHERE person_id = ANY(:readers)) ORDER BY id"
        ),
        {"readers": [*readers]},
    )
    found = await _to_owners(session, people)
    for row in rows:
        content = Content.from_json(row.content)
        # What staff write to a consultant is no reply of a turn, and may well use the same words.
        is_reply = row.turn_id is not None
        if _is_about(content, numbers) or (is_reply and words and words.search(_plain(content))):
            found.append(row.id)
    return sorted(set(found))


async def _to_owners(session: Executor, people: Sequence[int]) -> list[int]:
    """Messages to owners with the telephone or e-mail address of them as a consultant."""
    reached = await session.scalars(
        text("SELECT unnest(ARRAY[phone, email]) FROM consultant WHERE person_id = ANY(:people)"),
        {"people": [*people]},
    )
    words = _any_of(reached)
    if words is None:
        return []
    owners = await session.scalars(
        text(
            "SELECT DISTINCT b.person_id FROM booking AS b JOIN consultant AS c "
            "ON c.id = b.consultant_id "
            "WHERE c.person_id = ANY(:people) AND b.accepted_at IS NOT NULL"
        ),
        {"people": [*people]},
    )
    readers: set[int] = set()
    for person_id in {*owners} - {*people}:
        readers |= {*await linking.accounts(session, await linking.holder(session, person_id))}
    rows = await session.execute(
        text(
            "SELECT id, content FROM outbox WHERE content <> '{}' AND address_id IN "
            "(SELECT id FROM address WHERE person_id = ANY(:readers))"
        ),
        {"readers": [*readers]},
    )
    return [row.id for row in rows if words.search(_plain(Content.from_json(row.content)))]


def _is_about(content: Content, numbers: set[int]) -> bool:
    return any(
        int(named[1]) in numbers
        for button in content.buttons
        if (named := _ABOUT.search(button.means)) is not None
    )


def _any_of(said: Iterable[str | None]) -> re.Pattern[str] | None:
    """Finds each of them as whole words; None where nothing was said."""
    kept = {" ".join(one.split()) for one in said if one and one.strip()}
    if not kept:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(kept)))})(?!\w)", re.IGNORECASE)


def _plain(content: Content) -> str:
    return " ".join(" ".join([content.text, *content.variables.values()]).split())
