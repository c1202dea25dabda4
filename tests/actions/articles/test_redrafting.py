"""A draft can be saved many times by its author, and nobody's text is lost over it."""

import asyncio

import pytest

from actions.articles import redrafting, service, versions
from actions.articles.errors import (
    ChangedMeanwhile,
    Defective,
    NotYours,
    Overtaken,
    Unchanged,
    WrongState,
)
from actions.articles.rules import digest, normalized
from actions.articles.versions import Version
from tests.actions.articles.conftest import NOW, House, written

FIRST = written(text="Primero.")
SECOND = written(text="Segundo.")
THIRD = written(text="Tercero.")


async def save(
    house: House, number: int, markdown: str, seen: str, author: str = "Rosa", note: str = ""
) -> str:
    return await house.do(
        lambda session: redrafting.redraft(
            session, house.register, "permiso-a", number, markdown, author, note, NOW, seen=seen
        )
    )


async def stored(house: House, number: int) -> Version:
    async with house.database.session() as session:
        return await versions.version(session, "permiso-a", number)


async def test_a_draft_is_saved_again_under_its_number(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    seen = await save(seeded, number, SECOND, digest(FIRST), note="mejor dicho")
    assert seen == digest(SECOND)
    await save(seeded, number, THIRD, seen, " rosa ", "mejor dicho")
    one = await stored(seeded, number)
    assert (one.markdown, one.digest, one.note) == (THIRD, digest(THIRD), "mejor dicho")
    assert await seeded.states() == ["published", "draft"]
    await seeded.submit(number)
    await seeded.approve(number)
    assert (await seeded.served())["permiso-a"].endswith("Tercero.")


async def test_a_title_and_topic_that_changed_are_those_of_the_version(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    renamed = FIRST.replace("¿Qué hay de permiso-a?", "¿Qué más hay?").replace(
        "topic: permiso", "topic: multas"
    )
    await save(seeded, number, renamed, digest(FIRST))
    one = await stored(seeded, number)
    assert (one.title, one.topic) == ("¿Qué más hay?", "multas")


async def test_a_save_from_another_window_is_told_with_both_texts(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    await save(seeded, number, SECOND, digest(FIRST))
    with pytest.raises(ChangedMeanwhile) as refused:
        await save(seeded, number, THIRD, digest(FIRST))
    assert refused.value.markdown == SECOND
    changed = [(one.kind, one.text) for one in refused.value.lines if one.kind != "same"]
    assert ("removed", "Tercero. [PER-02]") in changed
    assert ("added", "Segundo. [PER-02]") in changed
    assert (await stored(seeded, number)).markdown == SECOND
    # Having seen the other text, its author decides.
    await save(seeded, number, THIRD, refused.value.digest)
    assert (await stored(seeded, number)).markdown == THIRD


async def test_a_save_that_is_repeated_is_none_the_worse(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    for _ in range(2):
        # As a browser sends it, and as an editor of another system ends its lines.
        again = SECOND.replace("\n", "\r\n") + "\n\n"
        assert await save(seeded, number, again, digest(FIRST)) == digest(normalized(SECOND))


async def test_of_saves_at_the_same_time_one_is_told_of_the_other(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    results = await asyncio.gather(
        save(seeded, number, SECOND, digest(FIRST)),
        save(seeded, number, THIRD, digest(FIRST)),
        return_exceptions=True,
    )
    (lost,) = [one for one in results if isinstance(one, ChangedMeanwhile)]
    (kept,) = [one for one in results if isinstance(one, str)]
    assert (await stored(seeded, number)).digest == kept == lost.digest


async def test_a_draft_is_changed_by_its_author_only_and_only_as_a_draft(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    with pytest.raises(NotYours, match="es de Rosa"):
        await save(seeded, number, SECOND, digest(FIRST), "Luis")
    await seeded.submit(number)
    with pytest.raises(WrongState):
        await save(seeded, number, SECOND, digest(FIRST))
    # What was published stays as it was approved.
    with pytest.raises(WrongState):
        await save(seeded, 1, SECOND, (await stored(seeded, 1)).digest)
    assert (await stored(seeded, number)).markdown == FIRST


async def test_a_text_with_defects_or_of_the_published_version_is_not_saved(seeded: House) -> None:
    number = await seeded.draft(FIRST)
    with pytest.raises(Defective):
        await save(seeded, number, written(text="Vea **esto**."), digest(FIRST))
    with pytest.raises(Unchanged):
        await save(seeded, number, written(), digest(FIRST))
    assert (await stored(seeded, number)).markdown == FIRST


async def test_of_two_drafts_from_one_version_the_second_is_told_what_changed(
    seeded: House,
) -> None:
    mine, theirs = await seeded.draft(FIRST), await seeded.draft(SECOND, "Ana")
    for number in (mine, theirs):
        await seeded.submit(number)
    await seeded.approve(theirs)
    with pytest.raises(Overtaken) as refused:
        await seeded.approve(mine)
    told = refused.value
    assert (told.began_from, told.published, told.author) == (1, theirs, "Ana")
    changed = [(one.kind, one.text) for one in told.lines if one.kind in ("added", "removed")]
    assert changed == [
        ("removed", "Guardá copia de todo. [PER-02]"),
        ("added", "Segundo. [PER-02]"),
    ]
    assert "+Segundo." in str(told)


async def test_a_draft_that_was_overtaken_is_made_anew(seeded: House) -> None:
    mine = await seeded.draft(FIRST)
    await seeded.publish(SECOND)
    with pytest.raises(Overtaken) as refused:
        await save(seeded, mine, THIRD, digest(FIRST))
    again = await seeded.draft(THIRD, began_from=refused.value.published)
    await seeded.do(
        lambda session: service.withdraw(
            session, "permiso-a", "Rosa", "hecha de nuevo", NOW, number=mine
        )
    )
    await seeded.submit(again)
    await seeded.approve(again)
    assert (await seeded.served())["permiso-a"].endswith("Tercero.")
