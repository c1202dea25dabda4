"""What a person wants with a message: buttons and numbers first, then words, then Rasa."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from rapidfuzz.distance.JaroWinkler import similarity

from actions.messages.content import Button
from bot import inbound
from bot.flows.model import Slot, Summary
from bot.slots.matching import Named, matches, place_of
from bot.slots.protocol import Choose, Sent, Stored, Value, Wrong
from bot.slots.types import slot_type
from bot.understanding import words
from knowledge.text import content_words, fold
from nlu.client import Parsed

Source = Literal["button", "number", "word", "kind", "slot", "nlu", "search"]

LONGEST_QUESTION: Final = 4_000
"""Characters. A longer message is no question; the person is asked to shorten it."""
SURE: Final = 0.45
"""From this confidence on, Rasa's intent is taken; below, the text counts as a question."""
CAREFUL: Final = {"stop_messages": 0.8, "start_messages": 0.8, "human": 0.6, "anger": 0.6}
"""Intents that change something: taken only from such a confidence on."""
SURE_OF_TASK: Final = 0.5
SURE_IN_TASK: Final = 0.6
"""While a question is open, a message is more likely a poor answer than something else."""
SURE_BESIDE_FREE_TEXT: Final = 0.75
"""Where any text is an answer, from such a confidence on what has the form of a question is asked
back."""
SURE_OF_WISH_BESIDE_FREE_TEXT: Final = 0.97
"""The same for what has no such form. A name has no verb, and Rasa still finds a wish in its nouns:
"Capacitaciones El Roble" has 0.96, while wishes have 0.98 and more, misspelt ones too."""
LEAST_WORDS_OF_WISH: Final = 3
LEAST_TOLD: Final = 4
"""Words of a message that is no answer, from which on it may be answered from an article."""
LONGEST_NAME: Final = 3
"""Words of an answer's name, without the small ones."""
ALIKE: Final = 0.9
"""Jaro-Winkler similarity from which a misspelt word counts as one of a label."""
_YES_NO: Final = slot_type({"type": "yes_no"})
SURE_BESIDE_ARTICLE: Final = 0.8
"""Where an article fits the text well, a task, or "not our subject", has to be surer than that."""
SURE_TO_SPEAK: Final = 0.85
"""From such a confidence on, a message that is no answer is a courtesy or about the task."""
SMALL_TALK: Final = frozenset({"greet", "thank", "goodbye", "bot_identity", "affirm", "deny"})
ASK: Final = "ask_question"
ANSWER: Final = "answer"
TASK_PREFIX: Final = "task_"

_NUMBER = re.compile(
    r"\s*(?:la |el |opci[oó]n |n[uú]mero |#)?\s*([0-9]{1,4})\s*[.)]?\s*", re.IGNORECASE
)
_CORRECTING = re.compile(
    r"\b(?:[ck]a[mn][bv]i|corr[ei]|modif|arregl|mal[oa]?\b|equivo|error|no es\b|otro\b|otra\b)"
)
_MEANS = re.compile(r"/([a-z_]+)(\{.*\})?", re.DOTALL)
_CHANGE = re.compile(
    r"(?P<before>(?:\w+ ){0,6}?)(?:cambi|corr[ei]g|modific|arregl)\w*\s+"
    r"(?:el |la |los |las |mi |mis )?(?P<named>.+)"
)
_HOW = re.compile(r"(?:y |oiga |mire )?(?:como|de que forma|que tengo que hacer|se puede) ")
_ASKING = re.compile(
    r"^(?:y |oiga |mire |una pregunta |una consulta )?"
    r"(?:que|cual|cuales|como|cuando|cuanto|cuanta|cuantos|cuantas|donde|quien|para que|por que|xq"
    r"|se puede|puedo|tengo que|debo|hay|es obligatorio|ocupo|necesito) "
)


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


def by_form(message: Message, menu: Sequence[Button], asked: Open | None) -> Understood | None:
    """What can be understood without Rasa; None when Rasa has to be asked.

    ``menu`` are the choices shown last, ``asked`` the open question.
    """
    if message.kind == inbound.BUTTON:
        if message.means is None:
            return Understood("stale_button", "button")
        return _chosen(message.means, "button")
    stripped = message.text.strip()
    slot = asked.slot if asked is not None and isinstance(asked.slot, Slot) else None
    if not stripped:
        return _without_words(message, slot, asked)
    if len(stripped) > LONGEST_QUESTION:
        return Understood("too_long", "kind")
    command = words.command(stripped)
    if command is not None:
        return Understood(command, "word")
    choice = _choice(stripped, menu, asked)
    if choice is not None:
        return choice
    intent = words.exact(stripped)
    reading = None if slot is None else _read(message, slot, asked)
    if asked is not None:
        answered = _answered(stripped, intent, reading, slot, asked)
        if answered is not None:
            return answered
    if intent is not None:
        return Understood(intent, "word", stripped, with_attachment=message.attached)
    if isinstance(reading, Value | Choose) and slot is not None and not _is_free(slot):
        return Understood(ANSWER, "slot", stripped, reading=reading)
    if not any(character.isalnum() for character in stripped):
        if isinstance(reading, Value):
            return Understood(ANSWER, "slot", stripped, reading=reading)
        if isinstance(reading, Wrong):
            return Understood("wrong", "slot", reading=reading)
        return Understood("no_words", "kind")
    return None


def _without_words(message: Message, slot: Slot | None, asked: Open | None) -> Understood:
    if message.kind in (inbound.TEXT, inbound.BUTTON):
        return Understood("empty", "kind")
    if slot is not None:
        reading = _read(message, slot, asked)
        if isinstance(reading, Value | Choose):
            return Understood(ANSWER, "slot", reading=reading)
    return Understood(f"unreadable_{message.kind}", "kind")


def _read(message: Message, slot: Slot, asked: Open | None) -> Value | Wrong | Choose | None:
    if slot.type is None or asked is None:
        return None
    return slot.type.read(Sent(message.text, message.kind, message.detail), asked.today)


def _is_free(slot: Slot) -> bool:
    return slot.type is not None and slot.type.is_free


def _answered(
    text: str,
    intent: str | None,
    reading: Value | Wrong | Choose | None,
    slot: Slot | None,
    asked: Open,
) -> Understood | None:
    """An answer that goes before the words, or a correction of an earlier one."""
    key = fold(text)
    if slot is not None and slot.type is not None and isinstance(reading, Value):
        offered = {
            fold(name) for option in slot.type.options for name in (option.title, *option.synonyms)
        }
        if key in offered:
            return Understood(ANSWER, "slot", text, reading=reading)
        if intent in words.ANSWERING and _is_free(slot) and not slot.optional:
            # A second "sí", sent before this question was seen, is nobody's name.
            return Understood("wrong", "slot", text, reading=Wrong("utter_wrong_yes_or_no"))
        if intent in words.ANSWERING:
            return Understood(ANSWER, "slot", text, reading=reading)
    if isinstance(asked.slot, Summary):
        return _of_summary(text, key, intent, asked, asked.slot)
    found = _CHANGE.fullmatch(key)
    if found is not None and found["before"] and slot is not None and _is_free(slot):
        # Any text is an answer here, so only the plain order is one.
        found = None
    named = found["named"].strip() if found else ""
    if named in asked.labels:
        return Understood("change", "word", text, {"slot": asked.labels[named]})
    if slot is not None and named and named in fold(slot.label):
        # That is what is being asked already, and no answer to it.
        return Understood("repeat", "word", text)
    return None


def _of_summary(
    text: str, key: str, intent: str | None, asked: Open, summary: Summary
) -> Understood | None:
    """What is said to the summary: that it is right, or what is not."""
    if intent is not None and intent not in ("affirm", "deny", "change"):
        return None
    said = key.split()
    corrects = _CORRECTING.search(key) is not None
    slots = {
        slot
        for label, slot in asked.labels.items()
        for word in said
        if " " not in label and len(word) > 3 and similarity(word, label) >= ALIKE
    }
    if not corrects and len(set(said) - _SMALL_WORDS) > LONGEST_NAME:
        slots = set()
    if key in asked.labels:
        slots = {asked.labels[key]}
    if len(slots) == 1:
        return Understood("change", "word", text, {"slot": slots.pop()})
    titles = (Named.of(summary.confirm), Named.of("Cambiar algo"), Named.of("Cancelar"))
    meant = matches(text, titles)
    if len(meant) == 1 and meant[0] < 2:
        return Understood(("send", "change")[meant[0]], "word", text)
    read = _YES_NO.read(Sent(text), asked.today)
    if isinstance(read, Value):
        return Understood("send" if read.value is True else "change", "word", text)
    return None


def _chosen(means: str, source: Source) -> Understood:
    intent, entities = read_means(means)
    return Understood(intent, source, text=str(entities.get("text", "")), entities=entities)


def _is_numeric(asked: Open | None) -> bool:
    slot = asked.slot if asked is not None and isinstance(asked.slot, Slot) else None
    return slot is not None and slot.type is not None and slot.type.is_numeric


def _about_question(menu: Sequence[Button]) -> bool:
    """Whether the choices are about the open question (readings of an answer, answers to correct,
    whether to go back): beside a question for a number, a number means only these."""
    return all(button.means.startswith(_OF_QUESTION) for button in menu)


_OF_QUESTION: Final = (
    *("/answer{", "/change{", "/cancel", "/go_back", "/repeat", "/resume_task", "/begin_task"),
)
_SMALL_WORDS: Final = frozenset(
    ("la", "el", "lo", "los", "las", "de", "del", "en", "a", "al", "es", "ese", "esa", "eso")
)


def _choice(text: str, menu: Sequence[Button], asked: Open | None) -> Understood | None:
    found = _NUMBER.fullmatch(text)
    if found is not None:
        place = int(found.group(1))
        if 1 <= place <= len(menu) and (not _is_numeric(asked) or _about_question(menu)):
            return _chosen(menu[place - 1].means, "number")
        return None if asked is not None else Understood("unknown_number", "number")
    if asked is None and menu and not any(map(str.isdigit, text)):
        # "La uno", "la primera".
        worded = place_of(text, len(menu))
        if worded is not None:
            return _chosen(menu[worded - 1].means, "number")
    key = fold(text)
    for button in menu:
        if key and fold(button.title) == key:
            return _chosen(button.means, "number")
    named = set(key.split()) - _SMALL_WORDS
    if named and menu and all(button.means.startswith("/answer{") for button in menu):
        # "La de Ahuachapán": part of one title says which reading of the answer is meant.
        meant = [button for button in menu if named <= set(fold(button.title).split())]
        if len(meant) == 1:
            return _chosen(meant[0].means, "number")
    return None


def by_nlu(
    message: Message, parsed: Parsed | None, asked: Open | None, *, answerable: bool
) -> Understood:
    """What Rasa says, weighed against the knowledge and the open question.

    ``answerable`` tells that an article fits the text well: then small talk around a question
    ("buenas, una consulta, ...") does not hide the question.
    """
    understood = _without_question(message, parsed, answerable)
    slot = asked.slot if asked is not None and isinstance(asked.slot, Slot) else None
    if asked is None:
        return understood
    reading = None if slot is None else _read(message, slot, asked)
    elsewhere = _elsewhere(understood, answerable)
    if isinstance(reading, Value | Choose):
        asks = understood.intent == ASK
        least = SURE_BESIDE_FREE_TEXT if asks else SURE_OF_WISH_BESIDE_FREE_TEXT
        sure = understood.confidence is None or understood.confidence >= least
        # Names are short: "Taller Chepe" is no wish to train.
        wordy = asks or len(understood.text.split()) >= LEAST_WORDS_OF_WISH
        doubtful = elsewhere and sure and wordy and isinstance(reading, Value)
        intent = "answer_or_else" if doubtful else ANSWER
        return _with(understood, intent, reading, {"intent": understood.intent})
    # "Auxilio, se derramó el amoniaco": no answer, and an article fits it.
    told = understood.intent == ASK and answerable and len(message.text.split()) >= LEAST_TOLD
    if elsewhere or told or _speaks(understood):
        return _with(understood, understood.intent, reading, {})
    return _with(understood, "wrong", reading, {})


def _speaks(understood: Understood) -> bool:
    """Whether a message that is no answer is surely a courtesy or about the task: Rasa finds some
    intent in any word, and a poor answer has to be told what is wrong with it."""
    confidence = understood.confidence or 0.0
    if understood.intent == "out_of_scope":
        asks = looks_like_question(understood.text)
        return "?" in understood.text or (asks and confidence >= SURE_BESIDE_FREE_TEXT)
    return understood.intent in _SPEAKING and confidence >= SURE_TO_SPEAK


_SPEAKING: Final = (SMALL_TALK - words.ANSWERING) | words.IN_TASK | {"help", "resume_task"}


def _with(
    understood: Understood,
    intent: str,
    reading: Value | Wrong | Choose | None,
    entities: Mapping[str, Stored],
) -> Understood:
    return replace(understood, intent=intent, entities=entities, reading=reading)


def _elsewhere(understood: Understood, answerable: bool) -> bool:
    """Whether the message is surely about something other than the open question."""
    confidence = understood.confidence or 0.0
    if understood.intent == ASK:
        return looks_like_question(understood.text) and (
            answerable or confidence >= SURE_IN_TASK or "?" in understood.text
        )
    if understood.intent.startswith(TASK_PREFIX) or understood.intent in CAREFUL:
        return confidence >= SURE_IN_TASK
    return False


def looks_like_question(text: str) -> bool:
    """Whether it has the form of a question: its marks, or the words that questions begin with."""
    return "?" in text or "¿" in text or _ASKING.match(fold(text) + " ") is not None


def _without_question(message: Message, parsed: Parsed | None, answerable: bool) -> Understood:
    text, attached = message.text, message.attached
    if parsed is None:
        return Understood(ASK, "search", text=text, nlu_up=False, with_attachment=attached)
    intent = parsed.intent if parsed.confidence >= SURE else ASK
    if intent in _HIDING and answerable and len(text.split()) > 3:
        intent = ASK
    doubtful = intent == "out_of_scope" or intent.startswith(TASK_PREFIX)
    if doubtful and answerable and parsed.confidence < SURE_BESIDE_ARTICLE:
        intent = ASK
    least = SURE_OF_TASK if intent.startswith(TASK_PREFIX) else CAREFUL.get(intent, 0.0)
    if intent not in KNOWN or parsed.confidence < least:
        intent = ASK
    if intent in CAREFUL and answerable and (intent == "anger" or _HOW.match(fold(text))):
        # "¿Cómo hago para no recibir mensajes?" asks for the way, and does not go it.
        intent = ASK
    if intent == "anger" and len(text.split()) < LEAST_WORDS_OF_WISH:
        # "Basura" is one of our subjects.
        intent = intent if parsed.confidence >= SURE_TO_SPEAK else ASK
    if intent in _OF_TASK and len(text.split()) > 4 and parsed.confidence < SURE_TO_SPEAK:
        intent = ASK
    if intent == ASK and not answerable and not content_words(text):
        # "Buenas tardes, una consulta": the question is yet to come.
        intent = "greet"
    return Understood(
        intent, "nlu", text=text, confidence=parsed.confidence, with_attachment=attached
    )


_OF_TASK: Final = words.IN_TASK | words.ANSWERING | {"resume_task"}
"""Intents of short messages: in a long one they are rather guessed."""
_HIDING: Final = SMALL_TALK - {"bot_identity"}
"""Small talk that may stand around a question."""

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
