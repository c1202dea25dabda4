"""Answers from the ministry's articles: composed with their sources, or honestly withheld."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from knowledge.articles import Article
from knowledge.library import Library
from knowledge.topics import TOPICS

_REMARK = re.compile(r"\([^)]*\)")
_ARTICLES = re.compile(r"arts?\. ((?:\d+(?:-[A-Z])?(?: a \d+)?(?:, | y )?)+)")
_NUMBER = re.compile(r"\d+(?:-[A-Z])?(?: a \d+)?")
_DIGITS = re.compile(r"\d+")

Outcome = Literal["answered", "clarify", "abstained"]

ANSWER_FROM: Final = 0.30
"""Confidence of the search from which its first article is given as the answer."""
CLARIFY_FROM: Final = 0.15
"""Confidence from which the nearest articles are offered as what the person may mean."""
SURE_FROM: Final = 0.40
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
    public page, so that the person is told to confirm it.
    """

    outcome: Outcome
    topic: str | None
    articles: tuple[str, ...]
    text: str = ""
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    to_confirm: bool = False
    confidence: float = 1.0

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


def answer(library: Library, question: str) -> Answer:
    """The best answer to a question in a person's own words."""
    found = library.index.search(question, NEAREST)
    articles = [library.articles[hit.id] for hit in found.hits]
    if articles and found.confidence >= ANSWER_FROM:
        return _compose(library, articles[0], articles, found.confidence)
    if articles and found.confidence >= CLARIFY_FROM:
        return _offer("clarify", articles, found.confidence)
    return _offer("abstained", articles, found.confidence)


def is_answerable(library: Library, question: str) -> bool:
    """Whether an article fits the question well enough to be given as the answer."""
    found = library.index.search(question, 1)
    return bool(found.hits) and found.confidence >= SURE_FROM


def show(library: Library, article_id: str) -> Answer | None:
    """One article as an answer; None if it is not served (any more)."""
    article = library.articles.get(article_id)
    return None if article is None else _compose(library, article, [article], 1.0)


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
    library: Library, article: Article, nearest: Sequence[Article], confidence: float
) -> Answer:
    facts = [
        library.facts[fact_id]
        for fact_id in dict.fromkeys(one for block in article.blocks for one in block.facts)
    ]
    following = [library.articles[one] for one in article.next if one in library.articles]
    return Answer(
        outcome="answered",
        topic=article.topic,
        articles=tuple(one.id for one in nearest),
        text=article.body,
        citations=tuple(
            Citation(
                fact.id, library.facts.instrument_name(fact), fact.locator or "", fact.confidence
            )
            for fact in facts
        ),
        suggestions=tuple(Suggestion(one.id, one.title) for one in following[:NEXT]),
        to_confirm=any(fact.confidence == "recalled" for fact in facts),
        confidence=confidence,
    )


def _offer(outcome: Outcome, articles: Sequence[Article], confidence: float) -> Answer:
    return Answer(
        outcome=outcome,
        topic=articles[0].topic if articles and outcome == "clarify" else None,
        articles=tuple(one.id for one in articles),
        suggestions=tuple(Suggestion(one.id, one.title) for one in articles),
        confidence=confidence,
    )
