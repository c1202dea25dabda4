"""Delivery: sends what waits in a person's outbox, in order, and settles what became of it."""

import asyncio
import random
from collections.abc import Mapping
from typing import Final

import structlog

from actions.demo.places import is_invented
from actions.messages import outbox, states
from actions.messages.outbox import Claimed
from actions.messages.pace import Pacer
from actions.people import service as people
from actions.people import wanted
from actions.store.database import Database
from bot.channels import web
from bot.channels.protocol import (
    Ambiguous,
    Channel,
    Later,
    Outcome,
    Refused,
    Sent,
)

LONGEST_WAIT_SECONDS: Final = 3.0
"""A send whose slot is further away is put back, so that a worker is not kept waiting."""
LONGEST_BACK_OFF_SECONDS: Final = 120.0
MAX_ATTEMPTS: Final = 6
INVENTED: Final = "demo"
"""Why a message to one of the demo's people is not sent: nobody has that address."""
RESENT_SECONDS: Final = 30.0
"""After a resend whose answer was lost as well: so late may a provider's list show it."""

log = structlog.get_logger(__name__)


class Delivery:
    """Sends through the channels, at the pace that the database grants."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels
        self._pacer = Pacer(database.engine)

    async def deliver(self, person_id: int) -> None:
        """Sends all that is due for a person, until the head of the queue has to wait."""
        while True:
            async with self._database.transaction() as session:
                message = await outbox.claim_next(session, person_id)
            if message is None or not await self.send(message):
                return

    async def send(self, message: Claimed) -> bool:
        """Sends one claimed message; whether the person's next one may be tried now."""
        if message.channel != web.NAME and is_invented(message.external):
            return await self._give_up(message, states.EXCLUDED, INVENTED)
        channel = self._channels.get(message.channel)
        if channel is None:
            # A channel that was switched off with messages waiting: kept for when it is back.
            return await self._put_back(message, Later(60, "channel_off"))
        if message.ambiguous:
            # It may have been sent before it was excluded: that has to be known first.
            settled = await self._reconcile(channel, message)
            if settled is not None:
                return settled
        excluded = _excluded(message)
        if excluded is not None:
            return await self._give_up(message, states.EXCLUDED, excluded)
        wait = await self._wait_for_slot(channel)
        if wait > LONGEST_WAIT_SECONDS:
            return await self._put_back(message, Later(wait, "paced"))
        await asyncio.sleep(wait)
        if message.category is not None:
            return await self._send_if_wanted(channel, message)
        return await self._settle(message, await channel.send(message))

    async def _send_if_wanted(self, channel: Channel, message: Claimed) -> bool:
        """Hands over a message that the person can stop, in a transaction that a stop waits for:
        so none starts after a stop has committed, though it was claimed before."""
        outcome: Outcome | None = None
        async with self._database.transaction() as session:
            refused = await wanted.refused(session, message.id, message.address_id)
            if refused is None:
                outcome = await channel.send(message)
        if outcome is not None:
            return await self._settle(message, outcome)
        if refused == wanted.STOPPED:
            return await self._give_up(message, states.EXCLUDED, wanted.STOPPED)
        return True

    async def _wait_for_slot(self, channel: Channel) -> float:
        if not channel.per_second:
            return 0.0
        return await self._pacer.wait_for_slot(channel.name, channel.per_second)

    async def _settle(self, message: Claimed, outcome: Outcome) -> bool:
        match outcome:
            case Sent(provider_id):
                async with self._database.statement() as connection:
                    return await outbox.was_sent(connection, message.id, provider_id)
            case Later():
                return await self._put_back(message, outcome)
            case Ambiguous(reason):
                return await self._put_aside(message, reason)
            case Refused(reason, blocked):
                log.warning("send_refused", message=message.id, reason=reason)
                if blocked:
                    async with self._database.transaction() as session:
                        await people.mark_blocked(session, message.address_id)
                return await self._give_up(message, states.FAILED, reason)

    async def _put_aside(self, message: Claimed, reason: str) -> bool:
        log.warning("send_ambiguous", message=message.id, reason=reason, attempt=message.attempts)
        # The channel itself waits for its list after the first attempt only.
        seconds = RESENT_SECONDS if message.ambiguous else 1.0
        async with self._database.transaction() as session:
            await outbox.put_back(
                session, message.id, state=states.AMBIGUOUS, seconds=seconds, reason=reason
            )
        return False

    async def _put_back(self, message: Claimed, later: Later) -> bool:
        seconds = later.seconds
        if later.reason == "unavailable":
            # A provider that is down for an hour must not cost the person the answer.
            seconds = min(seconds * 2 ** min(message.attempts, 6), LONGEST_BACK_OFF_SECONDS)
        async with self._database.transaction() as session:
            await outbox.put_back(
                session,
                message.id,
                state=states.AMBIGUOUS if message.ambiguous else states.QUEUED,
                # Apart from each other, or all that were refused together come back together.
                seconds=seconds + random.uniform(0, 0.2),
                reason=later.reason,
            )
        return False

    async def _give_up(self, message: Claimed, state: str, reason: str) -> bool:
        async with self._database.transaction() as session:
            await outbox.give_up(session, message.id, state=state, reason=reason)
        return True

    async def _reconcile(self, channel: Channel, message: Claimed) -> bool | None:
        """Settles an ambiguous send; None when it is to be sent (again)."""
        found = await channel.reconcile(message)
        if isinstance(found, Later):
            return await self._put_back(message, found)
        if found is None:
            if message.lane == states.BULK or message.attempts >= MAX_ATTEMPTS:
                return await self._give_up(message, states.UNKNOWN, "ambiguous")
            return await self._again(message)
        async with self._database.transaction() as session:
            known = await outbox.known_provider_ids(session, channel.name, found)
            unclaimed = [one for one in found if one not in known]
            if unclaimed:
                log.info("send_reconciled", message=message.id)
                return await outbox.was_sent(session, message.id, unclaimed[0])
            current = await outbox.find(session, message.id)
            if current is not None and current.state not in states.OPEN:
                return True
        return await self._again(message)

    async def _again(self, message: Claimed) -> bool | None:
        """Counts one more attempt; None when the message is still to be sent, now."""
        async with self._database.transaction() as session:
            still_ours = await outbox.count_attempt(session, message.id)
        return None if still_ours else True


def _excluded(message: Claimed) -> str | None:
    if message.stopped:
        return wanted.STOPPED
    if message.blocked and message.lane != states.REPLY:
        return "blocked"
    return None
