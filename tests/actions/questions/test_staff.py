"""The staff resolves a question once, and those who asked to be told hear of it once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles.errors import Missing
from actions.messages import outbox, states
from actions.people import erasure, wanted
from actions.questions import reading, service, staff
from actions.questions.reading import NoSuchCluster
from actions.questions.service import NoSuchQuestion
from actions.questions.staff import NothingToPart, NotOpen, NotToReopen, Resolved
from actions.store.database import Database
from tests.actions.conftest import Meet, count
from tests.actions.people.conftest import handled, rows
from tests.actions.people.joining import join
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
from tests.actions.questions.test_service import TYRES

ARTICLE = "residuos-llantas-y-voluminosos"


async def resolve(database: Database, number: int, by: str = "Rosa") -> Resolved:
    async with database.transaction() as session:
        return await staff.resolve(session, number, "article", ARTICLE, " listo ", by, NOW, says)


# -- telling ---------------------------------------------------------------------------------------


async def test_of_five_who_ask_the_three_who_agreed_get_one_message_each(
    database: Database, meet: Meet
) -> None:
    people = [await meet() for _ in TYRES]
    numbers = [await ask(database, asked) for asked in TYRES]
    (number,) = {await cluster_of(database, one) for one in numbers}
    for place in (0, 2, 4):
        await wants(database, numbers[place], people[place])
    assert (await cluster(database, number)).waiting == 3
    assert await resolve(database, number) == Resolved(told=3, not_told=0)
    assert await notices(database) == [
        (people[place].person_id, f"{ARTICLE}: {TYRES[place]}", states.NOTICE, staff.CATEGORY)
        for place in (0, 2, 4)
    ]
    found = await cluster(database, number)
    assert (found.state, found.resolution, found.article_id) == ("resolved", "article", ARTICLE)
    assert (found.note, found.resolved_by, found.resolved_at) == ("listo", "Rosa", NOW)
    assert found.waiting == 0
    assert await rows(database, "SELECT DISTINCT told_at FROM asker") == [(NOW,)]


async def test_who_asked_twice_is_told_once_of_what_they_asked_last(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    for asked in TYRES[:2]:
        number = await ask(database, asked)
        await wants(database, number, ana)
    assert await resolve(database, await cluster_of(database, number)) == Resolved(1, 0)
    ((_, said, _, _),) = await notices(database)
    assert said == f"{ARTICLE}: {TYRES[1]}"


async def test_who_stopped_all_messages_is_not_told_and_who_stopped_announcements_is(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet()
    number = await ask(database, TYRES[0])
    for someone in (ana, beto):
        await wants(database, number, someone)
    async with database.transaction() as session:
        await wanted.stop(session, ana.person_id)
        await wanted.stop(session, beto.person_id, ["announcements"])
    assert await resolve(database, await cluster_of(database, number)) == Resolved(1, 1)
    assert [one[0] for one in await notices(database)] == [beto.person_id]
    told = await rows(database, "SELECT person_id FROM asker WHERE told_at IS NOT NULL")
    assert told == [(beto.person_id,)]


async def test_a_notice_that_waits_is_taken_out_by_a_stop(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await ask(database, TYRES[0])
    await wants(database, number, ana)
    await resolve(database, await cluster_of(database, number))
    async with database.transaction() as session:
        await wanted.stop(session, ana.person_id)
    async with database.transaction() as session:
        assert await outbox.claim_next(session, ana.person_id) is None
    assert await rows(database, "SELECT state, reason FROM outbox") == [("excluded", "stopped")]


async def test_joined_people_are_one_and_what_one_of_them_stopped_holds(
    database: Database, meet: Meet
) -> None:
    ana, phone = await meet(), await meet("telegram", "7012345")
    beto, other = await meet(), await meet("telegram", "7099999")
    number = await ask(database, TYRES[0])
    for someone in (ana, phone, other):
        await wants(database, number, someone)
    async with database.transaction() as session:
        await wanted.stop(session, beto.person_id)
    await handled(database)
    await join(database, ana, phone)
    await join(database, beto, other)
    assert await resolve(database, await cluster_of(database, number)) == Resolved(1, 1)
    assert [one[0] for one in await notices(database)] == [ana.person_id]
    told = await rows(
        database, "SELECT person_id FROM asker WHERE told_at IS NOT NULL ORDER BY person_id"
    )
    assert told == [(ana.person_id,), (phone.person_id,)]


async def test_who_erased_what_we_hold_is_not_written_to(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await ask(database, TYRES[0])
    await wants(database, number, ana)
    await handled(database)
    await do(database, lambda session: erasure.erase(session, ana.person_id, NOW))
    assert await resolve(database, await cluster_of(database, number)) == Resolved(0, 0)
    assert await notices(database) == []


@pytest.mark.parametrize("repetition", range(4))
async def test_of_two_who_resolve_at_once_one_is_told_and_each_asker_hears_once(
    database: Database, meet: Meet, repetition: int
) -> None:
    people = [await meet() for _ in range(3)]
    number = await ask(database, TYRES[0])
    for someone in people:
        await wants(database, number, someone)
    of_tyres = await cluster_of(database, number)
    names = ("Rosa", "Luis") if repetition % 2 else ("Luis", "Rosa")
    ended = await asyncio.gather(
        *(resolve(database, of_tyres, name) for name in names), return_exceptions=True
    )
    (refused,) = [one for one in ended if isinstance(one, NotOpen)]
    assert Resolved(3, 0) in ended
    winner = names[ended.index(Resolved(3, 0))]
    assert (refused.number, refused.state, refused.by) == (of_tyres, "resolved", winner)
    assert [one[0] for one in await notices(database)] == [one.person_id for one in people]


async def test_when_telling_fails_nothing_is_resolved(database: Database, meet: Meet) -> None:
    number = await ask(database, TYRES[0])
    await wants(database, number, await meet())
    of_tyres = await cluster_of(database, number)

    def unknown(article_id: str | None, _question: str) -> staff.Content:
        raise LookupError(article_id)

    async with database.session() as session:
        with pytest.raises(LookupError):
            async with session.begin():
                await staff.resolve(
                    session, of_tyres, "article", "no-existe", "", "Rosa", NOW, unknown
                )
    assert (await cluster(database, of_tyres)).state == "open"
    assert await resolve(database, of_tyres) == Resolved(1, 0)


async def test_not_ours_is_told_too_and_a_dismissal_is_not(database: Database, meet: Meet) -> None:
    ana = await meet()
    rent, noise = await ask(database, "¿Dónde pago la renta?"), await ask(database, "asdf qwer")
    for number in (rent, noise):
        await wants(database, number, ana)
    of_rent, of_noise = await cluster_of(database, rent), await cluster_of(database, noise)
    async with database.transaction() as session:
        assert await staff.resolve(
            session, of_rent, "not_ours", None, "", "Rosa", NOW, says
        ) == Resolved(1, 0)
        await staff.dismiss(session, of_noise, "ruido", "Rosa", NOW)
    assert [one[1] for one in await notices(database)] == ["None: ¿Dónde pago la renta?"]
    found = await cluster(database, of_noise)
    assert (found.state, found.note, found.resolved_by) == ("dismissed", "ruido", "Rosa")


@pytest.mark.parametrize(
    ("how", "article"), [("article", None), ("alias", None), ("not_ours", ARTICLE)]
)
async def test_an_article_goes_with_an_answer_only(
    database: Database, how: staff.Resolution, article: str | None
) -> None:
    number = await cluster_of(database, await ask(database, TYRES[0]))
    with pytest.raises(ValueError, match=how):
        await do(
            database,
            lambda session: staff.resolve(session, number, how, article, "", "Rosa", NOW, says),
        )


# -- sorting ---------------------------------------------------------------------------------------


async def test_an_open_cluster_is_given_to_someone_and_taken_back(database: Database) -> None:
    number = await cluster_of(database, await ask(database, TYRES[0]))
    await do(database, lambda session: staff.assign(session, number, "  Rosa   Mejía "))
    assert (await cluster(database, number)).assigned_to == "Rosa Mejía"
    await do(database, lambda session: staff.assign(session, number, None))
    assert (await cluster(database, number)).assigned_to is None
    for name in ("", "x" * 61, "Ro\x00sa"):
        with pytest.raises(Missing):
            await do(database, lambda session, name=name: staff.assign(session, number, name))  # type: ignore[misc]


async def test_merged_clusters_are_one_and_all_who_asked_are_told(
    database: Database, meet: Meet
) -> None:
    ana, beto = await meet(), await meet()
    one, other = await ask(database, "kien lleva hule"), await ask(database, TYRES[0])
    for question, someone in ((one, ana), (other, beto)):
        await wants(database, question, someone)
    number, gone = await cluster_of(database, one), await cluster_of(database, other)
    assert number != gone
    async with database.transaction() as session:
        await staff.assign(session, gone, "Luis")
        await staff.merge(session, number, gone)
    found = await cluster(database, number)
    assert (found.size, found.label, found.assigned_to) == (2, TYRES[0], "Luis")
    with pytest.raises(NoSuchCluster):
        await cluster(database, gone)
    assert await cluster_of(database, await ask(database, TYRES[1])) == number
    assert await resolve(database, number) == Resolved(2, 0)


async def test_a_question_is_taken_out_of_its_cluster(database: Database, meet: Meet) -> None:
    ana, beto = await meet(), await meet()
    numbers = [await ask(database, asked) for asked in TYRES[:3]]
    for question, someone in ((numbers[0], ana), (numbers[1], beto)):
        await wants(database, question, someone)
    before = await cluster_of(database, numbers[0])
    async with database.transaction() as session:
        new = await staff.split(session, numbers[0])
    assert await cluster_of(database, numbers[0]) == new
    assert (await cluster(database, new)).label == TYRES[0]
    left = await cluster(database, before)
    assert (left.size, left.waiting) == (2, 1)
    assert left.label in TYRES[1:3]
    assert await resolve(database, before) == Resolved(1, 0)
    assert [one[0] for one in await notices(database)] == [beto.person_id]
    with pytest.raises(NothingToPart):
        await do(database, lambda session: staff.split(session, numbers[0]))


async def test_what_is_not_there_or_not_open_is_refused(database: Database) -> None:
    number = await cluster_of(database, await ask(database, TYRES[0]))
    other = await cluster_of(database, await ask(database, "¿Puedo vender iguanas?"))
    unknown = 10**30
    await resolve(database, number)
    attempts: tuple[tuple[Callable[[AsyncSession], Awaitable[object]], type[Exception]], ...] = (
        (lambda session: staff.assign(session, unknown, "Rosa"), NoSuchCluster),
        (lambda session: staff.dismiss(session, unknown, "", "Rosa", NOW), NoSuchCluster),
        (lambda session: staff.merge(session, other, unknown), NoSuchCluster),
        (lambda session: staff.split(session, unknown), NoSuchQuestion),
        (lambda session: staff.assign(session, number, "Rosa"), NotOpen),
        (lambda session: staff.dismiss(session, number, "", "Rosa", NOW), NotOpen),
        (lambda session: staff.merge(session, other, number), NotOpen),
        (lambda session: staff.merge(session, number, other), NotOpen),
        (lambda session: staff.merge(session, other, other), NothingToPart),
    )
    for attempt, error in attempts:
        with pytest.raises(error):
            await do(database, attempt)
    assert await count(database, "question_cluster") == 2
    assert (await cluster(database, other)).state == "open"


async def test_two_who_merge_each_others_cluster_do_not_wait_for_ever(database: Database) -> None:
    one = await cluster_of(database, await ask(database, TYRES[0]))
    other = await cluster_of(database, await ask(database, "¿Puedo vender iguanas?"))
    async with asyncio.timeout(60):
        ended = await asyncio.gather(
            do(database, lambda session: staff.merge(session, one, other)),
            do(database, lambda session: staff.merge(session, other, one)),
            return_exceptions=True,
        )
    assert ended.count(None) == 1
    assert sum(isinstance(error, NoSuchCluster) for error in ended) == 1
    assert await count(database, "asked_question") == 2


async def test_a_question_whose_cluster_is_merged_away_meanwhile_is_not_lost(
    database: Database,
) -> None:
    kept = await cluster_of(database, await ask(database, "¿Quién lleva hule?"))
    gone = await cluster_of(database, await ask(database, TYRES[0]))
    async with database.transaction() as turn:
        number = await service.record(turn, TYRES[1], "abstained", [], None, "web", TODAY)
        merging = asyncio.create_task(
            do(database, lambda session: staff.merge(session, kept, gone))
        )
        done, _ = await asyncio.wait([merging], timeout=0.3)
        assert not done
    await merging
    assert number is not None
    assert await cluster_of(database, number) == kept


async def test_taking_a_question_out_of_another_cluster_than_one_saw_is_refused(
    database: Database,
) -> None:
    numbers = [await ask(database, asked) for asked in TYRES[:2]]
    there = await cluster_of(database, numbers[0])
    with pytest.raises(NoSuchQuestion):
        await do(database, lambda session: staff.split(session, numbers[0], there + 1))
    assert (await cluster(database, there)).size == 2
    await do(database, lambda session: staff.split(session, numbers[0], there))
    assert (await cluster(database, there)).size == 1


async def test_who_had_a_cluster_before_is_told(database: Database) -> None:
    number = await cluster_of(database, await ask(database, TYRES[0]))
    before = []
    for who in ("Rosa", "Luis", None, "Rosa"):
        async with database.transaction() as session:
            before.append(await staff.assign(session, number, who))
    assert before == [None, "Rosa", "Luis", None]


async def test_what_was_ended_by_mistake_is_opened_again_and_its_askers_hear_of_the_answer(
    database: Database, meet: Meet
) -> None:
    someone = await meet()
    question = await ask(database, TYRES[0])
    number = await cluster_of(database, question)
    await wants(database, question, someone)
    await do(
        database,
        lambda session: staff.resolve(
            session, number, "not_ours", None, "no toca", "Rosa", NOW, says
        ),
    )
    assert await do(database, lambda session: staff.reopen(session, number)) == 1
    found = await cluster(database, number)
    assert (found.state, found.resolution, found.resolved_by, found.note) == (
        "open",
        None,
        None,
        "",
    )
    assert found.waiting == 1
    assert await resolve(database, number) == Resolved(1, 0)
    assert [one[1] for one in await notices(database)] == [
        f"None: {TYRES[0]}",
        f"{ARTICLE}: {TYRES[0]}",
    ]

    dismissed = await cluster_of(database, await ask(database, "asdf qwer"))
    await do(database, lambda session: staff.dismiss(session, dismissed, "", "Rosa", NOW))
    assert await do(database, lambda session: staff.reopen(session, dismissed)) == 0
    assert (await cluster(database, dismissed)).state == "open"


async def test_what_is_open_or_answered_is_not_opened_again(database: Database) -> None:
    number = await cluster_of(database, await ask(database, TYRES[0]))
    with pytest.raises(NotToReopen):
        await do(database, lambda session: staff.reopen(session, number))
    with pytest.raises(NoSuchCluster):
        await do(database, lambda session: staff.reopen(session, 10**30))
    await resolve(database, number)
    with pytest.raises(NotToReopen):
        await do(database, lambda session: staff.reopen(session, number))
    assert (await cluster(database, number)).state == "resolved"


async def test_wordings_come_by_the_page_the_newest_first(database: Database, meet: Meet) -> None:
    numbers = [await ask(database, asked) for asked in TYRES[:3]]
    await wants(database, numbers[1], await meet())
    there = await cluster_of(database, numbers[0])
    async with database.session() as session:
        first = await reading.wordings(session, there, 0, 2)
        rest = await reading.wordings(session, there, 2, 2)
        assert await reading.wordings(session, 10**30, 0, 2) == []
    assert [one.number for one in (*first, *rest)] == numbers[::-1]
    assert [one.awaited for one in (*first, *rest)] == [False, True, False]
