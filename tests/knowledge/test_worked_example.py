"""Worked examples: read, computed anew, shown, and safe whatever stands in them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.worked_example import ExampleError, Quantity, mistakes, read_example
from tests.effort import little_work

SAVING = (
    "inversión = 2,400 dólares",
    "ahorro al mes = 110 dólares",
    "ahorro al año = ahorro al mes * 12 = 1,320 dólares",
    "recuperación = inversión / ahorro al año = 1.8 años",
)


def found(*lines: str) -> list[tuple[int, str]]:
    return mistakes(read_example(lines))


def defects(lines: Sequence[str]) -> list[str]:
    """What is said of the lines, be it in reading or in computing."""
    try:
        return [message for _, message in mistakes(read_example(lines))]
    except ExampleError as error:
        return [str(error)]


# -- reading and showing ---------------------------------------------------------------------------


def test_an_example_is_read_line_by_line() -> None:
    assert read_example(SAVING[1:3]) == (
        Quantity("ahorro al mes", "", "110 dólares", 1),
        Quantity("ahorro al año", "ahorro al mes * 12", "1,320 dólares", 2),
    )
    assert read_example(["  a=1  ", "b  =a*2=  2 m3"]) == (
        Quantity("a", "", "1", 1),
        Quantity("b", "a*2", "2 m3", 2),
    )
    assert read_example([]) == ()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ahorro",
        "ahorro: 5",
        "= 5",
        "ahorro =",
        "a = = 5",
        "a = 1 = 1 = 1",
        "a == 5",
        "12 = 5",
        "a: 5 * 2 = 11",
        "10 / 2 años = 6",
    ],
)
def test_a_line_of_another_form_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ExampleError, match=r"^2: "):
        read_example(["bueno = 1", line])


def test_a_line_is_shown_as_a_person_reads_it() -> None:
    shown = [
        one.text
        for one in read_example(
            [
                "inversión = 2,400 dólares",
                "área = 3 m2",
                "mitad = (inversión - 400) / 2 = 1,000 dólares",
                "cubo = área ^ 3 * 2 = 54",
            ]
        )
    ]
    assert shown == [
        "- Inversión: 2,400 dólares",
        "- Área: 3 m2",
        "- Mitad: (inversión − 400) ÷ 2 = 1,000 dólares",
        "- Cubo: área ^ 3 × 2 = 54",
    ]


# -- computing -------------------------------------------------------------------------------------


def test_a_right_example_has_no_mistake() -> None:
    assert found(*SAVING) == []


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("2 + 3", "5"),
        ("2 - 3", "-1"),
        ("2 * 3", "6 litros"),
        ("7 / 2", "3.5"),
        ("2 ^ 10", "1,024"),
        ("2 × 3 ÷ 4", "1.5"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("((1 + 1) * (3 - 1)) ^ 2", "16"),
        ("-2 ^ 2", "-4"),
        ("2 ^ -1", "0.5"),
        ("2 ^ 3 ^ 2", "512"),
        ("9 ^ 0.5", "3"),
        ("10 - 2 - 3", "5"),
        ("24 / 4 / 2", "3"),
        ("0.1 + 0.2", "0.3"),
        ("800 * 15 %", "120 dólares"),
        ("800 * 15%", "120 dólares"),
        ("800 * (100 % - 7.5 %)", "740 dólares"),
        ("30 / 120 * 100", "25 %"),
        ("30 / 120 * 100", "25% al mes"),
        ("1,200 + 1,300,000", "1,301,200"),
        ("1,234.5 * 2", "2,469"),
        ("5000 * 2", "10000"),
        ("((1 + 12 % / 12) ^ 12 - 1) * 100", "12.7 %"),
    ],
)
def test_signs_brackets_percentages_and_thousands_are_computed(formula: str, shown: str) -> None:
    assert found(f"valor = {formula} = {shown}") == []
    assert found(f"valor = {formula} = 77.7")[0][0] == 1


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("10 / 3", "3"),
        ("10 / 3", "3.3"),
        ("10 / 3", "3.33 kilos"),
        ("20 / 3", "7"),
        ("20 / 3", "6.67"),
        ("5 / 2", "3"),
        ("0.125 * 1", "0.13"),
        ("-5 / 2", "-3"),
        ("1 / 1000", "0.00"),
        ("6", "6.00"),
    ],
)
def test_a_result_is_rounded_to_the_decimals_it_is_shown_with(formula: str, shown: str) -> None:
    assert found(f"valor = {formula} = {shown}") == []


@pytest.mark.parametrize(
    ("formula", "shown", "told"),
    [
        ("10 / 3", "3.34", "3.33, not 3.34"),
        ("10 / 3", "4", "3, not 4"),
        ("5 / 2", "2", "3, not 2"),
        ("20 / 3", "6.6", "6.7, not 6.6"),
        ("1,000 * 1.32", "1,300 dólares", "1320, not 1,300 dólares"),
        ("10 - 30", "20", "-20, not 20"),
    ],
)
def test_a_result_that_is_off_by_a_hair_is_a_mistake(formula: str, shown: str, told: str) -> None:
    assert found(f"valor = {formula} = {shown}") == [(1, f"'valor' is {told}: correct it")]


def test_later_lines_go_on_with_what_is_shown() -> None:
    """As someone with a calculator does who reads the line above."""
    assert found("tercio = 10 / 3 = 3.3", "todo = tercio * 3 = 9.9") == []
    assert found("tercio = 10 / 3 = 3.3", "todo = tercio * 3 = 10.0")[0][0] == 2
    # A share is the number before its sign, so that the formula says "/ 100" to the reader too.
    assert found("merma = 4 %", "perdido = 500 * merma / 100 = 20 kilos") == []


def test_names_have_blanks_accents_figures_and_signs() -> None:
    assert (
        found(
            "área del techo (m2) = 200 m2",
            "año 1 = 3",
            "con 20 % menos = 80 dólares",
            "kWh/mes = 4 kWh",
            "costo-beneficio = área del techo (m2) * año 1 + con 20 % menos - kWh/mes = 676",
            "Ñandú = costo-beneficio / 2 = 338",
        )
        == []
    )


def test_a_name_that_contains_another_is_not_taken_for_it() -> None:
    lines = (
        "ahorro = 10",
        "ahorro al mes = 100",
        "ahorro al mes de luz = 1,000",
        "mes = 7",
        "suma = ahorro + ahorro al mes + ahorro al mes de luz + mes = 1,117",
    )
    assert found(*lines) == []
    assert found(*lines[3::-1], lines[4]) == []
    # Whole words only: "ahorros" is no "ahorro".
    assert found("ahorro = 10", "suma = ahorros * 2 = 20")[0][0] == 2
    assert found("ahorro = 10", "suma = ahorro neto * 2 = 20")[0][0] == 2


# -- mistakes --------------------------------------------------------------------------------------


def test_each_mistake_is_told_with_its_line() -> None:
    told = found(
        "inversión = dos mil dólares",
        "ahorro = 10",
        "doble = ahorro * 2 = 21",
        "ahorro = 11",
        "triple = aorro * 3 = 30",
        "bien = ahorro * 2 = 22",
    )
    assert [line for line, _ in told] == [1, 3, 4, 5]
    assert "'dos mil dólares' is no value" in told[0][1]
    assert "'doble' is 20, not 21" in told[1][1]
    assert "'ahorro' is computed twice" in told[2][1]
    assert "'aorro * 3' has a word or sign that no line above names" in told[3][1]


def test_a_line_uses_only_those_above_it() -> None:
    assert found("a = b * 2 = 4", "b = 2")[0][0] == 1
    assert found("a = a * 2 = 4")[0][0] == 1


@pytest.mark.parametrize(
    "shown",
    ["", "x", "dólares 5", "$5", "12,50 dólares", "1,2,3", "12,3456", "1.2.3", "5.", ".5",
     "5dólares", "1e5", "0x10", "٣", "½", "--5", "1,00.5"],
)  # fmt: skip
def test_what_is_no_plain_number_is_no_value(shown: str) -> None:
    """A comma groups thousands: read as decimals or left out, it would be off a hundredfold."""
    assert defects([f"valor = {shown}"])


# -- attackers -------------------------------------------------------------------------------------

HOSTILE = [
    "9^9^9^9",
    "9^61",
    "10^50",
    "((9^60)^60)^60",
    "(((9^60)^60)^60)^60",
    "0.1^60 / 0.1^60 * 10^40",
    "1e999999",
    "1E5",
    "1/0",
    "0/0",
    "0^0",
    "0^-1",
    "(-8)^0.5",
    "1 % 0",
    "5 // 2",
    "2 ** 3",
    "__import__('os').system('true')",
    "open('/etc/passwd').read()",
    "().__class__.__bases__[0].__subclasses__()",
    "exec('a')",
    "exit()",
    "bueno.real",
    "bueno.__class__",
    "bueno(2)",
    "bueno[0]",
    "_0_",
    "_0_ * 2",
    "__debug__",
    "True",
    "None",
    "...",
    "()",
    "[1][0]",
    "{1}",
    "lambda: 1",
    "1 if bueno else 2",
    "bueno and 1",
    "1 < 2",
    "(y := 5)",
    "f'{bueno}'",
    "'1' * 9",
    "1j",
    "0x10",
    "1_000",
    "007",
    "12,50 * 2",
    "1 # una nota",
    "1; 2",
    "1\\",
    "1\0",
    "1\n+1",
    "~1",
    "not 1",
    "*bueno",
    "1,2",
    "@",
    "🙂",
    "((1)",
    "(1))",
    "+",
    "5 5",
    "bueno bueno",
    "%",
    "5 %%",
    "bueno % 2",
    "await bueno",
    "yield 1",
    "(" * 5_000 + "1" + ")" * 5_000,
    "-" * 100_000 + "1",
    "+".join(["1"] * 100_000),
    "9" * 150,
    "9" * 100_000,
    "9" * 100_000 + "%",
    "9." * 50_000,
    " " * 100_000 + "%",
    "1" + " " * 100_000 + "1",
    "bueno " * 20_000,
    "2^" * 50_000 + "2",
]


@pytest.mark.parametrize("formula", HOSTILE, ids=lambda one: str(one)[:20])
def test_a_hostile_formula_is_a_defect_at_once(formula: str) -> None:
    with little_work():
        (told,) = defects(["bueno = 2", f"valor = {formula} = 77,777"])
    assert "correct it" not in told, "it was computed"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [("(" * 90 + "1" + ")" * 90, "1"), ("-" * 150 + "1", "1"), ("+".join(["1"] * 90), "90")],
)
def test_deep_formulas_that_fit_a_line_are_computed(formula: str, shown: str) -> None:
    assert found(f"valor = {formula} = {shown}") == []


@pytest.mark.parametrize("shown", ["9" * 150, "1." + "9" * 150, "9" * 100_000, "1" + "," * 90_000])
def test_a_hostile_value_is_a_defect_at_once(shown: str) -> None:
    with little_work():
        assert defects([f"valor = {shown}"])


def test_a_formula_runs_no_code(tmp_path_factory: pytest.TempPathFactory) -> None:
    mark = tmp_path_factory.mktemp("x") / "run"
    assert defects([f"valor = __import__('pathlib').Path('{mark}').touch() = 1"])
    assert defects([f"valor = open('{mark}','w') or 1 = 1"])
    assert not mark.exists()


def test_an_example_of_thousands_of_lines_is_a_defect_at_once() -> None:
    with little_work():
        assert defects([f"nombre número {place} = {place}" for place in range(50_000)])


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                ["a", "b a", "ñ", "=", " = ", "+", "-", "*", "/", "^", "(", ")", " ", "%", ",", ".",
                 "0", "9", "12", "1,000", "999999999", "×", "÷", "_0_", "__", "e", "#"]
            ),
            max_size=25,
        ).map("".join),
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
def test_any_lines_are_an_example_or_a_defect(lines: list[str]) -> None:
    try:
        quantities = read_example(lines)
    except ExampleError as error:
        assert 1 <= int(str(error).partition(":")[0]) <= len(lines)
        return
    assert all(1 <= line <= len(lines) and message for line, message in mistakes(quantities))
    assert all(one.text.startswith("- ") for one in quantities)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4), st.integers(0, 3))
def test_the_right_result_is_never_a_mistake_and_the_next_one_always(
    one: int, other: int, decimals: int
) -> None:
    given_lines = [f"uno = {one:,}", f"otro = {other}"]
    total = one * other
    assert found(*given_lines, f"todo = uno * otro = {total:,}.{'0' * (decimals or 1)}") == []
    assert found(*given_lines, f"todo = uno * otro = {total + 1:,}")[0][0] == 3
