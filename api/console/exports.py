"""Lists as files for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from actions.store.spreadsheets import as_text
from api.clock import ZONE

Cell = str | int | float | date | datetime | None
CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL: Final = 32_000
"""Excel takes 32,767 characters."""


def as_csv(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Begins with the mark by which Excel knows UTF-8; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return as_text(cell)
    return "" if cell is None else str(cell)


def as_xlsx(title: str, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet. Texts stay texts, also those that look like formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    head = []
    for name in titles:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_as_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_cell(sheet: object, value: Cell) -> object:
    if isinstance(value, datetime):
        # Excel knows no zones.
        return value.astimezone(ZONE).replace(tzinfo=None)
    if isinstance(value, str):
        plain = "".join(sign for sign in value if sign in "\n\t" or sign.isprintable())
        cell = WriteOnlyCell(sheet, plain[:_LONGEST_CELL])  # type: ignore[arg-type]
        # Whatever it begins with.
        cell.data_type = "s"
        return cell
    return value
