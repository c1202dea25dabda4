"""Demo data gives staff something to see on every page, once, and nobody is ever written to."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from actions.articles import reading, seed, versions
from actions.audit import service as audit
from actions.bookings import complaints
from actions.bookings import figures as fairness
from actions.bookings import listing as referrals
from actions.cases import overview
from actions.cases import service as cases
from actions.cases import staff as case_staff
from actions.cases.hours import ZONE
from actions.demo import asked, diary, office, places, talk
from actions.demo import service as demo
from actions.demo import staff as demo_staff
from actions.demo.firms import FIRMS
from actions.demo.plan import Piece, Plan
from actions.figures import health
from actions.figures import service as figures
from actions.messages.outbox import Claimed
from actions.people import erasure
from actions.store.database import Database
from actions.store.listing import Asked
from api.processes.postgres import EmbeddedPostgres
from bot.channels.protocol import Outcome, Sent
from bot.delivery import Delivery
from bot.privacy import VERSION
from bot.understanding import names
from knowledge.facts import FactRegister, load_facts
from knowledge.library import FOLDER
from knowledge.sectors import sectors
from knowledge.territory import territory
from tests.conftest import drop_database, fresh_database
from tests.effort import little_work

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in El Salvador."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def register() -> FactRegister:
    return load_facts(FOLDER / "facts")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(postgres: EmbeddedPostgres, register: FactRegister) -> AsyncIterator[Database]:
    """A database as the first start in demo mode leaves it."""
    url = fresh_database(postgres)
    database = Database(url)
    async with database.transaction() as session:
        await demo_staff.load(session)
        await seed.seed(session, seed.seed_texts(), register, NOW)
    async with database.transaction() as session:
        with little_work():
            assert await demo.load(session, register, NOW, random.Random(demo.SEED))
    yield database
    await database.close()
    drop_database(postgres, url)


async def _number(database: Database, statement: str, **values: Any) -> int:
    async with database.session() as session:
        found: int = await session.scalar(text(statement), values)
        return found


async def test_it_is_loaded_once(loaded: Database, register: FactRegister) -> None:
    tables = ("person", "inbox", "outbox", "turn", '"case"', "audit_entry", "article_version")
    counted = " + ".join(f"(SELECT count(*) FROM {one})" for one in tables)
    before = await _number(loaded, f"SELECT {counted}")
    async with loaded.transaction() as session:
        assert not await demo.load(session, register, NOW, random.Random(7))
    assert await _number(loaded, f"SELECT {counted}") == before


async def test_bookings_with_consultants_are_at_every_stage(loaded: Database) -> None:
    async with loaded.session() as session:
        every = Asked(limit=100)
        lines = (await referrals.referrals(session, every, NOW)).rows
        fair = await fairness.fairness(session, NOW - timedelta(days=90), NOW)
        weeks = await fairness.answer_weeks(session, NOW - timedelta(days=90), NOW)
        open_ones = await complaints.open_ones(session)
    assert len(lines) >= 20
    assert {one.state for one in lines} >= {"espera", "aceptada"}
    assert {one.booking_state for one in lines} >= {"done", "accepted", "pending"}
    assert any(one.tried > 1 for one in lines)
    assert fair.largest_to_mean is not None
    assert fair.largest_to_mean < 1.5
    assert sum(week.answered for week in weeks) >= 15
    assert open_ones == 2
    for made in ("booking", "complaint"):
        before = f"SELECT count(*) FROM {made} AS m JOIN person AS p ON p.id = m.person_id "
        assert await _number(loaded, f"{before} WHERE m.made_at < p.created_at") == 0


async def test_the_same_seed_gives_the_same_three_months() -> None:
    pieces = [
        Piece(f"a{place}", f"T{place}", "permiso", (), ("¿qué hago?", "otra"), "Así.", ())
        for place in range(8)
    ]

    def told(seed_: int) -> list[tuple[datetime, str, str]]:
        plan: Plan = demo.planned(pieces, NOW, random.Random(seed_))
        return [(line.at, line.guest.external, line.text) for line in plan.lines]

    assert told(1) == told(1)
    assert told(1) != told(2)


async def test_nothing_is_queued_and_nobody_is_woken(loaded: Database) -> None:
    assert not await _number(
        loaded,
        "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'ambiguous')",
    )
    assert not await _number(loaded, "SELECT count(*) FROM inbox WHERE handled_at IS NULL")
    assert not await _number(loaded, "SELECT count(*) FROM procrastinate_jobs")


async def test_all_addresses_are_nobodys(loaded: Database) -> None:
    async with loaded.session() as session:
        rows = (await session.execute(text("SELECT channel, external FROM address"))).all()
    assert {row.channel for row in rows} == {"whatsapp", "telegram", "web"}
    for row in rows:
        assert places.is_invented(row.external)
        if row.channel == "whatsapp":
            assert row.external.startswith("+5030")
            assert len(row.external) == len("+50370001234")
        else:
            assert not row.external.isdigit()
    for real in ("+50370001234", "+50321234567", "987654321", "ab" * 32):
        assert not places.is_invented(real)


async def test_whoever_waits_to_be_told_is_in_the_web_chat(loaded: Database) -> None:
    async with loaded.session() as session:
        channels = await session.scalars(
            text("SELECT channel FROM asker JOIN address ON address.person_id = asker.person_id")
        )
        assert Counter(channels).keys() == {"web"}


async def test_the_audit_verifies_and_tells_who_did_what(loaded: Database) -> None:
    async with loaded.session() as session:
        verified = await audit.verify(session)
        assert verified.fault is None
        assert verified.entries > 50
        rows = await session.execute(
            text("SELECT act, at, staff_id, actor->>'name' AS name FROM audit_entry ORDER BY place")
        )
        entries = rows.all()
    assert [one.at for one in entries] == sorted(one.at for one in entries)
    assert all(one.at <= NOW and one.staff_id is not None for one in entries)
    assert {one.act for one in entries} >= {
        "case.take",
        "case.reply",
        "case.close",
        "article.draft",
        "article.approve",
        "article.reject",
        "question.assign",
        "question.resolve",
        "key.revoke",
    }
    assert {one.name for one in entries} == set(demo_staff.NAMES.values())


async def test_cases_are_in_all_states(loaded: Database) -> None:
    async with loaded.session() as session:
        rows = (
            await session.execute(
                text(
                    'SELECT *, (SELECT count(*) FROM case_note WHERE case_id = "case".id) AS notes,'
                    ' (SELECT count(*) FROM case_reply WHERE case_id = "case".id) AS replies'
                    ' FROM "case" ORDER BY id'
                )
            )
        ).all()
    assert [row.opened_at for row in rows] == sorted(row.opened_at for row in rows)
    still_open = [row for row in rows if row.closed_at is None]
    held = [row for row in rows if row.staff == office.ATTENTION]
    assert len(held) >= 3
    assert all(row.replies and row.notes for row in held)
    assert max(NOW - row.opened_at for row in still_open) > timedelta(days=3)
    by_staff = [row for row in rows if row.closed_by == office.ATTENTION]
    assert len({row.close_reason for row in by_staff}) >= 4
    assert all(row.opened_at < row.closed_at <= NOW for row in by_staff)
    assert any(row.closed_at is not None and row.closed_by is None for row in rows)


async def test_a_thread_reads_as_it_was_said(loaded: Database) -> None:
    async with loaded.session() as session:
        number: int = await session.scalar(
            text('SELECT max(id) FROM "case" WHERE closed_at IS NULL AND staff IS NOT NULL')
        )
        lines = await cases.thread(session, number, 60)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert any(f"**{number}**" in line.text for line in lines), "the assistant names the case"
    assert {line.sender for line in lines} == {"persona", "asistente", "ministerio"}


async def test_what_was_answered_stands_in_the_articles(
    loaded: Database, register: FactRegister
) -> None:
    async with loaded.session() as session:
        published = await versions.published(session)
        facts = await versions.facts_now(session, register)
        rows = await session.execute(
            text(
                "SELECT turn.articles->>0 AS article, outbox.content->>'text' AS said FROM turn "
                "JOIN outbox ON outbox.turn_id = turn.id WHERE turn.outcome = 'answered'"
            )
        )
        answered = rows.all()
    library = reading.library_of(published, facts, NOW.astimezone(ZONE).date())
    assert len(answered) > 1_500
    assert {row.article for row in answered} <= set(library.articles)
    for row in answered:
        first = library.articles[row.article].blocks[0].text
        assert row.said.startswith(first), row.article


async def test_articles_named_here_are_there() -> None:
    known = set(seed.seed_texts())
    ended = {one.ended for one in talk.UNANSWERED} - {"", "dismissed", "not_ours"}
    for ids in (asked.USUAL, [one.article_id for one in office.EDITED], ended):
        assert set(ids) <= known
    assert len(asked.of_branches(known)) > 20


async def test_what_was_understood_has_a_name_that_staff_read(loaded: Database) -> None:
    async with loaded.session() as session:
        intents = set(await session.scalars(text("SELECT DISTINCT intent FROM turn")))
    assert len(intents) > 5
    assert all(names.named(one) != one for one in intents)


async def test_editing_has_something_in_every_state(loaded: Database) -> None:
    async with loaded.session() as session:
        rows = await session.execute(
            text(
                "SELECT state, author, reviewer, effective_on FROM article_version "
                "WHERE origin = 'staff'"
            )
        )
        found: Mapping[str, Any] = {row.state: row for row in rows}
    assert found.keys() == {"draft", "in_review", "published", "rejected"}
    assert found["in_review"].author == office.EDITING
    assert found["published"].effective_on > NOW.date()
    assert found["published"].reviewer != found["published"].author


async def test_firms_are_told_with_places_and_branches_that_exist(loaded: Database) -> None:
    assert len(FIRMS) == len({firm.name for firm in FIRMS}) == 40
    for firm in FIRMS:
        assert territory().district(firm.district, firm.department) is not None, firm
        assert sectors().get(firm.sector) is not None, firm
    assert await _number(loaded, "SELECT count(*) FROM firm WHERE municipality IS NOT NULL") == 40
    agreed = "SELECT count(*) FROM consent WHERE version = :version"
    assert await _number(loaded, agreed, version=VERSION) == 40
    assert await _number(loaded, "SELECT count(DISTINCT person_id) FROM opted_out") >= 3


async def test_questions_without_an_answer_are_there_in_every_state(loaded: Database) -> None:
    async with loaded.session() as session:
        rows = await session.execute(
            text("SELECT state, resolution, assigned_to FROM question_cluster")
        )
        clusters = rows.all()
    assert {row.state for row in clusters} == {"open", "resolved", "dismissed"}
    assert {row.resolution for row in clusters} == {None, "alias", "not_ours"}
    assert {row.assigned_to for row in clusters} == {None, office.EDITING}


async def test_the_week_has_its_rhythm(loaded: Database) -> None:
    async with loaded.session() as session:
        trend = await figures.trend(session, NOW, 90)
        today = await figures.today(session, NOW)
        month = await figures.trend(session, NOW, 30)
    finished = trend.points[:-1]
    on_workdays = [one.turns for one in finished if one.day.weekday() < 5]
    at_weekends = [one.turns for one in finished if one.day.weekday() > 4]
    assert min(on_workdays) > 10
    assert sum(on_workdays) / len(on_workdays) > 2 * sum(at_weekends) / len(at_weekends)
    assert today.figures.people >= 5
    assert today.figures.topics
    assert today.oldest_waiting is not None
    assert month.turns.change is not None


async def test_today_has_something_however_early_it_is() -> None:
    early = datetime(2026, 11, 24, 6, 20, tzinfo=UTC)
    pieces = [Piece("a", "T", "permiso", (), ("¿qué?",), "Así.", ()) for _ in range(4)]
    plan = demo.planned(pieces, early, random.Random(demo.SEED))
    midnight = early.astimezone(ZONE).replace(hour=0, minute=0)
    today = [line for line in plan.lines if line.at >= midnight]
    assert len({line.guest.external for line in today}) >= 3
    assert all(line.at < early for line in plan.lines)
    assert len({line.at.astimezone(ZONE).date() for line in plan.lines}) == diary.DAYS + 1


async def test_a_key_is_there_that_lets_nobody_in(loaded: Database) -> None:
    assert await _number(loaded, "SELECT count(*) FROM api_key") == 1
    assert await _number(loaded, "SELECT count(*) FROM api_key WHERE revoked_at IS NULL") == 0


async def test_the_queues_are_empty_and_channels_have_been_used(loaded: Database) -> None:
    async with loaded.session() as session:
        found = await health.channel_health(session, NOW, ["whatsapp", "telegram", "web"])
    assert all(one.last_inbound_at and one.last_sent_at for one in found)
    assert all(one.state != "attention" for one in found)


class _Provider:
    """A channel that notes what it is given to send."""

    per_second = 0.0

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[int] = []

    async def send(self, message: Claimed) -> Outcome:
        self.sent.append(message.id)
        return Sent(f"p{message.id}")


async def test_what_staff_write_to_them_never_reaches_a_provider(loaded: Database) -> None:
    """Whoever tries the console with a real account of WhatsApp writes to nobody. Late in the file:
    afterwards somebody has every case."""
    providers = {name: _Provider(name) for name in ("whatsapp", "telegram", "web")}
    delivery = Delivery(loaded, providers)  # type: ignore[arg-type]
    now = datetime.now(UTC)
    async with loaded.session() as session:
        listed = await overview.cases(
            session, Asked(filters={"estado": overview.OPEN}, limit=50), office.ATTENTION
        )
    assert {one.channel for one in listed.rows} >= {"whatsapp", "web"}
    for one in listed.rows:
        async with loaded.transaction() as session:
            await case_staff.reply(session, one.number, "Hola", office.ATTENTION, now)
        await delivery.deliver(one.person_id)
    async with loaded.session() as session:
        rows = await session.execute(
            text(
                "SELECT channel, state, reason, count(*) FROM outbox "
                "WHERE content->>'text' = 'Hola' GROUP BY 1, 2, 3 ORDER BY 1"
            )
        )
        told = {row.channel: (row.state, row.reason) for row in rows}
    assert told == {"web": ("sent", None), "whatsapp": ("excluded", "demo")}
    assert not providers["whatsapp"].sent
    assert not providers["telegram"].sent


async def test_its_people_can_be_erased(loaded: Database) -> None:
    """Last in the file: it takes some of them away."""
    async with loaded.session() as session:
        someone = await session.execute(
            text(
                'SELECT person_id FROM "case" WHERE closed_at IS NULL '
                "UNION SELECT person_id FROM asker UNION SELECT min(person_id) FROM firm"
            )
        )
        chosen = [row.person_id for row in someone]
    for person_id in chosen:
        async with loaded.transaction() as session:
            await erasure.erase(session, person_id, NOW)
    async with loaded.session() as session:
        left = await session.scalar(
            text(
                "SELECT (SELECT count(*) FROM inbox WHERE person_id = ANY(:people) "
                "AND text <> '') + (SELECT count(*) FROM outbox WHERE person_id = ANY(:people) "
                "AND content <> '{}') + (SELECT count(*) FROM firm WHERE person_id = ANY(:people))"
                " + (SELECT count(*) FROM audit_entry WHERE person_id = ANY(:people) "
                'AND detail IS NOT NULL) + (SELECT count(*) FROM case_note JOIN "case" ON '
                '"case".id = case_id WHERE person_id = ANY(:people))'
            ),
            {"people": chosen},
        )
        assert left == 0
        assert (await audit.verify(session)).fault is None
        assert await demo.is_loaded(session), "the others are there: nothing is loaded again"
