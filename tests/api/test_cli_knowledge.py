"""``torogoz knowledge``: the articles checked, and any folder's search measured."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.api.command_line import CommandLine, rooms

ARTICLES = {
    "agua.md": "# Agua potable\n\nEl recibo viene cada mes.\n",
    "cocina.md": "# Cocina\n\nLa leña hace humo. También se gasta agua y algo de luz.\n",
    "luz.md": "---\ntitle: broken\n---\n# Luz\n\nUn foco viejo gasta más.\n",
    "otra/basura.md": "Basura\nSe separa en dos bolsas.\n",
    "notas.txt": "No es un artículo.\n",
}
QUESTIONS = [
    {"text": "¿basura?", "article": "basura", "id": 7},  # Found first: rank 1.
    {"text": "el agua", "article": ["cocina", "luz"]},  # After "agua", whose title has it: rank 2.
    {"text": "foco y humo", "article": ["luz", "cocina"]},  # Both fit: rank 1, whichever leads.
    {"text": "zzkwq", "article": "no-existe"},  # No article has the word, and none that id.
    {"text": "xxqjj", "article": None},  # Not answerable, and nothing is found.
]
EXPECTED = {
    "questions": 5,
    "answerable": 4,
    "unanswerable": 1,
    "hit_at_1": 2 / 4,
    "hit_at_3": 3 / 4,
    "hit_at_5": 3 / 4,
    "mrr_at_10": (1 + 1 / 2 + 1 + 0) / 4,
    # Three are surer than the unanswerable one; the fourth is as unsure, which counts half.
    "auc": 3.5 / 4,
    "unknown_articles": ["no-existe"],
}


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "var")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of articles that has nothing to do with ours."""
    for name, words in ARTICLES.items():
        path = tmp_path / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return tmp_path / "articles"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n\n".join(json.dumps(one) for one in QUESTIONS))
    return path


async def test_eval_gives_the_figures_as_json_and_as_a_table(
    cli: CommandLine, folder: Path, questions: Path, tmp_path: Path
) -> None:
    hard = tmp_path / "hard.jsonl"
    hard.write_text('{"text": "luz", "article": null}')
    words = ("knowledge", "eval", "--articles", str(folder), "--questions")
    as_json, table = await asyncio.gather(
        cli(*words, str(questions), "--json"), cli(*words, str(hard))
    )
    assert (as_json.code, table.code) == (0, 0)
    figures = json.loads(as_json.out)
    assert 0 < figures.pop("ms_p50") <= figures.pop("ms_p95")
    assert figures == EXPECTED
    shown = dict(line.split(maxsplit=1) for line in table.out.splitlines())
    assert shown.keys() == {*EXPECTED, "ms_p50", "ms_p95"}
    assert (shown["questions"], shown["unanswerable"]) == ("1", "1")
    assert re.fullmatch(r"[0-9]+\.[0-9]{4}", shown["ms_p50"])
    # There is nothing to take these over.
    assert {shown[name] for name in ("hit_at_1", "mrr_at_10", "auc", "unknown_articles")} == {"-"}


async def test_eval_refuses_what_it_cannot_measure_with_a_sentence(
    cli: CommandLine, folder: Path, questions: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "luz", "article": "luz"}\n\n{"text": "agua"}\n')
    given = [
        (tmp_path / "nowhere", questions),
        (tmp_path / "empty", questions),
        (folder, bad),
        (folder, tmp_path / "nowhere.jsonl"),
    ]
    no_folder, no_articles, bad_line, no_questions = refused = await asyncio.gather(
        *(
            cli("knowledge", "eval", "--json", f"--articles={articles}", f"--questions={asked}")
            for articles, asked in given
        )
    )
    for ended in refused:
        assert (ended.code, ended.out) == (2, "")
        assert "Traceback" not in ended.err
    assert "--articles" in no_folder.err
    assert "--questions" in no_questions.err
    assert no_articles.err.startswith(f"{tmp_path / 'empty'}:1: ")
    # The line's number in the file, and what is missing there.
    assert bad_line.err.startswith(f"{bad}:3: ")
    assert '"article"' in bad_line.err


async def test_check_finds_no_defect_in_ours_and_names_the_line_of_one_that_was_made(
    cli: CommandLine, tmp_path: Path
) -> None:
    shutil.copytree(rooms() / "knowledge", tmp_path / "knowledge")
    first, second, *_ = sorted((tmp_path / "knowledge" / "articles").rglob("*.md"))
    words = first.read_text(encoding="utf-8").rstrip("\n")
    last = words.count("\n") + 1
    first.write_text(f"{words}\n\nLa multa es de 4,321 dólares. [NO-EXISTE]\n", encoding="utf-8")
    second.write_text("sin encabezado\n", encoding="utf-8")
    ours, changed = await asyncio.gather(
        cli("knowledge", "check"),
        cli("knowledge", "check", folder=tmp_path),
    )
    assert (ours.code, ours.out) == (0, "Sin defectos.\n")
    assert changed.code == 1
    found = changed.out.splitlines()
    assert any(f"{first.name}:{last + 2}: cites NO-EXISTE" in line for line in found)
    assert any("4,321" in line for line in found)
    assert any(f"{second.name}:1: " in line for line in found)
    assert changed.err == f"{len(found)} defectos.\n"
