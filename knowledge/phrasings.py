"""Ways in which people ask for each article: what the reading of messages learns from.

They stand in ``phrasings/TOPIC.yml``, one text per article with a way to ask in each line; together
with title, aliases and questions they are the article's examples. They are not part of an article:
staff that edit one need not look after them. ``none.yml`` has what people ask on our subjects and
no article answers, so that such a question is told from its neighbours.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from knowledge.articles import Article, load_articles
from knowledge.library import FOLDER
from knowledge.marked_yaml import Marked, SourceError, parse_yaml, read_source
from knowledge.search import NO_DOCUMENT
from knowledge.text import fold


def examples(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """For the id of each article of the files, and NO_DOCUMENT, the lines that ask for it, each
    once.

    Raises SourceError for a file that is malformed.
    """
    written = {article: lines for _, article, lines in _entries(folder / "phrasings")}
    found = {article.id: tuple(own(article)) for article in load_articles(folder / "articles")}
    found.setdefault(NO_DOCUMENT, ())
    return {
        one: tuple(dict.fromkeys([*lines, *written.get(one, ())])) for one, lines in found.items()
    }


def own(article: Article) -> Iterator[str]:
    """What an article itself says of how it is asked for."""
    yield article.title
    yield from article.aliases
    yield from article.questions


def check(articles: Iterable[Article], folder: Path = FOLDER) -> list[SourceError]:
    """Defects of the phrasings: those of no article, in another topic's file, or of two articles,
    which would teach that either is wrong."""
    known = {article.id: article for article in articles}
    topics = {NO_DOCUMENT: NO_DOCUMENT, **{one: known[one].topic for one in known}}
    owners: dict[str, str] = {}
    for article in known.values():
        for line in own(article):
            owners.setdefault(fold(line), article.id)
    found: list[SourceError] = []
    try:
        for key, article_id, lines in _entries(folder / "phrasings"):
            if article_id not in topics:
                found.append(key.error(f"'{article_id}' is no article: rename or remove it"))
            elif topics[article_id] != key.path.stem:
                found.append(key.error(f"'{article_id}' is of '{topics[article_id]}': move it"))
            for at, line in enumerate(lines, start=1):
                other = owners.setdefault(fold(line), article_id)
                if other != article_id:
                    where = SourceError(
                        key.path, key.line + at, f"'{line}' also asks for '{other}': remove one"
                    )
                    found.append(where)
    except SourceError as error:
        found.append(error)
    return found


def _entries(folder: Path) -> Iterator[tuple[Marked, str, tuple[str, ...]]]:
    """Each text of the files with its article's id and its lines."""
    for path in sorted(folder.glob("*.yml")):
        value = parse_yaml(read_source(path), path).value
        if not isinstance(value, dict):
            raise SourceError(path, 1, "a mapping of article ids to lines was expected")
        texts: Mapping[str, Marked] = value
        for article_id, text in texts.items():
            lines = tuple(line.strip() for line in text.text("a way to ask").splitlines())
            yield text, article_id, tuple(filter(None, lines))
