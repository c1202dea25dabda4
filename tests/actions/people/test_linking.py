"""Joining two people: what goes over, what stays, and that undoing gives back what was."""

from typing import Any

import pytest
from sqlalchemy import text

from actions.cases.models import Case
from actions.firms import service as firms
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.people import consent, linking, wanted
from actions.people.codes import CodeRefused
from actions.people.linking import Joined, Undone
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, jobs_of, receive
from tests.actions.people.conftest import handled, queue, rows, run
from tests.actions.people.joining import NOW, join, owners, undo


async def _profile(database: Database, someone: Someone) -> dict[str, Any]:
    async with database.session() as session:
        return await firms.profile(session, someone.person_id)


async def _save(database: Database, someone: Someone, **values: Any) -> None:
    async with database.transaction() as session:
        await firms.save(session, someone.person_id, values)


async def _stopped(database: Database, someone: Someone) -> frozenset[str]:
    async with database.session() as session:
        return await wanted.stopped(session, someone.person_id)


async def _stop(database: Database, someone: Someone, *categories: str) -> None:
    async with database.transaction() as session:
        await wanted.stop(session, someone.person_id, categories)


async def _open_case(database: Database, someone: Someone) -> int:
    async with database.transaction() as session:
        case = Case(person_id=someone.person_id, reason="request")
        session.add(case)
        await session.flush()
        return case.id


async def test_the_addresses_of_who_typed_go_to_who_made_the_code(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    assert await join(database, ana, luis) == Joined(ana.person_id, luis.person_id, ("telegram",))
    assert await owners(database) == {ana.address_id: ana.person_id, luis.address_id: ana.person_id}
    async with database.transaction() as session:
        later = await receive(session, "t2", channel="telegram", external="77")
    assert later.person_id == ana.person_id


async def test_the_notice_goes_to_who_made_the_code_and_not_to_who_typed_it(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    joined = await join(database, ana, luis)
    async with database.transaction() as session:
        await outbox.post(
            session,
            ana.person_id,
            Content("Se unió otra"),
            states.NOTICE,
            not_to=joined.address_ids,
        )
    assert await rows(database, "SELECT address_id FROM outbox") == [(ana.address_id,)]


async def test_a_code_joins_once(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet(), await meet(), await meet()
    async with database.transaction() as session:
        code = await linking.make_code(session, ana.person_id, NOW)
        await linking.join(session, luis.person_id, code, NOW)
    async with database.transaction() as session:
        with pytest.raises(CodeRefused) as refused:
            await linking.join(session, eva.person_id, code, NOW)
    assert refused.value.reason == "expired"
    assert (await owners(database))[eva.address_id] == eva.person_id


async def test_a_code_of_someone_who_was_joined_meanwhile_holds_no_more(
    database: Database, meet: Meet
) -> None:
    ana, luis, eva = await meet(), await meet(), await meet()
    async with database.transaction() as session:
        code = await linking.make_code(session, luis.person_id, NOW)
    await join(database, ana, luis)
    async with database.transaction() as session:
        with pytest.raises(CodeRefused) as refused:
            await linking.join(session, eva.person_id, code, NOW)
    assert refused.value.reason == "expired"


async def test_what_waits_goes_over_and_what_is_done_stays(database: Database, meet: Meet) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    await queue(database, luis, "vieja respuesta", state=states.SENT)
    await handled(database)
    async with database.transaction() as session:
        await receive(session, "t2", "hola", channel="telegram", external="77")
    open_states = (states.QUEUED, states.SENDING, states.AMBIGUOUS)
    for state in open_states:
        (message_id,) = await queue(database, luis, state)
        await run(
            database, "UPDATE outbox SET state = :state WHERE id = :id", state=state, id=message_id
        )
    await run(database, "DELETE FROM procrastinate_jobs")
    await join(database, ana, luis)
    inbox_of = "SELECT provider_id FROM inbox WHERE person_id = :id ORDER BY id"
    assert await rows(database, inbox_of, id=luis.person_id) == [("m1",)]
    assert await rows(database, inbox_of, id=ana.person_id) == [("m1",), ("t2",)]
    outbox_of = "SELECT state FROM outbox WHERE person_id = :id ORDER BY id"
    assert await rows(database, outbox_of, id=luis.person_id) == [(states.SENT,)]
    assert await rows(database, outbox_of, id=ana.person_id) == [(one,) for one in open_states]
    assert await jobs_of(database) == [
        (task, f"{task}:{ana.person_id}") for task in ("turn", "deliver")
    ]


async def test_the_firm_is_filled_up_and_a_place_is_not_mixed(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    await _save(database, ana, workers=8, department="San Miguel")
    await _save(
        database,
        luis,
        workers=30,
        sector="panaderia",
        district="Santa Tecla",
        department="La Libertad",
    )
    await join(database, ana, luis)
    assert await _profile(database, ana) == {
        "workers": 8,
        "sector": "panaderia",
        "department": "San Miguel",
    }


async def test_what_either_stopped_is_stopped_also_where_it_is_queued(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    await _stop(database, ana, "training")
    await _stop(database, luis, "announcements")
    (one,) = await queue(database, ana, "anuncio", lane=states.BULK, category="announcements")
    (two,) = await queue(database, luis, "curso", lane=states.BULK, category="training")
    (three,) = await queue(database, luis, "aviso", lane=states.NOTICE, category="reminders")
    await join(database, ana, luis)
    assert await _stopped(database, ana) == {"training", "announcements"}
    found = await rows(database, "SELECT id, person_id, state, reason FROM outbox ORDER BY id")
    assert found == [
        (one, ana.person_id, states.EXCLUDED, "stopped"),
        (two, ana.person_id, states.EXCLUDED, "stopped"),
        (three, ana.person_id, states.QUEUED, None),
    ]


async def test_the_consent_of_who_is_kept_counts(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        await consent.record(session, luis.person_id, "1", "web")
    await join(database, ana, luis)
    async with database.session() as session:
        assert await consent.version_given(session, ana.person_id) is None


async def test_two_numbers_of_one_channel_can_be_joined(database: Database, meet: Meet) -> None:
    ana, luis = await meet("whatsapp"), await meet("whatsapp")
    assert (await join(database, ana, luis)).channels == ("whatsapp",)


async def test_notices_for_who_was_joined_reach_who_was_kept(
    database: Database, meet: Meet
) -> None:
    ana, luis, eva = await meet("whatsapp"), await meet("telegram", "77"), await meet("web", "e")
    await join(database, luis, eva)
    await join(database, ana, luis)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        message_id = await outbox.post(session, eva.person_id, Content("Su cita"), states.NOTICE)
    assert message_id is not None
    found = await rows(database, "SELECT person_id FROM outbox WHERE id = :id", id=message_id)
    assert found == [(ana.person_id,)]
    assert await jobs_of(database) == [("deliver", f"deliver:{ana.person_id}")]


# -- undoing ---------------------------------------------------------------------------------------


async def _everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that a joining may touch, but for its own books and what wakes workers."""
    known = ", ".join(firms.FIELDS)
    return {
        "address": await rows(database, "SELECT * FROM address ORDER BY id"),
        "inbox": await rows(database, "SELECT * FROM inbox ORDER BY id"),
        "outbox": await rows(database, "SELECT * FROM outbox ORDER BY id"),
        "firm": await rows(
            database,
            f"SELECT person_id, {known} FROM firm WHERE num_nonnulls({known}) > 0 ORDER BY 1",
        ),
        "opted_out": await rows(database, "SELECT * FROM opted_out ORDER BY 1, 2"),
        "case": await rows(database, 'SELECT id, person_id, closed_at FROM "case" ORDER BY id'),
        "consent": await rows(database, "SELECT * FROM consent ORDER BY id"),
    }


async def test_undoing_gives_back_what_was(database: Database, meet: Meet) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    await _save(database, ana, workers=8)
    await _save(database, luis, firm_name="Taller Luis", workers=30, department="Sonsonate")
    await _stop(database, luis, "announcements")
    await _open_case(database, luis)
    await queue(database, luis, "aviso", lane=states.NOTICE, category="reminders")
    before = await _everything(database)
    await join(database, ana, luis)
    assert await _everything(database) != before
    assert await undo(database, ana) == Undone(ana.person_id, luis.person_id, ("telegram",))
    assert await _everything(database) == before
    assert await undo(database, ana) is None


async def test_undoing_keeps_what_was_said_since(database: Database, meet: Meet) -> None:
    ana, luis = await meet("whatsapp"), await meet("telegram", "77")
    await _save(database, luis, firm_name="Taller Luis", sector="taller_mecanico")
    await join(database, ana, luis)
    await _save(database, ana, firm_name="Taller Ana")
    await handled(database)
    async with database.transaction() as session:
        await receive(session, "t2", "mientras", channel="telegram", external="77")
    await handled(database)
    async with database.transaction() as session:
        await receive(session, "t3", "espera", channel="telegram", external="77")
        await receive(session, "m2", "de Ana", external=ana.external)
    await undo(database, ana)
    assert await _profile(database, ana) == {"firm_name": "Taller Ana"}
    assert await _profile(database, luis) == {
        "firm_name": "Taller Luis",
        "sector": "taller_mecanico",
    }
    found = await rows(
        database, "SELECT provider_id, person_id FROM inbox WHERE provider_id <> 'm1' ORDER BY id"
    )
    # What waits at an address goes with it; what a turn has read stays with who read it.
    assert found == [("t2", ana.person_id), ("t3", luis.person_id), ("m2", ana.person_id)]


async def test_a_stop_said_while_joined_holds_for_both_afterwards(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    await _stop(database, ana, "training")
    await _stop(database, luis, "reminders")
    await join(database, ana, luis)
    # Said again, it is hers as well, though it first came from him.
    await _stop(database, ana, "announcements", "reminders")
    await undo(database, ana)
    assert await _stopped(database, ana) == {"training", "announcements", "reminders"}
    assert await _stopped(database, luis) == {"announcements", "reminders"}


async def test_three_channels_are_parted_in_reverse_order(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet("whatsapp"), await meet("telegram", "77"), await meet("web", "e")
    await join(database, ana, luis)
    await join(database, ana, eva)
    async with database.session() as session:
        accounts = await linking.accounts(session, ana.person_id)
    assert accounts == sorted(one.person_id for one in (ana, luis, eva))
    assert await undo(database, ana) == Undone(ana.person_id, eva.person_id, ("web",))
    assert await undo(database, ana) == Undone(ana.person_id, luis.person_id, ("telegram",))
    assert await undo(database, ana) is None
    assert await owners(database) == {one.address_id: one.person_id for one in (ana, luis, eva)}


async def test_who_has_others_joined_can_be_joined_with_them(
    database: Database, meet: Meet
) -> None:
    ana, luis, eva = await meet("whatsapp"), await meet("telegram", "77"), await meet("web", "e")
    await join(database, luis, eva)
    joined = await join(database, ana, luis)
    assert sorted(joined.channels) == ["telegram", "web"]
    async with database.session() as session:
        assert len(await linking.accounts(session, ana.person_id)) == 3
    await undo(database, ana)
    assert await owners(database) == {
        ana.address_id: ana.person_id,
        luis.address_id: luis.person_id,
        eva.address_id: luis.person_id,
    }
    await undo(database, luis)
    assert (await owners(database))[eva.address_id] == eva.person_id


async def test_the_same_two_can_be_joined_and_parted_again(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    for kept, joined in ((ana, luis), (luis, ana), (ana, luis)):
        assert (await join(database, kept, joined)).kept_person_id == kept.person_id
        assert await undo(database, kept) is not None
    assert await owners(database) == {one.address_id: one.person_id for one in (ana, luis)}


# -- open cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
async def test_an_open_case_goes_along_unless_there_is_one_already(
    database: Database, meet: Meet, both: bool
) -> None:
    ana, luis = await meet(), await meet()
    number = await _open_case(database, luis)
    if both:
        await _open_case(database, ana)
    await join(database, ana, luis)
    person_of = 'SELECT person_id FROM "case" WHERE id = :id'
    expected = luis.person_id if both else ana.person_id
    assert await rows(database, person_of, id=number) == [(expected,)]
    await undo(database, ana)
    assert await rows(database, person_of, id=number) == [(luis.person_id,)]


async def test_a_case_that_was_closed_while_joined_stays_where_it_was_closed(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    number = await _open_case(database, luis)
    await join(database, ana, luis)
    await run(database, 'UPDATE "case" SET closed_at = now()')
    await _open_case(database, luis)
    await undo(database, ana)
    found = await rows(database, 'SELECT person_id FROM "case" WHERE id = :id', id=number)
    assert found == [(ana.person_id,)]
