"""Guides as PDF files, read back with another program's eyes."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import font_roboto
import pytest
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from actions.guides import paper
from actions.guides.paper import printable
from actions.guides.pdf import render
from actions.guides.pieces import Example, Item, Paragraph, Row, pieces_of
from actions.guides.service import CONFIRM, CONFIRM_CREDIT, NotOffered, contents, offered
from knowledge.articles import Article, Block, parse_article
from knowledge.guides import Guide, guides
from knowledge.library import Library

DAY = date(2026, 11, 29)
MOST_BYTES = 300_000
LETTERS = frozenset(TTFont(Path(font_roboto.font_directory) / "Roboto-Regular.ttf").getBestCmap())
HEAD = "---\ntitle: {title}\ntopic: permiso\naliases: [a]\nnext: [b]\n---\n"


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(DAY)


@cache
def _read(content: bytes) -> tuple[PdfReader, tuple[str, ...]]:
    reader = PdfReader(io.BytesIO(content), strict=True)
    return reader, tuple(page.extract_text() for page in reader.pages)


def pages_of(content: bytes) -> tuple[str, ...]:
    return _read(content)[1]


def squeezed(words: str) -> str:
    """Without white space: lines are broken wherever the page ends them."""
    return re.sub(r"\s", "", words)


def with_only(library: Library, articles: Mapping[str, Article]) -> Library:
    return replace(library, articles=articles)


def a_guide(*articles: str, title: str = "Guía de prueba") -> Guide:
    return Guide("guia-prueba", "sector", title, "Para probar.", (), ("prueba",), articles)


def written(library: Library, body: str, title: str = "¿Título?") -> bytes:
    """The guide of one article with that text."""
    text = f"{HEAD.format(title=title)}{body}\n"
    article = parse_article("prueba", text, Path("prueba.md"))
    return render(a_guide("prueba"), with_only(library, {"prueba": article}), DAY)


@pytest.mark.parametrize("guide", guides().listed, ids=lambda one: str(one.id))
def test_every_guide_has_all_its_text_with_sources_and_what_to_confirm(
    guide: Guide, library: Library
) -> None:
    assert guide in offered(library)
    content = render(guide, library, DAY)
    assert len(content) < MOST_BYTES
    reader, pages = _read(content)
    text = squeezed("".join(pages))
    cover, *inside = pages
    for words in (guide.title, guide.description, "Torogoz", "29 de noviembre de 2026"):
        assert squeezed(words) in squeezed(cover)
    assert "Ministerio de Medio Ambiente y Recursos Naturales (MARN)" in cover
    for number, page in enumerate(inside, 2):
        assert f"{number} de {len(pages)}" in page

    recalled = 0
    for article in (library.articles[one] for one in guide.articles):
        assert squeezed(article.title) in text
        facts = [library.facts[one] for block in article.blocks for one in block.facts]
        for fact in facts:
            name = library.facts.instrument_name(fact)
            assert name == "producto" or squeezed(name) in text, (article.id, name)
        recalled += any(fact.confidence == "recalled" for fact in facts)
    told = text.count(squeezed(CONFIRM)) + text.count(squeezed(CONFIRM_CREDIT))
    assert told == recalled
    assert reader.metadata is not None
    assert reader.metadata.title == guide.title
    assert "MARN" in str(reader.metadata.author)
    assert reader.root_object["/Lang"] == "es-SV"


def test_every_article_of_the_base_can_be_read_back_word_for_word(library: Library) -> None:
    content = render(a_guide(*library.articles), library, DAY)
    text = squeezed("".join(pages_of(content)))
    for article in library.articles.values():
        for block in article.blocks:
            for piece in pieces_of(block):
                match piece:
                    case Paragraph(words) | Item(_, words):
                        assert squeezed(words) in text, article.id
                    case Example(rows):
                        for row in rows:
                            formula = f"={row.formula}" if row.formula else ""
                            assert squeezed(f"{row.name}{row.value}{formula}") in text, article.id
    assert "�" not in text


def test_the_letters_of_all_articles_and_sources_are_in_the_font(library: Library) -> None:
    said = "".join(f"{one.title}{one.body}" for one in library.articles.values())
    said += "".join(
        library.facts.instrument_name(fact) + (fact.locator or "")
        for fact in library.facts.values()
    )
    said += "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’–—…·•°ºª½²³₂×÷−±≤≥≈%$€₡"
    missing = {one for one in said if one != "\n" and ord(one) not in LETTERS}
    assert not missing
    assert printable(said, LETTERS) == said


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Bombeo → tanque", "Bombeo -> tanque"),
        ("✓ listo", "• listo"),
        ("ﬁltro Ａ", "filtro A"),
        ("café ☕️ 👍🏽 listo", "café   listo"),
        ("a\tb\u2003c\u200bd\u0007e", "a b cde"),
        ("n\u0303 o\u0301", "ñ ó"),
        ("fin\u0000\u0002 ya", "fin ya"),
        ("水 العربية", " "),
        ("dos\nlíneas", "dos\nlíneas"),
    ],
)
def test_what_the_font_lacks_is_written_alike_or_left_out(words: str, shown: str) -> None:
    known = LETTERS - {0x2003, 0x200B, 0xFB01}
    assert printable(words, known) == shown


def test_odd_texts_neither_break_the_file_nor_get_lost(library: Library) -> None:
    long_ = "palabra " * 700 + "fin"
    body = "\n\n".join(
        (
            "Uno {nb} **dos** <b>tres</b> \\ (cuatro) %%EOF 👍 水.",
            "x" * 400,
            f"- {long_}",
            long_,
            "```ejemplo\n" + "\n".join(f"dato {n} = {n} kg" for n in range(30)) + "\n```",
        )
    )
    pages = pages_of(written(library, body, title="Un título " * 12))
    text = squeezed("".join(pages))
    assert "Uno{nb}**dos**<b>tres</b>\\(cuatro)%%EOF." in text
    assert text.count("palabra") == 1400
    assert "x" * 40 in text
    assert all(f"Dato{n}{n}kg" in text for n in range(30))
    assert [f"{n} de {len(pages)}" in page for n, page in enumerate(pages, 1)][1:] == [True] * (
        len(pages) - 1
    )


def test_the_same_day_gives_the_same_bytes_and_another_day_another_date(library: Library) -> None:
    guide = guides().listed[0]
    first = render(guide, library, DAY)
    assert render(guide, library, DAY) == first
    later = render(guide, library, date(2027, 1, 2))
    assert "2 de enero de 2027" in pages_of(later)[0]
    assert pages_of(later)[1:] == pages_of(first)[1:]


def test_what_is_not_served_is_not_in_it(library: Library) -> None:
    manual = guides().get("manual-credito")
    assert manual is not None
    first, second = manual.chapters[:2]
    left = {one: library.articles[one] for one in first.articles[:2]}
    some = with_only(library, left)
    assert offered(some) == (first, manual)
    text = squeezed("".join(pages_of(render(manual, some, DAY))))
    assert squeezed(first.title) in text
    assert squeezed(second.title) not in text
    assert squeezed(library.articles[first.articles[0]].title) in text
    assert squeezed(library.articles[first.articles[2]].title) not in text
    with pytest.raises(NotOffered):
        render(second, some, DAY)
    assert offered(with_only(library, {})) == ()


@pytest.mark.parametrize("identity", ["guia-lacteos", "manual-credito"])
def test_contents_and_bookmarks_lead_to_the_pages(identity: str, library: Library) -> None:
    guide = guides().get(identity)
    assert guide is not None
    reader, pages = _read(render(guide, library, DAY))
    outline = list(_flat(reader.outline))
    titles = [
        title
        for chapter in contents(library, guide)
        for title in (chapter.title, *(one.article.title for one in chapter.sections))
        if title
    ]
    assert [str(entry.title) for entry in outline] == titles
    # What is before the first section.
    numbers = [(reader.get_destination_page_number(entry) or 0) + 1 for entry in outline]
    front = squeezed("".join(pages[: numbers[0] - 1]))
    links = [link for page in reader.pages[: numbers[0] - 1] for link in _links(page)]
    for title, number in zip(titles, numbers, strict=True):
        assert squeezed(title) in squeezed(pages[number - 1])
        assert f"{squeezed(title)}{number}" in front
    assert len(links) == len(titles)
    assert [reader.get_page_number(page) + 1 for page in links] == numbers


def _flat(outline: list[object]) -> list[object]:
    return [entry for one in outline for entry in (_flat(one) if isinstance(one, list) else [one])]


def _links(page: PageObject) -> list[PageObject]:
    return [
        annotation.get_object()["/Dest"][0].get_object()
        for annotation in page.get("/Annots", ())
        if annotation.get_object()["/Subtype"] == "/Link"
    ]


@pytest.mark.parametrize("guide", guides().listed, ids=lambda one: str(one.id))
def test_nothing_runs_over_the_foot_and_no_title_stands_alone(
    guide: Guide, library: Library
) -> None:
    titles = {squeezed(library.articles[one].title) for one in guide.articles}
    reader, _ = _read(render(guide, library, DAY))
    for page in list(reader.pages)[1:]:
        lines: list[tuple[float, str]] = []

        def visit(
            text: str,
            _: object,
            place: list[float],
            *more: object,
            lines: list[tuple[float, str]] = lines,
        ) -> None:
            if text.strip():
                lines.append((place[5], squeezed(text)))

        page.extract_text(visitor_text=visit)
        foot = (paper.BOTTOM - 5) / 25.4 * 72
        assert lines
        body = [(y, words) for y, words in lines if y > foot]
        assert all(y >= (paper.BOTTOM - 0.5) / 25.4 * 72 for y, _ in body)
        assert min(body)[1] not in titles


def test_pieces_of_a_block() -> None:
    text = "Llevá:\n- papeles;\n  2) recibos.\nFin - de 3. veras."
    assert list(pieces_of(Block(text, (), 1))) == [
        Paragraph("Llevá:", leads=True),
        Item("•", "papeles;"),
        Item("2.", "recibos."),
        Paragraph("Fin - de 3. veras."),
    ]
    example = "```ejemplo\nsaldo = -1,200 dólares\nmitad = saldo / 2 = -600 dólares\n```"
    article = parse_article("e", f"{HEAD.format(title='E')}{example}\n", Path("e.md"))
    assert list(pieces_of(article.blocks[0])) == [
        Example((Row("Saldo", "", "−1,200 dólares"), Row("Mitad", "saldo ÷ 2", "−600 dólares")))
    ]
    assert list(pieces_of(Block("", (), 1))) == []
