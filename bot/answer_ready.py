"""What someone is told when the question that they asked to be told of has an answer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from actions.messages.content import Content
from actions.questions.staff import ContentFor
from bot.dialogue.questions import means
from bot.responses import Catalogue
from knowledge.articles import Article

ANSWER_READY: Final = "answer_ready"
ANSWER_NONE: Final = "answer_none"
"""The templates that carry it outside WhatsApp's window; inside, the first gives a real button."""
LONGEST_QUESTION: Final = 120
"""Characters that are shown again of a person's own question."""


def content_for(responses: Catalogue, articles: Mapping[str, Article]) -> ContentFor:
    """What to tell of each of these articles. It raises LookupError for any other: people would be
    sent to an article that is not served."""

    def content(article_id: str | None, question: str) -> Content:
        # On one line: WhatsApp takes no line break inside a template's variable.
        asked = " ".join(question.split())
        if len(asked) > LONGEST_QUESTION:
            asked = f"{asked[: LONGEST_QUESTION - 1].rstrip()}…"
        if article_id is None:
            said = responses.say("utter_answer_none", {"question": asked})
            return Content(said.text, template=ANSWER_NONE, variables={"1": said.text})
        title = articles[article_id].title
        said = responses.say("utter_answer_ready", {"question": asked, "title": title})
        goes_to = means("show_article", article=article_id)
        buttons = tuple(replace(button, means=goes_to) for button in said.buttons)
        return Content(said.text, buttons, template=ANSWER_READY)

    return content
