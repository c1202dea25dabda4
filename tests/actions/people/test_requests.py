"""What staff do at a person's request: erasing, correcting the firm, stopping messages."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions import jobs
from actions.cases import service as cases
from actions.cases import staff
from actions.firms import service as firms
from actions.messages import outbox, states, turns
from actions.people import consent, erasure, wanted
from actions.people.errors import (
    AlreadyErased,
    BadFields,
    HeldByStaff,
    NoReason,
    NoSuchCategory,
    NoSuchPerson,
    PersonRefused,
)
from actions.people.requests import (
    MOST_REASON,
    TOLD_WITH,
    Corrected,
    ErasedByStaff,
    change_wanted,
    correct_firm,
    erase_by_staff,
)
from actions.store.database import Database
from actions.store.metadata import metadata
from tests.actions.conftest import (
    Meet,
    Someone,
    jobs_of,
    receive,
    until_someone_waits_for_a_lock,
)
from tests.actions.people.conftest import handled, queue, rows, run
from tests.actions.people.joining import NOW, join
from tests.actions.people.test_erasure import OUTCOME

WHY = "Lo pidió por carta el 3 de noviembre"
WORDS = "Borramos tus datos, como pediste."


async def _erase(
    database: Database, person_id: int, reason: str = WHY, words: str = WORDS
) -> ErasedByStaff:
    async with database.transaction() as session:
        return await erase_by_staff(session, person_id, reason, NOW, words)


async def _with_a_past(database: Database, meet: Meet) -> Someone:
    ana = await meet("whatsapp", "+50370004321")
    async with database.transaction() as session:
        await receive(session, "m2", "mi secreto", external=ana.external)
        await turns.record(
            session,
            person_id=ana.person_id,
            channel="whatsapp",
            inbox_ids=[],
            state={"question": "mi secreto"},
            outcome=OUTCOME,
        )
        await firms.save(session, ana.person_id, {"firm_name": "Panadería Lupita"})
        await consent.record(session, ana.person_id, "2026-11", "whatsapp")
        await cases.open_case(session, ana.person_id, "request", {"question": "mi secreto"})
    await queue(database, ana, "sobre mi secreto", state=states.SENT)
    await handled(database)
    return ana


async def _dump(database: Database) -> str:
    return json.dumps(
        [
            [row[0] for row in await rows(database, f'SELECT to_jsonb(t) FROM "{name}" AS t')]
            for name in metadata.tables
        ],
        ensure_ascii=False,
        default=str,
    )


async def _sent(database: Database, person_id: int) -> list[str]:
    """What goes out from now on."""
    texts: list[str] = []
    while True:
        async with database.transaction() as session:
            message = await outbox.claim_next(session, person_id)
            if message is None:
                return texts
            texts.append(message.content.text)
            await outbox.was_sent(session, message.id, f"SM{message.id}")


# -- erasing ---------------------------------------------------------------------------------------


async def test_all_goes_the_person_is_told_and_the_reason_is_not_kept(
    database: Database, meet: Meet
) -> None:
    ana = await _with_a_past(database, meet)
    done = await _erase(database, ana.person_id, f"  {WHY}\n")
    assert (done.person_id, done.people, done.reason) == (ana.person_id, (ana.person_id,), WHY)
    assert (done.told, done.waiting) == (True, 0)
    assert done.erased.messages == 2
    assert len(done.erased.closed_cases) == 1
    assert done.erased.kept == (erasure.KEPT_STATISTICS, erasure.KEPT_CONSENT)
    assert await jobs_of(database) == [(jobs.DELIVER, jobs.lock_of(jobs.DELIVER, ana.person_id))]
    ((content, lane, category),) = await rows(
        database, "SELECT content, lane, category FROM outbox WHERE state = 'queued'"
    )
    assert (lane, category) == (states.REPLY, None)
    # Outside WhatsApp's window only a template reaches them.
    assert content == {"text": WORDS, "template": TOLD_WITH, "variables": {"1": WORDS}}
    assert await _sent(database, ana.person_id) == [WORDS]
    async with database.transaction() as session:
        assert await erasure.forget_due(session, NOW + erasure.FORGET_AFTER) == 1
    left = await _dump(database)
    for secret in ("mi secreto", "Lupita", "4321", "carta", WORDS):
        assert secret not in left, secret


@pytest.mark.parametrize("reason", ["", "   \n", "x" * (MOST_REASON + 1)])
async def test_without_a_reason_nothing_is_erased(
    database: Database, meet: Meet, reason: str
) -> None:
    ana = await _with_a_past(database, meet)
    with pytest.raises(NoReason, match="por qué"):
        await _erase(database, ana.person_id, reason)
    assert "Lupita" in await _dump(database)


async def test_while_staff_hold_the_conversation_nothing_is_erased(
    database: Database, meet: Meet
) -> None:
    ana = await _with_a_past(database, meet)
    ((case,),) = await rows(database, 'SELECT id FROM "case"')
    async with database.transaction() as session:
        await staff.take(session, case, "marta", NOW, timedelta(hours=1))
    with pytest.raises(HeldByStaff, match=f"caso {case}") as refused:
        await _erase(database, ana.person_id)
    assert refused.value.case == case
    assert "Lupita" in await _dump(database)
    # Its time is over: nobody is at it any more, though the person was not told so yet.
    await run(database, 'UPDATE "case" SET held_until = :now', now=NOW)
    assert (await _erase(database, ana.person_id)).erased.closed_cases == (case,)


async def test_a_held_case_of_a_joined_account_counts_too(database: Database, meet: Meet) -> None:
    ana, luis = await _with_a_past(database, meet), await meet("telegram", "1234567")
    async with database.transaction() as session:
        opened = await cases.open_case(session, luis.person_id, "request")
    await join(database, ana, luis)
    async with database.transaction() as session:
        await staff.take(session, opened.number, "marta", NOW, timedelta(hours=1))
    for one in (ana, luis):
        with pytest.raises(HeldByStaff):
            await _erase(database, one.person_id)


async def test_who_is_erased_cannot_be_erased_again(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    await _erase(database, ana.person_id)
    with pytest.raises(AlreadyErased, match="ya se borraron"):
        await _erase(database, ana.person_id)
    await _sent(database, ana.person_id)
    async with database.transaction() as session:
        await erasure.forget_due(session, NOW + erasure.FORGET_AFTER)
    with pytest.raises(AlreadyErased):
        await _erase(database, ana.person_id)
    with pytest.raises(NoSuchPerson):
        await _erase(database, 999_999)


async def test_any_account_erases_the_whole_person_who_is_told_once(
    database: Database, meet: Meet
) -> None:
    ana = await _with_a_past(database, meet)
    luis = await meet("telegram", "1234567")
    async with database.transaction() as session:
        await firms.save(session, luis.person_id, {"firm_name": "Taller Luis"})
    await handled(database)
    await join(database, ana, luis)
    await run(database, "DELETE FROM procrastinate_jobs")
    await run(
        database,
        "UPDATE address SET last_inbound_at = now() + interval '1 h' WHERE id = :id",
        id=luis.address_id,
    )
    done = await _erase(database, luis.person_id)
    assert (done.person_id, done.people) == (ana.person_id, (ana.person_id, luis.person_id))
    # The accounts have parted, so the message is in the queue of who has that address now.
    found = await rows(database, "SELECT person_id, address_id FROM outbox WHERE state = 'queued'")
    assert found == [(luis.person_id, luis.address_id)]
    assert await jobs_of(database) == [(jobs.DELIVER, jobs.lock_of(jobs.DELIVER, luis.person_id))]
    assert await _sent(database, luis.person_id) == [WORDS]
    left = await _dump(database)
    assert "Lupita" not in left
    assert "Taller Luis" not in left
    async with database.transaction() as session:
        assert await erasure.forget_due(session, NOW + erasure.FORGET_AFTER) == 2


async def test_who_blocked_us_is_erased_and_not_written_to(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    await run(database, "UPDATE address SET blocked_at = now()")
    assert not (await _erase(database, ana.person_id)).told
    assert await jobs_of(database) == []
    async with database.transaction() as session:
        assert await erasure.forget_due(session, NOW + erasure.FORGET_AFTER) == 1


async def test_a_message_that_waits_for_a_turn_is_kept_and_begins_anew(
    database: Database, meet: Meet
) -> None:
    ana = await _with_a_past(database, meet)
    async with database.transaction() as session:
        await receive(session, "m3", "¿y mi permiso?", external=ana.external)
    done = await _erase(database, ana.person_id)
    assert done.waiting == 1
    waiting = await rows(database, "SELECT text FROM inbox WHERE handled_at IS NULL")
    assert waiting == [("¿y mi permiso?",)]
    assert "mi secreto" not in await _dump(database)
    await _sent(database, ana.person_id)
    await handled(database)
    async with database.transaction() as session:
        assert await erasure.forget_due(session, NOW + erasure.FORGET_AFTER) == 0


async def test_a_turn_that_waited_for_the_erasure_brings_nothing_back(
    database: Database, meet: Meet
) -> None:
    ana = await _with_a_past(database, meet)
    async with database.transaction() as session:
        received = await receive(session, "m3", "sigo", external=ana.external)

    async def turn() -> dict[str, Any]:
        async with database.transaction() as session:
            ground = await turns.locked_ground(session, ana.person_id)
            await turns.record(
                session,
                person_id=ana.person_id,
                channel="whatsapp",
                inbox_ids=[received.inbox_id],
                state={**ground.state, "turns": 1},
                outcome=OUTCOME,
                as_of=ground.written_at,
            )
            return ground.state

    async with database.transaction() as session:
        await erase_by_staff(session, ana.person_id, WHY, NOW, WORDS)
        waits = asyncio.create_task(turn())
        await until_someone_waits_for_a_lock(database)
    # It has read what it went on from before it was erased.
    with pytest.raises(turns.AlreadyHandled):
        await waits
    assert await turn() == {}
    assert await rows(database, "SELECT state FROM conversation") == [({"turns": 1},)]


async def test_a_turn_that_erases_by_itself_goes_on(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    async with database.transaction() as session:
        received = await receive(session, "m3", "borrar", external=ana.external)
    async with database.transaction() as session:
        ground = await turns.locked_ground(session, ana.person_id)
        await erasure.erase(session, ana.person_id, NOW, answering=[received.inbox_id])
        await turns.record(
            session,
            person_id=ana.person_id,
            channel="whatsapp",
            inbox_ids=[received.inbox_id],
            state={"welcomed": True},
            outcome=OUTCOME,
            as_of=ground.written_at,
        )
    assert await rows(database, "SELECT state FROM conversation") == [({"welcomed": True},)]


async def test_an_erasure_waits_for_a_turn_under_way(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    async with database.transaction() as session:
        await turns.locked_ground(session, ana.person_id)
        erasing = asyncio.create_task(_erase(database, ana.person_id))
        await until_someone_waits_for_a_lock(database)
        await firms.save(session, ana.person_id, {"firm_name": "Taller Nuevo"})
    await erasing
    assert await rows(database, "SELECT firm_name FROM firm") == []


async def test_an_erasure_finds_whom_the_person_is_joined_to_meanwhile(
    database: Database, meet: Meet
) -> None:
    ana, luis = await _with_a_past(database, meet), await meet("telegram", "1234567")
    await handled(database)
    async with database.transaction() as session:
        await session.execute(
            text("SELECT 1 FROM person WHERE id = :id FOR NO KEY UPDATE"), {"id": luis.person_id}
        )
        erasing = asyncio.create_task(_erase(database, luis.person_id))
        await until_someone_waits_for_a_lock(database)
        await session.execute(
            text(
                "INSERT INTO person_link (kept_id, joined_id, address_ids, firm_fields) "
                "VALUES (:kept, :joined, :addresses, '{}')"
            ),
            {
                "kept": ana.person_id,
                "joined": luis.person_id,
                "addresses": [luis.address_id],
            },
        )
        await session.execute(
            text("UPDATE address SET person_id = :kept WHERE id = :id"),
            {"kept": ana.person_id, "id": luis.address_id},
        )
    done = await erasing
    assert done.people == (ana.person_id, luis.person_id)
    assert "Lupita" not in await _dump(database)


# -- correcting the firm ---------------------------------------------------------------------------


async def _correct(database: Database, person_id: int, **fields: str) -> Corrected:
    async with database.transaction() as session:
        return await correct_firm(session, person_id, fields, NOW)


async def test_fields_are_corrected_and_others_stay(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    changed = await _correct(
        database,
        ana.person_id,
        firm_name=" Panadería   Lupe\x00 ",
        workers="1,200",
        annual_sales_usd="$25,000.40",
        district="Soyapango",
        department="San Salvador",
        permit_state="in_process",
        sector="panaderia",
    )
    assert changed.names == firms.FIELDS
    assert changed.person_id == ana.person_id
    assert changed.before["firm_name"] == "Panadería Lupita"
    assert changed.before["workers"] is None
    assert (changed.after["firm_name"], changed.after["workers"]) == ("Panadería Lupe", 1_200)
    async with database.session() as session:
        assert await firms.profile(session, ana.person_id) == {
            "firm_name": "Panadería Lupe",
            "sector": "panaderia",
            "workers": 1_200,
            "annual_sales_usd": 25_001,
            "district": "Soyapango",
            "municipality": "San Salvador Este",
            "department": "San Salvador",
            "permit_state": "in_process",
        }
    assert await rows(database, "SELECT updated_at FROM firm") == [(NOW,)]
    assert not (await _correct(database, ana.person_id, workers="1200", sector="panaderia")).names
    emptied = await _correct(database, ana.person_id, workers="", district="", department="")
    assert emptied.names == ("workers", "district", "municipality", "department")
    async with database.session() as session:
        assert set(await firms.profile(session, ana.person_id)) == {
            "firm_name",
            "sector",
            "annual_sales_usd",
            "permit_state",
        }


@pytest.mark.parametrize(
    "fields",
    [
        {"firm_name": "x"},
        {"firm_name": "x" * 81},
        {"firm_name": "---"},
        {"firm_name": "x" * 100_000},
        {"sector": "astronauta"},
        {"workers": "0"},
        {"workers": "20001"},
        {"workers": "12.5"},
        {"workers": "1e3"},
        {"workers": "-4"},
        {"workers": "٤"},
        {"annual_sales_usd": "mucho"},
        {"annual_sales_usd": "1.250,00"},
        {"annual_sales_usd": "-1"},
        {"annual_sales_usd": "9" * 30},
        {"annual_sales_usd": "NaN"},
        {"district": "Soyapango", "department": "La Unión"},
        {"district": "Soyapango"},
        {"department": "San Salvador"},
        {"district": "'; DROP TABLE firm; --", "department": "San Salvador"},
        {"permit_state": "prometido"},
    ],
)
async def test_what_the_chat_would_not_take_is_refused_with_its_field(
    database: Database, meet: Meet, fields: dict[str, str]
) -> None:
    ana = await _with_a_past(database, meet)
    before = await rows(database, "SELECT * FROM firm")
    with pytest.raises(BadFields) as refused:
        await _correct(database, ana.person_id, **fields)
    (field,) = refused.value.problems
    assert field in fields or field == "district"
    assert str(refused.value).endswith(".")
    assert await rows(database, "SELECT * FROM firm") == before


async def test_every_bad_field_is_told_at_once(database: Database, meet: Meet) -> None:
    ana = await _with_a_past(database, meet)
    with pytest.raises(BadFields) as refused:
        await _correct(database, ana.person_id, workers="x", sector="x", firm_name="Bien Hecha")
    assert set(refused.value.problems) == {"workers", "sector"}


@pytest.mark.parametrize("field", ["person_id", "updated_at", "municipality", "name_folded", "x"])
async def test_no_other_field_can_be_written(database: Database, meet: Meet, field: str) -> None:
    ana = await _with_a_past(database, meet)
    with pytest.raises(firms.UnknownField, match=field):
        async with database.transaction() as session:
            await correct_firm(session, ana.person_id, {field: "1"}, NOW)


async def test_the_firm_of_whom_the_account_is_joined_to_is_corrected(
    database: Database, meet: Meet
) -> None:
    ana, luis = await _with_a_past(database, meet), await meet("telegram", "1234567")
    await join(database, ana, luis)
    assert await _correct(database, luis.person_id, firm_name="Lupe y Luis") == Corrected(
        ana.person_id, {"firm_name": "Panadería Lupita"}, {"firm_name": "Lupe y Luis"}
    )
    found = await rows(database, "SELECT person_id, firm_name FROM firm")
    assert found == [(ana.person_id, "Lupe y Luis")]


# -- messages wanted -------------------------------------------------------------------------------


async def _want(database: Database, person_id: int, category: str, *, is_wanted: bool) -> bool:
    async with database.transaction() as session:
        return await change_wanted(session, person_id, category, is_wanted=is_wanted)


async def test_staff_stop_messages_on_request_also_those_queued(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet("telegram", "1234567")
    await join(database, ana, luis)
    await run(
        database,
        "UPDATE outbox SET person_id = :id",
        id=ana.person_id,
    )
    (queued,) = await queue(database, ana, "taller", lane=states.BULK, category="training")
    assert await _want(database, luis.person_id, "training", is_wanted=False)
    found = await rows(database, "SELECT state, reason FROM outbox WHERE id = :id", id=queued)
    assert found == [(states.EXCLUDED, wanted.STOPPED)]
    async with database.session() as session:
        assert await wanted.stopped(session, ana.person_id) == {"training"}
    assert not await _want(database, ana.person_id, "training", is_wanted=False)
    assert await _want(database, ana.person_id, "training", is_wanted=True)
    assert not await _want(database, ana.person_id, "training", is_wanted=True)
    async with database.session() as session:
        assert await wanted.stopped(session, ana.person_id) == frozenset()


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_a_change_waits_for_a_turn_under_way(
    database: Database, meet: Meet, is_wanted: bool
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        await turns.locked_ground(session, ana.person_id)
        changing = asyncio.create_task(
            _want(database, ana.person_id, "training", is_wanted=is_wanted)
        )
        await until_someone_waits_for_a_lock(database)
        await wanted.stop(session, ana.person_id, ["training"])
    assert await changing == is_wanted
    async with database.session() as session:
        assert ("training" in await wanted.stopped(session, ana.person_id)) != is_wanted


async def test_no_such_messages(database: Database, meet: Meet) -> None:
    ana = await meet()
    with pytest.raises(NoSuchCategory):
        await _want(database, ana.person_id, "respuestas", is_wanted=False)


@pytest.mark.parametrize("what", ["firm", "wanted"])
async def test_of_who_was_erased_nothing_can_be_changed(
    database: Database, meet: Meet, what: str
) -> None:
    ana = await _with_a_past(database, meet)
    await _erase(database, ana.person_id)
    with pytest.raises(AlreadyErased) as refused:
        if what == "firm":
            await _correct(database, ana.person_id, firm_name="De nuevo")
        else:
            await _want(database, ana.person_id, "training", is_wanted=False)
    assert isinstance(refused.value, PersonRefused)
    assert await rows(database, "SELECT 1 FROM firm") == []
    assert await rows(database, "SELECT 1 FROM opted_out") == []
