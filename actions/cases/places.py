"""Where a case's person writes."""

from typing import Final

PLACES: Final = """
    WITH RECURSIVE holder(id) AS (
        SELECT c.person_id
        UNION
        SELECT kept_id FROM person_link JOIN holder ON holder.id = joined_id
        WHERE undone_at IS NULL)
    SELECT address.id, address.channel, address.external, address.last_inbound_at
    FROM address JOIN holder ON holder.id = address.person_id
"""
"""The addresses of the case ``c``: of its person, or of who that person was joined to since. There
a reply goes too (see actions.messages.outbox)."""
