"""What a person is told when the ministry decides about them: their place in the registry of
consultants, or a complaint of theirs. Each is a message of its own: nobody asked just then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings.complaints import ComplaintLine
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.registry.record import Record
from actions.registry.standing import Registered
from bot.booking_words import when
from bot.responses import Catalogue
from bot.slots.calendar_words import shown_date

HOURS: Final = "registry_hours"
AGAIN: Final = "registry_again"
TALK: Final = "registry_talk"
SETTLED: Final = "complaint_settled"

TEMPLATES: Final[Mapping[str, str]] = {
    "utter_told_approved": HOURS,
    "utter_told_rejected": AGAIN,
    "utter_told_suspended": TALK,
    "utter_told_suspended_unsaid": TALK,
    "utter_told_reinstated": HOURS,
    "utter_told_lapsed": TALK,
    "utter_told_ending": TALK,
    "utter_told_settled": SETTLED,
    "utter_told_settled_answer": SETTLED,
}
"""By response, the template with just its buttons, in which it goes out where the person wrote to
WhatsApp longer than a day ago."""
_OF_STATE: Final[Mapping[str, str]] = {
    "vigente": "utter_told_reinstated",
    "suspendida": "utter_told_suspended_unsaid",
    "vencida": "utter_told_lapsed",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Whether there was somebody to tell: ``channel`` is where the message goes, None where nobody
    answers in the chat, or nothing is left to write to. ``is_blocked`` where the person lets
    nothing of ours through, so that it was not written."""

    channel: str | None = None
    is_blocked: bool = False

    @property
    def is_told(self) -> bool:
        """Whether a message goes out."""
        return self.channel is not None and not self.is_blocked


async def tell_approved(session: AsyncSession, responses: Catalogue, after: Record) -> Told:
    """An application was taken into the registry; ``after`` is how it stands there now."""
    assert after.valid_from is not None and after.valid_to is not None
    return await _tell(
        session,
        responses,
        after.person_id,
        "utter_told_approved",
        name=after.name,
        registration=str(after.registration_number),
        first=shown_date(after.valid_from),
        until=shown_date(after.valid_to),
    )


async def tell_rejected(
    session: AsyncSession, responses: Catalogue, one: Record, reason: str
) -> Told:
    """An application was refused, for the reason that staff wrote."""
    return await _tell(
        session, responses, one.person_id, "utter_told_rejected", number=str(one.id), reason=reason
    )


async def tell_suspended(
    session: AsyncSession, responses: Catalogue, one: Record, reason: str
) -> Told:
    """A registration was suspended, for the reason that staff wrote."""
    return await _tell(
        session,
        responses,
        one.person_id,
        "utter_told_suspended",
        registration=str(one.registration_number),
        reason=reason,
    )


async def tell_state(
    session: AsyncSession, responses: Catalogue, one: Record | Registered, state: str
) -> Told:
    """A registration has that state now: in force again, suspended, or lapsed."""
    assert one.valid_to is not None
    return await _tell(
        session,
        responses,
        one.person_id,
        _OF_STATE[state],
        registration=str(one.registration_number),
        until=shown_date(one.valid_to),
    )


async def tell_states(
    session: AsyncSession, responses: Catalogue, those: Sequence[Registered]
) -> int:
    """Each of them has the state that stands there now; how many messages go out."""
    told = [await tell_state(session, responses, one, one.state) for one in those]
    return sum(one.is_told for one in told)


async def tell_ending(
    session: AsyncSession, responses: Catalogue, those: Sequence[Registered]
) -> int:
    """Their registrations end soon; how many messages go out."""
    told = [
        await _tell(
            session,
            responses,
            one.person_id,
            "utter_told_ending",
            registration=one.registration_number,
            until=shown_date(one.valid_to),
        )
        for one in those
    ]
    return sum(one.is_told for one in told)


async def tell_settled(
    session: AsyncSession, responses: Catalogue, one: ComplaintLine, answer: str
) -> Told:
    """A complaint was settled: told to who complained, whichever side that is, and to nobody else;
    with the ministry's answer where there is one."""
    about = f"la cita {one.referral_id} del {when(one.starts)}"
    if one.by == "owner":
        about = f"{about}, con {one.consultant_name}"
    name = "utter_told_settled_answer" if answer.strip() else "utter_told_settled"
    return await _tell(
        session, responses, one.person_id, name, number=str(one.id), about=about, answer=answer
    )


async def _tell(
    session: AsyncSession,
    responses: Catalogue,
    person_id: int | None,
    response: str,
    **params: str,
) -> Told:
    if person_id is None:
        return Told()
    place = await outbox.where_to(session, person_id)
    if place is None:
        return Told()
    if place.is_blocked:
        return Told(place.channel, is_blocked=True)
    content = content_of(responses, response, params)
    await outbox.post_to(session, place, [content], states.NOTICE)
    return Told(place.channel)


def content_of(responses: Catalogue, response: str, params: Mapping[str, str]) -> Content:
    """The message: one paragraph, as templates take it, with the response's own buttons."""
    said = {name: " ".join(value.split()).rstrip(".") for name, value in params.items()}
    reply = responses.say(response, said)
    # With buttons WhatsApp fills the template by itself, with the text and what each one says.
    return Content(reply.text, reply.buttons, template=TEMPLATES[response])
