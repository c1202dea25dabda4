"""How an article will be shown in the chat, also one that is still being written."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from actions.answers import service as answers
from actions.answers.service import Answer
from actions.articles import defects
from actions.articles.errors import Defective, Problem
from actions.articles.rules import day_of, normalized
from actions.cases.hours import ZONE
from bot import shown
from bot.channels import telegram, whatsapp
from bot.channels.whatsapp import WhatsApp
from bot.dialogue.conversation import Context, Conversation
from bot.dialogue.turning import Turning, run
from bot.flows import Flows
from bot.responses import Catalogue
from bot.shown import Shown
from bot.turn import spoken
from bot.understanding.understood import ASK, Understood
from knowledge.articles import Article
from knowledge.facts import FactRegister
from knowledge.library import Library


@dataclass(frozen=True, slots=True)
class Preview:
    """One part of an article as it is shown: the first one as the answer to a question, the other
    one after "Ver más".

    ``sources`` is the line of sources, empty for none; ``to_confirm`` tells that a fact under this
    part is to be confirmed, so that the message says so; ``has_more`` that "Ver más" follows.
    """

    whatsapp: tuple[Shown, ...]
    telegram: tuple[Shown, ...]
    sources: str
    to_confirm: bool
    has_more: bool


@dataclass(frozen=True, slots=True)
class Previewed:
    """The parts in their order, none for a text that cannot be read; and what is to be mended
    before the article can be saved, by line."""

    parts: tuple[Preview, ...]
    problems: tuple[Problem, ...]


def previewed(
    article_id: str,
    markdown: str,
    library: Library,
    responses: Catalogue,
    flows: Flows,
    now: datetime,
    *,
    others: AbstractSet[str] = frozenset(),
    channel: WhatsApp | None = None,
) -> Previewed:
    """An article's text as it would be shown beside what ``library`` serves, stored or not.

    ``others`` are articles beyond those of the library that it may lead to, such as drafts;
    ``channel`` knows which buttons WhatsApp has templates for (see bot.shown).
    """
    try:
        article = defects.read(article_id, normalized(markdown))
    except Defective as refused:
        return Previewed((), refused.problems)
    known = others | library.articles.keys()
    problems = defects.problems_of(article, library.facts, known, day_of(now))
    with_it = {**library.articles, article_id: _on_known_facts(article, library.facts)}
    there = Library(with_it, library.facts)
    context = Context(now=now.astimezone(ZONE), flows=flows)
    parts: list[Preview] = []
    for asked in (_as_answer(article), _as_rest(article)):
        turning = run(Conversation(welcomed=True), asked, context)
        answer = answers.show(there, article_id, rest=bool(parts))
        assert answer is not None
        turning.next_action()
        turning.done(answer)
        parts.append(_part(turning, answer, responses, channel))
        if not answer.has_more:
            break
    return Previewed(tuple(parts), tuple(problems))


def _as_answer(article: Article) -> Understood:
    return Understood(ASK, "search", article.title)


def _as_rest(article: Article) -> Understood:
    return Understood("show_article", "button", entities={"article": article.id, "rest": True})


def _on_known_facts(article: Article, facts: FactRegister) -> Article:
    """The same without citations of what is no fact: these are among the problems, and no reason
    not to show the rest."""
    blocks = tuple(
        replace(block, facts=tuple(one for one in block.facts if one in facts))
        for block in article.blocks
    )
    return replace(article, blocks=blocks)


def _part(
    turning: Turning, answer: Answer, responses: Catalogue, channel: WhatsApp | None
) -> Preview:
    return Preview(
        whatsapp=shown.on_whatsapp(spoken(responses, turning, whatsapp.NAME), channel),
        telegram=shown.on_telegram(spoken(responses, turning, telegram.NAME)),
        sources=answer.sources,
        to_confirm=answer.to_confirm,
        has_more=answer.has_more,
    )
