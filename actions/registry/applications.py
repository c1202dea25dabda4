"""Applying for the registry in the chat, and the ministry's answer.

Documents come checked (actions.files.checking.checked, in a thread of its own): so what staff open
is a picture or page that nobody else can have put anything into.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.files.checking import Clean
from actions.people import linking
from actions.registry import history, rules, standing, sync
from actions.registry.cells import ANGLES, LONGEST_NAME, as_number, clean
from actions.registry.errors import (
    AlreadyApplied,
    AlreadyRegistered,
    BadNumber,
    BadValidity,
    NoSuchConsultant,
    NotFromThere,
    NotSo,
    NumberTaken,
    TooManyDocuments,
)
from actions.store.database import Executor
from knowledge.territory import territory

MOST_DOCUMENTS: Final = 8


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody says of themselves: ``kind`` of actions.registry.rules.KINDS, ids of
    categories, names of departments."""

    kind: str
    name: str
    categories: tuple[str, ...]
    departments: tuple[str, ...] = ()
    on_site: bool = True
    remote: bool = False
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of an application; ``size`` in bytes."""

    id: int
    name: str
    media_type: str
    size: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a paper: ``count`` are those of the application with it, ``is_new`` tells that
    it was not among them before."""

    count: int
    is_new: bool


async def apply_for(
    session: AsyncSession,
    person_id: int,
    application: Application,
    documents: Sequence[Clean],
    now: datetime,
) -> int:
    """Stores an application and gives the consultant's number in our table. Who was rejected may
    apply again, and what they sent then is replaced.

    Raises AlreadyApplied, AlreadyRegistered, NotSo and TooManyDocuments.
    """
    given = _checked(application)
    if len(documents) > MOST_DOCUMENTS:
        raise TooManyDocuments(MOST_DOCUMENTS)
    person_id = await linking.holder(session, person_id)
    # One person's applications come one after the other.
    await session.execute(
        text("SELECT 1 FROM person WHERE id = :id FOR NO KEY UPDATE"), {"id": person_id}
    )
    held = (
        await session.execute(
            text("SELECT id, state FROM consultant WHERE person_id = :person FOR UPDATE"),
            {"person": person_id},
        )
    ).one_or_none()
    if held is not None and held.state == "solicitada":
        raise AlreadyApplied
    if held is not None and held.state != "rechazada":
        raise AlreadyRegistered
    values = {
        "kind": given.kind,
        "name": given.name,
        "categories": [*given.categories],
        "departments": [*given.departments],
        "on_site": given.on_site,
        "remote": given.remote,
        "phone": given.phone,
        "email": given.email,
        "person": person_id,
        "now": now,
    }
    if held is None:
        consultant_id: int = await session.scalar(
            text(
                "INSERT INTO consultant (kind, name, categories, departments, on_site, remote, "
                "phone, email, state, person_id, made_at, updated_at) VALUES (:kind, :name, "
                ":categories, :departments, :on_site, :remote, :phone, :email, 'solicitada', "
                ":person, :now, :now) RETURNING id"
            ),
            values,
        )
    else:
        consultant_id = held.id
        await session.execute(
            text(
                "UPDATE consultant SET kind = :kind, name = :name, categories = :categories, "
                "departments = :departments, on_site = :on_site, remote = :remote, "
                "phone = :phone, email = :email, state = 'solicitada', updated_at = :now "
                "WHERE id = :id AND person_id = :person"
            ),
            {**values, "id": consultant_id},
        )
        await session.execute(
            text("DELETE FROM consultant_document WHERE consultant_id = :id"),
            {"id": consultant_id},
        )
    before = None if held is None else held.state
    await history.note(session, consultant_id, {"state": (before, "solicitada")}, "consultor", now)
    for one in documents:
        await _keep(session, consultant_id, one, now)
    return consultant_id


_OPEN_OF_PEOPLE: Final = (
    "SELECT id FROM consultant WHERE person_id = ANY(:people) AND state = 'solicitada' "
    "ORDER BY id LIMIT 1"
)


async def count_of_open(session: Executor, person_id: int) -> int | None:
    """How many papers the open application has, the person's or that of an account joined to them;
    None where none is open."""
    count: int | None = await session.scalar(
        text(
            "SELECT (SELECT count(*) FROM consultant_document AS d WHERE d.consultant_id = c.id) "
            f"FROM ({_OPEN_OF_PEOPLE}) AS c"
        ),
        {"people": await _people(session, person_id)},
    )
    return count


async def add_document(
    session: AsyncSession, person_id: int, document: Clean, now: datetime
) -> Added:
    """Adds a paper to the open application, the person's or that of an account joined to them. The
    same paper twice is one. Raises NoSuchConsultant where none is open, and TooManyDocuments."""
    consultant_id = await session.scalar(
        text(f"{_OPEN_OF_PEOPLE} FOR UPDATE"), {"people": await _people(session, person_id)}
    )
    if consultant_id is None:
        raise NoSuchConsultant
    held = await documents_of(session, consultant_id)
    known = await session.scalar(
        text("SELECT 1 FROM consultant_document WHERE consultant_id = :id AND sha256 = :sha256"),
        {"id": consultant_id, "sha256": document.sha256},
    )
    if known is not None:
        return Added(len(held), is_new=False)
    if len(held) >= MOST_DOCUMENTS:
        raise TooManyDocuments(MOST_DOCUMENTS)
    await _keep(session, consultant_id, document, now)
    return Added(len(held) + 1, is_new=True)


async def _people(session: Executor, person_id: int) -> list[int]:
    return await linking.accounts(session, await linking.holder(session, person_id))


async def documents_of(session: Executor, consultant_id: int) -> list[Document]:
    """The papers of an application, as they came."""
    rows = await session.execute(
        text(
            "SELECT id, name, media_type, size, made_at FROM consultant_document "
            "WHERE consultant_id = :id ORDER BY id"
        ),
        {"id": consultant_id},
    )
    return [Document(*row) for row in rows]


async def document(session: Executor, consultant_id: int, document_id: int) -> Clean | None:
    """A paper of that consultant; None where there is none."""
    row = (
        await session.execute(
            text(
                "SELECT name, media_type, content FROM consultant_document "
                "WHERE id = :id AND consultant_id = :consultant"
            ),
            {"id": document_id, "consultant": consultant_id},
        )
    ).one_or_none()
    return None if row is None else Clean(row.name, row.media_type, bytes(row.content))


async def approve(
    session: AsyncSession,
    consultant_id: int,
    number: str,
    valid_from: date,
    valid_to: date,
    by: str,
    now: datetime,
) -> None:
    """Takes an applicant into the registry under a number, for a validity of whole days.

    Raises NoSuchConsultant, NotFromThere, BadNumber, BadValidity, and NumberTaken.
    """
    kept = as_number(number)
    if kept is None:
        raise BadNumber
    if valid_from > valid_to or valid_to < rules.day_of(now):
        raise BadValidity
    await sync.hold(session)
    await _open(session, consultant_id, "vigente")
    taken = await session.scalar(
        text("SELECT 1 FROM consultant WHERE registration_number = :number"), {"number": kept}
    )
    if taken is not None:
        raise NumberTaken(kept)
    await session.execute(
        text(
            "UPDATE consultant SET registration_number = :number, valid_from = :first, "
            "valid_to = :last, updated_at = :now WHERE id = :id"
        ),
        {"id": consultant_id, "number": kept, "first": valid_from, "last": valid_to, "now": now},
    )
    await history.note(
        session,
        consultant_id,
        {
            "registration_number": (None, kept),
            "valid_from": (None, valid_from.isoformat()),
            "valid_to": (None, valid_to.isoformat()),
        },
        "ministerio",
        now,
        by=by,
    )
    await standing.set_state(session, consultant_id, "vigente", by, now, reason=None, by_hand=False)


async def reject(
    session: AsyncSession, consultant_id: int, reason: str, by: str, now: datetime
) -> None:
    """Refuses an application; the reason is told to the person. Raises NoSuchConsultant,
    NotFromThere and NothingSaid."""
    reason = standing.said(reason, "el motivo")
    await sync.hold(session)
    await _open(session, consultant_id, "rechazada")
    await standing.set_state(
        session, consultant_id, "rechazada", by, now, reason=reason, by_hand=False
    )


async def _open(session: AsyncSession, consultant_id: int, becomes: str) -> None:
    state = await session.scalar(
        text("SELECT state FROM consultant WHERE id = :id FOR UPDATE"), {"id": consultant_id}
    )
    if state is None:
        raise NoSuchConsultant
    if state != "solicitada":
        raise NotFromThere(rules.STATES[state], rules.STATES[becomes])


async def _keep(session: AsyncSession, consultant_id: int, document: Clean, now: datetime) -> None:
    await session.execute(
        text(
            "INSERT INTO consultant_document (consultant_id, name, media_type, size, sha256, "
            "content, made_at) VALUES (:consultant, :name, :media_type, :size, :sha256, "
            ":content, :now)"
        ),
        {
            "consultant": consultant_id,
            "name": document.name,
            "media_type": document.media_type,
            "size": len(document.content),
            "sha256": document.sha256,
            "content": document.content,
            "now": now,
        },
    )


def _checked(given: Application) -> Application:
    name = " ".join(clean(given.name).split())
    if len(name) > LONGEST_NAME or sum(one.isalpha() for one in name) < 3 or name[0] in "=+-@":
        raise NotSo("Ese nombre no parece completo: escribilo como está en tu documento.")
    if not ANGLES.isdisjoint(name):
        raise NotSo("Ese nombre no parece completo: escribilo como está en tu documento.")
    if given.kind not in rules.KINDS:
        raise NotSo("Decime si es una persona o una empresa.")
    if not given.categories or not set(given.categories) <= set(rules.CATEGORIES):
        raise NotSo("Elegí al menos una categoría de la lista.")
    known = {one.name for one in territory().departments}
    if not set(given.departments) <= known:
        raise NotSo("Ese departamento no está en la lista: elegí uno de los 14.")
    if not (given.remote or (given.on_site and given.departments)):
        raise NotSo("Decime en qué departamentos atendés, o si atendés a distancia.")
    return Application(
        kind=given.kind,
        name=name,
        categories=tuple(dict.fromkeys(given.categories)),
        departments=tuple(dict.fromkeys(given.departments)),
        on_site=given.on_site,
        remote=given.remote,
        phone=None if given.phone is None else clean(given.phone)[:40] or None,
        email=None if given.email is None else clean(given.email)[:254] or None,
    )
