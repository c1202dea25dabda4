"""What stands in a guide on a day: the articles that are served, each with its sources."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from actions.answers import service as answers
from actions.answers.service import CREDIT_TOPICS, PRODUCT, Answer, Citation
from knowledge.articles import Article
from knowledge.guides import Guide, guides
from knowledge.library import Library

CONFIRM: Final = "Antes de decidir, confirmalo con el MARN: aquí hay datos por verificar."
CONFIRM_CREDIT: Final = (
    "Antes de decidir, confirmalo con el MARN o con tu banco: aquí hay datos por verificar."
)


class NotOffered(LookupError):
    """No article of the guide is served; the message is the guide's id."""


@dataclass(frozen=True, slots=True)
class Section:
    """An article in a guide. ``sources`` is a sentence with all of them, empty where there is
    none; ``notice`` what has to be confirmed with whom, empty where nothing has."""

    article: Article
    sources: str
    notice: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections under a title; a guide without chapters has one, without a title."""

    title: str
    sections: tuple[Section, ...]


def offered(library: Library, listed: Iterable[Guide] | None = None) -> tuple[Guide, ...]:
    """The guides of which at least one article is served, of all or of those ``listed``."""
    known = guides().listed if listed is None else listed
    return tuple(guide for guide in known if is_offered(library, guide))


def is_offered(library: Library, guide: Guide) -> bool:
    """Whether at least one article of the guide is served."""
    return any(article in library.articles for article in guide.articles)


def contents(library: Library, guide: Guide) -> tuple[Chapter, ...]:
    """What stands in a guide: articles that are not served, and chapters without any, are left out.

    Raises NotOffered when nothing is left.
    """
    parts = [("", guide.articles)] if not guide.chapters else []
    parts += [(chapter.title, chapter.articles) for chapter in guide.chapters]
    chapters = []
    for title, ids in parts:
        sections = tuple(
            _section(library, library.articles[one]) for one in ids if one in library.articles
        )
        if sections:
            chapters.append(Chapter(title, sections))
    if not chapters:
        raise NotOffered(guide.id)
    return tuple(chapters)


def _section(library: Library, article: Article) -> Section:
    whole = _whole(library, article)
    notice = ""
    if whole.to_confirm:
        notice = CONFIRM_CREDIT if article.topic in CREDIT_TOPICS else CONFIRM
    return Section(article, _sources(whole), notice)


def _whole(library: Library, article: Article) -> Answer:
    """The article as the chat would answer with it, its second part taken in."""
    first = answers.show(library, article.id)
    assert first is not None
    if not first.has_more:
        return first
    rest = answers.show(library, article.id, rest=True)
    assert rest is not None
    return replace(
        first,
        citations=tuple(dict.fromkeys((*first.citations, *rest.citations))),
        to_confirm=first.to_confirm or rest.to_confirm,
    )


def _sources(answer: Answer) -> str:
    """The sentence of sources. The chat's names the first few and counts the rest; a page has
    room for all of them, so each source is asked for by itself."""
    by_source: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_source.setdefault(citation.instrument, []).append(citation)
    if len(by_source) > 1:
        by_source.pop(PRODUCT, None)
    said = [replace(answer, citations=tuple(one)).sources for one in by_source.values()]
    named = [sentence.partition(": ")[2].removesuffix(".") for sentence in said]
    if not named:
        return ""
    return f"{'Fuentes' if len(named) > 1 else 'Fuente'}: {'; '.join(named)}."
