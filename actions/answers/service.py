"""Answers from the ministry's articles: composed with their sources, or honestly withheld."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from actions.answers import follow_ups
from knowledge.articles import Article, Block
from knowledge.guides import guides
from knowledge.library import Library
from knowledge.topics import TOPICS

_REMARK = re.compile(r"\([^)]*\)")
_ARTICLES = re.compile(r"arts?\. ((?:\d+(?:-[A-Z])?(?: a \d+)?(?:, | y )?)+)")
_NUMBER = re.compile(r"\d+(?:-[A-Z])?(?: a \d+)?")
_DIGITS = re.compile(r"\d+")

Outcome = Literal["answered", "clarify", "abstained"]
Learnt = Mapping[str, Mapping[str, float]]
"""By text, by article: how much likelier than the usual article the text asks for it."""
NOTHING_LEARNT: Final[Learnt] = MappingProxyType({})

ANSWER_FROM: Final = 0.45
"""Confidence of the search from which its first article is given as the answer."""
ANSWER_AFTER: Final = 0.15
"""The same for a question that goes on from an answer: that one told what it is about."""
CLARIFY_FROM: Final = 0.25
"""Confidence from which the nearest articles are offered as what the person may mean."""
SURE_FROM: Final = 0.60
"""Confidence from which a text counts as a question, whatever else it looks like."""
PRODUCT: Final = "producto"
"""The source of facts about the assistant itself."""
ABOUT_TASK: Final = {
    "escaneo": ("gestion-por-donde-empezar", "energia-por-donde-empezar"),
    "credito": ("credito-que-hay", "credito-como-lo-pido"),
    "cita": ("consultores-como-elegir", "consultores-cuando-hace-falta"),
    "mis_citas": ("consultores-por-este-chat", "consultores-como-elegir"),
    "cambiar_cita": ("consultores-por-este-chat", "consultores-como-elegir"),
    "cancelar_cita": ("consultores-por-este-chat", "consultores-como-elegir"),
    "reporte": ("reporte-informe-anual", "reporte-que-lleva"),
    "mis_obligaciones": ("reporte-informe-anual", "reporte-que-guardar"),
    "estado_reporte": ("reporte-por-este-chat", "reporte-informe-anual"),
    "registro_consultor": ("consultores-registro", "consultores-por-este-chat"),
    "verificar_consultor": ("consultores-registro", "consultores-como-elegir"),
    "disponibilidad": ("consultores-por-este-chat", "consultores-registro"),
    "capacitacion": ("capacitacion-que-hay", "capacitacion-me-inscribo"),
    "proyectos": ("anuncios-proyectos-recientes", "tecnologia-casos"),
    "novedades": ("anuncios-recibir-avisos", "anuncios-proyectos-recientes"),
    "plan": ("gestion-por-donde-empezar", "gestion-indicadores"),
}
"""What to read about a task, by its word: articles, best first."""
NEXT: Final = 2
NEAREST: Final = 3
SOURCES_SHOWN: Final = 3
LONGEST: Final = 700
"""Characters of an answer's text; what is over it follows when the person asks for more."""
CREDIT_TOPICS: Final = frozenset({"credito", "credito_requisitos"})
"""Where a bank, not the ministry, says what holds."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A fact that an answer rests on."""

    fact: str
    instrument: str
    locator: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sensible next question: an article by its title."""

    article: str
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge has to say to a question.

    ``articles`` are ids, best first; ``to_confirm`` tells that a fact under it was not seen in a
    public page, so that the person is told to confirm it. ``has_more`` tells that the article goes
    on after ``text``; ``tasks`` are words of tasks that it leads to; ``also`` is the article on a
    second question of the same message; ``guide`` the guide that it is part of; ``logged`` the
    number under which the question was noted for the ministry.
    """

    outcome: Outcome
    topic: str | None
    articles: tuple[str, ...]
    text: str = ""
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    to_confirm: bool = False
    confidence: float = 1.0
    has_more: bool = False
    tasks: tuple[str, ...] = ()
    also: Suggestion | None = None
    guide: str | None = None
    logged: int | None = None

    @property
    def sources(self) -> str:
        """The line of sources; articles of one law stand together."""
        if not self.citations:
            return ""
        if all(citation.instrument == PRODUCT for citation in self.citations):
            return "Fuente: este asistente."
        by_name: dict[str, list[str]] = {}
        for citation in self.citations:
            if citation.instrument == PRODUCT:
                continue
            locators = by_name.setdefault(citation.instrument, [])
            if citation.locator and citation.locator not in locators:
                locators.append(citation.locator)
        shown = [
            ", ".join(filter(None, (name, _joined(locators))))
            for name, locators in list(by_name.items())[:SOURCES_SHOWN]
        ]
        more = len(by_name) - len(shown)
        label = "Fuentes" if len(by_name) > 1 else "Fuente"
        return f"{label}: {'; '.join(shown)}" + (f" y {more} más" if more else "") + "."


def _joined(locators: Sequence[str]) -> str:
    """Locators as one reads them: "arts. 19, 22 y 60"; remarks in brackets are left out."""
    plain = [" ".join(_REMARK.sub("", locator).split()).strip(" ;") for locator in locators]
    numbers: list[str] = []
    others: list[str] = []
    for locator in filter(None, plain):
        found = _ARTICLES.fullmatch(locator)
        for one in _NUMBER.findall(found.group(1)) if found else ():
            if one not in numbers:
                numbers.append(one)
        if found is None and locator not in others:
            others.append(locator)
    if numbers:
        numbers.sort(key=lambda one: (int(_DIGITS.findall(one)[0]), one))
        *most, last = numbers
        label = "arts." if most or " a " in last else "art."
        others.insert(0, f"{label} {', '.join(most)} y {last}" if most else f"{label} {last}")
    return "; ".join(others)


def answer(
    library: Library,
    question: str,
    *,
    after: str | None = None,
    sector: str | None = None,
    learnt: Learnt = NOTHING_LEARNT,
) -> Answer:
    """The best answer to a question in a person's own words.

    ``after`` is the article they read last, which a question such as "¿y cuánto cuesta?" goes on
    from; ``sector`` the branch of their firm, whose articles come first; ``learnt`` what a model
    takes the text, and each question in it, to ask for (see Index.search).
    """

    def found(text: str, before: str | None) -> Answer:
        return _found(library, text, before, sector, learnt.get(text, {}))

    questions = follow_ups.parted(question)
    first = found(questions[0], after)
    if len(questions) == 1:
        return first
    whole = found(question, after)
    before = first.articles[0] if first.outcome == "answered" else None
    second = found(questions[1], before)
    if first.outcome != "answered" or second.outcome != "answered":
        return whole if whole.outcome == "answered" else max(first, second, key=_is_answered)
    if second.articles[0] == first.articles[0]:
        return whole if whole.outcome == "answered" else first
    title = library.articles[second.articles[0]].title
    return replace(first, also=Suggestion(second.articles[0], title))


def _is_answered(found: Answer) -> bool:
    return found.outcome == "answered"


def _found(
    library: Library,
    question: str,
    after: str | None,
    sector: str | None,
    learnt: Mapping[str, float],
) -> Answer:
    context = None
    if after in library.articles and follow_ups.goes_on(question):
        context = after
    found = library.index.search(question, NEAREST, after=context, sector=sector, learnt=learnt)
    articles = [library.articles[hit.id] for hit in found.hits]
    sure = ANSWER_FROM if context is None else ANSWER_AFTER
    if articles and found.confidence >= sure:
        return _compose(library, articles[0], articles, found.confidence)
    # "¿Y cuánto cuesta?" with nothing before it is a fair question, but of what?
    is_open = after is None and follow_ups.goes_on(question)
    if articles and (is_open or found.confidence >= CLARIFY_FROM):
        return _offer("clarify", articles, found.confidence)
    return _offer("abstained", articles, found.confidence)


def is_answerable(library: Library, question: str, learnt: Learnt = NOTHING_LEARNT) -> bool:
    """Whether an article fits the question well enough to be given as the answer."""
    found = library.index.search(question, 1, learnt=learnt.get(question, {}))
    return bool(found.hits) and found.confidence >= SURE_FROM


def show(library: Library, article_id: str, *, rest: bool = False) -> Answer | None:
    """One article as an answer, or the ``rest`` of it; None if it is not served (any more)."""
    article = library.articles.get(article_id)
    return None if article is None else _compose(library, article, [article], 1.0, rest=rest)


def about_task(library: Library, task: str) -> Answer:
    """What can be read about a task that cannot be done here yet."""
    about = [library.articles[one] for one in ABOUT_TASK[task] if one in library.articles]
    return _offer("clarify", about, 1.0)


def in_topics(library: Library, topics: Sequence[str]) -> tuple[str, tuple[Suggestion, ...]]:
    """The topics' titles and their articles."""
    articles = [one for topic in topics for one in library.articles.values() if one.topic == topic]
    title = " · ".join(TOPICS[topic] for topic in topics)
    return title, tuple(Suggestion(one.id, one.title) for one in articles)


def _compose(
    library: Library,
    article: Article,
    nearest: Sequence[Article],
    confidence: float,
    *,
    rest: bool = False,
) -> Answer:
    shown, later = _parts(article)
    if rest and later:
        shown, later = later, ()
    facts = [
        library.facts[fact_id]
        for fact_id in dict.fromkeys(one for block in shown for one in block.facts)
    ]
    following = [library.articles[one] for one in article.next if one in library.articles]
    guide = guides().for_article(article.id)
    return Answer(
        outcome="answered",
        topic=article.topic,
        articles=tuple(one.id for one in nearest),
        text="\n\n".join(block.text for block in shown),
        citations=tuple(
            Citation(
                fact.id, library.facts.instrument_name(fact), fact.locator or "", fact.confidence
            )
            for fact in facts
        ),
        suggestions=tuple(Suggestion(one.id, one.title) for one in following[:NEXT]),
        to_confirm=any(fact.confidence == "recalled" for fact in facts),
        confidence=confidence,
        has_more=bool(later),
        tasks=article.tasks,
        guide=None if guide is None else guide.id,
    )


def _parts(article: Article) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks that are shown at once, and those that follow on request."""
    length = 0
    for place, block in enumerate(article.blocks):
        length += len(block.text) + 2 * (place > 0)
        if length > LONGEST and place > 0:
            return article.blocks[:place], article.blocks[place:]
    return article.blocks, ()


def _offer(outcome: Outcome, articles: Sequence[Article], confidence: float) -> Answer:
    return Answer(
        outcome=outcome,
        topic=articles[0].topic if articles and outcome == "clarify" else None,
        articles=tuple(one.id for one in articles),
        suggestions=tuple(Suggestion(one.id, one.title) for one in articles),
        confidence=confidence,
    )
