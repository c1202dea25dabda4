"""Questions without an answer as staff page through them, the same ones together."""

from datetime import date
from typing import Any, Final

from sqlalchemy import text

from actions.articles.given import the_name
from actions.questions.reading import MONTH, WEEK, Cluster, State, several
from actions.questions.words import is_wanted, words_of
from actions.store.database import Executor
from actions.store.listing import Asked, Listed, NoSuchFilter, like, one_of, order_by
from knowledge.text import words

FILTERS: Final = ("estado", "edad", "asignada")
STATES: Final[dict[str, State]] = {
    "abiertas": "open",
    "resueltas": "resolved",
    "descartadas": "dismissed",
}
"""Values of ``estado``."""
AGES: Final = ("semana", "mes", "mas")
"""Values of ``edad``: first asked in the last seven days, in the three weeks before those (of
thirty days in all), earlier; as actions.questions.reading.ages counts them."""
ASSIGNED: Final = ("mi", "nadie", "todas")
"""Values of ``asignada``."""
ORDERS: Final[dict[str, str]] = {
    "veces": "size",
    "edad": "first_on",
    "esperan": "waiting",
}
"""What each order sorts by: how often it was asked, since when, how many wait to be told."""


# Folded as knowledge.text does it, for the letters that Spanish has.
_FOUND: Final = """
    (c.id IN (SELECT cluster_id FROM asked_question
            WHERE CAST(:heard AS text[]) <> '{}' AND words @> CAST(:heard AS text[]))
        OR translate(lower(c.label), 'áéíóúüñ', 'aeiouun') LIKE ALL (CAST(:patterns AS text[])))
"""
_OF_AGE: Final = {
    "semana": "asked.first_on > :week",
    "mes": "asked.first_on <= :week AND asked.first_on > :month",
    "mas": "asked.first_on <= :month",
}
_WAITING: Final = """
    SELECT q.cluster_id, count(DISTINCT asker.person_id) AS waiting
    FROM asker JOIN asked_question AS q ON q.id = asker.question_id
    WHERE asker.told_at IS NULL GROUP BY q.cluster_id
"""


async def clusters(session: Executor, asked: Asked, today: date, staff: str) -> Listed[Cluster]:
    """The clusters, those asked most often first, of equals the ones that wait longest.

    ``staff`` is the name of who asks: "mi" are those that they look after. Until a question has an
    answer, the search finds it by the words of any of its wordings, in other inflexions and
    spellings too; by parts of its label it is found always. Raises NoSuchOrder, NoSuchFilter, and
    Missing where "mi" is asked for with a name that is none.
    """
    for name in asked.filters:
        if name not in FILTERS:
            raise NoSuchFilter(name)
    state, age = one_of(asked, "estado", tuple(STATES)), one_of(asked, "edad", AGES)
    assigned = one_of(asked, "asignada", ASSIGNED)
    order = order_by(asked, ORDERS, "size DESC, first_on", "id DESC")
    narrowed, values = ["true"], dict[str, Any]()
    if state is not None:
        narrowed.append("c.state = :state")
        values["state"] = STATES[state]
    if assigned == "mi":
        narrowed.append("c.assigned_to = :staff")
        values["staff"] = the_name(staff)
    elif assigned == "nadie":
        narrowed.append("c.assigned_to IS NULL")
    if age is not None:
        narrowed.append(_OF_AGE[age])
        values |= {"week": today - WEEK, "month": today - MONTH}
    if wanted := words(asked.search):
        narrowed.append(_FOUND)
        values["patterns"] = [like(word) for word in wanted]
        values["heard"] = [one for one in words_of(asked.search) if not is_wanted(one)]
    rows = await session.execute(
        text(
            f"""
            WITH standing AS (
                SELECT c.id, asked.size, asked.first_on, COALESCE(waits.waiting, 0) AS waiting
                FROM question_cluster AS c
                JOIN (SELECT cluster_id, count(*) AS size, min(asked_on) AS first_on
                    FROM asked_question GROUP BY cluster_id) AS asked ON asked.cluster_id = c.id
                LEFT JOIN ({_WAITING}) AS waits ON waits.cluster_id = c.id
                WHERE {" AND ".join(narrowed)})
            SELECT id, total FROM (SELECT count(*) AS total FROM standing) AS counted
            LEFT JOIN (SELECT * FROM standing ORDER BY {order} LIMIT :limit OFFSET :offset) AS page
                ON true
            ORDER BY {order}
            """
        ),
        {**values, "limit": asked.limit, "offset": asked.offset},
    )
    page = rows.all()
    # One row without an id tells the total of a page past the end.
    numbers = [row.id for row in page if row.id is not None]
    return Listed(await several(session, numbers), page[0].total)
