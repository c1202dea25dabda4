"""What owners do about consultants, against a real database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.bookings import service
from actions.cases.hours import Hours
from actions.demo import registry as demo
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions
from bot.booking_words import MORE, fees
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
    request,
)
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(NOW.date())


async def _does(
    database: Database,
    library: Library,
    someone: Someone,
    action: str,
    now: datetime = NOW,
    **args: Any,
) -> Any:
    """The result of one action, in a turn of that person."""
    async with database.transaction() as session:
        actions = Actions(
            session=session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[],
            library=library,
            responses=responses.load(Path(responses.__file__).parent),
            conversation=Conversation(),
            flows=flows.load(Path(flows.__file__).parent),
            hours=Hours(),
            now=now,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
        )
        return await actions.run(Do(action, args))


def _said(result: Any) -> str:
    assert isinstance(result, Result)
    (say,) = result.says
    return say.response


async def test_the_firm_tells_the_department_where_the_sentence_does_not(
    database: Database, library: Library, meet: Meet
) -> None:
    ana = await meet()
    home = {"district": "Soyapango", "municipality": "x", "department": "San Salvador"}
    read = await _does(database, library, ana, "read_need", said="busco consultor", district=home)
    assert read["need_department"] == "San Salvador"
    assert "need_category" not in read
    named = "necesito a alguien pa lo de las aguas en San Miguel"
    read = await _does(database, library, ana, "read_need", said=named, district=home)
    assert (read["need_category"], read["need_department"]) == ("aguas", "San Miguel")


async def test_with_nobody_in_the_registry_the_ministry_calls(
    database: Database, library: Library, meet: Meet
) -> None:
    ana = await meet()
    need = {"need_category": "aguas", "need_department": "San Miguel"}
    found = await _does(database, library, ana, "find_consultants", **need)
    assert found["found_how"] == "llamada"
    assert _said(await _does(database, library, ana, "ask_for_call")) == "utter_book_call"
    assert await rows(database, 'SELECT person_id, reason FROM "case"') == [
        (ana.person_id, "request")
    ]


async def test_who_has_no_time_is_not_proposed(
    database: Database, library: Library, meet: Meet
) -> None:
    async with database.transaction() as session:
        await demo.load(session, NOW)
    need = {"need_category": "aguas", "need_department": "Usulután"}
    found = await _does(database, library, await meet(), "find_consultants", **need)
    assert found["found_how"] == "llamada"


async def test_at_most_three_are_proposed_with_their_first_time(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    for _ in range(5):
        await enrol()
    found = await _does(
        database, library, await meet(), "find_consultants", need_category="diagnostico"
    )
    assert found["found_how"] == "fits"
    assert len(found["consultants"]) == 3
    assert found["consultants_told"].count("Primera hora libre: mar 24 nov, 9:00 a. m.") == 3


async def test_a_time_that_is_taken_is_asked_for_again_with_a_reason(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana, beto = await enrol(), await meet(), await meet()
    await request(database, advisor, ana.person_id)
    chosen = {"consultant": str(advisor.id), "opening": WEDNESDAY.starts.isoformat()}
    taken = await _does(database, library, beto, "take_opening", **chosen)
    assert "opening" in taken.again
    assert "ocupada" in taken.given["openings_note"]
    near = taken.given["openings_near"]
    free = await _does(
        database, library, beto, "find_openings", consultant=str(advisor.id), openings_near=near
    )
    times = [value for _, value, _ in free["openings"]]
    assert len(times) == 4
    assert times[-1] == MORE
    assert WEDNESDAY.starts.isoformat() not in times
    held = await _does(
        database, library, beto, "take_opening", consultant=str(advisor.id), opening=times[0]
    )
    assert held["held_booking"].isdigit()


async def test_the_version_of_the_consent_is_kept_and_a_no_books_nothing(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    held = await hold(database, advisor, ana.person_id)
    args = {
        "held_booking": str(held),
        "need_category": "diagnostico",
        "purpose": PURPOSE,
        "opening": WEDNESDAY.starts.isoformat(),
    }
    asked = await _does(database, library, ana, "confirm_booking", **args, share_contact=True)
    assert _said(asked) == "utter_book_asked"
    [(state, version)] = await rows(database, "SELECT state, consent_version FROM booking")
    assert (state, version) == ("pending", "contacto-2026-11")
    # The consultant is told, where they wrote last.
    [(person, text)] = await rows(database, "SELECT person_id, content->>'text' FROM outbox")
    assert person == advisor.person_id
    assert PURPOSE in str(text)


async def test_a_hold_that_lapsed_asks_for_the_time_again(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    held = await hold(database, advisor, ana.person_id)
    late = await _does(
        database,
        library,
        ana,
        "confirm_booking",
        now=NOW + timedelta(minutes=11),
        held_booking=str(held),
        need_category="diagnostico",
        purpose=PURPOSE,
        opening=WEDNESDAY.starts.isoformat(),
        share_contact=True,
    )
    assert set(late.again) == {"opening", "booking_right"}
    assert "se soltó" in late.given["openings_note"]


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("booking_show", {}),
        ("proposal_agree", {}),
        ("proposal_refuse", {}),
        ("rate_booking", {"stars": "1", "rating_comment": "mal"}),
        ("complain_booking", {"complaint": "no llegó nunca"}),
        ("cancel_booking", {}),
    ],
)
async def test_nobody_touches_or_sees_the_booking_of_another(
    database: Database,
    library: Library,
    meet: Meet,
    enrol: Enrol,
    action: str,
    args: dict[str, Any],
) -> None:
    advisor, ana, eve = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    known = {"booking": booking.id, "booking_id": str(booking.id)}
    result = await _does(database, library, eve, action, **known, **args)
    (say,) = result.says
    assert "no es suya" in say.params["refusal"]
    assert not say.buttons
    [(state,)] = await rows(database, "SELECT state FROM booking")
    assert state == "accepted"


async def test_the_other_side_of_an_erased_person_is_told(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    await _does(database, library, ana, "erase_data")
    told = await rows(database, "SELECT person_id, content->>'text' FROM outbox ORDER BY id")
    assert [person for person, _ in told] == [advisor.person_id]
    assert "Cancelaron la cita" in str(told[0][1])


async def test_a_meeting_that_is_over_is_rated_once(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    over = WEDNESDAY.ends + timedelta(hours=1)
    async with database.transaction() as session:
        await service.mark_done(session, booking.id, advisor.person_id, over)
    stars = {"booking": booking.id, "stars": "5", "rating_comment": None}
    first = await _does(database, library, ana, "rate_booking", now=over, **stars)
    assert _said(first) == "utter_booking_rated"
    again = await _does(database, library, ana, "rate_booking", now=over, **stars)
    assert "ya tiene calificación" in again.says[0].params["refusal"]


async def test_verifying_tells_what_is_public_and_no_more(
    database: Database, library: Library, meet: Meet
) -> None:
    async with database.transaction() as session:
        await demo.load(session, NOW)
    ana = await meet()
    result = await _does(database, library, ana, "verify_consultant", whom="DEMO-005")
    (say,) = result.says
    assert say.response == "utter_registered"
    assert "vigente, hasta el" in say.params["found"]
    [(phone, email)] = await rows(
        database, "SELECT phone, email FROM consultant WHERE registration_number = 'DEMO-005'"
    )
    for secret in (phone, email, "150"):
        assert secret is None or str(secret) not in say.params["found"]
    nobody = await _does(database, library, ana, "verify_consultant", whom="Filiberto Nadie")
    assert _said(nobody) == "utter_not_registered"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((None, None, None), "Honorarios: preguntale"),
        ((35, 60, "hora"), "$35 a $60 por hora"),
        ((1200, 4500, "proyecto"), "$1,200 a $4,500 por proyecto"),
        ((40, 40, "dia"), "$40 por día"),
        ((None, 40, None), "$40"),
    ],
)
def test_fees_in_words(given: tuple[int | None, int | None, str | None], told: str) -> None:
    assert fees(*given) == told
