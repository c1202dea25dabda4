"""Texts in files that a spreadsheet opens."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_text(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
