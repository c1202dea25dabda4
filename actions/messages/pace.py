"""The pace of each sender, kept in the database so that more workers never exceed it."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

# A virtual schedule (the generic cell rate algorithm of ITU-T I.371): every send takes the next
# slot; up to a burst of unused slots is kept.
_TAKE = text(
    """
    INSERT INTO pace (sender, next_at)
    SELECT :sender, clock_timestamp() + :step * interval '1 s'
    -- A slot that a crash of the database forgets does no harm: no need to wait for the disk.
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quickly
    ON CONFLICT (sender) DO UPDATE SET next_at = :step * interval '1 s'
        + GREATEST(pace.next_at, clock_timestamp() - :slack * interval '1 s')
    RETURNING GREATEST(0, EXTRACT(EPOCH FROM next_at - :step * interval '1 s' - clock_timestamp()))
    """
)

BURST_SECONDS: Final = 0.5
LEASE_SECONDS: Final = 0.1
"""Slots taken at once are those of so long; unused ones are lost after as long again."""


async def take_slots(engine: AsyncEngine, sender: str, per_second: float, count: int) -> float:
    """Takes the next ``count`` slots of a sender; returns the seconds to wait for the first."""
    async with engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        wait = await connection.scalar(
            _TAKE,
            {"sender": sender, "step": count / per_second, "slack": BURST_SECONDS},
        )
    return float(wait or 0)


@dataclass(slots=True)
class _Lease:
    """Slots that this process holds; times in monotonic seconds."""

    left: int
    next_at: float
    until: float


class Pacer:
    """Grants a process's sends. Takes several slots at a time, so that most sends ask nobody."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._leases: dict[str, _Lease] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait_for_slot(self, sender: str, per_second: float) -> float:
        """Takes one slot; the seconds to wait before it may be used."""
        # One asks for all: of several who asked at once, all but one would waste their slots.
        async with self._asking[sender]:
            now = time.monotonic()
            lease = self._leases.get(sender)
            if lease is None or not lease.left or now > lease.until:
                count = max(1, int(per_second * LEASE_SECONDS))
                wait = await take_slots(self._engine, sender, per_second, count)
                now = time.monotonic()
                lease = _Lease(count, now + wait, now + wait + 2 * LEASE_SECONDS)
                self._leases[sender] = lease
            wait = max(0.0, lease.next_at - now)
            lease.left -= 1
            lease.next_at += 1 / per_second
            return wait
