"""A time is asked for, and what is refused on the way costs no answer and fails no turn."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from actions.bookings import service
from actions.bookings.terms import Terms
from actions.cases.hours import Hours
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions
from bot.dialogue.conversation import Conversation, Do, Result
from knowledge.library import Library
from tests.actions.bookings.conftest import (
    NOW,
    PURPOSE,
    WEDNESDAY,
    Enrol,
    agreed,
    enrol,
    hold,
    hour,
)
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]

MORNINGS = Hours(time(8), time(12))


async def _confirm(database: Database, owner: Someone, held: int, **args: Any) -> Result:
    """What becomes of the owner's yes, where offices are open in the morning."""
    given = {
        "held_booking": str(held),
        "need_category": "diagnostico",
        "purpose": PURPOSE,
        "share_contact": True,
        "opening": WEDNESDAY.starts.isoformat(),
    }
    async with database.transaction() as session:
        here = Actions(
            session=session,
            person_id=owner.person_id,
            channel=owner.channel,
            inbox_ids=[],
            library=Library.load(NOW.date()),
            responses=responses.load(Path(responses.__file__).parent),
            conversation=Conversation(),
            flows=flows.load(Path(flows.__file__).parent),
            hours=MORNINGS,
            now=NOW,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
            feed_url="https://example.org/calendario/{}.ics".format,
        )
        result = await here.run(Do("confirm_booking", {**given, **args}))
    assert isinstance(result, Result)
    return result


async def test_the_consultant_has_the_office_hours_of_the_deployment(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    ana, later = await meet(), hour("2026-12-09 09:00")
    held = await hold(database, await enrol(), ana.person_id, later)
    await _confirm(database, ana, held)
    [(deadline,)] = await rows(database, "SELECT deadline FROM referral")
    assert deadline == Terms(hours=MORNINGS).deadline(NOW, later.starts)
    assert deadline != Terms().deadline(NOW, later.starts)


@pytest.mark.parametrize(
    ("args", "again", "said"),
    [
        ({"purpose": " "}, "purpose", "Falta el motivo"),
        ({"share_contact": False}, "share_contact", "datos de contacto"),
    ],
)
async def test_an_answer_that_does_not_hold_is_asked_for_again_and_the_time_kept(
    database: Database, meet: Meet, enrol: Enrol, args: dict[str, Any], again: str, said: str
) -> None:
    ana = await meet()
    held = await hold(database, await enrol(), ana.person_id)
    refused = await _confirm(database, ana, held, **args)
    assert refused.again == (again, "booking_right")
    assert said in refused.says[0].params["refusal"]
    assert await rows(database, "SELECT state FROM booking") == [("held",)]
    asked = await _confirm(database, ana, held)
    assert asked.says[0].response == "utter_book_asked"


async def test_what_was_answered_in_the_meantime_is_told_and_stays(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    """The yes comes twice, the second time after the consultant agreed."""
    ana = await meet()
    booking = await agreed(database, await enrol(), ana.person_id)
    refused = await _confirm(database, ana, booking.id)
    assert not refused.again
    assert "«mis citas»" in refused.says[0].params["refusal"]
    async with database.session() as session:
        assert (await service.one_of_person(session, booking.id, ana.person_id)).state == "accepted"
