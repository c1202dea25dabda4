"""While staff have a conversation the assistant keeps quiet, and it is told when it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions import jobs
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.cases.service import NoSuchCase
from actions.cases.staff import HeldByAnother, NotHeld, Unreachable
from actions.messages import turns
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, jobs_of, until_someone_waits_for_a_lock

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BACK = "Ya volví."


@pytest.fixture
async def ana(meet: Meet) -> Someone:
    return await meet()


@pytest.fixture
async def case(database: Database, ana: Someone) -> int:
    """The number of Ana's open case."""
    async with database.transaction() as session:
        return (await cases.open_case(session, ana.person_id, "request")).number


async def do(database: Database, work: Callable[[AsyncSession], Awaitable[object]]) -> object:
    """One thing in a transaction of its own."""
    async with database.transaction() as session:
        return await work(session)


async def is_held(database: Database, someone: Someone, now: datetime = NOW) -> bool:
    async with database.statement() as connection:
        return await desk.held(connection, someone.person_id, now)


async def said_to(database: Database, someone: Someone) -> list[str]:
    """The texts queued for a person, in order."""
    async with database.session() as session:
        rows = await session.scalars(
            text("SELECT content->>'text' FROM outbox WHERE person_id = :person ORDER BY id"),
            {"person": someone.person_id},
        )
        return list(rows)


async def holder(database: Database, number: int) -> str | None:
    async with database.session() as session:
        return (await cases.known(session, number)).staff


# -- holding ---------------------------------------------------------------------------------------


async def test_the_assistant_is_quiet_from_the_taking_until_the_time_is_over(
    database: Database, ana: Someone, case: int, meet: Meet
) -> None:
    beto = await meet()
    assert not await is_held(database, ana)
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW, HOUR))
    assert await is_held(database, ana)
    assert await is_held(database, ana, NOW + HOUR - timedelta(microseconds=1))
    assert not await is_held(database, ana, NOW + HOUR)
    assert not await is_held(database, beto)
    # Silence is the only sign: nothing is said to the person.
    assert await said_to(database, ana) == []


async def test_each_message_of_the_staff_begins_the_time_anew(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.reply(session, case, "Buen día", "Rosa", NOW, HOUR))
    assert await is_held(database, ana)
    later = NOW + 0.9 * HOUR
    await do(database, lambda session: desk.reply(session, case, "¿Sigue?", "Rosa", later, HOUR))
    assert await is_held(database, ana, later + 0.9 * HOUR)
    assert await said_to(database, ana) == ["Buen día", "¿Sigue?"]
    async with database.session() as session:
        lines = await cases.thread(session, case)
    assert [(line.sender, line.staff) for line in lines] == [
        ("persona", None),
        ("ministerio", "Rosa"),
        ("ministerio", "Rosa"),
    ]


async def test_four_hours_unless_told_otherwise(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW))
    assert await is_held(database, ana, NOW + 3.99 * HOUR)
    assert not await is_held(database, ana, NOW + 4 * HOUR)


async def test_who_holds_it_keeps_it_from_others_while_the_time_runs(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW, HOUR))
    attempts: tuple[Callable[[AsyncSession], Awaitable[None]], ...] = (
        lambda session: desk.take(session, case, "Luis", NOW),
        lambda session: desk.reply(session, case, "Hola", "Luis", NOW),
        lambda session: desk.hand_back(session, case, "Luis", NOW, BACK),
        lambda session: desk.close(session, case, "Luis", NOW, BACK),
    )
    for attempt in attempts:
        with pytest.raises(HeldByAnother) as refused:
            await do(database, attempt)
        assert (refused.value.number, refused.value.staff) == (case, "Rosa")
        assert refused.value.until == NOW + HOUR
    assert await holder(database, case) == "Rosa"
    assert await said_to(database, ana) == []
    after = NOW + HOUR
    await do(database, lambda session: desk.take(session, case, "Luis", after))
    assert await holder(database, case) == "Luis"


@pytest.mark.parametrize("repetition", range(5))
async def test_of_two_who_take_it_at_once_one_wins(
    database: Database, case: int, repetition: int
) -> None:
    names = ("Rosa", "Luis") if repetition % 2 else ("Luis", "Rosa")

    async def take(name: str) -> None:
        async with database.transaction() as session:
            await desk.take(session, case, name, NOW)

    ended = await asyncio.gather(*map(take, names), return_exceptions=True)
    refused = [error for error in ended if isinstance(error, HeldByAnother)]
    assert ended.count(None) == len(refused) == 1
    winner = names[ended.index(None)]
    assert refused[0].staff == winner == await holder(database, case)


# -- giving it back --------------------------------------------------------------------------------


async def test_handed_back_the_case_stays_and_the_person_is_told_once(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW))
    await do(database, lambda session: desk.hand_back(session, case, "Rosa", NOW, BACK))
    assert not await is_held(database, ana)
    assert await holder(database, case) is None
    with pytest.raises(NotHeld):
        await do(database, lambda session: desk.hand_back(session, case, "Rosa", NOW, BACK))
    await do(database, lambda session: desk.close(session, case, "Rosa", NOW, BACK))
    assert await said_to(database, ana) == [BACK]
    assert (jobs.DELIVER, jobs.lock_of(jobs.DELIVER, ana.person_id)) in await jobs_of(database)


async def test_called_back_by_the_person_the_assistant_answers_and_the_case_stays(
    database: Database, ana: Someone, case: int, meet: Meet
) -> None:
    beto = await meet()
    async with database.transaction() as session:
        other = (await cases.open_case(session, beto.person_id, "request")).number
        await desk.take(session, case, "Rosa", NOW)
        await desk.take(session, other, "Rosa", NOW)
    await do(database, lambda session: cases.release(session, ana.person_id))
    assert not await is_held(database, ana)
    assert await is_held(database, beto)
    assert await holder(database, case) is None
    # The turn says it; nothing is left to be told later.
    assert await do(database, lambda session: desk.release_due(session, NOW + HOUR, BACK)) == 0
    assert await said_to(database, ana) == []


async def test_closed_while_held_the_person_is_told_and_asks_anew_in_a_new_case(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.reply(session, case, "Listo", "Rosa", NOW))
    await do(database, lambda session: desk.close(session, case, "Rosa", NOW, BACK))
    assert not await is_held(database, ana)
    assert await said_to(database, ana) == ["Listo", BACK]
    attempts: tuple[Callable[[AsyncSession], Awaitable[None]], ...] = (
        lambda session: desk.take(session, case, "Rosa", NOW),
        lambda session: desk.reply(session, case, "Hola", "Rosa", NOW),
        lambda session: desk.close(session, case, "Rosa", NOW, BACK),
    )
    for attempt in attempts:
        with pytest.raises(NoSuchCase):
            await do(database, attempt)
    async with database.transaction() as session:
        again = await cases.open_case(session, ana.person_id, "request")
    assert again.new
    assert again.number != case
    assert await holder(database, again.number) is None


async def test_closed_without_having_been_held_nothing_is_said(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.close(session, case, "Rosa", NOW, BACK))
    assert await said_to(database, ana) == []


async def test_a_person_without_an_address_cannot_be_written_to(
    database: Database, ana: Someone, case: int, meet: Meet
) -> None:
    beto = await meet()
    await do(
        database,
        lambda session: session.execute(
            text("UPDATE address SET person_id = :other WHERE person_id = :person"),
            {"other": beto.person_id, "person": ana.person_id},
        ),
    )
    with pytest.raises(Unreachable):
        await do(database, lambda session: desk.reply(session, case, "Hola", "Rosa", NOW))
    # Nothing half done: it was not taken either.
    assert await holder(database, case) is None


# -- when the time is over -------------------------------------------------------------------------


async def test_conversations_whose_time_is_over_are_released_once(
    database: Database, ana: Someone, case: int, meet: Meet
) -> None:
    beto, carla = await meet(), await meet()
    async with database.transaction() as session:
        for someone in (beto, carla):
            other = await cases.open_case(session, someone.person_id, "request")
            if someone is beto:
                await desk.take(session, other.number, "Luis", NOW, 2 * HOUR)
        await desk.take(session, case, "Rosa", NOW, HOUR)

    async def release(at: datetime) -> object:
        return await do(database, lambda session: desk.release_due(session, at, BACK))

    assert await release(NOW + HOUR - timedelta(microseconds=1)) == 0
    two_workers = await asyncio.gather(release(NOW + HOUR), release(NOW + HOUR))
    assert sorted(map(str, two_workers)) == ["0", "1"]
    assert await release(NOW + HOUR) == 0
    assert await said_to(database, ana) == [BACK]
    assert await said_to(database, beto) == await said_to(database, carla) == []
    assert await holder(database, case) is None
    assert await release(NOW + 2 * HOUR) == 1
    assert await said_to(database, beto) == [BACK]


async def test_after_the_time_was_over_and_before_the_release_a_reply_holds_on(
    database: Database, ana: Someone, case: int
) -> None:
    late = NOW + 2 * HOUR
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW, HOUR))
    await do(database, lambda session: desk.reply(session, case, "Perdón", "Rosa", late, HOUR))
    assert await do(database, lambda session: desk.release_due(session, late, BACK)) == 0
    assert await said_to(database, ana) == ["Perdón"]


async def test_closed_after_the_time_and_before_the_release_the_person_is_told_once(
    database: Database, ana: Someone, case: int
) -> None:
    late = NOW + 2 * HOUR
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW, HOUR))
    await do(database, lambda session: desk.close(session, case, "Luis", late, BACK))
    assert await do(database, lambda session: desk.release_due(session, late, BACK)) == 0
    assert await said_to(database, ana) == [BACK]


# -- beside a turn ---------------------------------------------------------------------------------


@asynccontextmanager
async def turn_under_way(database: Database, someone: Someone) -> AsyncIterator[AsyncSession]:
    """A turn of that person that has taken its lock and not committed yet."""
    async with database.transaction() as session:
        await turns.locked_ground(session, someone.person_id)
        yield session


async def test_a_turn_under_way_ends_before_the_conversation_is_taken(
    database: Database, ana: Someone, case: int
) -> None:
    async with turn_under_way(database, ana) as session:
        taking = asyncio.create_task(
            do(database, lambda other: desk.take(other, case, "Rosa", NOW))
        )
        await until_someone_waits_for_a_lock(database)
        assert not await desk.held(session, ana.person_id, NOW)
        # The turn asks for a person: its lock on the case comes second here too.
        await cases.open_case(session, ana.person_id, "anger")
    await taking
    assert await is_held(database, ana)


async def test_a_turn_that_waited_for_the_taking_sees_it(
    database: Database, ana: Someone, case: int
) -> None:
    async def turn() -> bool:
        async with turn_under_way(database, ana) as session:
            return await desk.held(session, ana.person_id, NOW)

    async with database.transaction() as session:
        await desk.take(session, case, "Rosa", NOW)
        turning = asyncio.create_task(turn())
        await until_someone_waits_for_a_lock(database)
    assert await turning


async def test_a_case_that_goes_over_to_another_person_while_staff_wait_is_held_there(
    database: Database, ana: Someone, case: int, meet: Meet
) -> None:
    beto = await meet()
    taking: asyncio.Task[object]
    async with turn_under_way(database, beto):
        async with turn_under_way(database, ana) as session:
            taking = asyncio.create_task(
                do(database, lambda other: desk.take(other, case, "Rosa", NOW))
            )
            await until_someone_waits_for_a_lock(database)
            await session.execute(
                text('UPDATE "case" SET person_id = :beto'), {"beto": beto.person_id}
            )
        # Now for Beto, whose turn is under way too.
        done, _ = await asyncio.wait([taking], timeout=0.3)
        assert not done
    await taking
    assert await is_held(database, beto)
    assert not await is_held(database, ana)


async def test_a_release_does_not_wait_for_a_turn(
    database: Database, ana: Someone, case: int
) -> None:
    await do(database, lambda session: desk.take(session, case, "Rosa", NOW, HOUR))
    async with turn_under_way(database, ana), asyncio.timeout(60):
        assert await do(database, lambda session: desk.release_due(session, NOW + HOUR, BACK)) == 0
    assert await do(database, lambda session: desk.release_due(session, NOW + HOUR, BACK)) == 1
    assert await said_to(database, ana) == [BACK]


async def test_a_message_of_the_person_comes_in_while_staff_take_the_conversation(
    database: Database, ana: Someone, case: int
) -> None:
    async with database.transaction() as taking, asyncio.timeout(60):
        await desk.take(taking, case, "Rosa", NOW)
        await do(
            database,
            lambda session: session.execute(
                text(
                    "INSERT INTO inbox (person_id, address_id, provider_id, kind, text) "
                    "VALUES (:person, :address, 'm2', 'text', 'hola')"
                ),
                {"person": ana.person_id, "address": ana.address_id},
            ),
        )
