"""Spanish numbers in words."""

from collections.abc import Sequence
from typing import Final

_SMALL: Final = {
    word: value
    for value, spellings in {
        1: "un uno una", 2: "dos", 3: "tres", 4: "cuatro", 5: "cinco", 6: "seis", 7: "siete",
        8: "ocho", 9: "nueve", 10: "diez", 11: "once", 12: "doce", 13: "trece", 14: "catorce",
        15: "quince", 16: "dieciseis", 17: "diecisiete", 18: "dieciocho", 19: "diecinueve",
        20: "veinte", 21: "veintiun veintiuno veintiuna", 22: "veintidos", 23: "veintitres",
        24: "veinticuatro", 25: "veinticinco", 26: "veintiseis", 27: "veintisiete",
        28: "veintiocho", 29: "veintinueve", 30: "treinta", 40: "cuarenta", 50: "cincuenta",
        60: "sesenta", 70: "setenta", 80: "ochenta", 90: "noventa", 100: "cien ciento",
        200: "doscientos doscientas", 300: "trescientos trescientas",
        400: "cuatrocientos cuatrocientas", 500: "quinientos quinientas",
        600: "seiscientos seiscientas", 700: "setecientos setecientas",
        800: "ochocientos ochocientas", 900: "novecientos novecientas",
    }.items()
    for word in spellings.split()
}  # fmt: skip
SCALE: Final = {"mil": 1000, "millon": 1_000_000, "millones": 1_000_000}
NUMBER_WORD: Final = "|".join(sorted((*_SMALL, *SCALE), key=len, reverse=True))


def number_in_words(tokens: Sequence[str], at: int) -> tuple[int, int]:
    """The number in words that begins at `at`, and the position after it (`at` when none)."""
    total, start = 0, at
    for scale, names in ((1_000_000, ("millon", "millones")), (1000, ("mil",))):
        value, after = _below_thousand(tokens, at)
        if scale == 1_000_000 and after < len(tokens) and tokens[after] == "mil":
            rest, beyond = _below_thousand(tokens, after + 1)
            if beyond < len(tokens) and tokens[beyond] in names:
                value, after = (value or 1) * 1000 + rest, beyond
        if after < len(tokens) and tokens[after] in names and (value or scale == 1000):
            total, at = total + (value or 1) * scale, after + 1
    value, after = _below_thousand(tokens, at)
    if total and after > at and tokens[at] == "y":
        return total, at
    return total + value, max(after, at, start)


def _below_thousand(tokens: Sequence[str], at: int) -> tuple[int, int]:
    value = 0
    for low, high in ((100, 900), (30, 90), (1, 29)):
        joined = low == 1 and value % 100 >= 30 and at < len(tokens) and tokens[at] == "y"
        where = at + 1 if joined else at
        number = _SMALL.get(tokens[where], 0) if where < len(tokens) else 0
        if low <= number <= high and not (low == 1 and value % 100 and not joined):
            if joined and number > 9:
                continue
            value, at = value + number, where + 1
    return value, at
