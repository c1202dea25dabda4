"""What may be done about time with a consultant, from the first offer to the rating.

Each is part of the caller's transaction, and gives back what others have to be told of it: wording
and sending are the caller's. What a person may get wrong is in actions.bookings.errors.
"""

from actions.bookings.afterwards import complain, mark_done, rate
from actions.bookings.agenda import agenda, of_person, one_of_person, to_answer
from actions.bookings.answering import accept, agree_other, decline, propose_other, refuse_other
from actions.bookings.booked import Booked, Notice, Outcome
from actions.bookings.chain import Candidates, Wanted, expire_due
from actions.bookings.changing import cancel, reschedule
from actions.bookings.figures import Figures, figures
from actions.bookings.holding import Held, confirm, hold, offer
from actions.bookings.lapsing import lapsed

__all__ = [
    "Booked",
    "Candidates",
    "Figures",
    "Held",
    "Notice",
    "Outcome",
    "Wanted",
    "accept",
    "agenda",
    "agree_other",
    "cancel",
    "complain",
    "confirm",
    "decline",
    "expire_due",
    "figures",
    "hold",
    "lapsed",
    "mark_done",
    "of_person",
    "offer",
    "one_of_person",
    "propose_other",
    "rate",
    "refuse_other",
    "reschedule",
    "to_answer",
]
