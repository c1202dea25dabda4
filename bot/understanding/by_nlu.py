"""What Rasa says, weighed against the knowledge and the open question."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.flows.model import Slot
from bot.slots.protocol import Choose, Stored, Value, Wrong
from bot.understanding import words
from bot.understanding.understood import (
    ANSWER,
    ASK,
    KNOWN,
    SMALL_TALK,
    TASK_PREFIX,
    Message,
    Open,
    Understood,
    read_slot,
)
from knowledge.text import content_words, fold
from nlu.client import Parsed

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
SURE_BESIDE_ARTICLE: Final = 0.8
"""Where an article fits the text well, a task, or "not our subject", has to be surer than that."""
SURE_TO_SPEAK: Final = 0.85
"""From such a confidence on, a message that is no answer is a courtesy or about the task."""
_HOW = re.compile(r"(?:y |oiga |mire )?(?:como|de que forma|que tengo que hacer|se puede) ")
_ASKING = re.compile(
    r"^(?:y |oiga |mire |una pregunta |una consulta )?"
    r"(?:que|cual|cuales|como|cuando|cuanto|cuanta|cuantos|cuantas|donde|quien|para que|por que|xq"
    r"|se puede|puedo|tengo que|debo|hay|es obligatorio|ocupo|necesito) "
)


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
    reading = None if slot is None else read_slot(message, slot, asked)
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
