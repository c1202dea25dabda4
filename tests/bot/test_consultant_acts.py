"""What a consultant does in the chat, against a real database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from actions.bookings import service
from actions.bookings.openings import Span
from actions.cases.hours import Hours
from actions.registry import joining, standing
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions
from bot.candidates import candidates
from bot.dialogue.conversation import Conversation, Do, Result
from knowledge.library import Library
from tests.actions.bookings.conftest import NOW, WEDNESDAY, Advisor, Enrol, enrol, request
from tests.actions.conftest import Meet, meet

__all__ = ["enrol", "meet"]

RESPONSES = responses.load(Path(responses.__file__).parent)
LIBRARY = Library({}, None)  # type: ignore[arg-type]


async def does(
    database: Database, person_id: int, action: str, now: datetime = NOW, **args: Any
) -> Result:
    """The result of one action, in a turn of that person; every word of it can be said."""
    async with database.transaction() as session:
        actions = Actions(
            session=session,
            person_id=person_id,
            channel="whatsapp",
            inbox_ids=[],
            library=LIBRARY,
            responses=RESPONSES,
            conversation=Conversation(),
            flows=flows.load(Path(flows.__file__).parent),
            hours=Hours(),
            now=now,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
            feed_url="https://example.org/calendario/{}.ics".format,
        )
        result: Result = await actions.run(Do(action, args))
    for say in result.says:
        assert RESPONSES.say(say.response, say.params).text
    return result


def names(result: Result) -> list[str]:
    return [say.response for say in result.says]


def titles(result: Result) -> list[str]:
    return [button.title for say in result.says for button in say.buttons]


async def state_of(database: Database, booking_id: int) -> str:
    async with database.session() as session:
        found: str = await session.scalar(
            text("SELECT state FROM booking WHERE id = :id"), {"id": booking_id}
        )
        return found


# -- whose it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("referral_show", {}),
        ("referral_accept", {}),
        ("referral_other", {}),
        ("referral_time", {"starts": "2026-11-26T09:00:00-06:00"}),
        ("referral_may_decline", {}),
        ("decline_request", {"decline_reason": "no"}),
        ("referral_cancel", {"sure": True}),
        ("booking_done", {}),
        ("booking_missed", {}),
    ],
)
@pytest.mark.parametrize("who", ["owner", "other consultant", "nobody"])
async def test_a_strangers_booking_is_neither_shown_nor_touched(
    database: Database, enrol: Enrol, meet: Meet, action: str, more: dict[str, Any], who: str
) -> None:
    ana, owner = await enrol(), await meet()
    booking = await request(database, ana, owner.person_id)
    presses = {
        "owner": owner.person_id,
        "other consultant": (await enrol()).person_id,
        "nobody": (await meet()).person_id,
    }[who]
    result = await does(database, presses, action, booking=booking.id, **more)
    assert names(result) == ["utter_consultant_not_yours"]
    assert await state_of(database, booking.id) == "pending"


@pytest.mark.parametrize(
    "action", ["consultant_requests", "consultant_agenda", "consultant_figures", "days_off"]
)
async def test_who_is_no_consultant_is_told_how_to_become_one(
    database: Database, meet: Meet, action: str
) -> None:
    result = await does(database, (await meet()).person_id, action)
    assert names(result) == ["utter_consultant_unknown"]


async def test_days_off_of_others_stay(database: Database, enrol: Enrol) -> None:
    ana, other = await enrol(), await enrol()
    days = {"first": "2026-11-25", "last": "2026-11-25", "opened": False}
    kept = {**days, "starts": None, "ends": None, "mode": "both"}
    saved = await does(database, ana.person_id, "save_time", availability=kept)
    assert names(saved) == ["utter_days_saved"]
    removed = await does(database, other.person_id, "day_off_remove", exception=1)
    assert names(removed) == ["utter_day_off_gone"]
    assert len(titles(await does(database, ana.person_id, "days_off"))) == 1


async def test_codes_that_are_tried_out_end_the_question_for_an_hour(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, stranger = await enrol(), await meet()
    async with database.transaction() as session:
        code = await joining.make_code(session, ana.id, "Rosa", NOW)
    for _ in range(joining.MOST_TRIES):
        wrong = await does(
            database, stranger.person_id, "registry_join", registry_code="ZZZZ-ZZZZ-ZZZZ"
        )
        assert names(wrong) == ["utter_registry_code_refused"] and wrong.again
    ended = await does(database, stranger.person_id, "registry_join", registry_code=code)
    assert names(ended) == ["utter_registry_code_too_many"] and not ended.again
    later = NOW + joining.TRIES_REMEMBERED
    joined = await does(database, stranger.person_id, "registry_join", later, registry_code=code)
    assert names(joined)[0] == "utter_registry_joined"


# -- late buttons ----------------------------------------------------------------------------------


async def _of(database: Database, enrol: Enrol, meet: Meet) -> tuple[Advisor, int]:
    ana = await enrol()
    return ana, (await request(database, ana, (await meet()).person_id)).id


@pytest.mark.parametrize("action", ["referral_accept", "referral_other", "referral_may_decline"])
async def test_after_the_hour_nothing_can_be_answered(
    database: Database, enrol: Enrol, meet: Meet, action: str
) -> None:
    ana, booking = await _of(database, enrol, meet)
    later = WEDNESDAY.ends
    result = await does(database, ana.person_id, action, later, booking=booking)
    assert names(result) == ["utter_referral_late"]


async def test_an_accepted_request_is_not_declined_by_its_old_button(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    accepted = await does(database, ana.person_id, "referral_accept", booking=booking)
    assert names(accepted) == ["utter_request_accepted"]
    for action in ("referral_may_decline", "decline_request"):
        late = await does(database, ana.person_id, action, booking=booking)
        assert names(late) == ["utter_referral_late"]
        assert "confirmada" in late.says[0].params["why"]
    assert await state_of(database, booking) == "accepted"


async def test_who_is_out_is_not_told_of_another_where_nobody_was_left(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    said = await does(database, ana.person_id, "decline_request", booking=booking)
    assert "Se la paso" not in RESPONSES.say(said.says[0].response, said.says[0].params).text
    late = await does(database, ana.person_id, "referral_accept", booking=booking)
    assert names(late) == ["utter_referral_late"]
    assert "otro consultor" not in late.says[0].params["why"]


async def test_a_proposal_that_ran_out_is_not_told_as_an_answer_that_did_not_come(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    starts = "2026-11-26T09:00:00-06:00"
    await does(database, ana.person_id, "referral_time", booking=booking, starts=starts)
    async with database.transaction() as session:
        await service.expire_due(session, NOW + timedelta(days=3), candidates(NOW))
    late = await does(database, ana.person_id, "referral_show", booking=booking)
    assert await state_of(database, booking) == "expired"
    assert "otro consultor" not in late.says[0].params["why"]
    assert "contestarla" not in late.says[0].params["why"]


async def test_who_is_suspended_is_told_why(database: Database, enrol: Enrol) -> None:
    ana = await enrol()
    for reason in ("Faltan papeles", "Otra vez faltan"):
        async with database.transaction() as session:
            await standing.suspend(session, ana.id, reason, "Rosa", NOW)
        (say,) = (await does(database, ana.person_id, "consultant_home")).says
        assert reason in RESPONSES.say(say.response, say.params).text
        async with database.transaction() as session:
            await standing.reinstate(session, ana.id, "Se aclaró", "Rosa", NOW)
    async with database.transaction() as session:
        await standing.set_state(
            session, ana.id, "suspendida", "Rosa", NOW, reason=None, by_hand=False
        )
    (say,) = (await does(database, ana.person_id, "consultant_home")).says
    assert say.response == "utter_consultant_suspended_unsaid"


async def test_a_time_that_was_taken_meanwhile_is_replaced_by_free_ones(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    offered = await does(database, ana.person_id, "referral_other", booking=booking)
    assert titles(offered)[-1] == "Otras"
    thursday = Span(WEDNESDAY.starts + timedelta(days=1), WEDNESDAY.ends + timedelta(days=1))
    await request(database, ana, (await meet()).person_id, thursday)
    starts = thursday.starts.isoformat()
    refused = await does(database, ana.person_id, "referral_time", booking=booking, starts=starts)
    assert names(refused) == ["utter_referral_refused"] and len(titles(refused)) == 3
    assert await state_of(database, booking) == "pending"


async def test_other_times_go_on_after_those_shown(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    first = titles(await does(database, ana.person_id, "referral_other", booking=booking))
    after = "2026-11-24T13:00:00-06:00"
    more = titles(
        await does(database, ana.person_id, "referral_other", booking=booking, after=after)
    )
    assert more and not set(first[:-1]) & set(more[:-1])


# -- the day ---------------------------------------------------------------------------------------


async def test_closed_days_tell_the_bookings_that_they_touch(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    kept = {"first": "2026-11-24", "last": "2026-11-27", "opened": False}
    kept |= {"starts": None, "ends": None, "mode": "both"}
    result = await does(database, ana.person_id, "save_time", availability=kept)
    assert names(result) == ["utter_days_saved_touching"]
    assert titles(result) == ["mié 25 nov, 9:00 a. m.", "Quitar esos días"]
    assert await state_of(database, booking) == "pending"


async def test_a_meeting_is_marked_from_its_beginning_on(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, booking = await _of(database, enrol, meet)
    async with database.transaction() as session:
        await service.accept(session, booking, ana.person_id, NOW)
    early = await does(database, ana.person_id, "booking_done", booking=booking)
    assert names(early) == ["utter_referral_refused"]
    agenda = await does(database, ana.person_id, "consultant_agenda", WEDNESDAY.ends)
    assert titles(agenda)[:2] == ["9:00 a. m.: se hizo", "9:00 a. m.: no llegó"]
    marked = await does(database, ana.person_id, "booking_missed", WEDNESDAY.ends, booking=booking)
    assert names(marked) == ["utter_marked_missed"]
    assert await state_of(database, booking) == "missed"


async def test_an_agenda_is_of_the_day_that_is_said(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, _ = await _of(database, enrol, meet)
    today = await does(database, ana.person_id, "consultant_agenda")
    assert names(today) == ["utter_agenda_empty_next"]
    for said in ("miércoles", "2026-11-25", "25 de noviembre"):
        found = await does(database, ana.person_id, "consultant_agenda", day=said)
        assert names(found) == ["utter_agenda"]
    unread = await does(database, ana.person_id, "consultant_agenda", day="de cumplimiento")
    assert names(unread) == ["utter_agenda_no_day"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "utter_agenda_empty_next"),
        ({"week": "la semana"}, "utter_agenda_week"),
        ({"week": "la otra semana"}, "utter_agenda_week_empty"),
        ({"said": "q citas tengo el miercoles"}, "utter_agenda"),
        ({"said": "q citas tengo el jueves"}, "utter_agenda_empty"),
        ({"said": "mis citas"}, "utter_agenda_next"),
    ],
)
async def test_an_agenda_tells_what_comes(
    database: Database, enrol: Enrol, meet: Meet, asked: dict[str, str], told: str
) -> None:
    ana, _ = await _of(database, enrol, meet)
    assert names(await does(database, ana.person_id, "consultant_agenda", **asked)) == [told]


async def test_hours_that_are_added_leave_the_week_as_it_is(
    database: Database, enrol: Enrol
) -> None:
    ana = await enrol()
    more = {"week": [[5, "08:00", "11:00", "both"]], "add": True}
    before = (await does(database, ana.person_id, "own_time")).sets["time_now"]
    saved = await does(database, ana.person_id, "save_time", availability=more)
    assert names(saved) == ["utter_week_saved"]
    after = (await does(database, ana.person_id, "own_time")).sets["time_now"]
    assert "sábado" in after and "sábado" not in before and "lunes" in after


async def test_who_is_no_consultant_gets_no_schedule(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner, nobody = await enrol(), await meet(), await meet()
    await request(database, ana, owner.person_id)
    theirs = await does(database, owner.person_id, "own_time", said="no puedo el miercoles")
    assert theirs.sets == {"is_consultant": False, "is_owner": True} and not theirs.says
    none = await does(database, nobody.person_id, "own_time", said="no puedo mañana")
    assert names(none) == ["utter_no_time_of_yours"]
