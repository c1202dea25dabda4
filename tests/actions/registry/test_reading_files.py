"""Files of the registry: those that spreadsheets write, bad ones, and ones made to do harm."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registry import cells, reading_files, rules
from actions.registry.errors import (
    ColumnsMissing,
    ColumnTwice,
    FileTooLarge,
    NoRows,
    NotATable,
    RegistryRefused,
    TooManyRows,
)
from actions.registry.reading_files import MOST_ROWS, read_file
from knowledge.sectors import sectors

HEADER = ["Número de registro", "NOMBRE", "Categoría", "Vigente desde", "Vence", "Departamento"]
GOOD = ["CA-1", "José Ñúñez", "EsIA, auditoría", "01/02/2026", "2027-01-31", "Ahuachapán"]


def _csv(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def _xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sentences(*changes: tuple[int, str]) -> list[str]:
    row = list(GOOD)
    for place, value in changes:
        row[place] = value
    return [one.sentence for one in read_file(_csv([HEADER, row])).problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(encoding: str, delimiter: str) -> None:
    found = read_file(_csv([HEADER, GOOD], encoding, delimiter))
    assert found.problems == ()
    (row,) = found.rows
    assert row.registration_number == "CA-1"
    assert row.name == "José Ñúñez"
    assert row.categories == ("estudio_impacto", "auditoria")
    assert (row.valid_from, row.valid_to) == (date(2026, 2, 1), date(2027, 1, 31))
    assert row.departments == ("Ahuachapán",)
    assert (row.kind, row.state, row.languages) == ("persona", "vigente", ("es",))


def test_our_own_titles_are_read_back_commas_and_all() -> None:
    for name, title in rules.CATEGORIES.items():
        assert cells.categories(title) == (name,)
    assert cells.categories(", ".join(rules.CATEGORIES.values())) == tuple(rules.CATEGORIES)
    assert cells.categories("Emisiones, humo y ruido, aguas") == ("emisiones", "aguas")
    for one in sectors().listed:
        assert cells.sectors_of(one.title) == (one.id,)


def test_a_spreadsheet_is_read_with_its_own_dates_and_numbers() -> None:
    header: list[object] = [*HEADER, "Remoto", "Honorarios desde", "Honorarios hasta", "Cobra por"]
    row: list[object] = [
        *(
            123,
            "Ana",
            "agua",
            datetime(2026, 2, 1),  # noqa: DTZ001
            date(2027, 1, 31),
            "todos",
        ),
        *(True, 40, 90.0, "por hora"),
    ]
    found = read_file(_xlsx([[], header, row]))
    assert found.problems == ()
    (one,) = found.rows
    assert one.registration_number == "123"
    assert (one.valid_from, one.valid_to) == (date(2026, 2, 1), date(2027, 1, 31))
    assert len(one.departments) == 14
    assert (one.remote, one.fee_min, one.fee_max, one.fee_unit) == (True, 40, 90, "hora")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ((0, ""), "Falta el número de registro."),
        ((0, "<script>"), "El número de registro no se puede leer"),
        ((1, "  "), "Falta el nombre."),
        ((1, "=HYPERLINK(1)"), "no es un nombre"),
        ((1, "Ana <script>"), "no lleva los signos < y >"),
        ((1, "x" * 201), "El nombre es demasiado largo"),
        ((2, ""), "Falta la categoría."),
        ((2, "auditoria; eficencia energetica"), "¿Quiso decir «Energía»?"),
        ((2, "zzzzqqq"), "Use: Estudio de impacto ambiental"),
        ((3, ""), "Falta la fecha en que empieza."),
        ((3, "31/02/2026"), "El 31/02/2026 no existe en el calendario"),
        ((3, "2026-13-01"), "no existe en el calendario"),
        ((3, "1/2/26"), "no es una fecha en que empieza"),
        ((4, "31/12/9999"), "El año 9999 no puede ser"),
        ((4, "2025-01-01"), "La vigencia termina antes de empezar"),
        ((5, "San Slavador"), "¿Quiso decir «San Salvador»?"),
    ],
)
def test_a_bad_row_is_told_and_its_number_is_not_taken_for_gone(
    change: tuple[int, str], sentence: str
) -> None:
    (told,) = _sentences(change)
    assert sentence in told
    row = list(GOOD)
    row[change[0]] = change[1]
    found = read_file(_csv([HEADER, row, ["CA-2", *GOOD[1:]]]))
    assert [one.row for one in found.problems] == [2]
    assert [one.registration_number for one in found.rows] == ["CA-2"]
    assert found.mentioned == (frozenset() if change[0] == 0 else {"CA-1"})


def test_a_row_is_used_without_a_bad_telephone_and_that_is_told() -> None:
    header = [*HEADER, "Estado", "Teléfono"]
    found = read_file(_csv([header, [*GOOD, "Suspendida", "llamar a Ana"]]))
    (row,) = found.rows
    assert (row.state, row.phone) == ("suspendida", None)
    (told,) = found.problems
    assert (told.column, told.is_taken) == ("Teléfono", True)
    assert told.sentence.endswith("La fila se usa, sin ese dato.")
    assert found.mentioned == frozenset()


def test_a_problem_names_its_columns_as_staff_know_them() -> None:
    found = read_file(_csv([HEADER, [*GOOD[:4], "2025-01-01", GOOD[5]]]))
    assert [one.column for one in found.problems] == ["Vigente desde, Vigente hasta"]


def test_who_only_asked_to_be_in_is_no_row_of_our_own_list() -> None:
    row = ["", "Teresa", "auditoría", "", "", ""]
    for state in ("Solicitada", "Rechazada"):
        found = read_file(_csv([[*HEADER, "Estado"], [*GOOD, "Vigente"], [*row, state]]))
        assert (len(found.rows), found.problems) == (1, ())


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    assert len(_sentences((1, ""), (2, "nada"), (3, "ayer"))) == 3


def test_a_number_that_stands_twice_is_nobodys() -> None:
    found = read_file(_csv([HEADER, GOOD, ["ca-1 ", *GOOD[1:]], ["CA-3", *GOOD[1:]]]))
    assert [(one.row, one.column) for one in found.problems] == [(2, "Número"), (3, "Número")]
    assert "(2, 3)" in found.problems[0].sentence
    assert [one.registration_number for one in found.rows] == ["CA-3"]
    assert found.mentioned == {"CA-1"}


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(ColumnsMissing) as raised:
        read_file(_csv([["nombre", "otra cosa"], ["Ana", "x"]]))
    assert raised.value.columns == ("Número", "Categorías", "Vigente desde", "Vigente hasta")


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(ColumnTwice):
        read_file(_csv([[*HEADER, "vencimiento"], [*GOOD, "x"]]))


@pytest.mark.parametrize("content", [b"", b"  \n\n", b"\xef\xbb\xbf", b",,\n,,\n"])
def test_an_empty_file_has_no_rows(content: bytes) -> None:
    with pytest.raises(NoRows):
        read_file(content)


def test_a_file_of_names_only_has_no_rows() -> None:
    with pytest.raises(NoRows):
        read_file(_csv([HEADER]))


def test_as_many_rows_as_fit_are_read_and_one_more_is_not() -> None:
    lines = [[f"CA-{number}", *GOOD[1:]] for number in range(MOST_ROWS)]
    assert len(read_file(_csv([HEADER, *lines])).rows) == MOST_ROWS
    with pytest.raises(TooManyRows):
        read_file(_csv([HEADER, *lines, ["CA-x", *GOOD[1:]]]))


# -- made to do harm -------------------------------------------------------------------------------


def test_too_many_bytes_are_not_even_looked_at() -> None:
    with pytest.raises(FileTooLarge):
        read_file(b"x" * (reading_files.LARGEST + 1))


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    """A good spreadsheet with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(_xlsx([list(HEADER), list(GOOD)]))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return _zip({**parts, name: content})


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused() -> None:
    bomb = _with_part("xl/bomb.bin", bytes(reading_files.LARGEST_UNPACKED))
    assert len(bomb) < reading_files.LARGEST
    with pytest.raises(FileTooLarge):
        read_file(bomb)


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(_with_part("xl/bomb.bin", bytes(reading_files.LARGEST_UNPACKED)))
    size = reading_files.LARGEST_UNPACKED.to_bytes(4, "little")
    lying = bytes(bomb).replace(size, (10).to_bytes(4, "little"))
    assert lying != bytes(bomb)
    with pytest.raises(RegistryRefused):
        read_file(lying)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(encoding: str) -> None:
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?>{" " * 70_000}'
        f'<!DOCTYPE sst [<!ENTITY a0 "ha">{laughs}]><sst><si><t>&a9;</t></si></sst>'
    )
    with pytest.raises(NotATable):
        read_file(_with_part("xl/sharedStrings.xml", xml.encode(encoding)))


def test_a_cell_a_million_rows_down_is_no_million_rows() -> None:
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData><row r="1">{header}</row>'
        '<row r="1048576"><c t="inlineStr"><is><t>CA-1</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(TooManyRows):
        read_file(_with_part("xl/worksheets/sheet1.xml", sheet.encode()))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 nothing of an archive",
        _zip({"a.txt": b"no spreadsheet"}),
        _xlsx([list(HEADER), list(GOOD)])[:-400],
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\n\0\0",
        b"\xff\xfe\x00",
        _csv([HEADER]) + b'"' + b"x" * 200_000,
    ],
    ids=["cut", "zip", "half", "png", "pdf", "half-utf16", "open-quote"],
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(RegistryRefused) as raised:
        read_file(content)
    assert "vuelva a subir" in str(raised.value)


def test_signs_that_are_not_seen_are_left_out() -> None:
    name = "Ana\u202e\u200b Pé\u0301rez\x07"
    (row,) = read_file(_csv([HEADER, [GOOD[0], name, *GOOD[2:]]])).rows
    assert row.name == "Ana Pérez" or row.name == "Ana Pé\u0301rez"
    assert not any(sign in row.name for sign in ("\u202e", "\u200b", "\x07"))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    for before in (b"", _csv([HEADER]), _csv([HEADER, GOOD], delimiter=";")):
        try:
            found = read_file(before + content)
        except RegistryRefused:
            continue
        assert all("\0" not in row.name for row in found.rows)
