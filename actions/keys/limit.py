"""How often a key may be used: counted in the database, so that more processes grant no more.

A window of a minute begins with the first request after the one before it ended. Simple to tell a
client, and exact: within a window never more than the limit, whoever asks at the same time.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from actions.store.database import Executor

WINDOW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of a key's minute after a request; ``resets_in`` are whole seconds, at least 1.

    ``granted`` tells whether the request itself was within the limit.
    """

    limit: int
    remaining: int
    resets_in: int
    granted: bool


# A window that begins later than now was written by a clock that has been put right since.
_TAKE = text(
    """
    INSERT INTO api_window AS known (key_id, began_at, used)
    SELECT :key, clock_timestamp(), 1
    -- A count that a crash of the database forgets does no harm: no need to wait for the disk.
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quickly
    ON CONFLICT (key_id) DO UPDATE SET
        used = CASE WHEN clock_timestamp() BETWEEN known.began_at
                AND known.began_at + :seconds * interval '1 s'
            THEN LEAST(known.used, :limit) + 1 ELSE 1 END,
        began_at = CASE WHEN clock_timestamp() BETWEEN known.began_at
                AND known.began_at + :seconds * interval '1 s'
            THEN known.began_at ELSE clock_timestamp() END
    RETURNING used, CAST(GREATEST(1, CEIL(EXTRACT(EPOCH FROM
        began_at + :seconds * interval '1 s' - clock_timestamp()))) AS integer)
    """
)


async def take(session: Executor, key_id: int, per_minute: int) -> Window:
    """Counts one request of a key."""
    row = await session.execute(
        _TAKE, {"key": key_id, "limit": per_minute, "seconds": WINDOW_SECONDS}
    )
    used, resets_in = row.one()
    return Window(per_minute, max(0, per_minute - used), resets_in, used <= per_minute)
