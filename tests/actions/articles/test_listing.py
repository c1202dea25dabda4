"""What staff see of all articles: what is served, what waits, and how people rate it."""

from datetime import timedelta
from typing import Any

import pytest

from actions.articles import facts, listing, service
from actions.articles.errors import NoSuchVersion
from actions.articles.listing import ArticleLine
from actions.questions import ratings
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.articles.conftest import DAY, NOW, House, seeds, written

ONE_DAY = timedelta(days=1)


async def lines(house: House, asked: Asked | None = None, days: int = 0) -> Listed[ArticleLine]:
    async with house.database.session() as session:
        return await listing.articles(
            session, house.register, asked or Asked(), DAY + days * ONE_DAY
        )


async def ids(house: House, search: str = "", **more: Any) -> list[str]:
    return [one.article_id for one in (await lines(house, Asked(search, **more))).rows]


async def line(house: House, days: int = 0) -> ArticleLine:
    """That of permiso-a."""
    (found,) = (await lines(house, Asked("permiso-a", limit=1), days)).rows
    return found


async def rate(house: House, article: str, useful: int, useless: int, days_ago: int = 0) -> None:
    for said, times in ((True, useful), (False, useless)):
        for _ in range(times):
            await house.do(
                lambda session, said=said: ratings.count(
                    session, article, DAY - days_ago * ONE_DAY, useful=said
                )
            )


# -- what is served --------------------------------------------------------------------------------


async def test_a_served_article_with_who_wrote_it(seeded: House) -> None:
    number = await seeded.publish(written(text="Nuevo."))
    found = await line(seeded)
    assert (found.serving, found.why, found.number, found.author) == (
        "served",
        None,
        number,
        "Rosa",
    )
    assert (found.topic_name, found.title) == ("Permiso ambiental", "¿Qué hay de permiso-a?")
    assert (found.effective_on, found.changed_at, found.waiting) == (DAY, NOW, ())


async def test_one_that_is_held_back_says_why(seeded: House) -> None:
    await seeded.do(
        lambda session: facts.end(session, seeded.register, "PER-02", DAY, "Ana", "derogado", NOW)
    )
    assert (await line(seeded)).serving == "served"
    found = await line(seeded, days=1)
    assert found.serving == "held"
    assert found.why is not None
    assert "PER-02" in found.why
    assert found.number == 1


async def test_one_that_waits_for_its_day_and_one_that_will_replace_another(house: House) -> None:
    await house.seed({one: text for one, text in seeds().items() if one != "permiso-a"})
    number = await house.publish(written(text="Nuevo."), effective_on=DAY + 5 * ONE_DAY)
    found = await line(house)
    assert (found.serving, found.number) == ("scheduled", None)
    assert [(one.number, one.first_day) for one in found.scheduled] == [(number, DAY + 5 * ONE_DAY)]
    later = await house.publish(written(text="Otro."), effective_on=DAY + 9 * ONE_DAY)
    found = await line(house, days=5)
    assert (found.serving, found.number) == ("served", number)
    assert [one.number for one in found.scheduled] == [later]
    # A filter finds both kinds: what comes, and what is served meanwhile.
    assert await ids(house, filters={"estado": "programada"}) == ["permiso-a"]


async def test_one_that_was_taken_out_and_one_that_never_was_in(seeded: House) -> None:
    await seeded.do(
        lambda session: service.draft(
            session, seeded.register, "permiso-d", written("permiso-d"), "Rosa", "", NOW
        )
    )
    await seeded.do(lambda session: service.withdraw(session, "permiso-b", "Ana", "no va", NOW))
    found = {one.article_id: one for one in (await lines(seeded)).rows}
    assert found["permiso-b"].serving == "withdrawn"
    assert (found["permiso-d"].serving, found["permiso-d"].number) == ("unpublished", None)
    assert found["permiso-d"].title == "¿Qué hay de permiso-d?"
    assert await ids(seeded, filters={"estado": "retirada"}) == ["permiso-b"]
    assert await ids(seeded, filters={"estado": "publicada"}) == ["permiso-a", "permiso-c"]


async def test_what_waits_stands_beside_what_is_served(seeded: House) -> None:
    draft = await seeded.draft(written(text="Uno."), "Ana")
    review = await seeded.draft(written(text="Dos."))
    await seeded.submit(review)
    found = await line(seeded)
    assert found.serving == "served"
    assert [(one.number, one.state, one.author) for one in found.waiting] == [
        (review, "in_review", "Rosa"),
        (draft, "draft", "Ana"),
    ]
    for state in ("borrador", "en_revision"):
        assert await ids(seeded, filters={"estado": state}) == ["permiso-a"]


# -- finding, sorting, paging ----------------------------------------------------------------------


async def test_words_are_found_without_their_accents_in_name_title_and_text(seeded: House) -> None:
    await seeded.publish(written(text="Llená el cárdex de químicos."))
    assert await ids(seeded, "CARDEX quimicos") == ["permiso-a"]
    assert await ids(seeded, "que hay permiso-b") == ["permiso-b"]
    assert await ids(seeded, "cardex permiso-b") == []
    # What is not served any more is not what the article says.
    assert await ids(seeded, "copia") == ["permiso-b", "permiso-c"]
    assert await ids(seeded, "'; DROP TABLE article_version; --") == []


async def test_by_topic(seeded: House) -> None:
    assert len(await ids(seeded, filters={"tema": "permiso"})) == 3
    assert await ids(seeded, filters={"tema": "multas"}) == []


async def test_every_order_both_ways(seeded: House) -> None:
    await rate(seeded, "permiso-c", 3, 1)
    await rate(seeded, "permiso-b", 0, 2)
    await rate(seeded, "permiso-a", 9, 9, days_ago=90)
    await seeded.do(lambda session: service.withdraw(session, "permiso-b", "Ana", "no va", NOW))
    worst_first = await ids(seeded, sort="valoraciones")
    # What nobody rated within ninety days comes last, either way.
    assert worst_first == ["permiso-b", "permiso-c", "permiso-a"]
    assert await ids(seeded, sort="valoraciones", descending=True) == [
        "permiso-c",
        "permiso-b",
        "permiso-a",
    ]
    assert await ids(seeded, sort="titulo", descending=True) == [
        "permiso-c",
        "permiso-b",
        "permiso-a",
    ]
    later = NOW + ONE_DAY
    await seeded.do(
        lambda session: service.draft(
            session, seeded.register, "permiso-b", written("permiso-b", "Más."), "Rosa", "", later
        )
    )
    assert (await ids(seeded, sort="cambio", descending=True))[0] == "permiso-b"
    assert len(await ids(seeded, sort="tema")) == 3


async def test_ratings_of_ninety_days_are_added_up(seeded: House) -> None:
    await rate(seeded, "permiso-a", 2, 1)
    await rate(seeded, "permiso-a", 1, 0, days_ago=89)
    await rate(seeded, "permiso-a", 5, 5, days_ago=90)
    found = await line(seeded)
    assert (found.useful, found.useless) == (3, 1)


async def test_a_page_knows_how_many_there_are_in_all(seeded: House) -> None:
    found = await lines(seeded, Asked(offset=2, limit=2))
    assert ([one.article_id for one in found.rows], found.total) == (["permiso-c"], 3)
    past = await lines(seeded, Asked(offset=50))
    assert (list(past.rows), past.total) == ([], 3)


async def test_names_that_the_list_does_not_know_are_refused(seeded: House) -> None:
    for filters in ({"estado": "servida"}, {"tema": "otro"}, {"autor": "Ana"}):
        with pytest.raises(NoSuchFilter):
            await lines(seeded, Asked(filters=filters))
    with pytest.raises(NoSuchOrder):
        await lines(seeded, Asked(sort="title; DROP TABLE article_version"))
    # A filter that is left open does not narrow.
    assert (await lines(seeded, Asked(filters={"estado": "", "tema": ""}))).total == 3


# -- one article -----------------------------------------------------------------------------------


async def test_the_history_tells_who_did_what_and_which_texts_came_back(seeded: House) -> None:
    number = await seeded.publish(written(text="Nuevo."))
    await seeded.do(
        lambda session: service.roll_back(
            session, seeded.register, "permiso-a", 1, "Ana", "se leía mejor", NOW
        )
    )
    async with seeded.database.session() as session:
        newest, middle, oldest = await listing.versions_of(session, "permiso-a")
        changed = await listing.difference(session, "permiso-a", 1, number)
        same = await listing.difference(session, "permiso-a", 1, newest.number)
        with pytest.raises(NoSuchVersion):
            await listing.versions_of(session, "otro")
        with pytest.raises(NoSuchVersion):
            await listing.difference(session, "permiso-a", 1, 99)
    assert (newest.state, newest.author, newest.text_of) == ("published", "Ana", oldest.number)
    assert "se leía mejor" in newest.note
    assert (middle.state, middle.reviewer, middle.began_from) == ("superseded", "Luis", 1)
    assert (oldest.origin, oldest.text_of) == ("seed", None)
    assert [one.text for one in changed if one.kind == "added"] == ["Nuevo. [PER-02]"]
    assert same == []


async def test_what_waits_for_a_second_person_and_what_cannot_be_approved(seeded: House) -> None:
    first, second = (
        await seeded.draft(written(text="Uno.")),
        await seeded.draft(written(text="Dos.")),
    )
    for number in (second, first):
        await seeded.submit(number)
    async with seeded.database.session() as session:
        waiting = await listing.reviews_waiting(session)
    assert {(one.number, one.overtaken, one.published) for one in waiting} == {
        (first, False, 1),
        (second, False, 1),
    }
    await seeded.approve(second)
    async with seeded.database.session() as session:
        (left,) = await listing.reviews_waiting(session)
    assert (left.number, left.overtaken, left.published, left.author) == (
        first,
        True,
        second,
        "Rosa",
    )
    assert (left.began_from, left.submitted_at) == (1, NOW)
