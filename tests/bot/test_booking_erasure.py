"""What an owner said to a consultant through us goes with the rest when they have it erased."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from actions.bookings import service
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.people import erasure, locks
from actions.people.erasure import KEPT_BOOKINGS
from actions.store.database import Database
from bot import responses
from bot.dialogue.conversation import Result
from bot.notices import post_all
from knowledge.library import Library
from tests.actions.bookings.conftest import (
    CONSENT,
    NOW,
    PURPOSE,
    Advisor,
    Enrol,
    enrol,
    hold,
    hour,
)
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.people.conftest import rows, run
from tests.bot.test_booking_acts import _does, library

__all__ = ["enrol", "library", "meet"]

RESPONSES = responses.load(Path(responses.__file__).parent)
FIRM = "Taller La Ceiba"
PLACE = "Calle El Progreso, portón verde"
PHONE = "+50370001234"


async def _ask(
    database: Database, advisor: Advisor, owner: Someone, when: str, purpose: str
) -> int:
    """The number of a request of which the consultant was told."""
    held = await hold(database, advisor, owner.person_id, hour(when))
    async with database.transaction() as session:
        outcome = await service.confirm(
            session, held, owner.person_id, purpose, CONSENT, NOW, place=PLACE, phone=PHONE
        )
        await post_all(session, RESPONSES, outcome.notices, NOW)
    return held


async def _reply(database: Database, to: Someone, result: Result) -> None:
    """What an action says, as a turn sends it."""
    said = [RESPONSES.say(one.response, one.params).text for one in result.says]
    await _write(database, to, said, turn_id=1)


async def _write(
    database: Database, to: Someone, said: Sequence[str], turn_id: int | None = None
) -> None:
    async with database.transaction() as session:
        await outbox.add(
            session,
            person_id=to.person_id,
            address_id=to.address_id,
            channel=to.channel,
            contents=[Content(one) for one in said],
            lane=states.REPLY,
            turn_id=turn_id,
        )


async def test_an_owners_words_and_contact_leave_the_consultants_messages(
    database: Database, enrol: Enrol, meet: Meet, library: Library
) -> None:
    rosa, ana, luis = await meet(), await meet(), await meet()
    advisor = await enrol(someone=rosa)
    await run(
        database,
        "INSERT INTO firm (person_id, firm_name) VALUES (:person, :name)",
        person=ana.person_id,
        name=FIRM,
    )
    theirs = await _ask(database, advisor, luis, "2026-11-26 09:00", "Aguas de mi beneficio")
    (told_of_luis,) = await rows(database, "SELECT id FROM outbox")
    # Delivered long ago: it is nobody's any more, and still goes.
    await run(database, "UPDATE outbox SET state = 'sent'")
    booking = await _ask(database, advisor, ana, "2026-11-25 09:00", PURPOSE)
    for action, args in (
        ("consultant_requests", {}),
        ("referral_show", {"booking": booking}),
        ("referral_accept", {"booking": booking}),
        ("referral_show", {"booking": booking}),
        ("consultant_agenda", {"day": "2026-11-25"}),
    ):
        await _reply(database, rosa, await _does(database, library, rosa, action, **args))
    await _write(database, rosa, [f"De nosotros: {PURPOSE}"])
    async with database.transaction() as session:
        erased = await erasure.erase(session, ana.person_id, NOW, answering=())
    assert KEPT_BOOKINGS in erased.kept
    left = await rows(database, "SELECT id, content->>'text' FROM outbox WHERE content <> '{}'")
    # What was told of others stays, and what staff wrote by themselves.
    assert [one[0] for one in left[:1]] == [told_of_luis[0]]
    assert [one[1] for one in left[1:]] == [f"De nosotros: {PURPOSE}"]
    assert await rows(
        database,
        "SELECT DISTINCT state, reason FROM outbox WHERE content = '{}' AND person_id = :rosa",
        rosa=rosa.person_id,
    ) == [("excluded", "erased")]
    assert theirs
    assert await rows(
        database,
        "SELECT DISTINCT purpose, place, phone FROM booking WHERE person_id = :ana",
        ana=ana.person_id,
    ) == [("", "", "")]


async def test_a_consultants_telephone_leaves_the_owners_messages(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    rosa, ana = await meet(), await meet()
    advisor = await enrol(someone=rosa)
    await run(
        database,
        "UPDATE consultant SET phone = '+50371112222' WHERE id = :id",
        id=advisor.id,
    )
    booking = await _ask(database, advisor, ana, "2026-11-25 09:00", PURPOSE)
    async with database.transaction() as session:
        outcome = await service.accept(session, booking, rosa.person_id, NOW)
        await post_all(session, RESPONSES, outcome.notices, NOW)
    await _write(database, ana, ["Le llaman del +50371112222 mañana", "Otra cosa"], turn_id=1)
    async with database.transaction() as session:
        await erasure.erase(session, rosa.person_id, NOW, answering=())
    left = await rows(
        database,
        "SELECT content->>'text' FROM outbox WHERE person_id = :ana AND content <> '{}'",
        ana=ana.person_id,
    )
    assert ("Otra cosa",) in left
    assert not any("+50371112222" in text for (text,) in left)


async def test_what_a_turn_of_the_consultant_is_telling_is_waited_for(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    rosa, ana = await meet(), await meet()
    advisor = await enrol(someone=rosa)
    await _ask(database, advisor, ana, "2026-11-25 09:00", PURPOSE)
    async with database.transaction() as turn:
        await locks.lock(turn, rosa.person_id)
        with pytest.raises(locks.Busy):
            async with database.transaction() as session:
                await erasure.erase(session, ana.person_id, NOW, answering=())
