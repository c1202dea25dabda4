"""Charts drawn here, as SVG: no script, and each has a table beside it (see parts/chart.html)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 640
HEIGHT: Final = 200
_LEFT: Final = 44
_BOTTOM: Final = 24
_TOP: Final = 12


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one sort of bar: its name, its values, and the number of its colour (1 to 4)."""

    name: str
    values: Sequence[float]
    colour: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what its table shows. ``labels`` name the points, ``unit`` the values."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    svg: Markup
    unit: str = ""


def _nice(top: float) -> float:
    """A round number not below ``top``, for the highest line."""
    if top <= 0:
        return 1.0
    size = 10.0 ** (len(str(int(top))) - 1)
    for step in (1, 2, 2.5, 5, 10):
        if step * size >= top and (step * size >= 4 or step in (1, 2, 5)):
            return step * size
    return 10 * size


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


class _Drawing:
    def __init__(self, title: str, labels: Sequence[str], top: float) -> None:
        self.top = _nice(top)
        self.labels = labels
        self.step = (WIDTH - _LEFT - 8) / max(1, len(labels))
        self.parts = [
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(title)}" focusable="false">'
        ]
        for share in (0, 0.5, 1):
            y = self.y(self.top * share)
            self.parts.append(
                f'<line class="rule" x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - 8}" y2="{y:.1f}"/>'
                f'<text class="scale" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
                f"{_number(self.top * share)}</text>"
            )
        every = max(1, -(-len(labels) // 8))
        for place in range(0, len(labels), every):
            self.parts.append(
                f'<text class="scale" x="{self.middle(place):.1f}" y="{HEIGHT - 6}" '
                f'text-anchor="middle">{escape(labels[place])}</text>'
            )

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * min(value / self.top, 1)

    def middle(self, place: int) -> float:
        return _LEFT + self.step * (place + 0.5)

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
        if len(points) <= 31:
            for point in points:
                x, _, y = point.partition(",")
                drawing.parts.append(f'<circle class="dot c{one.colour}" cx="{x}" cy="{y}" r="3"/>')
    return Chart(title, labels, series, drawing.done(), unit)


def bars(title: str, labels: Sequence[str], series: Sequence[Series], unit: str = "") -> Chart:
    """Values over time, stacked: the first series at the bottom."""
    sums = [sum(one.values[place] for one in series) for place in range(len(labels))]
    drawing = _Drawing(title, labels, max(sums, default=0))
    width = max(2.0, drawing.step * 0.7)
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
    return Chart(title, labels, series, drawing.done(), unit)
