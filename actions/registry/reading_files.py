"""Files of the registry, as spreadsheets write them: CSV of any usual encoding, and XLSX.

A file comes from outside: it is read within limits of bytes, rows and columns, an XLSX also of what
it unpacks to, and nothing in it is run or looked up.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Final

import openpyxl

from actions.registry import cells, columns, rows
from actions.registry.errors import (
    FileTooLarge,
    NoRows,
    NotATable,
    RegistryRefused,
    TooManyRows,
)
from actions.registry.rows import Reading

_MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 10 * _MEGABYTE
LARGEST_UNPACKED: Final = 80 * _MEGABYTE
"""20,000 rows with all columns unpack to some 25 MB."""
MOST_PARTS: Final = 500
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60

_DELIMITERS: Final = (",", ";", "\t")
_BLOCK: Final = 64 * 1024


def read_file(content: bytes) -> Reading:
    """The rows of a file, good and bad. What kind it is tells its content, never its name.

    Some seconds of CPU for the largest: for a thread of its own. Raises FileTooLarge, NotATable,
    NoRows, TooManyRows, ColumnsMissing and ColumnTwice.
    """
    if len(content) > LARGEST:
        raise FileTooLarge(LARGEST // _MEGABYTE)
    if not content.strip():
        raise NoRows
    table = _of_xlsx(content) if content.startswith(b"PK\x03\x04") else _of_csv(content)
    return _read(table)


def _read(table: Iterable[Sequence[str]]) -> Reading:
    numbered = enumerate(table, start=1)
    header: Sequence[str] | None = None
    for number, line in numbered:
        if any(cell.strip() for cell in line):
            header, first = line, number
            break
    if header is None:
        raise NoRows
    fields = columns.placed(header)
    raw: list[tuple[int, dict[str, str]]] = []
    for number, line in numbered:
        if not any(cell.strip() for cell in line):
            continue
        if number - first > MOST_ROWS:
            raise TooManyRows(MOST_ROWS)
        raw.append((number, {field: line[at] for at, field in fields.items() if at < len(line)}))
    if not raw:
        raise NoRows
    return rows.read(raw)


# -- CSV -------------------------------------------------------------------------------------------


def _of_csv(content: bytes) -> Iterator[list[str]]:
    typed = _decoded(content)
    if "\0" in typed:
        raise NotATable
    reader = csv.reader(StringIO(typed, newline=""), delimiter=_delimiter(typed))
    try:
        for line in reader:
            # A quote that never closes would make one cell of the rest of the file.
            yield [cell[: cells.LONGEST_CELL] for cell in line[:MOST_COLUMNS]]
    except csv.Error as error:
        raise NotATable from error


def _decoded(content: bytes) -> str:
    """UTF-8 where it is; otherwise Windows' Western letters, of which Latin-1's printable ones are
    a part. The five bytes that Windows leaves open are Latin-1's control characters there."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What Excel calls "Unicode text".
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise NotATable from error
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _delimiter(typed: str) -> str:
    """The one that the line of names has most of: it stands in no name of a column."""
    line = next((one for one in typed.splitlines() if one.strip(" \t,;")), "")
    return max(_DELIMITERS, key=line.count)


# -- XLSX ------------------------------------------------------------------------------------------


def _of_xlsx(content: bytes) -> list[list[str]]:
    try:
        _check_parts(content)
        return _sheet(content)
    except RegistryRefused:
        raise
    except Exception as error:
        # Whatever the library stumbles over in what somebody made up, it is no spreadsheet.
        raise NotATable from error


def _check_parts(content: bytes) -> None:
    """Raises FileTooLarge for what unpacks to too much, whatever sizes it tells, and NotATable for
    XML that declares entities: the library would unfold them."""
    unpacked = 0
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise NotATable
        for part in parts:
            if unpacked + part.file_size > LARGEST_UNPACKED:
                raise FileTooLarge(LARGEST_UNPACKED // _MEGABYTE)
            is_xml = part.filename.endswith((".xml", ".rels"))
            tail = b""
            with archive.open(part) as stream:
                while block := stream.read(_BLOCK):
                    unpacked += len(block)
                    if unpacked > LARGEST_UNPACKED:
                        raise FileTooLarge(LARGEST_UNPACKED // _MEGABYTE)
                    # In another encoding than UTF-8 the declaration would not be seen.
                    if is_xml and (b"\0" in block or b"<!DOCTYPE" in tail + block):
                        raise NotATable
                    tail = block[-16:]


def _sheet(content: bytes) -> list[list[str]]:
    """The first sheet that shows; formulas as the values that they had when it was saved."""
    book = openpyxl.load_workbook(
        BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    try:
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        # The size that a sheet tells of itself may be anything.
        sheet.reset_dimensions()
        table: list[list[str]] = []
        for line in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            # Some blank rows lead to the names; one more than fit is told from as many as fit.
            if len(table) > MOST_ROWS + 100:
                raise TooManyRows(MOST_ROWS)
            table.append([cells.as_text(cell)[: cells.LONGEST_CELL] for cell in line])
        return table
    finally:
        book.close()
