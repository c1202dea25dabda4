"""Pictures, drawn anew: what comes out holds the pixels and nothing else of what came in."""

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from actions.files.errors import TooManyPixels, Unreadable

MOST_PIXELS: Final = 40_000_000
QUALITY: Final = 88
"""Of a JPEG that is made: beyond it files grow and nobody sees why."""

_WITH_ALPHA: Final = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


def redrawn(content: bytes, name: str) -> tuple[bytes, str]:
    """The picture, upright and without metadata, and its kind: "jpeg" or "png".

    A WebP becomes one of the two, since WhatsApp shows it as a sticker only; of an animated picture
    the first image stays. ``name`` is for the sentence. Raises TooManyPixels and Unreadable.
    """
    with warnings.catch_warnings():
        # Size is looked at here, before anything is unpacked.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise TooManyPixels(name, MOST_PIXELS)
                keeps_lines_sharp = opened.format == "PNG"
                upright = ImageOps.exif_transpose(opened)
        except TooManyPixels:
            raise
        except Image.DecompressionBombError as error:
            raise TooManyPixels(name, MOST_PIXELS) from error
        except Exception as error:
            # Whatever a decoder stumbles over in what somebody made up, it is no picture.
            raise Unreadable(name) from error
    see_through = upright.mode in _WITH_ALPHA or "transparency" in upright.info
    if keeps_lines_sharp or see_through:
        return _written(upright.convert("RGBA" if see_through else _plain_mode(upright)), "png")
    return _written(upright.convert(_plain_mode(upright)), "jpeg")


def _plain_mode(image: Image.Image) -> str:
    return "L" if image.mode in ("1", "L") else "RGB"


def _written(image: Image.Image, kind: str) -> tuple[bytes, str]:
    # Pixels go over to a picture that never had anything else.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = BytesIO()
    if kind == "png":
        bare.save(out, "PNG", optimize=True)
    else:
        bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), kind
