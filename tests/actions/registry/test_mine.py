"""What a person is to the registry."""

from sqlalchemy import text

from actions.registry import applications, joining
from actions.registry.applications import Application
from actions.registry.mine import Mine, mine
from actions.store.database import Database
from tests.actions.conftest import Meet, meet
from tests.actions.people.joining import join
from tests.actions.registry.conftest import NOW, a_row, applied, consultant

__all__ = ["meet"]

APPLICATION = Application("persona", "Rosa Cañas", ("auditoria",), ("San Salvador",))


async def _mine(database: Database, person_id: int) -> Mine | None:
    async with database.session() as session:
        return await mine(session, person_id, NOW)


async def test_a_stranger_is_nothing_to_it(database: Database, meet: Meet) -> None:
    assert await _mine(database, (await meet()).person_id) is None


async def test_an_application_waits_and_is_refused_with_its_reason(
    database: Database, meet: Meet
) -> None:
    rosa = await meet()
    async with database.transaction() as session:
        number = await applications.apply_for(session, rosa.person_id, APPLICATION, (), NOW)
    waiting = await _mine(database, rosa.person_id)
    assert waiting == Mine(number, "Rosa Cañas", "solicitada", None, None, None, 0)
    assert not waiting.is_registered
    async with database.transaction() as session:
        await applications.reject(session, number, "Falta el título", "marta", NOW)
    refused = await _mine(database, rosa.person_id)
    assert refused is not None and (refused.state, refused.reason) == (
        "rechazada",
        "Falta el título",
    )


async def test_who_joined_is_registered_and_lapses_by_the_day(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    number, ana = await consultant(database, 1), await meet()
    async with database.transaction() as session:
        code = await joining.make_code(session, number, "marta", NOW)
        await joining.join(session, ana.person_id, code, NOW)
    found = await _mine(database, ana.person_id)
    assert found is not None and found.is_registered
    assert (found.state, found.registration_number) == ("vigente", "CA-1")
    async with database.transaction() as session:
        await session.execute(text("UPDATE consultant SET valid_to = '2026-11-01'"))
    lapsed = await _mine(database, ana.person_id)
    assert lapsed is not None and lapsed.state == "vencida" and lapsed.is_registered


async def test_an_open_application_goes_before_a_refused_one(
    database: Database, meet: Meet
) -> None:
    ana, web = await meet(), await meet("web", "w" * 64)
    async with database.transaction() as session:
        refused = await applications.apply_for(session, ana.person_id, APPLICATION, (), NOW)
        await applications.reject(session, refused, "Falta el título", "marta", NOW)
        waits = await applications.apply_for(session, web.person_id, APPLICATION, (), NOW)
    await join(database, ana, web)
    found = await _mine(database, ana.person_id)
    assert found is not None and found.consultant_id == waits > refused
