"""How well search answers a list of questions whose articles are known."""

import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.marked_yaml import SourceError
from knowledge.search import Index

_DEPTH: Final = 10


class QuestionError(SourceError):
    """A file of questions is malformed; the message names file and line."""


@dataclass(frozen=True)
class Question:
    """A question and the ids of the articles that answer it; none when nothing in the corpus does.

    `line` is where it stands in its file, 0 when it comes from none.
    """

    text: str
    articles: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Report:
    """Figures of one evaluation.

    `hit_at_*` and `mrr_at_10` (mean of 1/rank, 0 beyond the tenth) are over answerable questions.
    `auc` is the chance that an answerable question gets a higher confidence than an unanswerable
    one, a tie counting half. Each is None when there is nothing to take it over. Times are
    milliseconds per question. `unknown_articles` are ids that questions name and the index lacks:
    their questions count as missed.
    """

    questions: int
    answerable: int
    unanswerable: int
    hit_at_1: float | None
    hit_at_3: float | None
    hit_at_5: float | None
    mrr_at_10: float | None
    auc: float | None
    ms_p50: float | None
    ms_p95: float | None
    unknown_articles: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The figures by name, ready for JSON."""
        return asdict(self)


def read_questions(path: Path) -> list[Question]:
    """Read JSON lines {"text": ..., "article": id, list of ids, or null}; other keys are ignored.

    Blank lines are skipped. Raises QuestionError for the first line that is no such object and
    for a file without questions.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise QuestionError(path, 1, f"cannot be read: {error.strerror}") from error
    questions = [_question(path, n, line) for n, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise QuestionError(path, 1, "no questions here: expected one JSON object per line")
    return questions


def _question(path: Path, number: int, line: bytes) -> Question:
    def wrong(what: str) -> QuestionError:
        return QuestionError(path, number, f'{what}; expected {{"text": ..., "article": ...}}')

    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise wrong("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise wrong(f"not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise wrong("not a JSON object")
    if not isinstance(fields.get("text"), str):
        raise wrong('"text" is missing or no string')
    if "article" not in fields:
        raise wrong('"article" is missing (use null when no article answers)')
    article = fields["article"]
    if article is None:
        return Question(fields["text"], (), number)
    ids = article if isinstance(article, list) else [article]
    if not ids or not all(isinstance(one, str) and one for one in ids):
        raise wrong('"article" is neither an id, nor a list of ids, nor null')
    return Question(fields["text"], tuple(ids), number)


def evaluate(
    index: Index,
    questions: Iterable[Question],
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """Search every question once, in order; `clock` gives seconds."""
    ranks: list[int | None] = []
    answerable: list[float] = []
    unanswerable: list[float] = []
    milliseconds: list[float] = []
    unknown: set[str] = set()
    for question in questions:
        start = clock()
        found = index.search(question.text, limit=_DEPTH)
        milliseconds.append((clock() - start) * 1000)
        if not question.articles:
            unanswerable.append(found.confidence)
            continue
        answerable.append(found.confidence)
        unknown.update(article for article in question.articles if article not in index)
        hits = [hit.id for hit in found.hits]
        ranks.append(next((n for n, i in enumerate(hits, 1) if i in question.articles), None))
    return Report(
        questions=len(milliseconds),
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        hit_at_1=_share_within(ranks, 1),
        hit_at_3=_share_within(ranks, 3),
        hit_at_5=_share_within(ranks, 5),
        mrr_at_10=sum(1 / rank for rank in ranks if rank) / len(ranks) if ranks else None,
        auc=area_under_curve(answerable, unanswerable),
        ms_p50=float(np.percentile(milliseconds, 50)) if milliseconds else None,
        ms_p95=float(np.percentile(milliseconds, 95)) if milliseconds else None,
        unknown_articles=tuple(sorted(unknown)),
    )


def _share_within(ranks: Sequence[int | None], limit: int) -> float | None:
    if not ranks:
        return None
    return sum(1 for rank in ranks if rank and rank <= limit) / len(ranks)


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that one of `positive` is above one of `negative`, a tie counting half."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    wins = sum(bisect_left(ordered, p) + bisect_right(ordered, p) for p in positive)
    return wins / (2 * len(positive) * len(negative))
