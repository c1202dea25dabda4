"""Slot: the branch of industry, by the owner's own words or by its code."""

import pytest

from bot.slots.protocol import Value, Wrong
from bot.slots.sector import MOST_OFFERED
from knowledge.sectors import Sector, sectors
from tests.bot.slots.answering import TODAY, offered, shown, slot, value, wrong


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("hago queso", "lacteos"),
        ("kezo", "lacteos"),
        ("ago quezo", "lacteos"),
        ("vendemos quesillo", "lacteos"),
        ("procesadora de leche", "lacteos"),
        ("panaderia", "panaderia"),
        ("Panadería y repostería", "panaderia"),
        ("panaderia artesanal", "panaderia"),
        ("hago pan dulce", "panaderia"),
        ("pan", "panaderia"),
        ("tortillas", "tortilleria"),
        ("taller de carros", "taller_mecanico"),
        ("tayer de carros", "taller_mecanico"),
        ("mecanico", "taller_mecanico"),
        ("taller de zapatos", "calzado"),
        ("taller de costura", "confeccion"),
        ("taller de soldadura", "estructuras_metalicas"),
        ("taller de enderezado y pintura", "enderezado_pintura"),
        ("taller de pintura", "enderezado_pintura"),
        ("hago hielo", "hielo"),
        ("aceite", "aceites"),
        ("agua", "bebidas"),
        ("bordados", "confeccion"),
        ("llantas", "taller_mecanico"),
        ("enderesado y pintura", "enderezado_pintura"),
        ("soldadura", "estructuras_metalicas"),
        ("carpinteria", "muebles"),
        ("sapateria", "calzado"),
        ("costura", "confeccion"),
        ("tenemos una maquila", "confeccion"),
        ("tintorería", "tintoreria"),
        ("añil", "tintoreria"),
        ("imprenta", "imprenta"),
        ("ladrillos", "ladrillera"),
        ("vloqueras", "bloques_concreto"),
        ("jabón", "jabon_limpieza"),
        ("plasticos", "plasticos"),
        ("agua embasada", "bebidas"),
        ("purificadora", "bebidas"),
        ("trapiche", "panela"),
        ("rastro", "matadero"),
        ("granja de pollos", "granja_avicola"),
        ("granja de cerdos", "granja_porcina"),
        ("puercos", "granja_porcina"),
        ("vacas", "ganaderia"),
        ("gasolinera", "gasolinera"),
        ("lavanderia", "lavanderia"),
        ("hotel", "hotel"),
        ("pupuseria", "restaurante"),
        ("chatarra", "reciclaje"),
        ("otro", "otro"),
        ("Otra cosa", "otro"),
        ("ninguno", "otro"),
        ("10501", "lacteos"),
        ("actividad 10712", "panaderia"),
        ("45201", "taller_mecanico"),
        ("CIIU 1520", "calzado"),
    ],
)
def test_a_branch_is_found_by_what_owners_say(text: str, sector: str) -> None:
    assert value("sector", text) == sector


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("café", ["Beneficio de café", "Café tostado y molido"]),
        ("leche", ["Lácteos y quesos", "Ganadería y ordeño"]),
        ("carne", ["Rastro de res y cerdo", "Embutidos"]),
        ("1050", ["Lácteos y quesos", "Sorbetes y helados"]),
        ("ciiu 1050", ["Lácteos y quesos", "Sorbetes y helados"]),
        ("taller", ["Muebles y carpintería", "Estructuras metálicas", "Taller de mecánica"]),
    ],
)
def test_several_branches_are_offered_with_the_way_out(text: str, titles: list[str]) -> None:
    assert offered("sector", text) == [*titles, "Otro"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9999", "sector_code"),
        ("00000", "sector_code"),
        ("xyz", "sector"),
        ("dentista", "sector"),
        ("tienda", "sector"),
        ("hago velas", "sector"),
        ("farmacia", "sector"),
        ("no sé", "sector"),
        ("¿queso?", "sector"),
        ("hago", "sector"),
        ("una empresa", "sector"),
        ("123", "sector"),
        ("", "empty"),
    ],
)
def test_what_names_no_branch_is_asked_again(text: str, why: str) -> None:
    assert wrong("sector", text) == why


@pytest.mark.parametrize("sector", sectors().listed, ids=lambda one: str(one.id))
def test_every_branch_is_found_by_its_title_its_words_and_its_codes(sector: Sector) -> None:
    assert value("sector", sector.title) == sector.id
    assert shown("sector", sector.title) == sector.title
    for word in sector.names:
        sharing = [one for one in sectors().listed if word in one.names]
        if len(sharing) == 1:
            assert value("sector", word) == sector.id, word
        elif len(sharing) <= MOST_OFFERED:
            assert sector.title in offered("sector", word)
    for code in sector.activities:
        if len(sectors().with_code(code)) == 1:
            assert value("sector", code) == sector.id


def test_a_kept_branch_is_one_of_the_list() -> None:
    assert slot("sector").check("otro", TODAY) == Value("otro", "Otro")
    for stored in ("queso", "", 5, None, ["lacteos"]):
        assert slot("sector").check(stored, TODAY) == Wrong("utter_wrong_stale")
