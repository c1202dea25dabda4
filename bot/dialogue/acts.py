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
    | {"task_availability", "task_my_bookings"}
)
"""Intents whose task reads in the sentence that began it, which it finds in the slot ``said``."""
BEGIN: Final[Mapping[str, str]] = {
    "booking_change": "change_booking",
    "booking_cancel": "cancel_booking",
    "book_anew": "book",
    "booking_rate": "rate_booking",
    "booking_complain": "complain",
    "consultant_join": "join_registry",
    "referral_decline": "decline_request",
    "referral_other": "propose_time",
}
"""The flow that each begins, with the button's values as its slots."""
OF_CONSULTANTS: Final = frozenset(
    {"consultant_home", "registry_status", "consultant_requests", "consultant_agenda"}
    | {"consultant_figures", "referral_show", "referral_accept", "referral_other", "referral_time"}
    | {"referral_cancel", "booking_done", "booking_missed", "days_off", "day_off_remove"}
    | {
        "referral_answer",
        "registry_withdraw",
        "consultant_calendar",
        "consultant_calendar_new",
        "consultant_calendar_off",
    }
)
ASKING_TIME: Final = frozenset({"book", "change_booking", "cancel_booking", "propose_time"})
"""Flows that ask for a day or an hour: one that is written there is no consultant's week."""
WEEK: Final = "availability"
OF_WEEK: Final = "task_availability"
PAPERS: Final = "application_papers"
"""Intent of files that were sent for an application, and of nothing beside them."""
DIRECT: Final = OF_CONSULTANTS | frozenset(
    ("booking_show", "bookings_past", "proposal_agree", "proposal_refuse", "consultant_fees")
)
OFFERING: Final = frozenset(
    {"utter_requests", "utter_request", "utter_referral_times", "utter_days_off"}
    | {
        "utter_application_withdraw_sure",
        "utter_own_booking_cancel_sure",
        "utter_own_booking_which",
        "utter_consultant_home",
        "utter_agenda",
    }
    | {"utter_calendar_there"}
)
"""Responses from which something has to be chosen, also while a question is open."""


def told(result: Result) -> list[Effect]:
    """What a direct one says when it has run."""
    return [*result.says, Note("task", TOPIC)]
