"""Ways to ask for articles: each teaches one article, and what is wrong with them is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge import phrasings
from knowledge.articles import Article, load_articles
from knowledge.library import FOLDER
from knowledge.search import NO_DOCUMENT

ARTICLES = load_articles(FOLDER / "articles")
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of phrasings, by its topic."""
    (tmp_path / "phrasings").mkdir()

    def write(topic: str, text: str) -> None:
        (tmp_path / "phrasings" / f"{topic}.yml").write_text(text, encoding="utf-8")

    return write


def test_every_article_has_its_own_words_and_many_ways_to_ask() -> None:
    found = phrasings.examples()
    for article in ARTICLES:
        assert {article.title, *article.aliases, *article.questions} <= set(found[article.id])
        assert len(found[article.id]) >= 40, article.id
    assert len(found[NO_DOCUMENT]) >= 300


def test_the_phrasings_that_are_served_have_no_defect() -> None:
    assert phrasings.check(ARTICLES) == []


def test_no_question_of_the_evaluation_is_taught() -> None:
    taught = {" ".join(line.split()) for lines in phrasings.examples().values() for line in lines}
    sets = (Path(__file__).parent / "questions").glob("*.jsonl")
    asked = [line for path in sets for line in path.read_text(encoding="utf-8").splitlines()]
    written = "\n".join(asked)
    assert [line for line in taught if f'"text": "{line}"' in written] == []


@pytest.mark.parametrize(
    ("topic", "text", "line", "told"),
    [
        ("permiso", "permiso-nada: |\n  hola\n", 1, "is no article"),
        ("aguas", "permiso-fianza: |\n  hola\n", 1, "is of 'permiso'"),
        ("permiso", "permiso-fianza: |\n  una\n  {title}\n", 3, "also asks for"),
        ("permiso", "permiso-fianza: [una]\n", 1, "must be plain text"),
        ("permiso", "- una\n", 1, "a mapping of article ids"),
        ("permiso", "permiso-fianza: |\n  a\npermiso-fianza: |\n  b\n", 3, "stands here twice"),
        ("none", "permiso-fianza: |\n  hola\n", 1, "is of 'permiso'"),
        ("permiso", "none: |\n  hola\n", 1, "is of 'none'"),
    ],
)
def test_a_defect_is_told_with_its_line(
    topic: str, text: str, line: int, told: str, write: Write, tmp_path: Path
) -> None:
    other = next(one for one in ARTICLES if one.id == "permiso-grupos")
    write(topic, text.replace("{title}", other.title))
    [error] = phrasings.check(ARTICLES, tmp_path)
    assert (error.path.name, error.line) == (f"{topic}.yml", line)
    assert told in error.message


def test_spelling_alone_does_not_make_two_phrasings(write: Write, tmp_path: Path) -> None:
    write("permiso", "permiso-fianza: |\n  ¿Cuánto es?\npermiso-grupos: |\n  cuanto es\n")
    assert len(phrasings.check(ARTICLES, tmp_path)) == 1


def test_the_words_of_an_article_come_first(write: Write, tmp_path: Path) -> None:
    write("permiso", "permiso-fianza: |\n  otra forma\n\n  otra forma\n")
    folder = tmp_path / "articles" / "permiso"
    folder.mkdir(parents=True)
    source: Article = next(one for one in ARTICLES if one.id == "permiso-fianza")
    (folder / source.path.name).write_text(source.path.read_text(encoding="utf-8"))
    found = phrasings.examples(tmp_path)
    assert found["permiso-fianza"][0] == source.title
    assert found["permiso-fianza"][-1] == "otra forma"
    assert found["permiso-fianza"].count("otra forma") == 1
