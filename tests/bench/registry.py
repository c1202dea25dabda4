"""How fast the registry and its bookings are with 10,000 consultants and 50,000 bookings."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from sqlalchemy import text

from actions.bookings import figures, finding, service
from actions.registry import search, verify
from actions.registry.search import Need
from actions.store.database import Database, Executor
from api.clock import now, today
from tests.actions.bookings.crowd import rush
from tests.bench import registry_data
from tests.bench.figures import Figure, percentile

PEOPLE: Final = 25_000
SEARCHES: Final = 400
REQUESTS: Final = 10_000
TOGETHER: Final = 100
"""Of one transaction: it is their order that is measured, not the disk."""
CROWD: Final = 50
TRIES: Final = 20
KNOWN: Final = 200
OFFERS: Final = 200
OWNERS: Final = 1_000
FULL_FOR: Final = timedelta(days=55)
ROUNDS: Final = 20
WARMING: Final = 10
ONE_NEED: Final = Need(("financiamiento",), None, "San Miguel", "on_site")
"""Some dozens fit it equally well, so each of them has a turn often enough to compare."""


async def measure_registry(database_url: str) -> list[Figure]:
    """On an empty, migrated database of its own."""
    database = Database(database_url)
    try:
        return [
            *await _synchronised(database),
            *await _filled(database_url),
            *await _searched(database),
            *await _verified(database),
            *await _turns(database),
            *await _rushed(database_url, database),
            *await _offered(database),
            *await _reckoned(database),
        ]
    finally:
        await database.close()


async def _synchronised(database: Database) -> list[Figure]:
    file = registry_data.registry_file(today())
    found = []
    for name in ("first synchronisation of 10,000", "the same file again"):
        began = time.perf_counter()
        run = await registry_data.synchronise(database, file, now())
        found.append(Figure(name, time.perf_counter() - began, "s"))
    assert run.changes_nothing
    assert run.counts["unchanged"] == registry_data.CONSULTANTS
    return found


async def _filled(database_url: str) -> list[Figure]:
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        await connection.execute(
            f"INSERT INTO person (created_at) SELECT now() FROM generate_series(1, {PEOPLE})"
        )
        await registry_data.fill_bookings(connection)
        await connection.execute("VACUUM ANALYZE")
    return []


async def _searched(database: Database) -> list[Figure]:
    """As the chat does it: who fits and whose turn it was; and that with their free times."""
    needs = registry_data.needs(SEARCHES)
    async with database.session() as session:
        (owner_id,) = await _strangers(session, 1)

    async def fitting(need: Need) -> None:
        async with database.transaction() as session:
            found = await search.fitting(session, need, now(), finding.PAGE)
            if found:
                await search.took_turn(session, found[0].consultant_id, now())

    async def instead(need: Need) -> None:
        async with database.session() as session:
            (_, *others) = search.steps(need)
            for _, step in others:
                if await search.fitting(session, step, now(), finding.PAGE):
                    break

    async def find(need: Need) -> None:
        async with database.transaction() as session:
            await finding.find(session, need, owner_id, now())

    return [
        *await _timed("fitting consultants", fitting, needs),
        *await _timed("where nobody fits, others", instead, needs),
        *await _timed("consultants with their first free times", find, needs),
    ]


async def _verified(database: Database) -> list[Figure]:
    async with database.session() as session:
        rows = await session.execute(
            text(
                "SELECT registration_number, name FROM consultant ORDER BY hashint8(id) LIMIT :most"
            ),
            {"most": KNOWN},
        )
        known = rows.all()

    async def verified(asked: str) -> None:
        async with database.session() as session:
            assert await verify.verify(session, asked, now())

    # As it is typed in a chat: a given name and a surname, a letter short.
    typed = [" ".join(row.name.split()[::2][:2])[:-1] for row in known]
    return [
        *await _timed("verified by number", verified, [row.registration_number for row in known]),
        *await _timed("verified by name", verified, typed),
    ]


async def _turns(database: Database) -> list[Figure]:
    """Over thousands of requests for one need, how often each of those who fit best and have a
    free time stood first."""
    async with database.session() as session:
        (owner_id,) = await _strangers(session, 1)
        everybody = await search.fitting(session, ONE_NEED, now(), registry_data.CONSULTANTS)
        best = [one for one in everybody if one.score == everybody[0].score]
        equals = [
            one.consultant_id
            for one in best
            if await service.offer(session, one.consultant_id, now(), 1, mode="on_site")
        ]
    firsts: Counter[int] = Counter()
    moment = now()
    for _ in range(REQUESTS // TOGETHER):
        async with database.transaction() as session:
            for _ in range(TOGETHER):
                moment += timedelta(seconds=7)
                # As finding.find does it, without the second, the third and the fourth.
                (one,) = await finding.free_ones(session, ONE_NEED, [owner_id], moment, 1)
                await search.took_turn(session, one.fit.consultant_id, moment)
                firsts[one.fit.consultant_id] += 1
    assert set(firsts) <= set(equals)
    return [
        Figure("first places of 10,000, largest to mean", _largest(firsts, len(equals)), ""),
        Figure("consultants who share them", len(equals), ""),
    ]


def _largest(firsts: Counter[int], among: int) -> float:
    return max(firsts.values()) * among / firsts.total()


async def _rushed(database_url: str, database: Database) -> list[Figure]:
    async with database.session() as session:
        consultant_id = await _consultant(session, 1)
        people = await _strangers(session, CROWD)
        (opening, *_) = await service.offer(session, consultant_id, now(), 1)
        before = await _booked(session, consultant_id)
    found = await rush(database_url, consultant_id, people, opening.span, now(), TRIES)
    async with database.session() as session:
        bookings = await _booked(session, consultant_id) - before
    assert len(found.held) + len(found.alternatives) == CROWD * TRIES
    assert all(found.alternatives)
    return [
        Figure("1,000 attempts on one opening", found.seconds, "s"),
        Figure("bookings that came of them", bookings, ""),
    ]


async def _offered(database: Database) -> list[Figure]:
    """The next openings of a consultant whose two months are taken but for the last days."""
    async with database.session() as session:
        consultant_id = await _consultant(session, 2)
        people = iter(await _strangers(session, OWNERS))
    taken = 0
    while True:
        async with database.transaction() as session:
            found = await service.offer(session, consultant_id, now(), 1)
            if not found or found[0].span.starts > now() + FULL_FOR:
                break
            person_id = next(people)
            held = await service.hold(session, consultant_id, person_id, found[0].span, now())
            await service.confirm(session, held.booking_id, person_id, "Una visita", "1", now())
        taken += 1

    async def offer(near: datetime | None) -> None:
        async with database.session() as session:
            assert await service.offer(session, consultant_id, now(), near=near)

    asked = [None, now() + timedelta(days=7), now() + FULL_FOR] * (OFFERS // 3)
    return [
        *await _timed("openings of a full calendar", offer, asked),
        Figure("bookings in it", taken, ""),
    ]


async def _consultant(session: Executor, place: int) -> int:
    """One of those who are seldom booked, in force for months and with a week of their own."""
    found: int = await session.scalar(
        text(
            "SELECT DISTINCT a.consultant_id FROM availability AS a JOIN consultant AS c "
            "ON c.id = a.consultant_id WHERE c.state = 'vigente' AND c.id > 9000 "
            "AND c.valid_to > current_date + 99 ORDER BY 1 LIMIT 1 OFFSET :place"
        ),
        {"place": place},
    )
    return found


async def _strangers(session: Executor, number: int) -> list[int]:
    """So many people who have no bookings."""
    found = await session.scalars(
        text(
            "SELECT id FROM person WHERE NOT EXISTS (SELECT 1 FROM booking "
            "WHERE booking.person_id = person.id) ORDER BY id DESC LIMIT :number"
        ),
        {"number": number},
    )
    return list(found)


async def _booked(session: Executor, consultant_id: int) -> int:
    found: int = await session.scalar(
        text("SELECT count(*) FROM booking WHERE consultant_id = :id"), {"id": consultant_id}
    )
    return found


async def _reckoned(database: Database) -> list[Figure]:
    """What the console's page of figures asks for, over 90 days."""

    async def fairness(days: int) -> None:
        async with database.session() as session:
            await figures.fairness(session, now() - timedelta(days=days), now())

    async def weeks(days: int) -> None:
        async with database.session() as session:
            await figures.answer_weeks(session, now() - timedelta(days=days), now())

    return [
        *await _timed("shares of 50,000 bookings", fairness, [90] * ROUNDS),
        *await _timed("their answers by week", weeks, [90] * ROUNDS),
    ]


async def _timed(
    name: str, act: Callable[[Any], Awaitable[None]], asked: Sequence[Any]
) -> list[Figure]:
    """One after the other, in milliseconds; the first ones warm up, uncounted."""
    for one in asked[:WARMING]:
        await act(one)
    took = []
    for one in asked:
        began = time.perf_counter()
        await act(one)
        took.append((time.perf_counter() - began) * 1000)
    return [
        Figure(f"{name}, p50", percentile(took, 0.5), "ms"),
        Figure(f"{name}, p95", percentile(took, 0.95), "ms"),
    ]
