"""The entries in the audit of what staff do with articles and facts: the same for whoever does it,
on a page of the console or with a command of the terminal. They hold numbers, states and digests,
no texts."""

from datetime import date

from actions.articles.rules import (
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    REJECTED,
    WITHDRAWN,
    State,
    digest,
    normalized,
)
from actions.articles.service import RolledBack
from actions.audit.service import Act
from knowledge.facts import Confidence


def drafted(
    article_id: str, number: int, markdown: str, began_from: int | None = None, note: str = ""
) -> Act:
    """A draft was written; ``began_from`` as its author gave it."""
    after = {
        "number": number,
        "state": DRAFT,
        "digest": digest(normalized(markdown)),
        "began_from": began_from,
    }
    return Act("article.draft", f"article:{article_id}", after=after, note=note)


def redrafted(article_id: str, number: int, was: str, now: str, note: str = "") -> Act:
    """A draft was changed, from a text of the digest ``was`` to one of the digest ``now``."""
    return Act(
        "article.redraft",
        f"article:{article_id}",
        before={"number": number, "digest": was},
        after={"number": number, "digest": now},
        note=note,
    )


def imported(article_id: str, number: int) -> Act:
    """A draft came in from a folder."""
    after = {"number": number, "state": DRAFT}
    return Act("article.import", f"article:{article_id}", after=after)


def _moved(name: str, article_id: str, number: int, was: State, now: State, note: str = "") -> Act:
    return Act(
        name,
        f"article:{article_id}",
        before={"number": number, "state": was},
        after={"number": number, "state": now},
        note=note,
    )


def submitted(article_id: str, number: int) -> Act:
    """A draft was handed to review."""
    return _moved("article.submit", article_id, number, DRAFT, IN_REVIEW)


def put_aside(article_id: str, number: int, was: State) -> Act:
    """Somebody took back their own text."""
    return _moved("article.discard", article_id, number, was, WITHDRAWN)


def approved(article_id: str, number: int, first_day: date, note: str = "") -> Act:
    """A version was published, to be served from ``first_day`` on."""
    return Act(
        "article.approve",
        f"article:{article_id}",
        before={"number": number, "state": IN_REVIEW},
        after={"number": number, "state": PUBLISHED, "effective_on": first_day.isoformat()},
        note=note,
    )


def rejected(article_id: str, number: int, reason: str) -> Act:
    """A version was given back to who wrote it."""
    return _moved("article.reject", article_id, number, IN_REVIEW, REJECTED, reason)


def withdrawn(article_id: str, number: int, was: State, reason: str) -> Act:
    """A version was taken out."""
    return _moved("article.withdraw", article_id, number, was, WITHDRAWN, reason)


def rolled_back(article_id: str, to_number: int, made: RolledBack, reason: str) -> Act:
    """A new version was made with the text of an old one."""
    return Act(
        "article.roll_back",
        f"article:{article_id}",
        before={"text_of": to_number},
        after={"number": made.number, "state": made.state},
        note=reason,
    )


def reviewed_again(article_id: str, number: int, note: str = "") -> Act:
    """A version that a moved fact held back is served again."""
    after = {"number": number, "state": PUBLISHED}
    return Act("article.review_again", f"article:{article_id}", after=after, note=note)


def confirmed(fact_id: str, was: Confidence, source: str, note: str = "") -> Act:
    """A fact was confirmed, by what ``source`` tells."""
    return Act(
        "fact.confirm",
        f"fact:{fact_id}",
        before={"confidence": was},
        after={"confidence": "confirmed", "source": source},
        note=note,
    )


def ended(fact_id: str, was: date | None, last: date, reason: str) -> Act:
    """A fact got a last day; ``was`` is the one it had."""
    return Act(
        "fact.end",
        f"fact:{fact_id}",
        before={"valid_to": was and was.isoformat()},
        after={"valid_to": last.isoformat()},
        note=reason,
    )
