"""The page of a person: what it shows of them and of the accounts joined to them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from actions.cases import service as cases
from actions.firms import service as firms
from actions.messages import states, turns
from actions.people import consent, erasure, profile, wanted
from actions.people.errors import NoSuchPerson
from actions.people.profile import Profile
from actions.questions import service as questions
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, receive
from tests.actions.people.conftest import handled, queue, rows, run
from tests.actions.people.joining import NOW, join
from tests.actions.people.test_erasure import OUTCOME


async def _profile(database: Database, person_id: int) -> Profile:
    async with database.session() as session:
        return await profile.profile(session, person_id, NOW)


async def test_all_that_is_known_stands_in_it(database: Database, meet: Meet) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await queue(database, ana, "hola", "¿en qué te ayudo?", state=states.SENT)
    async with database.transaction() as session:
        await firms.save(
            session,
            ana.person_id,
            {
                "firm_name": "Panadería Lupita",
                "sector": "panaderia",
                "workers": 1_200,
                "annual_sales_usd": 25_000,
                "permit_state": "in_process",
            },
        )
        await consent.record(session, ana.person_id, "2026-01", "whatsapp")
        await consent.record(session, ana.person_id, "2026-11", "whatsapp")
        await wanted.stop(session, ana.person_id, ["training"])
        number = await questions.record(
            session, "dónde dejo llantas", "abstained", [], None, "whatsapp", NOW.date()
        )
        assert number is not None
        await questions.wants_answer(session, number, ana.person_id, NOW)
        opened = await cases.open_case(session, ana.person_id, "request")
        await turns.record(
            session,
            person_id=ana.person_id,
            channel="whatsapp",
            inbox_ids=[],
            state={
                "tasks": [
                    {"flow": "profile", "number": 1},
                    {"flow": "link", "number": 2, "answers": {"code": "1234"}},
                ],
                "under_way": [2, 1],
            },
            outcome=OUTCOME,
        )
    shown = await _profile(database, ana.person_id)
    assert (shown.person_id, shown.accounts, shown.erased) == (
        ana.person_id,
        (ana.person_id,),
        False,
    )
    assert {(one.name, one.label, one.text) for one in shown.firm} == {
        ("firm_name", "Nombre", "Panadería Lupita"),
        ("sector", "Rubro", "Panadería y repostería"),
        ("workers", "Personas que trabajan", "1,200"),
        ("annual_sales_usd", "Ventas al año", "25,000 USD"),
        ("district", "Distrito", ""),
        ("municipality", "Municipio", ""),
        ("department", "Departamento", ""),
        ("permit_state", "Permiso ambiental", "En trámite"),
    }
    assert shown.size == "grande"
    assert [(one.version, one.withdrawn_at is None) for one in shown.consents] == [
        ("2026-11", True),
        ("2026-01", False),
    ]
    assert [(one.name, one.wanted, one.stopped_at is None) for one in shown.categories] == [
        ("announcements", True, True),
        ("reminders", True, True),
        ("training", False, False),
    ]
    assert [(one.number, one.reason, one.closed_at, one.held) for one in shown.cases] == [
        (opened.number, "request", None, False)
    ]
    assert shown.task == "profile"
    assert (shown.received, shown.sent) == (1, 2)
    assert [(one.text, one.agreed_at) for one in shown.awaited] == [("dónde dejo llantas", NOW)]
    (channel,) = shown.channels
    assert (channel.channel, channel.address) == ("whatsapp", "••••4321")
    assert (channel.joined_at, channel.blocked_at) == (None, None)
    assert shown.first_contact == channel.since
    assert shown.last_contact == channel.last_contact
    assert "70004321" not in repr(shown)


async def test_of_whom_nothing_is_known_nothing_is_shown(database: Database, meet: Meet) -> None:
    ana = await meet("web", "a" * 64)
    shown = await _profile(database, ana.person_id)
    assert {one.text for one in shown.firm} == {""}
    assert (shown.size, shown.task, shown.cases, shown.consents, shown.awaited) == (
        None,
        None,
        (),
        (),
        (),
    )
    assert shown.received == 1


async def test_any_account_leads_to_the_whole_person(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet(), await meet("telegram", "1234567"), await meet("web", "e" * 64)
    other = await meet()
    async with database.transaction() as session:
        for one in (luis, other):
            await cases.open_case(session, one.person_id, "request")
            await cases.withdraw(session, one.person_id)
    await queue(database, eva, "para Eva", state=states.SENT)
    await queue(database, other, "para otra", state=states.SENT)
    await join(database, luis, eva)
    await join(database, ana, luis)
    await run(database, "UPDATE address SET blocked_at = now() WHERE channel = 'telegram'")
    expected = await _profile(database, ana.person_id)
    for one in (luis, eva):
        assert await _profile(database, one.person_id) == expected
    assert expected.person_id == ana.person_id
    assert expected.accounts == (ana.person_id, luis.person_id, eva.person_id)
    assert len(expected.cases) == 1
    assert (expected.received, expected.sent) == (3, 1)
    known = {one.channel: one for one in expected.channels}
    assert known["whatsapp"].joined_at is None
    assert known["telegram"].joined_at is not None
    assert known["web"].joined_at is not None
    assert [name for name, one in known.items() if one.blocked_at is not None] == ["telegram"]


async def test_a_case_is_held_until_its_time_is_over(database: Database, meet: Meet) -> None:
    ana = await meet()
    async with database.transaction() as session:
        opened = await cases.open_case(session, ana.person_id, "request")
        await session.execute(
            text('UPDATE "case" SET staff = :staff, held_until = :until WHERE id = :id'),
            {"staff": "Marta", "until": NOW + timedelta(minutes=1), "id": opened.number},
        )
    (case,) = (await _profile(database, ana.person_id)).cases
    assert case.held
    async with database.session() as session:
        later = await profile.profile(session, ana.person_id, NOW + timedelta(minutes=1))
    assert not later.cases[0].held


async def test_of_an_erased_person_there_is_only_that(database: Database, meet: Meet) -> None:
    ana = await _with_everything_erased(database, meet)
    shown = await _profile(database, ana.person_id)
    assert shown.erased
    assert (shown.channels, shown.consents, shown.awaited, shown.task) == ((), (), (), None)
    assert (shown.received, shown.sent, shown.first_contact) == (0, 0, None)
    assert {one.text for one in shown.firm} == {""}
    assert [one.reason for one in shown.cases] == ["erased"]


async def _with_everything_erased(database: Database, meet: Meet) -> Someone:
    ana = await meet()
    await queue(database, ana, "hola", state=states.SENT)
    async with database.transaction() as session:
        await receive(session, "m2", "mi secreto", external=ana.external)
        await firms.save(session, ana.person_id, {"firm_name": "Panadería Lupita"})
        await cases.open_case(session, ana.person_id, "request")
    await handled(database)
    async with database.transaction() as session:
        await erasure.erase(session, ana.person_id, NOW, answering=())
    return ana


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**40])
async def test_a_number_that_nobody_has(database: Database, meet: Meet, number: int) -> None:
    await meet()
    with pytest.raises(NoSuchPerson, match="búsquela en la lista"):
        await _profile(database, number)
    assert len(await rows(database, "SELECT 1 FROM person")) == 1
