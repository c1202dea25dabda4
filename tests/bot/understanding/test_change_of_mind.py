"""What owners type while they book that changes an earlier answer, or asks about whom they see."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import flows, inbound
from bot.dialogue.conversation import Conversation, Task
from bot.flows.model import Slot
from bot.slots.offered import Offered
from bot.understanding.change_of_mind import change_of_mind
from bot.understanding.need_words import offered
from bot.understanding.understood import Message, Open, Understood

SUNDAY = date(2026, 11, 29)
FLOWS = flows.load(Path(flows.__file__).parent)
CONSULTANTS = [["Ana Sol", "1", "Ana Sol"], ["Ver otros", "others", "ver otros"]]
OPENINGS = [["mar 1 dic, 8:00 a. m.", "2026-12-01T08:00:00-06:00", "martes 1, 8"]]
FOUND = {"need_category": "residuos", "need_department": "Sonsonate", "meeting_mode": None}
TASK = Task("book", 7, 0, answers={"consultant": "1"}, done={"a": {"digest": "", "set": FOUND}})


def _read(said: str, name: str, rows: list[list[str]] | None = None) -> Understood | None:
    slot = FLOWS.slots[name]
    if isinstance(slot, Slot) and isinstance(slot.type, Offered):
        slot = replace(slot, type=slot.type.of(rows))
    conversation = Conversation(tasks=(TASK,), under_way=(7,), begun=7)
    return change_of_mind(Message(inbound.TEXT, said), Open(slot, SUNDAY), conversation)


def _told(understood: Understood | None) -> tuple[str, dict[str, Any]]:
    assert understood is not None
    return understood.intent, dict(understood.entities)


@pytest.mark.parametrize("name", ["consultant", "opening"])
@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("mejor en santa ana", {"need_department": "Santa Ana"}),
        ("no, en la paz", {"need_department": "La Paz"}),
        ("mejor auditoria", {"need_category": "auditoria"}),
        ("mejor por llamada", {"meeting_mode": "remote"}),
        ("en persona", {"meeting_mode": "on_site"}),
    ],
)
def test_what_is_wanted_instead_is_searched_for(
    name: str, said: str, changed: dict[str, Any]
) -> None:
    rows = CONSULTANTS if name == "consultant" else OPENINGS
    intent, values = _told(_read(said, name, rows))
    assert intent == "book_anew"
    known = {"need_category": "residuos", "need_department": "Sonsonate", "said": ""}
    assert values == {**known, **changed}


@pytest.mark.parametrize("said", ["kiero otro", "hay otro mas barato?", "otra persona"])
def test_others_are_shown_to_who_asks_for_them(said: str) -> None:
    understood = _read(said, "consultant", CONSULTANTS)
    assert understood is not None
    assert getattr(understood.reading, "value", None) == "others"
    assert _told(_read(said, "opening", OPENINGS)) == ("change", {"slot": "consultant"})


@pytest.mark.parametrize("said", ["y cuanto cobran?", "cuanto me cobra", "que precio tiene"])
def test_a_price_is_asked_of_whom_is_shown(said: str) -> None:
    assert _told(_read(said, "consultant", CONSULTANTS)) == ("consultant_fees", {})
    assert _told(_read(said, "opening", OPENINGS)) == ("consultant_fees", {})
    assert _read(said, "purpose") is None


@pytest.mark.parametrize("name", ["purpose", "share_contact", "booking_right"])
@pytest.mark.parametrize("said", ["mejor el viernes a las 10", "viernes a las 10"])
def test_a_time_said_later_changes_the_time(name: str, said: str) -> None:
    chosen = {"task": 7, "slot": "opening", "value": "2026-12-04T10:00-06:00", "quiet": True}
    assert _told(_read(said, name)) == ("answer", chosen)


@pytest.mark.parametrize("name", ["purpose", "booking_right"])
def test_another_way_to_meet_said_later_is_searched_for(name: str) -> None:
    intent, values = _told(_read("mejor por llamada", name))
    assert (intent, values["meeting_mode"]) == ("book_anew", "remote")
    assert _read("que venga a ver la fosa de la granja", name) is None


@pytest.mark.parametrize("said", ["para q es?", "¿para qué?", "que pongo", "por que preguntan"])
def test_a_question_about_the_purpose_is_none(said: str) -> None:
    assert _told(_read(said, "purpose")) == ("why_asked", {})


@pytest.mark.parametrize(
    "said",
    ["revisar la fosa", "para sacar el permiso", "los viernes se rebalsa la fosa", "12", "si"],
)
def test_a_purpose_stays_one(said: str) -> None:
    assert _read(said, "purpose") is None


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("lo del permiso", "estudio_impacto"),
        ("la inspeccion", "auditoria"),
        ("me tiran basura", "residuos"),
        ("sustansias", "quimicos"),
        ("humo", "emisiones"),
        ("luz", "energia"),
        ("sustancias peligrosas", "quimicos"),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_a_kind_of_work_is_understood_with_or_without_a_button(
    said: str, category: str, whole: bool
) -> None:
    understood = _read(said, "need_category", offered(whole=whole))
    assert understood is not None
    assert getattr(understood.reading, "value", None) == category


def test_the_kinds_of_work_fit_a_phone() -> None:
    for whole in (False, True):
        titles = [row[0] for row in offered(whole=whole) if row[0]]
        assert len(titles) <= 7
        assert max(map(len, titles)) <= 20


@pytest.mark.parametrize("said", ["la primera", "ana", "no", "1", "ver otros"])
def test_an_answer_stays_one(said: str) -> None:
    assert _read(said, "opening", OPENINGS) is None
    understood = _read(said, "consultant", CONSULTANTS)
    assert understood is None or understood.intent == "answer"
