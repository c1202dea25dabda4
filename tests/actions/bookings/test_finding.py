"""Who is shown to an owner: those who fit and really have a free time, each in their turn."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import text

from actions.bookings import availability, finding
from actions.bookings.finding import Found
from actions.bookings.openings import Exceptional, Window
from actions.registry import search
from actions.registry.search import Need
from actions.store.database import Database
from tests.actions.bookings.conftest import (
    NOW,
    WEEK,
    Advisor,
    Enrol,
    enrol,
    request,
)
from tests.actions.conftest import Meet, meet

__all__ = ["enrol", "meet"]

Find = Callable[..., Awaitable[Found]]
DIAGNOSIS = Need(("diagnostico",))


@pytest.fixture
async def find(database: Database, meet: Meet) -> Find:
    """What is found for an owner who has no bookings."""
    ana = await meet()

    async def found(need: Need = DIAGNOSIS, now: datetime = NOW) -> Found:
        async with database.transaction() as session:
            return await finding.find(session, need, ana.person_id, now)

    return found


def _shown(found: Found) -> list[int]:
    return [one.fit.consultant_id for one in found.shown]


async def _register(database: Database, number: int) -> None:
    """So many more come from the registry: in force, with nobody's chat and no hours."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, remote, "
                "valid_from, valid_to, state) SELECT 'Z-' || n, 'persona', 'Sin Chat ' || n, "
                "'{diagnostico}', true, '2026-01-01', '2028-12-31', 'vigente' "
                "FROM generate_series(1, :number) AS n"
            ),
            {"number": number},
        )


async def _away(database: Database, advisors: Sequence[Advisor]) -> None:
    """They have hours, and none of them is free for as long as times are given out."""
    for advisor in advisors:
        async with database.transaction() as session:
            gone = Exceptional(date(2026, 11, 23), date(2027, 2, 23), opened=False)
            await availability.add_exception(session, advisor.id, gone, NOW)


async def _come_to(database: Database, advisor: Advisor, department: str) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "UPDATE consultant SET remote = false, departments = ARRAY[:department] "
                "WHERE id = :id"
            ),
            {"id": advisor.id, "department": department},
        )


async def test_the_only_one_with_hours_is_found_every_time(
    database: Database, enrol: Enrol, find: Find
) -> None:
    await _register(database, 40)
    only = await enrol()
    for minute in range(8):
        found = await find(now=NOW + timedelta(minutes=minute))
        assert (found.how, _shown(found), found.has_more) == ("fits", [only.id], False)


async def test_whoever_has_no_hours_is_offered_to_nobody(database: Database, find: Find) -> None:
    await _register(database, 3)
    assert await find(Need(("diagnostico",), None, "La Unión")) == Found("llamada")


async def test_those_who_are_fully_booked_do_not_hide_who_is_free(
    database: Database, enrol: Enrol, find: Find
) -> None:
    full = [await enrol() for _ in range(finding.PAGE * 2 + 1)]
    await _away(database, full)
    free = await enrol()
    for minute in range(4):
        found = await find(now=NOW + timedelta(minutes=minute))
        assert _shown(found) == [free.id]


async def test_there_is_an_end_to_the_calendars_that_are_looked_into(
    database: Database, enrol: Enrol, find: Find
) -> None:
    await _register(database, finding.MOST_LOOKED_AT)
    free = await enrol()
    async with database.transaction() as session:
        # A quarter of an hour is too short for a meeting; and whose turn was before stands last.
        await session.execute(
            text(
                "INSERT INTO availability (consultant_id, weekday, starts, ends, mode) "
                "SELECT id, 0, '08:00', '08:15', 'both' FROM consultant "
                "WHERE starts_with(registration_number, 'Z-')"
            )
        )
        await search.took_turn(session, free.id, NOW)
    assert await find() == Found("llamada")
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE consultant SET state = 'suspendida' WHERE registration_number = 'Z-1'")
        )
    assert _shown(await find()) == [free.id]


async def test_first_places_are_shared_by_those_who_are_shown(
    database: Database, enrol: Enrol, find: Find
) -> None:
    """Equals without hours, or without a free one, take nobody's turn and give none away."""
    await _register(database, 5)
    equals = [await enrol() for _ in range(6)]
    await _away(database, equals[:2])
    firsts: Counter[int] = Counter()
    for minute in range(40):
        found = await find(now=NOW + timedelta(minutes=minute))
        firsts[_shown(found)[0]] += 1
    assert firsts == {one.id: 10 for one in equals[2:]}


async def test_the_first_ring_with_a_free_time_is_offered(
    database: Database, enrol: Enrol, find: Find
) -> None:
    near, booked, far = await enrol(()), await enrol(), await enrol()
    await _come_to(database, near, "La Libertad")
    await _come_to(database, booked, "La Paz")
    await _come_to(database, far, "Usulután")
    await _away(database, [booked])
    found = await find(Need(("diagnostico",), None, "San Salvador"))
    assert (found.how, _shown(found), found.departments) == ("cercano", [far.id], ("Usulután",))


async def test_a_free_time_counts_in_the_way_that_was_asked_for(
    database: Database, enrol: Enrol, find: Find
) -> None:
    # Half an hour is too short for a meeting: they come somewhere, but not here.
    short = Window(2, time(8), time(8, 30), "on_site")
    advisor = await enrol((short, Window(3, time(8), time(9), "remote")))
    found = {
        mode: await find(Need(("diagnostico",), mode=mode)) for mode in ("on_site", "remote", "any")
    }
    assert {mode: one.how for mode, one in found.items()} == {
        "on_site": "remoto",
        "remote": "fits",
        "any": "fits",
    }
    assert [_shown(one) for one in found.values()] == [[advisor.id]] * 3
    assert found["any"].shown[0].ways == ("remote",)


async def test_nobody_is_offered_time_with_themselves(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    ana = await meet()
    await enrol(someone=ana)
    other = await enrol()
    async with database.transaction() as session:
        found = await finding.find(session, DIAGNOSIS, ana.person_id, NOW)
    assert _shown(found) == [other.id]


async def test_the_first_time_that_is_told_is_one_that_the_owner_can_take(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    ana, busy, one = await meet(), await enrol(), await enrol((WEEK[4],))
    need = replace(DIAGNOSIS, excluded=(busy.id,))
    first = []
    for _ in range(2):
        async with database.transaction() as session:
            found = await finding.find(session, need, ana.person_id, NOW)
        assert _shown(found) == [one.id]
        first.append(found.shown[0].first.span)
        if len(first) == 1:
            # She meets somebody else then.
            await request(database, busy, ana.person_id, first[0])
    assert not first[0].overlaps(first[1])


async def test_looking_for_the_next_ones_costs_nobody_a_turn(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    ana, one, two = await meet(), await enrol(), await enrol()
    async with database.transaction() as session:
        looks = [
            await finding.free_ones(session, DIAGNOSIS, [ana.person_id], NOW, most)
            for most in (1, 2, 3)
        ]
        offers = await session.scalar(text("SELECT count(*) FROM consultant_offer"))
    ids = [[free.fit.consultant_id for free in look] for look in looks]
    assert ids[0] == ids[1][:1]
    assert ids[1] == ids[2]
    assert set(ids[2]) == {one.id, two.id}
    assert offers == 0
