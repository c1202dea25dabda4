"""What a button does that belongs to no task under way: at once, or by a task of its own.

The names are those of payloads in Rasa's notation, such as ``/booking_show{"booking": 7}``; what a
direct one does is the action of that name.
"""

from collections.abc import Mapping
from typing import Final

from bot.dialogue.conversation import Effect, Note, Result

TOPIC: Final = "consultores"

HEARD: Final = frozenset(
    {"task_book", "task_verify_consultant", "task_change_booking", "task_cancel_booking"}
)
"""Intents whose task reads in the sentence that began it, which it finds in the slot ``said``."""
BEGIN: Final[Mapping[str, str]] = {
    "booking_change": "change_booking",
    "booking_cancel": "cancel_booking",
    "booking_rate": "rate_booking",
    "booking_complain": "complain",
}
"""The flow that each begins, with the button's values as its slots."""
DIRECT: Final = frozenset(
    {"booking_show", "bookings_past", "proposal_agree", "proposal_refuse"}
    | {"referral_accept", "referral_other", "referral_decline"}
)


def told(result: Result) -> list[Effect]:
    """What a direct one says when it has run."""
    return [*result.says, Note("task", TOPIC)]
