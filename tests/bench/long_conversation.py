"""Whether a conversation of a thousand turns is as fast at its end as at its beginning."""

import time

from tests.bench.figures import Figure, percentile
from tests.system import System, running

TURNS = 1_000
PART = 100
"""Turns at each end that are compared."""
SAID = (
    "mi empresa",
    "¿qué es un permiso ambiental?",
    "Quesos Lupita",
    "atrás",
    "cancelar",
    "kiero saver de la basura",
    "después",
    "gracias",
    "continuar",
    "cancelar",
)


async def measure_long_conversation(database_url: str, nlu_url: str) -> list[Figure]:
    """Milliseconds of the first and the last hundred turns, one person, one after the other."""
    async with running(System(database_url, nlu_url, measured=True)) as system:
        await system.tell("long", "consent", "mi empresa")
        await system.tell("long", "agreed", "sí")
        took: list[float] = []
        for turn in range(TURNS):
            began = time.perf_counter()
            await system.tell("long", str(turn), SAID[turn % len(SAID)])
            took.append((time.perf_counter() - began) * 1000)
        ((state,),) = system.query("SELECT max(length(state::text)) FROM conversation")
    first, last = percentile(took[:PART], 0.5), percentile(took[-PART:], 0.5)
    return [
        Figure("first 100 of 1,000 turns, p50", first, "ms"),
        Figure("last 100 of 1,000 turns, p50", last, "ms"),
        Figure("last to first", last / first, ""),
        Figure("conversation's state after them", float(state), "characters"),
    ]
