"""The country's departments, municipalities and districts, and the names people give them."""

from collections import Counter
from pathlib import Path

import pytest

from knowledge.marked_yaml import SourceError, parse_yaml
from knowledge.territory import District, Territory, read_territory, territory
from knowledge.text import fold

HERE = Path("territory.yml")

SMALL = """
source: "D.L. 762"
confidence: confirmed
departments:
  La Paz:
    La Paz Centro: [El Rosario, Jerusalén]
  Morazán:
    Morazán Norte: [El Rosario, Torola]
aliases:
  districts: [{name: Jerusalén, also: [Jerusa]}]
  departments: [{name: Morazán, also: [Morazan del Norte]}]
  places: [{name: El Salto, in: [Torola, Jerusalén]}]
"""


def _read(written: str) -> Territory:
    return read_territory(parse_yaml(written, HERE))


def test_the_country_has_14_departments_44_municipalities_and_262_districts() -> None:
    country = territory()
    assert len(country.departments) == len({one.name for one in country.departments}) == 14
    assert len(country.municipalities) == len({one.name for one in country.municipalities}) == 44
    assert len(country.districts) == len(set(country.districts)) == 262


@pytest.mark.parametrize(
    ("department", "municipalities", "districts"),
    [
        ("Ahuachapán", 3, 12),
        ("Santa Ana", 4, 13),
        ("Sonsonate", 4, 16),
        ("Chalatenango", 3, 33),
        ("La Libertad", 6, 22),
        ("San Salvador", 5, 19),
        ("Cuscatlán", 2, 16),
        ("La Paz", 3, 22),
        ("Cabañas", 2, 9),
        ("San Vicente", 2, 13),
        ("Usulután", 3, 23),
        ("San Miguel", 3, 20),
        ("Morazán", 2, 26),
        ("La Unión", 2, 18),
    ],
)
def test_each_department_has_its_parts(
    department: str, municipalities: int, districts: int
) -> None:
    found = territory().department(department)
    assert found is not None
    assert len(found.municipalities) == municipalities
    assert len(found.districts) == districts


def test_every_place_knows_where_it_lies() -> None:
    country = territory()
    for department in country.departments:
        for municipality in department.municipalities:
            assert municipality.department == department.name
            assert municipality.name.startswith(department.name)
            assert country.municipality(municipality.name) == municipality
            for district in municipality.districts:
                assert (district.municipality, district.department) == (
                    municipality.name,
                    department.name,
                )
                assert country.district(district.name, department.name) == district


@pytest.mark.parametrize(
    ("district", "municipality", "department"),
    [
        ("Soyapango", "San Salvador Este", "San Salvador"),
        ("Santa Tecla", "La Libertad Sur", "La Libertad"),
        ("Antiguo Cuscatlán", "La Libertad Este", "La Libertad"),
        ("Apopa", "San Salvador Oeste", "San Salvador"),
        ("Acajutla", "Sonsonate Oeste", "Sonsonate"),
        ("Nueva Concepción", "Chalatenango Centro", "Chalatenango"),
        ("Zacatecoluca", "La Paz Este", "La Paz"),
        ("Ilobasco", "Cabañas Oeste", "Cabañas"),
        ("Suchitoto", "Cuscatlán Norte", "Cuscatlán"),
        ("Santiago de María", "Usulután Norte", "Usulután"),
        ("Ciudad Barrios", "San Miguel Norte", "San Miguel"),
        ("Perquín", "Morazán Norte", "Morazán"),
        ("Conchagua", "La Unión Sur", "La Unión"),
        ("Tecoluca", "San Vicente Sur", "San Vicente"),
        ("Metapán", "Santa Ana Norte", "Santa Ana"),
        ("Apaneca", "Ahuachapán Centro", "Ahuachapán"),
    ],
)
def test_districts_lie_where_the_law_puts_them(
    district: str, municipality: str, department: str
) -> None:
    found = territory().district(district, department)
    assert found == District(district, municipality, department)


def test_the_names_that_several_departments_share_are_known() -> None:
    shared = Counter(one.name for one in territory().districts)
    assert {name: count for name, count in shared.items() if count > 1} == {
        "San Lorenzo": 2,
        "San Fernando": 2,
        "El Rosario": 3,
        "El Carmen": 2,
        "San Isidro": 2,
    }


def test_what_is_no_place_of_the_country_is_not_found() -> None:
    country = territory()
    assert country.department("Guatemala") is None
    assert country.municipality("Soyapango") is None
    assert country.district("Soyapango", "La Paz") is None
    assert country.district("soyapango", "San Salvador") is None


def test_every_name_is_folded_and_its_own_comes_first() -> None:
    country = territory()
    assert set(country.district_names) == set(country.districts)
    assert set(country.department_names) == set(country.departments)
    named = [(one.name, names) for one, names in country.district_names.items()]
    named += [(one.name, names) for one, names in country.department_names.items()]
    for place, names in named:
        assert names[0] == fold(place)
        assert len(set(names)) == len(names)
        for name in names:
            assert name == fold(name) != ""


def test_no_other_name_of_a_district_is_another_ones_own() -> None:
    country = territory()
    own = {fold(one.name) for one in country.districts}
    for names in country.district_names.values():
        assert own.isdisjoint(names[1:])


def test_towns_and_short_names_lead_to_their_districts() -> None:
    country = territory()

    def called(name: str) -> set[str]:
        return {one.name for one, names in country.district_names.items() if name in names}

    assert called("lourdes") == {"Colón"}
    assert called("opico") == {"San Juan Opico"}
    assert called("nueva san salvador") == {"Santa Tecla"}
    assert called("merliot") == {"Santa Tecla", "Antiguo Cuscatlán"}


def test_a_document_is_read_with_its_aliases() -> None:
    small = _read(SMALL)
    assert [one.name for one in small.departments] == ["La Paz", "Morazán"]
    jerusalen = District("Jerusalén", "La Paz Centro", "La Paz")
    assert small.district_names[jerusalen] == ("jerusalen", "jerusa", "el salto")
    assert small.district_names[District("Torola", "Morazán Norte", "Morazán")] == (
        "torola",
        "el salto",
    )
    assert small.department_names[small.departments[1]] == ("morazan", "morazan del norte")


@pytest.mark.parametrize(
    ("right", "mistake", "told"),
    [
        ("[El Rosario, Jerusalén]", "[Jerusalén, Jerusalén]", "twice in La Paz"),
        ("Morazán Norte:", "La Paz Centro:", "twice"),
        ("name: Jerusalén", "name: Jerusalem", "no place called Jerusalem"),
        ("name: Morazán,", "name: Torola,", "no place called Torola"),
        ("in: [Torola", "in: [Tórola", "no place called Tórola"),
        ("also: [Jerusa]", "also: Jerusa", "also"),
        ("[El Rosario, Torola]", "{El Rosario: Torola}", "districts of Morazán Norte"),
        ("confidence: confirmed\n", "", "confidence"),
        ("source:", "sources:", "source"),
    ],
)
def test_a_mistake_in_the_document_is_told_with_its_place(
    right: str, mistake: str, told: str
) -> None:
    assert SMALL.count(right) == 1
    with pytest.raises(SourceError) as error:
        _read(SMALL.replace(right, mistake))
    assert told in str(error.value)
    assert HERE.name in str(error.value)
