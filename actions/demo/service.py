"""Loads demo data once: invented people who asked to talk with someone of the ministry."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import service as cases
from actions.messages import outbox, states
from actions.messages.content import Content

CHANNEL: Final = "web"
PEOPLE: Final = (
    (
        "demo-panaderia",
        (
            ("kiero saver si mi panaderia ocupa permiso", "Te conté quién necesita el permiso."),
            ("mejor quiero hablar con alguien", "Listo, quedó anotado tu caso."),
        ),
    ),
    (
        "demo-taller",
        (
            ("ke ago con el aceite usado del taller", "Te conté qué hacer con el aceite usado."),
            ("persona", "Listo, quedó anotado tu caso."),
        ),
    ),
)
"""Conversation id, and what was said by turns. No figure or rule stands here: see the articles."""


async def load(session: AsyncSession) -> bool:
    """Stores the demo people with an open case each; false when they are there already."""
    known = await session.scalar(
        text("SELECT 1 FROM address WHERE channel = :channel AND external = :external"),
        {"channel": CHANNEL, "external": PEOPLE[0][0]},
    )
    if known is not None:
        return False
    for external, said in PEOPLE:
        person_id: int = await session.scalar(
            text("INSERT INTO person DEFAULT VALUES RETURNING id")
        )
        address_id: int = await session.scalar(
            text(
                "INSERT INTO address (person_id, channel, external, last_inbound_at) "
                "VALUES (:person, :channel, :external, now()) RETURNING id"
            ),
            {"person": person_id, "channel": CHANNEL, "external": external},
        )
        for number, (asked, answered) in enumerate(said):
            await session.execute(
                text(
                    "INSERT INTO inbox (person_id, address_id, provider_id, kind, text, handled_at)"
                    " VALUES (:person, :address, :provider, 'text', :text, now())"
                ),
                {
                    "person": person_id,
                    "address": address_id,
                    "provider": f"demo-{number}",
                    "text": asked,
                },
            )
            await outbox.add(
                session,
                person_id=person_id,
                address_id=address_id,
                channel=CHANNEL,
                contents=[Content(text=answered)],
                lane=states.REPLY,
                state=states.SENT,
            )
        await cases.open_case(session, person_id, "request")
    return True
