"""Slots: one answer of a list, or several of them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Choose, Value, Wrong
from tests.bot.slots.answering import TODAY, offered, read, shown, slot, value, wrong

OPTIONS = [
    "Energía",
    {"title": "Agua", "value": "agua", "synonyms": ["agua potable", "💧"]},
    {"title": "Desechos sólidos", "value": "desechos", "synonyms": ["basura"]},
    {"title": "Aguas residuales", "value": "residuales"},
]
VALUES = ["Energía", "agua", "desechos", "residuales"]
ONE = {"type": "choice", "options": OPTIONS}
SEVERAL = {"type": "several_choices", "options": OPTIONS}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 1),
        ("1.", 1),
        ("4)", 4),
        ("2️⃣", 2),
        ("la 2", 2),
        ("la dos", 2),
        ("dos", 2),
        ("numero 3", 3),
        ("opción 3", 3),
        ("solo la 2", 2),
        ("3 por favor", 3),
        ("el 3 gracias", 3),
        ("la primera", 1),
        ("tercera opción", 3),
        ("la última", 4),
        ("energia", 1),
        ("ENERGÍA", 1),
        ("enerjia", 1),
        ("energí", 1),
        ("la de energía", 1),
        ("Agua", 2),
        ("“Agua”", 2),
        ("- agua", 2),
        ("quiero agua", 2),
        ("agua potable", 2),
        ("💧", 2),
        ("basura", 3),
        ("vasura", 3),
        ("el de la basura", 3),
        ("desechos", 3),
        ("desechos solidos", 3),
        ("des", 3),
        ("residuales", 4),
        ("resid", 4),
        ("aguas reciduales", 4),
    ],
)
def test_an_option_is_found_by_number_name_beginning_and_sound(text: str, place: int) -> None:
    assert value(ONE, text) == VALUES[place - 1]
    assert value(SEVERAL, text) == [VALUES[place - 1]]


@pytest.mark.parametrize(
    "text",
    [
        "0", "5", "12", "1 y 2", "las dos", "los 3", "ambas", "todas", "ninguna", "no", "luz",
        "a", "e", "no es agua", "agua o energía", "por favor", "quiero una", "¿cuál es mejor?", "?",
        "1/2", "el que sea",
    ],
)  # fmt: skip
def test_what_names_no_single_option_is_asked_again(text: str) -> None:
    assert wrong(ONE, text) == "choice"


def test_several_readings_are_offered() -> None:
    assert offered(ONE, "agua y energia") == ["Energía", "Agua"]
    towns = {"type": "choice", "options": ["San Marcos", "San Martín", "Apopa", "Nejapa"]}
    assert offered(towns, "san mar") == ["San Marcos", "San Martín"]
    assert value(towns, "san marc") == "San Marcos"


def test_a_number_inside_a_title_does_not_stand_for_it() -> None:
    sizes = {"type": "choice", "options": ["Menos de 10", "De 10 a 50", "Más de 50"]}
    assert wrong(sizes, "50") == wrong(sizes, "10") == "choice"
    assert value(sizes, "más de 50") == "Más de 50"
    assert value(sizes, "2") == "De 10 a 50"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("1 y 3", {1, 3}),
        ("1,3", {1, 3}),
        ("1, 3", {1, 3}),
        ("1 3", {1, 3}),
        ("1;3", {1, 3}),
        ("1/3", {1, 3}),
        ("1 & 3", {1, 3}),
        ("1 + 3", {1, 3}),
        ("1y3", {1, 3}),
        ("3 y 1", {1, 3}),
        ("1 y 1", {1}),
        ("1,,3", {1, 3}),
        ("1,2 y 4", {1, 2, 4}),
        ("1 y 3 por favor", {1, 3}),
        ("la 1 y la 3", {1, 3}),
        ("la 1, la 2 y la 3", {1, 2, 3}),
        ("el 1 y el 4", {1, 4}),
        ("la primera y la tercera", {1, 3}),
        ("primera y última", {1, 4}),
        ("uno y tres", {1, 3}),
        ("agua y energía", {1, 2}),
        ("agua, basura", {2, 3}),
        ("agua y desechos solidos", {2, 3}),
        ("Agua\nEnergía", {1, 2}),
        ("1\r\n3\n", {1, 3}),
        ("solo agua", {2}),
        ("todas", {1, 2, 3, 4}),
        ("todo", {1, 2, 3, 4}),
        ("Todas!", {1, 2, 3, 4}),
        ("las cuatro", {1, 2, 3, 4}),
        ("las 4", {1, 2, 3, 4}),
        ("todas menos la 2", {1, 3, 4}),
        ("todas menos agua", {1, 3, 4}),
        ("todo excepto la 1 y la 2", {3, 4}),
    ],
)
def test_several_options_are_picked_in_one_answer(text: str, places: set[int]) -> None:
    assert value(SEVERAL, text) == [VALUES[place - 1] for place in sorted(places)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 y 5", "choices"),
        ("0", "choices"),
        ("13", "choices"),
        ("basura y luz", "choices"),
        ("no", "choices"),
        ("y", "choices"),
        ("por favor", "choices"),
        ("1-3", "choices"),
        ("todas menos la 9", "choices"),
        ("las dos", "choice_which"),
        ("los 3", "choice_which"),
        ("ambas", "choice_which"),
        ("ninguna", "choice_none"),
        ("nada", "choice_none"),
    ],
)
def test_what_is_wrong_with_several_is_told(text: str, why: str) -> None:
    assert wrong(SEVERAL, text) == why


def test_the_part_that_is_not_understood_is_named() -> None:
    answer = read(SEVERAL, "agua, luz y basura")
    assert answer == Wrong("utter_wrong_choices", {"part": "luz"})


def test_both_is_everything_where_there_are_two() -> None:
    two = {"type": "several_choices", "options": ["Agua", "Luz"]}
    for text in ("las dos", "ambas", "los 2", "todas"):
        assert value(two, text) == ["Agua", "Luz"]


def test_a_title_with_and_stays_whole() -> None:
    papers = {"type": "several_choices", "options": ["Papel", "Papel y cartón", "Plástico"]}
    assert value(papers, "papel y carton") == ["Papel y cartón"]
    assert value(papers, "papel y plastico") == ["Papel", "Plástico"]
    assert value(papers, "papel y cartón y plástico") == ["Papel y cartón", "Plástico"]
    assert value(papers, "papel, papel y cartón") == ["Papel", "Papel y cartón"]


def test_several_are_read_back_as_they_are_said() -> None:
    assert shown(SEVERAL, "1") == "Energía"
    assert shown(SEVERAL, "2,1") == "Energía y Agua"
    assert shown(SEVERAL, "1 2 3") == "Energía, Agua y Desechos sólidos"


def test_how_many_may_be_picked_is_held() -> None:
    one_or_two = SEVERAL | {"maximum": 2}
    assert wrong(one_or_two, "1 2 3") == "choice_too_many"
    assert wrong(SEVERAL | {"minimum": 2}, "1") == "choice_too_few"
    assert value(one_or_two | {"minimum": 2}, "1 y 2") == ["Energía", "agua"]


@pytest.mark.parametrize("text", ["ninguna", "Ninguno", "nada", "ninguna de las anteriores"])
def test_none_is_an_answer_where_it_is_allowed(text: str) -> None:
    allowed = SEVERAL | {"none": True}
    assert value(allowed, text) == []
    assert shown(allowed, text) == "ninguna"
    assert slot(allowed).check([], TODAY) == Value([], "ninguna")
    assert isinstance(slot(SEVERAL).check([], TODAY), Wrong)


@given(st.sets(st.integers(1, 4), min_size=1), st.sampled_from([", ", " y ", " ", ";", " y la "]))
def test_numbers_pick_their_options_however_they_are_joined(places: set[int], glue: str) -> None:
    text = glue.join(map(str, sorted(places, reverse=True)))
    assert value(SEVERAL, text) == [VALUES[place - 1] for place in sorted(places)]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_titles_pick_their_options_in_any_order(size: int) -> None:
    titles = ["Energía", "Agua", "Desechos sólidos", "Aguas residuales"]
    for picked in itertools.permutations(range(4), size):
        text = " y ".join(titles[at] for at in picked)
        assert value(SEVERAL, text) == [VALUES[at] for at in sorted(picked)]


@pytest.mark.parametrize("stored", ["Otra", 1, None, ["agua", "agua"], ["luz"], {"a": "b"}])
def test_a_value_that_is_no_option_any_more_is_stale(stored: object) -> None:
    for declared in (ONE, SEVERAL):
        answer = slot(declared).check(stored, TODAY)  # type: ignore[arg-type]
        assert answer == Wrong("utter_wrong_stale")


def test_a_choice_offered_holds_whole_answers() -> None:
    answer = read(SEVERAL, "1, energia agua")
    assert isinstance(answer, Choose)
    for option in answer.options:
        assert slot(SEVERAL).check(option.value, TODAY) == Value(option.value, option.shown)


def test_what_is_not_listed_is_named_and_never_meant_by_all() -> None:
    languages = {
        "type": "several_choices",
        "listed": 2,
        "options": ["Español", "Inglés", "Francés"],
    }
    assert wrong(languages, "todos") == "choice_name_them"
    assert wrong(languages, "todos menos francés") == "choice_name_them"
    assert value(languages, "español y francés") == ["Español", "Francés"]
