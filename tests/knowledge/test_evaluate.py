"""Evaluation: figures worked out by hand, and files refused with their line."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Document
from knowledge.evaluate import (
    Question,
    QuestionError,
    area_under_curve,
    evaluate,
    read_questions,
)
from knowledge.search import Index

INDEX = Index.build(
    [
        Document("permiso", "Permiso ambiental", "Trámite del permiso."),
        Document("fianza", "Fianza ambiental", "Garantía de las obras."),
        Document("pozo", "Pozo", "Agua del pozo y su permiso."),
    ]
)


def ticking(*seconds: float) -> Iterator[float]:
    """Clock readings: each question takes the next of `seconds`."""
    for start, taken in zip(count(0, 100), seconds, strict=False):
        yield start
        yield start + taken


def test_figures_worked_out_by_hand() -> None:
    questions = [
        Question("permiso ambiental", ("permiso",)),  # first
        Question("fianza", ("fianza",)),  # first
        Question("permiso", ("pozo",)),  # second, after "permiso"
        Question("ambiental", ("pozo",)),  # not found
        Question("pozo", ("otro", "pozo")),  # first; "otro" is unknown
        Question("fútbol", ()),
        Question("", ()),
    ]
    clock = ticking(0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007)
    assert [hit.id for hit in INDEX.search("permiso").hits] == ["permiso", "pozo"]
    report = evaluate(INDEX, questions, lambda: next(clock))
    assert (report.questions, report.answerable, report.unanswerable) == (7, 5, 2)
    assert (report.hit_at_1, report.hit_at_3, report.hit_at_5) == (3 / 5, 4 / 5, 4 / 5)
    assert report.mrr_at_10 == pytest.approx((1 + 1 + 1 / 2 + 0 + 1) / 5)
    assert report.auc == 1.0
    assert report.ms_p50 == pytest.approx(4.0)
    assert report.ms_p95 == pytest.approx(6.7)
    assert report.unknown_articles == ("otro",)
    assert json.loads(json.dumps(report.as_dict()))["hit_at_1"] == 0.6


def test_ranks_beyond_the_tenth_do_not_count() -> None:
    index = Index.build([Document(f"d{n}", "Permiso", "") for n in range(12)])
    report = evaluate(index, [Question("permiso", ("d5",)), Question("permiso", ("d11",))])
    assert (report.hit_at_1, report.hit_at_3, report.hit_at_5) == (0, 0, 0)
    assert report.mrr_at_10 == pytest.approx((1 / 6 + 0) / 2)


def test_without_answerable_or_unanswerable_questions_their_figures_are_missing() -> None:
    only_null = evaluate(INDEX, [Question("fútbol", ())])
    assert (only_null.hit_at_1, only_null.mrr_at_10, only_null.auc) == (None, None, None)
    assert evaluate(INDEX, [Question("pozo", ("pozo",))]).auc is None
    assert evaluate(INDEX, []).ms_p50 is None


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.8, 0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5], 0.5),
        ([0.9, 0.5, 0.1], [0.5, 0.2], (2 + 1.5 + 0) / 6),
        ([], [0.5], None),
        ([0.5], [], None),
    ],
)
def test_area_under_curve(positive: list[float], negative: list[float], area: float | None) -> None:
    assert area_under_curve(positive, negative) == (None if area is None else pytest.approx(area))


SHARES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=8)


@given(SHARES, SHARES)
def test_area_is_the_share_of_pairs_won(positive: list[float], negative: list[float]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert area_under_curve(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


def test_questions_are_read_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf"
        b'{"text": "permiso", "article": "permiso", "id": 7}\r\n'
        b"\n"
        b'{"text": "", "article": null}\n'
        b'{"text": "pozo", "article": ["pozo", "permiso"]}'
    )
    assert read_questions(path) == [
        Question("permiso", ("permiso",), 1),
        Question("", (), 3),
        Question("pozo", ("pozo", "permiso"), 4),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"permiso", "not JSON"),
        (b'{"text": "a", "article": "b"', "not JSON"),
        (b'["a", "b"]', "not a JSON object"),
        (b'{"article": "b"}', '"text" is missing'),
        (b'{"text": 3, "article": "b"}', '"text" is missing or no string'),
        (b'{"text": "a"}', '"article" is missing'),
        (b'{"text": "a", "article": 3}', '"article" is neither'),
        (b'{"text": "a", "article": []}', '"article" is neither'),
        (b'{"text": "a", "article": [null]}', '"article" is neither'),
        (b'{"text": "a", "article": ""}', '"article" is neither'),
        (b'{"text": "\xf1", "article": "b"}', "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: bytes, message: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"text": "a", "article": "b"}\n' + line + b"\n")
    with pytest.raises(QuestionError, match=message) as refused:
        read_questions(path)
    assert isinstance(refused.value, ValueError)
    assert str(refused.value).startswith(f"{path}:2: ")


def test_a_file_without_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(QuestionError, match="no questions"):
        read_questions(path)
    with pytest.raises(QuestionError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")


@given(st.lists(st.text(), max_size=6))
def test_any_text_is_evaluated(texts: list[str]) -> None:
    report = evaluate(INDEX, [Question(text, ("pozo",)) for text in texts])
    assert report.questions == report.answerable == len(texts)
