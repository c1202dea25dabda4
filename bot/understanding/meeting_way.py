"""Another way to meet the consultant, said while something else is asked: "mejor por llamada". To
Rasa that is a wish to speak with somebody of the ministry. Pure."""

import re
from typing import Final

from bot import inbound
from bot.flows.model import Slot
from bot.slots.protocol import Choose, Stored, Value
from bot.understanding import needs
from bot.understanding.understood import ANSWER, Message, Open, Understood, is_free, read_slot
from knowledge.text import fold

SLOT: Final = "meeting_mode"
MOST_WORDS: Final = 10
"""Who says more tells something else as well."""
_ASKS: Final = re.compile(
    r"\b(?:cuanto|cuanta|cuantos|cual|cuales|donde|quien|quienes|cuando|como|porque|por que)\b"
)
_WITH_WHOM: Final = re.compile(
    r"\bcon (?:(?:una|otra) persona|alguien|un (?:agente|humano)|ustedes)\b|\b(?:ministerio|marn)\b"
)
"""Of somebody other than the consultant: such a call is for the ministry."""


def changed_way(message: Message, asked: Open | None, task: int) -> Understood | None:
    """The wish to meet in the way that a message names, where the way was settled earlier in the
    task under way, whose number is ``task``, and can be corrected; None for anything else."""
    if message.kind != inbound.TEXT or asked is None or SLOT not in asked.labels.values():
        return None
    said = fold(message.text)
    way = needs.mode_in(message.text)
    if way is None or len(said.split()) > MOST_WORDS:
        return None
    if _ASKS.search(said) or _WITH_WHOM.search(said) or _answers(message, asked):
        return None
    values: dict[str, Stored] = {"task": task, "slot": SLOT, "value": way}
    return Understood(ANSWER, "word", message.text, values, with_attachment=message.attached)


def _answers(message: Message, asked: Open) -> bool:
    """Whether the message answers what is asked."""
    slot = asked.slot
    if not isinstance(slot, Slot):
        return False
    reads = isinstance(read_slot(message, slot, asked), Value | Choose)
    return slot.name == SLOT or is_free(slot) or reads
