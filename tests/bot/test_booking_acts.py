"""What owners do about consultants, against a real database."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import text

from actions.bookings import feeds, service
from actions.bookings.chain import Wanted
from actions.bookings.openings import Window
from actions.bookings.terms import Terms
from actions.cases.hours import USUAL, Hours
from actions.demo import registry as demo
from actions.messages.content import Attachment, Content
from actions.store.database import Database
from bot import flows, responses
from bot.acting import Actions
from bot.asking import ask
from bot.booking_words import MODES, MORE, fees
from bot.candidates import candidates
from bot.dialogue.conversation import Context, Conversation, Do, Result, Task
from bot.dialogue.turning import run
from bot.privacy import CONTACT_VERSION
from bot.slots.offered import Offered
from bot.slots.protocol import Sent, Value
from bot.understanding.understood import Understood
from knowledge.library import Library
from tests.actions.bookings.conftest import (
    NOW,
    PURPOSE,
    WEDNESDAY,
    Advisor,
    Enrol,
    agreed,
    enrol,
    hold,
    hour,
    request,
)
from tests.actions.conftest import Meet, Someone, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]

NOTHING = Conversation()
RESPONSES = Path(responses.__file__).parent
APART = (
    Window(2, time(8), time(12), "on_site"),
    Window(3, time(8), time(12), "remote"),
)
"""On Wednesdays they come, on Thursdays they are called."""


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
    return await _does_in(NOTHING, database, library, someone, Do(action, args), now)


async def _does_in(
    conversation: Conversation,
    database: Database,
    library: Library,
    someone: Someone,
    do: Do,
    now: datetime = NOW,
    hours: Hours = USUAL,
) -> Any:
    """The same in a conversation in which something is under way."""
    async with database.transaction() as session:
        actions = Actions(
            session=session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[],
            library=library,
            responses=responses.load(RESPONSES),
            conversation=conversation,
            flows=flows.load(Path(flows.__file__).parent),
            hours=hours,
            now=now,
            guide_url="https://example.org/guias/{}.pdf".format,
            calendar_url="https://example.org/citas/{}.ics".format,
            feed_url="https://example.org/calendario/{}.ics".format,
        )
        return await actions.run(do)


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


async def test_what_one_needs_is_read_in_ones_own_words(
    database: Database, library: Library, meet: Meet
) -> None:
    read = await _does(database, library, await meet(), "read_need", said="")
    slot = Offered("categories", times=False).of(read["categories"])
    for said, category in (
        ("lo de la basura", "residuos"),
        ("un estudio para el permiso", "estudio_impacto"),
        ("3", "residuos"),
        ("paneles solares", "energia"),
    ):
        meant = slot.read(Sent(said), NOW.date())
        assert isinstance(meant, Value)
        assert meant.value == category


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
    assert len(_ids(found)) == 3
    assert found["consultants_told"].count("Primera hora libre: mar 24 nov, 9:00 a. m.") == 3


async def _only(database: Database, advisor: Advisor, way: str) -> None:
    """They can be met in one way only."""
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE consultant SET on_site = :comes, remote = NOT :comes WHERE id = :id"),
            {"comes": way == "on_site", "id": advisor.id},
        )


async def _found(database: Database, library: Library, ana: Someone, **args: Any) -> dict[str, Any]:
    found: dict[str, Any] = await _does(
        database, library, ana, "find_consultants", need_category="diagnostico", **args
    )
    return found


def _ids(found: dict[str, Any]) -> list[str]:
    """Who can be chosen."""
    return [value for _, value, *_ in found["consultants"] if value.isdigit()]


async def test_one_is_told_of_as_one_and_several_as_several(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    await enrol()
    ana = await meet()
    one = await _found(database, library, ana)
    assert one["consultants_told"].startswith("Encontré a alguien del registro:")
    assert one["consultants_told"].endswith("¿Querés la cita con Consultora 1?")
    [[title, _, _, *also], [no, *_]] = one["consultants"]
    assert no == "No, gracias"
    assert title == "Consultora 1"
    assert "sí" in also
    await enrol()
    two = await _found(database, library, ana)
    assert two["consultants_told"].startswith("Te pueden ayudar, del registro:")
    assert two["consultants_told"].endswith("¿Con quién querés la cita?")
    assert [row[0] for row in two["consultants"]][2:] == ["Ninguno de estos"]
    assert "sí" not in [said for row in two["consultants"] for said in row]


async def test_only_times_of_the_wanted_way_are_offered_and_held(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(APART), await meet()
    found = await _found(database, library, ana)
    assert found["two_ways"] == [str(advisor.id)]
    assert "o te atiende por llamada" in found["consultants_told"]
    assert "Primera hora libre: mié 25 nov" in found["consultants_told"]
    known = {"consultant": str(advisor.id), "ways": found["ways"]}
    days = {
        mode: {
            value[:10]
            for _, value, *_ in (
                await _does(database, library, ana, "find_openings", meeting_mode=mode, **known)
            )["openings"]
            if value != MORE
        }
        for mode in ("on_site", "remote", "any")
    }
    assert days == {
        "on_site": {"2026-11-25", "2026-12-02", "2026-12-09"},
        "remote": {"2026-11-26", "2026-12-03", "2026-12-10"},
        "any": {"2026-11-25", "2026-11-26", "2026-12-02"},
    }
    # A time of the other way is told to be none.
    wednesday = WEDNESDAY.starts.isoformat()
    refused = await _does(
        database, library, ana, "take_opening", meeting_mode="remote", opening=wednesday, **known
    )
    assert "A esa hora no se atiende" in refused.given["openings_note"]
    held = await _does(
        database, library, ana, "take_opening", meeting_mode="on_site", opening=wednesday, **known
    )
    assert held.sets["held_mode"] == "en persona"


async def test_the_other_way_for_the_time_that_is_held_is_held_anew(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    known = {
        "consultant": str(advisor.id),
        "ways": {str(advisor.id): ["on_site", "remote"]},
        "opening": WEDNESDAY.starts.isoformat(),
    }
    for mode in ("on_site", "remote"):
        held = await _does(database, library, ana, "take_opening", meeting_mode=mode, **known)
        assert held.sets["held_mode"] == MODES[mode]
    assert await rows(database, "SELECT mode FROM booking") == [("remote",)]


async def test_who_has_time_in_one_way_only_is_not_asked_for(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(APART[1:]), await meet()
    found = await _found(database, library, ana)
    assert (found["ways"], found["two_ways"]) == ({str(advisor.id): ["remote"]}, [])
    assert "Te atiende por llamada o videollamada" in found["consultants_told"]


@pytest.mark.parametrize(
    ("wanted", "how", "intro"),
    [
        ("on_site", "fits", "Encontré a alguien"),
        ("remote", "visita", "Por llamada no hay nadie, pero sí quien llegue"),
    ],
)
async def test_the_way_that_was_said_decides_who_is_found(
    database: Database,
    library: Library,
    meet: Meet,
    enrol: Enrol,
    wanted: str,
    how: str,
    intro: str,
) -> None:
    comes, ana = await enrol(), await meet()
    await _only(database, comes, "on_site")
    found = await _found(database, library, ana, meeting_mode=wanted)
    assert found["found_how"] == how
    assert found["consultants_told"].startswith(intro)
    called = await enrol()
    await _only(database, called, "remote")
    found = await _found(database, library, ana, meeting_mode=wanted)
    assert found["found_how"] == "fits"
    right = comes if wanted == "on_site" else called
    assert _ids(found) == [str(right.id)]


async def test_the_next_one_asked_attends_in_the_same_way(
    database: Database, meet: Meet, enrol: Enrol
) -> None:
    comes, called, ana = await enrol(), await enrol(), await meet()
    await _only(database, comes, "on_site")
    await _only(database, called, "remote")
    async with database.transaction() as session:
        for mode, right in (("on_site", comes), ("remote", called)):
            wanted = Wanted(ana.person_id, {"categories": ["diagnostico"]}, mode, WEDNESDAY, ())
            assert await candidates(NOW)(session, wanted) == [right.id]


async def test_asking_for_other_times_does_not_search_again(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    for _ in range(5):
        await enrol()
    ana = await meet()
    found = await _found(database, library, ana)
    done = {"find": {"digest": "x", "set": found}}
    task = Task("book", 1, 0, answers={"consultant": found["consultants"][0][1]}, done=done)
    under_way = Conversation(tasks=(task,), under_way=(1,), begun=1)
    args = {"need_category": "diagnostico"}
    again = Do("find_consultants", {**args, "openings_near": "later"})
    same = await _does_in(under_way, database, library, ana, again)
    assert same["consultants"] == found["consultants"]
    # Whoever was refused is left out of a search of its own.
    refused = found["consultants"][0][1]
    anew = Do("find_consultants", {**args, "searched": refused})
    others = await _does_in(under_way, database, library, ana, anew)
    assert refused not in _ids(others)
    assert len(_ids(others)) == 3


async def test_whoever_wants_none_of_three_is_shown_the_others_and_the_end_is_told(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    for _ in range(5):
        await enrol()
    ana = await meet()
    first = await _found(database, library, ana)
    assert "Ver otros" in [row[0] for row in first["consultants"]]
    more = await _does(database, library, ana, "other_consultants", ways=first["ways"])
    assert more.again == ("consultant",)
    second = await _found(database, library, ana, **more.given)
    assert sorted([*_ids(first), *_ids(second)]) == sorted(
        str(row[0]) for row in await rows(database, "SELECT id FROM consultant")
    )
    assert "Ver otros" not in [row[0] for row in second["consultants"]]


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
    times = [value for _, value, *_ in free["openings"]]
    assert len(times) == 4
    assert times[-1] == MORE
    assert WEDNESDAY.starts.isoformat() not in times
    held = await _does(
        database, library, beto, "take_opening", consultant=str(advisor.id), opening=times[0]
    )
    assert held.sets["held_booking"].isdigit()


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
    assert (state, version) == ("pending", CONTACT_VERSION)
    # The consultant is told, where they wrote last.
    [(person, text)] = await rows(database, "SELECT person_id, content->>'text' FROM outbox")
    assert person == advisor.person_id
    assert PURPOSE in str(text)


async def test_a_hold_that_lapsed_is_renewed_while_the_time_is_free_and_else_others_are_offered(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana, beto = await enrol(), await meet(), await meet()
    held = await hold(database, advisor, ana.person_id)
    late = NOW + timedelta(minutes=11)
    known = {
        "consultant": str(advisor.id),
        "opening": WEDNESDAY.starts.isoformat(),
        "held_booking": str(held),
    }
    kept = await _does(database, library, ana, "keep_opening", now=late, **known)
    assert getattr(kept, "sets", kept)["held_booking"] not in ("", str(held))
    args = {
        "need_category": "diagnostico",
        "purpose": PURPOSE,
        "share_contact": True,
        "meeting_place": "Calle El Progreso 12",
        "contact_phone": "+50370001234",
    }
    # The clock went on once more: the request goes out all the same.
    later = NOW + timedelta(minutes=30)
    asked = await _does(database, library, ana, "confirm_booking", now=later, **known, **args)
    assert _said(asked) == "utter_book_asked"
    refused = await _does(database, library, beto, "keep_opening", now=later, **known)
    assert set(refused.again) == {"opening", "booking_right"}
    assert "ocupada" in refused.given["openings_note"]
    refused = await _does(database, library, beto, "confirm_booking", now=later, **known, **args)
    assert "ocupada" in refused.given["openings_note"]


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
    assert "no es tuya" in say.params["refusal"]
    assert not say.buttons
    [(state,)] = await rows(database, "SELECT state FROM booking")
    assert state == "accepted"


async def test_a_consultant_sees_no_booking_as_its_owner_does(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await request(database, advisor, ana.person_id)
    async with database.transaction() as session:
        await service.decline(session, booking.id, advisor.person_id, NOW, candidates(NOW))
    them = Someone(advisor.person_id, 1, "whatsapp", "+50370000001")
    (say,) = (await _does(database, library, them, "booking_show", booking=booking.id)).says
    assert (say.response, set(say.params)) == ("utter_booking_refused", {"refusal"})


async def test_a_time_that_is_only_kept_is_told_as_no_booking(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    kept = await hold(database, advisor, ana.person_id)
    shown = await _does(database, library, ana, "booking_show", booking=kept)
    assert _said(shown) == "utter_booking_held"


async def test_no_times_are_offered_for_the_booking_of_another(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana, eve = await enrol(), await meet(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    offered = await _does(database, library, eve, "find_other_openings", booking_id=str(booking.id))
    assert "no es tuya" in offered["refusal"]
    assert not offered["openings"]


def test_whose_booking_is_another_s_by_now_is_told_so_in_the_midst_of_changing_it() -> None:
    chosen = {"bookings": [["Cita 7", "7", "cita 7"]], "booking_found": "some", "booking_id": "7"}
    refused = {"openings": [], "openings_found": False, "refusal": "Esa cita no es tuya."}
    context = Context(now=NOW, flows=flows.load(Path(flows.__file__).parent))
    turning = run(NOTHING, Understood("task_change_booking", "word"), context)
    for action, result in (("bookings_to_change", chosen), ("find_other_openings", refused)):
        do = turning.next_action()
        assert do is not None
        assert do.action == action
        turning.done(result)
    assert turning.next_action() is None
    assert [one.response for one in turning.said][-1] == "utter_booking_refused"
    assert turning.conversation.task is None


async def test_the_other_side_of_an_erased_person_is_told(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    await agreed(database, advisor, ana.person_id)
    await _does(database, library, ana, "erase_data")
    told = await rows(database, "SELECT person_id, content->>'text' FROM outbox ORDER BY id")
    assert [person for person, _ in told] == [advisor.person_id]
    assert "Cancelaron la cita" in str(told[0][1])


async def _meant(database: Database, library: Library, someone: Someone, said: str) -> Any:
    """What became of the search for the booking that a sentence means, and which it is."""
    got = await _does(database, library, someone, "bookings_to_change", said=said)
    return got["booking_found"], got.get("booking_id")


async def test_a_day_or_an_hour_is_no_number_of_a_booking(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    mine = await request(database, advisor, ana.person_id, hour("2026-11-25 09:00"))
    for said in (
        "cancelá mi cita del 25 de noviembre",
        "cambiar mi cita de las 9",
        "pasame la cita para el 27",
        "cancelar la cita 25 de noviembre",
        "cancelar la cita 9 am",
        f"cancelar la cita #{mine.id}",
    ):
        assert await _meant(database, library, ana, said) == ("some", str(mine.id)), said


async def test_the_number_of_anothers_booking_takes_none_of_ones_own(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana, luis = await enrol(), await meet(), await meet()
    others = await request(database, advisor, luis.person_id, hour("2026-11-26 09:00"))
    await request(database, advisor, ana.person_id)
    for said in ("la cita {}.", "#{}", "{}, por favor", "cancelar la cita n.º {}"):
        said = said.format(others.id)
        assert await _meant(database, library, ana, said) == ("not_own", None), said


async def test_the_day_or_the_hour_tells_which_of_several_is_meant(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    first = await request(database, advisor, ana.person_id, hour("2026-11-25 09:00"))
    other = await request(database, advisor, ana.person_id, hour("2026-11-26 10:00"))
    for said, one in (
        ("cancelá la del 25", first),
        ("la cita de las 10", other),
        ("mover la cita del jueves para el viernes a las 9", other),
    ):
        assert await _meant(database, library, ana, said) == ("some", str(one.id)), said
    for said in ("cancelar mi cita", "cancelá la cita del 27"):
        assert await _meant(database, library, ana, said) == ("some", None), said


async def test_the_only_booking_is_not_taken_for_one_of_another_day(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    await request(database, advisor, ana.person_id)
    got = await _does(
        database, library, ana, "bookings_to_change", said="cambiá mi cita del 27 de noviembre"
    )
    assert got["booking_id"] is None
    assert len(got["bookings"]) == 1


async def test_a_meeting_is_moved_in_the_way_it_was_asked_for(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(APART), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    known = {"booking_id": str(booking.id)}
    offered = await _does(database, library, ana, "find_other_openings", **known)
    days = {value[:10] for _, value, *_ in offered["openings"] if value != MORE}
    assert days <= {"2026-11-25", "2026-12-02", "2026-12-09"}
    thursday = hour("2026-11-26 09:00").starts.isoformat()
    refused = await _does(database, library, ana, "move_booking", opening=thursday, **known)
    assert "A esa hora no se atiende" in refused.given["openings_note"]
    later = hour("2026-12-02 09:00").starts.isoformat()
    await _does(database, library, ana, "move_booking", opening=later, **known)
    assert await rows(database, "SELECT mode, sequence FROM booking") == [("on_site", 1)]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("quiero cambiar mi cita pal jueves", "2026-11-26T08:00"),
        ("mueva mi cita para el viernes a las 10", "2026-11-27T10:00"),
        ("quiero cambiar mi cita", "2026-11-24T09:00"),
    ],
)
async def test_the_day_that_the_sentence_asks_for_is_offered_first(
    database: Database, library: Library, meet: Meet, enrol: Enrol, said: str, first: str
) -> None:
    advisor, ana = await enrol(), await meet()
    booking = await agreed(database, advisor, ana.person_id)
    offered = await _does(
        database, library, ana, "find_other_openings", booking_id=str(booking.id), said=said
    )
    assert str(offered["openings"][0][1]).startswith(first)


async def test_a_no_to_who_attends_at_a_distance_asks_nobody_for_help(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    advisor, ana = await enrol(), await meet()
    await _only(database, advisor, "remote")
    found = await _found(database, library, ana, meeting_mode="on_site")
    assert found["found_how"] == "remoto"
    slot = Offered("consultants", times=False).of(found["consultants"])
    assert isinstance(meant := slot.read(Sent("no"), NOW.date()), Value)
    assert meant.value == "none"


def _event(file: Attachment) -> tuple[str, Any]:
    """What a calendar is told to do, and with which meeting."""
    assert file.carried is not None
    whole = Calendar.from_ical(file.carried.decode("utf-8"))
    (event,) = whole.walk("VEVENT")
    return str(whole["METHOD"]), event


async def test_on_telegram_the_agreement_brings_one_file_for_the_calendar(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    phone, ana = await meet("telegram", "7001"), await meet("telegram", "7002")
    advisor = await enrol(someone=phone)
    booking = await request(database, advisor, ana.person_id)
    accepted = await _does(database, library, phone, "referral_accept", booking=booking.id)
    [(person, content)] = await rows(database, "SELECT person_id, content FROM outbox")
    assert person == ana.person_id
    [told] = Content.from_json(content).files
    assert (told.name, told.media_type) == (f"cita-{booking.id}.ics", "text/calendar")
    method, event = _event(told)
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
    assert event["DTSTART"].dt == WEDNESDAY.starts
    assert event["DTSTART"].params["TZID"] == "America/El_Salvador"
    assert event["LOCATION"] == "En persona"
    assert PURPOSE not in str(told.carried)
    # The consultant's file is of the same meeting.
    [own] = accepted.says[0].files
    assert _event(own)[1]["UID"] == event["UID"] == booking.uid
    # Moved and agreed on anew it is the same meeting with a higher sequence.
    later = hour("2026-11-27 09:00").starts.isoformat()
    await _does(database, library, ana, "move_booking", booking_id=str(booking.id), opening=later)
    await _does(database, library, phone, "referral_accept", booking=booking.id)
    [(content,)] = await rows(database, "SELECT content FROM outbox ORDER BY id DESC LIMIT 1")
    _, moved = _event(Content.from_json(content).files[0])
    assert (moved["UID"], moved["SEQUENCE"]) == (booking.uid, 1)
    assert moved["DTSTART"].dt.isoformat() == later


async def test_whatsapp_gets_an_address_and_no_file(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    phone, ana = await meet(), await meet()
    advisor = await enrol(someone=phone)
    booking = await request(database, advisor, ana.person_id)
    accepted = await _does(database, library, phone, "referral_accept", booking=booking.id)
    assert accepted.says[0].files == ()
    [(content,)] = await rows(database, "SELECT content FROM outbox")
    assert Content.from_json(content).files == ()
    shown = await _does(database, library, ana, "booking_show", booking=booking.id)
    assert shown.says[0].params["calendar"].endswith(".ics")


async def test_whose_calendar_reads_their_bookings_gets_no_file(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    phone, ana = await meet("telegram", "7001"), await meet()
    advisor = await enrol(someone=phone)
    async with database.transaction() as session:
        await feeds.make(session, advisor.id, NOW)
    booking = await request(database, advisor, ana.person_id)
    accepted = await _does(database, library, phone, "referral_accept", booking=booking.id)
    assert accepted.says[0].files == ()


async def test_a_time_that_was_proposed_comes_with_its_file_when_it_is_agreed_on(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    ana = await meet("telegram", "7002")
    advisor = await enrol()
    booking = await request(database, advisor, ana.person_id)
    async with database.transaction() as session:
        await service.propose_other(
            session, booking.id, advisor.person_id, hour("2026-11-27 09:00"), NOW
        )
    result = await _does(database, library, ana, "proposal_agree", booking=booking.id)
    [file] = result.says[0].files
    _, event = _event(file)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 1)


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
    said = await _does(database, library, ana, "verify_consultant", whom="el ing Eleuterio Mancia")
    assert "DEMO-005" in said.says[0].params["found"]
    nobody = await _does(database, library, ana, "verify_consultant", whom="Filiberto Nadie")
    assert _said(nobody) == "utter_not_registered"


class _Deaf:
    """No model is asked for what the words tell by themselves."""

    async def parse(self, text: str) -> None:
        raise AssertionError(f"{text!r} was to be understood without it")


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("el consultor no llegó a la cita", "bookings_past"),
        ("ya no voy a poder ir mañana", "task_cancel_booking"),
        ("DEMO-018", "task_verify_consultant"),
    ],
)
async def test_what_has_no_consultant_in_a_trial_is_answered_all_the_same(
    library: Library, said: str, intent: str
) -> None:
    every = flows.load(Path(flows.__file__).parent)
    asked = await ask(said, _Deaf(), library, responses.load(RESPONSES), every)
    assert (asked.understood.intent, asked.outcome) == (intent, "task")
    assert asked.answer


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


async def test_who_has_to_answer_has_the_hours_of_this_deployment(
    database: Database, library: Library, meet: Meet, enrol: Enrol
) -> None:
    first, second, ana = await enrol(), await enrol(), await meet()
    mornings = Terms(hours=Hours(time(8), time(12)))
    moved = hour("2026-12-09 09:00")
    booking = await agreed(database, first, ana.person_id)
    move = Do("move_booking", {"booking_id": str(booking.id), "opening": moved.starts.isoformat()})
    await _does_in(NOTHING, database, library, ana, move, hours=mornings.hours)
    due = mornings.deadline(NOW, moved.starts)
    assert await rows(database, "SELECT deadline FROM referral") == [(due,)]
    assert due != Terms().deadline(NOW, moved.starts)

    luis = await meet()
    asked = await request(database, first, luis.person_id, hour("2026-12-14 09:00"))
    async with database.transaction() as session:
        need = '{"categories": ["diagnostico"], "sector": null, "department": null}'
        await session.execute(text("UPDATE referral SET need = CAST(:n AS jsonb)"), {"n": need})
        other = hour("2026-12-10 09:00")
        await service.propose_other(session, asked.id, first.person_id, other, NOW)
    refuse = Do("proposal_refuse", {"booking": asked.id})
    await _does_in(NOTHING, database, library, luis, refuse, hours=mornings.hours)
    handed_on = await rows(
        database,
        "SELECT r.consultant_id, r.deadline, lower(b.during) FROM referral AS r "
        "JOIN booking AS b ON b.referral_id = r.id AND b.state = 'pending' "
        f"WHERE r.person_id = {luis.person_id}",
    )
    [(consultant, deadline, starts)] = handed_on
    assert (consultant, deadline) == (second.id, mornings.deadline(NOW, starts))
    assert deadline != Terms().deadline(NOW, starts)
