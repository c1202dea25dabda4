"""Texts of articles as they were read before.

Reading takes most of the time of whatever looks at all articles, and of hundreds of texts hardly
ever more than one is new. A process that opens its shelf has read what is served; so no page waits.
"""

from functools import lru_cache
from typing import Final

from actions.articles import rules
from knowledge.articles import Article

KEPT: Final = 2_000
"""Texts: several times those that are served, with the drafts and what they replace."""


@lru_cache(maxsize=KEPT)
def article(article_id: str, markdown: str) -> Article:
    """The same as actions.articles.rules.parse. Raises SourceError, each time anew."""
    return rules.parse(article_id, markdown)
