"""Applying in the chat, the ministry's answer, and joining by a code."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from actions.bookings import feeds
from actions.files.checking import Clean
from actions.people import erasure
from actions.registry import applications, history, joining
from actions.registry.applications import Added, Application
from actions.registry.errors import (
    AlreadyApplied,
    AlreadyRegistered,
    BadNumber,
    BadValidity,
    CodeOfNobody,
    NoSuchConsultant,
    NotFromThere,
    NothingSaid,
    NotSo,
    NumberTaken,
    RegistryRefused,
    TooManyDocuments,
)
from actions.store.database import Database
from tests.actions.conftest import Meet
from tests.actions.people.joining import join as join_people
from tests.actions.registry.conftest import NOW, TODAY, a_row, applied, consultant, rows_of

WANTED = Application("persona", "Ana Pérez", ("aguas",), ("La Paz",), phone="7000-0000")
PAPER = Clean("título.pdf", "application/pdf", b"%PDF-1.7 ...")
LATER = TODAY + timedelta(days=365)


async def _apply(
    database: Database, person_id: int, wanted: Application = WANTED, papers: int = 1
) -> int:
    async with database.transaction() as session:
        documents = [
            Clean(f"{one}.pdf", PAPER.media_type, b"%PDF" + bytes([one])) for one in range(papers)
        ]
        return await applications.apply_for(session, person_id, wanted, documents, NOW)


async def _approve(database: Database, consultant_id: int, number: str = "CA-9") -> None:
    async with database.transaction() as session:
        await applications.approve(session, consultant_id, number, TODAY, LATER, "ana", NOW)


async def _code(database: Database, consultant_id: int) -> str:
    async with database.transaction() as session:
        return await joining.make_code(session, consultant_id, "ana", NOW)


async def _join(database: Database, person_id: int, code: str) -> int:
    async with database.transaction() as session:
        return await joining.join(session, person_id, code, NOW)


async def test_an_application_is_approved(database: Database, meet: Meet) -> None:
    ana = await meet()
    applied_for = await _apply(database, ana.person_id, papers=2)
    with pytest.raises(AlreadyApplied):
        await _apply(database, ana.person_id)
    async with database.session() as session:
        papers = await applications.documents_of(session, applied_for)
        assert [one.name for one in papers] == ["0.pdf", "1.pdf"]
        paper = await applications.document(session, applied_for, papers[1].id)
        assert paper == Clean("1.pdf", "application/pdf", b"%PDF\x01")
        assert await applications.document(session, applied_for + 1, papers[1].id) is None
        assert await joining.of_person(session, ana.person_id) is None
    await _approve(database, applied_for, " ca-9 ")
    assert await rows_of(
        database, "SELECT registration_number, state, valid_to, person_id FROM consultant"
    ) == [("CA-9", "vigente", LATER, ana.person_id)]
    async with database.session() as session:
        assert await joining.of_person(session, ana.person_id) == applied_for
        changes = await history.of(session, applied_for)
    last = changes[0]
    assert (last.field, last.after, last.by) == ("state", "vigente", "ana")
    with pytest.raises(AlreadyRegistered):
        await _apply(database, ana.person_id)
    with pytest.raises(NotFromThere):
        await _approve(database, applied_for, "CA-10")


async def test_who_is_rejected_is_told_why_and_may_apply_again(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    applied_for = await _apply(database, ana.person_id)
    async with database.transaction() as session:
        with pytest.raises(NothingSaid):
            await applications.reject(session, applied_for, " \n", "ana", NOW)
        await applications.reject(session, applied_for, "Falta el título.", "ana", NOW)
        assert (await history.of(session, applied_for))[0].reason == "Falta el título."
    assert await _apply(database, ana.person_id, papers=3) == applied_for
    assert await rows_of(database, "SELECT state FROM consultant") == [("solicitada",)]
    assert await rows_of(database, "SELECT count(*) FROM consultant_document") == [(3,)]


async def test_applying_at_once_makes_one_application(database: Database, meet: Meet) -> None:
    ana = await meet()
    outcomes = await asyncio.gather(
        *(_apply(database, ana.person_id) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, AlreadyApplied) for one in outcomes) == 5
    assert await rows_of(database, "SELECT count(*) FROM consultant") == [(1,)]


@pytest.mark.parametrize(
    "wanted",
    [
        Application("persona", "=1", ("aguas",), ("La Paz",)),
        Application("persona", "\u202e", ("aguas",), ("La Paz",)),
        Application("robot", "Ana Pérez", ("aguas",), ("La Paz",)),
        Application("persona", "Ana Pérez", (), ("La Paz",)),
        Application("persona", "Ana Pérez", ("magia",), ("La Paz",)),
        Application("persona", "Ana Pérez", ("aguas",), ("Atlántida",)),
        Application("persona", "Ana Pérez", ("aguas",)),
        Application("persona", "Ana Pérez", ("aguas",), ("La Paz",), on_site=False),
    ],
)
async def test_what_cannot_be_is_not_taken(
    database: Database, meet: Meet, wanted: Application
) -> None:
    ana = await meet()
    with pytest.raises(NotSo):
        await _apply(database, ana.person_id, wanted)
    assert await rows_of(database, "SELECT 1 FROM consultant") == []


async def test_papers_are_counted_and_the_same_one_is_one(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    with pytest.raises(TooManyDocuments):
        await _apply(database, ana.person_id, papers=applications.MOST_DOCUMENTS + 1)
    await _apply(database, ana.person_id, papers=applications.MOST_DOCUMENTS - 1)
    async with database.transaction() as session:
        for is_new in (True, False):
            added = await applications.add_document(session, ana.person_id, PAPER, NOW)
            assert added == Added(applications.MOST_DOCUMENTS, is_new)
        counted = await applications.count_of_open(session, ana.person_id)
        assert counted == applications.MOST_DOCUMENTS
        assert await applications.count_of_open(session, luis.person_id) is None
        other = Clean("otro.pdf", PAPER.media_type, b"%PDF otro")
        with pytest.raises(TooManyDocuments):
            await applications.add_document(session, ana.person_id, other, NOW)
        with pytest.raises(NoSuchConsultant):
            await applications.add_document(session, luis.person_id, PAPER, NOW)


async def test_an_approval_needs_a_number_of_its_own_and_a_time(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    applied_for = await _apply(database, (await meet()).person_id)
    async with database.transaction() as session:
        for number, refused in (("CA-1", NumberTaken), ("", BadNumber), ("a;b", BadNumber)):
            with pytest.raises(refused):
                await applications.approve(session, applied_for, number, TODAY, LATER, "ana", NOW)
        for first, last in ((LATER, TODAY), (TODAY, TODAY - timedelta(days=1))):
            with pytest.raises(BadValidity):
                await applications.approve(session, applied_for, "CA-9", first, last, "ana", NOW)


# -- codes -----------------------------------------------------------------------------------------


async def test_a_code_joins_once(database: Database, meet: Meet) -> None:
    await applied(database, [a_row(1)])
    ana, luis = await meet(), await meet()
    first = await consultant(database)
    old = await _code(database, first)
    code = await _code(database, first)
    with pytest.raises(CodeOfNobody):
        await _join(database, ana.person_id, old)
    outcomes = await asyncio.gather(
        _join(database, ana.person_id, code.lower().replace("-", " ")),
        _join(database, luis.person_id, code),
        return_exceptions=True,
    )
    assert outcomes.count(first) == 1
    assert sum(isinstance(one, CodeOfNobody) for one in outcomes) == 1


async def test_a_code_is_past_after_a_week_and_only_registered_ones_get_one(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    ana = await meet()
    code = await _code(database, await consultant(database))
    async with database.transaction() as session:
        with pytest.raises(CodeOfNobody):
            await joining.join(session, ana.person_id, code, NOW + joining.LIFETIME)
    applied_for = await _apply(database, ana.person_id)
    with pytest.raises(NoSuchConsultant):
        await _code(database, applied_for)


WRONG = "ZZZZ-ZZZZ-ZZZZ"


async def _tries(database: Database, person_id: int, code: str, now: datetime = NOW) -> str:
    """A code as the chat tries it: what was refused is committed too."""
    async with database.transaction() as session:
        try:
            await joining.join(session, person_id, code, now)
        except RegistryRefused as refused:
            return type(refused).__name__
    return "joined"


async def test_after_five_wrong_codes_an_hour_passes_before_any_is_taken(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    ana, luis = await meet(), await meet()
    code = await _code(database, await consultant(database))
    tries = [await _tries(database, ana.person_id, WRONG) for _ in range(joining.MOST_TRIES)]
    assert set(tries) == {"CodeOfNobody"}
    assert await _tries(database, ana.person_id, code) == "TooManyTries"
    # What one person does shuts nobody else out, and the code was not used up.
    assert await _tries(database, luis.person_id, WRONG) == "CodeOfNobody"
    almost = NOW + joining.TRIES_REMEMBERED - timedelta(seconds=1)
    assert await _tries(database, ana.person_id, code, almost) == "TooManyTries"
    after = NOW + joining.TRIES_REMEMBERED
    assert await _tries(database, ana.person_id, code, after) == "joined"


async def test_codes_tried_at_once_count_as_those_one_after_the_other(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    tries = await asyncio.gather(*(_tries(database, ana.person_id, WRONG) for _ in range(12)))
    assert sorted(tries) == ["CodeOfNobody"] * 5 + ["TooManyTries"] * 7
    kept = await rows_of(database, "SELECT count(*) FROM consultant_code_try")
    assert kept == [(joining.MOST_TRIES,)]
    # Those that are past go with the next one.
    assert await _tries(database, ana.person_id, WRONG, NOW + timedelta(hours=2)) == "CodeOfNobody"
    assert await rows_of(database, "SELECT count(*) FROM consultant_code_try") == [(1,)]


async def test_whoever_answered_before_reads_no_calendar_of_theirs_any_more(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    ana, luis = await meet(), await meet()
    first = await consultant(database)
    await _join(database, ana.person_id, await _code(database, first))
    async with database.transaction() as session:
        token = await feeds.make(session, first, NOW)
    await _join(database, ana.person_id, await _code(database, first))
    async with database.session() as session:
        assert await feeds.of_token(session, token, NOW) is not None
    await _join(database, luis.person_id, await _code(database, first))
    async with database.session() as session:
        assert await feeds.of_token(session, token, NOW) is None


async def test_an_application_goes_over_to_the_registered_one(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1), a_row(2)])
    ana = await meet()
    await _apply(database, ana.person_id)
    first = await consultant(database)
    assert await _join(database, ana.person_id, await _code(database, first)) == first
    assert await rows_of(database, "SELECT id, person_id FROM consultant ORDER BY id LIMIT 1") == [
        (first, ana.person_id)
    ]
    assert await rows_of(database, "SELECT consultant_id FROM consultant_document") == [(first,)]
    with pytest.raises(AlreadyRegistered):
        await _join(database, ana.person_id, await _code(database, await consultant(database, 2)))


async def test_who_cannot_join_uses_no_code_up(database: Database, meet: Meet) -> None:
    await applied(database, [a_row(1), a_row(2)])
    ana, luis = await meet(), await meet()
    first, second = await consultant(database), await consultant(database, 2)
    await _join(database, ana.person_id, await _code(database, first))
    code = await _code(database, second)
    async with database.transaction() as session:
        with pytest.raises(AlreadyRegistered):
            await joining.join(session, ana.person_id, code, NOW)
    assert await _join(database, luis.person_id, code) == second


async def test_joined_accounts_do_not_answer_for_two(database: Database, meet: Meet) -> None:
    await applied(database, [a_row(1), a_row(2)])
    ana, web = await meet(), await meet("web", "w" * 64)
    first, second = await consultant(database), await consultant(database, 2)
    await _join(database, web.person_id, await _code(database, first))
    await join_people(database, ana, web)
    with pytest.raises(AlreadyRegistered):
        await _join(database, ana.person_id, await _code(database, second))
    # A new code for the same one brings it over.
    assert await _join(database, ana.person_id, await _code(database, first)) == first


async def test_a_new_code_and_joining_by_the_old_one_do_not_wait_in_a_circle(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1)])
    ana = await meet()
    first = await consultant(database)
    old = await _code(database, first)
    async with database.transaction() as staff:
        await staff.execute(
            text("SELECT 1 FROM consultant WHERE id = :id FOR UPDATE"), {"id": first}
        )
        joining_by_old = asyncio.create_task(_join(database, ana.person_id, old))
        await _until_somebody_waits(database)
        new = await joining.make_code(staff, first, "marta", NOW)
    with pytest.raises(CodeOfNobody):
        await joining_by_old
    assert await _join(database, ana.person_id, new) == first


async def _until_somebody_waits(database: Database) -> None:
    async with asyncio.timeout(60):
        while not await rows_of(
            database,
            "SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'",
        ):
            await asyncio.sleep(0.02)


async def test_joined_accounts_are_one_consultant(database: Database, meet: Meet) -> None:
    await applied(database, [a_row(1)])
    ana, web = await meet(), await meet("web", "w" * 64)
    first = await consultant(database)
    await _join(database, web.person_id, await _code(database, first))
    await join_people(database, ana, web)
    async with database.session() as session:
        for one in (ana, web):
            assert await joining.of_person(session, one.person_id) == first


async def test_who_erases_leaves_the_registry_as_it_is_public(
    database: Database, meet: Meet
) -> None:
    await applied(database, [a_row(1, phone="7000-0001")])
    ana, luis = await meet(), await meet()
    await _join(database, ana.person_id, await _code(database, await consultant(database)))
    await _apply(database, luis.person_id)
    await _tries(database, luis.person_id, WRONG)
    async with database.transaction() as session:
        for one in (ana, luis):
            await erasure.erase(session, one.person_id, NOW)
    assert await rows_of(
        database, "SELECT registration_number, state, person_id, phone FROM consultant"
    ) == [("CA-1", "vigente", None, None)]
    assert await rows_of(database, "SELECT source FROM consultant_change") == [("registro",)]
    assert await rows_of(database, "SELECT * FROM consultant_code_try") == []
