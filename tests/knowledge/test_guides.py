"""Guides: what stands in each, and how people ask for one."""

from pathlib import Path

import pytest

from knowledge.articles import load_articles
from knowledge.guides import Guide, Guides, check, guides
from knowledge.library import FOLDER
from knowledge.marked_yaml import SourceError, parse_yaml
from knowledge.sectors import sectors

HERE = Path("guides.yml")
SMALL = """
asked_with: [guia, pdf]
guides:
- id: guia-lacteos
  kind: sector
  title: Guía para queserías
  description: Suero y frío.
  sectors: [lacteos]
  words: [Quesería, planta de leche]
  articles: [lacteos-a, lacteos-b]
- {id: parte-1, kind: handbook, title: Cuentas, description: Números., sectors: [],
   words: [presupuesto], articles: [cuentas]}
- {id: parte-2, kind: handbook, title: Bancos, description: Papeles., sectors: [],
   words: [banco], articles: [banco, caja]}
- {id: manual, kind: handbook, title: Manual, description: Todo., sectors: [],
   words: [credito], chapters: [parte-1, parte-2]}
"""


def _read(written: str) -> Guides:
    return Guides(parse_yaml(written, HERE))


def _id(guide: Guide | None) -> str | None:
    return None if guide is None else guide.id


def test_a_document_is_read() -> None:
    small = _read(SMALL)
    assert [one.id for one in small.listed] == ["guia-lacteos", "parte-1", "parte-2", "manual"]
    lacteos = small.get("guia-lacteos")
    assert lacteos == Guide(
        *("guia-lacteos", "sector", "Guía para queserías", "Suero y frío."),
        ("lacteos",),
        ("queseria", "planta de leche"),
        ("lacteos-a", "lacteos-b"),
    )
    manual = small.get("manual")
    assert manual is not None
    assert manual.articles == ("cuentas", "banco", "caja")
    assert [one.id for one in manual.chapters] == ["parte-1", "parte-2"]
    assert small.get("Manual") is None


def test_a_guide_is_found_by_its_article_and_by_its_branch() -> None:
    small = _read(SMALL)
    assert _id(small.for_article("lacteos-b")) == "guia-lacteos"
    # A part of the handbook is read sooner than all of it.
    assert _id(small.for_article("caja")) == "parte-2"
    assert small.for_article("nada") is None
    assert _id(small.for_sector("lacteos")) == "guia-lacteos"
    assert small.for_sector("otro") is None


@pytest.mark.parametrize(
    ("right", "mistake", "line", "told"),
    [
        ("id: parte-1", "id: guia-lacteos", 11, "twice"),
        ("title: Bancos", "title: CUENTAS", 13, "twice"),
        ("id: guia-lacteos", "id: ../lacteos", 4, "'id'"),
        ("kind: sector", "kind: video", 5, "'kind'"),
        ("sectors: [lacteos]", "sectors: [marte]", 8, "marte"),
        ("articles: [banco, caja]", "chapters: [parte-3]", 14, "parte-3"),
        ("articles: [cuentas]", "articles: []", 11, "no article"),
        ("articles: [cuentas]", "article: [cuentas]", 12, "article"),
        ("articles: [banco, caja]", "articles: [caja, caja]", 13, "twice"),
        ("chapters: [parte-1, parte-2]", "chapters: [parte-1, parte-1]", 15, "twice"),
        ("chapters: [parte-1", "articles: [x], chapters: [parte-1", 15, "either"),
        ("description: Suero y frío.", "", 4, "description"),
    ],
)
def test_a_mistake_in_the_document_is_told_with_its_line(
    right: str, mistake: str, line: int, told: str
) -> None:
    assert SMALL.count(right) == 1
    with pytest.raises(SourceError) as error:
        _read(SMALL.replace(right, mistake))
    assert told in error.value.message
    assert (error.value.path, error.value.line) == (HERE, line)


def test_an_article_that_does_not_exist_is_told_once_with_its_line() -> None:
    small = _read(SMALL)
    (error,) = small.missing({"lacteos-a", "lacteos-b", "cuentas", "caja"})
    assert str(error) == "guides.yml:14: the guide names 'banco', which does not exist"
    assert list(small.missing({*"abc", "lacteos-a", "lacteos-b", "cuentas", "banco", "caja"})) == []


def test_our_guides_name_articles_that_exist() -> None:
    written = {path.stem for path in (FOLDER / "articles").rglob("*.md")}
    assert check(written) == []
    assert [error.line > 1 for error in check(written - {"tecnologia-lacteos"})] == [True]


def test_each_article_of_a_branch_and_each_part_of_the_handbook_stands_in_one_guide() -> None:
    own = [one for one in guides().listed if not one.chapters]
    for article in load_articles(FOLDER / "articles"):
        holding = [one for one in own if article.id in one.articles]
        is_of_branch = article.topic == "tecnologia" and article.sectors
        if is_of_branch or article.id.startswith("credito-manual-"):
            assert len(holding) == 1, article.id
            assert set(article.sectors) <= set(holding[0].sectors), article.id
    assert len([one for one in own if one.kind == "sector"]) == 16
    whole = guides().get("manual-credito")
    assert whole is not None
    chapters = [one for one in own if one.kind == "handbook"]
    assert list(whole.chapters) == chapters


def test_a_branch_has_one_guide() -> None:
    named = [sector for guide in guides().listed for sector in guide.sectors]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("guide", guides().listed, ids=lambda one: str(one.id))
def test_every_guide_is_found_by_its_title_its_words_and_its_branches(guide: Guide) -> None:
    for name in (*guide.words, f"me mandás el pdf de {guide.words[0]} porfa"):
        assert guide in guides().named_in(name), name
    for identity in guide.sectors:
        sector = sectors().get(identity)
        assert sector is not None
        assert guide in guides().named_in(f"la guía de {sector.title}"), sector.title
    assert guides().find(guide.words[0]) is guide
    assert len(guide.title) <= 60
    assert len(guide.description) <= 120, "too long for a message with a file"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("guía de lácteos", "guia-lacteos"),
        ("mandame la guia de la keseria porfa", "guia-lacteos"),
        ("GUIA PA MI PANADERIYA", "guia-panaderia"),
        ("gia para ladriyeras", "guia-ladrilleras"),
        ("tengo un trapiche, hay folleto?", "guia-panela"),
        ("guia de cuero", "guia-curtiembres"),
        ("pdf para hotel", "guia-restaurantes-hoteles"),
        ("guía para mi taller", "guia-talleres"),
        # "Taller" alone is of cars; the other word tells that it is not.
        ("guia del taller de herreria", "guia-metal-galvanizado"),
        ("manual de crédito pdf", "manual-credito"),
        ("ocupo el manual de prestamos", "manual-credito"),
        ("manual d credto", "manual-credito"),
        # A part rather than the whole, where a part is named.
        ("manual de crédito, lo de garantías", "manual-credito-4-riesgo"),
        ("el pdf de la TIR", "manual-credito-2-conviene"),
        ("flujo de caja", "manual-credito-4-riesgo"),
        # Nothing named, or nothing that we have.
        ("guía", None),
        ("me regala un pdf", None),
        ("guía para el permiso ambiental", None),
        ("guía de minería de oro", None),
        ("buenos días", None),
        ("", None),
        # Two at once.
        ("guía de textiles y de plásticos", None),
    ],
)
def test_a_guide_is_found_in_peoples_words(text: str, found: str | None) -> None:
    assert _id(guides().find(text)) == found


def test_what_is_left_open_is_named_in_the_order_of_the_file() -> None:
    named = guides().named_in("guía de plásticos y de textiles")
    assert [one.id for one in named] == ["guia-textil", "guia-plasticos"]
    assert guides().named_in("guía") == ()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("guía de lácteos", True),
        ("kiero el manual", True),
        ("lo tiene en PDF?", True),
        ("mandeme la giua de panaderias", True),
        ("qué hago con el suero", False),
        ("quiero hablar con alguien", False),
        ("manuel me dijo que viniera", False),
        ("", False),
    ],
)
def test_whether_a_file_is_asked_for(text: str, asks: bool) -> None:
    assert guides().are_asked_for(text) is asks
