"""The audit: a chain that shows what was tampered with, and forgets what has to be forgotten."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit.service import Act, Actor, erase_person, record, verified_with, verify
from actions.store.database import Database

NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)
ROSA = Actor("console", "Rosa", 1, "10.0.0.7")


async def _fill(database: Database, count: int = 6) -> None:
    for number in range(count):
        async with database.transaction() as session:
            act = Act(
                "person.correct",
                f"person:{number}",
                before={"firm_name": f"Vieja {number}", "á": None},
                after={"firm_name": "Nueva", "workers": number, "at": NOW},
                person_id=number % 2,
            )
            await record(session, ROSA, act, NOW)


async def _fault(database: Database) -> tuple[int, str] | None:
    async with database.session() as session:
        fault = (await verify(session)).fault
    return None if fault is None else (fault.place, fault.why)


async def _as_owner(session: AsyncSession, statement: str) -> None:
    """As someone would who has the whole database."""
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text(statement))


async def test_a_chain_that_nobody_touched_is_whole(database: Database) -> None:
    await _fill(database)
    async with database.session() as session:
        verified = await verify(session)
        assert (verified.entries, verified.erased, verified.fault) == (6, 0, None)
        assert (await verified_with(session, verified.head))[1]
        assert not (await verified_with(session, "ab" * 32))[1]
        assert not (await verified_with(session, "nothing"))[1]


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_entry SET act = 'person.read' WHERE place = 3", 3),
        ("UPDATE audit_entry SET at = at + interval '1 second' WHERE place = 3", 3),
        ("UPDATE audit_entry SET staff_id = 2 WHERE place = 3", 3),
        ("UPDATE audit_entry SET subject = 'person:9' WHERE place = 1", 1),
        ("UPDATE audit_entry SET person_id = NULL WHERE place = 4", 4),
        ("""UPDATE audit_entry SET actor = '{"name": "Luis"}' WHERE place = 2""", 2),
        (
            "UPDATE audit_entry SET detail = jsonb_set(detail, '{after,workers}', '9') "
            "WHERE place = 5",
            5,
        ),
        ("UPDATE audit_entry SET detail = NULL, detail_salt = NULL WHERE place = 5", 5),
        ("DELETE FROM audit_entry WHERE place = 3", 4),
        ("DELETE FROM audit_entry WHERE place = 6", 6),
        ("DELETE FROM audit_entry", 1),
    ],
)
async def test_whatever_is_tampered_with_is_found(
    database: Database, statement: str, place: int
) -> None:
    await _fill(database)
    async with database.transaction() as session:
        await _as_owner(session, statement)
    found = await _fault(database)
    assert found is not None
    assert found[0] == place


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'x' WHERE place = 1",
        "UPDATE audit_entry SET act = 'x', erased_at = now() WHERE place = 1",
        "UPDATE audit_entry SET detail = '{}', erased_at = now() WHERE place = 1",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
async def test_the_database_itself_refuses_changes(database: Database, statement: str) -> None:
    await _fill(database, 1)
    with pytest.raises(DBAPIError, match="not changed"):
        async with database.transaction() as session:
            await session.execute(text(statement))
    assert await _fault(database) is None


async def test_what_is_about_a_person_can_go_and_the_chain_stays(database: Database) -> None:
    await _fill(database)
    async with database.transaction() as session:
        assert await erase_person(session, [1], NOW) == 3
        assert await erase_person(session, [1], NOW) == 0
    async with database.session() as session:
        verified = await verify(session)
        assert (verified.erased, verified.fault) == (3, None)
        left = await session.scalar(
            text("SELECT count(*) FROM audit_entry WHERE person_id = 1 AND detail IS NOT NULL")
        )
        assert left == 0
        # Who acted stays known.
        actors = await session.scalars(text("SELECT DISTINCT actor->>'name' FROM audit_entry"))
        assert list(actors) == ["Rosa"]


async def test_a_digest_does_not_tell_what_was_erased(database: Database) -> None:
    for _ in range(2):
        async with database.transaction() as session:
            await record(session, ROSA, Act("person.read", "person:1", person_id=1), NOW)
    async with database.session() as session:
        digests = list(await session.scalars(text("SELECT detail_digest FROM audit_entry")))
    assert digests[0] != digests[1]


async def test_entries_of_many_at_once_are_one_chain(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.transaction() as session:
            await record(session, ROSA, Act("case.take", f"case:{number}"), NOW)

    await asyncio.gather(*(one(number) for number in range(25)))
    async with database.session() as session:
        verified = await verify(session)
    assert (verified.entries, verified.fault) == (25, None)


async def test_an_act_that_is_rolled_back_leaves_no_gap(database: Database) -> None:
    await _fill(database, 2)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            await record(session, ROSA, Act("case.take", "case:1"), NOW)
            raise ZeroDivisionError
    await _fill(database, 1)
    assert await _fault(database) is None
