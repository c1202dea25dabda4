"""The pace of each sender, kept in the database so that more workers never exceed it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

# A virtual schedule (the generic cell rate algorithm of ITU-T I.371): every send takes the next
# slot; up to a burst of unused slots is kept.
_TAKE = text(
    """
    INSERT INTO pace (sender, next_at) VALUES (:sender, clock_timestamp() + :step * interval '1 s')
    ON CONFLICT (sender) DO UPDATE SET next_at = :step * interval '1 s'
        + GREATEST(pace.next_at, clock_timestamp() - :slack * interval '1 s')
    RETURNING GREATEST(0, EXTRACT(EPOCH FROM next_at - :step * interval '1 s' - clock_timestamp()))
    """
)

BURST_SECONDS = 0.5


async def take_slots(engine: AsyncEngine, sender: str, per_second: float, count: int) -> float:
    """Takes the next ``count`` slots of a sender; returns the seconds to wait for the first."""
    async with engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        wait = await connection.scalar(
            _TAKE,
            {"sender": sender, "step": count / per_second, "slack": BURST_SECONDS},
        )
    return float(wait or 0)
