"""What staff may send: judged by its content, and made anew."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from actions.files import images
from actions.files.checking import JPEG, LARGEST, PDF, PNG, checked
from actions.files.errors import (
    FileRefused,
    NotAccepted,
    TooLarge,
    TooManyPixels,
    Unreadable,
)
from tests.actions.files.samples import document, picture, written

SCRIPT = b"<script>alert('attack')</script>"


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (picture("JPEG"), JPEG, "foto.jpg"),
        (picture("PNG"), PNG, "foto.png"),
        (picture("WEBP"), JPEG, "foto.jpg"),
        (picture("WEBP", mode="RGBA"), PNG, "foto.png"),
        (picture("PNG", mode="RGBA"), PNG, "foto.png"),
        (picture("PNG", mode="LA"), PNG, "foto.png"),
        (picture("PNG", mode="1"), PNG, "foto.png"),
        (picture("JPEG", mode="CMYK"), JPEG, "foto.jpg"),
        (written(document()), PDF, "foto.pdf"),
    ],
)
def test_what_it_is_shows_in_its_content_and_not_in_its_name(
    content: bytes, media_type: str, name: str
) -> None:
    for told in ("foto.exe", "foto.pdf", "foto.jpg"):
        clean = checked(told, content)
        assert (clean.media_type, clean.name) == (media_type, name)
    if media_type != PDF:
        assert opened(clean.content).size == (40, 30)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SCRIPT,
        b"MZ\x90\x00" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        b"GIF89a" + SCRIPT,
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
        b"BM" + b"\0" * 60,
        b"RIFF\x10\0\0\0WAVEfmt ",
        # Readers look for the mark of a PDF further down as well; whoever sends one so hides it.
        b"<html>" + written(document()),
        b" " + picture(),
    ],
)
def test_anything_else_is_refused_whatever_it_is_called(content: bytes) -> None:
    for name in ("foto.jpg", "carta.pdf", ""):
        with pytest.raises(NotAccepted) as refused:
            checked(name, content)
        assert "PDF" in str(refused.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_on_a_picture_is_left_behind(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "attack in a description"
    exif[0x8825] = {1: "N", 2: (13.0, 41.0, 0.0)}
    content = picture(kind, exif=exif, xmp=b"<x:attack/>") + b"PK\x03\x04attack" + SCRIPT
    assert b"attack" in content
    clean = checked("x", content)
    for word in (b"attack", b"script", b"PK\x03\x04", b"Exif", b"xmp", b"XMP"):
        assert word not in clean.content
    again = opened(clean.content)
    assert not again.getexif()
    assert not again.info.keys() - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_text_in_a_picture_is_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Comment", "attack")
    told.add_itxt("Where", "attack")
    clean = checked("x", picture("PNG", pnginfo=told))
    assert b"attack" not in clean.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_lies_on_its_side_is_set_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned by 90 degrees clockwise: its left becomes its top.
    upright = opened(checked("x", picture(kind, exif=exif)).content).convert("RGB")
    assert upright.size == (30, 40)
    top, bottom = upright.getpixel((15, 5)), upright.getpixel((15, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_what_is_seen_through_stays_so() -> None:
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    out = BytesIO()
    clear.save(out, "PNG")
    assert opened(checked("x", out.getvalue()).content).getpixel((5, 5)) == (255, 0, 0, 0)
    palette = Image.new("P", (10, 10), 0)
    out = BytesIO()
    palette.save(out, "PNG", transparency=0)
    pixel = opened(checked("x", out.getvalue()).content).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_of_a_moving_picture_the_first_image_stays() -> None:
    first, second = Image.new("RGB", (10, 10), "red"), Image.new("RGB", (10, 10), "blue")
    out = BytesIO()
    first.save(out, "WEBP", save_all=True, append_images=[second], lossless=True)
    still = opened(checked("x", out.getvalue()).content)
    assert getattr(still, "n_frames", 1) == 1
    pixel = still.convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 1), (40_001, 1_000)])
def test_a_small_file_that_unpacks_into_a_huge_picture_is_refused_unopened(
    size: tuple[int, int],
) -> None:
    if size[0] * size[1] <= images.MOST_PIXELS:
        pytest.fail("no huge picture")
    bomb = _png(*size, zlib.compress(b"\0" * 1_000_000, 9))
    assert len(bomb) < 10_000
    with pytest.raises(TooManyPixels) as refused:
        checked("bomba.png", bomb)
    assert "40 megapíxeles" in str(refused.value)


def test_a_text_that_unpacks_into_a_huge_one_is_refused() -> None:
    head, tail = picture("PNG")[:33], picture("PNG")[33:]
    text = b"Comment\0\0" + zlib.compress(b"x" * 200_000_000, 9)
    body = b"zTXt" + text
    bomb = head + struct.pack(">I", len(text)) + body + struct.pack(">I", zlib.crc32(body)) + tail
    assert len(bomb) < 300_000
    with pytest.raises(FileRefused):
        checked("bomba.png", bomb)


def test_a_picture_of_the_most_pixels_goes() -> None:
    clean = checked("x", picture("PNG", (8_000, 5_000)))
    assert opened(clean.content).size == (8_000, 5_000)


def test_a_broken_picture_is_told_as_such() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture(kind, (400, 300))
        for content in (whole[: len(whole) // 2], whole[:12] + b"\xff" * 200):
            with pytest.raises(FileRefused) as refused:
                checked("rota.jpg", content)
            assert isinstance(refused.value, Unreadable | NotAccepted)


def test_more_bytes_than_are_taken_are_not_even_looked_at() -> None:
    with pytest.raises(TooLarge) as refused:
        checked("grande.jpg", picture() + b"\0" * LARGEST)
    assert "5 MB" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Resolución 12-2026 (final).JPG", "Resolución 12-2026 (final).jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\rosa\\foto.png", "foto.jpg"),
        ("foto.php.jpg", "foto-php.jpg"),
        ("factura\u202egpj.exe", "facturagpj.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie- x-1.jpg"),
        ('"><script>alert(1)</script>.jpg', "script.jpg"),
        ("\0nada\0.jpg", "nada.jpg"),
        ("..", "imagen.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("", "imagen.jpg"),
        ("   .jpg", "imagen.jpg"),
        ("%2e%2e%2fx.jpg", "2e-2e-2fx.jpg"),
        ("\ud800x.jpg", "x.jpg"),
        ("ñ" * 300 + ".jpg", "ñ" * 80 + ".jpg"),
        ("n\u0303.jpg", "ñ.jpg"),
    ],
)
def test_a_name_is_made_harmless(name: str, kept: str) -> None:
    assert checked(name, picture()).name == kept


def test_the_same_file_has_the_same_digest() -> None:
    one, other = checked("a.jpg", picture()), checked("b.jpg", picture())
    assert one.sha256 == other.sha256 != checked("a.png", picture("PNG")).sha256
