"""What an asker is told fits every channel, and its button leads to the article."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import responses
from bot.answer_ready import ANSWER_NONE, ANSWER_READY, LONGEST_QUESTION, content_for
from bot.channels import templates, text
from bot.channels.whatsapp import MAX_BUTTONS, QUICK_REPLY_BODY_LIMIT
from bot.dialogue.questions import means
from knowledge.articles import Article, Block

ARTICLE = Article(
    id="llantas",
    title="¿Qué hago con las llantas?",
    topic="residuos",
    aliases=(),
    next=(),
    blocks=(Block("Las lleva un gestor.", (), 1),),
    path=Path("llantas.md"),
)
TELL = content_for(responses.load(Path(responses.__file__).parent), {"llantas": ARTICLE})
DECLARED = {one.name: one for one in templates.declared()}


def test_the_answer_is_named_with_a_button_that_shows_it() -> None:
    content = TELL("llantas", "kien recoje llantas")
    assert content.text == (
        "Ya hay respuesta a lo que preguntaste («kien recoje llantas»): ¿Qué hago con las llantas?"
    )
    (button,) = content.buttons
    assert (button.title, button.means) == (
        "Ver la respuesta",
        means("show_article", article="llantas"),
    )
    assert content.template == ANSWER_READY


def test_outside_the_window_the_template_has_the_same_buttons_and_place_for_the_text() -> None:
    content = TELL("llantas", "kien recoje llantas")
    declared = DECLARED[ANSWER_READY]
    # Without variables of its own, the text and the buttons' marks are filled in when it is sent.
    assert not content.variables
    assert declared.buttons == tuple(button.title for button in content.buttons)
    assert len(declared.buttons) <= MAX_BUTTONS
    assert set(declared.samples) == {"1", "2"}
    nothing = TELL(None, "dónde pago la renta")
    assert (nothing.template, nothing.buttons) == (ANSWER_NONE, ())
    assert nothing.variables == {"1": nothing.text}
    assert not DECLARED[ANSWER_NONE].buttons
    for name in (ANSWER_READY, ANSWER_NONE):
        assert DECLARED[name].category == "UTILITY"
        # WhatsApp approves no template that begins or ends with a variable.
        assert not DECLARED[name].body.startswith("{{")
        assert not DECLARED[name].body.endswith("}}")


@given(st.text(max_size=600), st.sampled_from(["llantas", None]))
def test_any_question_fits_on_one_line(question: str, article: str | None) -> None:
    content = TELL(article, question)
    assert "\n" not in content.text
    wrapped = DECLARED[content.template or ""].body.replace("{{1}}", content.text)
    assert text.length(wrapped) <= QUICK_REPLY_BODY_LIMIT
    assert len(content.text) <= LONGEST_QUESTION + 200
    # Of a person's words nothing becomes bold.
    assert "**" not in content.text


def test_an_article_that_is_not_served_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        TELL("otro", "kien recoje llantas")
