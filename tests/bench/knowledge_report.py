"""How well questions are answered that nobody wrote an article from: ``make knowledge-report``.

Two sets of one making: people who had not seen the articles wrote the questions, others who had not
written either labelled them with the articles that answer. ``tuning`` served to set weights and
thresholds, ``sealed`` only to be reported.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from api.assembly import FLOWS, RESPONSES
from api.clock import today
from api.processes import services
from api.settings import ROOT, Settings
from bot import asking, flows, responses
from knowledge.library import Library
from nlu.client import NluClient
from nlu.noise import noisy

SETS = ROOT / "tests" / "knowledge" / "questions"
SEED = 9
console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, with the articles that answer it; none if nothing does."""

    text: str
    topic: str | None
    kind: str
    articles: tuple[str, ...]


def read(path: Path) -> list[Asked]:
    """The questions of a set."""
    rows: list[Mapping[str, Any]] = [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line
    ]
    return [Asked(r["text"], r["topic"], r["kind"], tuple(r["article"] or ())) for r in rows]


Learnt = Mapping[str, float]


async def learnt(texts: Sequence[str], nlu_url: str) -> list[Learnt]:
    """What the model takes each text to ask for."""
    async with NluClient(nlu_url, timeout=10) as nlu:
        parsed = [await nlu.parse(text) for text in texts]
    return [{} if one is None else one.documents for one in parsed]


def hits(
    library: Library, asked: Sequence[Asked], texts: Sequence[str], opinions: Sequence[Learnt]
) -> tuple[float, float]:
    """Shares of the answerable questions whose first, or one of whose first three, is right."""
    first = third = 0
    for one, text, opinion in zip(asked, texts, opinions, strict=True):
        found = [hit.id for hit in library.index.search(text, 3, learnt=opinion).hits]
        first += bool(found) and found[0] in one.articles
        third += any(hit in one.articles for hit in found)
    return first / len(asked), third / len(asked)


async def outcomes(library: Library, asked: Sequence[Asked], nlu_url: str) -> list[str]:
    """What became of each question on the whole path, understanding included."""
    loaded = responses.load(RESPONSES), flows.load(FLOWS)
    found = []
    async with NluClient(nlu_url, timeout=10) as nlu:
        for one in asked:
            told = await asking.ask(one.text, nlu, library, *loaded)
            if told.outcome == "answered":
                found.append("right" if told.articles[0] in one.articles else "other")
            elif told.outcome in ("clarify", "task"):
                # A wish to do what cannot be done here yet is told so, with articles about it.
                offered = any(article in one.articles for article in told.articles)
                found.append("offered" if offered else "offered others")
            else:
                found.append("not answered")
    return found


def report(name: str, library: Library, nlu_url: str) -> None:
    """Prints the tables of one set."""
    asked = read(SETS / f"{name}.jsonl")
    answerable = [one for one in asked if one.articles]
    texts = [one.text for one in answerable]
    slipped = noisy(texts, SEED)
    opinions = asyncio.run(learnt(texts, nlu_url))
    of_slipped = asyncio.run(learnt(slipped, nlu_url))
    nothing: list[Learnt] = [{}] * len(texts)
    taken = []
    for text, opinion in zip(texts, opinions, strict=True):
        began = time.perf_counter()
        library.index.search(text, 3, learnt=opinion)
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    table = Table("", "questions", "hit@1", "hit@3", title=f"{name}: the search alone")
    for label, given, opinion_of in (
        ("as written", texts, opinions),
        ("with more slips", slipped, of_slipped),
        ("as written, Rasa away", texts, nothing),
        ("with more slips, Rasa away", slipped, nothing),
    ):
        first, third = hits(library, answerable, given, opinion_of)
        table.add_row(label, str(len(texts)), f"{first:.3f}", f"{third:.3f}")
    console.print(table)
    p50, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    console.print(f"one search: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    told = asyncio.run(outcomes(library, asked, nlu_url))
    kinds = ("right", "other", "offered", "offered others", "not answered")
    table = Table("", "questions", *kinds, title=f"{name}: what the person gets")
    groups: dict[str, list[str]] = defaultdict(list)
    for one, outcome in zip(asked, told, strict=True):
        groups[one.kind].append(outcome)
        if one.articles:
            groups[f"  {one.topic}"].append(outcome)
    for label in (
        "answerable",
        *sorted(g for g in groups if g[0] == " "),
        "unanswerable",
        "off_topic",
    ):
        counted = Counter(groups[label])
        cells = [f"{counted[kind] / counted.total():.2f}" for kind in kinds]
        table.add_row(label, str(counted.total()), *cells)
    console.print(table)


def main() -> None:
    """The sets named on the command line, else both; and the machine's load."""
    before = os.getloadavg()
    with services.understanding(Settings(var=ROOT / "var")) as nlu_url:
        library = Library.load(today())
        console.print(f"{len(library.articles)} articles, {len(library.facts)} facts")
        for name in sys.argv[1:] or ("tuning", "sealed"):
            report(name, library, nlu_url)
    load = ", ".join(f"{one:.2f}" for one in before)
    console.print(f"{os.cpu_count()} cores; load before the run (1, 5, 15 min): {load}")


if __name__ == "__main__":
    main()
