"""«Por confirmar»: what the ministry still has to confirm, and the articles that rest on it."""

import asyncio
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.articles import remembered, rules, versions
from actions.articles.rules import Published
from actions.store.database import Executor
from actions.store.spreadsheets import as_text
from knowledge.articles import Article
from knowledge.facts import Confidence, FactRegister
from knowledge.marked_yaml import SourceError
from knowledge.topics import TOPICS

CONFIDENCE: Final[dict[Confidence, str]] = {
    "confirmed": "confirmado",
    "recalled": "por confirmar",
    "uncertain": "incierto",
}
"""How sure a fact is, as the staff read it."""
_COLUMNS: Final = (
    "Hecho",
    "Tema",
    "Lo que dice",
    "Fuente",
    "Lugar",
    "Certeza",
    "Pendiente",
    "Artículos",
)


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A fact to confirm; ``pending`` is the part of it in question, empty when it is all of it.

    ``articles`` are the ids of those that rest on it, sorted: most of them first to be asked about.
    """

    fact: str
    topic: str
    text: str
    source: str
    locator: str
    confidence: Confidence
    pending: str
    articles: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as staff read it, in the order of the columns."""
        return (
            self.fact,
            TOPICS[self.topic],
            self.text,
            self.source,
            self.locator,
            CONFIDENCE[self.confidence],
            self.pending,
            ", ".join(self.articles),
        )


def to_confirm(register: FactRegister, articles: Iterable[Article]) -> list[ToConfirm]:
    """Facts recalled, uncertain or with a part pending; first those that most articles rest on.

    Hand over a register with what staff confirmed in it, so that this is no longer listed.
    """
    resting: dict[str, list[str]] = {}
    for article in articles:
        for fact_id in rules.cited(article):
            resting.setdefault(fact_id, []).append(article.id)
    rows = [
        ToConfirm(
            fact.id,
            fact.topic,
            " ".join(fact.text.split()),
            register.instrument_name(fact),
            fact.locator or "",
            fact.confidence,
            fact.pending or "",
            tuple(sorted(resting.get(fact.id, ()))),
        )
        for fact in register.values()
        if fact.confidence != "confirmed" or fact.pending
    ]
    return sorted(rows, key=lambda row: (-len(row.articles), row.fact))


async def read(session: Executor, register: FactRegister, day: date) -> list[ToConfirm]:
    """The list as of ``day``: what staff confirmed is out, and the articles are those in effect."""
    facts = await versions.facts_now(session, register)
    there = rules.in_effect(await versions.published(session), day)
    return await asyncio.to_thread(_of, there, facts.register)


def _of(there: Sequence[Published], register: FactRegister) -> list[ToConfirm]:
    articles = []
    for one in there:
        try:
            articles.append(remembered.article(one.article_id, one.markdown))
        except SourceError:
            # It is flagged, and listed as such: here it rests on nothing that can be read.
            continue
    return to_confirm(register, articles)


def as_csv(rows: Sequence[ToConfirm]) -> str:
    """For a spreadsheet: it begins with the mark by which Excel knows UTF-8, and no cell is taken
    for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows([as_text(cell) for cell in row.cells] for row in rows)
    return "\ufeff" + out.getvalue()


def as_markdown(rows: Sequence[ToConfirm]) -> str:
    """A table in Markdown."""
    lines = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(row.cells for row in rows)]
    return "".join(f"| {' | '.join(map(_in_table, line))} |\n" for line in lines)


def _in_table(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
