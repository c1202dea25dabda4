"""One writes, another approves, and what was overtaken is told."""

import asyncio
import random
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from actions.articles import reading, rules, service, versions
from actions.articles.errors import (
    Defective,
    Missing,
    NoSuchVersion,
    Overtaken,
    SamePerson,
    TooEarly,
    Unchanged,
    WrongState,
)
from actions.articles.revision import CHANNEL
from actions.articles.rules import PUBLISHED, STAFF
from actions.articles.versions import New
from tests.actions.articles.conftest import DAY, NOW, House, written

ONE_DAY = timedelta(days=1)


async def text_of(house: House, days: int = 0) -> str:
    """The last block of permiso-a as it is served so many days from now; empty if it is not."""
    served = await house.served(DAY + days * ONE_DAY)
    return served.get("permiso-a", "").rpartition("\n")[2]


# -- writing and approving -------------------------------------------------------------------------


async def test_a_draft_is_served_only_once_another_person_approved_it(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    assert (number, await text_of(seeded)) == (2, "Guardá copia de todo.")
    await seeded.submit(number)
    assert await text_of(seeded) == "Guardá copia de todo."
    assert await seeded.revision() == 1
    await seeded.approve(number)
    assert await text_of(seeded) == "Nuevo."
    assert await seeded.revision() == 2
    assert await seeded.states() == ["superseded", "published"]
    async with seeded.database.session() as session:
        one = await versions.version(session, "permiso-a", number)
    assert (one.author, one.reviewer, one.reviewed_at, one.began_from) == ("Rosa", "Luis", NOW, 1)


@pytest.mark.parametrize("name", ["Rosa", " rosa ", "ROSA", "Rosa  "])
async def test_who_wrote_it_may_not_approve_it(seeded: House, name: str) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    with pytest.raises(SamePerson):
        await seeded.approve(number, name)
    assert await seeded.states() == ["published", "in_review"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Ro\x00sa", "Mu\udcf1oz"])
async def test_nobody_may_act_without_a_name(seeded: House, name: str) -> None:
    with pytest.raises(Missing):
        await seeded.draft(written(text="Nuevo."), name)
    assert await seeded.states() == ["published"]


async def test_only_what_is_under_review_is_approved(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    with pytest.raises(WrongState):
        await seeded.approve(number)
    with pytest.raises(WrongState):
        await seeded.submit(1)
    with pytest.raises(NoSuchVersion):
        await seeded.submit(9)
    await seeded.submit(number)
    await seeded.do(lambda session: service.reject(session, "permiso-a", number, "Luis", "no", NOW))
    with pytest.raises(WrongState):
        await seeded.approve(number)
    assert await seeded.states() == ["published", "rejected"]


async def test_a_rejection_says_why(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    for reason in ("", " \n"):
        with pytest.raises(Missing):
            await seeded.do(
                lambda session, reason=reason: service.reject(
                    session, "permiso-a", number, "Luis", reason, NOW
                )
            )
    await seeded.do(
        lambda session: service.reject(session, "permiso-a", number, "Luis", " falta algo ", NOW)
    )
    async with seeded.database.session() as session:
        one, *_ = await reading.history(session, "permiso-a")
    assert (one.state, one.reviewer, one.review_note) == ("rejected", "Luis", "falta algo")


async def test_a_text_with_defects_is_refused_with_their_lines(seeded: House) -> None:
    wrong = written(text="Son 45 días. [PER-09]\n\nVea **esto**.")
    with pytest.raises(Defective) as refused:
        await seeded.draft(wrong)
    lines = wrong.splitlines()
    told = {(lines[one.line - 1].strip(), one.message) for one in refused.value.problems}
    assert ("Vea **esto**. [PER-02]", "hay negrita: escríbalo sin adornos") in told
    assert any("cita PER-09, que no está en el registro" in message for _, message in told)
    assert "línea" in str(refused.value)
    assert await seeded.states() == ["published"]


async def test_a_text_is_checked_again_with_the_facts_of_its_day(seeded: House) -> None:
    number = await seeded.draft(written(text="Por la mañana.", fact="PER-05"))
    await seeded.submit(number)
    with pytest.raises(Defective) as refused:
        await seeded.approve(number, effective_on=DAY + 60 * ONE_DAY)
    assert "PER-05, que no rige el 2027-01-22" in str(refused.value)
    await seeded.approve(number, effective_on=DAY + ONE_DAY)


async def test_the_text_that_is_published_already_is_no_draft(seeded: House) -> None:
    with pytest.raises(Unchanged):
        await seeded.draft("\ufeff" + written().replace("\n", "\r\n"))


async def test_a_new_article_goes_the_same_way(seeded: House) -> None:
    text = written("permiso-z")
    number = await seeded.do(
        lambda session: service.draft(session, seeded.register, "permiso-z", text, "Rosa", "", NOW)
    )
    assert number == 1
    assert "permiso-z" not in await seeded.served()
    await seeded.do(lambda session: service.submit(session, "permiso-z", 1, NOW))
    await seeded.do(
        lambda session: service.approve(session, seeded.register, "permiso-z", 1, "Luis", NOW)
    )
    assert "permiso-z" in await seeded.served()


# -- overtaken -------------------------------------------------------------------------------------


async def test_a_draft_that_was_overtaken_is_refused_and_told_by_what(seeded: House) -> None:
    mine = await seeded.draft(written(text="Mío."), "Ana")
    waiting = await seeded.draft(written(text="En revisión."), "Beto")
    await seeded.submit(waiting)
    await seeded.publish(written(text="Lo de Rosa."))
    for attempt in (seeded.submit(mine), seeded.approve(waiting)):
        with pytest.raises(Overtaken) as refused:
            await attempt
        assert refused.value.published == 4
        assert "partió de la versión 1" in str(refused.value)
        assert "+Lo de Rosa. [PER-02]" in str(refused.value)
    assert await text_of(seeded) == "Lo de Rosa."
    # Made again on what is published now, it goes through.
    again = await seeded.draft(written(text="Mío."), "Ana")
    await seeded.submit(again)
    await seeded.approve(again)
    assert await text_of(seeded) == "Mío."


async def test_a_draft_begun_from_an_older_version_is_refused_at_once(seeded: House) -> None:
    await seeded.publish(written(text="Lo de Rosa."))
    with pytest.raises(Overtaken):
        await seeded.draft(written(text="Mío."), "Ana", began_from=1)
    with pytest.raises(NoSuchVersion):
        await seeded.draft(written(text="Mío."), "Ana", began_from=7)
    draft = await seeded.draft(written(text="Mío."), "Ana", began_from=2)
    with pytest.raises(WrongState):
        await seeded.draft(written(text="Suyo."), "Beto", began_from=draft)


async def test_of_two_approved_at_the_same_moment_one_is_overtaken(seeded: House) -> None:
    numbers = [await seeded.draft(written(text=f"Texto {one}.")) for one in "ab"]
    for number in numbers:
        await seeded.submit(number)
    ended = await asyncio.gather(
        *(seeded.approve(number) for number in numbers), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in ended) == ["NoneType", "Overtaken"]


async def test_those_who_write_at_the_same_moment_get_numbers_of_their_own(seeded: House) -> None:
    drafts = (seeded.draft(written(text=f"Texto {one}.")) for one in "abcdef")
    assert sorted(await asyncio.gather(*drafts)) == [2, 3, 4, 5, 6, 7]


# -- days ------------------------------------------------------------------------------------------


async def test_a_version_for_a_later_day_waits_for_it(seeded: House) -> None:
    await seeded.publish(written(text="Después."), effective_on=DAY + 8 * ONE_DAY)
    assert await seeded.states() == ["published", "published"]
    assert await text_of(seeded, 7) == "Guardá copia de todo."
    assert await text_of(seeded, 8) == "Después."


async def test_no_version_begins_on_a_day_that_has_passed(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    with pytest.raises(TooEarly):
        await seeded.approve(number, effective_on=DAY - ONE_DAY)


async def test_the_day_is_that_of_el_salvador(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    # It is the 24th in Greenwich, and the 23rd here.
    await seeded.approve(number, now=NOW.replace(hour=0) + 29 * timedelta(hours=1))
    async with seeded.database.session() as session:
        one = await versions.version(session, "permiso-a", number)
    assert one.effective_on == DAY


async def test_what_is_put_out_of_effect_would_never_have_been_served_again(
    house: House,
) -> None:
    chance = random.Random(7)
    for case in range(20):
        article_id = f"caso-{case}"
        added = [
            New(
                *(article_id, written(article_id, text=f"Texto {one}."), "permiso", "¿Qué hay?"),
                *(PUBLISHED, STAFF, "Rosa", ""),
                effective_on=DAY + chance.randint(-3, 3) * ONE_DAY,
                published_at=NOW,
            )
            for one in range(6)
        ]
        await house.do(lambda session, added=added: versions.add(session, added, NOW))

        async def served_from_today(article_id: str = article_id) -> list[int]:
            async with house.database.session() as session:
                there = await versions.published(session, article_id)
            days = [DAY + after * ONE_DAY for after in range(5)]
            return [one.number for day in days for one in rules.in_effect(there, day)]

        before = await served_from_today()
        await house.do(lambda session, one=article_id: versions.supersede(session, [one], DAY))
        assert await served_from_today() == before
        # No more of them stay than can come to be served.
        assert (await house.states(article_id)).count("published") == len(set(before))


# -- reading ---------------------------------------------------------------------------------------


async def test_the_history_and_what_changed(seeded: House) -> None:
    await seeded.publish(written(text="Nuevo."))
    async with seeded.database.session() as session:
        assert [one.number for one in await reading.history(session, "permiso-a")] == [2, 1]
        changed = await reading.diff(session, "permiso-a", 1, 2)
        assert await reading.diff(session, "permiso-a", 2, 2) == ""
        with pytest.raises(NoSuchVersion):
            await reading.history(session, "no-existe")
        with pytest.raises(NoSuchVersion):
            await reading.diff(session, "permiso-a", 1, 10**30)
    lines = changed.splitlines()
    assert lines[:2] == ["--- versión 1", "+++ versión 2"]
    assert "-Guardá copia de todo. [PER-02]" in lines
    assert "+Nuevo. [PER-02]" in lines


async def test_what_changes_is_told_when_it_is_committed_and_not_before(
    seeded: House, database_url: str
) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as listener:
        await listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        with pytest.raises(TooEarly):
            await seeded.approve(number, effective_on=DAY - ONE_DAY)
        await seeded.approve(number)
        told = [one.payload async for one in listener.notifies(timeout=60, stop_after=1)]
    assert told == ["2"]


async def test_nothing_is_kept_of_what_was_rolled_back(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    await seeded.submit(number)
    with pytest.raises(RuntimeError):
        async with seeded.database.transaction() as session:
            await service.approve(session, seeded.register, "permiso-a", number, "Luis", NOW)
            raise RuntimeError
    assert await seeded.states() == ["published", "in_review"]
    assert await seeded.revision() == 1
