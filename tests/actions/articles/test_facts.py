"""What staff say of a fact: from when on it shows, and that nothing of it is lost."""

from datetime import date, timedelta

import pytest

from actions.answers import service as answers
from actions.articles import facts, reading, to_confirm
from actions.articles.errors import Missing, NoSuchFact
from tests.actions.articles.conftest import DAY, IDS, NOW, House

ONE_DAY = timedelta(days=1)
SOURCE = "Dirección Jurídica, 20/11/2026, memorándum 14"


async def end(house: House, fact_id: str, last: date, why: str = "se derogó") -> None:
    await house.do(
        lambda session: facts.end(session, house.register, fact_id, last, "Rosa", why, NOW)
    )


async def confirm(house: House, fact_id: str, source: str = SOURCE) -> None:
    await house.do(
        lambda session: facts.confirm(session, house.register, fact_id, source, "Rosa", NOW)
    )


async def test_the_articles_of_an_ended_fact_are_served_up_to_its_last_day(
    seeded: House,
) -> None:
    await end(seeded, "PER-02", DAY + ONE_DAY)
    assert set(await seeded.served(DAY)) == set(await seeded.served(DAY + ONE_DAY)) == {*IDS}
    assert await seeded.served(DAY + 2 * ONE_DAY) == {}
    assert set((await seeded.flagged(DAY + 2 * ONE_DAY)).values()) == {
        "el hecho PER-02 no rige el 25/11/2026 (rigió hasta el 24/11/2026)"
    }
    assert await seeded.revision() == 2


async def test_an_end_given_by_mistake_is_put_right_by_another_one(seeded: House) -> None:
    await end(seeded, "PER-02", DAY - ONE_DAY)
    assert await seeded.served() == {}
    await end(seeded, "PER-02", DAY + 300 * ONE_DAY, "fue un error")
    assert set(await seeded.served()) == {*IDS}
    async with seeded.database.session() as session:
        said = await facts.said_of(session, "PER-02")
    assert [(one.kind, one.note, one.by) for one in said] == [
        ("ended", "fue un error", "Rosa"),
        ("ended", "se derogó", "Rosa"),
    ]


async def test_a_confirmed_fact_needs_no_warning_any_more(seeded: House) -> None:
    async def to_confirm_of() -> bool:
        async with seeded.database.session() as session:
            library = await reading.published_library(session, seeded.register, DAY)
        shown = answers.show(library, "permiso-a")
        assert shown is not None
        return shown.to_confirm

    assert await to_confirm_of()
    await confirm(seeded, "PER-02")
    assert not await to_confirm_of()
    async with seeded.database.session() as session:
        (said,) = await facts.said_of(session, "PER-02")
    assert (said.kind, said.source, said.by, said.at) == ("confirmed", SOURCE, "Rosa", NOW)


async def test_a_word_on_a_fact_needs_a_fact_a_name_and_a_ground(seeded: House) -> None:
    with pytest.raises(NoSuchFact):
        await end(seeded, "PER-99", DAY)
    with pytest.raises(Missing):
        await end(seeded, "PER-02", DAY, " ")
    with pytest.raises(Missing):
        await confirm(seeded, "PER-02", "")
    assert await seeded.revision() == 1


async def test_what_is_to_be_confirmed_with_who_rests_on_it(seeded: House) -> None:
    async def listed() -> list[to_confirm.ToConfirm]:
        async with seeded.database.session() as session:
            return await to_confirm.read(session, seeded.register, DAY)

    assert [(one.fact, one.articles) for one in await listed()] == [
        ("PER-02", IDS),
        ("PER-03", ()),
    ]
    await confirm(seeded, "PER-02")
    assert [one.fact for one in await listed()] == ["PER-03"]


def test_the_list_opens_in_a_spreadsheet_and_runs_nothing_there() -> None:
    row = to_confirm.ToConfirm(
        "PER-09",
        "permiso",
        '=HYPERLINK("x"), "año"',
        "Ley | Reglamento",
        "",
        "recalled",
        "",
        ("a",),
    )
    table = to_confirm.as_csv([row])
    assert table.startswith("\ufeffHecho,Tema,")
    assert '"\'=HYPERLINK(""x""), ""año"""' in table
    assert (
        to_confirm.as_markdown([row]).splitlines()[2].startswith("| PER-09 | Permiso ambiental |")
    )
    assert "Ley \\| Reglamento" in to_confirm.as_markdown([row])
