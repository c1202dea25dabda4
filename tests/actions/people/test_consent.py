"""Consent: the version in force, from its first date until it is replaced or withdrawn."""

import asyncio

from actions.people import consent
from actions.store.database import Database
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows


async def _record(database: Database, person_id: int, version: str, channel: str = "web") -> None:
    async with database.transaction() as session:
        await consent.record(session, person_id, version, channel)


async def _given(database: Database, person_id: int) -> str | None:
    async with database.session() as session:
        return await consent.version_given(session, person_id)


async def test_nobody_has_consented_before_they_do(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    assert await _given(database, ana.person_id) is None
    await _record(database, ana.person_id, "2026-11")
    assert await _given(database, ana.person_id) == "2026-11"
    assert await _given(database, luis.person_id) is None


async def test_the_same_version_again_keeps_its_first_record(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _record(database, ana.person_id, "2026-11", "whatsapp")
    first = await rows(database, "SELECT * FROM consent")
    await _record(database, ana.person_id, "2026-11", "telegram")
    await asyncio.gather(*(_record(database, ana.person_id, "2026-11") for _ in range(5)))
    assert await rows(database, "SELECT * FROM consent") == first


async def test_a_new_version_replaces_the_one_in_force(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _record(database, ana.person_id, "1")
    await _record(database, ana.person_id, "2")
    assert await _given(database, ana.person_id) == "2"
    found = await rows(database, "SELECT version, withdrawn_at IS NULL FROM consent ORDER BY id")
    assert found == [("1", False), ("2", True)]


async def test_what_was_withdrawn_is_no_more_in_force_and_can_be_given_again(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    for one in (ana, luis):
        await _record(database, one.person_id, "1")
    async with database.transaction() as session:
        await consent.withdraw(session, ana.person_id)
    assert await _given(database, ana.person_id) is None
    assert await _given(database, luis.person_id) == "1"
    await _record(database, ana.person_id, "1")
    assert await _given(database, ana.person_id) == "1"
    assert len(await rows(database, "SELECT 1 FROM consent WHERE version = '1'")) == 3
