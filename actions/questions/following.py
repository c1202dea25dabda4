"""Questions without an answer in the order in which they came up: for who reads on from a place."""

from sqlalchemy import text

from actions.questions.reading import Cluster, State, several
from actions.store.database import Executor


async def clusters_after(
    session: Executor, after: int, limit: int, *, state: State | None = None
) -> list[Cluster]:
    """The next clusters with a number over ``after``, of one state or of any, by number."""
    numbers = await session.scalars(
        text(
            "SELECT id FROM question_cluster "
            "WHERE id > :after AND (CAST(:state AS text) IS NULL OR state = :state) "
            "ORDER BY id LIMIT :limit"
        ),
        {"after": after, "state": state, "limit": limit},
    )
    return await several(session, numbers.all())
