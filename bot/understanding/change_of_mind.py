"""What owners type while they book that is no answer to the open question, but changes an earlier
one, or asks about whom they see: another time, place, kind of work or person, and the price. Pure.
"""

import re
from typing import Any, Final

from bot import inbound
from bot.booking_words import MODES
from bot.dialogue.conversation import Conversation, Task
from bot.flows.model import Slot
from bot.slots.protocol import Stored, Value
from bot.slots.time_wish import OTHERS as OTHER_TIMES
from bot.slots.time_wish import read_time_said
from bot.understanding import needs
from bot.understanding.understood import ANSWER, Message, Open, Understood, read_slot
from knowledge.text import fold

FLOW: Final = "book"
ANEW: Final = "book_anew"
"""Intent that searches again, for what is wanted now."""
FEES: Final = "consultant_fees"
"""Intent that asks what those who are shown take."""
LONGEST: Final = 9
"""Words. Who says more tells something else as well."""
LONGEST_WAY: Final = 4
"""The same where a text may tell what the meeting is about: "que venga a ver la fosa"."""
_CHOOSING: Final = frozenset(("consultant", "opening"))
_AFTER_TIME: Final = frozenset(("purpose", "share_contact", "booking_right"))
_PRICE: Final = re.compile(
    r"\b(?:[ckq]u?anto (?:\w+ ){0,3}?(?:[ck]o[bv]ran?|[ck]uestan?|bale|vale|sale|seria|"
    r"piden?|pago)|precios?|presios?|honorarios|onorarios|tarifas?|[ck]o[bv]ran?)\b"
)
_OTHER_PERSON: Final = re.compile(
    r"(?:(?:no|mejor|kiero|quiero|dame|ver|hay|tenes|con|busca\w*|muestr\w*|y|a|si) )*"
    r"(?:al[gj]un|al[gj]una|el|la|un|una )?(?:otr[oa]s?|mas)"
    r"(?: (?:persona|consultor\w*|[ck]onsultor\w*|ingenier\w+|opcion\w*|gente|de ellos))?"
    r"(?: mas (?:barat\w+|[cs]er[ck]\w+|economi\w+))?"
)
_OF_PERSON: Final = re.compile(r"persona|onsultor|ingenier|barat|economi|otro\b")
_BETTER: Final = re.compile(
    r"\b(?:mejor|prefiero|cambi\w+|kiero|quiero|nel|nombe|busca\w*|es (?:en|para)|perdon)\b|^no "
)
_PLACE: Final = re.compile(r"^(?:(?:no|mejor|y|es) )*(?:en|de|para|por) ")
_ABOUT: Final = re.compile(
    r"(?:y |eso |esto |perdon |como )*(?:(?:para|pa|p) (?:que|q|ke|k)"
    r"(?: (?:es|sirve|quieren?|lo|la|necesitan?|ocupan?|eso|esto)\b)*"
    r"|por que (?:pregunta\w*|quieren|lo)?.{0,20}|(?:que|ke|q) (?:pongo|escribo|digo|le pongo|"
    r"va ahi|es eso|hay que poner|tengo que poner)|a que se refieren?|como asi|(?:de|por) que|"
    r"motivo de que|cual motivo|que motivo|no entendi\w*|no entiendo)"
)
"""A question about what the meeting is about."""


def change_of_mind(
    message: Message, asked: Open | None, conversation: Conversation
) -> Understood | None:
    """What changes an answer of the booking that is being asked for; None for anything else."""
    task = conversation.task
    if asked is None or task is None or task.flow != FLOW or message.kind != inbound.TEXT:
        return None
    said = fold(message.text)
    if not said or len(said.split()) > LONGEST:
        return None
    if any(fold(button.title) == said for button in conversation.menu):
        return None
    name = asked.slot.name
    if name == "need_category":
        return _category(message, asked)
    if name in _CHOOSING:
        return _while_choosing(message, said, asked, task)
    if name in _AFTER_TIME:
        return _afterwards(message, said, asked, task)
    return None


def _understood(
    message: Message, intent: str, values: dict[str, Stored] | None = None, **more: Any
) -> Understood:
    return Understood(
        intent, "word", message.text, values or {}, with_attachment=message.attached, **more
    )


def _category(message: Message, asked: Open) -> Understood | None:
    """ "Me tiran basura" names a kind of work, though it is none of the titles."""
    slot = asked.slot
    found = needs.category_in(message.text)
    if found is None or not isinstance(slot, Slot) or slot.type is None:
        return None
    checked = slot.type.check(found, asked.today)
    return _understood(message, ANSWER, reading=checked) if isinstance(checked, Value) else None


def _while_choosing(message: Message, said: str, asked: Open, task: Task) -> Understood | None:
    if _PRICE.search(said) and "barat" not in said:
        return _understood(message, FEES)
    slot = asked.slot
    if not isinstance(slot, Slot) or slot.type is None:
        return None
    if _OTHER_PERSON.fullmatch(said) and (slot.name == "consultant" or _OF_PERSON.search(said)):
        return _other_person(message, slot, asked, task)
    if isinstance(read_time_said(message.text, asked.today), Value) and slot.name == "opening":
        return None
    if slot.name == "consultant" and isinstance(read_slot(message, slot, asked), Value):
        return None
    return _anew(message, said, task)


def _other_person(message: Message, slot: Slot, asked: Open, task: Task) -> Understood:
    if slot.name != "consultant":
        return _understood(message, "change", {"slot": "consultant"})
    assert slot.type is not None
    # Where all were shown, whoever wants none of them is asked whether the ministry is to help.
    found = [slot.type.check(one, asked.today) for one in ("others", "none")]
    shown = next((one for one in found if isinstance(one, Value)), None)
    return _understood(message, ANSWER if shown else "repeat", reading=shown)


def _anew(message: Message, said: str, task: Task) -> Understood | None:
    """Another department, kind of work or way to meet than what was searched for."""
    place, kind = needs.department_in(message.text), needs.category_in(message.text)
    way = needs.mode_in(message.text)
    if place is None and way is None and kind is None:
        return None
    if not (_BETTER.search(said) or _PLACE.match(said) or len(said.split()) <= 3):
        return None
    known = _known(task)
    wanted = {"need_category": kind, "need_department": place, "meeting_mode": way}
    changed = {
        name: value for name, value in wanted.items() if value not in (None, known.get(name))
    }
    if not changed:
        return None
    return _understood(message, ANEW, {**known, **changed, "said": ""})


def _known(task: Task) -> dict[str, Stored]:
    """What is searched for so far."""
    known: dict[str, Stored] = {}
    for source in (task.given, *(done["set"] for done in task.done.values()), task.answers):
        for name in ("need_category", "need_department", "meeting_mode"):
            if source.get(name) is not None:
                known[name] = source[name]
    return known


def _afterwards(message: Message, said: str, asked: Open, task: Task) -> Understood | None:
    if asked.slot.name == "purpose" and _ABOUT.fullmatch(said):
        return _understood(message, "why_asked")
    read = None if said.isdigit() else read_time_said(message.text, asked.today)
    if isinstance(read, Value) and read.value != OTHER_TIMES:
        values: dict[str, Stored] = {"task": task.number, "slot": "opening", "value": read.value}
        return _understood(message, ANSWER, {**values, "quiet": True})
    way = needs.mode_in(message.text)
    if way is None or len(said.split()) > LONGEST_WAY:
        return None
    if "meeting_mode" in asked.labels.values():
        return _understood(
            message, ANSWER, {"task": task.number, "slot": "meeting_mode", "value": way}
        )
    if any(done["set"].get("held_mode") == MODES[way] for done in task.done.values()):
        # It is in that way already.
        return _understood(message, "repeat")
    purpose = task.answers.get("purpose")
    values = {**_known(task), "meeting_mode": way, "said": ""}
    return _understood(message, ANEW, values if purpose is None else {**values, "purpose": purpose})
