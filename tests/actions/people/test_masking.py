"""Masking: numbers that tell who someone is do not survive, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.people.masking import MASK, mask, mask_address

GAPS = st.sampled_from(["", "-", " ", ".", "–", "\u00a0"])
AROUND = st.sampled_from(
    ["", " ", "dui", "mi DUI es: ", "(", ", ", "\n", "nit:", "año2026 ", "¿", "tel.", "N°", "á-"]
)


def _digits(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mi DUI es 01234567-8 y ya", f"mi DUI es {MASK} y ya"),
        ("dui01234567-8", f"dui{MASK}"),
        ("el nit 0614-290190-101-3.", f"el nit {MASK}."),
        ("06142901901013", MASK),
        ("NRC 123456-7", f"NRC {MASK}"),
        ("nrc: 12-3", f"nrc: {MASK}"),
        ("NRC no. 1234567", f"NRC no. {MASK}"),
        ("registro 123456-7,", f"registro {MASK},"),
        ("llámeme al 7000-1234 o 2222 3333", f"llámeme al {MASK} o {MASK}"),
        ("+503 7000 1234", MASK),
        ("+50370001234", MASK),
        ("whatsapp:+50370001234", MASK),
        ("(503) 7000-1234", MASK),
        ("+(503) 7000-1234", MASK),
        ("0050370001234", MASK),
        ("50370001234", MASK),
        ("desde +1 (305) 555-0123 aquí", f"desde {MASK} aquí"),
        ("chat 5037000123", f"chat {MASK}"),
        ("escriba a ana.lopez+marn@panaderia.com.sv.", f"escriba a {MASK}."),
        ("wa-7000-1234", f"wa-{MASK}"),
        ("1.70001234", f"1.{MASK}"),
    ],
)
def test_what_tells_who_someone_is_goes(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tengo 12 empleados y vendo $204,400.00 al año",
        "Art. 22 y 60 de la Ley del Medio Ambiente, D.L. 233",
        "2026-11-23T03:18:52.123456Z",
        "del 2025-2026, el 23/11/2026 y el 23-11-2026 a las 15:30",
        "408.80 dólares",
        "la caldera es de 10-15 HP",
        "SM0123456789abcdef0123456789012345",
        "0f3a2b70001234567890123456789012345678901234567890123456789012ab",
        "0190d3c1-7000-7123-8123-012345678901",
        "permiso 70001",
        "código 1234",
        "los del 2020 2021",
        "nrc",
    ],
)
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert mask(text) == text


@given(AROUND, _digits("[0-9]{8}"), GAPS, _digits("[0-9]"), AROUND)
def test_no_dui_survives(before: str, number: str, gap: str, check: str, after: str) -> None:
    assert number not in mask(f"{before}{number}{gap}{check}{after}")


@given(
    AROUND,
    st.tuples(*(_digits(f"[0-9]{{{size}}}") for size in (4, 6, 3, 1))),
    GAPS,
    AROUND,
)
def test_no_nit_survives(before: str, parts: tuple[str, ...], gap: str, after: str) -> None:

    shown = mask(f"{before}{gap.join(parts)}{after}")
    assert parts[1] + gap + parts[2] not in shown
    assert MASK in shown


@given(
    AROUND,
    st.sampled_from(["", "+503", "+503 ", "503 ", "(503) ", "00503", "whatsapp:+503"]),
    _digits("[67][0-9]{3}|2[1-9][0-9]{2}"),
    GAPS,
    _digits("[0-9]{4}"),
    AROUND,
)
def test_no_phone_survives(
    before: str, code: str, head: str, gap: str, tail: str, after: str
) -> None:
    shown = mask(f"{before}{code}{head}{gap}{tail}{after}")
    assert f"{head}{gap}{tail}" not in shown
    assert MASK in shown


@given(_digits("[1-9][0-9]{7,14}"))
def test_no_number_of_another_country_survives(number: str) -> None:
    assert number not in mask(f"marque +{number} por favor")


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_a_long_text_costs_little() -> None:
    for text in ("a" * 20_000, "1-" * 10_000, "a." * 10_000, "(+" * 10_000, "12 " * 7_000):
        assert isinstance(mask(text), str)


@pytest.mark.parametrize(
    ("external", "shown"),
    [
        ("+50370001234", "••••1234"),
        ("503700012", "••••0012"),
        ("1234", "••••"),
        ("a" * 64, "••••"),
        ("1" * 64, "••••"),
        ("forgotten:12345", "••••"),
        ("", "••••"),
    ],
)
def test_an_address_is_known_again_by_its_last_digits_only(external: str, shown: str) -> None:
    assert mask_address(external) == shown
