"""The registry of the demo: nobody real, something of everything, and never beside a real one."""

from actions.demo import registry
from actions.registry import cells, conflicts, listing, rules, search
from actions.store.database import Database
from actions.store.listing import Asked
from knowledge.sectors import sectors
from knowledge.territory import territory
from tests.actions.registry.conftest import NOW, a_row, applied, give_hours, rows_of


async def test_it_has_something_of_everything(database: Database) -> None:
    async with database.transaction() as session:
        assert await registry.load(session, NOW)
        assert not await registry.load(session, NOW)
    await give_hours(database)
    async with database.transaction() as session:
        everybody = await listing.consultants(session, Asked(limit=100), NOW)
        waiting = await listing.runs(session, Asked(filters={"estado": "proposed"}))
        undecided = await conflicts.conflicts(session, Asked(filters={"decidido": "no"}))
        for category in rules.CATEGORIES:
            assert await search.fitting(session, search.Need((category,)), NOW), category
    assert everybody.total == 25
    assert {one.state for one in everybody.rows} == {"vigente", "suspendida", "vencida"}
    assert {one.kind for one in undecided.rows} == {"desaparecido", "estado"}
    (run,) = waiting.rows
    assert {name for name, count in run.counts.items() if count} >= {"new", "changed", "bad"}


def test_they_are_nobody_and_their_places_and_branches_exist() -> None:
    places = {one.name for one in territory().departments}
    for row in registry.rows(NOW):
        assert row.registration_number.startswith("DEMO-")
        assert cells.as_number(row.registration_number) == row.registration_number
        assert row.phone is None
        assert (row.email or "").endswith(".invalid")
        assert set(row.departments) <= places
        assert all(sectors().get(one) for one in row.sectors)
        assert set(row.categories) <= set(rules.CATEGORIES)
        assert row.departments or row.remote


async def test_it_is_not_put_into_a_real_registry(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        assert not await registry.load(session, NOW)
    assert await rows_of(database, "SELECT count(*) FROM consultant") == [(1,)]
