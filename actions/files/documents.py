"""PDF documents, written anew: their pages as they look, and nothing that acts.

Only what a page is drawn with goes over into a new document: so no JavaScript, no embedded file and
no action is left, wherever in the old one they stood. What was drawn above a page (values of a
form, the mark of a signature, a comment) becomes part of the page; links to the web stay.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    RectangleObject,
    StreamObject,
    TextStringObject,
)

from actions.files.errors import Encrypted, FileRefused, TooManyPages, Unreadable

MOST_PAGES: Final = 500

_PAGE: Final = (
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/UserUnit",
    "/Resources",
    "/Contents",
    "/Group",
)
"""What goes over of a page (ISO 32000-2, table 31)."""

_ACTING: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData"),
        *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/EmbeddedFile", "/Filespec"),
    }
)
"""Kinds of dictionaries (/S, /Type) that act or carry files. No page is drawn with them."""

_OUTSIDE: Final = ("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/AF", "/PieceInfo")
"""Keys of a stream that point out of the document, or carry what is not drawn."""

_UNSEEN: Final = 0x02 | 0x20
"""Flags of an annotation: hidden, not to be viewed."""


def rewritten(content: bytes, name: str) -> bytes:
    """The document anew; ``name`` is for the sentence.

    Raises Encrypted, TooManyPages and Unreadable.
    """
    try:
        return _rewritten(content, name)
    except FileRefused:
        raise
    except Exception as error:
        # Whatever the library stumbles over in what somebody made up, it is no document.
        raise Unreadable(name) from error


def _rewritten(content: bytes, name: str) -> bytes:
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Encrypted(name)
    if _is_longer_than(MOST_PAGES, _of(reader.root_object, "/Pages")):
        raise TooManyPages(name, MOST_PAGES)
    pages = list(reader.pages)
    if not pages:
        raise Unreadable(name)
    writer = PdfWriter()
    for page in pages:
        _draw(page, writer)
    layers = _of(reader.root_object, "/OCProperties")
    if layers is not None:
        # Without it, layers that were switched off would show.
        writer.root_object[NameObject("/OCProperties")] = _cloned(layers, writer)
    for one in [writer.get_object(number + 1) for number in range(len(writer._objects))]:
        _make_harmless(one)
    _add_links(reader, writer)
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _of(owner: DictionaryObject, key: str) -> Any:
    """What stands under a key, whether there or elsewhere in the document; None for nothing."""
    try:
        value = owner[key]
    except KeyError:
        return None
    return None if isinstance(value, NullObject) else value


def _cloned(value: PdfObject, writer: PdfWriter) -> PdfObject:
    """The value in the new document: a reference to it where it stands by itself there."""
    clone = value.clone(writer)
    assert clone is not None
    reference: IndirectObject | None = getattr(clone, "indirect_reference", None)
    return reference or clone


def _is_longer_than(most: int, root: Any) -> bool:
    """Whether a tree of pages has more leaves than that; the count that it tells may be false."""
    leaves, steps, waiting = 0, 0, [root]
    while waiting:
        steps += 1
        node = waiting.pop()
        node = node.get_object() if isinstance(node, PdfObject) else None
        kids = _of(node, "/Kids") if isinstance(node, DictionaryObject) else None
        if isinstance(kids, ArrayObject):
            waiting.extend(kids)
        else:
            leaves += 1
        # A tree that leads back into itself has no end.
        if leaves > most or steps > 4 * most or len(waiting) > 4 * most:
            return True
    return False


def _draw(page: PageObject, writer: PdfWriter) -> None:
    """Adds a page with the looks of that one."""
    drawn = writer.add_blank_page(width=1, height=1)
    for key in _PAGE:
        value = _of(page, key)
        if value is not None:
            drawn[NameObject(key)] = _cloned(value, writer)
    marks = list(_marks(page))
    if not marks:
        return
    # Of its own: pages share their resources, and each has marks of its own.
    resources = _copied(_of(drawn, "/Resources"))
    pictures = _copied(_of(resources, "/XObject"))
    drawn[NameObject("/Resources")] = resources
    resources[NameObject("/XObject")] = pictures
    painted = []
    for place, (looks, where) in enumerate(marks):
        key = f"/Mark{place}"
        while key in pictures:
            key += "x"
        form = looks.clone(writer)
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        pictures[NameObject(key)] = form.indirect_reference or writer._add_object(form)
        across, up, x, y = where
        painted.append(f"q {across:.5f} 0 0 {up:.5f} {x:.5f} {y:.5f} cm {key} Do Q")
    old = _of(drawn, "/Contents")
    before = list.__iter__(old) if isinstance(old, ArrayObject) else [drawn.raw_get("/Contents")]
    drawn[NameObject("/Contents")] = ArrayObject(
        [_stream("q", writer), *before, _stream("\nQ\n" + "\n".join(painted), writer)]
    )


def _copied(value: Any) -> DictionaryObject:
    copy = DictionaryObject()
    if isinstance(value, DictionaryObject):
        for key in value:
            copy[NameObject(key)] = value.raw_get(key)
    return copy


def _stream(commands: str, writer: PdfWriter) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(commands.encode("ascii"))
    return writer._add_object(stream)


def _annotations(page: PageObject) -> Iterator[DictionaryObject]:
    listed = _of(page, "/Annots")
    for one in listed if isinstance(listed, ArrayObject) else ():
        annotation = one.get_object()
        if isinstance(annotation, DictionaryObject):
            yield annotation


def _marks(page: PageObject) -> Iterator[tuple[StreamObject, tuple[float, float, float, float]]]:
    """What is seen above the page: its looks, and the factors and shifts that put it in its place
    (ISO 32000-2, 12.5.5, algorithm 8)."""
    for annotation in _annotations(page):
        if _of(annotation, "/Subtype") in ("/Link", "/Popup"):
            continue
        if int(_of(annotation, "/F") or 0) & _UNSEEN:
            continue
        looks = _normal_looks(annotation)
        if looks is None or "/Rect" not in annotation:
            continue
        left, bottom, right, top = _bounds(_corners(_numbers(annotation["/Rect"], 4)))
        a, b, c, d, e, f = _numbers(_of(looks, "/Matrix") or (1, 0, 0, 1, 0, 0), 6)
        moved = [
            (a * x + c * y + e, b * x + d * y + f) for x, y in _corners(_numbers(looks["/BBox"], 4))
        ]
        low_x, low_y, high_x, high_y = _bounds(moved)
        if high_x <= low_x or high_y <= low_y:
            continue
        across, up = (right - left) / (high_x - low_x), (top - bottom) / (high_y - low_y)
        yield looks, (across, up, left - across * low_x, bottom - up * low_y)


def _normal_looks(annotation: DictionaryObject) -> StreamObject | None:
    kinds = _of(annotation, "/AP")
    looks = _of(kinds, "/N") if isinstance(kinds, DictionaryObject) else None
    if isinstance(looks, DictionaryObject) and not isinstance(looks, StreamObject):
        # A box that is ticked or not has one for each state.
        looks = _of(looks, str(_of(annotation, "/AS")))
    return looks if isinstance(looks, StreamObject) and "/BBox" in looks else None


def _numbers(value: Any, count: int) -> list[float]:
    read: list[Any] = [one.get_object() if isinstance(one, PdfObject) else one for one in value]
    numbers = [float(one) for one in read]
    if len(numbers) != count:
        raise ValueError("a rectangle or matrix of another length")
    return numbers


def _corners(rectangle: list[float]) -> list[tuple[float, float]]:
    x, y, u, v = rectangle
    return [(x, y), (x, v), (u, y), (u, v)]


def _bounds(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _make_harmless(value: Any) -> None:
    """Empties, in one object of the new document, whatever acts or carries files."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            if _of(one, "/S") in _ACTING or _of(one, "/Type") in _ACTING:
                one.clear()
                if isinstance(one, StreamObject):
                    StreamObject.set_data(one, b"")
                continue
            if isinstance(one, StreamObject):
                for key in _OUTSIDE:
                    one.pop(NameObject(key), None)
            waiting.extend(one.raw_get(key) for key in one)
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))


def _add_links(reader: PdfReader, writer: PdfWriter) -> None:
    """Puts links to the web back, each made of its address and its place only."""
    for page, drawn in zip(reader.pages, writer.pages, strict=True):
        links = ArrayObject()
        for annotation in _annotations(page):
            address = _web_address(annotation)
            if address is None or "/Rect" not in annotation:
                continue
            link = DictionaryObject()
            link[NameObject("/Type")] = NameObject("/Annot")
            link[NameObject("/Subtype")] = NameObject("/Link")
            link[NameObject("/Rect")] = RectangleObject(
                tuple(FloatObject(one) for one in _numbers(annotation["/Rect"], 4))
            )
            link[NameObject("/Border")] = ArrayObject([NumberObject(0)] * 3)
            action = DictionaryObject()
            action[NameObject("/S")] = NameObject("/URI")
            action[NameObject("/URI")] = TextStringObject(address)
            link[NameObject("/A")] = action
            links.append(writer._add_object(link))
        if links:
            drawn[NameObject("/Annots")] = links


def _web_address(annotation: DictionaryObject) -> str | None:
    action = _of(annotation, "/A")
    if _of(annotation, "/Subtype") != "/Link" or not isinstance(action, DictionaryObject):
        return None
    address = str(_of(action, "/URI") or "") if _of(action, "/S") == "/URI" else ""
    if not address.isascii() or not address.isprintable() or len(address) > 2000:
        return None
    return address if urlsplit(address).scheme in ("http", "https") else None
