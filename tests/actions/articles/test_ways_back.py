"""Articles taken out, taken back to an older text, and held back ones served again."""

from datetime import timedelta

import pytest

from actions.articles import facts, service, versions
from actions.articles.errors import (
    Defective,
    Missing,
    NotFlagged,
    NotInEffect,
    Overtaken,
    SamePerson,
    Unchanged,
    WrongState,
)
from actions.articles.service import RolledBack
from tests.actions.articles.conftest import DAY, NOW, House, with_fact, written

ONE_DAY = timedelta(days=1)


async def text_of(house: House, days: int = 0) -> str:
    """The last block of permiso-a as it is served so many days from now; empty if it is not."""
    served = await house.served(DAY + days * ONE_DAY)
    return served.get("permiso-a", "").rpartition("\n")[2]


async def withdraw(house: House, number: int | None = None, reason: str = "está mal") -> int:
    return await house.do(
        lambda session: service.withdraw(session, "permiso-a", "Rosa", reason, NOW, number=number)
    )


async def roll_back(
    house: House, to_number: int, by: str = "Rosa", reason: str = "era mejor"
) -> RolledBack:
    return await house.do(
        lambda session: service.roll_back(
            session, house.register, "permiso-a", to_number, by, reason, NOW
        )
    )


async def review(house: House, reviewer: str = "Luis", note: str = "") -> int:
    return await house.do(
        lambda session: service.review_flagged(
            session, house.register, "permiso-a", reviewer, NOW, note=note
        )
    )


async def change_fact_under_ours(house: House) -> None:
    """A text of Rosa's, and then a release in which a fact under it says something else."""
    await house.publish(written(text="Lo nuestro."))
    house.register = with_fact(house.register, "PER-02", text="Se guarda copia tres años.")
    await house.seed()


# -- out and back ----------------------------------------------------------------------------------


async def test_a_withdrawn_article_is_served_no_more(seeded: House) -> None:
    await seeded.publish(written(text="Nuevo."))
    with pytest.raises(Missing):
        await withdraw(seeded, reason=" ")
    before = await seeded.revision()
    assert await withdraw(seeded) == 2
    assert await text_of(seeded) == ""
    assert await seeded.states() == ["superseded", "withdrawn"]
    assert await seeded.revision() == before + 1
    with pytest.raises(NotInEffect):
        await withdraw(seeded)


async def test_the_old_text_does_not_come_back_when_one_that_waited_is_withdrawn(
    seeded: House,
) -> None:
    await seeded.publish(written(text="Después."), effective_on=DAY + 8 * ONE_DAY)
    later = NOW + 8 * ONE_DAY
    await seeded.do(
        lambda session: service.withdraw(session, "permiso-a", "Rosa", "está mal", later)
    )
    assert await text_of(seeded, 8) == ""


async def test_one_that_waits_for_its_day_can_be_withdrawn_alone(seeded: House) -> None:
    number = await seeded.publish(written(text="Después."), effective_on=DAY + 8 * ONE_DAY)
    await withdraw(seeded, number)
    assert await text_of(seeded, 8) == "Guardá copia de todo."


async def test_a_draft_can_be_withdrawn_and_changes_nothing_that_is_served(seeded: House) -> None:
    number = await seeded.draft(written(text="Nuevo."))
    before = await seeded.revision()
    await withdraw(seeded, number)
    assert await seeded.states() == ["published", "withdrawn"]
    assert await seeded.revision() == before
    with pytest.raises(WrongState):
        await withdraw(seeded, number)


async def test_back_to_a_published_text_at_once(seeded: House) -> None:
    await seeded.publish(written(text="Peor."))
    with pytest.raises(Missing):
        await roll_back(seeded, 1, reason="")
    assert await roll_back(seeded, 1) == RolledBack(3, "published")
    assert await text_of(seeded) == "Guardá copia de todo."
    assert await seeded.states() == ["superseded", "superseded", "published"]
    async with seeded.database.session() as session:
        one = await versions.version(session, "permiso-a", 3)
    assert (one.author, one.note) == ("Rosa", "vuelve a la versión 1: era mejor")
    with pytest.raises(Unchanged):
        await roll_back(seeded, 1)


async def test_back_to_a_text_that_was_never_published_needs_a_second_person(
    seeded: House,
) -> None:
    rejected = await seeded.draft(written(text="Antes no."))
    await seeded.publish(written(text="Peor."))
    back = await roll_back(seeded, rejected)
    assert (back.state, back.why_reviewed) == ("in_review", "nunca se había publicado")
    assert await text_of(seeded) == "Peor."
    with pytest.raises(SamePerson):
        await seeded.approve(back.number, "Rosa")
    await seeded.approve(back.number)
    assert await text_of(seeded) == "Antes no."


async def test_back_to_a_text_whose_fact_moved_needs_a_second_person(seeded: House) -> None:
    await seeded.publish(written(text="Lo nuestro.", fact="PER-05"))
    await seeded.publish(written(text="Otro."))
    seeded.register = with_fact(seeded.register, "PER-05", text="La oficina atiende de tarde.")
    back = await roll_back(seeded, 2)
    assert back.state == "in_review"
    assert back.why_reviewed == "el hecho PER-05 cambió desde que se revisó el artículo"
    assert await text_of(seeded) == "Otro."


async def test_a_draft_on_the_way_is_overtaken_by_a_way_back(seeded: House) -> None:
    await seeded.publish(written(text="Peor."))
    number = await seeded.draft(written(text="Mío."), "Ana")
    await roll_back(seeded, 1)
    with pytest.raises(Overtaken):
        await seeded.submit(number)


# -- held back, and looked at again ----------------------------------------------------------------


async def test_a_held_back_text_is_served_again_once_another_person_read_it(
    seeded: House,
) -> None:
    await change_fact_under_ours(seeded)
    assert await text_of(seeded) == ""
    before = await seeded.revision()
    with pytest.raises(SamePerson):
        await review(seeded, "rosa")
    assert await review(seeded, note="sigue igual") == 2
    assert await text_of(seeded) == "Lo nuestro."
    assert await seeded.revision() == before + 1
    async with seeded.database.session() as session:
        one = await versions.version(session, "permiso-a", 2)
    assert one.review_note == "Luis la revisó otra vez el 23/11/2026: sigue igual"
    with pytest.raises(NotFlagged):
        await review(seeded)


async def test_what_no_longer_holds_is_not_served_again_by_a_review(seeded: House) -> None:
    await seeded.do(
        lambda session: facts.end(
            session, seeded.register, "PER-02", DAY - ONE_DAY, "Ana", "se derogó", NOW
        )
    )
    with pytest.raises(Defective):
        await review(seeded)
    assert await text_of(seeded) == ""
