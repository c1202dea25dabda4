"""Guides that people get as a file: which articles each has, and how they are asked for."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast, get_args

import Stemmer

from knowledge.marked_yaml import Marked, SourceError, parse_yaml, read_source
from knowledge.sectors import sectors
from knowledge.spelling import Spelling
from knowledge.text import content_words, fold

DEFINITION: Final = Path(__file__).parent / "definitions" / "guides.yml"

Kind = Literal["sector", "handbook"]

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A misspelt word counts when it sounds alike, is a letter off or is cut short.
_TRUST: Final = 0.75
# "Manuel" is a letter off "manual": a word by which one asks has to sound right.
_ASKING_TRUST: Final = 0.9


# An article's id, and where a guide names it.
_Place = tuple[str, Marked]


@dataclass(frozen=True, slots=True)
class Guide:
    """One file. ``articles`` are ids in the order of its pages; of a handbook with ``chapters``
    they are those of its chapters. ``words`` are what people call it, folded."""

    id: str
    kind: Kind
    title: str
    description: str
    sectors: tuple[str, ...]
    words: tuple[str, ...]
    articles: tuple[str, ...]
    chapters: tuple["Guide", ...] = ()


class Guides:
    """All guides in the order of their file. Built once, then only read: safe to share."""

    def __init__(self, source: Marked) -> None:
        """Reads the guides that a document defines.

        Raises SourceError for an id or a title that stands twice, an unknown kind or sector, a
        guide with neither articles nor chapters, and a chapter that is no guide above it.
        """
        fields = source.fields("the guides", frozenset(("asked_with", "guides")))
        self._asked_with = frozenset(map(fold, _texts(fields["asked_with"], "'asked_with'")))
        self._places: list[_Place] = []
        by_id: dict[str, Guide] = {}
        taken: set[str] = set()
        for entry in fields["guides"].items("the list of guides"):
            guide, places = _read_guide(entry, by_id)
            self._places += places
            title = fold(guide.title)
            if guide.id in by_id or title in taken:
                raise entry.error(f"the guide {guide.id} or its title stands here twice")
            by_id[guide.id] = guide
            taken.add(title)
        self.listed: Final = tuple(by_id.values())
        names = {guide.id: _names(guide) for guide in self.listed}
        self._phrases = {
            identity: (_phrases(own), _phrases(of_sectors))
            for identity, (own, of_sectors) in names.items()
        }
        self._spelling = Spelling(
            Counter(
                word
                for both in names.values()
                for some in both
                for name in some
                for word in content_words(name)
            )
        )
        self._asking = Spelling(dict.fromkeys(self._asked_with, 1))

    def get(self, identity: str) -> Guide | None:
        """The guide with that id."""
        return next((one for one in self.listed if one.id == identity), None)

    def for_article(self, article: str) -> Guide | None:
        """The guide that an article stands in; of a handbook the chapter, not the whole."""
        holding = [one for one in self.listed if article in one.articles]
        return min(holding, key=lambda one: len(one.articles), default=None)

    def for_sector(self, sector: str) -> Guide | None:
        """The guide of a branch, by the branch's id."""
        return next((one for one in self.listed if sector in one.sectors), None)

    def are_asked_for(self, text: str) -> bool:
        """Whether a text has a word by which one asks for a file: "guía", "manual", "pdf"."""
        return any(map(self._asks, content_words(text)))

    def find(self, text: str) -> Guide | None:
        """The guide that a text names, misspelt or not; None when it names none, or several."""
        named = self.named_in(text)
        return named[0] if len(named) == 1 else None

    def named_in(self, text: str) -> tuple[Guide, ...]:
        """The guides that fit a text best, in the order of the file: more than one where its
        words leave open which, none where it names none.

        The one most of whose words were said comes before others, then the one whose own words
        they are rather than its branches', and a chapter before its handbook.
        """
        said = _stems(self._understood(text))
        scores = {}
        for guide in self.listed:
            own, of_sectors = self._phrases[guide.id]
            if covered := _covered((*own, *of_sectors), said):
                scores[guide.id] = (covered, _covered(own, said))
        best = max(scores.values(), default=None)
        fitting = [one for one in self.listed if one.id in scores and scores[one.id] == best]
        return tuple(
            one for one in fitting if not any(chapter in fitting for chapter in one.chapters)
        )

    def missing(self, articles: Container[str]) -> Iterator[SourceError]:
        """Articles that guides name and that are not among ``articles``, each with its place."""
        for article, place in self._places:
            if article not in articles:
                yield place.error(f"the guide names '{article}', which does not exist")

    def _asks(self, word: str) -> bool:
        if word in self._asked_with:
            return True
        meant = self._asking.correct(word)
        return meant is not None and meant.trust >= _ASKING_TRUST

    def _understood(self, text: str) -> Iterator[str]:
        for word in content_words(text):
            if word in self._asked_with:
                continue
            meant = self._spelling.correct(word)
            yield word if meant is None or meant.trust < _TRUST else meant.word


@cache
def guides() -> Guides:
    """The guides as our file defines them."""
    return Guides(parse_yaml(read_source(DEFINITION), DEFINITION))


def check(articles: Container[str]) -> list[SourceError]:
    """What is wrong in our file of guides, each with its line; ``articles`` are the ids of those
    that exist."""
    try:
        return list(guides().missing(articles))
    except SourceError as error:
        return [error]


def _texts(marked: Marked, what: str) -> tuple[str, ...]:
    return tuple(item.text(f"an item of {what}") for item in marked.items(what))


def _read_guide(entry: Marked, above: Mapping[str, Guide]) -> tuple[Guide, list[_Place]]:
    """A guide, and where the file names each article of it; ``above`` are those read before."""
    fields = entry.fields(
        "a guide",
        frozenset(("id", "kind", "title", "description", "sectors", "words")),
        frozenset(("articles", "chapters")),
    )
    identity = fields["id"].text("'id'")
    if not _ID.fullmatch(identity):
        raise fields["id"].error("'id' names a file: small letters a-z, digits and hyphens")
    kind = fields["kind"].text("'kind'")
    if kind not in get_args(Kind):
        raise fields["kind"].error(f"'kind' must be one of {', '.join(get_args(Kind))}")
    for sector in fields["sectors"].items("'sectors'"):
        if sectors().get(sector.text("a sector")) is None:
            raise sector.error(f"unknown sector '{sector.value}': use an id of sectors.yml")
    if ("articles" in fields) == ("chapters" in fields):
        raise entry.error("a guide has either 'articles' or 'chapters'")
    chapters = []
    for chapter in fields["chapters"].items("'chapters'") if "chapters" in fields else ():
        guide = above.get(chapter.text("a chapter"))
        if guide is None or guide.chapters:
            raise chapter.error(f"'{chapter.value}' is no guide with articles above this one")
        chapters.append(guide)
    listed = fields["articles"].items("'articles'") if "articles" in fields else ()
    places = [(article.text("an article"), article) for article in listed]
    articles = [one for one, _ in places] + [one for part in chapters for one in part.articles]
    if not articles:
        raise entry.error("the guide has no article")
    if len(set(articles)) < len(articles):
        raise entry.error("an article stands in the guide twice")
    guide = Guide(
        identity,
        cast(Kind, kind),
        fields["title"].text("'title'"),
        fields["description"].text("'description'"),
        _texts(fields["sectors"], "'sectors'"),
        tuple(dict.fromkeys(map(fold, _texts(fields["words"], "'words'")))),
        tuple(articles),
        tuple(chapters),
    )
    return guide, places


def _names(guide: Guide) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a guide is called, and what its branches are."""
    branches = [sectors().get(one) for one in guide.sectors]
    return guide.words, tuple(
        name for branch in branches if branch is not None for name in branch.names
    )


def _phrases(names: Iterable[str]) -> tuple[frozenset[str], ...]:
    phrases = (_stems(content_words(name)) for name in names)
    return tuple(phrase for phrase in dict.fromkeys(phrases) if phrase)


def _stems(words: Iterable[str]) -> frozenset[str]:
    # A stemmer keeps state while it works, so that threads cannot share one.
    return frozenset(Stemmer.Stemmer("spanish").stemWords(list(words)))


def _covered(phrases: Iterable[frozenset[str]], said: frozenset[str]) -> int:
    """How many of the words said belong to a name that was said in full."""
    return len({word for phrase in phrases if phrase <= said for word in phrase})
