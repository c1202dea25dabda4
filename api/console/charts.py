"""Charts drawn here, as SVG: no script, and each has a table beside it (see parts/chart.html)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 420
HEIGHT: Final = 170
"""Small, so that its words can still be read on a phone, where it is drawn smaller than that."""
_LEFT: Final = 44
_RIGHT: Final = 6
_BOTTOM: Final = 24
_TOP: Final = 10
_MOST_RULES: Final = 4
_MOST_LABELS: Final = 5
_MOST_DOTS: Final = 31
_STEPS: Final = (1, 2, 5, 10)
_NAMES: Final = 190
"""How wide the names are beside bars that lie."""
_ROW: Final = 20
LONGEST_NAME: Final = 20
"""Letters that fit there."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one sort of bar: its name, its values, and the number of its colour (1 to 4)."""

    name: str
    values: Sequence[float]
    colour: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what its table shows. ``labels`` name the points, ``unit`` the values;
    ``stacked``: its series lie one upon another, the first at the bottom."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    svg: Markup
    unit: str = ""
    stacked: bool = False


def scale(top: float) -> Sequence[float]:
    """Where the lines across a chart stand: from 0 up, at round numbers, the last not below
    ``top``. Whole numbers, for half a person says nothing."""
    if top <= 0:
        return (0, 1)
    size = 10.0 ** max(0, math.floor(math.log10(top / _MOST_RULES)))
    step = next(one * size for one in _STEPS if one * size * _MOST_RULES >= top)
    return [step * place for place in range(math.ceil(top / step) + 1)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


class _Drawing:
    def __init__(self, title: str, labels: Sequence[str], top: float) -> None:
        rules = scale(top)
        self.top = rules[-1]
        self.labels = labels
        self.step = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
        self.parts = [
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(title)}" focusable="false">'
        ]
        for value in rules:
            y = self.y(value)
            self.parts.append(
                f'<line class="rule" x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}"/>'
                f'<text class="scale" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
                f"{_number(value)}</text>"
            )
        # Counted from the end: the last one is what people look for.
        every = max(1, -(-len(labels) // _MOST_LABELS))
        last = len(labels) - 1
        for place in range(last, -1, -every):
            at_edge = place == last and self.step < _LEFT
            x = WIDTH - _RIGHT if at_edge else self.middle(place)
            self.parts.append(
                f'<text class="scale" x="{x:.1f}" y="{HEIGHT - 6}" '
                f'text-anchor="{"end" if at_edge else "middle"}">{escape(labels[place])}</text>'
            )

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * min(value / self.top, 1)

    def middle(self, place: int) -> float:
        return _LEFT + self.step * (place + 0.5)

    def tell(self, series: Sequence[Series], unit: str) -> None:
        """Over each point, what it says in numbers, for who holds the pointer there."""
        for place, label in enumerate(self.labels):
            told = ", ".join(
                f"{one.name}: {_number(one.values[place])}{f' {unit}' if unit else ''}"
                for one in series
            )
            self.parts.append(
                f'<rect class="over" x="{_LEFT + self.step * place:.1f}" y="{_TOP}" '
                f'width="{self.step:.1f}" height="{HEIGHT - _BOTTOM - _TOP}">'
                f"<title>{escape(label)}. {escape(told)}</title></rect>"
            )

    def done(self) -> Markup:
        # Everything in it is a number of ours or escaped above.
        return Markup("".join([*self.parts, "</svg>"]))  # noqa: S704


def lines(title: str, labels: Sequence[str], series: Sequence[Series], unit: str = "") -> Chart:
    """Values over time, a line each."""
    top = max((value for one in series for value in one.values), default=0)
    drawing = _Drawing(title, labels, top)
    for one in series:
        points = [
            f"{drawing.middle(place):.1f},{drawing.y(value):.1f}"
            for place, value in enumerate(one.values)
        ]
        drawing.parts.append(f'<polyline class="line c{one.colour}" points="{" ".join(points)}"/>')
        if len(points) <= _MOST_DOTS:
            for point in points:
                x, _, y = point.partition(",")
                drawing.parts.append(
                    f'<circle class="dot c{one.colour}" cx="{x}" cy="{y}" r="2.2"/>'
                )
    drawing.tell(series, unit)
    return Chart(title, labels, series, drawing.done(), unit)


def bars(title: str, labels: Sequence[str], series: Sequence[Series], unit: str = "") -> Chart:
    """Values over time, stacked: the first series at the bottom."""
    sums = [sum(one.values[place] for one in series) for place in range(len(labels))]
    drawing = _Drawing(title, labels, max(sums, default=0))
    width = max(2.0, drawing.step * 0.75)
    for place in range(len(labels)):
        below = 0.0
        for one in series:
            value = one.values[place]
            if value <= 0:
                continue
            upper, lower = drawing.y(below + value), drawing.y(below)
            drawing.parts.append(
                f'<rect class="bar c{one.colour}" x="{drawing.middle(place) - width / 2:.1f}" '
                f'y="{upper:.1f}" width="{width:.1f}" height="{lower - upper:.1f}"/>'
            )
            below += value
    drawing.tell(series, unit)
    return Chart(title, labels, series, drawing.done(), unit, stacked=len(series) > 1)


def ranked(title: str, labels: Sequence[str], one: Series, shown: Sequence[str]) -> Chart:
    """Values of many, a bar each below the other, with every name beside its bar. ``shown`` are the
    names that fit there (LONGEST_NAME), ``labels`` those of the table."""
    top = max([1.0, *one.values])
    whole = WIDTH - _NAMES - _LEFT
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {_ROW * len(labels)}" role="img" '
        f'aria-label="{escape(title)}" focusable="false">'
    ]
    for place, (label, name, value) in enumerate(zip(labels, shown, one.values, strict=True)):
        y, width = place * _ROW, whole * value / top
        parts.append(
            f'<text class="scale" x="{_NAMES - 6}" y="{y + 14}" text-anchor="end">{escape(name)}'
            f'</text><rect class="bar c{one.colour}" x="{_NAMES}" y="{y + 3}" '
            f'width="{width:.1f}" height="{_ROW - 6}"/>'
            f'<text class="scale" x="{_NAMES + width + 5:.1f}" y="{y + 14}">{_number(value)}</text>'
            f'<rect class="over" x="0" y="{y}" width="{WIDTH}" height="{_ROW}">'
            f"<title>{escape(label)}. {escape(one.name)}: {_number(value)}</title></rect>"
        )
    # Everything in it is a number of ours or escaped above.
    return Chart(title, labels, [one], Markup("".join([*parts, "</svg>"])))  # noqa: S704
