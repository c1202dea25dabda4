"""A first start publishes the factory's articles; later ones leave alone what the staff wrote."""

import asyncio
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from actions.articles import seed, service, versions
from actions.articles.seed import Seeded
from actions.articles.versions import Version
from actions.store.database import Database
from knowledge.facts import load_facts
from knowledge.library import FOLDER, Library
from knowledge.marked_yaml import SourceError
from tests.actions.articles.conftest import (
    DAY,
    IDS,
    NOW,
    House,
    seeds,
    with_fact,
    without_fact,
    written,
)
from tests.effort import little_work

NEXT_RELEASE = NOW + timedelta(days=30)
LATER = DAY + timedelta(days=30)


async def newest(house: House, article_id: str = "permiso-a") -> Version:
    async with house.database.session() as session:
        return (await versions.versions(session, article_id))[0]


async def test_a_first_start_publishes_all_of_them(house: House) -> None:
    assert await house.seed() == Seeded(published=IDS)
    assert list(await house.served()) == [*IDS]
    one = await newest(house)
    assert (one.number, one.state, one.origin, one.author) == (1, "published", "seed", "seed")
    assert (one.effective_on, one.published_at) == (DAY, NOW)
    assert (one.topic, one.title) == ("permiso", "¿Qué hay de permiso-a?")
    assert one.digest == one.seed_digest
    assert set(one.fact_digests) == {"PER-01", "PER-02"}


async def test_a_start_with_nothing_new_changes_nothing(seeded: House) -> None:
    before = await seeded.revision()
    assert await seeded.seed(now=NEXT_RELEASE) == Seeded()
    assert await seeded.revision() == before == 1
    assert await seeded.states() == ["published"]


async def test_an_unedited_article_gets_the_new_text(seeded: House) -> None:
    texts = seeds(permiso_a=written(text="Guardá copia siempre."))
    done = await seeded.seed(texts, NEXT_RELEASE)
    assert done == Seeded(published=("permiso-a",))
    assert await seeded.states() == ["superseded", "published"]
    assert (await seeded.served(LATER))["permiso-a"].endswith("Guardá copia siempre.")
    assert await seeded.revision() == 2
    assert await seeded.seed(texts, NEXT_RELEASE) == Seeded()


async def test_a_new_article_comes_in(seeded: House) -> None:
    texts = seeds() | {"permiso-d": written("permiso-d")}
    assert await seeded.seed(texts) == Seeded(published=("permiso-d",))
    assert "permiso-d" in await seeded.served()


async def test_an_edited_article_is_left_and_the_new_text_offered_once(seeded: House) -> None:
    await seeded.publish(written(text="Lo nuestro."))
    before = await seeded.revision()
    texts = seeds(permiso_a=written(text="Lo de fábrica."))
    assert await seeded.seed(texts, NEXT_RELEASE) == Seeded(drafted=("permiso-a",))
    assert (await seeded.served(LATER))["permiso-a"].endswith("Lo nuestro.")
    one = await newest(seeded)
    assert (one.state, one.origin, one.note) == ("draft", "seed", "nueva versión de fábrica")
    assert await seeded.revision() == before
    assert await seeded.seed(texts, NEXT_RELEASE) == Seeded()
    # Nor again once the staff has looked at it and does not want it.
    await seeded.submit(3)
    await seeded.do(
        lambda session: service.reject(session, "permiso-a", 3, "Luis", "no aplica", NOW)
    )
    assert await seeded.seed(texts, NEXT_RELEASE) == Seeded()
    assert await seeded.states() == ["superseded", "published", "rejected"]


async def test_a_still_newer_factory_text_takes_the_place_of_the_waiting_one(
    seeded: House,
) -> None:
    await seeded.publish(written(text="Lo nuestro."))
    for text in ("Primera.", "Segunda."):
        done = await seeded.seed(seeds(permiso_a=written(text=text)), NEXT_RELEASE)
        assert done.drafted == ("permiso-a",)
    assert await seeded.states() == ["superseded", "published", "superseded", "draft"]
    assert "Segunda." in (await newest(seeded)).markdown


async def test_once_the_staff_takes_the_factory_text_it_is_followed_again(seeded: House) -> None:
    await seeded.publish(written(text="Lo nuestro."))
    await seeded.seed(seeds(permiso_a=written(text="Primera.")))
    await seeded.submit(3)
    await seeded.approve(3)
    done = await seeded.seed(seeds(permiso_a=written(text="Segunda.")))
    assert done.published == ("permiso-a",)


async def test_what_the_staff_wrote_and_the_release_took_over_is_followed_again(
    seeded: House,
) -> None:
    ours = written(text="Lo nuestro.")
    await seeded.publish(ours)
    assert await seeded.seed(seeds(permiso_a=ours), NEXT_RELEASE) == Seeded()
    assert await seeded.states() == ["superseded", "published"]
    done = await seeded.seed(seeds(permiso_a=written(text="Mejor aún.")), NEXT_RELEASE)
    assert done == Seeded(published=("permiso-a",))


async def test_an_article_that_the_staff_took_out_does_not_come_back(seeded: House) -> None:
    await seeded.do(lambda session: service.withdraw(session, "permiso-a", "Rosa", "está mal", NOW))
    assert await seeded.seed() == Seeded()
    done = await seeded.seed(seeds(permiso_a=written(text="Nuevo.")))
    assert done == Seeded(drafted=("permiso-a",))
    assert "permiso-a" not in await seeded.served()


async def test_an_article_that_the_staff_took_back_is_not_overwritten(seeded: House) -> None:
    await seeded.seed(seeds(permiso_a=written(text="Peor.")))
    back = await seeded.do(
        lambda session: service.roll_back(
            session, seeded.register, "permiso-a", 1, "Rosa", "era mejor", NOW
        )
    )
    assert back.state == "published"
    # Neither by the release that is running, nor by the next one.
    assert await seeded.seed(seeds(permiso_a=written(text="Peor."))) == Seeded()
    done = await seeded.seed(seeds(permiso_a=written(text="Otra.")))
    assert done == Seeded(drafted=("permiso-a",))


async def test_one_that_left_the_repository_stays_and_is_named(seeded: House) -> None:
    texts = {one: text for one, text in seeds().items() if one != "permiso-b"}
    for _ in range(2):
        assert await seeded.seed(texts) == Seeded(vanished=("permiso-b",))
    assert "permiso-b" in await seeded.served()


async def test_a_changed_fact_is_taken_with_the_release_but_not_under_the_staffs_text(
    seeded: House,
) -> None:
    await seeded.publish(written(text="Lo nuestro."))
    before = await seeded.revision()
    seeded.register = with_fact(seeded.register, "PER-02", text="Se guarda copia tres años.")
    # Until the new release has started, what rests on the fact is held back.
    assert set(await seeded.flagged()) == {*IDS}
    assert await seeded.seed() == Seeded(renewed=("permiso-b", "permiso-c"))
    assert await seeded.flagged() == {
        "permiso-a": "el hecho PER-02 cambió desde que se revisó el artículo"
    }
    assert await seeded.revision() == before + 1
    assert await seeded.seed() == Seeded()


async def test_a_text_and_a_fact_that_changed_together_are_served(seeded: House) -> None:
    seeded.register = with_fact(seeded.register, "PER-02", text="Se guarda copia tres años.")
    done = await seeded.seed(seeds(permiso_a=written(text="Guardá copia tres años.")))
    assert done == Seeded(published=("permiso-a",), renewed=("permiso-b", "permiso-c"))
    assert await seeded.flagged() == {}


async def test_the_text_in_effect_is_renewed_too_while_another_waits_for_its_day(
    seeded: House,
) -> None:
    await seeded.publish(written(text="Después."), effective_on=LATER)
    seeded.register = with_fact(seeded.register, "PER-02", text="Se guarda copia tres años.")
    assert (await seeded.seed()).renewed == IDS
    assert await seeded.flagged() == {}
    assert set(await seeded.flagged(LATER)) == {"permiso-a"}


async def test_a_fact_that_comes_back_is_noticed(seeded: House) -> None:
    whole = seeded.register
    seeded.register = without_fact(whole, "PER-02")
    assert (await seeded.seed()).renewed == IDS
    assert await seeded.seed() == Seeded()
    assert set(await seeded.flagged()) == {*IDS}
    seeded.register = whole
    assert (await seeded.seed()).renewed == IDS
    assert await seeded.flagged() == {}


async def test_an_end_that_the_staff_gave_is_not_undone_by_a_start(seeded: House) -> None:
    with psycopg.connect(seeded.database.url) as connection:
        connection.execute(
            'INSERT INTO fact_change (fact_id, kind, ends_on, "by") '
            "VALUES ('PER-02', 'ended', %s, 'Rosa')",
            (DAY - timedelta(days=1),),
        )
    assert await seeded.seed() == Seeded()
    assert set(await seeded.flagged()) == {*IDS}


async def test_those_who_start_together_seed_once(house: House, database_url: str) -> None:
    others = [Database(database_url) for _ in range(4)]
    try:
        done = await asyncio.gather(
            *(House(one, house.register).seed() for one in others for _ in range(2))
        )
    finally:
        for one in others:
            await one.close()
    assert sorted(one.published for one in done) == [()] * 7 + [IDS]
    assert await house.states() == ["published"]
    assert await house.revision() == 1


async def test_ours_are_served_as_from_the_files_and_a_start_costs_little(house: House) -> None:
    house.register, texts = load_facts(FOLDER / "facts"), seed.seed_texts()
    await house.seed(texts)
    files = Library.load(DAY)
    assert list(await house.served()) == list(files.articles)
    assert await house.flagged() == {}
    with little_work():
        assert await house.seed(texts) == Seeded()


async def test_a_release_with_an_article_that_cannot_be_read_fails_whole(house: House) -> None:
    with pytest.raises(SourceError):
        await house.seed(seeds(permiso_b="nada\n"))
    assert await house.served() == {}
    assert await house.revision() == 0


def test_the_texts_of_a_folder_by_their_file_name(tmp_path: Path) -> None:
    path = tmp_path / "permiso" / "permiso-a.md"
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbf" + written().replace("\n", "\r\n").encode())
    assert seed.seed_texts(tmp_path) == {"permiso-a": written()}
    (tmp_path / "permiso-a.md").write_text(written())
    with pytest.raises(SourceError):
        seed.seed_texts(tmp_path)
