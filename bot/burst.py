"""Several messages sent in one breath are one turn: "hola" / "kiero saver" / "si ocupo permiso"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from actions.messages.content import Button
from actions.messages.inbox import Waiting
from bot import inbound
from bot.understanding import words
from bot.understanding.by_form import LONGEST_QUESTION, by_form
from bot.understanding.by_nlu import looks_like_question
from bot.understanding.understood import ANSWER, Message, Open

BREATH: Final = timedelta(seconds=20)
"""Longest pause between two messages of one burst."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Messages that a turn reads as one. ``attached`` tells that a file came with the words."""

    rows: Sequence[Waiting]
    kind: str
    text: str
    attached: bool
    detail: Mapping[str, Any] = field(default_factory=dict)

    def message(self, means: str | None = None) -> Message:
        """What is to be understood; ``means`` is what its button says."""
        return Message(self.kind, self.text, means, self.attached, self.detail)


def first_burst(rows: Sequence[Waiting], menu: Sequence[Button], asked: Open | None) -> Burst:
    """The oldest messages that belong together; ``rows`` are in order and not empty.

    A button, a command, a number, a choice of the menu or an answer that needs no more words says
    all by itself, so it stands alone.
    """
    first = rows[0]
    taken = [first]
    if not _stands_alone(first, menu, asked):
        for row in rows[1:]:
            if (
                row.address_id != first.address_id
                or row.received_at - taken[-1].received_at > BREATH
                or sum(len(one.text) + 1 for one in taken) + len(row.text) > LONGEST_QUESTION
            ):
                break
            if _answers(row, menu, asked) and not any(map(_asks, taken)):
                # "Somos" / "como 12": the first alone would only be told that it is no answer.
                return _answer_of([*taken, row], menu, asked)
            if _stands_alone(row, menu, asked):
                break
            taken.append(row)
    worded = [row for row in taken if row.text.strip()]
    if not worded:
        # A file that was dealt with is an empty text by now: the voice note beside it is not.
        first = next((row for row in taken if row.kind != inbound.TEXT), first)
        return Burst(taken, first.kind, first.text, attached=False, detail=first.detail)
    if len(taken) == 1:
        attached = first.kind not in (inbound.TEXT, inbound.BUTTON)
        return Burst(taken, first.kind, first.text, attached, first.detail)
    attached = any(row.kind not in (inbound.TEXT, inbound.BUTTON) for row in taken)
    said = list(dict.fromkeys(row.text.strip() for row in worded))
    if asked is not None:
        # "Hola" before an answer is no part of it.
        said = [one for one in said if words.exact(one) not in words.COURTESIES] or said
    if all(words.exact(one) in words.COURTESIES for one in said):
        # "Hola" / "hola?" / "buenas": each of them says it all, with Rasa away too.
        said = said[-1:]
    text = "\n".join(said)
    return Burst(taken, inbound.TEXT, text, attached)


def _stands_alone(row: Waiting, menu: Sequence[Button], asked: Open | None) -> bool:
    if row.kind == inbound.BUTTON:
        return True
    understood = by_form(Message(row.kind, row.text, detail=row.detail), menu, asked)
    if understood is None:
        return False
    return understood.source in ("number", "slot") or understood.intent in _COMMANDING


LONGEST_START: Final = 3
"""Words that an answer may begin with in a message of its own."""


def _asks(row: Waiting) -> bool:
    """Whether a message rather is one in itself than the beginning of an answer."""
    return looks_like_question(row.text) or len(row.text.split()) > LONGEST_START


def _answers(row: Waiting, menu: Sequence[Button], asked: Open | None) -> bool:
    """Whether a message is in itself an answer to the open question."""
    understood = by_form(Message(row.kind, row.text, detail=row.detail), menu, asked)
    return understood is not None and understood.source == "slot" and understood.intent == ANSWER


def _answer_of(rows: Sequence[Waiting], menu: Sequence[Button], asked: Open | None) -> Burst:
    """An answer that was written in several messages, in their words together if these are one."""
    last = rows[-1]
    together = " ".join(row.text.strip() for row in rows if row.text.strip())
    read = by_form(Message(inbound.TEXT, together), menu, asked)
    whole = last.kind == inbound.TEXT and read is not None and read.intent == ANSWER
    return Burst(rows, last.kind, together if whole else last.text, False, last.detail)


_COMMANDING: Final = frozenset(
    {"start", "help", "human", "stop_messages", "start_messages", "unknown_command", "too_long"}
    | {"go_back", "cancel", "skip", "later", "send", "change", "resume_task", "release"}
    | {"task_my_data", "task_erase_data", "task_profile", "task_link"}
)
