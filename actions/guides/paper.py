"""A page that a phone shows well: its size, letters and colours, and words set on it.

Lengths are millimetres, sizes of letters points. The letters are Roboto's, of the package
``font_roboto``; those used are embedded, so that every phone shows the same and no reader lacks a
character such as "−" or "≤".
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import font_roboto
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode, XPos, YPos

WIDTH: Final = 148.0
HEIGHT: Final = 210.0
SIDE: Final = 13.0
TOP: Final = 15.0
BOTTOM: Final = 18.0
INNER: Final = WIDTH - 2 * SIDE
LOWEST: Final = HEIGHT - BOTTOM

Colour = tuple[int, int, int]
DEEP: Final[Colour] = (11, 90, 85)
BRIGHT: Final[Colour] = (42, 168, 160)
SUN: Final[Colour] = (245, 181, 62)
EARTH: Final[Colour] = (196, 92, 38)
INK: Final[Colour] = (20, 33, 31)
SOFT: Final[Colour] = (78, 95, 91)
LINE: Final[Colour] = (208, 219, 215)
MIST: Final[Colour] = (234, 243, 240)
WARN: Final[Colour] = (91, 59, 0)
WARN_BACK: Final[Colour] = (255, 238, 204)
WHITE: Final[Colour] = (255, 255, 255)

_FONT: Final = "Roboto"
_FONTS: Final = Path(font_roboto.font_directory)
_ZONE: Final = ZoneInfo("America/El_Salvador")
_CORNER: Final = 2.0
_POINT: Final = 25.4 / 72
# A figure and its sign stay on one line.
_BEFORE_SIGN: Final = re.compile(r"(?<=[0-9]) (?=%)")
_EQUIVALENT: Final = {"→": "->", "←": "<-", "⇒": "=>", "✓": "•", "✔": "•", "☐": "•", "‑": "-"}


@dataclass(frozen=True, slots=True)
class Style:
    """How words look: points, colour, weight; ``leading`` is a line's height over the size."""

    size: float
    colour: Colour = INK
    bold: bool = False
    leading: float = 1.38

    @property
    def line(self) -> float:
        """The height of a line."""
        return self.size * _POINT * self.leading


BODY: Final = Style(13)
STRONG: Final = Style(13, bold=True)
SMALL: Final = Style(10.5, SOFT, leading=1.28)
FOOT: Final = Style(9.5, SOFT, leading=1.2)


def printable(words: str, known: Container[int]) -> str:
    """``words`` in characters whose code points are ``known``: what is not there is written in
    a like way (a letter without its rare accent, an arrow in hyphens) or, with none, left out."""
    composed = unicodedata.normalize("NFC", words)
    return "".join(_shown(character, known) for character in composed)


def _shown(character: str, known: Container[int]) -> str:
    # Fonts have glyphs for tabs and the like, of whatever width.
    control = unicodedata.category(character) == "Cc"
    if character == "\n" or (ord(character) in known and not control):
        return character
    if character.isspace():
        return " "
    if control:
        return ""
    likeness = _EQUIVALENT.get(character) or unicodedata.normalize("NFKD", character)
    return "".join(one for one in likeness if ord(one) in known)


class Paper(FPDF):
    """A document being set, from top to bottom. The same calls on the same day give the same
    bytes: nothing in it comes from the clock."""

    def __init__(self, title: str, day: date, pages: int = 0) -> None:
        """``pages``: how many there will be, as far as known; the foot of each tells it."""
        super().__init__(unit="mm", format=(WIDTH, HEIGHT))
        self.set_margins(SIDE, TOP, SIDE)
        self.c_margin = 0
        # No words of ours stand for the number of pages.
        self.alias_nb_pages("")
        # Pages are broken between pieces; this is for a piece that is longer than a page. A little
        # later than there, so that rounding never breaks what was found to fit.
        self.set_auto_page_break(True, BOTTOM - 1)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font(_FONT, style, _FONTS / f"Roboto-{name}.ttf")
        self._known: Container[int] = self.fonts[_FONT.lower()].cmap  # type: ignore[union-attr]
        self._heading = title
        self._pages = pages
        self.lowest = LOWEST
        self.set_title(title)
        self.set_author("Ministerio de Medio Ambiente y Recursos Naturales (MARN), El Salvador")
        self.set_creator("Torogoz")
        self.set_lang("es-SV")
        self.set_creation_date(datetime.combine(day, time(), _ZONE))
        self.set_display_mode("fullwidth", "continuous")

    def footer(self) -> None:
        """The guide's title and "n de m" under each page but the first."""
        if self.page_no() == 1:
            return
        y = HEIGHT - 12.5
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        self.line(SIDE, y, WIDTH - SIDE, y)
        number = f"{self.page_no()} de {self._pages}"
        self.set_xy(SIDE, y + 1.8)
        self._ink(FOOT)
        self.cell(INNER, FOOT.line, number, align=Align.R)
        name = printable(f"Torogoz · {self._heading}", self._known)
        while self.get_string_width(name) > INNER - 24:
            name = f"{name[:-2].rstrip()}…"
        self.set_xy(SIDE, y + 1.8)
        self.cell(INNER - 24, FOOT.line, name)

    def room(self, height: float) -> None:
        """Goes on to a new page unless so much is free on this one, or it is still empty."""
        if self.y > TOP + 0.1 and self.y + height > self.lowest:
            self.turn()

    def turn(self) -> None:
        """Goes on to a new page."""
        self.add_page()
        self.lowest = LOWEST

    @contextmanager
    def unbroken(self) -> Iterator[None]:
        """For the time of the block words may stand in the place of the foot."""
        self.set_auto_page_break(False)
        try:
            yield
        finally:
            self.set_auto_page_break(True, BOTTOM - 1)

    def gap(self, height: float) -> None:
        """White space, none at the head of a page."""
        if self.y > TOP + 0.1:
            self.y += height

    def height_of(self, words: str, style: Style, width: float = INNER) -> float:
        """How high words stand when they are set as wide as ``width``."""
        return self._set(words, style, self.l_margin, width, Align.L, dry=True)

    def say(
        self,
        words: str,
        style: Style,
        *,
        x: float = SIDE,
        width: float = INNER,
        align: Align = Align.L,
    ) -> None:
        """Words from here downwards; what comes next stands below them."""
        self._set(words, style, x, width, align, dry=False)

    def say_beside(self, words: str, style: Style, *, x: float, width: float) -> None:
        """Words that stand at this height without moving on: something else follows beside."""
        y = self.y
        self._set(words, style, x, width, Align.L, dry=False)
        self.y = y

    def ground(self, height: float, colour: Colour) -> None:
        """A coloured ground from here downwards, to be written on; the place stays."""
        self.set_fill_color(*colour)
        self.rect(SIDE, self.y, INNER, height, style="F", round_corners=True, corner_radius=_CORNER)

    def _set(
        self, words: str, style: Style, x: float, width: float, align: Align, *, dry: bool
    ) -> float:
        self._ink(style)
        self.x = x
        text = printable(_BEFORE_SIGN.sub("\u00a0", words), self._known)
        height = self.multi_cell(
            width,
            style.line,
            text,
            align=align,
            wrapmode=WrapMode.WORD,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            dry_run=dry,
            output=MethodReturnValue.HEIGHT,
        )
        assert isinstance(height, float | int)
        return float(height)

    def _ink(self, style: Style) -> None:
        self.set_font(_FONT, "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)
