"""Several messages sent in one breath are one turn: "hola" / "kiero saver" / "si ocupo permiso"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from actions.messages.content import Button
from actions.messages.inbox import Waiting
from bot import inbound
from bot.understanding.understand import LONGEST_QUESTION, by_form

BREATH: Final = timedelta(seconds=20)
"""Longest pause between two messages of one burst."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Messages that a turn reads as one. ``attached`` tells that a file came with the words."""

    rows: Sequence[Waiting]
    kind: str
    text: str
    attached: bool


def first_burst(rows: Sequence[Waiting], menu: Sequence[Button]) -> Burst:
    """The oldest messages that belong together; ``rows`` are in order and not empty.

    A button, a command, a number or a choice of the menu says all by itself, so it stands alone.
    """
    first = rows[0]
    taken = [first]
    if not _stands_alone(first, menu):
        for row in rows[1:]:
            if (
                row.address_id != first.address_id
                or row.received_at - taken[-1].received_at > BREATH
                or _stands_alone(row, menu)
                or sum(len(one.text) + 1 for one in taken) + len(row.text) > LONGEST_QUESTION
            ):
                break
            taken.append(row)
    worded = [row for row in taken if row.text.strip()]
    if not worded:
        return Burst(taken, first.kind, first.text, attached=False)
    if len(taken) == 1:
        attached = first.kind not in (inbound.TEXT, inbound.BUTTON)
        return Burst(taken, first.kind, first.text, attached)
    attached = any(row.kind not in (inbound.TEXT, inbound.BUTTON) for row in taken)
    text = "\n".join(dict.fromkeys(row.text.strip() for row in worded))
    return Burst(taken, inbound.TEXT, text, attached)


def _stands_alone(row: Waiting, menu: Sequence[Button]) -> bool:
    if row.kind == inbound.BUTTON:
        return True
    understood = by_form(row.kind, row.text, None, menu)
    if understood is None:
        return False
    return understood.source == "number" or understood.intent in _COMMANDING


_COMMANDING: Final = frozenset(
    {"start", "help", "human", "stop_messages", "start_messages", "unknown_command", "too_long"}
)
