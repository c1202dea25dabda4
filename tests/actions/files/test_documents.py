"""PDF documents: their pages go over, and nothing that acts."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
)

from actions.files.checking import LARGEST, checked
from actions.files.documents import MOST_PAGES
from actions.files.errors import Encrypted, FileRefused, TooLarge, TooManyPages, Unreadable
from tests.actions.files.samples import document, drawing, javascript, named, numbers, written

ACTING = (
    *(b"JavaScript", b"/JS", b"attack", b"Launch", b"EmbeddedFile", b"Filespec", b"OpenAction"),
    *(b"/AA", b"SubmitForm", b"GoToR", b"AcroForm", b"/XFA", b"RichMedia", b"/AF", b"Metadata"),
)


def remade(writer: PdfWriter) -> bytes:
    return checked("x.pdf", written(writer)).content


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content), strict=True)


def annotate(writer: PdfWriter, annotation: DictionaryObject, page: int = 0) -> None:
    annotation[NameObject("/Type")] = NameObject("/Annot")
    there = writer.pages[page]
    known = there.get("/Annots", ArrayObject())
    there[NameObject("/Annots")] = ArrayObject(
        [*list.__iter__(known), writer._add_object(annotation)]
    )


def test_pages_go_over_as_they_are() -> None:
    writer = document(3)
    writer.pages[1].rotate(90)
    pages = read(remade(writer)).pages
    assert [page.get("/Rotate", 0) for page in pages] == [0, 90, 0]
    for place, page in enumerate(pages):
        assert [float(one) for one in page.mediabox] == [0, 0, 200, 100]
        drawn = page.get_contents()
        assert drawn is not None
        assert f"{place} 0 20 20 re" in drawn.get_data().decode()


def test_what_pages_inherit_goes_over() -> None:
    writer = document()
    root = writer.root_object["/Pages"]
    assert isinstance(root, DictionaryObject)
    for key in ("/MediaBox", "/Resources"):
        del writer.pages[0][key]
    root[NameObject("/MediaBox")] = numbers(0, 0, 321, 123)
    root[NameObject("/Resources")] = named(
        Font=named(F1=named(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica"))
    )
    (page,) = read(remade(writer)).pages
    assert float(page.mediabox.width) == 321
    assert "/F1" in page["/Resources"]["/Font"]  # type: ignore[index]


def _opening(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = javascript()


def _closing(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AA")] = named(WC=javascript())


def _in_names(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/Names")] = named(
        JavaScript=named(Names=ArrayObject([NameObject("/a"), javascript()]))
    )


def _of_a_page(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/AA")] = named(O=javascript())


def _embedded(writer: PdfWriter) -> None:
    writer.add_attachment("attack.exe", b"MZ attack")


def _attached(writer: PdfWriter) -> None:
    file = writer._add_object(drawing("MZ attack", Type="/EmbeddedFile"))
    spec = named(Type="/Filespec", F="attack.exe", EF=named(F=file))
    annotate(
        writer,
        named(Subtype="/FileAttachment", FS=spec, Rect=numbers(0, 0, 9, 9), Contents="attack"),
    )


def _in_a_link(writer: PdfWriter) -> None:
    annotate(writer, named(Subtype="/Link", Rect=numbers(0, 0, 9, 9), A=javascript()))


def _launching(writer: PdfWriter) -> None:
    action = named(S="/Launch", F="attack.exe", Win=named(F="attack.exe", P="/c attack"))
    annotate(writer, named(Subtype="/Link", Rect=numbers(0, 0, 9, 9), A=action))


def _elsewhere(writer: PdfWriter) -> None:
    action = named(S="/GoToR", F="\\\\attack\\share\\x.pdf")
    annotate(writer, named(Subtype="/Link", Rect=numbers(0, 0, 9, 9), A=action))


def _script_address(writer: PdfWriter) -> None:
    for address in ("javascript:attack()", "file:///attack", "data:text/html,attack", "//attack"):
        action = named(S="/URI", URI=address)
        annotate(writer, named(Subtype="/Link", Rect=numbers(0, 0, 9, 9), A=action))


def _in_a_form(writer: PdfWriter) -> None:
    field = named(
        Subtype="/Widget",
        FT="/Tx",
        T="attack",
        Rect=numbers(0, 0, 9, 9),
        AA=named(K=javascript(), F=javascript()),
        A=named(S="/SubmitForm", F="http://attack.example"),
    )
    annotate(writer, field)
    writer.root_object[NameObject("/AcroForm")] = named(
        Fields=writer.pages[0]["/Annots"], XFA="attack"
    )


def _in_what_is_seen(writer: PdfWriter) -> None:
    looks = drawing(
        "0 0 5 5 re f",
        Subtype="/Form",
        BBox=numbers(0, 0, 9, 9),
        AF=ArrayObject([named(Type="/Filespec", F="attack")]),
        Resources=named(Properties=named(P=named(Next=javascript()))),
    )
    annotate(
        writer,
        named(Subtype="/Stamp", Rect=numbers(0, 0, 9, 9), AP=named(N=writer._add_object(looks))),
    )


def _in_resources(writer: PdfWriter) -> None:
    carried = writer._add_object(drawing("MZ attack", Type="/EmbeddedFile"))
    hidden = named(
        Font=named(F1=writer._add_object(named(Type="/Font", Loose=javascript()))),
        Properties=named(P=named(Type="/Filespec", EF=named(F=carried), F="attack")),
        XObject=named(
            X=writer._add_object(
                drawing("", Subtype="/Form", BBox=numbers(0, 0, 1, 1), F="attack.bin")
            )
        ),
    )
    writer.pages[0][NameObject("/Resources")] = hidden


def _in_layers(writer: PdfWriter) -> None:
    layer = writer._add_object(named(Type="/OCG", Name="capa", Loose=javascript()))
    writer.root_object[NameObject("/OCProperties")] = named(
        OCGs=ArrayObject([layer]), D=named(OFF=ArrayObject([layer]))
    )


def _in_an_outline(writer: PdfWriter) -> None:
    item = writer.add_outline_item(title="attack", page_number=0).get_object()
    assert isinstance(item, DictionaryObject)
    item[NameObject("/A")] = javascript()


def _about_it(writer: PdfWriter) -> None:
    writer.add_metadata({"/Author": "attack"})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(
        drawing("attack", Type="/Metadata", Subtype="/XML")
    )


ATTACKS = (
    *(_opening, _closing, _in_names, _of_a_page, _embedded, _attached, _in_a_link, _launching),
    *(_elsewhere, _script_address, _in_a_form, _in_what_is_seen, _in_resources, _in_layers),
    *(_in_an_outline, _about_it),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.__name__))
def test_whatever_acts_or_is_carried_is_left_behind(attack) -> None:  # type: ignore[no-untyped-def]
    writer = document(2)
    attack(writer)
    before = written(writer)
    assert b"attack" in before
    after = checked("x.pdf", before).content
    assert [word for word in ACTING if word in after] == []
    assert len(read(after).pages) == 2


def test_a_name_in_disguise_is_known_all_the_same() -> None:
    writer = document()
    _of_a_page(writer)
    _in_resources(writer)
    plain = written(writer)
    disguised = plain.replace(b"/JavaScript", b"/J#61v#61Script")
    assert disguised != plain
    after = checked("x.pdf", disguised).content
    assert [word for word in (*ACTING, b"#61") if word in after] == []


def test_what_stood_above_the_page_becomes_part_of_it() -> None:
    writer = document()
    value = drawing("1 0 0 rg 0 0 10 10 re f", BBox=numbers(0, 0, 10, 10))
    on, off = drawing("ON", BBox=numbers(0, 0, 1, 1)), drawing("OFF", BBox=numbers(0, 0, 1, 1))
    annotate(
        writer,
        named(
            Subtype="/Widget",
            FT="/Tx",
            Rect=numbers(50, 20, 150, 40),
            AP=named(N=writer._add_object(value)),
        ),
    )
    annotate(
        writer,
        named(
            Subtype="/Widget",
            FT="/Btn",
            AS="/Sí",
            Rect=numbers(0, 0, 5, 5),
            AP=named(N=named(Sí=writer._add_object(on), Off=writer._add_object(off))),
        ),
    )
    unseen = drawing("UNSEEN", BBox=numbers(0, 0, 1, 1))
    annotate(
        writer,
        named(
            Subtype="/Stamp",
            F=NumberObject(2),
            Rect=numbers(0, 0, 5, 5),
            AP=named(N=writer._add_object(unseen)),
        ),
    )
    after = remade(writer)
    (page,) = read(after).pages
    assert "/Annots" not in page
    drawn = page.get_contents()
    assert drawn is not None
    commands = drawn.get_data().decode()
    # Ten units wide and high: drawn 100 wide and 20 high, its corner at 50, 20.
    assert "q 10.00000 0 0 2.00000 50.00000 20.00000 cm /Mark0 Do Q" in commands
    assert commands.index("0 0 20 20 re") < commands.index("/Mark0 Do")
    marks = page["/Resources"]["/XObject"]  # type: ignore[index]
    assert [marks[name].get_data() for name in ("/Mark0", "/Mark1")] == [
        b"1 0 0 rg 0 0 10 10 re f",
        b"ON",
    ]
    assert b"UNSEEN" not in after


def test_marks_of_one_page_show_on_no_other() -> None:
    writer = document(2)
    shared = writer._add_object(named(ProcSet=ArrayObject([NameObject("/PDF")])))
    for page in writer.pages:
        page[NameObject("/Resources")] = shared
    looks = writer._add_object(drawing("MARK", BBox=numbers(0, 0, 1, 1)))
    annotate(writer, named(Subtype="/Stamp", Rect=numbers(0, 0, 5, 5), AP=named(N=looks)))
    first, second = read(remade(writer)).pages
    assert "/Mark0" in first["/Resources"]["/XObject"]  # type: ignore[index]
    assert "/XObject" not in second["/Resources"]  # type: ignore[operator]


def test_links_to_the_web_stay() -> None:
    writer = document()
    action = named(S="/URI", URI="https://www.marn.gob.sv/tramites?a=1", Next=javascript())
    annotate(writer, named(Subtype="/Link", Rect=numbers(1, 2, 3, 4), A=action))
    after = remade(writer)
    (page,) = read(after).pages
    (link,) = page["/Annots"]  # type: ignore[misc]
    made = link.get_object()
    assert made["/A"] == {"/S": "/URI", "/URI": "https://www.marn.gob.sv/tramites?a=1"}
    assert [float(one) for one in made["/Rect"]] == [1, 2, 3, 4]
    assert b"JavaScript" not in after


def test_layers_that_were_switched_off_stay_so() -> None:
    writer = document()
    layer = writer._add_object(named(Type="/OCG", Name="borrador"))
    writer.root_object[NameObject("/OCProperties")] = named(
        OCGs=ArrayObject([layer]), D=named(OFF=ArrayObject([layer]))
    )
    writer.pages[0][NameObject("/Resources")] = named(Properties=named(L0=layer))
    reader = read(remade(writer))
    layers = reader.root_object["/OCProperties"]
    off = layers["/D"]["/OFF"]  # type: ignore[index]
    used = reader.pages[0]["/Resources"]["/Properties"].raw_get("/L0")  # type: ignore[index]
    assert isinstance(used, IndirectObject)
    assert list.__getitem__(off, 0).idnum == used.idnum


def test_what_is_protected_is_refused_also_where_it_opens_without_a_password() -> None:
    for password in ("secreto", ""):
        writer = document()
        writer.encrypt(password, "dueño", algorithm="AES-256")
        with pytest.raises(Encrypted) as refused:
            checked("carta.pdf", written(writer))
        assert "contraseña" in str(refused.value)


def test_what_hangs_on_a_document_is_left_behind() -> None:
    both = written(document()) + b"PK\x03\x04 attack <script>"
    after = checked("x.pdf", both).content
    assert b"attack" not in after
    assert after.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.4\n" + b"\0" * 1000,
        written(document())[:200],
        written(PdfWriter()),
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 50_000 + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    ],
)
def test_what_is_no_document_is_told_as_such(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        checked("rota.pdf", content)
    assert isinstance(refused.value, Unreadable)
    assert "«rota.pdf»" in str(refused.value)


def test_pages_without_end_are_refused() -> None:
    many = document(1)
    root = many.root_object["/Pages"]
    assert isinstance(root, DictionaryObject)
    kid = list.__getitem__(root["/Kids"], 0)  # type: ignore[arg-type]
    root[NameObject("/Kids")] = ArrayObject([kid] * 5_000)
    with pytest.raises(TooManyPages):
        checked("x.pdf", written(many))

    circle = document(1)
    root = circle.root_object["/Pages"]
    assert isinstance(root, DictionaryObject)
    reference = root.indirect_reference
    assert reference is not None
    root[NameObject("/Kids")] = ArrayObject([reference, reference])
    with pytest.raises(FileRefused):
        checked("x.pdf", written(circle))


def test_as_many_pages_as_are_taken_go() -> None:
    assert len(read(remade(document(MOST_PAGES))).pages) == MOST_PAGES
    with pytest.raises(TooManyPages):
        remade(document(MOST_PAGES + 1))


def test_a_document_that_is_too_heavy_is_refused() -> None:
    writer = document()
    writer.pages[0][NameObject("/Contents")] = writer._add_object(drawing("0 g " * LARGEST))
    with pytest.raises(TooLarge):
        checked("x.pdf", written(writer))
