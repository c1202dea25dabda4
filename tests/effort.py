"""What work may cost, and how long it is waited for, however much else the machine has to do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENT: Final = {"TOROGOZ_NLU_SECONDS": "30"}
"""Settings of a product under test: it waits for Rasa, and does not answer without it."""


@contextmanager
def little_work(seconds: float = 20.0) -> Iterator[None]:
    """Fails when the block needs more of the processor than that, in this thread.

    It catches what grows with the square of its input. Time that others take is not counted, and
    the limit is far above what the work needs, so that a busy machine cannot fail a test.
    """
    began = time.thread_time()
    yield
    needed = time.thread_time() - began
    assert needed < seconds, f"{needed:.1f} s of the processor"
