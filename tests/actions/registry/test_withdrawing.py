"""An application that its person takes back."""

from actions.registry import history
from actions.registry.mine import mine
from actions.registry.withdrawing import WITHDRAWN, withdraw
from actions.store.database import Database
from tests.actions.conftest import Meet
from tests.actions.registry.conftest import NOW, rows_of
from tests.actions.registry.test_applications import _apply


async def test_who_takes_an_application_back_may_apply_again(
    database: Database, meet: Meet
) -> None:
    ana, other = await meet(), await meet()
    number = await _apply(database, ana.person_id, papers=2)
    async with database.transaction() as session:
        assert await withdraw(session, other.person_id, NOW) is None
        assert await withdraw(session, ana.person_id, NOW) == number
        assert await withdraw(session, ana.person_id, NOW) is None
        last = (await history.of(session, number))[0]
        assert (last.after, last.source, last.reason) == ("rechazada", "consultor", WITHDRAWN)
        place = await mine(session, ana.person_id, NOW)
    assert place is not None and (place.state, place.reason) == ("rechazada", WITHDRAWN)
    assert await rows_of(database, "SELECT count(*) FROM consultant_document") == [(0,)]
    assert await _apply(database, ana.person_id) == number
