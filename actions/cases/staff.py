"""What the staff does with a case: takes the conversation, writes in it, hands it back, closes it.

While staff hold a conversation the assistant keeps quiet in it. Whatever begins or ends that locks
the person's row first, as a turn does: so of two staff one waits for the other, it waits for a turn
under way, and the next turn sees it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import sending, written
from actions.cases.errors import NoSuchCloseReason
from actions.cases.sending import Window
from actions.cases.service import CLOSE_REASONS, NoSuchCase
from actions.files import service as files_kept
from actions.files.checking import Clean
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.people import locks
from actions.store.database import Executor

HOLD: Final = timedelta(hours=4)
"""After so long without a message of the staff, the assistant takes the conversation back."""

RELEASED_AT_ONCE: Final = 100
LONGEST_NOTE: Final = 2_000
"""UTF-16 units of what staff note of a case."""


class HeldByAnother(Exception):
    """Another member of the staff has the conversation."""

    def __init__(self, number: int, staff: str, until: datetime) -> None:
        super().__init__(f"case {number} is held by another until {until}")
        self.number = number
        self.staff = staff
        self.until = until


class NotHeld(Exception):
    """Nobody of the staff has the conversation: there is nothing to hand back."""


class Unreachable(Exception):
    """The person has no address left to write to."""


async def held(session: Executor, person_id: int, now: datetime) -> bool:
    """Whether staff hold the person's conversation, so that the assistant keeps quiet.

    A turn asks this after it has locked the person's row, in a statement of its own: one that
    waited for the lock reads as of before the wait.
    """
    found: bool = await session.scalar(
        text(
            'SELECT EXISTS (SELECT 1 FROM "case" WHERE person_id = :person '
            "AND closed_at IS NULL AND held_until > :now)"
        ),
        {"person": person_id, "now": now},
    )
    return found


@dataclass(frozen=True, slots=True)
class _Locked:
    number: int
    person_id: int
    staff: str | None
    held_until: datetime | None


async def _locked(session: AsyncSession, number: int) -> _Locked:
    locked: int | None = None
    while True:
        row = (
            await session.execute(
                text(
                    'SELECT id, person_id, staff, held_until FROM "case" '
                    "WHERE id = :number AND closed_at IS NULL"
                ),
                {"number": number},
            )
        ).one_or_none()
        if row is None:
            raise NoSuchCase(number)
        if row.person_id == locked:
            return _Locked(*row)
        # While we wait, the case may go over to the person that this one is joined to.
        await locks.lock(session, row.person_id)
        locked = row.person_id


def _check_free(case: _Locked, staff: str, now: datetime) -> None:
    if case.staff is None or case.staff == staff:
        return
    if case.held_until is not None and case.held_until > now:
        raise HeldByAnother(case.number, case.staff, case.held_until)


async def _hold(
    session: AsyncSession, case: _Locked, staff: str, now: datetime, hold: timedelta
) -> None:
    _check_free(case, staff, now)
    await session.execute(
        text('UPDATE "case" SET staff = :staff, held_until = :until WHERE id = :number'),
        {"staff": staff, "until": now + hold, "number": case.number},
    )


async def take(
    session: AsyncSession, number: int, staff: str, now: datetime, hold: timedelta = HOLD
) -> None:
    """Gives the conversation to a member of the staff; the assistant keeps quiet for ``hold``.

    Taken again by the same one, the time starts anew. Raises NoSuchCase, and HeldByAnother while
    another one's time runs.
    """
    await _hold(session, await _locked(session, number), staff, now, hold)


async def window(session: Executor, number: int, now: datetime) -> Window:
    """Where a reply in an open case would go now, and whether as free text.

    Raises NoSuchCase, and Unreachable.
    """
    person_id: int | None = await session.scalar(
        text('SELECT person_id FROM "case" WHERE id = :number AND closed_at IS NULL'),
        {"number": number},
    )
    if person_id is None:
        raise NoSuchCase(number)
    place = await outbox.where_to(session, person_id)
    if place is None:
        raise Unreachable(number)
    return sending.window_of(place, now)


async def reply(
    session: AsyncSession,
    number: int,
    message: str,
    staff: str,
    now: datetime,
    hold: timedelta = HOLD,
    *,
    files: Sequence[Clean] = (),
    file_url: Callable[[str, str], str] | None = None,
) -> None:
    """Takes the conversation and sends the person a message, on the channel where they wrote last.

    ``files`` follow it, each as a message of its own; with files ``message`` may be empty.
    ``file_url`` gives the absolute address of a file by its token and name. Raises what
    :func:`take` does, Unreachable, Empty, TooLong, TooManyFiles, and FilesOutsideWindow.
    """
    words = sending.checked(message, files)
    case = await _locked(session, number)
    await _hold(session, case, staff, now, hold)
    place = await outbox.where_to(session, case.person_id)
    if place is None:
        raise Unreachable(number)
    sending.check_fits(number, words, files, sending.window_of(place, now))
    tokens = [files_kept.new_token() for _ in files]
    contents = sending.contents_of(words, files, tokens, file_url)
    ids = await outbox.post_to(session, place, contents, states.REPLY)
    await session.execute(
        text(
            "INSERT INTO case_reply (outbox_id, case_id, staff) "
            "SELECT id, :case, :staff FROM unnest(CAST(:messages AS bigint[])) AS sent(id)"
        ),
        {"messages": ids, "case": case.number, "staff": staff},
    )
    # The files are the last messages of them.
    for file, token, message_id in zip(files, tokens, ids[len(ids) - len(files) :], strict=True):
        await files_kept.store(
            session, file, token=token, outbox_id=message_id, made_by=staff, now=now
        )
    await session.execute(
        text('UPDATE "case" SET waiting_since = NULL WHERE id = :number'), {"number": case.number}
    )


async def hand_back(
    session: AsyncSession, number: int, staff: str, now: datetime, back: str
) -> None:
    """Gives the conversation back to the assistant; the case stays open.

    ``back`` tells the person that the assistant answers again. Raises NoSuchCase, HeldByAnother,
    and NotHeld where the assistant has not been away.
    """
    case = await _locked(session, number)
    _check_free(case, staff, now)
    if case.held_until is None:
        raise NotHeld(number)
    await session.execute(
        text('UPDATE "case" SET staff = NULL, held_until = NULL WHERE id = :number'),
        {"number": case.number},
    )
    await _tell(session, case.person_id, back)


async def close(
    session: AsyncSession,
    number: int,
    staff: str,
    now: datetime,
    back: str,
    reason: str = "resuelto",
    note: str = "",
) -> None:
    """Closes the case for one of CLOSE_REASONS, with a note for the staff if there is one to make;
    where the assistant was away, ``back`` tells the person that it is back.

    Raises NoSuchCase, HeldByAnother, NoSuchCloseReason, and TooLong.
    """
    if reason not in CLOSE_REASONS:
        raise NoSuchCloseReason(reason, CLOSE_REASONS)
    note = written.cleaned(note)
    written.check_length(note, "la nota", LONGEST_NOTE)
    case = await _locked(session, number)
    _check_free(case, staff, now)
    await session.execute(
        text(
            """
            UPDATE "case" SET staff = NULL, held_until = NULL, waiting_since = NULL,
                closed_at = :now, closed_by = :staff, close_reason = :reason,
                close_note = NULLIF(:note, '')
            WHERE id = :number
            """
        ),
        {
            "now": now,
            "number": case.number,
            "staff": staff,
            "reason": reason,
            "note": note,
        },
    )
    if case.held_until is not None:
        await _tell(session, case.person_id, back)


async def release_due(session: AsyncSession, now: datetime, back: str) -> int:
    """Gives the conversations back whose time is over, and tells each person so with ``back``.

    Returns how many. People in the middle of a turn are left for the next time.
    """
    due = await session.execute(
        text(
            """
            SELECT c.id, c.person_id FROM "case" AS c JOIN person AS p ON p.id = c.person_id
            WHERE c.held_until <= :now AND c.closed_at IS NULL
            ORDER BY c.held_until LIMIT :limit FOR NO KEY UPDATE OF p SKIP LOCKED
            """
        ),
        {"now": now, "limit": RELEASED_AT_ONCE},
    )
    released = 0
    for number, person_id in due.all():
        # Looked at again under the person's lock: staff may have written meanwhile.
        still_due = await session.scalar(
            text(
                'UPDATE "case" SET staff = NULL, held_until = NULL '
                "WHERE id = :number AND closed_at IS NULL AND held_until <= :now RETURNING id"
            ),
            {"number": number, "now": now},
        )
        if still_due is not None:
            await _tell(session, person_id, back)
            released += 1
    return released


async def _tell(session: AsyncSession, person_id: int, words: str) -> None:
    # In the lane of replies: it is part of the conversation, also for those who want no notices.
    await outbox.post(session, person_id, Content(text=words), states.REPLY)
