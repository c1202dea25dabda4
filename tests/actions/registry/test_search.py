"""Who fits, in fair turns, and only while in force and with hours of their own."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import rules, search
from actions.registry.neighbours import BORDERS, rings
from actions.registry.rows import RegistryRow
from actions.registry.search import Fit, Need
from actions.store.database import Database
from knowledge.territory import territory
from tests.actions.registry.conftest import (
    NOW,
    TODAY,
    a_row,
    applied,
    consultant,
    give_hours,
    rows_of,
)

AUDIT = Need(("auditoria",), "hotel", "San Salvador")


async def _registered(database: Database, rows: list[RegistryRow]) -> None:
    """They are of the registry, and all of them have hours."""
    await applied(database, rows)
    await give_hours(database)


async def _fitting(database: Database, need: Need = AUDIT, **more: Any) -> list[Fit]:
    async with database.session() as session:
        return await search.fitting(session, need, more.pop("now", NOW), **more)


async def _first(session: AsyncSession, now: datetime) -> int:
    """Who stands first then, and has had their turn."""
    (first,) = await search.fitting(session, AUDIT, now, 1)
    await search.took_turn(session, first.consultant_id, now)
    return first.consultant_id


def _numbers(fits: list[Fit]) -> list[str]:
    return [one.registration_number for one in fits]


async def test_only_who_is_in_force_that_day_is_found(database: Database) -> None:
    await _registered(
        database,
        [
            a_row("hoy", valid_from=TODAY, valid_to=TODAY),
            a_row("ayer", valid_to=TODAY - timedelta(days=1)),
            a_row("manana", valid_from=TODAY + timedelta(days=1)),
            a_row("suspendida", state="suspendida"),
            a_row("lejos", departments=("La Unión",)),
            a_row("otra", categories=("energia",)),
            a_row("otros", sectors=("restaurante",)),
        ],
    )
    assert _numbers(await _fitting(database)) == ["CA-hoy"]
    # In El Salvador it is still the same day until six in the morning, Greenwich.
    late = NOW.replace(hour=5) + timedelta(days=1)
    assert "CA-hoy" in _numbers(await _fitting(database, now=late))
    assert "CA-hoy" not in _numbers(await _fitting(database, now=late + timedelta(hours=1)))


async def test_bookable_means_the_same_in_python_and_in_the_search(database: Database) -> None:
    days = [TODAY + timedelta(days=one) for one in (-2, -1, 0, 1, 2)]
    rows = [
        a_row(f"{first}-{last}-{state}", valid_from=days[first], valid_to=days[last], state=state)
        for first in range(5)
        for last in range(first, 5)
        for state in rules.REGISTERED
    ]
    await _registered(database, rows)
    found = set(_numbers(await _fitting(database, limit=100)))
    assert found == {one.registration_number for one in rows if rules.is_bookable(one, NOW)}
    assert 0 < len(found) < len(rows)


async def test_the_better_fit_comes_first_with_its_reasons(database: Database) -> None:
    need = Need(("auditoria", "aguas"), "hotel", "San Salvador")
    await _registered(
        database,
        [
            a_row("parte"),
            a_row("distancia", departments=(), on_site=False, remote=True, sectors=("hotel",)),
            a_row("todo", categories=("aguas", "auditoria"), sectors=("hotel", "hielo")),
            a_row("general", categories=("aguas", "auditoria")),
        ],
    )
    found = await _fitting(database, need, limit=10)
    assert _numbers(found) == ["CA-todo", "CA-general", "CA-parte", "CA-distancia"]
    assert [one.score for one in found] == [100, 90, 70, 65]
    assert found[0].reasons == (
        "Hace: Auditoría ambiental, Aguas residuales y vertidos",
        "Conoce su rubro: Hotel u hostal",
        "Llega a San Salvador",
    )
    assert found[3].reasons[-1] == "Atiende a distancia"
    assert len(await _fitting(database, need)) == 3


async def test_who_declined_is_left_out(database: Database) -> None:
    await _registered(database, [a_row(1), a_row(2)])
    (first, second) = await _fitting(database)
    need = replace(AUDIT, excluded=(first.consultant_id,))
    assert await _fitting(database, need) == [second]


def test_a_need_without_known_category_is_refused() -> None:
    for categories in ((), ("nada",)):
        with pytest.raises(ValueError, match="categories"):
            Need(categories)


# -- turns -----------------------------------------------------------------------------------------


async def test_over_10_000_requests_turns_are_fair(database: Database) -> None:
    """The largest share of first places is at most 1.2 times the mean."""
    await _registered(
        database,
        [a_row(number) for number in range(40)] + [a_row("peor", remote=True, on_site=False)],
    )
    firsts: Counter[int] = Counter()
    now = NOW
    async with database.transaction() as session:
        for _ in range(10_000):
            now += timedelta(seconds=7)
            firsts[await _first(session, now)] += 1
    assert len(firsts) == 40
    assert max(firsts.values()) <= 1.2 * 10_000 / 40


async def test_turns_are_fair_for_owners_who_ask_at_once(database: Database) -> None:
    await _registered(database, [a_row(number) for number in range(10)])
    firsts: Counter[int] = Counter()

    async def ask(number: int) -> None:
        async with database.transaction() as session:
            firsts[await _first(session, NOW + timedelta(seconds=number))] += 1

    for wave in range(60):
        await asyncio.gather(*(ask(wave * 10 + one) for one in range(5)))
    assert len(firsts) == 10
    assert min(firsts.values()) >= 15


async def test_a_look_costs_nobody_a_turn(database: Database) -> None:
    await _registered(database, [a_row(1), a_row(2)])
    looks = [await _fitting(database) for _ in range(3)]
    assert looks[0] == looks[1] == looks[2]
    assert await rows_of(database, "SELECT * FROM consultant_offer") == []


async def test_among_those_never_offered_the_day_decides(database: Database) -> None:
    await _registered(database, [a_row(number, valid_to=date(2030, 1, 1)) for number in range(5)])
    firsts = {
        (await _fitting(database, now=NOW + timedelta(days=day)))[0].consultant_id
        for day in range(60)
    }
    assert len(firsts) >= 4


# -- hours of their own ----------------------------------------------------------------------------


async def test_who_has_no_hours_stands_in_nobodys_way(database: Database) -> None:
    await applied(database, [a_row(number) for number in range(30)])
    assert await _fitting(database) == []
    await give_hours(database, but=range(29))
    assert _numbers(await _fitting(database)) == ["CA-29"]


async def _opens(database: Database, number: int | str, **more: Any) -> None:
    values = {"day": TODAY + timedelta(days=3), "mode": "both", "opened": True, "hour": 8, **more}
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO availability_exception (consultant_id, first_day, last_day, opened, "
                "starts, ends, mode) VALUES (:id, :day, :day, :opened, make_time(:hour, 0, 0), "
                "make_time(:hour + 1, 0, 0), :mode)"
            ),
            {"id": await consultant(database, number), **values},
        )


async def test_a_day_that_was_opened_is_time_of_ones_own(database: Database) -> None:
    await applied(
        database,
        [a_row(number) for number in ("abre", "cierra", "antes", "llano")]
        + [a_row("afuera", on_site=True, remote=False)],
    )
    await _opens(database, "abre")
    await _opens(database, "cierra", opened=False)
    await _opens(database, "antes", day=TODAY - timedelta(days=1))
    # Without hours, the weekly ones hold on a holiday: there are none.
    await _opens(database, "llano", hour=None)
    await _opens(database, "afuera", mode="remote")
    assert _numbers(await _fitting(database)) == ["CA-abre"]


async def test_hours_count_in_the_way_that_is_needed(database: Database) -> None:
    await applied(database, [a_row(one, remote=True) for one in ("viene", "llama")])
    for number, mode in (("viene", "on_site"), ("llama", "remote")):
        await _opens(database, number, mode=mode)
    found = {
        mode: sorted(_numbers(await _fitting(database, replace(AUDIT, mode=mode))))
        for mode in ("on_site", "remote", "any")
    }
    assert found == {
        "on_site": ["CA-viene"],
        "remote": ["CA-llama"],
        "any": ["CA-llama", "CA-viene"],
    }


# -- nobody there ----------------------------------------------------------------------------------


async def _instead(database: Database, need: Need) -> list[tuple[str, list[str]]]:
    """Who is found at each step, where anybody is."""
    found = [(how, await _fitting(database, step)) for how, step in search.steps(need)]
    return [(how, _numbers(fits)) for how, fits in found if fits]


async def test_where_nobody_comes_those_at_a_distance_are_offered(database: Database) -> None:
    need = Need(("auditoria",), None, "La Unión", "on_site")
    await _registered(
        database,
        [a_row("cerca", departments=("Morazán",)), a_row("lejos", on_site=False, remote=True)],
    )
    assert await _instead(database, need) == [("remoto", ["CA-lejos"]), ("cercano", ["CA-cerca"])]
    (far,) = await _fitting(database, replace(need, mode="remote"))
    assert (far.comes, far.reasons[-1]) == (False, "Atiende a distancia")


async def test_where_nobody_is_there_at_a_distance_those_who_come_are_offered(
    database: Database,
) -> None:
    await _registered(database, [a_row(1)])
    need = Need(("auditoria",), None, "San Salvador", "remote")
    assert await _instead(database, need) == [("visita", ["CA-1"])]


async def test_then_the_nearest_departments_one_ring_after_the_other(database: Database) -> None:
    need = Need(("auditoria",), None, "La Unión")
    await _registered(
        database,
        [a_row(1, departments=("Usulután", "Ahuachapán")), a_row(2, departments=("Sonsonate",))],
    )
    first, second = await _instead(database, need)
    assert first == ("cercano", ["CA-1"])
    assert (second[0], sorted(second[1])) == ("cercano", ["CA-1", "CA-2"])
    near = [step for how, step in search.steps(need) if how == "cercano"]
    assert "Usulután" in near[1].nearby
    (one,) = await _fitting(database, near[1])
    assert one.reasons[-1] == "Llega a Usulután, Ahuachapán"


async def test_who_is_suspended_is_offered_nowhere(database: Database) -> None:
    await _registered(database, [a_row(1, state="suspendida", remote=True)])
    for mode in ("any", "on_site", "remote"):
        assert await _instead(database, Need(("auditoria",), None, "La Unión", mode)) == []


def test_borders_go_both_ways_and_join_the_whole_country() -> None:
    names = {one.name for one in territory().departments}
    assert set(BORDERS) == names
    for one, others in BORDERS.items():
        assert len(set(others)) == len(others)
        for other in others:
            assert one in BORDERS[other], (one, other)
        reached = [near for ring in rings(one) for near in ring]
        assert sorted([one, *reached]) == sorted(names)
    assert rings("La Unión")[0] == ("San Miguel", "Morazán")
    assert rings("Atlántida") == ()


def test_fields_are_ruled_by_one_side() -> None:
    known = {one.name for one in rules.FIELDS}
    assert set(rules.REGISTRY_RULES) | set(rules.CONSULTANT_RULES) == known
    assert known == set(RegistryRow.__dataclass_fields__)
