"""Replies that staff keep for use again, by their titles. They are for owners: in "vos"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import written
from actions.cases.errors import NoSuchCanned, TitleTaken
from actions.cases.sending import LONGEST_OUTSIDE
from actions.store.database import Executor

LONGEST_TITLE: Final = 60
LONGEST_TEXT: Final = LONGEST_OUTSIDE
"""So that it can be sent at any time."""


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply kept for use again."""

    id: int
    title: str
    text: str
    updated_at: datetime
    updated_by: str


async def listed(session: Executor) -> Sequence[Canned]:
    """All of them, by title."""
    rows = await session.execute(
        text(
            "SELECT id, title, text, updated_at, updated_by FROM canned_reply "
            "ORDER BY lower(title), id"
        )
    )
    return [Canned(*row) for row in rows]


async def create(session: AsyncSession, title: str, words: str, staff: str) -> int:
    """Keeps a new one; its id. Raises Empty, TooLong, and TitleTaken."""
    title, words = _checked(title, words)
    return await _written(
        session,
        "INSERT INTO canned_reply (title, text, updated_by) VALUES (:title, :text, :staff) "
        "RETURNING id",
        {"title": title, "text": words, "staff": staff},
    )


async def change(session: AsyncSession, canned_id: int, title: str, words: str, staff: str) -> None:
    """Replaces title and text. Raises NoSuchCanned, and what :func:`create` does."""
    title, words = _checked(title, words)
    await _written(
        session,
        "UPDATE canned_reply SET title = :title, text = :text, updated_by = :staff, "
        "updated_at = now() WHERE id = :id RETURNING id",
        {"title": title, "text": words, "staff": staff, "id": canned_id},
    )


async def delete(session: AsyncSession, canned_id: int) -> str:
    """Deletes one; its title. Raises NoSuchCanned."""
    title: str | None = await session.scalar(
        text("DELETE FROM canned_reply WHERE id = :id RETURNING title"), {"id": canned_id}
    )
    if title is None:
        raise NoSuchCanned
    return title


def _checked(title: str, words: str) -> tuple[str, str]:
    title = " ".join(written.checked(title, "el título", LONGEST_TITLE).split())
    return title, written.checked(words, "la respuesta", LONGEST_TEXT)


async def _written(session: AsyncSession, statement: str, values: dict[str, object]) -> int:
    try:
        # In a savepoint, so that the caller's transaction can go on after a refusal.
        async with session.begin_nested():
            written_id: int | None = await session.scalar(text(statement), values)
    except IntegrityError as error:
        raise TitleTaken(str(values["title"])) from error
    if written_id is None:
        raise NoSuchCanned
    return written_id
