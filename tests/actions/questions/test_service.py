"""Questions are noted without who asked them, and come to the cluster of their own kind."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from actions.people import erasure
from actions.questions import reading, service, staff
from actions.questions.clustering import telling
from actions.questions.models import AskedQuestion, QuestionCluster
from actions.questions.reading import Ages, NoSuchCluster
from actions.questions.service import NoSuchQuestion, Wish
from actions.questions.words import words_of
from actions.store.database import Database
from knowledge.articles import load_articles
from knowledge.library import FOLDER
from tests.actions.conftest import Meet, Someone, count, until_someone_waits_for_a_lock
from tests.actions.people.conftest import handled, rows
from tests.actions.questions.conftest import (
    NOW,
    TODAY,
    ask,
    cluster,
    cluster_of,
    do,
    notices,
    says,
    wants,
)
from tests.actions.questions.sample import fit, sample, shuffled

TYRES = (
    "¿Quién recoge las llantas viejas de una llantería?",
    "kien recoje llantas biejas de llanteria",
    "llantas viejas de mi llanteria quien las recoge",
    "tengo llanteria, qien recoge las yantas viejas",
    "recoger llantas viejas de llantería",
)


@pytest.fixture
async def ana(meet: Meet) -> Someone:
    return await meet()


# -- noting ----------------------------------------------------------------------------------------


async def test_nothing_of_a_question_tells_who_asked_it(database: Database, ana: Someone) -> None:
    said = "soy del 7012-3456, mi DUI es 01234567-8 y me llamo Ana López: ¿quién compra hule?"
    number = await ask(database, said)
    assert (await wants(database, number, ana)).kind == "noted"
    dumped = json.dumps(
        [
            row[0]
            for table in ("asked_question", "question_cluster")
            for row in await rows(database, f"SELECT to_jsonb(t) FROM {table} AS t")
        ],
        ensure_ascii=False,
    )
    assert "compra hule" in dumped
    for secret in ("7012", "3456", "01234567", "Ana", "López", "lopez", ana.external):
        assert secret not in dumped, secret
    # Nor has it a column that could: neither a person nor a moment of the turn.
    for model in (AskedQuestion, QuestionCluster):
        assert not any("person" in one.name for one in model.__table__.columns)
    assert (await rows(database, "SELECT asked_on FROM asked_question")) == [(TODAY,)]


async def test_what_was_done_with_it_is_noted(database: Database) -> None:
    number = await ask(database, "¿Y el hule quemado?", outcome="clarify")
    async with database.session() as session:
        found, (question,) = await reading.show(session, await cluster_of(database, number))
    assert (question.number, question.text, question.outcome) == (
        number,
        "¿Y el hule quemado?",
        "clarify",
    )
    assert (question.topic, question.articles, question.channel) == (
        "residuos",
        ("residuos-separar",),
        "whatsapp",
    )
    assert (found.size, found.first_on, found.last_on, found.waiting) == (1, TODAY, TODAY, 0)
    assert not question.awaited


async def test_a_text_without_a_word_is_no_question(database: Database) -> None:
    async with database.transaction() as session:
        for nothing in ("", " \n", "👍👍", "¿?", "7012-3456"):
            noted = await service.record(session, nothing, "abstained", [], None, "web", TODAY)
            assert noted is None
    assert await count(database, "question_cluster") == 0


async def test_misspelt_twins_come_to_one_cluster_with_the_clearest_for_a_name(
    database: Database,
) -> None:
    numbers = [
        await ask(database, asked, TODAY - timedelta(days=place))
        for place, asked in enumerate(reversed(TYRES))
    ]
    other = await ask(database, "¿Quién recoge aceite usado?")
    (number,) = {await cluster_of(database, one) for one in numbers}
    assert await cluster_of(database, other) != number
    found = await cluster(database, number)
    assert found.label == TYRES[0]
    assert (found.size, found.first_on, found.last_on) == (5, TODAY - timedelta(days=4), TODAY)
    # Newest first, in the order in which they came.
    assert found.examples == TYRES[:3]


@pytest.mark.parametrize("seed", [3])
async def test_the_database_finds_what_the_sample_holds(database: Database, seed: int) -> None:
    asked = shuffled(sample(), seed)
    async with database.transaction() as session:
        numbers = [
            await service.record(session, one.text, "abstained", [], None, "web", TODAY)
            for one in asked
        ]
    found = dict(await rows(database, "SELECT id, cluster_id FROM asked_question"))  # type: ignore[arg-type]
    precision, recall = fit([one.label for one in asked], [found[number] for number in numbers])
    assert precision >= 0.95
    assert recall >= 0.75


async def test_among_thousands_of_open_questions_those_alike_are_found_by_their_words(
    database: Database,
) -> None:
    articles = load_articles(FOLDER / "articles")
    asked = [words for article in articles for words in (*article.questions, *article.aliases)]
    assert len(asked) >= 4_500
    open_before = [
        {"at": at, "text": one, "words": [*words_of(one)]} for at, one in enumerate(asked[:5_000])
    ]
    async with database.transaction() as session:
        await session.execute(
            text("INSERT INTO question_cluster (label) SELECT g FROM generate_series(1, 5000) AS g")
        )
        first = await session.scalar(text("SELECT min(id) FROM question_cluster"))
        await session.execute(
            text(
                f"INSERT INTO asked_question (cluster_id, text, words, outcome, channel, asked_on) "
                f"VALUES ({first} + :at, :text, :words, 'abstained', 'web', '{TODAY}')"
            ),
            open_before,
        )
    async with database.transaction() as session:
        await session.execute(text("ANALYZE asked_question"))
        plan = await session.scalars(
            text("EXPLAIN " + service._CANDIDATES.text),
            {"telling": telling(words_of("iguana verde")), "size": 2, "limit": 200},
        )
        assert "ix_asked_question_words" in " ".join(plan)


# -- wanting to be told ----------------------------------------------------------------------------


async def test_a_wish_is_noted_once(database: Database, ana: Someone) -> None:
    number = await ask(database, TYRES[0])
    for _ in range(2):
        assert await wants(database, number, ana) == Wish("noted")
    assert await rows(database, "SELECT question_id, person_id, agreed_at, told_at FROM asker") == [
        (number, ana.person_id, NOW, None)
    ]
    assert (await cluster(database, await cluster_of(database, number))).waiting == 1


async def test_an_old_or_unknown_question_is_refused(database: Database, ana: Someone) -> None:
    old = await ask(database, TYRES[0], TODAY - timedelta(days=31))
    last_day = await ask(database, TYRES[0], TODAY - timedelta(days=30))
    for number in (old, last_day + 1, -1, 10**30):
        with pytest.raises(NoSuchQuestion):
            await wants(database, number, ana)
    assert await wants(database, last_day, ana) == Wish("noted")


async def test_of_an_ended_question_the_end_is_told_and_nothing_noted(
    database: Database, ana: Someone
) -> None:
    answered, ours_not, noise = [
        await ask(database, asked)
        for asked in (TYRES[0], "¿Dónde pago la renta de mi casa?", "asdf qwer zxcv")
    ]
    in_clusters = [await cluster_of(database, one) for one in (answered, ours_not, noise)]

    async def end(session: object) -> None:
        one, two, three = in_clusters
        await staff.resolve(session, one, "article", "llantas", "", "Rosa", NOW, says)  # type: ignore[arg-type]
        await staff.resolve(session, two, "not_ours", None, "", "Rosa", NOW, says)  # type: ignore[arg-type]
        await staff.dismiss(session, three, "", "Rosa", NOW)  # type: ignore[arg-type]

    await do(database, end)
    assert await wants(database, answered, ana) == Wish("answered", "llantas")
    assert await wants(database, ours_not, ana) == Wish("no_answer")
    assert await wants(database, noise, ana) == Wish("no_answer")
    assert await count(database, "asker") == 0


async def test_asked_again_after_the_answer_it_is_a_new_cluster_and_after_a_no_the_same(
    database: Database,
) -> None:
    tyres, rent = await ask(database, TYRES[0]), await ask(database, "¿Dónde pago la renta?")
    of_tyres, of_rent = await cluster_of(database, tyres), await cluster_of(database, rent)
    async with database.transaction() as session:
        await staff.resolve(session, of_tyres, "alias", "llantas", "", "Rosa", NOW, says)
        await staff.resolve(session, of_rent, "not_ours", None, "", "Rosa", NOW, says)
    again = await cluster_of(database, await ask(database, TYRES[1]))
    assert again != of_tyres
    assert (await cluster(database, again)).state == "open"
    assert await cluster_of(database, await ask(database, "donde pago la rrenta")) == of_rent
    found = await cluster(database, of_rent)
    assert (found.state, found.resolution, found.size) == ("resolved", "not_ours", 2)


async def test_who_erases_their_data_is_no_asker_any_more_and_the_question_stays(
    database: Database, ana: Someone, meet: Meet
) -> None:
    beto = await meet()
    number = await ask(database, TYRES[0])
    for someone in (ana, beto):
        await wants(database, number, someone)
    await handled(database)
    await do(database, lambda session: erasure.erase(session, ana.person_id, NOW))
    assert await rows(database, "SELECT person_id FROM asker") == [(beto.person_id,)]
    found = await cluster(database, await cluster_of(database, number))
    assert (found.label, found.waiting) == (TYRES[0], 1)


# -- beside the staff ------------------------------------------------------------------------------


async def test_a_wish_that_is_being_noted_is_there_when_the_cluster_is_resolved(
    database: Database, ana: Someone
) -> None:
    number = await ask(database, TYRES[0])
    of_tyres = await cluster_of(database, number)
    async with database.transaction() as turn:
        await service.wants_answer(turn, number, ana.person_id, NOW)
        resolving = asyncio.create_task(
            do(
                database,
                lambda session: staff.resolve(
                    session, of_tyres, "article", "llantas", "", "Rosa", NOW, says
                ),
            )
        )
        await until_someone_waits_for_a_lock(database)
    assert await resolving == staff.Resolved(1, 0)
    assert len(await notices(database)) == 1


async def test_a_question_that_comes_while_its_cluster_is_resolved_begins_another(
    database: Database,
) -> None:
    of_tyres = await cluster_of(database, await ask(database, TYRES[0]))
    async with database.transaction() as session:
        await staff.resolve(session, of_tyres, "article", "llantas", "", "Rosa", NOW, says)
        asking = asyncio.create_task(ask(database, TYRES[1]))
        await until_someone_waits_for_a_lock(database)
    assert await cluster_of(database, await asking) != of_tyres


async def test_turns_that_ask_the_same_do_not_wait_for_each_other(database: Database) -> None:
    clear = "llantas viejas de mi llanteria kien las recoge"
    of_tyres = await cluster_of(database, await ask(database, clear))
    async with database.transaction() as one, asyncio.timeout(60):
        await service.record(one, TYRES[1], "abstained", [], None, "web", TODAY)
        other = await ask(database, TYRES[3])
    assert await cluster_of(database, other) == of_tyres
    assert (await cluster(database, of_tyres)).size == 3


# -- reading ---------------------------------------------------------------------------------------


async def test_clusters_are_listed_by_size_or_age_and_counted(database: Database) -> None:
    days = {
        "¿Quién recoge aceite quemado?": 3,
        "¿Puedo vender iguanas?": 40,
        "permiso para criar tilapia": 7,
    }
    for asked, ago in days.items():
        await ask(database, asked, TODAY - timedelta(days=ago))
    for asked in TYRES:
        await ask(database, asked, TODAY - timedelta(days=10))

    async def labels(**how: object) -> list[str]:
        async with database.session() as session:
            found = await reading.clusters(session, **how)  # type: ignore[arg-type]
        return [one.label for one in found]

    oil, iguanas, tilapia = days
    assert await labels() == [TYRES[0], iguanas, tilapia, oil]
    assert await labels(order="age") == [iguanas, TYRES[0], tilapia, oil]
    assert await labels(limit=1) == [TYRES[0]]
    assert await labels(first_asked_by=TODAY - timedelta(days=10)) == [TYRES[0], iguanas]
    async with database.transaction() as session:
        first, second, *_ = await reading.clusters(session, order="age")
        await staff.assign(session, first.number, "Rosa")
        await staff.dismiss(session, second.number, "", "Rosa", NOW)
    assert await labels(unassigned=True) == [tilapia, oil]
    assert await labels(state="dismissed") == [TYRES[0]]
    assert len(await labels(state=None)) == 4
    async with database.session() as session:
        assert await reading.ages(session, TODAY) == Ages(week=1, month=1, older=1, unassigned=2)
        assert await reading.ages(session, date(2020, 1, 1)) == Ages(3, 0, 0, 2)
        with pytest.raises(NoSuchCluster):
            await reading.show(session, 10**30)
