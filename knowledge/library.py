"""What is served on a given day: the articles whose facts are in force, with their index."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from knowledge.articles import Article, as_document, load_articles
from knowledge.facts import FactRegister, load_facts
from knowledge.search import Index

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Library:
    """Articles that may be served, and the facts under them."""

    articles: Mapping[str, Article]
    facts: FactRegister

    @cached_property
    def index(self) -> Index:
        """The index over them; the first who searches builds it."""
        return Index.build([as_document(article) for article in self.articles.values()])

    @classmethod
    def of(cls, articles: Iterable[Article], facts: FactRegister, day: datetime.date) -> Self:
        """The library of one day: an article with a fact out of force, unknown or not to be
        stated is left out."""
        served = {
            article.id: article
            for article in articles
            if all(
                fact in facts and facts.is_citable(facts[fact]) and facts.in_force(facts[fact], day)
                for block in article.blocks
                for fact in block.facts
            )
        }
        return cls(served, facts)

    @classmethod
    def load(cls, day: datetime.date, folder: Path = FOLDER) -> Self:
        """The library of the files under ``folder``."""
        return cls.of(load_articles(folder / "articles"), load_facts(folder / "facts"), day)
