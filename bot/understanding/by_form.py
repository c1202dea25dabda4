"""What can be understood without Rasa: buttons, numbers, commands, answers to the open question."""

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance.JaroWinkler import similarity

from actions.messages.content import Button
from bot import inbound
from bot.flows.model import Slot, Summary
from bot.slots.availability import Availability, is_of_time
from bot.slots.matching import Named, matches, place_of
from bot.slots.protocol import Choose, Sent, Value, Wrong
from bot.slots.registry_code import RegistryCode, code_in
from bot.slots.types import slot_type
from bot.understanding import consulting, words
from bot.understanding.understood import (
    ANSWER,
    Message,
    Open,
    Source,
    Understood,
    is_free,
    read_means,
    read_slot,
)
from knowledge.text import fold

LONGEST_QUESTION: Final = 4_000
"""Characters. A longer message is no question; the person is asked to shorten it."""
LONGEST_NAME: Final = 3
"""Words of an answer's name, without the small ones."""
ALIKE: Final = 0.9
"""Jaro-Winkler similarity from which a misspelt word counts as one of a label."""
_YES_NO: Final = slot_type({"type": "yes_no"})
_NUMBER = re.compile(
    r"\s*(?:la |el |opci[oó]n |n[uú]mero |#)?\s*([0-9]{1,4})\s*[.)]?\s*", re.IGNORECASE
)
_CORRECTING = re.compile(
    r"\b(?:[ck]a[mn][bv]i|corr[ei]|modif|arregl|mal[oa]?\b|equivo|error|no es\b|otro\b|otra\b)"
)
_CHANGE = re.compile(
    r"(?P<before>(?:\w+ ){0,6}?)(?:cambi|corr[ei]g|modific|arregl)\w*\s+"
    r"(?:el |la |los |las |mi |mis )?(?P<named>.+)"
)


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
    meant = consulting.pressed(stripped, menu, asked=asked is not None)
    if meant is not None:
        return Understood(meant[0], "word", stripped, meant[1], with_attachment=message.attached)
    intent = words.exact(stripped)
    reading = None if slot is None else read_slot(message, slot, asked)
    if asked is not None:
        answered = _answered(stripped, intent, reading, slot, asked)
        if answered is not None:
            return answered
    if intent is not None:
        return Understood(intent, "word", stripped, with_attachment=message.attached)
    said = _of_consultant(stripped, slot, reading, asked)
    if said is not None:
        return Understood(said[0], "word", stripped, said[1], with_attachment=message.attached)
    if _is_poor_time(stripped, slot, reading) or _is_half_name(stripped, reading):
        return Understood("wrong", "slot", stripped, reading=reading)
    if isinstance(reading, Value | Choose) and slot is not None and not is_free(slot):
        return Understood(ANSWER, "slot", stripped, reading=reading)
    if not any(character.isalnum() for character in stripped):
        if isinstance(reading, Value):
            return Understood(ANSWER, "slot", stripped, reading=reading)
        if isinstance(reading, Wrong):
            return Understood("wrong", "slot", reading=reading)
        return Understood("no_words", "kind")
    return None


def _of_consultant(
    text: str, slot: Slot | None, reading: Value | Wrong | Choose | None, asked: Open | None
) -> consulting.Meant | None:
    """What only a consultant says, where no question is open; a joining code is one anywhere but
    where it is asked for, and an agenda is none of the time that a consultant is asked for."""
    if asked is None:
        return consulting.of_consultant(text)
    if code_in(text) is not None and not (slot and isinstance(slot.type, RegistryCode)):
        return consulting.of_consultant(text)
    if isinstance(reading, Wrong) and slot is not None and isinstance(slot.type, Availability):
        return consulting.agenda(text)
    return None


def _is_poor_time(text: str, slot: Slot | None, reading: Value | Wrong | Choose | None) -> bool:
    """Whether a consultant's time is asked for and told in a way that cannot be kept: what is
    missing has to be said, and no article answers it."""
    return (
        isinstance(reading, Wrong)
        and slot is not None
        and isinstance(slot.type, Availability)
        and is_of_time(text)
    )


def _is_half_name(text: str, reading: Value | Wrong | Choose | None) -> bool:
    """Whether one word stands where a full name is asked for: Rasa takes "Lola" for a greeting."""
    return (
        isinstance(reading, Wrong)
        and reading.response == "utter_wrong_text_too_few_words"
        and "?" not in text
    )


def _without_words(message: Message, slot: Slot | None, asked: Open | None) -> Understood:
    if message.kind in (inbound.TEXT, inbound.BUTTON):
        return Understood("empty", "kind")
    if slot is not None:
        reading = read_slot(message, slot, asked)
        if isinstance(reading, Value | Choose):
            return Understood(ANSWER, "slot", reading=reading)
    return Understood(f"unreadable_{message.kind}", "kind")


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
        if intent in words.ANSWERING and is_free(slot) and not slot.optional:
            # A second "sí", sent before this question was seen, is nobody's name.
            return Understood("wrong", "slot", text, reading=Wrong("utter_wrong_yes_or_no"))
        if intent in words.ANSWERING:
            return Understood(ANSWER, "slot", text, reading=reading)
    if isinstance(asked.slot, Summary):
        return _of_summary(text, key, intent, asked, asked.slot)
    found = _CHANGE.fullmatch(key)
    if found is not None and found["before"] and slot is not None and is_free(slot):
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
