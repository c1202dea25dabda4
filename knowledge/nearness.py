"""How near a question is in meaning to what each document says of itself.

Of the 512 dimensions those are kept in which the lines differ most: half of them tells nearly
the same distances, and a question is compared with ten thousand lines.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.meaning import meaning, meanings

Kind = Literal["title", "alias", "question", "block"]

_WEIGHTS: Final[Mapping[Kind, tuple[float, int]]] = {
    "title": (1.0, 1),
    "alias": (0.5, 2),
    "question": (1.25, 3),
    "block": (0.25, 1),
}
"""Of each kind of line its weight, and how many of a document's nearest lines count (their mean).

Measured on questions that were not used to build it; flat around these values.
"""


_KEPT: Final = 256


@dataclass(frozen=True)
class _Lines:
    """The lines of one kind: their points, and for each document the rows that are its own.

    ``rows`` has one column more than any document has lines, all filled up with the number of
    points: the place of a cosine of 0, which a line that is not there counts as.
    """

    points: NDArray[np.float32]
    rows: NDArray[np.intp]
    weight: float
    most: int


class Nearness:
    """The points of all lines, by kind. Built once, then only read."""

    def __init__(self, lines: Sequence[tuple[int, Kind, str]], count: int) -> None:
        """``lines``: the document's number, of ``count`` documents, the kind and the text."""
        self._count = count
        self._directions = _directions(meanings([text for _, _, text in lines]))
        self._kinds = [
            self._lines_of([(owner, text) for owner, its, text in lines if its == kind], *how)
            for kind, how in _WEIGHTS.items()
        ]

    def of(self, question: str) -> NDArray[np.float64]:
        """For each document the weighed cosines of its nearest lines of each kind."""
        near = np.zeros(self._count)
        point = meaning(question) @ self._directions
        for kind in self._kinds:
            cosines = np.append(kind.points @ point, np.float32(0))
            best = np.partition(cosines[kind.rows], -kind.most, axis=1)[:, -kind.most :]
            near += kind.weight * best.mean(axis=1)
        return near

    def _lines_of(self, lines: Sequence[tuple[int, str]], weight: float, most: int) -> _Lines:
        own: dict[int, list[int]] = defaultdict(list)
        for row, (owner, _) in enumerate(lines):
            own[owner].append(row)
        width = max((len(rows) for rows in own.values()), default=0) + most
        rows = np.full((self._count, width), len(lines), dtype=np.intp)
        for owner, its in own.items():
            rows[owner, : len(its)] = its
        points = meanings([text for _, text in lines]) @ self._directions
        return _Lines(points, rows, weight, most)


def _directions(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which the points spread most, as columns."""
    _, found = np.linalg.eigh(points.T @ points)
    kept: NDArray[np.float32] = np.ascontiguousarray(found[:, -_KEPT:])
    return kept
