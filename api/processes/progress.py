"""Shows that something is going on, on a terminal and in a log file alike."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console

SHOWN_AFTER: Final = 0.5
"""Seconds; a quicker step leaves no line behind."""

console = Console(stderr=True, highlight=False)


@contextmanager
def step(name: str) -> Iterator[None]:
    """One step of a start: a spinner while it lasts, and a line with its seconds."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"  · {name}…")
        yield
    else:
        with console.status(f"{name}…"):
            yield
    seconds = time.monotonic() - began
    if seconds >= SHOWN_AFTER or console.is_terminal:
        console.print(f"  [green]✓[/green] {name} ({seconds:.1f} s)")
