"""A guide as a PDF file: a cover with its contents, then its sections."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

from fpdf.enums import Align

from actions.guides import paper as look
from actions.guides.paper import BODY, INNER, LOWEST, SIDE, SMALL, STRONG, TOP, Paper, Style
from actions.guides.pieces import Example, Item, Paragraph, Piece, Row, pieces_of
from actions.guides.service import Chapter, Section, contents
from knowledge.articles import Block
from knowledge.guides import Guide
from knowledge.library import Library

PRODUCT: Final = "Torogoz"
MINISTRY: Final = "Ministerio de Medio Ambiente y Recursos Naturales (MARN)\nEl Salvador"
DISCLAIMER: Final = (
    "Esta guía es orientación del MARN y no sustituye una resolución. Lo que medís en tu empresa"
    " manda sobre cualquier rango."
)
ASK: Final = "¿Te quedó una duda? Preguntale a Torogoz en el mismo chat donde pediste esta guía."

_MONTHS: Final = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_KINDS: Final = {"sector": "GUÍA DE ECOEFICIENCIA", "handbook": "MANUAL DE FINANCIAMIENTO"}

_KIND: Final = Style(11, look.SUN, bold=True)
_BRAND: Final = Style(20, look.WHITE, bold=True, leading=1.2)
_MINISTRY: Final = Style(11, (207, 233, 228), leading=1.3)
_COVER: Final = Style(27, look.WHITE, bold=True, leading=1.18)
_LEAD: Final = Style(14, leading=1.4)
_HEADING: Final = Style(17, look.DEEP, bold=True, leading=1.22)
_CHAPTER: Final = Style(20, look.WHITE, bold=True, leading=1.2)
_LABEL: Final = Style(11, look.DEEP, bold=True)
_NOTICE: Final = Style(12, look.WARN)
_ENTRY: Final = Style(12.5, leading=1.3)
_VALUE: Final = Style(12.5, look.INK, bold=True)
_GIVEN: Final = Style(12.5)

_CHAPTER_ROOM: Final = 110.0
"""A chapter begins on a new page unless so much of one is left."""
_INDENT: Final = 7.0
_PAD: Final = 4.0
_NAMES: Final = 0.58
"""The part of an example's width that the names have; values stand in the rest."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is not broken over pages: how high it is, the white above, how it is drawn.

    ``holds_next`` keeps the one after it on the same page.
    """

    height: float
    above: float
    draw: Callable[[], None]
    holds_next: bool = False


@dataclass(slots=True)
class _Pages:
    """On which page each title stands, by its place among them, and how many pages there are."""

    of_titles: list[int]
    in_all: int


def render(guide: Guide, library: Library, day: date) -> bytes:
    """The file of a guide as of ``day``. The same articles and day give the same bytes.

    Raises NotOffered when none of its articles is served.
    """
    chapters = contents(library, guide)
    # Set twice: the contents and the feet name pages that are known at the end only.
    first, pages = _lay_out(guide, chapters, day, _Pages([], 0))
    document, _ = _lay_out(guide, chapters, day, pages)
    assert document.pages_count == first.pages_count
    return bytes(document.output())


def _lay_out(
    guide: Guide, chapters: Sequence[Chapter], day: date, pages: _Pages
) -> tuple[Paper, _Pages]:
    document = Paper(guide.title, day, pages.in_all)
    document.set_subject(guide.description)
    document.add_page()
    _cover(document, guide, chapters, day, pages)
    document.turn()
    found: list[int] = []
    for place, chapter in enumerate(chapters, 1):
        if chapter.title:
            document.room(_CHAPTER_ROOM)
            document.gap(14)
            found.append(document.page_no())
            _chapter_head(document, place, chapter.title)
        for section in chapter.sections:
            parts = list(_section(document, section, level=int(bool(chapter.title))))
            _flow(document, parts, on_first=found.append)
    closing = _closing(document)
    # It is not worth a page of its own.
    if document.y + closing.above + closing.height <= document.lowest:
        _flow(document, [closing])
    return document, _Pages(found, document.pages_count)


def _flow(
    document: Paper, parts: Sequence[_Part], on_first: Callable[[int], None] | None = None
) -> None:
    """Draws parts one below the other, on new pages where they are due."""
    for place, part in enumerate(parts):
        needed = part.above + part.height
        for held, following in pairwise(parts[place:]):
            if not held.holds_next:
                break
            needed += following.above + following.height
        # What one page cannot hold together is not held together.
        if needed > LOWEST - TOP:
            needed = part.above + part.height
        document.room(needed)
        document.gap(part.above)
        if place == 0 and on_first is not None:
            on_first(document.page_no())
        part.draw()


def _cover(
    document: Paper, guide: Guide, chapters: Sequence[Chapter], day: date, pages: _Pages
) -> None:
    title = document.height_of(guide.title, _COVER)
    height = 62 + title
    document.set_fill_color(*look.DEEP)
    document.rect(0, 0, look.WIDTH, height, style="F")
    _tail(document)
    for place, colour in enumerate((look.BRIGHT, look.SUN, look.EARTH)):
        document.set_fill_color(*colour)
        document.rect(place * look.WIDTH / 3, height, look.WIDTH / 3 + 0.2, 1.8, style="F")
    document.y = 15
    document.say(PRODUCT, _BRAND)
    document.y += 1
    document.say(MINISTRY, _MINISTRY)
    document.y = height - title - 19
    document.say(_KINDS[guide.kind], _KIND)
    document.y += 1
    document.say(guide.title, _COVER)
    document.y = height + 8
    document.say(guide.description, _LEAD)
    note = f"{DISCLAIMER}\nEdición del {day.day} de {_MONTHS[day.month - 1]} de {day.year}."
    bottom = look.HEIGHT - 12 - document.height_of(note, SMALL)
    described = document.y
    document.y = bottom
    with document.unbroken():
        document.say(note, SMALL)
    document.y = described
    document.lowest = bottom - 4
    _flow(document, list(_contents(document, chapters, pages)))


def _tail(document: Paper) -> None:
    """The two long feathers of a torogoz's tail, which end in rackets."""
    document.set_draw_color(*look.BRIGHT)
    document.set_fill_color(*look.BRIGHT)
    document.set_line_width(0.9)
    for x, lean, length in ((127.0, -4.0, 26.0), (132.5, 1.5, 33.0)):
        document.line(x, 0, x + lean, length)
        document.ellipse(x + lean - 2.6, length - 1, 5.2, 10.5, style="F")


def _contents(document: Paper, chapters: Sequence[Chapter], pages: _Pages) -> Iterator[_Part]:
    label = Style(13, look.DEEP, bold=True)
    yield _words(document, "Contenido", label, above=7, holds_next=True)
    place = 0
    for part, chapter in enumerate(chapters, 1):
        if chapter.title:
            name = f"{part}. {chapter.title}"
            yield _entry(document, name, STRONG, 0, pages, place, holds_next=True)
            place += 1
        for section in chapter.sections:
            indent = 5.0 if chapter.title else 0.0
            yield _entry(document, section.article.title, _ENTRY, indent, pages, place)
            place += 1


def _entry(
    document: Paper,
    name: str,
    style: Style,
    indent: float,
    pages: _Pages,
    place: int,
    *,
    holds_next: bool = False,
) -> _Part:
    width = INNER - indent - 12
    height = document.height_of(name, style, width)

    def draw() -> None:
        page = pages.of_titles[place] if place < len(pages.of_titles) else 0
        top = document.y
        document.say(name, style, x=SIDE + indent, width=width)
        if page:
            below, document.y = document.y, top
            document.say(str(page), style, x=SIDE + INNER - 12, width=12, align=Align.R)
            document.y = below
            document.link(SIDE, top, INNER, below - top, document.add_link(page=page))

    return _Part(height, 3.2 if style.bold else 1.6, draw, holds_next)


def _chapter_head(document: Paper, place: int, title: str) -> None:
    width = INNER - 2 * _PAD
    height = _KIND.line + document.height_of(title, _CHAPTER, width) + 2 * _PAD + 1
    document.start_section(title, level=0)
    document.ground(height, look.DEEP)
    top = document.y
    document.y += _PAD
    document.say(f"PARTE {place}", _KIND, x=SIDE + _PAD, width=width)
    document.y += 1
    document.say(title, _CHAPTER, x=SIDE + _PAD, width=width)
    document.y = top + height


def _section(document: Paper, section: Section, *, level: int) -> Iterator[_Part]:
    title = section.article.title
    height = document.height_of(title, _HEADING)

    def head() -> None:
        document.start_section(title, level=level)
        document.set_fill_color(*look.SUN)
        document.rect(SIDE, document.y, 14, 1.2, style="F")
        document.y += 3
        document.say(title, _HEADING)

    yield _Part(height + 3, 11, head, holds_next=True)
    text = [part for block in section.article.blocks for part in _block(document, block)]
    if text and (section.notice or section.sources):
        # What it rests on does not stand alone at the head of a page.
        text[-1] = replace(text[-1], holds_next=True)
    yield from text
    if section.notice:
        yield _boxed(document, section.notice, _NOTICE, look.WARN_BACK, 5, bool(section.sources))
    if section.sources:
        yield _words(document, section.sources, SMALL, above=3.5)


def _block(document: Paper, block: Block) -> Iterator[_Part]:
    above = 4.2
    for piece in pieces_of(block):
        yield from _piece(document, piece, above)
        above = 1.8


def _piece(document: Paper, piece: Piece, above: float) -> Iterator[_Part]:
    match piece:
        case Paragraph(words, leads):
            yield _words(document, words, BODY, above=above, holds_next=leads)
        case Item(mark, words):
            yield _item(document, mark, words, above)
        case Example(rows):
            yield from _example(document, rows, above)


def _words(
    document: Paper, words: str, style: Style, *, above: float, holds_next: bool = False
) -> _Part:
    height = document.height_of(words, style)
    return _Part(height, above, lambda: document.say(words, style), holds_next)


def _item(document: Paper, mark: str, words: str, above: float) -> _Part:
    width = INNER - _INDENT
    style = Style(BODY.size, look.DEEP, bold=True)

    def draw() -> None:
        document.say_beside(mark, style, x=SIDE + 1, width=_INDENT)
        document.say(words, BODY, x=SIDE + _INDENT, width=width)

    return _Part(document.height_of(words, BODY, width), above, draw)


def _boxed(
    document: Paper,
    words: str,
    style: Style,
    ground: look.Colour,
    above: float,
    holds_next: bool = False,
) -> _Part:
    width = INNER - 2 * _PAD
    height = document.height_of(words, style, width) + 2 * 2.8

    def draw() -> None:
        top = document.y
        document.ground(height, ground)
        document.y += 2.8
        document.say(words, style, x=SIDE + _PAD, width=width)
        document.y = top + height

    return _Part(height, above, draw, holds_next)


def _closing(document: Paper) -> _Part:
    return _boxed(document, ASK, Style(12, look.DEEP, bold=True), look.MIST, 10)


def _example(document: Paper, rows: Sequence[Row], above: float) -> Iterator[_Part]:
    """The box of a worked example; more than one where its rows are too many for a page."""
    most = LOWEST - TOP - above - 2 * _PAD - _LABEL.line
    some: list[Row] = []
    height = 0.0
    for row in rows:
        one = _row_height(document, row)
        if some and height + one > most:
            yield _box(document, tuple(some), height, above)
            some, height = [], 0.0
        some.append(row)
        height += one
    yield _box(document, tuple(some), height, above)


def _box(document: Paper, rows: Sequence[Row], height: float, above: float) -> _Part:
    whole = height + 2 * _PAD + _LABEL.line

    def draw() -> None:
        top = document.y
        document.ground(whole, look.MIST)
        document.y += _PAD - 0.5
        document.say("Ejemplo", _LABEL, x=SIDE + _PAD, width=INNER - 2 * _PAD)
        for row in rows:
            _draw_row(document, row)
        document.y = top + whole

    return _Part(whole, above, draw)


_ROW_ABOVE: Final = 1.6
_VALUES_WIDTH: Final = (INNER - 2 * _PAD) * (1 - _NAMES) - 3
_NAMES_WIDTH: Final = (INNER - 2 * _PAD) * _NAMES


def _row_height(document: Paper, row: Row) -> float:
    style = _VALUE if row.formula else _GIVEN
    line = max(
        document.height_of(row.name, style, _NAMES_WIDTH),
        document.height_of(row.value, style, _VALUES_WIDTH),
    )
    below = document.height_of(row.formula, SMALL, INNER - 2 * _PAD) if row.formula else 0.0
    return line + below + _ROW_ABOVE


def _draw_row(document: Paper, row: Row) -> None:
    style = _VALUE if row.formula else _GIVEN
    document.y += _ROW_ABOVE
    left, top = SIDE + _PAD, document.y
    document.say(row.name, style, x=left, width=_NAMES_WIDTH)
    below, document.y = document.y, top
    # Names first: who copies the text or has it read aloud gets it in this order.
    document.say(row.value, style, x=left + _NAMES_WIDTH + 3, width=_VALUES_WIDTH, align=Align.R)
    document.y = max(document.y, below)
    if row.formula:
        document.say(f"= {row.formula}", SMALL, x=left, width=INNER - 2 * _PAD)
