"""What a deployment may set about bookings."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from actions.bookings.openings import Rules
from actions.bookings.working_time import add_working
from actions.cases.hours import Hours


@dataclass(frozen=True, slots=True)
class Terms:
    """How time is given out, and how long each side may take.

    A consultant, or an owner to whom another time is proposed, has ``answer_within`` of the
    ``hours`` in which offices are open, and in any case only until ``answer_before`` the meeting.
    ``most_tried`` consultants are asked for one request. A person has at most ``most_live``
    bookings to come, so that nobody takes a consultant's whole week.
    """

    rules: Rules = field(default_factory=Rules)
    hours: Hours = field(default_factory=Hours)
    hold_for: timedelta = timedelta(minutes=10)
    answer_within: timedelta = timedelta(hours=24)
    answer_before: timedelta = timedelta(hours=2)
    most_tried: int = 5
    most_live: int = 5

    def deadline(self, now: datetime, starts: datetime) -> datetime:
        """Until when somebody who is asked now may answer about a meeting that begins then."""
        due = add_working(now, self.answer_within, self.hours)
        return max(now, min(due, starts - self.answer_before))


USUAL: Final = Terms()
