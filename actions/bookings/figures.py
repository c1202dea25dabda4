"""How a consultant does, and how the whole registry does: as data, for whoever shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import text

from actions.bookings.terms import USUAL, Terms
from actions.bookings.working_time import working_between
from actions.cases.hours import ZONE, Hours
from actions.store.database import Executor

SPAN: Final = timedelta(days=90)
"""What a consultant's figures look back on."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One consultant's last 90 days.

    ``referrals`` were proposed to them; of those ``accepted``, ``declined`` by them, and
    ``expired`` without an answer. ``acceptance`` is the share of the accepted among these three,
    from 0 to 1; ``median_answer`` is in working time; ``stars`` the mean of ``ratings``. None where
    there is nothing to reckon it from.
    """

    referrals: int
    accepted: int
    declined: int
    expired: int
    done: int
    acceptance: float | None
    median_answer: timedelta | None
    stars: float | None
    ratings: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many requests came to a consultant first, before any was handed on, and how many of all
    that they were asked for they accepted."""

    consultant_id: int
    name: str
    first: int
    asked: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """``largest_to_mean``: the largest number of first places divided by their mean among the
    ``shares``, 1.0 where all got the same; None where there was no request."""

    shares: tuple[Share, ...]
    largest_to_mean: float | None


@dataclass(frozen=True, slots=True)
class AnswerWeek:
    """Requests asked in the week of that Monday: how many were answered by the consultant and not,
    and the median working time that it took; None without any answer."""

    monday: date
    answered: int
    unanswered: int
    median_answer: timedelta | None


# What the owner moved is asked anew, so an answer always follows its question.
_ASKED: Final = """
    SELECT b.state, b.asked_at, b.answered_at, b.accepted_at IS NOT NULL AS accepted,
        b.state = 'declined' AND EXISTS (SELECT 1 FROM booking_event AS e
            WHERE e.booking_id = b.id AND e.act = 'declined' AND e.by = 'consultant') AS declined,
        b.state = 'expired' AND b.answered_at IS NULL AS expired, rating.stars
    FROM booking AS b LEFT JOIN rating ON rating.booking_id = b.id
"""


async def figures(
    session: Executor, consultant_id: int, now: datetime, *, terms: Terms = USUAL
) -> Figures:
    """The consultant's own figures."""
    found = await session.execute(
        text(f"{_ASKED} WHERE b.consultant_id = :consultant AND b.asked_at > :since"),
        {"consultant": consultant_id, "since": now - SPAN},
    )
    rows: Sequence[Any] = found.all()
    accepted = sum(row.accepted for row in rows)
    declined = sum(row.declined for row in rows)
    expired = sum(row.expired for row in rows)
    settled = accepted + declined + expired
    stars = [row.stars for row in rows if row.stars is not None]
    return Figures(
        referrals=len(rows),
        accepted=accepted,
        declined=declined,
        expired=expired,
        done=sum(row.state == "done" for row in rows),
        acceptance=accepted / settled if settled else None,
        median_answer=_median_answer(rows, terms.hours),
        stars=sum(stars) / len(stars) if stars else None,
        ratings=len(stars),
    )


async def fairness(session: Executor, since: datetime, until: datetime) -> Fairness:
    """How the requests made from ``since`` up to ``until`` fell on consultants; those who got none
    at all are not among them. The most asked first."""
    rows = await session.execute(
        text(
            """
            SELECT c.id, c.name, asked.first, asked.number, asked.accepted FROM (
                SELECT b.consultant_id, count(*) AS number,
                    count(*) FILTER (WHERE r.tried[1] = b.consultant_id) AS first,
                    count(*) FILTER (WHERE b.accepted_at IS NOT NULL) AS accepted
                FROM referral AS r JOIN booking AS b ON b.referral_id = r.id
                WHERE r.made_at >= :since AND r.made_at < :until
                GROUP BY b.consultant_id) AS asked
            JOIN consultant AS c ON c.id = asked.consultant_id
            ORDER BY asked.first DESC, asked.number DESC, c.id
            """
        ),
        {"since": since, "until": until},
    )
    shares = tuple(Share(*row) for row in rows)
    total = sum(one.first for one in shares)
    return Fairness(
        shares,
        max(one.first for one in shares) / (total / len(shares)) if total else None,
    )


async def answer_weeks(
    session: Executor, since: datetime, until: datetime, *, terms: Terms = USUAL
) -> list[AnswerWeek]:
    """How fast consultants answered, by the week in El Salvador in which they were asked; weeks
    without any request are left out. What still waits for an answer counts as not answered."""
    rows = await session.execute(
        text(
            "SELECT asked_at, answered_at FROM booking "
            "WHERE asked_at >= :since AND asked_at < :until ORDER BY asked_at"
        ),
        {"since": since, "until": until},
    )
    by_week: dict[date, list[Any]] = {}
    for row in rows:
        day = row.asked_at.astimezone(ZONE).date()
        by_week.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [
        AnswerWeek(
            monday,
            answered=sum(row.answered_at is not None for row in week),
            unanswered=sum(row.answered_at is None for row in week),
            median_answer=_median_answer(week, terms.hours),
        )
        for monday, week in sorted(by_week.items())
    ]


def _median_answer(rows: Sequence[Any], hours: Hours) -> timedelta | None:
    took = [
        working_between(row.asked_at, row.answered_at, hours).total_seconds()
        for row in rows
        if row.answered_at is not None
    ]
    return timedelta(seconds=median(took)) if took else None
