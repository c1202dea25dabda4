"""Synchronising: shown first, then done whole, once; nothing deleted, nothing of others touched."""

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.registry import applications, conflicts, own, scheduled, standing, sync
from actions.registry.applications import Application
from actions.registry.errors import (
    AlreadyDecided,
    Discarded,
    NoSuchDecision,
    NoSuchSync,
    NotFromThere,
    Stale,
)
from actions.registry.rows import RegistryRow
from actions.registry.scheduled import RegistrySource
from actions.registry.source import Answered
from actions.store.database import Database
from actions.store.listing import Asked
from tests.actions.conftest import Meet
from tests.actions.registry.conftest import (
    NOW,
    TODAY,
    a_row,
    applied,
    consultant,
    dump,
    proposed,
    reading,
    rows_of,
)

LATER = NOW + timedelta(days=1)


async def _open(database: Database) -> list[conflicts.ConflictLine]:
    async with database.session() as session:
        found = await conflicts.conflicts(session, Asked(filters={"decidido": "no"}))
    assert found.total == len(found.rows)
    return list(found.rows)


async def _decide(database: Database, decision: str, kind: str = "desaparecido") -> None:
    (one,) = [one for one in await _open(database) if one.kind == kind]
    async with database.transaction() as session:
        await conflicts.decide(session, one.id, decision, "ana", NOW, "lo confirmé")


async def _states(database: Database) -> dict[str, str]:
    return dict(
        await rows_of(database, "SELECT registration_number, state FROM consultant")  # type: ignore[arg-type]
    )


async def test_a_proposal_shows_and_changes_nothing(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2), a_row(3)])
    before = await dump(database)
    run = await proposed(
        database,
        [a_row(1), a_row(2, categories=("aguas", "energia")), a_row(4, name="Nueva Empresa")],
    )
    assert await dump(database) == before
    assert run.state == "proposed"
    assert run.counts | {"bad": 0} == {
        "new": 1,
        "changed": 1,
        "values": 1,
        "unchanged": 1,
        "vanished": 1,
        "returned": 0,
        "conflicting": 0,
        "agreed": 0,
        "awaited": 0,
        "arrived": 0,
        "left": 0,
        "ending": 0,
        "bad": 0,
    }
    assert run.difference["new"] == [["CA-4", "Nueva Empresa"]]
    (changed,) = run.difference["changed"]
    assert changed["fields"] == {"categories": [["auditoria"], ["aguas", "energia"]]}
    assert [one["registration_number"] for one in run.difference["vanished"]] == ["CA-3"]


async def test_what_is_applied_is_there_with_its_history(database: Database) -> None:
    await applied(database, [a_row(1)])
    done = await applied(database, [a_row(1, valid_to=date(2028, 1, 1)), a_row(2)], LATER)
    assert not done.again
    found = await rows_of(
        database, "SELECT registration_number, valid_to, languages FROM consultant ORDER BY id"
    )
    assert found == [("CA-1", date(2028, 1, 1), ["es"]), ("CA-2", date(2027, 12, 31), ["es"])]
    history = await rows_of(
        database, "SELECT field, before, after, source, sync_id FROM consultant_change ORDER BY id"
    )
    assert ("valid_to", "2027-12-31", "2028-01-01", "registro", done.sync_id) in history
    assert [row[0] for row in history].count("alta") == 2


async def test_a_second_application_does_nothing(database: Database) -> None:
    run = await proposed(database, [a_row(1), a_row(2)])
    async with database.transaction() as session:
        assert not (await sync.apply(session, run.id, NOW)).again
    before = await dump(database)
    async with database.transaction() as session:
        again = await sync.apply(session, run.id, LATER)
    assert again.again
    assert await dump(database) == before
    assert await rows_of(database, "SELECT content FROM registry_sync") == [(None,)]


ROWS = st.builds(
    lambda number, **fields: a_row(number, **fields),
    st.integers(1, 6),
    name=st.sampled_from(("Ana López", "Ana Lopez de Paz", "Grupo Verde", "Río Limpio")),
    kind=st.sampled_from(("persona", "empresa")),
    categories=st.lists(
        st.sampled_from(("aguas", "energia", "auditoria")), min_size=1, unique=True
    ).map(tuple),
    valid_to=st.sampled_from((TODAY - timedelta(days=1), TODAY, date(2030, 1, 1))),
    state=st.sampled_from(("vigente", "suspendida", "vencida")),
    remote=st.booleans(),
)
REGISTRY = st.lists(ROWS, max_size=6, unique_by=lambda row: row.registration_number)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(registries=st.lists(REGISTRY, min_size=1, max_size=4))
async def test_the_same_registry_again_changes_nothing(
    database: Database, registries: list[list[RegistryRow]]
) -> None:
    known = await _states(database)
    for registry in registries:
        await applied(database, registry)
        before = await dump(database)
        random.Random(1).shuffle(registry)
        again = await proposed(database, registry)
        assert again.changes_nothing, again.difference
        async with database.transaction() as session:
            await sync.apply(session, again.id, NOW)
        assert await dump(database) == before
    assert set(known) <= set(await _states(database))


async def test_what_the_consultant_rules_is_never_overwritten(database: Database) -> None:
    given = {"fee_min": 40, "fee_max": 60, "fee_unit": "hora", "languages": ("es", "en")}
    await applied(database, [a_row(1, phone="7000-0001", **given)])
    first = await consultant(database)
    wanted: dict[str, Any] = {
        "fee_min": 50,
        "phone": "7999-9999",
        "remote": True,
        "languages": ["es"],
    }
    async with database.transaction() as session:
        await own.change(session, first, wanted, NOW)
    theirs = a_row(1, phone="7111-1111", sectors=("hotel",), departments=("La Paz",), **given)
    run = await proposed(database, [theirs])
    assert run.changes_nothing
    await applied(database, [replace(theirs, name="Consultora Número Uno")])
    found = await rows_of(
        database,
        "SELECT name, fee_min, phone, remote, languages, sectors, departments FROM consultant",
    )
    assert found == [("Consultora Número Uno", 50, "7999-9999", True, ["es"], [], ["San Salvador"])]


async def test_what_the_registry_rules_a_consultant_cannot_change(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        for field in ("state", "valid_to", "categories", "registration_number", "id; --"):
            with pytest.raises(ValueError, match="rules"):
                await own.change(session, 1, {field: "vigente"}, NOW)


# -- gone, and other conflicts ---------------------------------------------------------------------


async def test_who_is_gone_stays_until_a_person_suspends_them(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2)])
    await applied(database, [a_row(1)])
    assert await _states(database) == {"CA-1": "vigente", "CA-2": "vigente"}
    assert (await proposed(database, [a_row(1)])).changes_nothing
    (gone,) = await _open(database)
    assert (gone.registration_number, gone.kind, gone.theirs) == ("CA-2", "desaparecido", None)
    await _decide(database, "suspender")
    assert await _states(database) == {"CA-1": "vigente", "CA-2": "suspendida"}
    assert await _open(database) == []
    assert (await proposed(database, [a_row(1)])).changes_nothing
    async with database.transaction() as session:
        with pytest.raises(AlreadyDecided):
            await conflicts.decide(session, gone.id, "mantener", "eva", NOW)


async def test_who_is_kept_though_gone_is_not_asked_about_again(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2)])
    await applied(database, [a_row(1)])
    await _decide(database, "mantener")
    assert (await proposed(database, [a_row(1)])).changes_nothing
    # Gone a second time is another question.
    await applied(database, [a_row(1), a_row(2)])
    await applied(database, [a_row(1)])
    assert len(await _open(database)) == 1


async def test_who_comes_back_is_no_question_any_more(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2)])
    await applied(database, [a_row(1)])
    run = await proposed(database, [a_row(1), a_row(2)])
    assert run.counts["returned"] == 1
    await applied(database, [a_row(1), a_row(2)])
    assert await _open(database) == []
    assert await rows_of(database, "SELECT missing_since FROM consultant") == [(None,), (None,)]


async def test_a_row_that_cannot_be_read_makes_nobody_gone(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2)])
    run = await proposed(database, [a_row(1)], mentioned=["CA-2"])
    assert run.counts["vanished"] == 0
    assert run.changes_nothing


async def test_a_suspension_by_hand_is_not_undone_by_the_registry(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        await standing.suspend(session, await consultant(database), "quejas", "ana", NOW)
    renewed = a_row(1, valid_to=date(2030, 1, 1))
    await applied(database, [renewed])
    assert await _states(database) == {"CA-1": "suspendida"}
    # What is no matter of dispute is taken.
    assert await rows_of(database, "SELECT valid_to FROM consultant") == [(date(2030, 1, 1),)]
    (one,) = await _open(database)
    assert (one.kind, one.ours, one.theirs) == ("estado", "suspendida", "vigente")
    await _decide(database, "mantener", "estado")
    assert (await proposed(database, [renewed])).changes_nothing
    async with database.transaction() as session:
        await standing.reinstate(session, 1, "se aclaró", "ana", NOW)
    assert await _states(database) == {"CA-1": "vigente"}


async def test_the_registrys_state_can_be_chosen(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        await standing.suspend(session, await consultant(database), "quejas", "ana", NOW)
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        with pytest.raises(NoSuchDecision):
            await conflicts.decide(session, 1, "suspender", "ana", NOW)
    await _decide(database, "registro", "estado")
    assert await _states(database) == {"CA-1": "vigente"}
    await applied(database, [a_row(1, state="suspendida")])
    assert await _states(database) == {"CA-1": "suspendida"}


async def test_a_conflict_that_both_sides_settled_closes(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        await standing.suspend(session, await consultant(database), "quejas", "ana", NOW)
    await applied(database, [a_row(1)])
    run = await proposed(database, [a_row(1, state="suspendida")])
    assert not run.changes_nothing
    await applied(database, [a_row(1, state="suspendida")])
    assert await _open(database) == []


async def test_what_both_sides_had_when_a_conflict_closed_stays_with_it(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        await standing.suspend(session, await consultant(database), "quejas", "ana", NOW)
    await applied(database, [a_row(1)])
    await applied(database, [a_row(1, state="suspendida")])
    async with database.session() as session:
        closed = await conflicts.conflict(session, 1)
    assert (closed.ours, closed.theirs, closed.decided_by) == ("suspendida", "suspendida", None)
    # What nobody decided is asked again.
    await applied(database, [a_row(1)])
    (one,) = await _open(database)
    assert (one.ours, one.theirs) == ("suspendida", "vigente")
    assert await _states(database) == {"CA-1": "suspendida"}


async def test_a_conflict_without_weight_closes_with_what_was_said(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        await standing.suspend(session, await consultant(database), "quejas", "ana", NOW)
    await applied(database, [a_row(1)])
    await applied(database, [a_row(1, state="vencida")])
    async with database.session() as session:
        closed = await conflicts.conflict(session, 1)
    assert (closed.ours, closed.theirs) == ("suspendida", "vencida")
    assert closed.note == "Con ninguno de los dos estados se puede pedir cita."


async def test_a_suspension_that_was_lifted_is_not_put_back_by_the_registry(
    database: Database,
) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        one = await consultant(database)
        await standing.suspend(session, one, "quejas", "ana", NOW)
        await standing.reinstate(session, one, "presentó la póliza", "ana", NOW)
    await applied(database, [a_row(1, state="suspendida")])
    assert await _states(database) == {"CA-1": "vigente"}
    (raised,) = await _open(database)
    assert (raised.kind, raised.ours, raised.theirs) == ("estado", "vigente", "suspendida")
    await _decide(database, "registro", "estado")
    assert await _states(database) == {"CA-1": "suspendida"}


async def test_that_a_lifted_one_lapses_is_nobodys_opinion(database: Database) -> None:
    await applied(database, [a_row(1)])
    async with database.transaction() as session:
        one = await consultant(database)
        await standing.suspend(session, one, "quejas", "ana", NOW)
        await standing.reinstate(session, one, "se aclaró", "ana", NOW)
    await applied(database, [a_row(1, valid_to=TODAY - timedelta(days=1))])
    assert await _states(database) == {"CA-1": "vencida"}
    await applied(database, [a_row(1, valid_to=date(2030, 1, 1))])
    assert await _states(database) == {"CA-1": "vigente"}
    assert await _open(database) == []


async def test_whom_the_ministry_took_in_is_not_gone_before_the_registry_had_them(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    person = (await meet()).person_id
    async with database.transaction() as session:
        one = await applications.apply_for(
            session,
            person,
            Application("persona", "Teresa Aguilar", ("auditoria",), ("San Salvador",)),
            [],
            NOW,
        )
        await applications.approve(session, one, "CA-9", TODAY, date(2028, 1, 1), "ana", NOW)
    run = await proposed(database, [a_row(1)])
    assert run.counts["vanished"] == 0
    assert run.difference["awaited"] == [["CA-9", "Teresa Aguilar"]]
    assert run.changes_nothing
    theirs = a_row(9, name="Teresa Aguilar", valid_from=TODAY, valid_to=date(2028, 1, 1))
    run = await proposed(database, [a_row(1), theirs])
    assert (run.counts["awaited"], run.counts["arrived"]) == (0, 1)
    await applied(database, [a_row(1), theirs])
    assert (await proposed(database, [a_row(1), theirs])).changes_nothing
    # From then on the registry is asked about them.
    assert (await proposed(database, [a_row(1)])).counts["vanished"] == 1


async def test_what_is_the_consultants_to_say_is_told_and_makes_nothing_old(
    database: Database,
) -> None:
    await applied(database, [a_row(1), a_row(2)])
    run = await proposed(database, [a_row(1, departments=("La Unión",)), a_row(2), a_row(3)])
    assert run.difference["left"] == [["CA-1", "Consultora Número 1", ["departments"]]]
    async with database.transaction() as session:
        await own.change(session, 1, {"departments": ("La Unión",)}, NOW)
        assert not await sync.is_old(session, run.id, NOW)
        await sync.apply(session, run.id, NOW)
    assert await rows_of(database, "SELECT departments FROM consultant WHERE id = 2") == [
        (["San Salvador"],)
    ]


async def test_a_number_with_another_name_is_for_a_person_to_judge(database: Database) -> None:
    await applied(database, [a_row(1, name="José Antonio Pérez")])
    await applied(database, [a_row(1, name="Jose A. Perez")])
    assert await _open(database) == []
    other = a_row(1, name="Ingeniería Verde", kind="empresa", valid_to=date(2030, 1, 1))
    await applied(database, [other])
    assert await rows_of(database, "SELECT name, kind, valid_to FROM consultant") == [
        ("Jose A. Perez", "persona", date(2027, 12, 31))
    ]
    assert (await proposed(database, [other])).changes_nothing
    await _decide(database, "registro", "nombre")
    await applied(database, [other])
    assert await rows_of(database, "SELECT name, kind, valid_to FROM consultant") == [
        ("Ingeniería Verde", "empresa", date(2030, 1, 1))
    ]


async def test_a_registration_that_is_past_lapses_whoever_says_what(database: Database) -> None:
    yesterday = TODAY - timedelta(days=1)
    past = a_row(1, valid_to=yesterday)
    await applied(database, [past, a_row(2, valid_to=TODAY), a_row(3, valid_to=TODAY)])
    assert (await _states(database))["CA-1"] == "vencida"
    async with database.transaction() as session:
        assert await standing.expire(session, NOW) == []
        lapsed = await standing.expire(session, LATER)
        assert [one.name for one in lapsed] == ["Consultora Número 2", "Consultora Número 3"]
        assert await standing.expire(session, LATER) == []
        with pytest.raises(NotFromThere):
            await standing.reinstate(session, 2, "x", "ana", LATER)
    await applied(
        database, [past, a_row(2, valid_to=date(2029, 1, 1)), a_row(3, valid_to=TODAY)], LATER
    )
    assert await _states(database) == {"CA-1": "vencida", "CA-2": "vigente", "CA-3": "vencida"}


# -- stale, discarded, at once ---------------------------------------------------------------------


async def test_a_stale_proposal_is_refused_and_nothing_done(database: Database) -> None:
    await applied(database, [a_row(1), a_row(2)])
    run = await proposed(database, [a_row(1, name="Consultora Número Uno"), a_row(2), a_row(3)])
    await applied(database, [a_row(1, name="Consultora Numero 01"), a_row(2)])
    before = await dump(database)
    with pytest.raises(Stale, match="suba el archivo otra vez"):
        async with database.transaction() as session:
            await sync.apply(session, run.id, NOW)
    assert await dump(database) == before


async def test_what_was_proposed_before_another_was_applied_is_old(database: Database) -> None:
    await applied(database, [a_row(1)])
    first = await proposed(database, [a_row(1), a_row(2)])
    same = await proposed(database, [a_row(1)])
    async with database.transaction() as session:
        assert not await sync.is_old(session, first.id, NOW)
        # One that changes nothing leaves the others as they are.
        await sync.apply(session, same.id, LATER)
        assert not await sync.is_old(session, first.id, NOW)
        await standing.suspend(session, 1, "quejas", "ana", NOW)
        assert await sync.is_old(session, first.id, NOW)
        assert (await sync.proposal(session, first.id)).state == "proposed"
    await applied(database, [a_row(1), a_row(3)])
    async with database.transaction() as session:
        assert (await sync.proposal(session, first.id)).state == "discarded"
        assert await sync.is_old(session, first.id, NOW)
        with pytest.raises(Stale):
            await sync.apply(session, first.id, NOW)


async def test_a_discarded_one_and_an_unknown_one_are_refused(database: Database) -> None:
    run = await proposed(database, [a_row(1)])
    old = await proposed(database, [a_row(1)])
    async with database.transaction() as session:
        await sync.discard(session, run.id, "ana", NOW)
        with pytest.raises(Discarded):
            await sync.apply(session, run.id, NOW)
        with pytest.raises(NoSuchSync):
            await sync.apply(session, 4_711, NOW)
        assert await sync.discard_old(session, NOW + timedelta(days=6)) == 0
        assert await sync.discard_old(session, NOW + timedelta(days=8)) == 1
        with pytest.raises(Discarded):
            await sync.apply(session, old.id, NOW)
    assert await rows_of(database, "SELECT 1 FROM consultant") == []


async def test_applied_at_once_it_is_done_once(database: Database) -> None:
    run = await proposed(database, [a_row(number) for number in range(50)])

    async def once() -> bool:
        async with database.transaction() as session:
            return (await sync.apply(session, run.id, NOW)).again

    assert sorted(await asyncio.gather(*(once() for _ in range(8)))) == [False] + [True] * 7
    assert await rows_of(database, "SELECT count(*) FROM consultant_change") == [(50,)]


async def test_of_different_ones_applied_at_once_one_is_stale(database: Database) -> None:
    runs = [
        await proposed(database, [a_row(1, categories=(one,)), a_row(number)])
        for number, one in ((2, "aguas"), (3, "energia"), (4, "residuos"))
    ]

    async def outcome(sync_id: int) -> str:
        try:
            async with database.transaction() as session:
                await sync.apply(session, sync_id, NOW)
        except Stale:
            return "stale"
        return "applied"

    outcomes = await asyncio.gather(*(outcome(one.id) for one in runs))
    assert sorted(outcomes) == ["applied", "stale", "stale"]
    assert await rows_of(database, "SELECT count(*) FROM consultant") == [(2,)]


async def test_an_application_that_breaks_off_leaves_nothing(database: Database) -> None:
    run = await proposed(database, [a_row(number) for number in range(2_500)])
    told = []

    def breaks(done: int, of: int) -> None:
        told.append((done, of))
        if done >= 2_000:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await sync.apply(session, run.id, NOW, breaks)
    assert told == [(0, 2_500), (1_000, 2_500), (2_000, 2_500)]
    assert await rows_of(database, "SELECT count(*) FROM consultant") == [(0,)]
    async with database.transaction() as session:
        assert not (await sync.apply(session, run.id, NOW)).again
    assert await rows_of(database, "SELECT count(*) FROM consultant") == [(2_500,)]


async def test_a_file_cut_short_needs_a_look(database: Database) -> None:
    everybody = [a_row(number) for number in range(100)]
    await applied(database, everybody)
    assert not (await proposed(database, everybody[:95])).needs_a_look
    assert (await proposed(database, everybody[:50])).needs_a_look


@pytest.mark.parametrize(
    "change",
    [
        {"state": "suspendida"},
        {"state": "vencida"},
        {"valid_to": TODAY - timedelta(days=1)},
        {"valid_to": TODAY + timedelta(days=1)},
        {"valid_from": TODAY + timedelta(days=1)},
    ],
)
async def test_a_mass_ending_needs_a_look_and_is_not_applied_by_the_schedule(
    database: Database, change: dict[str, Any]
) -> None:
    everybody = [a_row(number) for number in range(100)]
    await applied(database, everybody)
    few = [replace(row, **change) for row in everybody[:5]]
    assert not (await proposed(database, [*few, *everybody[5:]])).needs_a_look
    many = reading([replace(row, **change) for row in everybody[:6]] + everybody[6:])
    before = await dump(database)
    async with database.transaction() as session:
        service = RegistrySource("https://registro.example.sv")
        run = await scheduled.take(session, service, Answered(many, None), NOW)
    assert run is not None
    assert (run.state, run.needs_a_look, run.counts["ending"]) == ("proposed", True, 6)
    assert await dump(database) == before


async def test_who_is_out_of_force_already_ends_no_more(database: Database) -> None:
    everybody = [a_row(number) for number in range(100)]
    await applied(database, [replace(row, state="suspendida") for row in everybody])
    run = await proposed(database, [replace(row, state="vencida") for row in everybody])
    assert not run.needs_a_look


async def test_the_digest_does_not_go_by_order() -> None:
    rows = [a_row(1), a_row(2)]
    assert reading(rows).digest == reading(rows[::-1]).digest
    assert reading(rows).digest != reading([a_row(1), a_row(2, remote=True)]).digest
