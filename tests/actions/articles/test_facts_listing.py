"""The register as staff page through it, with what they said on top."""

from datetime import date, timedelta
from typing import Any

import pytest

from actions.articles import facts, facts_listing
from actions.articles.errors import NoSuchFact
from actions.articles.facts_listing import FactDetail, FactLine
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.articles.conftest import DAY, IDS, NOW, House, with_fact, written

ONE_DAY = timedelta(days=1)


async def lines(house: House, asked: Asked, day: date = DAY) -> Listed[FactLine]:
    async with house.database.session() as session:
        return await facts_listing.facts(session, house.register, asked, day)


async def ids(house: House, search: str = "", day: date = DAY, **more: Any) -> list[str]:
    return [one.fact_id for one in (await lines(house, Asked(search, **more), day)).rows]


async def detail(house: House, fact_id: str) -> FactDetail:
    async with house.database.session() as session:
        return await facts_listing.fact(session, house.register, fact_id, DAY)


async def end(house: House, fact_id: str, last: date) -> None:
    await house.do(
        lambda session: facts.end(session, house.register, fact_id, last, "Ana", "derogado", NOW)
    )


async def confirm(house: House, fact_id: str) -> None:
    await house.do(
        lambda session: facts.confirm(
            session, house.register, fact_id, "Lic. Paz, oficio 12", "Ana", NOW
        )
    )


async def test_a_fact_with_its_source_and_the_articles_that_rest_on_it(seeded: House) -> None:
    first, *_ = (await lines(seeded, Asked())).rows
    assert (first.fact_id, first.articles, first.topic_name) == ("PER-01", IDS, "Permiso ambiental")
    assert (first.instrument, first.locator) == ("Ley del Medio Ambiente", "art. 19")
    assert (first.certainty, first.standing, first.said) == ("confirmado", "vigente", None)
    # An article that is taken to another fact rests on this one no more.
    await seeded.publish(written(text="Por la mañana.", fact="PER-05"))
    found = {one.fact_id: one.articles for one in (await lines(seeded, Asked())).rows}
    assert found["PER-05"] == ("permiso-a",)
    assert found["PER-02"] == ("permiso-b", "permiso-c")


async def test_what_staff_said_last_is_what_is_shown(seeded: House) -> None:
    await confirm(seeded, "PER-02")
    assert await ids(seeded, filters={"certeza": "por_confirmar"}) == []
    await end(seeded, "PER-02", DAY)
    (found,) = (await lines(seeded, Asked("PER-02"))).rows
    assert (found.certainty, found.standing, found.valid_to) == ("confirmado", "vigente", DAY)
    assert found.said is not None
    assert (found.said.kind, found.said.by, found.said.note) == ("ended", "Ana", "derogado")
    assert await ids(seeded, day=DAY + ONE_DAY, filters={"vigencia": "terminado"}) == ["PER-02"]


async def test_every_filter(seeded: House) -> None:
    seeded.register = with_fact(
        with_fact(seeded.register, "PER-01", pending="el plazo"),
        "PER-04",
        valid_from=DAY + ONE_DAY,
    )
    assert await ids(seeded, filters={"certeza": "incierto"}) == ["PER-03"]
    assert await ids(seeded, filters={"pendiente": "si"}) == ["PER-01"]
    assert "PER-01" not in await ids(seeded, filters={"pendiente": "no"})
    assert await ids(seeded, filters={"vigencia": "por_empezar"}) == ["PER-04"]
    assert await ids(seeded, day=date(2027, 1, 1), filters={"vigencia": "terminado"}) == ["PER-05"]
    assert await ids(seeded, filters={"tema": "aguas"}) == []
    both = {"certeza": "confirmado", "vigencia": "vigente", "tema": "permiso"}
    assert await ids(seeded, filters=both) == ["PER-01", "PER-05"]


async def test_words_are_found_in_id_text_and_source(seeded: House) -> None:
    assert await ids(seeded, "dias HABILES") == ["PER-03"]
    assert await ids(seeded, "per-05") == ["PER-05"]
    assert await ids(seeded, "¿ley del medio ambiente?") == ["PER-01"]
    assert await ids(seeded, "habiles PER-05") == []


async def test_every_order_and_a_page(seeded: House) -> None:
    by_name = ["PER-01", "PER-02", "PER-03", "PER-04", "PER-05"]
    assert await ids(seeded, sort="hecho", descending=True) == by_name[::-1]
    assert (await ids(seeded, sort="articulos"))[:3] == ["PER-03", "PER-04", "PER-05"]
    assert await ids(seeded, sort="tema") == by_name
    page = await lines(seeded, Asked(sort="hecho", offset=3, limit=1))
    assert ([one.fact_id for one in page.rows], page.total) == (["PER-04"], 5)


async def test_names_that_the_list_does_not_know_are_refused(seeded: House) -> None:
    for filters in ({"certeza": "confirmed"}, {"vigencia": "x"}, {"pendiente": "x"}, {"y": "x"}):
        with pytest.raises(NoSuchFilter):
            await lines(seeded, Asked(filters=filters))
    with pytest.raises(NoSuchOrder):
        await lines(seeded, Asked(sort="certeza"))


async def test_one_fact_in_full(seeded: House) -> None:
    await end(seeded, "PER-02", DAY + ONE_DAY)
    await confirm(seeded, "PER-02")
    found = await detail(seeded, "PER-02")
    assert [one.kind for one in found.said] == ["confirmed", "ended"]
    assert found.line.said == found.said[0]
    assert found.articles == tuple((one, f"¿Qué hay de {one}?") for one in IDS)
    assert (await detail(seeded, "PER-04")).use == "background"
    with pytest.raises(NoSuchFact):
        await detail(seeded, "PER-99")
