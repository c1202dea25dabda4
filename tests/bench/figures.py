"""A measured figure, and percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str

    @property
    def shown(self) -> str:
        digits = 2 if self.value < 10 else 0 if self.value >= 100 else 1
        return f"{self.value:.{digits}f} {self.unit}".strip()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
