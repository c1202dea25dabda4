"""Demo data gives staff something to see, once."""

from actions.cases import service as cases
from actions.demo import service as demo
from actions.store.database import Database


async def test_demo_data_is_loaded_once_and_gives_cases_to_work_with(database: Database) -> None:
    async with database.transaction() as session:
        assert await demo.load(session)
    async with database.transaction() as session:
        assert not await demo.load(session)
        opened = await cases.open_cases(session)
        assert [case.last_text for case in opened] == [said[-1][0] for _, said in demo.PEOPLE]
        thread = await cases.thread(session, opened[0].number)
        assert [line.sender for line in thread].count("persona") == len(demo.PEOPLE[0][1])
