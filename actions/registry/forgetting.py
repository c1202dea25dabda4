"""What goes when a person has everything erased that is held about them.

The registry is public, and stays: the number, the name, the validity. What hung on the person goes:
their application, papers, phone and address, what they said of themselves, and that it was them.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OWN: Final = "SELECT id FROM consultant WHERE person_id = ANY(:people)"
_ONLY_APPLIED: Final = f"{_OWN} AND registration_number IS NULL"
_STATEMENTS: Final = (
    f"DELETE FROM consultant_document WHERE consultant_id IN ({_OWN})",
    f"DELETE FROM consultant_code WHERE consultant_id IN ({_OWN})",
    "DELETE FROM consultant_code_try WHERE person_id = ANY(:people)",
    f"DELETE FROM consultant_change WHERE consultant_id IN ({_ONLY_APPLIED}) "
    f"OR (source = 'consultor' AND consultant_id IN ({_OWN}))",
    f"DELETE FROM consultant_offer WHERE consultant_id IN ({_ONLY_APPLIED})",
    f"DELETE FROM registry_conflict WHERE consultant_id IN ({_ONLY_APPLIED})",
    "DELETE FROM consultant WHERE person_id = ANY(:people) AND registration_number IS NULL",
    "UPDATE consultant SET person_id = NULL, phone = NULL, email = NULL, end_told_for = NULL "
    "WHERE person_id = ANY(:people)",
)


async def forget(session: AsyncSession, people: Sequence[int]) -> None:
    """Empties it, for all accounts of a person."""
    for statement in _STATEMENTS:
        await session.execute(text(statement), {"people": [*people]})
