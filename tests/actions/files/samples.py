"""Files as staff may choose them, honest and not."""

from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **saved: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    mode = saved.pop("mode", "RGB")
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    if mode == "RGBA":
        image.putalpha(128)
    out = BytesIO()
    image.save(out, kind, **saved)
    return out.getvalue()


def named(**entries: Any) -> DictionaryObject:
    """A PDF dictionary; values are PDF objects, or texts: "/Name" or a string."""
    made = DictionaryObject()
    for key, value in entries.items():
        if isinstance(value, str):
            value = NameObject(value) if value.startswith("/") else TextStringObject(value)
        made[NameObject(f"/{key}")] = value
    return made


def numbers(*values: float) -> ArrayObject:
    return ArrayObject([FloatObject(value) for value in values])


def javascript(code: str = "app.alert('attack')") -> DictionaryObject:
    """An action that runs a script."""
    return named(S="/JavaScript", JS=code)


def drawing(commands: str, **entries: Any) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(commands.encode())
    stream.update(named(**entries))
    return stream


def document(pages: int = 1) -> PdfWriter:
    """A document with a coloured rectangle on each page."""
    writer = PdfWriter()
    for place in range(pages):
        page = writer.add_blank_page(width=200, height=100)
        page[NameObject("/Contents")] = writer._add_object(
            drawing(f"0.25 0.5 0.75 rg {place} 0 20 20 re f")
        )
    return writer


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
