"""Does every article rest on the facts it cites? `python -m knowledge.check` says where not."""

import datetime
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.articles import Article, Block, read_articles
from knowledge.facts import Fact, FactRegister, load_facts
from knowledge.figure_reading import Code, Figure, Meaning
from knowledge.figures import claims, evidence, is_supported
from knowledge.marked_yaml import SourceError
from knowledge.sectors import sectors
from knowledge.text import fold, plain
from knowledge.topics import TASKS, TOPICS
from knowledge.worked_example import mistakes

TITLE_LIMIT: Final = 60
BODY_LIMIT: Final = 900
ALIASES: Final = (5, 12)
QUESTIONS: Final = 30
BLOCKS: Final = (2, 6)
NEXT: Final = (2, 3)
ARTICLES_PER_TOPIC: Final = 6
ARTICLES_IN_ALL: Final = 160

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TO_CONFIRM: Final = re.compile(r"\bconfirm(?!ad)[a-z]*")
_GUATEMALAN: Final = re.compile(
    r"\bquetzal(?:es)?\b|\blicencias? ambiental(?:es)?\b|\bcategorias? [\"'«“]?c\b"
    r"|\bcategorias? a, b\w*,? [yo] c\b|\bacuerdos? gubernativos?\b|\bdigarn\b"
)
_COUNTRY: Final = re.compile(
    r"\b(?:bolivia|panama|guatemala|honduras|nicaragua|costa rica|mexico|colombia|ecuador|peru"
    r"|chile|argentina|uruguay|paraguay|brasil|bosnia|albania|balcanes|kirguistan)\b"
)
_MARKUP: Final = re.compile(
    r"(?P<bold>\*\*|__)|(?P<link>\]\(|https?://)|(?P<heading>^\s*#{1,6}\s)"
    r"|(?P<bracket>\[[^\]\n]*\])"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f000-\U0001faff])",
    re.MULTILINE,
)
_MARKUP_MEND: Final = {
    "bold": "bold: write it plain",
    "link": "a link: write the bare address, without http:// or brackets",
    "heading": "a heading: the title is enough",
    "bracket": "square brackets inside a block: citations come once, at its end",
    "emoji": "an emoji: leave it out",
}


@dataclass(frozen=True, order=True)
class Defect:
    """Something to mend, and how. `str()` gives "path:line: message"."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def check(articles: Sequence[Article], facts: FactRegister, today: datetime.date) -> list[Defect]:
    """All defects of a set of articles, by file and line: each article's, and the set's own."""
    ids = {article.id for article in articles}
    found = [defect for article in articles for defect in check_article(article, facts, ids, today)]
    return sorted({*found, *_of_the_set(articles)})


def check_article(
    article: Article, facts: FactRegister, ids: set[str], today: datetime.date
) -> list[Defect]:
    """Defects of one article; `ids` are all articles it may lead to."""
    found = [
        Defect(article.path, 1, message) for message in _of_the_front_matter(article, facts, ids)
    ]
    computed = [
        meaning
        for block in article.blocks
        for one in block.example
        for meaning in evidence(f"{one.formula} = {one.shown}")
    ]
    for block in article.blocks:
        defects = (
            _of_the_example(block)
            if block.example
            else _of_the_block(block, facts, today, computed)
        )
        found += [Defect(article.path, line, message) for line, message in defects]
    return sorted(set(found))


def check_folders(articles: Path, facts: Path, today: datetime.date) -> list[Defect]:
    """As `check`, from files; what cannot be read is a defect too."""
    try:
        register = load_facts(facts)
    except SourceError as error:
        return [Defect(error.path, error.line, error.message)]
    readable, errors = read_articles(articles)
    unreadable = [Defect(error.path, error.line, error.message) for error in errors]
    ids = {article.id for article in readable} | {error.path.stem for error in errors}
    found = [d for a in readable for d in check_article(a, register, ids, today)]
    return sorted({*unreadable, *found, *_of_the_set(readable, articles)})


def _of_the_front_matter(article: Article, facts: FactRegister, ids: set[str]) -> Iterator[str]:
    if not _ID.fullmatch(article.id):
        yield f"id '{article.id}': rename the file in small letters a-z, digits and hyphens"
    if article.path.parent.name in TOPICS and article.path.parent.name != article.topic:
        yield (
            f"topic '{article.topic}' in folder '{article.path.parent.name}':"
            " move the file or change the topic"
        )
    if len(article.title) > TITLE_LIMIT:
        yield f"title of {len(article.title)} characters: shorten it to {TITLE_LIMIT}"
    yield from _of_the_aliases(article)
    low, high = NEXT
    if not low <= len(article.next) <= high:
        yield f"{len(article.next)} ids in next: give {low} or {high}"
    for target, times in Counter(article.next).items():
        if times > 1:
            yield f"next names '{target}' {times} times"
        if target == article.id:
            yield "next names the article itself"
        elif target not in ids:
            yield f"next names '{target}', which does not exist: use the id of an article"
    for sector in article.sectors:
        if sectors().get(sector) is None:
            yield f"unknown sector '{sector}': use an id of definitions/sectors.yml"
    for task in article.tasks:
        if task not in TASKS:
            yield f"unknown task '{task}'; use one of {', '.join(TASKS)}"
    yield from _of_the_questions(article)
    low, high = BLOCKS
    if not low <= len(article.blocks) <= high:
        yield f"{len(article.blocks)} blocks: write {low} to {high}, a blank line between them"
    if len(article.body) > BODY_LIMIT:
        yield f"body of {len(article.body)} characters: shorten it to {BODY_LIMIT}"
    sources = [
        source
        for block in article.blocks
        for fact_id in block.facts
        if fact_id in facts
        for source in _sources(facts[fact_id], facts)
    ]
    for figure in claims(article.title):
        if not any(is_supported(figure.meaning, source.meanings) for source in sources):
            yield f"'{figure.raw}' in the title stands in no fact of the article: leave it out"
    for text in (article.title, *article.aliases):
        if foreign := _GUATEMALAN.search(plain(text)):
            yield f"'{foreign[0]}' is a Guatemalan term: use the Salvadoran one"


def _of_the_aliases(article: Article) -> Iterator[str]:
    low, high = ALIASES
    if not low <= len(article.aliases) <= high:
        yield f"{len(article.aliases)} aliases: give {low} to {high}, words that owners type"
    title = fold(article.title)
    for alias, times in Counter(map(fold, article.aliases)).items():
        if not alias:
            yield "an alias without letters"
        if times > 1:
            yield f"alias '{alias}' stands there {times} times"
        if alias == title:
            yield f"alias '{alias}' repeats the title: use other words"


def _of_the_questions(article: Article) -> Iterator[str]:
    if len(article.questions) > QUESTIONS:
        yield f"{len(article.questions)} questions: keep the {QUESTIONS} that differ most"
    for question, times in Counter(map(fold, article.questions)).items():
        if times > 1:
            yield f"question '{question}' stands there {times} times"


def _of_the_example(block: Block) -> Iterator[tuple[int, str]]:
    for line, message in mistakes(block.example):
        yield block.line + line, message
    folded = plain(block.text)
    for match in _GUATEMALAN.finditer(folded):
        yield block.line, f"'{match[0]}' is a Guatemalan term: use the Salvadoran one"


def _of_the_block(
    block: Block, facts: FactRegister, today: datetime.date, computed: Sequence[Meaning]
) -> Iterator[tuple[int, str]]:
    if not block.text.strip():
        yield block.line, "only citations: put them at the end of the text they belong to"
    if not block.facts:
        yield block.line, "no citation: end the block with the facts it rests on, e.g. [PER-01]"
    cited: list[Fact] = []
    last_line = block.line + block.text.count("\n")
    for fact_id, times in Counter(block.facts).items():
        if times > 1:
            yield last_line, f"cites {fact_id} {times} times"
        problem = _why_not_citable(fact_id, facts, today)
        if problem:
            yield last_line, problem
        else:
            cited.append(facts[fact_id])
    for match in _MARKUP.finditer(block.text):
        line = block.line + block.text[: match.start()].count("\n")
        yield line, _MARKUP_MEND[match.lastgroup or ""]
    folded = plain(block.text)
    for match in _GUATEMALAN.finditer(folded):
        line = block.line + folded[: match.start()].count("\n")
        yield line, f"'{match[0]}' is a Guatemalan term: use the Salvadoran one"
    sources = [source for fact in cited for source in _sources(fact, facts)]
    for figure in claims(block.text):
        if is_supported(figure.meaning, computed):
            continue
        problem = _unsupported(figure, block, sources, cited)
        if problem:
            yield block.line + block.text[: figure.start].count("\n"), problem


def _why_not_citable(fact_id: str, facts: FactRegister, today: datetime.date) -> str | None:
    fact = facts.get(fact_id)
    if fact is None:
        return f"cites {fact_id}, which is no fact: look its id up in the register"
    if fact.confidence == "uncertain":
        return f"cites {fact_id}, which is uncertain: leave the statement and the citation out"
    if fact.use == "background":
        return f"cites {fact_id}, which is background only: leave statement and citation out"
    if not facts.in_force(fact, today):
        return f"cites {fact_id}, which is not in force on {today}: leave it out"
    return None


@dataclass(frozen=True)
class _Source:
    """A text figures may rest on; `abroad` are the countries it is about, if not El Salvador."""

    meanings: tuple[Meaning, ...]
    is_recalled: bool
    abroad: frozenset[str] = frozenset()


def _sources(fact: Fact, facts: FactRegister) -> Iterator[_Source]:
    if fact.use == "amounts withheld":
        return
    recalled = fact.confidence == "recalled"
    own = [fact.text, fact.locator or ""]
    instrument = facts.instrument(fact)
    if instrument is None:
        own.append(fact.instrument)
    elif instrument.confidence == "uncertain":
        own.append(instrument.name)
    else:
        own.append(instrument.name)
        data = (instrument.decree, instrument.date, instrument.gazette, instrument.in_force)
        yield _Source(
            _evidence([part for part in data if part]),
            recalled or instrument.confidence == "recalled",
        )
    yield _Source(_evidence(own), recalled, _abroad(fact))


def _abroad(fact: Fact) -> frozenset[str]:
    text = plain(fact.text)
    return frozenset() if "salvador" in text else frozenset(_COUNTRY.findall(text))


def _evidence(texts: Sequence[str]) -> tuple[Meaning, ...]:
    return tuple(meaning for text in texts for meaning in evidence(text))


def _unsupported(
    figure: Figure, block: Block, sources: Sequence[_Source], cited: Sequence[Fact]
) -> str | None:
    supporting = [s for s in sources if is_supported(figure.meaning, s.meanings)]
    names = ", ".join(fact.id for fact in cited) or "nothing citable"
    if not supporting:
        return (
            f"'{figure.raw}' stands in none of the facts cited here ({names}):"
            " cite the fact that states it, or leave it out"
        )
    named = plain(block.text)
    if all(s.abroad and not any(c in named for c in s.abroad) for s in supporting):
        countries = ", ".join(sorted({c.title() for s in supporting for c in s.abroad}))
        return f"'{figure.raw}' is a figure from abroad: name the country ({countries})"
    # A code is the name of a norm or class, not an amount somebody must keep to.
    is_name = isinstance(figure.meaning, Code)
    if is_name or not all(source.is_recalled for source in supporting):
        return None
    if _TO_CONFIRM.search(named):
        return None
    return (
        f"'{figure.raw}' rests on recalled facts only ({names}): say in this block that it"
        " is to be confirmed (e.g. 'confirmalo con el MARN'), or leave it out"
    )


def _of_the_set(articles: Sequence[Article], folder: Path | None = None) -> Iterator[Defect]:
    where = folder or (articles[0].path.parent.parent if articles else Path("articles"))
    if len(articles) < ARTICLES_IN_ALL:
        yield Defect(where, 1, f"{len(articles)} articles: at least {ARTICLES_IN_ALL} are needed")
    per_topic = Counter(article.topic for article in articles)
    for topic in TOPICS:
        if per_topic[topic] < ARTICLES_PER_TOPIC:
            yield Defect(
                where / topic, 1, f"{per_topic[topic]} articles: write {ARTICLES_PER_TOPIC} or more"
            )
    yield from _repeated(articles, "id", lambda article: [article.id])
    yield from _repeated(articles, "title", lambda article: [fold(article.title)])
    yield from _repeated(articles, "alias", lambda article: set(map(fold, article.aliases)))


def _repeated(
    articles: Sequence[Article], what: str, words_of: Callable[[Article], Iterable[str]]
) -> Iterator[Defect]:
    first: dict[str, Article] = {}
    for article in articles:
        for word in words_of(article):
            other = first.setdefault(word, article)
            if other is not article:
                message = f"{what} '{word}' is also in {other.path}: change one of them"
                yield Defect(article.path, 1, message)


def _today() -> datetime.date:
    return datetime.datetime.now(ZoneInfo("America/El_Salvador")).date()


def main() -> int:
    """Check the articles of this package as of today. Exit status 1 when there are defects."""
    here = Path(__file__).resolve().parent
    defects = check_folders(here / "articles", here / "facts", _today())
    for defect in defects:
        path = defect.path.relative_to(here.parent) if here in defect.path.parents else defect.path
        sys.stdout.write(f"{path}:{defect.line}: {defect.message}\n")
    if defects:
        sys.stderr.write(f"{len(defects)} defects\n")
        return 1
    articles, _ = read_articles(here / "articles")
    topics = len({article.topic for article in articles})
    sys.stdout.write(f"{len(articles)} articles on {topics} topics: no defects\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
