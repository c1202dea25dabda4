"""Actions around answers, against a real database and the articles as they are."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.answers.service import Answer
from actions.cases.hours import ZONE, Hours
from actions.guides.service import is_offered
from actions.messages.content import Attachment
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions, look_up
from bot.dialogue.conversation import Conversation, Do
from knowledge.guides import guides
from knowledge.library import Library
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.people.conftest import rows, run

__all__ = ["meet"]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
QUESTION = "qwxz vbnmk ñlkjh"
"""Nothing that any article answers."""
RATINGS = "SELECT article_id, rated_on, useful, useless FROM article_rating"
ASKED = "SELECT text, outcome, articles, channel, asked_on FROM asked_question"


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(NOW.date())


async def _does(
    database: Database, library: Library, someone: Someone, action: str, **args: Any
) -> Any:
    """The result of one action, in a turn of that person."""
    async with database.transaction() as session:
        actions = Actions(
            session=session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[],
            library=library,
            responses=responses.load(Path(responses.__file__).parent),
            conversation=Conversation(),
            flows=flows.load(Path(flows.__file__).parent),
            hours=Hours(),
            now=NOW,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
            feed_url="https://example.org/calendario/{}.ics".format,
        )
        return await actions.run(Do(action, args))


# -- whether an answer was of use ------------------------------------------------------------------


async def test_what_was_of_use_is_counted_and_nothing_else_kept(
    database: Database, meet: Meet, library: Library
) -> None:
    rating = {"article": "residuos-separar", "question": "¿separo la basura?", "useful": True}
    await _does(database, library, await meet(), "rate", **rating)
    assert await rows(database, RATINGS) == [("residuos-separar", NOW.date(), 1, 0)]
    assert await rows(database, ASKED) == []


async def test_a_question_whose_answer_was_of_no_use_is_noted_for_the_ministry(
    database: Database, meet: Meet, library: Library
) -> None:
    ana = await meet()
    rating = {"article": "residuos-separar", "useful": False}
    await _does(database, library, ana, "rate", **rating, question="separo la basura y cómo")
    assert await rows(database, RATINGS) == [("residuos-separar", NOW.date(), 0, 1)]
    noted = ("separo la basura y cómo", "low_rated", ["residuos-separar"], "whatsapp", NOW.date())
    assert await rows(database, ASKED) == [noted]
    # Read behind a button, it answered no question.
    await _does(database, library, ana, "rate", **rating, question=None)
    assert await rows(database, ASKED) == [noted]


async def test_what_is_served_no_more_is_not_rated(
    database: Database, meet: Meet, library: Library
) -> None:
    for article in ("gone", None):
        rating = {"article": article, "question": "¿y eso?", "useful": False}
        await _does(database, library, await meet(), "rate", **rating)
    assert await rows(database, RATINGS) == await rows(database, ASKED) == []


# -- telling when there is an answer ---------------------------------------------------------------


async def test_a_question_without_answer_is_noted_and_its_asker_told_on_request(
    database: Database, meet: Meet, library: Library
) -> None:
    ana, luis = await meet(), await meet("telegram", "77")
    found = await _does(database, library, ana, "answer", question=QUESTION)
    assert (found.outcome, found.logged is not None) == ("abstained", True)
    assert await rows(database, "SELECT * FROM asker") == []
    wish = {"question": found.logged}
    assert await _does(database, library, ana, "want_answer", **wish) == "noted"
    assert await _does(database, library, ana, "want_answer", **wish) == "noted"
    waiting = "SELECT question_id, person_id FROM asker"
    assert await rows(database, waiting) == [(found.logged, ana.person_id)]
    held = (await _does(database, library, ana, "data_held"))["held"]
    assert "• Preguntas de las que esperás respuesta: 1" in held
    assert "esperás" not in (await _does(database, library, luis, "data_held"))["held"]


async def test_a_question_that_is_answered_is_not_noted(
    database: Database, meet: Meet, library: Library
) -> None:
    title = library.articles["residuos-separar"].title
    found = await _does(database, library, await meet(), "answer", question=title)
    assert (found.outcome, found.logged) == ("answered", None)
    assert await rows(database, ASKED) == []


async def test_an_answer_that_came_meanwhile_is_given_at_once(
    database: Database, meet: Meet, library: Library
) -> None:
    ana = await meet()
    found = await _does(database, library, ana, "answer", question=QUESTION)
    await run(
        database,
        "UPDATE question_cluster SET state = 'resolved', resolution = 'article', "
        "article_id = 'residuos-separar', resolved_at = now(), resolved_by = 'ana'",
    )
    shown = await _does(database, library, ana, "want_answer", question=found.logged)
    assert isinstance(shown, Answer)
    assert shown.articles == ("residuos-separar",)
    # It may have been taken back since.
    articles = {one: it for one, it in library.articles.items() if one != "residuos-separar"}
    without = replace(library, articles=articles)
    assert await _does(database, without, ana, "want_answer", question=found.logged) is None
    assert await rows(database, "SELECT * FROM asker") == []


async def test_nobody_is_promised_an_answer_that_will_not_come(
    database: Database, meet: Meet, library: Library
) -> None:
    ana = await meet()
    found = await _does(database, library, ana, "answer", question=QUESTION)
    await run(database, "UPDATE question_cluster SET state = 'dismissed', resolved_at = now()")
    assert await _does(database, library, ana, "want_answer", question=found.logged) is None
    assert await _does(database, library, ana, "want_answer", question=4_711) is None
    assert await rows(database, "SELECT * FROM asker") == []


# -- the rest of an answer -------------------------------------------------------------------------


async def test_the_rest_goes_on_where_the_answer_stopped(library: Library) -> None:
    def shown(article: str, **more: Any) -> Answer:
        found = look_up(library, Do("show_article", {"article": article, **more}))
        assert isinstance(found, Answer)
        return found

    long = [one for one in library.articles if shown(one).has_more]
    assert long
    for article in long:
        first, rest = shown(article), shown(article, rest=True)
        assert f"{first.text}\n\n{rest.text}" == library.articles[article].body
        assert rest.text and not rest.has_more
    short = next(one for one in library.articles if one not in long)
    # An old button of an article that was shortened since.
    assert shown(short, rest=True) == shown(short)


# -- guides ----------------------------------------------------------------------------------------


async def test_a_guide_comes_with_the_address_of_its_file(
    database: Database, meet: Meet, library: Library
) -> None:
    ana = await meet()
    guide = guides().get("guia-lacteos")
    assert guide is not None
    file = Attachment(
        "guia-lacteos.pdf", "https://example.org/guias/guia-lacteos.pdf", "application/pdf"
    )
    expected = (guide.title, library.articles[guide.articles[0]].topic, file)
    named = await _does(database, library, ana, "show_guide", text="la guía de lácteos")
    pressed = await _does(database, library, ana, "show_guide", text="", guide="guia-lacteos")
    assert named == pressed == expected


async def test_several_guides_are_told_and_none_is_none(
    database: Database, meet: Meet, library: Library
) -> None:
    ana = await meet()
    several = await _does(database, library, ana, "show_guide", text="guía de café y lácteos")
    assert [guide for guide, _ in several] == ["guia-lacteos", "guia-cafe"]
    assert all(title == guides().get(one).title for one, title in several)  # type: ignore[union-attr]
    assert await _does(database, library, ana, "show_guide", text="guía de la luna") == []
    assert await _does(database, library, ana, "show_guide", text="", guide="../secreto") == []


async def test_a_guide_without_any_article_is_not_given(
    database: Database, meet: Meet, library: Library
) -> None:
    guide = guides().get("guia-lacteos")
    assert guide is not None
    left = {one: it for one, it in library.articles.items() if one not in guide.articles}
    without = replace(library, articles=left)
    assert not is_offered(without, guide)
    assert await _does(database, without, await meet(), "show_guide", guide=guide.id) == []
