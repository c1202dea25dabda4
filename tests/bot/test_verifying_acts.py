"""Who is registered, and whether in force now, as anybody is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions.cases.hours import USUAL
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions
from bot.dialogue.conversation import Conversation, Do, Result
from knowledge.library import Library
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.registry.conftest import NOW, a_row, applied

__all__ = ["meet"]

RESPONSES = responses.load(Path(responses.__file__).parent)
FLOWS = flows.load(Path(flows.__file__).parent)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(NOW.date())


async def _does(
    database: Database, library: Library, someone: Someone, action: str, **args: Any
) -> Any:
    async with database.transaction() as session:
        actions = Actions(
            session=session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[],
            library=library,
            responses=RESPONSES,
            conversation=Conversation(),
            flows=FLOWS,
            hours=USUAL,
            now=NOW,
            guide_url=str,
            calendar_url=str,
            feed_url=str,
        )
        return await actions.run(Do(action, args))


async def _told(database: Database, library: Library, someone: Someone, whom: str) -> str:
    """What is said of somebody, as it is read."""
    result = await _does(database, library, someone, "verify_consultant", whom=whom)
    assert isinstance(result, Result)
    (say,) = result.says
    return RESPONSES.say(say.response, say.params).text


async def test_who_is_not_in_force_is_told_so_before_all_else(
    database: Database, library: Library, meet: Meet
) -> None:
    await applied(
        database,
        [
            a_row(1, name="Rosa Cruz"),
            a_row(2, name="Rosa Melara", state="suspendida"),
            a_row(3, name="Rosa Zelaya", valid_to=date(2026, 9, 30)),
            a_row(4, name="Tomás Ulloa", valid_from=date(2027, 1, 4)),
        ],
    )
    ana = await meet()
    assert (await _told(database, library, ana, "CA-1")).startswith("Sí aparece")
    for number, why in (
        ("CA-2", "(suspendida)"),
        ("CA-3", "venció el miércoles 30 de septiembre de 2026"),
        ("CA-4", "empieza el lunes 4 de enero de 2027"),
    ):
        told = await _told(database, library, ana, number)
        first, line, *_ = told.splitlines()
        assert "**hoy no está vigente**" in first
        assert why in line
        assert "Sí aparece" not in told
    several = (await _told(database, library, ana, "Rosa")).splitlines()
    lines = [line for line in several if line.startswith("•")]
    assert sorted("hoy no está vigente" in line for line in lines) == [False, True, True]


async def test_a_number_is_found_as_it_is_written(
    database: Database, library: Library, meet: Meet
) -> None:
    await applied(database, [a_row(18, registration_number="DEMO-018", name="Rosa Cruz")])
    ana = await meet()
    for said in ("esta registrado DEMO-018", "DEMO018", "el registro demo 018 esta vigente?"):
        whom = (await _does(database, library, ana, "read_whom", said=said))["whom"]
        assert "Rosa Cruz" in await _told(database, library, ana, whom)
    assert "Rosa Cruz" in await _told(database, library, ana, "el DEMO 018")
    assert await _does(database, library, ana, "read_whom", said="verificar consultor") == {}
