"""How a consultant does, and how the whole registry does: as data, for whoever shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from statistics import median
from typing import Any, Final

from sqlalchemy import text

from actions.bookings.terms import USUAL, Terms
from actions.bookings.working_time import at, is_working_day, working_between
from actions.cases.hours import ZONE, Hours
from actions.store.database import Executor

SPAN: Final = timedelta(days=90)
"""What a consultant's figures look back on."""
MOST_SHARES: Final = 100
"""Of a registry of thousands, whoever reads how they fare reads the top of the list."""
_LONGEST_ANSWER: Final = timedelta(days=366)
"""An answer comes before the meeting, which is never that far off."""


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
    that they were asked for they accepted. ``registration`` is their number in the registry, by
    which two of one name are told apart."""

    consultant_id: int
    name: str
    first: int
    asked: int
    accepted: int
    registration: str


@dataclass(frozen=True, slots=True)
class Fairness:
    """How ``requests`` fell on all those ``consultants`` who were asked; ``shares`` are of the most
    asked. ``largest_to_mean``: the largest number of first places divided by their mean, 1.0 where
    all got the same; None where there was no request."""

    shares: tuple[Share, ...]
    consultants: int
    requests: int
    largest_to_mean: float | None


@dataclass(frozen=True, slots=True)
class AnswerWeek:
    """Requests asked in the week of that Monday: how many were answered by the consultant, how many
    ran out of time without that (``unanswered``), how many still wait, and the median working time
    that answers took; None without any. What its owner called off before is in none of them."""

    monday: date
    answered: int
    unanswered: int
    waiting: int
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


async def fairness(
    session: Executor, since: datetime, until: datetime, most: int = MOST_SHARES
) -> Fairness:
    """How the requests made from ``since`` up to ``until`` fell on consultants; those who got none
    at all are not among them. The ``most`` asked first."""
    rows = await session.execute(
        text(
            """
            WITH asked AS (
                SELECT b.consultant_id, count(*) AS number,
                    count(*) FILTER (WHERE r.tried[1] = b.consultant_id) AS first,
                    count(*) FILTER (WHERE b.accepted_at IS NOT NULL) AS accepted
                FROM referral AS r JOIN booking AS b ON b.referral_id = r.id
                WHERE r.made_at >= :since AND r.made_at < :until
                GROUP BY b.consultant_id)
            SELECT c.id, c.name, asked.first, asked.number, asked.accepted, c.registration_number,
                everybody.consultants, everybody.requests
            FROM asked JOIN consultant AS c ON c.id = asked.consultant_id,
                (SELECT count(*) AS consultants, sum(first)::bigint AS requests FROM asked)
                    AS everybody
            ORDER BY asked.first DESC, asked.number DESC, c.id LIMIT :most
            """
        ),
        {"since": since, "until": until, "most": most},
    )
    found = rows.all()
    if not found:
        return Fairness((), 0, 0, None)
    _, _, largest, _, _, _, consultants, requests = found[0]
    return Fairness(
        tuple(Share(*row[:6]) for row in found),
        consultants,
        requests,
        largest * consultants / requests if requests else None,
    )


async def answer_weeks(
    session: Executor, since: datetime, until: datetime, *, terms: Terms = USUAL
) -> list[AnswerWeek]:
    """How fast consultants answered, by the week in El Salvador in which they were asked; weeks
    without any request are left out."""
    first = since.astimezone(ZONE).date()
    first -= timedelta(days=first.weekday())
    midnight = at(first, time.min)
    opened = _open_seconds(first, (until + _LONGEST_ANSWER).astimezone(ZONE).date(), terms.hours)
    rows = await session.execute(
        _WEEKS,
        {
            "since": since,
            "until": until,
            "first": midnight.timestamp(),
            "opens": (at(first, terms.hours.opens) - midnight).total_seconds(),
            "open": opened,
            "before": [0, *accumulate(opened)],
        },
    )
    weeks = []
    for row in rows:
        assert row.answered == row.reckoned, "an answer took longer than any can"
        took = None if row.median is None else timedelta(seconds=row.median)
        monday = first + timedelta(weeks=row.week)
        weeks.append(AnswerWeek(monday, row.answered, row.unanswered, row.waiting, took))
    return weeks


def _open_seconds(first: date, last: date, hours: Hours) -> list[int]:
    """How long offices are open on each day from ``first`` to ``last``, both included."""
    whole = int((at(first, hours.closes) - at(first, hours.opens)).total_seconds())
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return [whole if is_working_day(day, hours) else 0 for day in days]


def _worked(moment: str) -> str:
    """Open time up to a moment (seconds since the ``first`` day began, and the place of its own
    day): that of all days before, and what has passed of its own. Every day is as long as the
    others: El Salvador has no summer time."""
    return (
        f"(CAST(:before AS int[]))[{moment}_day + 1] + least((CAST(:open AS int[]))[{moment}_day "
        f"+ 1], greatest(0, {moment} - 86400 * {moment}_day - :opens))"
    )


# The same as actions.bookings.working_time.working_between, for as many as there are: a season's
# tens of thousands of requests would take Python a second. With OFFSET what has a name is worked
# out once, and not wherever it is named.
_WEEKS: Final = text(
    f"""
    SELECT week, count(answered) AS answered, count(took) AS reckoned,
        count(*) FILTER (WHERE answered IS NULL AND state = 'expired') AS unanswered,
        count(*) FILTER (WHERE answered IS NULL AND state = 'pending') AS waiting,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median
    FROM (
        SELECT asked_day / 7 AS week, state, answered,
            {_worked("answered")} - ({_worked("asked")}) AS took
        FROM (
            SELECT *, floor(asked / 86400)::int AS asked_day,
                floor(answered / 86400)::int AS answered_day
            FROM (
                SELECT state, date_part('epoch', asked_at) - :first AS asked,
                    date_part('epoch', answered_at) - :first AS answered
                FROM booking WHERE asked_at >= :since AND asked_at < :until OFFSET 0) AS moments
            OFFSET 0) AS days
        OFFSET 0) AS answers
    GROUP BY week ORDER BY week
    """
)


def _median_answer(rows: Sequence[Any], hours: Hours) -> timedelta | None:
    took = [
        working_between(row.asked_at, row.answered_at, hours).total_seconds()
        for row in rows
        if row.answered_at is not None
    ]
    return timedelta(seconds=median(took)) if took else None
