"""How large a firm is, by the rules in force. Pure.

Micro and small firms: Ley de Fomento, Protección y Desarrollo para la Micro y Pequeña Empresa, as
reformed in March 2026 (facts SME-01 and SME-03), by workers and by yearly gross sales counted in
monthly minimum wages of commerce (fact SALMIN-01). That law knows no medium firm: its limits are
those of a public programme (fact SME-05).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Size = Literal["micro", "pequena", "mediana", "grande"]
Basis = Literal["por trabajadores y ventas", "por trabajadores", "por ventas"]

MINIMUM_WAGE_USD: Final = Decimal("408.80")
"""A month, sector of commerce and services, since 1 June 2025."""

SIZES: Final[tuple[Size, ...]] = ("micro", "pequena", "mediana", "grande")

MOST_WORKERS: Final = (10, 50, 99)
"""Of a micro, a small and a medium firm; the last one is "fewer than 100"."""
_MOST_WAGES: Final = (500, 5_000)
"""Yearly sales of a micro and a small firm, in monthly minimum wages."""
_MOST_MEDIUM_SALES_USD: Final = Decimal(7_000_000)

_FACTS: Final[dict[Size, tuple[str, ...]]] = {
    "micro": ("SME-01",),
    "pequena": ("SME-03",),
    # Beyond a small firm by the one, within a medium one by the other.
    "mediana": ("SME-03", "SME-05"),
    "grande": ("SME-05",),
}


@dataclass(frozen=True, slots=True)
class SizeClass:
    """A firm's size, what it was told by, and the ids of the facts that say so."""

    size: Size
    basis: Basis
    facts: tuple[str, ...]


def size_class(
    workers: int | None,
    annual_sales_usd: Decimal | int | None,
    minimum_wage: Decimal = MINIMUM_WAGE_USD,
) -> SizeClass | None:
    """The size of a firm with so many workers and gross sales a year, in dollars.

    ``minimum_wage`` is the monthly one of commerce, in dollars. Both criteria must hold, so the
    larger of the two sizes counts; where only one is known, its size is given and ``basis`` says
    so. None when neither is known. Raises ValueError for a negative number.
    """
    found: list[int] = []
    if workers is not None:
        found.append(_place(Decimal(workers), *map(Decimal, MOST_WORKERS)))
    if annual_sales_usd is not None:
        found.append(_place(Decimal(annual_sales_usd), *sales_limits(minimum_wage)))
    if not found:
        return None
    size = SIZES[max(found)]
    if len(found) == 2:
        return SizeClass(size, "por trabajadores y ventas", _FACTS[size])
    return SizeClass(size, "por ventas" if workers is None else "por trabajadores", _FACTS[size])


def sales_limits(minimum_wage: Decimal = MINIMUM_WAGE_USD) -> tuple[Decimal, ...]:
    """The most yearly sales, in dollars, of a micro, a small and a medium firm."""
    return (*(wages * minimum_wage for wages in _MOST_WAGES), _MOST_MEDIUM_SALES_USD)


def _place(amount: Decimal, *limits: Decimal) -> int:
    """How many of the limits, which go up, the amount exceeds."""
    if amount < 0:
        raise ValueError(f"a firm has no {amount} workers or sales")
    return sum(amount > limit for limit in limits)
