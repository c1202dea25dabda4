"""Looking somebody up: the public by number or name, staff in lists."""

from datetime import timedelta

import pytest

from actions.registry import applications, listing, verify
from actions.registry.applications import Application
from actions.registry.verify import Registered
from actions.store.database import Database
from actions.store.listing import Asked, NoSuchFilter, NoSuchOrder
from tests.actions.conftest import Meet
from tests.actions.people.test_erasure import a_consultant
from tests.actions.registry.conftest import NOW, TODAY, a_row, applied, proposed

PEOPLE = [
    "Juan Antonio Pérez Gómez",
    "Ana María Pérez",
    "Grupo Río Limpio, S.A. de C.V.",
    "Noé Ñurinda",
]


async def _asked(database: Database, words: str) -> list[Registered]:
    async with database.session() as session:
        return list(await verify.verify(session, words, NOW))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ca-2", [PEOPLE[1]]),
        (" CA-2 ", [PEOPLE[1]]),
        ("CA2", [PEOPLE[1]]),
        ("ca 2", [PEOPLE[1]]),
        ("C.A./2", [PEOPLE[1]]),
        ("Juan Pérez", [PEOPLE[0]]),
        ("juan peres", [PEOPLE[0]]),
        ("perez gomez juan", [PEOPLE[0]]),
        ("rio limpio", [PEOPLE[2]]),
        ("Ñurinda", [PEOPLE[3]]),
        ("noe nurinda", [PEOPLE[3]]),
        ("perez", [PEOPLE[1], PEOPLE[0]]),
        ("Juan Hernández", []),
        ("CA-99", []),
        ("", []),
        ("x" * 5_000, []),
        ("de", []),
        ("%%%", []),
        ("' OR 1=1 --", []),
    ],
)
async def test_a_number_or_a_name_is_looked_up(
    database: Database, typed: str, names: list[str]
) -> None:
    await applied(database, [a_row(place + 1, name=name) for place, name in enumerate(PEOPLE)])
    assert [one.name for one in await _asked(database, typed)] == names


async def test_numbers_of_the_same_letters_are_told_apart_by_how_they_are_written(
    database: Database,
) -> None:
    numbers = ("CA-12", "CA-1-2")
    await applied(
        database,
        [a_row(1, registration_number=numbers[0]), a_row(2, registration_number=numbers[1])],
    )
    assert [one.registration_number for one in await _asked(database, "ca-1-2")] == ["CA-1-2"]
    assert {one.registration_number for one in await _asked(database, "CA12")} == {*numbers}
    async with database.session() as session:
        assert await verify.by_number(session, "CA12", NOW) is None


async def test_at_most_three_names_are_told(database: Database) -> None:
    await applied(database, [a_row(number, name=f"Ana Pérez {number}") for number in range(9)])
    assert len(await _asked(database, "ana perez")) == 3


async def test_the_state_is_that_of_the_moment(database: Database) -> None:
    await applied(
        database,
        [
            a_row(1, valid_to=TODAY),
            a_row(2, state="suspendida"),
            a_row(3, valid_from=TODAY + timedelta(days=2)),
        ],
    )
    (last_day,) = await _asked(database, "CA-1")
    assert (last_day.state, last_day.is_in_force, last_day.valid_to) == ("vigente", True, TODAY)
    async with database.session() as session:
        after = await verify.by_number(session, "CA-1", NOW + timedelta(days=1))
    assert after is not None
    assert (after.state, after.is_in_force) == ("vencida", False)
    assert [one.state for one in await _asked(database, "CA-2")] == ["suspendida"]
    assert [one.is_in_force for one in await _asked(database, "CA-3")] == [False]


async def test_who_only_applied_is_not_told(database: Database, meet: Meet) -> None:
    await a_consultant(database, (await meet()).person_id, "Secreta Solicitante")
    assert await _asked(database, "Secreta Solicitante") == []


# -- lists -----------------------------------------------------------------------------------------


async def _listed(database: Database, search: str = "", **more: str) -> list[str | None]:
    sort = more.pop("sort", "")
    async with database.session() as session:
        found = await listing.consultants(session, Asked(search, more, sort), NOW)
    assert found.total == len(found.rows)
    return [one.registration_number for one in found.rows]


async def test_consultants_are_searched_narrowed_and_sorted(database: Database) -> None:
    await applied(
        database,
        [
            a_row(1, name="Zoila Árbol", kind="empresa", valid_to=TODAY - timedelta(days=9)),
            a_row(2, name="Ángel Río", categories=("aguas", "energia"), departments=("La Paz",)),
            a_row(3, name="Bruno 100%", state="suspendida", valid_to=TODAY),
        ],
    )
    assert await _listed(database) == ["CA-2", "CA-3", "CA-1"]
    assert await _listed(database, sort="vence") == ["CA-1", "CA-3", "CA-2"]
    assert await _listed(database, "arbol zoi") == ["CA-1"]
    assert await _listed(database, "ca-3") == ["CA-3"]
    assert await _listed(database, "%") == ["CA-3"]
    assert await _listed(database, estado="vigente") == ["CA-2"]
    assert await _listed(database, estado="vencida") == ["CA-1"]
    assert await _listed(database, categoria="energia", departamento="La Paz") == ["CA-2"]
    assert await _listed(database, tipo="empresa") == ["CA-1"]
    assert await _listed(database, desaparecido="si") == []


async def test_a_number_is_found_by_its_part_and_an_accent_alone_by_itself(
    database: Database,
) -> None:
    await applied(
        database,
        [
            a_row("2024-002", name="Ana Nieto"),
            a_row("2024-003", name="Noé Núñez"),
            a_row("2024-004", name="Óscar ÑURINDA"),
        ],
    )
    assert await _listed(database, "002") == ["CA-2024-002"]
    assert await _listed(database, "ñ") == ["CA-2024-003", "CA-2024-004"]
    assert await _listed(database, "nunez") == ["CA-2024-003"]


async def test_applications_come_oldest_first_and_by_the_number_that_was_told(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    ids = []
    for place, name in enumerate(("Zoila Primera", "Ana Segunda")):
        async with database.transaction() as session:
            ids.append(
                await applications.apply_for(
                    session,
                    (await meet()).person_id,
                    Application("persona", name, ("auditoria",), ("San Salvador",)),
                    [],
                    NOW + timedelta(days=place),
                )
            )
    async with database.session() as session:
        queue = await listing.consultants(session, Asked(filters={"estado": "solicitada"}), NOW)
        found = await listing.consultants(session, Asked(str(ids[1])), NOW)
    assert [one.name for one in queue.rows] == ["Zoila Primera", "Ana Segunda"]
    assert [one.name for one in found.rows] == ["Ana Segunda"]


async def test_unknown_orders_and_filters_are_refused(database: Database) -> None:
    for more in ({"estado": "raro"}, {"nada": "x"}, {"departamento": "Atlántida"}):
        with pytest.raises(NoSuchFilter):
            await _listed(database, **more)
    with pytest.raises(NoSuchOrder):
        await _listed(database, sort="phone; --")


async def test_who_applied_stands_in_the_list(database: Database, meet: Meet) -> None:
    await a_consultant(database, (await meet()).person_id, "Ana Solicita")
    async with database.session() as session:
        found = await listing.consultants(session, Asked(filters={"estado": "solicitada"}), NOW)
    assert [(one.name, one.answers) for one in found.rows] == [("Ana Solicita", True)]


async def test_runs_are_listed_the_newest_first(database: Database) -> None:
    await applied(database, [a_row(1)])
    last = await proposed(database, [a_row(1), a_row(2)], NOW + timedelta(hours=1))
    async with database.session() as session:
        every = await listing.runs(session, Asked())
        waiting = await listing.runs(session, Asked(filters={"estado": "proposed"}))
    assert (every.total, every.rows[0].sync_id) == (2, last.id)
    assert [one.sync_id for one in waiting.rows] == [last.id]
    assert waiting.rows[0].counts["new"] == 1
