"""Questions without an answer, as staff find, sort and page through them."""

from datetime import date, timedelta
from typing import Any

import pytest

from actions.articles.errors import Missing
from actions.questions import listing, reading, staff
from actions.questions.reading import Cluster
from actions.store.database import Database
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.conftest import Meet, meet
from tests.actions.questions.conftest import NOW, TODAY, ask, cluster_of, do, says, wants

__all__ = ["meet"]

TIRES = "¿dónde boto las llantas viejas?"
BATTERIES = "¿quién recoge baterías de carro?"
NOISE = "¿a qué hora puedo hacer ruido con la planta?"


async def listed(database: Database, asked: Asked, by: str = "Ana") -> Listed[Cluster]:
    async with database.session() as session:
        return await listing.clusters(session, asked, TODAY, by)


async def labels(database: Database, search: str = "", **more: Any) -> list[str]:
    return [one.label for one in (await listed(database, Asked(search, **more))).rows]


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
async def three(database: Database) -> dict[str, int]:
    """Three clusters: tires asked three times, batteries a month ago, noise long ago."""
    tires = await ask(database, TIRES)
    for _ in range(2):
        await ask(database, "donde voto las yantas biejas")
    batteries = await ask(database, BATTERIES, days_ago(20))
    noise = await ask(database, NOISE, days_ago(40))
    return {
        "tires": await cluster_of(database, tires),
        "batteries": await cluster_of(database, batteries),
        "noise": await cluster_of(database, noise),
        "asked_of_batteries": batteries,
    }


async def test_the_most_asked_come_first_and_then_the_oldest(
    database: Database, three: dict[str, int]
) -> None:
    found = await listed(database, Asked())
    assert [one.label for one in found.rows] == [TIRES, NOISE, BATTERIES]
    assert found.total == 3
    assert (found.rows[0].size, found.rows[0].first_on) == (3, TODAY)
    async with database.session() as session:
        assert (await reading.show(session, three["tires"]))[0] == found.rows[0]


async def test_by_state(database: Database, three: dict[str, int]) -> None:
    await do(database, lambda s: staff.dismiss(s, three["noise"], "", "Ana", NOW))
    await do(
        database,
        lambda s: staff.resolve(s, three["batteries"], "article", "baterias", "", "Ana", NOW, says),
    )
    assert await labels(database, filters={"estado": "abiertas"}) == [TIRES]
    assert await labels(database, filters={"estado": "resueltas"}) == [BATTERIES]
    assert await labels(database, filters={"estado": "descartadas"}) == [NOISE]
    assert len(await labels(database)) == 3


@pytest.mark.usefixtures("three")
async def test_by_age_as_the_ages_are_counted(database: Database) -> None:
    found = [await labels(database, filters={"edad": age}) for age in listing.AGES]
    assert found == [[TIRES], [BATTERIES], [NOISE]]
    async with database.session() as session:
        ages = await reading.ages(session, TODAY)
    assert [len(one) for one in found] == [ages.week, ages.month, ages.older]


@pytest.mark.parametrize(("days", "age"), [(6, "semana"), (7, "mes"), (29, "mes"), (30, "mas")])
async def test_ages_have_one_border(database: Database, days: int, age: str) -> None:
    await ask(database, TIRES, days_ago(days))
    found = {one: await labels(database, filters={"edad": one}) for one in listing.AGES}
    assert found == {one: [TIRES] if one == age else [] for one in listing.AGES}


async def test_by_who_looks_after_them(database: Database, three: dict[str, int]) -> None:
    await do(database, lambda s: staff.assign(s, three["tires"], "Ana"))
    await do(database, lambda s: staff.assign(s, three["noise"], "Luis"))
    assert await labels(database, filters={"asignada": "mi"}) == [TIRES]
    assert await labels(database, filters={"asignada": "nadie"}) == [BATTERIES]
    assert len(await labels(database, filters={"asignada": "todas"})) == 3
    with pytest.raises(Missing):
        await listed(database, Asked(filters={"asignada": "mi"}), " ")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("llanta", [TIRES]),
        ("yantas", [TIRES]),
        ("BATERIAS", [BATTERIES]),
        ("bateria", [BATTERIES]),
        ("100%", []),
        ("llantas de baterías", []),
        ("'; DROP TABLE asker; --", []),
        ("¿?", [TIRES, NOISE, BATTERIES]),
    ],
)
@pytest.mark.usefixtures("three")
async def test_the_search_takes_other_inflexions_and_spellings(
    database: Database, search: str, found: list[str]
) -> None:
    assert await labels(database, search) == found


async def test_what_has_an_answer_is_found_by_its_label(
    database: Database, three: dict[str, int]
) -> None:
    await do(
        database,
        lambda s: staff.resolve(s, three["tires"], "article", "llantas", "", "Ana", NOW, says),
    )
    assert await labels(database, "llantas viejas") == [TIRES]


async def test_every_order_and_who_waits(
    database: Database, three: dict[str, int], meet: Meet
) -> None:
    for _ in range(2):
        await wants(database, three["asked_of_batteries"], await meet())
    longest = await labels(database, sort="esperan", descending=True)
    assert longest[0] == BATTERIES
    assert (await listed(database, Asked(sort="esperan", descending=True))).rows[0].waiting == 2
    assert await labels(database, sort="edad") == [NOISE, BATTERIES, TIRES]
    assert await labels(database, sort="veces", descending=True) == [TIRES, NOISE, BATTERIES]


@pytest.mark.usefixtures("three")
async def test_a_page_and_what_is_past_the_end(database: Database) -> None:
    page = await listed(database, Asked(offset=1, limit=1))
    assert ([one.label for one in page.rows], page.total) == ([NOISE], 3)
    past = await listed(database, Asked(offset=10))
    assert (list(past.rows), past.total) == ([], 3)


async def test_of_nothing_there_is_an_empty_page(database: Database) -> None:
    found = await listed(database, Asked())
    assert (list(found.rows), found.total) == ([], 0)


async def test_names_that_the_list_does_not_know_are_refused(database: Database) -> None:
    for filters in ({"estado": "open"}, {"edad": "7"}, {"asignada": "Ana"}, {"articulo": "x"}):
        with pytest.raises(NoSuchFilter):
            await listed(database, Asked(filters=filters))
    with pytest.raises(NoSuchOrder):
        await listed(database, Asked(sort="label"))
