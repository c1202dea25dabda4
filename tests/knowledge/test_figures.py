"""Figures: the same one however it is written, and no other."""

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.figure_reading import (
    Articles,
    Code,
    Day,
    Figure,
    Meaning,
    Number,
    Ordinal,
    Phrase,
    figures,
)
from knowledge.figures import claims, evidence, is_supported


def number(value: str, unit: str | None = None) -> Number:
    return Number(Decimal(value), unit)


def meanings(text: str) -> list[Meaning]:
    return [figure.meaning for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 128 solicitudes", [number("1128")]),
        ("1,128 solicitudes", [number("1128")]),
        ("1\u00a0128 solicitudes", [number("1128")]),
        ("el 1.5 o el 1,5", [number("1.5"), number("1.5")]),
        ("23,301.60", [number("23301.60")]),
        ("30 %, 30% y 30 por ciento", [number("30", "%")] * 3),
        ("treinta por ciento", [number("30", "%")]),
        ("de 20 a 30 %", [number("20", "%"), number("30", "%")]),
        ("entre un 20 y un 30 %", [number("20", "%"), number("30", "%")]),
        ("0.03-0.20 dólares", [number("0.03", "usd"), number("0.20", "usd")]),
        ("$190 millones", [number("190000000", "usd")]),
        ("US$365 mil", [number("365000", "usd")]),
        ("2.6 millones de USD", [number("2600000", "usd")]),
        ("20 M de BANDESAL, a 20 m de ahí", [number("20000000"), number("20")]),
        ("tres meses", [number("3", "month")]),
        ("2 o 3 años", [number("2", "year"), number("3", "year")]),
        ("ciento veinte mil quinientos dólares", [number("120500", "usd")]),
        ("dos mil veinticuatro", [number("2024")]),
        ("treinta y cinco, tres y cuatro", [number("35"), number("3"), number("4")]),
        ("dos millones trescientos mil uno", [number("2300001")]),
        ("doscientos mil millones", [number("200000000000")]),
        ("la mitad", [number("50", "%")]),
        ("el doble, un tercio", [Phrase("el doble"), Phrase("tercio")]),
        ("art. 19", [Articles(19, 19)]),
        ("artículo 19, 50 % de rebaja", [Articles(19, 19), number("50", "%")]),
        ("arts. 19 a 25", [Articles(19, 25)]),
        ("artículos 19, 22 y 86", [Articles(19, 19), Articles(22, 22), Articles(86, 86)]),
        ("artículo 19 y 20 años", [Articles(19, 19), number("20", "year")]),
        ("1 de junio de 2025", [Day(2025, 6, 1)]),
        ("1.º de junio del 2025", [Day(2025, 6, 1)]),
        ("2025-06-01", [Day(2025, 6, 1)]),
        ("01/06/2025", [Day(2025, 6, 1)]),
        ("junio de 2023 y dic-2024", [Day(2023, 6), Day(2024, 12)]),
        ("en marzo", [Day(None, 3)]),
        ("17 abril-6 junio", [Day(None, 4, 17), Day(None, 6, 6)]),
        ("2002-2006", [number("2002"), number("2006")]),
        ("llamá al 2501-0203", [number("25010203")]),
        ("+503 2501-0203", [number("25010203")]),
        ("el primer trimestre", [Ordinal(1, "trimestre")]),
        ("el 1er trimestre", [Ordinal(1, "trimestre")]),
        ("B-1, B2 o Categoría 1", [Code("b1"), Code("b2"), Code("categoria1")]),
        ("RTS 13.05.01:18", [Code("13.05.01:18")]),
        ("de 7:30 a.m., 24/7", [Phrase("7:30"), Phrase("24/7")]),
        ("50kg y 3x", [number("50"), number("3")]),
        ("m3, CO2 y DBO5", []),
        ("1. Llená el formulario\n2) Esperá\n- y ya", []),
        ("1. Esperá 3 kg", [number("3")]),
        ("40 a\n50 %", [number("40", "%"), number("50", "%")]),
        ("Primero, preguntá. Segundo, esperá.", []),
    ],
)
def test_what_a_figure_means(text: str, expected: list[Meaning]) -> None:
    assert meanings(text) == expected


def test_a_figure_says_where_it_stands() -> None:
    text = "Sí: el 30 % en tres meses"
    assert [(f.raw, text[f.start : f.end]) for f in figures(text)] == [
        ("30 %", "30 %"),
        ("tres meses", "tres meses"),
    ]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("un permiso para una obra, uno o dos grupos", []),
        ("dos años", ["dos años"]),
        ("tres grupos", ["tres"]),
        ("2 grupos", ["2"]),
    ],
)
def test_small_words_are_no_claims(text: str, stated: list[str]) -> None:
    assert [figure.raw for figure in claims(text)] == stated


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1,128", "1 128 solicitudes"),
        ("tres años", "en 3 años"),
        ("3 años", "de 1 a 3 años"),
        ("3 años", "plazo de 3"),
        ("60 días", "60 días hábiles"),
        ("artículo 22", "arts. 19 a 25"),
        ("junio de 2025", "2025-06-01"),
        ("el 1 de junio", "2025-06-01"),
        ("en 2025", "2025-06-01"),
        ("408.8 dólares", "408.80 dólares"),
        ("10,000 salarios mínimos", "de 1 000 a 10 000 salarios mínimos"),
        ("el 50 %", "cae a la mitad"),
        ("600,000", "hasta 600.000 UF"),
        ("B-1", "Grupo B, con Categoría 1"),
        ("Categoría 2", "Si es B-2: estudio"),
        ("el 20 %", "ahorro min pct: 20"),
        ("1er trimestre", "en el primer trimestre"),
    ],
)
def test_the_same_figure_otherwise_written_is_supported(claim: str, source: str) -> None:
    (figure,) = claims(claim)
    assert is_supported(figure.meaning, evidence(source))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("61 días", "60 días hábiles"),
        ("30 días", "30 %"),
        ("30 %", "30 días"),
        ("3 meses", "3 años"),
        ("19 dólares", "art. 19"),
        ("artículo 19", "19 dólares"),
        ("artículo 26", "arts. 19 a 25"),
        ("julio de 2025", "2025-06-01"),
        ("2 de junio de 2025", "2025-06-01"),
        ("1 de junio de 2025", "junio de 2025"),
        ("1 128", "128 solicitudes"),
        ("5.000 dólares", "5,000 dólares"),
        ("B-2", "Grupo B, con Categoría 1"),
        ("B-1", "Categoría 1"),
        ("segundo trimestre", "primer trimestre"),
        ("cuatro meses", "tres meses"),
        ("RTS 13.05.01:18", "RTS 13.05.01:19"),
        ("el doble", "la mitad"),
    ],
)
def test_another_figure_is_not_supported(claim: str, source: str) -> None:
    (figure,) = claims(claim)
    assert not is_supported(figure.meaning, evidence(source))


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for figure in figures(text):
        assert isinstance(figure, Figure)
        assert 0 <= figure.start < figure.end
    assert all(is_supported(figure.meaning, evidence(text)) for figure in claims(text))


FIGURE_WORDS = st.sampled_from(
    re.split(
        r" +",
        "1 2 19 30 128 1,128 0.5 2025 06 % , . - / : a y o de el mil millones tres treinta ciento "
        "art. arts. artículo junio enero primer trimestre B-1 $ US$ dólares años meses M m3 \n º "
        "categoría por mitad +503 2501-0203 2025-06-01 13.05.01:18",
    )
)


@given(st.lists(FIGURE_WORDS, max_size=12), st.sampled_from(["", " "]))
def test_figures_in_any_order_support_themselves(parts: list[str], between: str) -> None:
    text = between.join(parts)
    found = figures(text)
    assert all(a.start <= b.start for a, b in pairwise(found))
    assert all(is_supported(figure.meaning, evidence(text)) for figure in claims(text))


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_are_parted_by_commas_or_blanks(value: int) -> None:
    assert meanings(f"{value:,}") == [number(str(value))]
    assert meanings(f"{value:,} dólares".replace(",", " ")) == [number(str(value), "usd")]
