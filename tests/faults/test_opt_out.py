"""Promise 10: no announcement starts on its way after the turn of a stop has committed."""

import asyncio
import time

import psycopg
from sqlalchemy import text

from actions import jobs
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.store.database import Database
from tests.providers.faults import FaultKind
from tests.providers.record import RecordedMessage
from tests.system import Channels, with_channels

PEOPLE = [f"+503712345{number:02}" for number in range(10)]
"""One stop may fall between two sends by chance, so it takes some."""
QUEUED = {number: 1_000 if number == PEOPLE[0] else 400 for number in PEOPLE}
"""More than are sent before the stop, however late it comes."""
ANSWER_SECONDS = 0.1
"""What the provider takes to answer. A send under way is over before a stop may commit."""
CLOCK_SLACK = 0.001


async def _queue_announcements(database_url: str) -> None:
    database = Database(database_url)
    try:
        async with database.transaction() as session:
            for row in await session.execute(text("SELECT id, person_id, external FROM address")):
                await outbox.add(
                    session,
                    person_id=row.person_id,
                    address_id=row.id,
                    channel="whatsapp",
                    contents=[Content(f"Anuncio {n}") for n in range(QUEUED[row.external])],
                    lane=states.BULK,
                    category="announcements",
                )
                await jobs.wake(session, jobs.DELIVER, row.person_id)
    finally:
        await database.close()


def _when_committed(database_url: str) -> dict[str, float]:
    """When another connection first sees that each one's second message was handled (Unix
    seconds): the turn has committed by then, a few milliseconds ago."""
    seen: dict[str, float] = {}
    deadline = time.monotonic() + 120
    with psycopg.connect(database_url, autocommit=True) as connection:
        while len(seen) < len(PEOPLE):
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {len(seen)} stops were handled")
            handled = connection.execute(
                "SELECT external FROM address JOIN inbox ON address_id = address.id "
                "GROUP BY external HAVING count(handled_at) = 2"
            ).fetchall()
            now = time.time()
            for (external,) in handled:
                seen.setdefault(external, now)
    return seen


def _sent(channels: Channels, number: str, *, announcements: bool) -> list[RecordedMessage]:
    return [
        message
        for message in channels.twilio.messages_to(f"whatsapp:{number}")
        if message.text.startswith("Anuncio ") is announcements
    ]


async def _until_each_has(channels: Channels, least: int, *, announcements: bool) -> None:
    await channels.twilio.wait_for(
        lambda: all(
            len(_sent(channels, number, announcements=announcements)) >= least for number in PEOPLE
        )
    )


async def test_stops_in_the_middle_of_a_thousand_announcements(
    database_url: str, rasa_url: str
) -> None:
    twilio = {"sends_per_second": 0, "webhook_timeout": 60.0}
    async with with_channels(database_url, rasa_url, twilio=twilio) as channels:
        channels.system.start("second worker")
        await asyncio.gather(
            *(channels.twilio.inbound(f"whatsapp:{number}", "hola") for number in PEOPLE)
        )
        await _until_each_has(channels, 1, announcements=False)
        channels.twilio.faults.at_rate(
            FaultKind.SLOW, 1.0, operation="messages.create", seconds=ANSWER_SECONDS
        )
        await _queue_announcements(database_url)
        await _until_each_has(channels, 10, announcements=True)
        watching = asyncio.create_task(asyncio.to_thread(_when_committed, database_url))
        stops = await asyncio.gather(
            *(channels.twilio.inbound(f"whatsapp:{number}", "alto") for number in PEOPLE)
        )
        assert {stop.status for stop in stops} == {200}
        committed = await watching
        await _until_each_has(channels, 2, announcements=False)
        # Whatever a worker still had in its hands would be out by then.
        await asyncio.sleep(1)

        for number in PEOPLE:
            sent = _sent(channels, number, announcements=True)
            last = max(message.at for message in sent)
            assert last + ANSWER_SECONDS - CLOCK_SLACK <= committed[number], number
            found = channels.system.query(
                "SELECT state, reason, count(*) FROM outbox "
                "JOIN address ON address.id = outbox.address_id "
                "WHERE external = %s AND category = 'announcements' GROUP BY 1, 2",
                number,
            )
            excluded = [row for row in found if row[0] == states.EXCLUDED]
            assert excluded == [(states.EXCLUDED, "stopped", QUEUED[number] - len(sent))]
            assert sum(count for _, _, count in found) == QUEUED[number]
            # The greeting's answer and the confirmation.
            assert len(_sent(channels, number, announcements=False)) == 2
        assert channels.system.query(
            "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'ambiguous')"
        ) == [(0,)]
        assert channels.system.query("SELECT count(*) FROM opted_out") == [(3 * len(PEOPLE),)]
