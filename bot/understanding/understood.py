"""What a turn reads and what it is understood to want: the words that the other modules share."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from bot.flows.model import Slot, Summary
from bot.slots.protocol import Choose, Sent, Stored, Value, Wrong

Source = Literal["button", "number", "word", "kind", "slot", "nlu", "search"]
SMALL_TALK: Final = frozenset({"greet", "thank", "goodbye", "bot_identity", "affirm", "deny"})
ASK: Final = "ask_question"
ANSWER: Final = "answer"
TASK_PREFIX: Final = "task_"
_MEANS = re.compile(r"/([a-z_]+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Open:
    """The question that a person is being asked. ``labels`` are the answers that can be corrected,
    by the words that name them, folded."""

    slot: Slot | Summary
    today: date
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """What a turn reads: one message, or a burst of them taken as one. ``means`` is what a pressed
    button says, None if it is unknown; ``attached`` tells that a file came with the words."""

    kind: str
    text: str
    means: str | None = None
    attached: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """An intent with its values. ``text`` is what the person wrote, for those that search;
    ``reading`` what the open question's slot makes of it; ``also`` a second wish; ``documents``
    what Rasa takes the text, and each question in it, to ask for."""

    intent: str
    source: Source
    text: str = ""
    entities: Mapping[str, Stored] = field(default_factory=dict)
    confidence: float | None = None
    nlu_up: bool = True
    with_attachment: bool = False
    reading: Value | Choose | Wrong | None = None
    also: str | None = None
    documents: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def read_means(means: str) -> tuple[str, dict[str, Any]]:
    """The intent and the values of a payload in Rasa's notation: ``/intent{"name": "value"}``."""
    found = _MEANS.fullmatch(means)
    if found is None:
        raise ValueError(f"no payload: {means!r}")
    return found.group(1), json.loads(found.group(2) or "{}")


def read_slot(message: Message, slot: Slot, asked: Open | None) -> Value | Wrong | Choose | None:
    if slot.type is None or asked is None:
        return None
    return slot.type.read(Sent(message.text, message.kind, message.detail), asked.today)


def is_free(slot: Slot) -> bool:
    return slot.type is not None and slot.type.is_free


TASKS: Final = {
    "task_scan": "escaneo",
    "task_credit": "credito",
    "task_book": "cita",
    "task_my_bookings": "mis_citas",
    "task_change_booking": "cambiar_cita",
    "task_cancel_booking": "cancelar_cita",
    "task_report": "reporte",
    "task_my_obligations": "mis_obligaciones",
    "task_report_status": "estado_reporte",
    "task_profile": "perfil",
    "task_my_data": "mis_datos",
    "task_erase_data": "borrar_datos",
    "task_link": "vincular",
    "task_register_consultant": "registro_consultor",
    "task_verify_consultant": "verificar_consultor",
    "task_availability": "disponibilidad",
    "task_training": "capacitacion",
    "task_projects": "proyectos",
    "task_news": "novedades",
    "task_plan": "plan",
    "stop_messages": "baja",
    "start_messages": "alta",
}
"""Intents that are wishes to do something, by the word for the task in outputs."""
KNOWN: Final = (
    SMALL_TALK
    | TASKS.keys()
    | {
        ASK,
        "help",
        "human",
        "anger",
        "out_of_scope",
        "cancel",
        "go_back",
        "why_asked",
        "repeat",
        "resume_task",
    }
)
"""The intents of the Rasa project; ``nlu_fallback`` and unknown ones count as questions."""
