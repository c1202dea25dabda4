"""What staff note of a case for one another; the person never sees it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import written
from actions.cases.service import ERASED, NoSuchCase
from actions.cases.staff import LONGEST_NOTE


async def add_note(session: AsyncSession, number: int, staff: str, words: str) -> int:
    """Notes something of a case, open or closed; the note's id.

    Raises NoSuchCase, also where the person had everything erased, Empty, and TooLong.
    """
    words = written.checked(words, "la nota", LONGEST_NOTE)
    # An erasure under way ends first, or waits for this note and then finds it.
    reason = await session.scalar(
        text('SELECT reason FROM "case" WHERE id = :number FOR NO KEY UPDATE'), {"number": number}
    )
    if reason is None or reason == ERASED:
        raise NoSuchCase(number)
    note_id: int = await session.scalar(
        text(
            "INSERT INTO case_note (case_id, staff, text) VALUES (:number, :staff, :text) "
            "RETURNING id"
        ),
        {"number": number, "staff": staff, "text": words},
    )
    return note_id
