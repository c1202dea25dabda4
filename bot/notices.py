"""What owners and consultants are told of bookings: wording, buttons, and to the outbox with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.booked import read
from actions.bookings.contact import Reached
from actions.bookings.service import Notice
from actions.messages import outbox, states
from actions.messages.content import Button, Content
from bot import calendar_files
from bot.booking_words import MODES, about, reached, when
from bot.dialogue.questions import means
from bot.responses import Catalogue

PLAIN: Final = "booking_notice"
"""The template of a notice without buttons, outside WhatsApp's window."""
REMINDERS: Final = "reminders"
AGREED: Final = "booking_accepted"
"""The notice with which the owner learns that the meeting will be."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one is said: the response, the template with just its buttons, and the category by which
    people can stop it; None where it is about what they themselves began."""

    response: str
    template: str = PLAIN
    category: str | None = None


_ONE_SIDED: Final[Mapping[str, Wording]] = {
    "referral_received": Wording("utter_notice_referral_received", "booking_request"),
    "booking_moved": Wording("utter_notice_booking_moved", "booking_request"),
    "referral_expired": Wording("utter_notice_referral_expired"),
    "booking_agreed": Wording("utter_notice_booking_agreed"),
    "proposal_refused": Wording("utter_notice_proposal_refused"),
    "registration_lapsed": Wording("utter_notice_registration_lapsed"),
    AGREED: Wording("utter_notice_booking_accepted", "booking_see"),
    "other_time_proposed": Wording("utter_notice_other_time_proposed", "booking_proposal"),
    "referral_handed_on": Wording("utter_notice_referral_handed_on", "booking_see"),
    "referral_exhausted": Wording("utter_notice_referral_exhausted", "booking_again"),
    "consultant_lapsed": Wording("utter_notice_consultant_lapsed", "booking_see"),
    "booking_done": Wording("utter_notice_booking_done", "booking_over"),
    "booking_missed": Wording("utter_notice_booking_missed", "booking_complain"),
}
_OWNER: Final[Mapping[str, Wording]] = {
    "reminder_day": Wording("utter_notice_reminder_day", "booking_see", REMINDERS),
    "reminder_hour": Wording("utter_notice_reminder_hour", "booking_see", REMINDERS),
    "proposal_expired": Wording("utter_notice_proposal_expired", "booking_again"),
    "booking_cancelled": Wording("utter_notice_booking_cancelled", "booking_again"),
    "booking_stays": Wording("utter_notice_booking_stays", "booking_see"),
}
_CONSULTANT: Final[Mapping[str, Wording]] = {
    "reminder_day": Wording("utter_notice_consultant_day", category=REMINDERS),
    "reminder_hour": Wording("utter_notice_consultant_hour", category=REMINDERS),
    "proposal_expired": Wording("utter_notice_consultant_proposal_expired"),
    "booking_cancelled": Wording("utter_notice_consultant_cancelled"),
    "booking_stays": Wording("utter_notice_consultant_stays"),
}
NAMES: Final = frozenset(_ONE_SIDED) | frozenset(_OWNER)
"""All notices that have words."""


async def post_all(
    session: AsyncSession,
    responses: Catalogue,
    notices: Sequence[Notice],
    now: datetime | None = None,
) -> list[int]:
    """Queues them all, each where its person wrote last; returns the ids of those that have
    somewhere to go. With ``now``, the word that a meeting is agreed on brings along its file for
    calendars, where people can open it. An unknown name is a mistake of ours: LookupError.
    """
    posted = []
    for notice in notices:
        wording = wording_of(notice)
        content = content_for(responses, notice)
        place = await outbox.where_to(session, notice.person_id)
        if place is None:
            continue
        if notice.name == AGREED and now is not None:
            booking = await read(session, notice.values["booking_id"])
            assert booking is not None
            files = calendar_files.attached(booking, "owner", place.channel, now)
            if files:
                hint = responses.say("utter_calendar_file", {}).text
                content = replace(content, text=f"{content.text} {hint}", files=files)
        posted += await outbox.post_to(session, place, [content], states.NOTICE, wording.category)
    return posted


def wording_of(notice: Notice) -> Wording:
    """How a notice is said, to the side that it is for."""
    if notice.name in _ONE_SIDED:
        return _ONE_SIDED[notice.name]
    by_side = _OWNER if _is_for_owner(notice) else _CONSULTANT
    return by_side[notice.name]


def _is_for_owner(notice: Notice) -> bool:
    # A cancelling names who did it: the other side is told.
    return notice.values.get("by") == "consultant" or notice.values.get("side") == "owner"


def content_for(responses: Catalogue, notice: Notice) -> Content:
    """The message of a notice."""
    wording = wording_of(notice)
    reply = responses.say(wording.response, params_of(notice.values))
    booking = notice.values["booking_id"]
    buttons = tuple(Button(one.title, _about(one.means, booking)) for one in reply.buttons)
    # With buttons WhatsApp fills the template by itself, with the text and what each one says.
    variables = {} if buttons else {"1": reply.text}
    return Content(reply.text, buttons, template=wording.template, variables=variables)


def _about(intent: str, booking: int) -> str:
    """A button's payload about this booking; those that begin something new are about none."""
    return intent if intent in _ANEW else means(intent.removeprefix("/"), booking=booking)


_ONLY: Final = {"on_site": " que llegue", "remote": " por llamada"}
_OTHER_WAY: Final = {"on_site": " por llamada", "remote": " a alguien que llegue"}
_ANEW: Final = ("/task_book", "/human", "/task_my_bookings")


_WHY: Final = {
    "expired": "no respondió a tiempo",
    "refused": "propuso una hora que no te quedó",
}
"""Why a request went on from a consultant, as the owner is told; else they cannot."""
_STILL: Final = {
    "pending": "está pedida",
    "proposed": "está pedida",
    "declined": "ya no cuenta con vos",
}
"""What becomes of a meeting with who lapsed, by its state; else it stands."""


def params_of(values: Mapping[str, Any]) -> dict[str, str]:
    """What a notice says, as responses name it."""
    note = " ".join(str(values.get("note") or "").split())
    deadline, before = values.get("deadline"), values.get("before_starts")
    return {
        "number": str(values["number"]),
        "name": str(values["consultant_name"]),
        "before_name": str(values.get("before_name", "")),
        "when": when(values["starts"]),
        "before": when(before) if before else "",
        "mode": MODES[values["mode"]],
        "purpose": " ".join(str(values.get("purpose", "")).split()),
        "deadline": when(deadline) if deadline else "",
        "note": f" Dice: «{note}»." if note else "",
        "why": _WHY.get(str(values.get("why")), "no puede atenderte"),
        "about": about(values),
        "reached": reached(Reached(values.get("phone"), values.get("email"))),
        "only": _ONLY[values["mode"]] if values.get("only") else "",
        "other_way": _OTHER_WAY[values["mode"]] if values.get("only") else "",
        "time": "a la misma hora" if values.get("same_time") else "a otra hora",
        "still": _STILL.get(str(values.get("state")), "sigue en pie"),
    }
