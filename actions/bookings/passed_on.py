"""Which messages to consultants carry what an owner said or how they are reached.

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
    person. To be called while the bookings and the firm still have the words."""
    asked = (
        await session.execute(
            text(
                "SELECT b.id, b.purpose, c.person_id FROM booking AS b "
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
    words = _any_of([*contacts, *(row.purpose for row in asked)])
    numbers = {row.id for row in asked}
    rows = await session.execute(
        text(
            "SELECT id, turn_id, content FROM outbox WHERE content <> '{}' AND address_id IN "
            "(SELECT id FROM address WHERE person_id = ANY(:readers)) ORDER BY id"
        ),
        {"readers": [*readers]},
    )
    found = []
    for row in rows:
        content = Content.from_json(row.content)
        # What staff write to a consultant is no reply of a turn, and may well use the same words.
        is_reply = row.turn_id is not None
        if _is_about(content, numbers) or (is_reply and words and words.search(_plain(content))):
            found.append(row.id)
    return found


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
