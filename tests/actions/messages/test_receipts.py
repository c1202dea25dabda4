"""Receipts: whatever their order, they end the same, and never go backwards."""

import asyncio
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.messages import outbox, receipts, states
from actions.messages.content import Content
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, count, jobs_of

ALL_STATES = (
    states.QUEUED,
    states.SENDING,
    states.AMBIGUOUS,
    states.UNKNOWN,
    states.EXCLUDED,
    states.SENT,
    states.FAILED,
    states.DELIVERED,
    states.READ,
)
CODES = {"undelivered": "63024", "failed": "63016"}


async def _sent_to(database: Database, someone: Someone, state: str = states.SENDING) -> int:
    async with database.transaction() as session:
        (message_id,) = await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content("Hola")],
            lane=states.REPLY,
            state=states.SENDING,
        )
        if state != states.SENDING:
            await outbox.put_back(session, message_id, state=state, seconds=0, reason="lost")
    return message_id


async def _told(
    session: AsyncSession,
    status: str,
    *,
    own_id: int | None = None,
    sid: str = "SM1",
    code: str | None = None,
    channel: str = "whatsapp",
) -> bool:
    return await receipts.record(
        session,
        message_id=own_id,
        channel=channel,
        provider_id=sid,
        status=status,
        error_code=code,
    )


async def _find(session: AsyncSession, message_id: int) -> Row[Any]:
    found = await session.execute(
        text("SELECT state, provider_id, reason FROM outbox WHERE id = :id"), {"id": message_id}
    )
    return found.one()


# -- the rule, without a database ------------------------------------------------------------------


@pytest.mark.parametrize("first", ALL_STATES)
def test_every_order_of_every_set_of_statuses_ends_in_one_state(first: str) -> None:
    # What a set may have led to is what each smaller set may have led to, and its last status:
    # so every permutation is gone through without writing down all ten million of them.
    reached: dict[frozenset[str], set[str]] = {frozenset(): {first}}
    for size in range(1, len(states.STATUSES) + 1):
        for chosen in combinations(sorted(states.STATUSES), size):
            told = frozenset(chosen)
            ends = set()
            for last in told:
                for before in reached[told - {last}]:
                    after = states.settled(before, told)
                    assert _rank(after) >= _rank(before)
                    assert states.settled(after, told) == after
                    ends.add(after)
            reached[told] = ends
            assert len(ends) == 1, (first, told, ends)


def _rank(state: str) -> int:
    """How far a message has come: what happened to it is never unmade."""
    order: tuple[tuple[str, ...], ...] = (
        (states.QUEUED,),
        (states.SENDING, states.AMBIGUOUS),
        (states.UNKNOWN, states.EXCLUDED),
        (states.SENT,),
        (states.FAILED,),
        (states.DELIVERED,),
        (states.READ,),
    )
    return next(place for place, together in enumerate(order) if state in together)


def test_a_status_of_tomorrow_changes_nothing() -> None:
    for state in ALL_STATES:
        assert states.settled(state, ["partially_delivered", ""]) == state


# -- the rule, in the database ---------------------------------------------------------------------


async def test_every_order_of_receipts_ends_in_the_same_state_and_reason(
    database: Database, meet: Meet
) -> None:
    message_id = await _sent_to(database, await meet())
    statuses = ("queued", "sent", "delivered", "undelivered", "failed")
    ends: dict[frozenset[str], set[tuple[str, str | None]]] = {}

    async def tell_the_rest(session: AsyncSession, told: tuple[str, ...], before: str) -> None:
        for status in statuses:
            if status in told:
                continue
            # Each way on starts from the same point: its savepoint is rolled back.
            savepoint = await session.begin_nested()
            assert await _told(session, status, own_id=message_id, code=CODES.get(status))
            message = await _find(session, message_id)
            assert _rank(message.state) >= _rank(before)
            now = (*told, status)
            ends.setdefault(frozenset(now), set()).add((message.state, message.reason))
            await tell_the_rest(session, now, message.state)
            await savepoint.rollback()

    async with database.session() as session, session.begin():
        await tell_the_rest(session, (), states.SENDING)
    assert len(ends) == 2 ** len(statuses) - 1
    assert all(len(one) == 1 for one in ends.values()), ends
    assert ends[frozenset(statuses)] == {(states.DELIVERED, None)}
    assert ends[frozenset({"sent", "failed", "undelivered"})] == {(states.FAILED, "63024")}
    assert ends[frozenset({"sent", "failed"})] == {(states.FAILED, "63016")}


async def test_receipts_that_come_together_are_all_kept(database: Database, meet: Meet) -> None:
    message_id = await _sent_to(database, await meet())

    async def tell(status: str) -> None:
        async with database.transaction() as session:
            assert await _told(session, status, own_id=message_id)

    told = ["read", "sent", "delivered", "queued"] * 3
    await asyncio.gather(*(tell(status) for status in told))
    async with database.session() as session:
        assert (await _find(session, message_id)).state == states.READ
    assert await count(database, "receipt") == 4


# -- which message it is of ------------------------------------------------------------------------


async def test_a_receipt_with_our_own_id_resolves_an_ambiguous_send(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    lost = await _sent_to(database, ana, states.AMBIGUOUS)
    async with database.transaction() as session:
        (behind,) = await outbox.add(
            session,
            person_id=ana.person_id,
            address_id=ana.address_id,
            channel=ana.channel,
            contents=[Content("Después")],
            lane=states.REPLY,
        )
        assert await _told(session, "sent", own_id=lost, sid="SM77")
    # What waits behind it is woken and can go.
    assert await jobs_of(database) == [("deliver", f"deliver:{ana.person_id}")]
    async with database.transaction() as session:
        message = await _find(session, lost)
        assert (message.state, message.provider_id, message.reason) == (states.SENT, "SM77", None)
        claimed = await outbox.claim_next(session, ana.person_id)
        assert claimed is not None
        assert claimed.id == behind
        # The worker that looked for it in the list comes too late to change anything.
        assert not await outbox.count_attempt(session, lost)


async def test_a_receipt_finds_its_message_by_the_providers_id(
    database: Database, meet: Meet
) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        await outbox.was_sent(session, message_id, "SM1")
    async with database.transaction() as session:
        assert await _told(session, "delivered")
        assert (await _find(session, message_id)).state == states.DELIVERED
    assert await jobs_of(database) == []


async def test_a_receipt_of_no_message_of_ours_does_nothing(database: Database, meet: Meet) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        await outbox.was_sent(session, message_id, "SM1")
    strange: list[dict[str, Any]] = [
        {"sid": "SM-unknown"},
        {"own_id": 999_999},
        {"own_id": message_id, "sid": "SM-other"},
        {"own_id": message_id, "channel": "telegram"},
        {"channel": "telegram"},
    ]
    for asked in strange:
        async with database.transaction() as session:
            assert not await _told(session, "failed", code="63016", **asked)
            message = await _find(session, message_id)
        assert tuple(message) == (states.SENT, "SM1", None), asked
    assert await count(database, "receipt") == 0
    assert await jobs_of(database) == []


async def test_a_status_that_nobody_knows_is_kept_and_moves_nothing(
    database: Database, meet: Meet
) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        assert await _told(session, "partially_delivered", own_id=message_id)
        assert (await _find(session, message_id)).state == states.SENDING
    assert await count(database, "receipt") == 1


# -- receipts and the send itself ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("queued", None, states.SENT),
        ("read", None, states.READ),
        ("failed", "63016", states.FAILED),
        ("undelivered", "63024", states.FAILED),
    ],
)
async def test_a_receipt_may_come_before_the_answer_to_the_send(
    database: Database, meet: Meet, status: str, code: str | None, state: str
) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        assert await _told(session, status, own_id=message_id, code=code)
    async with database.transaction() as session:
        await outbox.was_sent(session, message_id, "SM1")
    async with database.session() as session:
        message = await _find(session, message_id)
        assert (message.state, message.reason, message.provider_id) == (state, code, "SM1")


async def test_a_message_given_up_keeps_its_reason_until_it_proves_delivered(
    database: Database, meet: Meet
) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        await outbox.give_up(session, message_id, state=states.FAILED, reason="unavailable")
    for status, expected in (
        ("sent", (states.FAILED, "unavailable")),
        ("undelivered", (states.FAILED, "unavailable")),
        ("delivered", (states.DELIVERED, None)),
    ):
        async with database.transaction() as session:
            assert await _told(session, status, own_id=message_id)
            message = await _find(session, message_id)
            assert (message.state, message.reason) == expected


async def test_an_unknown_end_becomes_known_by_a_receipt(database: Database, meet: Meet) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        await outbox.give_up(session, message_id, state=states.UNKNOWN, reason="ambiguous")
        assert await _told(session, "delivered", own_id=message_id)
        message = await _find(session, message_id)
        assert (message.state, message.reason) == (states.DELIVERED, None)


async def test_a_receipt_is_kept_as_told_with_its_code(database: Database, meet: Meet) -> None:
    message_id = await _sent_to(database, await meet())
    async with database.transaction() as session:
        for code in ("63016", "63024"):
            assert await _told(session, "failed", own_id=message_id, code=code)
        kept = await session.execute(text("SELECT outbox_id, status, error_code FROM receipt"))
        assert [tuple(row) for row in kept] == [(message_id, "failed", "63016")]
