"""A consultant's calendar feed over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from actions.bookings import feeds, service
from actions.bookings.openings import Span
from actions.store.database import Database
from api import calendars
from api.web import HEADERS, Headers
from bot import calendar_files
from tests.actions.bookings.conftest import PURPOSE, Advisor, Enrol, agreed, enrol, request
from tests.actions.conftest import Meet, meet

__all__ = ["enrol", "meet"]


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a process's parts as the door needs."""

    database: Database


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_middleware(Headers)
    app.include_router(calendars.router)
    app.state.assembly = Part(database)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://calendario") as client:
        yield client


def now() -> datetime:
    return datetime.now(UTC)


async def made(database: Database, advisor: Advisor) -> str:
    async with database.transaction() as session:
        return await feeds.make(session, advisor.id, now())


async def opening(database: Database, advisor: Advisor) -> Span:
    """The first free time from now on."""
    async with database.session() as session:
        (found, *_) = await service.offer(session, advisor.id, now(), 1)
        return found.span


async def test_a_feed_shows_the_bookings_and_takes_out_what_is_cancelled(
    client: httpx.AsyncClient, database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, owner = await enrol(), await meet()
    token = await made(database, advisor)
    first = await agreed(
        database, advisor, owner.person_id, await opening(database, advisor), now()
    )
    second = await request(
        database, advisor, owner.person_id, await opening(database, advisor), now()
    )
    path = calendars.path_of(token)
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert set(events) == {first.uid, second.uid}
    assert events[first.uid]["status"] == "CONFIRMED"
    assert events[second.uid]["status"] == "TENTATIVE"
    assert events[first.uid].decoded("dtstart") == first.span.starts
    # Whoever looks at the calendar need not know what it is about, nor who comes.
    assert PURPOSE not in answer.text.replace("\r\n ", "")
    assert "por confirmar" in events[second.uid]["summary"]
    assert "por confirmar" not in events[first.uid]["summary"]
    assert owner.external not in answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    async with database.transaction() as session:
        await service.cancel(session, first.id, owner.person_id, now() + timedelta(seconds=1))
    events = {
        str(one["uid"]): one
        for one in Calendar.from_ical((await client.get(path)).content).walk("VEVENT")
    }
    assert events[first.uid]["status"] == "CANCELLED"


async def test_a_meeting_reads_the_same_in_the_feed_and_as_a_file(
    client: httpx.AsyncClient, database: Database, enrol: Enrol, meet: Meet
) -> None:
    advisor, owner = await enrol(), await meet()
    token = await made(database, advisor)
    free = await opening(database, advisor)
    booking = await agreed(database, advisor, owner.person_id, free, now())
    answer = await client.get(calendars.path_of(token))
    (fed,) = Calendar.from_ical(answer.content).walk("VEVENT")
    file = calendar_files.calendar_file(booking, "consultant", now())
    (sent,) = Calendar.from_ical(file).walk("VEVENT")
    for name in ("uid", "sequence", "summary", "description", "location", "organizer", "status"):
        assert fed[name] == sent[name], name


async def test_no_other_address_opens_anything(
    client: httpx.AsyncClient, database: Database, enrol: Enrol
) -> None:
    advisor = await enrol()
    old = await made(database, advisor)
    new = await made(database, advisor)
    wrong = [old, new[:-1], new + "A", new.swapcase(), "x", "%00", "A" * 101, str(advisor.id)]
    for token in wrong:
        answer = await client.get(calendars.path_of(token))
        assert (answer.status_code, answer.text) == (404, calendars.NOT_THERE), token
        assert answer.headers["cache-control"] == "no-store"
    assert (await client.get(calendars.path_of(new))).status_code == 200
    assert (await client.head(calendars.path_of(new))).status_code == 200
    async with database.transaction() as session:
        await feeds.revoke(session, advisor.id)
    assert (await client.get(calendars.path_of(new))).status_code == 404
