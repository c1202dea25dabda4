"""The check is silent on the published articles, and finds every defect planted into a copy.

All defects are planted at once, each into an article of its own, so that one check tells of all.
"""

import datetime
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from knowledge.articles import Article, load_articles
from knowledge.check import BLOCKS, BODY_LIMIT, Defect, check_folders
from knowledge.facts import Fact, FactRegister, load_facts
from knowledge.figures import claims

TODAY = datetime.date(2026, 11, 23)
PACKAGE = Path(__file__).parents[2] / "knowledge"
# Room for what is planted, which shall be the only defect of its article.
ROOM = 150


class Copy:
    """A copy of the published articles and facts, to plant defects into."""

    def __init__(self, folder: Path) -> None:
        self.articles = shutil.copytree(PACKAGE / "articles", folder / "articles")
        self.facts = shutil.copytree(PACKAGE / "facts", folder / "facts")
        self.before = self.check()
        spoilt = {defect.path for defect in self.before}
        self.register: FactRegister = load_facts(self.facts)
        self._read = [one for one in load_articles(self.articles) if one.path not in spoilt]
        self._free = [
            one
            for one in self._read
            if len(one.body) + ROOM <= BODY_LIMIT
            and len(one.blocks) < BLOCKS[1]
            and one.blocks[0].facts
            and not (one.sectors or one.tasks)
        ]
        # Facts that the register alone can spoil, without harm to other articles.
        self._citing = Counter(
            fact for one in self._read for fact in {f for b in one.blocks for f in b.facts}
        )

    def check(self) -> list[Defect]:
        return check_folders(self.articles, self.facts, TODAY)

    def take(self, fits: Callable[[Article], bool] = lambda _: True) -> Article:
        """An article that no defect was planted into yet."""
        taken = next(one for one in self._free if fits(one))
        self._free.remove(taken)
        return taken

    def sole_fact(self, article: Article) -> str | None:
        """A fact that this article cites and no other does."""
        cited = (fact for block in article.blocks for fact in block.facts)
        return next((fact for fact in cited if self._citing[fact] == 1), None)

    def fact(self, fits: Callable[[Fact], bool]) -> str:
        return next(fact_id for fact_id, fact in self.register.items() if fits(fact))


@dataclass(frozen=True)
class Planted:
    """Where the check must find it: any of these files, at this line, in these words."""

    paths: tuple[Path, ...]
    line: int
    told: str


def replaced(path: Path, old: str, new: str) -> int:
    """Rewrite the first ``old`` of a file; the line where it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def in_a_new_block(copy: Copy, sentence: str, told: str, fact: str | None = None) -> Planted:
    """A sentence at the end of an article, resting on ``fact`` or what its first block rests on."""
    article = copy.take()
    facts = fact if fact is not None else ", ".join(article.blocks[0].facts)
    text = article.path.read_text(encoding="utf-8").rstrip("\n")
    cited = f" [{facts}]" if facts else ""
    article.path.write_text(f"{text}\n\n{sentence}{cited}\n", encoding="utf-8")
    return Planted((article.path,), text.count("\n") + 3, told)


def in_the_front_matter(copy: Copy, line: str, told: str) -> Planted:
    article = copy.take()
    replaced(article.path, "\nnext: ", f"\n{line}\nnext: ")
    return Planted((article.path,), 1, told)


def wrong_figure(copy: Copy) -> Planted:
    """A figure that an article states with reason is changed."""
    article = copy.take(lambda one: any(re.search(r"\b\d{2,}\b", b.text) for b in one.blocks[:1]))
    figure = re.search(r"\b\d{2,}\b", article.blocks[0].text)
    assert figure
    body = article.path.read_text(encoding="utf-8").splitlines()
    at = next(n for n in range(article.blocks[0].line - 1, len(body)) if figure[0] in body[n])
    body[at] = body[at].replace(figure[0], "7,777", 1)
    article.path.write_text("\n".join(body) + "\n", encoding="utf-8")
    return Planted((article.path,), at + 1, "stands in none of the facts")


def fact_changed(copy: Copy, line: str, told: str) -> Planted:
    """The register changes under an article: the fact that only it cites gets another line."""
    article = copy.take(lambda one: copy.sole_fact(one) is not None)
    fact_id = copy.sole_fact(article)
    assert fact_id
    fact = copy.register[fact_id]
    key = line.partition(":")[0]
    lines = fact.path.read_text(encoding="utf-8").splitlines()
    end = next((n for n in range(fact.line, len(lines)) if lines[n].startswith("-")), len(lines))
    kept = [one for one in lines[fact.line : end] if not one.startswith(f"  {key}:")]
    lines[fact.line : end] = [f"  {line}", *kept]
    fact.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    copy.register = load_facts(copy.facts)
    block = next(block for block in article.blocks if fact_id in block.facts)
    return Planted((article.path,), block.line + block.text.count("\n"), f"{fact_id}, which {told}")


def recalled_figure(copy: Copy) -> Planted:
    def fits(fact: Fact) -> bool:
        return (
            fact.confidence == "recalled"
            and fact.use is None
            and bool(re.search(r"\b\d+ días hábiles\b", fact.text))
        )

    fact_id = copy.fact(fits)
    figure = re.search(r"\b\d+ días hábiles\b", copy.register[fact_id].text)
    assert figure
    return in_a_new_block(copy, f"Son {figure[0]}.", "rests on recalled facts only", fact_id)


def figure_from_abroad(copy: Copy) -> Planted:
    fact_id = copy.fact(lambda one: "Bolivia" in one.text and "59,000 USD" in one.text)
    return in_a_new_block(copy, "Invirtieron 59,000 dólares.", "name the country", fact_id)


def withheld_amount(copy: Copy) -> Planted:
    fact_id = copy.fact(lambda one: one.use == "amounts withheld" and bool(claims(one.text)))
    figure = claims(copy.register[fact_id].text)[0].raw
    return in_a_new_block(copy, f"Pagás {figure}.", "stands in none of the facts", fact_id)


def duplicate_id(copy: Copy) -> Planted:
    path = copy.take().path
    twin = copy.articles / path.name
    shutil.copy(path, twin)
    return Planted((path, twin), 1, f"id '{path.stem}' is also in")


def broken_front_matter(copy: Copy) -> Planted:
    path = copy.take().path
    line = replaced(path, "title: ", "title: Permiso: ")
    return Planted((path,), line, "broken YAML")


def example_that_does_not_compute(copy: Copy) -> Planted:
    article = copy.take(lambda one: any(q.formula for b in one.blocks for q in b.example))
    block = next(block for block in article.blocks if block.example)
    quantity = next(one for one in block.example if one.formula)
    replaced(article.path, f"= {quantity.shown}\n", "= 7,777.7\n")
    return Planted((article.path,), block.line + quantity.line, "not 7,777.7: correct it")


def alias_of_another(copy: Copy) -> Planted:
    one, other = copy.take(), copy.take()
    replaced(one.path, f"  - {one.aliases[0]}\n", f"  - {other.aliases[0]}\n")
    return Planted((one.path, other.path), 1, "is also in")


def next_to_nowhere(copy: Copy) -> Planted:
    article = copy.take()
    replaced(article.path, f"next: [{article.next[0]},", "next: [permiso-para-volar,")
    return Planted((article.path,), 1, "next names 'permiso-para-volar', which does not exist")


def long_title(copy: Copy) -> Planted:
    article = copy.take()
    text = article.path.read_text(encoding="utf-8")
    longer = re.sub(r"(?m)^title: .*$", f"title: ¿{'larga' * 12}?", text, count=1)
    article.path.write_text(longer, encoding="utf-8")
    return Planted((article.path,), 1, "title of 62 characters")


def moved_to_another_topic(copy: Copy) -> Planted:
    article = copy.take(lambda one: one.topic != "permiso")
    replaced(article.path, f"topic: {article.topic}\n", "topic: permiso\n")
    return Planted((article.path,), 1, "topic 'permiso' in folder")


PLANTS: Final[dict[str, Callable[[Copy], Planted]]] = {
    "wrong figure": wrong_figure,
    "figure without a fact": lambda c: in_a_new_block(
        c, "Ocupa 7,777 litros al día.", "'7,777' stands in none of the facts"
    ),
    "figure in words": lambda c: in_a_new_block(
        c, "Tarda setenta y siete semanas.", "'setenta y siete semanas' stands in none"
    ),
    "wrong article of a law": lambda c: in_a_new_block(
        c, "Lo manda el artículo 999 de la ley.", "'artículo 999' stands in none"
    ),
    "wrong date": lambda c: in_a_new_block(
        c, "Rige desde el 13 de mayo de 1977.", "'13 de mayo de 1977' stands in none"
    ),
    "Guatemalan term": lambda c: in_a_new_block(
        c, "Pedí la licencia ambiental.", "'licencia ambiental' is a Guatemalan term"
    ),
    "Guatemalan money": lambda c: in_a_new_block(
        c, "Se paga en quetzales.", "'quetzales' is a Guatemalan term"
    ),
    "uncertain stated": lambda c: in_a_new_block(
        c,
        "Así es.",
        "which is uncertain",
        c.fact(lambda one: one.confidence == "uncertain" and one.use is None),
    ),
    "background cited": lambda c: in_a_new_block(
        c,
        "Así es.",
        "which is background only",
        c.fact(lambda one: one.use == "background" and one.confidence != "uncertain"),
    ),
    "unknown fact": lambda c: in_a_new_block(
        c, "Así es.", "cites ZZZ-99, which is no fact", "ZZZ-99"
    ),
    "no citation": lambda c: in_a_new_block(c, "Así es.", "no citation", ""),
    "bold": lambda c: in_a_new_block(c, "Es **obligatorio**.", "bold"),
    "over the size": lambda c: Planted(
        in_a_new_block(c, "Sí. " * 240, "").paths, 1, "shorten it to 900"
    ),
    "recalled figure": recalled_figure,
    "figure from abroad": figure_from_abroad,
    "withheld amount": withheld_amount,
    "fact out of force": lambda c: fact_changed(c, "valid_to: 2026-11-22", "is not in force"),
    "fact not yet in force": lambda c: fact_changed(c, "valid_from: 2026-11-24", "is not in force"),
    "fact became uncertain": lambda c: fact_changed(c, "confidence: uncertain", "is uncertain"),
    "fact became background": lambda c: fact_changed(c, "use: background", "is background"),
    "duplicate id": duplicate_id,
    "broken front matter": broken_front_matter,
    "example that does not compute": example_that_does_not_compute,
    "unknown task": lambda c: in_the_front_matter(c, "tasks: [volar]", "unknown task 'volar'"),
    "unknown sector": lambda c: in_the_front_matter(
        c, "sectors: [lacteos, astilleros]", "unknown sector 'astilleros'"
    ),
    "alias in two articles": alias_of_another,
    "next to nowhere": next_to_nowhere,
    "long title": long_title,
    "another topic": moved_to_another_topic,
}


NARROW: Final = (
    "wrong figure",
    "example that does not compute",
    *(name for name in PLANTS if name.startswith("fact ")),
)
"""They fit few articles only, and choose first."""


@dataclass(frozen=True)
class Sown:
    copy: Copy
    planted: dict[str, Planted]
    new: list[Defect]


@pytest.fixture(scope="module")
def sown(tmp_path_factory: pytest.TempPathFactory) -> Sown:
    copy = Copy(tmp_path_factory.mktemp("published"))
    order = sorted(PLANTS, key=lambda name: name not in NARROW)
    planted = {name: PLANTS[name](copy) for name in order}
    return Sown(copy, planted, [one for one in copy.check() if one not in copy.before])


def test_the_published_articles_have_no_defect(sown: Sown) -> None:
    assert [str(defect) for defect in sown.copy.before] == []


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_defect_is_found_at_its_file_and_line(sown: Sown, name: str) -> None:
    planted = sown.planted[name]
    there = [one for one in sown.new if one.path in planted.paths]
    assert there, "the check is silent on this file"
    assert [one for one in there if one.line == planted.line and planted.told in one.message], (
        f"wanted line {planted.line}, {planted.told!r}; told: {[str(one) for one in there]}"
    )


def test_each_is_planted_by_itself_and_nothing_else_is_found(sown: Sown) -> None:
    files = [path for one in sown.planted.values() for path in one.paths]
    assert len(set(files)) == len(files)
    assert {one.path for one in sown.new} <= set(files)
    alone = Counter(one.path for one in sown.new)
    for name in ("recalled figure", "Guatemalan term", "unknown sector"):
        assert alone[sown.planted[name].paths[0]] == 1, name
