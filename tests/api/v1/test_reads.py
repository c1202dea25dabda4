"""Facts, questions, cases, figures and counts of people, without a word of who somebody is."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.articles import facts
from actions.articles.shelf import Shelf
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.figures.rules import Counted, Figures
from actions.firms import service as firms
from actions.people import codes, erasure, linking
from actions.store.database import Database
from tests.actions.articles.conftest import DAY, NOW, House
from tests.actions.conftest import Meet, count, meet
from tests.api.v1.conftest import SYSTEM, Present, faults, problem

__all__ = ["meet"]

PHONE, DUI = "+50370001234", "01234567-8"


async def test_a_fact_tells_its_source_and_whether_it_holds(
    reader: httpx.AsyncClient, house: House, shelf: Shelf, present: Present
) -> None:
    fact = (await reader.get("/v1/facts/PER-05")).json()
    assert fact["valid_to"] == "2026-12-31"
    assert (fact["in_force"], fact["citable"]) == (True, True)
    assert fact["instrument"] == {
        "id": None,
        "name": "Aviso",
        "decree": None,
        "date": None,
        "gazette": None,
        "in_force": None,
    }
    assert not (await reader.get("/v1/facts/PER-03")).json()["citable"]
    assert not (await reader.get("/v1/facts/PER-04")).json()["citable"]
    problem(await reader.get("/v1/facts/PER-99"), 404, "not-found")
    # What staff say of it counts.
    ends = DAY + timedelta(days=1)
    await house.do(
        lambda session: facts.end(session, house.register, "PER-05", ends, "Rosa", "ya no", NOW)
    )
    await house.do(
        lambda session: facts.confirm(session, house.register, "PER-02", "Acta 3", "Rosa", NOW)
    )
    await shelf.refresh(house.database, DAY)
    present.now = NOW + timedelta(days=2)
    ended = (await reader.get("/v1/facts/PER-05")).json()
    assert (ended["valid_to"], ended["in_force"]) == (ends.isoformat(), False)
    assert (await reader.get("/v1/facts/PER-02")).json()["confidence"] == "confirmed"


@pytest.fixture
async def clusters(database: Database) -> list[int]:
    """Three questions; the second was asked twice, and is resolved."""
    numbers = []
    async with database.transaction() as session:
        for label, texts, state in (
            ("¿ocupo permiso para tilapias?", ["permiso tilapias"], "open"),
            ("¿y las abejas?", ["abejas", "las abejas"], "resolved"),
            ("¿drones?", ["drones"], "open"),
        ):
            number = await session.scalar(
                text(
                    "INSERT INTO question_cluster (label, state, resolution, resolved_by) VALUES "
                    "(:label, :state, CASE :state WHEN 'resolved' THEN 'not_ours' END, 'Rosa') "
                    "RETURNING id"
                ),
                {"label": label, "state": state},
            )
            numbers.append(number)
            for said in texts:
                await session.execute(
                    text(
                        "INSERT INTO asked_question (cluster_id, text, outcome, channel, asked_on) "
                        "VALUES (:number, :said, 'abstained', 'web', :day)"
                    ),
                    {"number": number, "said": said, "day": DAY},
                )
    return numbers


async def test_questions_are_read_on_from_where_one_was(
    reader: httpx.AsyncClient, clusters: list[int]
) -> None:
    first = (await reader.get("/v1/questions?limit=2")).json()
    assert [one["number"] for one in first["data"]] == clusters[:2]
    assert [one["asked"] for one in first["data"]] == [1, 2]
    rest = (await reader.get(first["next"])).json()
    assert ([one["number"] for one in rest["data"]], rest["next"]) == (clusters[2:], None)
    still = (await reader.get("/v1/questions?state=open&limit=1")).json()
    assert "state=open" in still["next"]
    assert [one["number"] for one in (await reader.get(still["next"])).json()["data"]] == [
        clusters[2]
    ]


async def test_a_question_shows_its_wordings_and_nobody(
    reader: httpx.AsyncClient, clusters: list[int]
) -> None:
    question = (await reader.get(f"/v1/questions/{clusters[1]}")).json()
    assert [one["text"] for one in question["wordings"]] == ["abejas", "las abejas"]
    assert (question["state"], question["resolution"]) == ("resolved", "not_ours")
    # Who of the staff did it is the ministry's own business.
    assert "Rosa" not in json.dumps(question)
    problem(await reader.get("/v1/questions/999"), 404, "not-found")


@pytest.fixture
async def numbers(database: Database, meet: Meet) -> list[int]:
    """Three cases; the second is held, the third closed."""
    found = []
    context: cases.Context = {"question": f"soy Ana, DUI {DUI}, llámenme al 7000-1234"}
    for external in (PHONE, "+50370005678", "+50370009999"):
        person = await meet(external=external)
        async with database.transaction() as session:
            opened = await cases.open_case(session, person.person_id, "request", context)
        found.append(opened.number)
    async with database.transaction() as session:
        await desk.take(session, found[1], "Rosa", NOW, timedelta(hours=1))
        await cases.withdraw(session, person.person_id)
    return found


async def test_cases_are_masked(reader: httpx.AsyncClient, numbers: list[int]) -> None:
    listed = await reader.get("/v1/cases")
    alone = await reader.get(f"/v1/cases/{numbers[0]}")
    for response in (listed, alone):
        for secret in (PHONE, "70001234", "7000-1234", DUI, "01234567", "Rosa"):
            assert secret not in response.text, secret
    assert alone.json()["channels"] == [{"channel": "whatsapp", "address": "••••1234"}]
    assert alone.json()["context"] == {"question": "soy Ana, DUI ••••, llámenme al ••••"}
    data = listed.json()["data"]
    assert [one["number"] for one in data] == numbers
    assert [one["state"] for one in data] == ["open", "open", "closed"]
    assert [one["held"] for one in data] == [False, True, False]


async def test_cases_are_narrowed_and_paged(
    reader: httpx.AsyncClient, numbers: list[int], present: Present
) -> None:
    async def listed(address: str) -> list[int]:
        return [one["number"] for one in (await reader.get(address)).json()["data"]]

    assert await listed("/v1/cases?state=open") == numbers[:2]
    assert await listed("/v1/cases?state=closed") == numbers[2:]
    first = (await reader.get("/v1/cases?limit=1")).json()
    assert await listed(first["next"]) == numbers[1:2]
    problem(await reader.get("/v1/cases/999999"), 404, "not-found")
    present.now = NOW + timedelta(hours=1)
    assert not (await reader.get(f"/v1/cases/{numbers[1]}")).json()["held"]


async def note(
    client: httpx.AsyncClient, number: int, body: Any, name: str = "n1"
) -> httpx.Response:
    return await client.post(
        f"/v1/cases/{number}/notes", json=body, headers={"Idempotency-Key": name}
    )


async def test_a_note_is_added_once_and_its_words_stand_nowhere_else(
    reader: httpx.AsyncClient, database: Database, numbers: list[int]
) -> None:
    words = f"Ana tiene el DUI {DUI}"
    for _ in range(3):
        response = await note(reader, numbers[2], {"text": words})
        assert response.status_code == 201
        assert response.json()["case"] == numbers[2]
    async with database.session() as session:
        row = (await session.execute(text("SELECT * FROM case_note"))).one()
        entry = (await session.execute(text("SELECT * FROM audit_entry"))).one()
        answer = await session.scalar(text("SELECT api_answer::text FROM api_answer"))
    assert (row.text, row.staff, row.id) == (words, SYSTEM, response.json()["note"])
    assert (entry.act, entry.subject) == ("case.note", f"case:{numbers[2]}")
    assert entry.actor["name"] == SYSTEM
    for kept in (answer, json.dumps(entry.detail)):
        assert DUI not in kept and "Ana" not in kept


async def test_a_note_that_cannot_be_is_refused(
    reader: httpx.AsyncClient, database: Database, numbers: list[int], meet: Meet
) -> None:
    problem(await note(reader, 999_999, {"text": "x"}), 404, "not-found")
    for body, field in (
        ({"text": ""}, "body.text"),
        ({"text": " \n "}, "body.text"),
        ({"text": "x" * 100_000}, "body.text"),
        ({"text": "x", "staff": "Rosa"}, "body.staff"),
    ):
        assert list(faults(await note(reader, numbers[0], body))) == [field]
    person = await meet(external=PHONE)
    async with database.transaction() as session:
        await erasure.erase(session, person.person_id, NOW)
    problem(await note(reader, numbers[0], {"text": "x"}), 404, "not-found")
    assert await count(database, "case_note") == 0
    erased = (await reader.get(f"/v1/cases/{numbers[0]}")).json()
    assert (erased["reason"], erased["context"], erased["channels"]) == ("erased", {}, [])


async def test_figures_are_those_of_finished_days(
    reader: httpx.AsyncClient, database: Database
) -> None:
    figures = Figures(
        turns=3,
        outcomes={"answered": 2, "abstained": 1},
        people=2,
        inbound={"web": 4},
        outbound={"web": {"delivered": 3}},
        topics=(Counted("permiso", 2),),
        p50_ms=20,
        p95_ms=40,
    )
    async with database.transaction() as session:
        for day in (date(2026, 11, 20), date(2026, 11, 22), date(2026, 11, 23)):
            await session.execute(
                text("INSERT INTO day_figures VALUES (:day, CAST(:figures AS jsonb), now())"),
                {"day": day, "figures": json.dumps(figures.as_json())},
            )
    response = await reader.get("/v1/figures?from=2026-11-20&to=2026-11-22")
    found = response.json()["days"]
    assert [one["day"] for one in found] == ["2026-11-20", "2026-11-22"]
    assert (found[0]["turns"], found[0]["answered"], found[0]["not_answered"]) == (3, 2, 1)
    assert found[0]["topics"] == [{"name": "permiso", "count": 2}]
    none = await reader.get("/v1/figures?from=2020-01-01&to=2020-01-02")
    assert none.json() == {"days": []}
    whole_year = await reader.get("/v1/figures?from=2025-10-27&to=2026-11-30")
    assert whole_year.status_code == 200


async def test_people_are_counts_by_one_trait_each(
    reader: httpx.AsyncClient, database: Database, meet: Meet
) -> None:
    told: list[dict[str, Any]] = [
        {"department": "Sonsonate", "sector": "panaderia", "workers": 10},
        {"department": "Sonsonate", "workers": 11, "annual_sales_usd": 0},
        {"annual_sales_usd": 204_401, "workers": 1, "sector": "panaderia"},
        {"workers": 99, "annual_sales_usd": 7_000_001},
        {"workers": 51},
        {},
    ]
    people = [await meet() for _ in told]
    async with database.transaction() as session:
        for person, values in zip(people, told, strict=True):
            await firms.save(session, person.person_id, values)
    found = (await reader.get("/v1/people/summary")).json()
    assert found["people"] == 6
    assert found["departments"] == {"Sonsonate": 2}
    assert [(one["sector"], one["people"]) for one in found["sectors"]] == [("panaderia", 2)]
    assert found["sizes"] == {"micro": 1, "pequena": 2, "mediana": 1, "grande": 1}
    # Joined accounts are one person.
    async with database.transaction() as session:
        code = await codes.make_code(session, people[0].person_id, NOW)
        await linking.join(session, people[5].person_id, code, NOW)
    assert (await reader.get("/v1/people/summary")).json()["people"] == 5


async def test_who_erased_everything_is_not_counted(
    reader: httpx.AsyncClient, database: Database, meet: Meet
) -> None:
    one = await meet()
    await meet()
    async with database.transaction() as session:
        await erasure.erase(session, one.person_id, NOW)
        await session.execute(
            text("UPDATE address SET external = :forgotten || external WHERE person_id = :person"),
            {"forgotten": erasure.FORGOTTEN, "person": one.person_id},
        )
    assert (await reader.get("/v1/people/summary")).json()["people"] == 1
