"""What every slot type promises the dialogue engine, whatever the person writes."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import slots
from bot.inbound import KINDS
from bot.slots.offered import Offered
from bot.slots.protocol import Choose, Sent, SlotType, Stored, Value, Wrong
from bot.slots.types import TYPES, InvalidSlot, slot_type
from tests.bot.slots.answering import CATALOGUE, FOLDER, TODAY

OPTIONS = ["Energía", {"title": "Agua", "value": "agua", "synonyms": ["💧"]}, "Papel y cartón"]
DECLARED: list[dict[str, Any]] = [
    {"type": "text"},
    {"type": "text", "minimum": 3, "maximum": 40, "without_letters": True},
    {"type": "yes_no"},
    {"type": "choice", "options": OPTIONS},
    {"type": "several_choices", "options": OPTIONS},
    {"type": "several_choices", "options": OPTIONS, "none": True, "maximum": 2},
    {"type": "whole_number"},
    {"type": "whole_number", "minimum": 1, "maximum": 5, "counts": ["vacas"]},
    {"type": "decimal_number", "minimum": -10, "maximum": "99.5", "decimals": 2},
    {"type": "quantity", "unit": "kWh", "period": "month"},
    {"type": "quantity", "unit": "qq", "minimum": 1, "maximum": 500},
    {"type": "quantity", "unit": "m3"},
    {"type": "quantity", "unit": "gal", "barrel": "drum"},
    {"type": "quantity", "unit": "USD"},
    {"type": "quantity", "unit": "%", "maximum": 100},
    {"type": "date"},
    {"type": "date", "prefer": "past", "minimum": "today-2y", "maximum": "today"},
    {"type": "date_time", "opens": "08:00", "closes": "16:00", "minimum": "today"},
    {"type": "month", "maximum": "today"},
    {"type": "quarter", "prefer": "future"},
    {"type": "department"},
    {"type": "municipality"},
    {"type": "district"},
    {"type": "sector"},
    {"type": "phone"},
    {"type": "email"},
    {"type": "dui"},
    {"type": "nit"},
    {"type": "nrc"},
    {"type": "code", "digits": 6},
    {"type": "file"},
    {"type": "location"},
    {"type": "availability"},
    {"type": "registry_code"},
    {"type": "fee_range"},
]
FOUND = [["Ana Paz", "7", "Ana Paz"], ["Beto Ruiz", "9", "Beto Ruiz"]]
TIMES = [["jue 3 dic, 9:00 a. m.", "2026-12-03T09:00-06:00", "jueves 3 de diciembre, 9:00 a. m."]]
OFFERED = [
    Offered("found", times=False).of(FOUND),
    Offered("found", times=True).of(TIMES),
]
SLOTS: list[SlotType] = [*map(slot_type, DECLARED), *OFFERED]
each_slot = pytest.mark.parametrize(
    "slot", SLOTS, ids=[f"{at}-{one.name}" for at, one in enumerate(SLOTS)]
)

_PIECES = """
    sí no simón nel cabal va si tengo ? ¿ todas ninguna menos la el las 1 2 3 y o a 15/3 31/2
    2026 jueves mañana pasado hoy a las tres 3pm de tarde marzo ene-mar trimestre primer T1 último
    mil millón medio media docena entre unos 20 1,500.50 1.500,50 1 500 ½ 1/2 -5 $ kw/h kintal
    quintales m3 barril galones al mes San Rosario Soyapango zoyapango departamento La Libertad
    hago queso taller carros 1050 7123-4567 +503 +1 maria@correo.com @ gmail.con 01234567-8
    0614-050707-104-8 123456-7 123456 999999999999999999 1e9 ١٢ ５ ² 👍 👎 ✅ 13.7, -89.2 día año
"""
PIECES = st.sampled_from(re.findall(r"\S+", _PIECES))
TYPED = st.lists(PIECES, min_size=1, max_size=8).map(" ".join)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=300)
LONG = st.builds(
    lambda piece, times: (piece * times)[:5_000],
    st.text(min_size=1, max_size=9),
    st.integers(1, 5_000),
)
STORED: st.SearchStrategy[Stored] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | PIECES,
    lambda inner: (
        st.lists(st.text(max_size=9), max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["amount", "unit", "said", "media", "content_type", "latitude", "longitude",
                 "district", "municipality", "department"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=5,
)  # fmt: skip


def _assert_sound(slot: SlotType, answer: Value | Wrong | Choose) -> None:
    """What the engine takes for granted about an answer."""
    if isinstance(answer, Wrong):
        assert set(answer.params) == CATALOGUE.fields(answer.response)
        return
    if isinstance(answer, Choose):
        titles = [option.title for option in answer.options]
        assert titles and len(set(titles)) == len(titles)
        for option in answer.options:
            _assert_sound(slot, Value(option.value, option.shown))
        return
    assert json.loads(json.dumps(answer.value)) == answer.value
    assert answer.shown.strip()
    assert slot.check(answer.value, TODAY) == answer


@each_slot
@given(text=TYPED | ANYTHING | LONG)
def test_any_text_gets_an_answer_that_can_be_said_or_kept(slot: SlotType, text: str) -> None:
    _assert_sound(slot, slot.read(Sent(text), TODAY))


@each_slot
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_kind_of_message_gets_an_answer(slot: SlotType, kind: str) -> None:
    _assert_sound(slot, slot.read(Sent("", kind), TODAY))
    _assert_sound(slot, slot.read(Sent("15", kind, {"media": 5, "latitude": "x"}), TODAY))


@each_slot
@settings(max_examples=30)
@given(stored=STORED)
def test_any_stored_value_is_confirmed_or_refused(slot: SlotType, stored: Stored) -> None:
    checked = slot.check(stored, TODAY)
    assert isinstance(checked, Value | Wrong)
    _assert_sound(slot, checked)


@each_slot
def test_a_slots_own_hint_shows_an_answer_that_it_accepts(slot: SlotType) -> None:
    example = slot.hint.removeprefix("Por ejemplo: ")
    if example == slot.hint:
        assert slot.name in ("text", "yes_no", "code", "file", "location")
        return
    for one in example.split(" o "):
        answer = slot.read(Sent(one.removeprefix("escribí ")), TODAY)
        limited = isinstance(answer, Wrong) and answer.response in (
            "utter_wrong_date_too_early",
            "utter_wrong_date_too_late",
        )
        assert isinstance(answer, Value | Choose) or limited, answer


@each_slot
def test_the_answers_that_a_slot_offers_are_read_by_their_titles(slot: SlotType) -> None:
    for option in slot.options:
        for name in (option.title, *option.synonyms):
            answer = slot.read(Sent(name), TODAY)
            assert isinstance(answer, Value)
            assert answer.value in (option.value, [option.value])


def test_every_type_is_tested_here() -> None:
    assert {slot.name for slot in SLOTS} == set(TYPES)


def test_a_number_alone_is_an_answer_to_the_numeric_types_only() -> None:
    numeric = {slot.name for slot in SLOTS if slot.is_numeric}
    assert numeric == {
        "whole_number", "decimal_number", "quantity", "date", "date_time", "month", "quarter",
        "phone", "dui", "nit", "nrc", "code", "fee_range",
    }  # fmt: skip
    assert {slot.name for slot in SLOTS if slot.is_free} == {"text"}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
@given(text=TYPED)
def test_no_day_of_the_year_is_special(day: date, text: str) -> None:
    for slot in SLOTS:
        if slot.name in ("date", "date_time", "month", "quarter"):
            slot.read(Sent(text), day)


# -- what the responses file holds ---------------------------------------------------------------


@cache
def _named_in_the_code() -> tuple[tuple[str, frozenset[str] | None], ...]:
    """The responses that the code names, with the fields it fills in where they stand beside."""
    return tuple(_named())


def _named() -> Iterator[tuple[str, frozenset[str] | None]]:
    for path in sorted(Path(slots.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and str(node.value).startswith("utter_"):
                yield str(node.value), None
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "Wrong" or not isinstance(node.args[0], ast.Constant):
                continue
            filled: frozenset[str] = frozenset()
            if len(node.args) > 1:
                assert isinstance(node.args[1], ast.Dict), ast.unparse(node)
                filled = frozenset(ast.literal_eval(key) for key in node.args[1].keys if key)
            yield str(ast.literal_eval(node.args[0])), filled


def test_every_response_that_a_type_names_exists_with_exactly_its_fields() -> None:
    named = _named_in_the_code()
    assert len(named) > 60
    for response, filled in named:
        assert response in CATALOGUE.names()
        if filled is not None:
            assert filled == CATALOGUE.fields(response), response


def test_no_response_of_the_types_is_left_over() -> None:
    said = {response for response, _ in _named_in_the_code()}
    ours = yaml.safe_load((FOLDER / "slots.yml").read_text(encoding="utf-8"))["responses"]
    assert set(ours) <= said


def test_what_is_wrong_is_said_in_a_few_words() -> None:
    for name in CATALOGUE.names():
        if name.startswith("utter_wrong_"):
            said = CATALOGUE.say(name, dict.fromkeys(CATALOGUE.fields(name), "x" * 12)).text
            assert len(said) <= 160, name


# -- declarations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        ({}, "'type'"),
        ({"type": "colour"}, "colour"),
        ({"type": 5}, "'type'"),
        ({"type": "yes_no", "default": True}, "default"),
        ({"type": "text", "maximum": 0}, "maximum"),
        ({"type": "text", "minimum": 50, "maximum": 10}, "50 is above 10"),
        ({"type": "text", "without_letters": "yes"}, "without_letters"),
        ({"type": "whole_number", "minimum": 5, "maximum": 1}, "5 is above 1"),
        ({"type": "whole_number", "maximum": "many"}, "maximum"),
        ({"type": "whole_number", "maximum": True}, "maximum"),
        ({"type": "whole_number", "counts": "vacas"}, "counts"),
        ({"type": "decimal_number", "decimals": 0}, "decimals"),
        ({"type": "decimal_number", "maximum": float("inf")}, "maximum"),
        ({"type": "quantity"}, "unit"),
        ({"type": "quantity", "unit": "kwh"}, "kwh"),
        ({"type": "quantity", "unit": "kWh", "barrel": "bbl"}, "barrel"),
        ({"type": "quantity", "unit": "m3", "period": "fortnight"}, "fortnight"),
        ({"type": "choice"}, "options"),
        ({"type": "choice", "options": []}, "options"),
        ({"type": "choice", "options": ["Sí", "si"]}, "'si'"),
        ({"type": "choice", "options": ["a", {"title": "b", "value": "a"}]}, "same value"),
        ({"type": "choice", "options": ["uno", "1"]}, "number of an option"),
        ({"type": "choice", "options": [{"value": "a"}]}, "title"),
        ({"type": "choice", "options": [{"title": "a", "colour": "red"}]}, "colour"),
        ({"type": "several_choices", "options": ["a", "b"], "minimum": 3}, "minimum"),
        ({"type": "several_choices", "options": ["a"], "minimum": 2, "maximum": 1}, "above"),
        ({"type": "date", "minimum": "tomorrow"}, "minimum"),
        ({"type": "date", "minimum": "2026-02-30"}, "minimum"),
        ({"type": "date", "minimum": "today", "maximum": "today-1d"}, "contradict"),
        ({"type": "date", "prefer": "soon"}, "soon"),
        ({"type": "date_time", "opens": "8 am"}, "opens"),
        ({"type": "date_time", "opens": "16:00", "closes": "08:00"}, "opens"),
        ({"type": "code"}, "digits"),
        ({"type": "code", "digits": 0}, "digits"),
        ({"type": "file", "accepts": ["video"]}, "video"),
        ({"type": "file", "accepts": []}, "accepts"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused_by_name(
    declared: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidSlot) as refused:
        slot_type(declared)
    assert named in str(refused.value)
