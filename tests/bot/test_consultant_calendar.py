"""A consultant gets the address of their calendar in the chat, against a real database, and their
calendar reads it over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from actions.bookings import service
from actions.store.database import Database
from api import calendars
from api.assembly import assembled, turning
from api.settings import Settings
from bot.dialogue.conversation import Result
from bot.understanding import words
from tests.actions.bookings.conftest import Enrol, enrol, request
from tests.actions.conftest import Meet, meet
from tests.bot.test_consultant_acts import does, names, titles

__all__ = ["enrol", "meet"]

SHOWN = ["Hacer otra", "Apagarla"]


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a process's parts as the door needs."""

    database: Database


async def read(database: Database, address: str) -> httpx.Response:
    """What a calendar finds there."""
    app = FastAPI()
    app.include_router(calendars.router)
    app.state.assembly = Part(database)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://example.org") as client:
        return await client.get(address)


def told(result: Result) -> str:
    (say,) = result.says
    return say.params["address"]


async def test_a_calendar_reads_the_address_until_another_is_made_or_it_is_switched_off(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    now = datetime.now(UTC)
    async with database.session() as session:
        (free, *_) = await service.offer(session, ana.id, now, 1)
    await request(database, ana, owner.person_id, free.span, now)
    made = await does(database, ana.person_id, "consultant_calendar")
    assert names(made) == ["utter_calendar_made"] and titles(made) == SHOWN
    first = told(made)
    answer = await read(database, first)
    assert answer.status_code == 200 and "VEVENT" in answer.text
    # What is kept could not tell it again.
    again = await does(database, ana.person_id, "consultant_calendar")
    assert names(again) == ["utter_calendar_there"] and titles(again) == SHOWN
    assert "address" not in again.says[0].params
    replaced = await does(database, ana.person_id, "consultant_calendar_new")
    assert names(replaced) == ["utter_calendar_replaced"]
    assert (await read(database, first)).status_code == 404
    assert (await read(database, told(replaced))).status_code == 200
    off = await does(database, ana.person_id, "consultant_calendar_off")
    assert names(off) == ["utter_calendar_off"] and titles(off) == ["Hacer una"]
    assert (await read(database, told(replaced))).status_code == 404
    # A press of the old button changes nothing more, and begins anew where it says so.
    assert names(await does(database, ana.person_id, "consultant_calendar_off")) == names(off)
    anew = await does(database, ana.person_id, "consultant_calendar_new")
    assert names(anew) == ["utter_calendar_made"]


@pytest.mark.parametrize(
    "act", ["consultant_calendar", "consultant_calendar_new", "consultant_calendar_off"]
)
async def test_only_who_answers_for_a_consultant_gets_at_a_calendar(
    database: Database, enrol: Enrol, meet: Meet, act: str
) -> None:
    ana, stranger = await enrol(), await meet()
    address = told(await does(database, ana.person_id, "consultant_calendar"))
    result = await does(database, stranger.person_id, act)
    assert names(result) == ["utter_consultant_unknown"]
    assert (await read(database, address)).status_code == 200


async def test_a_suspended_consultant_keeps_reading_the_meetings_that_stand(
    database: Database, enrol: Enrol
) -> None:
    ana = await enrol(valid_to=(datetime.now(UTC) - timedelta(days=1)).date())
    address = told(await does(database, ana.person_id, "consultant_calendar", datetime.now(UTC)))
    assert (await read(database, address)).status_code == 200


@pytest.mark.parametrize("public", ["https://torogoz.gob.sv", "https://marn.gob.sv/asistente"])
async def test_the_addresses_that_the_chat_gives_are_served(database_url: str, public: str) -> None:
    async with (
        assembled(Settings(public_url=public), database_url) as assembly,
        turning(assembly, "http://127.0.0.1:9") as (parts, _),
    ):
        assert parts.feed_url("abc-_9") == public + calendars.path_of("abc-_9")


@pytest.mark.parametrize(
    "said", ["mi calendario", "Calendario", "Mis citas en mi calendario", "Google Calendar"]
)
def test_it_is_asked_for_in_a_few_words(said: str) -> None:
    assert words.exact(said) == "consultant_calendar"
