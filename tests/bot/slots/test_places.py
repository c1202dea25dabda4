"""Slots: a department, a municipality, a district, or a place on the map."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Sent, Value, Wrong
from knowledge.territory import District, territory
from knowledge.text import fold
from tests.bot.slots.answering import CATALOGUE, TODAY, offered, read, slot, value, wrong


def _path(text: str) -> tuple[str, str, str]:
    kept = value("district", text)
    assert isinstance(kept, dict)
    return str(kept["district"]), str(kept["municipality"]), str(kept["department"])


@pytest.mark.parametrize(
    ("text", "district", "municipality", "department"),
    [
        ("Soyapango", "Soyapango", "San Salvador Este", "San Salvador"),
        ("municipio de Soyapango", "Soyapango", "San Salvador Este", "San Salvador"),
        ("zoyapango", "Soyapango", "San Salvador Este", "San Salvador"),
        ("SOYAPANGO.", "Soyapango", "San Salvador Este", "San Salvador"),
        ("soy de soyapango", "Soyapango", "San Salvador Este", "San Salvador"),
        ("soyapango?", "Soyapango", "San Salvador Este", "San Salvador"),
        ("ilopango san salvador", "Ilopango", "San Salvador Este", "San Salvador"),
        ("sta tecla", "Santa Tecla", "La Libertad Sur", "La Libertad"),
        ("Sta. Tecla", "Santa Tecla", "La Libertad Sur", "La Libertad"),
        ("nueva san salvador", "Santa Tecla", "La Libertad Sur", "La Libertad"),
        ("quesaltepeque", "Quezaltepeque", "La Libertad Norte", "La Libertad"),
        ("antiguo cuscatlan", "Antiguo Cuscatlán", "La Libertad Este", "La Libertad"),
        ("antiguo", "Antiguo Cuscatlán", "La Libertad Este", "La Libertad"),
        ("opico", "San Juan Opico", "La Libertad Centro", "La Libertad"),
        ("Lourdes Colón", "Colón", "La Libertad Oeste", "La Libertad"),
        ("el tunco", "Tamanique", "La Libertad Costa", "La Libertad"),
        ("el puerto de la libertad", "La Libertad", "La Libertad Costa", "La Libertad"),
        ("vivo en Mejicanos", "Mejicanos", "San Salvador Centro", "San Salvador"),
        ("delgado", "Ciudad Delgado", "San Salvador Centro", "San Salvador"),
        ("sivar", "San Salvador", "San Salvador Centro", "San Salvador"),
        ("la capital", "San Salvador", "San Salvador Centro", "San Salvador"),
        ("nahuisalco", "Nahuizalco", "Sonsonate Norte", "Sonsonate"),
        ("apaneca ahuachapan", "Apaneca", "Ahuachapán Centro", "Ahuachapán"),
        ("metapan, santa ana", "Metapán", "Santa Ana Norte", "Santa Ana"),
        ("chalchuapa santa ana", "Chalchuapa", "Santa Ana Oeste", "Santa Ana"),
        ("chalate", "Chalatenango", "Chalatenango Sur", "Chalatenango"),
        ("cojute", "Cojutepeque", "Cuscatlán Sur", "Cuscatlán"),
        ("zacate", "Zacatecoluca", "La Paz Este", "La Paz"),
        ("la herradura", "San Luis La Herradura", "La Paz Centro", "La Paz"),
        ("gotera", "San Francisco Gotera", "Morazán Sur", "Morazán"),
        ("jikilisco", "Jiquilisco", "Usulután Oeste", "Usulután"),
        ("puerto el triunfo", "Puerto El Triunfo", "Usulután Oeste", "Usulután"),
        ("el triunfo", "El Triunfo", "Usulután Norte", "Usulután"),
        ("El Rosario, La Paz", "El Rosario", "La Paz Centro", "La Paz"),
        ("el rosario de morazan", "El Rosario", "Morazán Norte", "Morazán"),
        ("rosario de mora", "Rosario de Mora", "San Salvador Sur", "San Salvador"),
        ("san lorenzo san vicente", "San Lorenzo", "San Vicente Norte", "San Vicente"),
        ("San Lorenzo, Ahuachapán", "San Lorenzo", "Ahuachapán Norte", "Ahuachapán"),
        ("santa rosa de lima", "Santa Rosa de Lima", "La Unión Norte", "La Unión"),
        ("Santa Rosa, La Unión", "Santa Rosa de Lima", "La Unión Norte", "La Unión"),
        ("meanguera", "Meanguera", "Morazán Norte", "Morazán"),
        ("meanguera del golfo", "Meanguera del Golfo", "La Unión Sur", "La Unión"),
        ("stgo de maria", "Santiago de María", "Usulután Norte", "Usulután"),
    ],
)
def test_a_district_is_found_with_its_whole_path(
    text: str, district: str, municipality: str, department: str
) -> None:
    assert _path(text) == (district, municipality, department)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("El Rosario", ["El Rosario (Cuscatlán)", "El Rosario (La Paz)", "El Rosario (Morazán)"]),
        ("san lorenzo", ["San Lorenzo (Ahuachapán)", "San Lorenzo (San Vicente)"]),
        ("san isidro", ["San Isidro (Cabañas)", "San Isidro (Morazán)"]),
        ("San Fernando", ["San Fernando (Chalatenango)", "San Fernando (Morazán)"]),
        ("el carmen", ["El Carmen (Cuscatlán)", "El Carmen (La Unión)"]),
        ("santa rosa", ["Santa Rosa Guachipilín", "Santa Rosa de Lima"]),
        ("merliot", ["Antiguo Cuscatlán", "Santa Tecla"]),
        ("San Salvador Este", ["Ilopango", "San Martín", "Soyapango", "Tonacatepeque"]),
        ("La Libertad Sur", ["Comasagua", "Santa Tecla"]),
    ],
)
def test_a_name_of_several_districts_is_asked_about(text: str, titles: list[str]) -> None:
    assert offered("district", text) == titles


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("Morazán", "Morazán"),
        ("cuscatlan", "Cuscatlán"),
        ("La Paz", "La Paz"),
        ("cabañas", "Cabañas"),
        ("departamento de La Libertad", "La Libertad"),
        ("depto. de San Miguel", "San Miguel"),
    ],
)
def test_a_department_is_not_taken_for_a_district(text: str, department: str) -> None:
    assert read("district", text) == Wrong(
        "utter_wrong_district_department", {"department": department}
    )


@pytest.mark.parametrize("text", ["San Miguel", "Santa Ana", "la union", "Sonsonate", "Ahuachapan"])
def test_a_capital_that_gave_its_department_the_name_is_the_district(text: str) -> None:
    district, _, department = _path(text)
    assert district == department
    assert fold(district) == fold(text)


def test_a_municipality_of_many_districts_is_not_listed() -> None:
    assert read("district", "Chalatenango Sur") == Wrong(
        "utter_wrong_district_municipality", {"municipality": "Chalatenango Sur"}
    )


@pytest.mark.parametrize(
    "text", ["Guatemala", "Mixco", "Tegucigalpa", "no sé", "san", "12", "departamento", "jajaja"]
)
def test_what_is_no_place_of_the_country_is_asked_again(text: str) -> None:
    assert wrong("district", text) == "district"


@pytest.mark.parametrize(
    "one", territory().districts, ids=lambda one: f"{one.name}, {one.department}"
)
def test_every_district_reads_back_as_itself(one: District) -> None:
    path = (one.name, one.municipality, one.department)
    for text in (
        f"{one.name}, {one.department}",
        fold(f"{one.name} {one.department}"),
        f"{one.name}, {one.municipality} ({one.department})",
    ):
        assert _path(text) == path
    alike = [other for other in territory().districts if other.name == one.name]
    if len(alike) == 1:
        assert _path(one.name) == path
    else:
        assert offered("district", one.name) == [f"{one.name} ({o.department})" for o in alike]
    # The municipality and the department follow from the district.
    kept = slot("municipality").read(Sent(f"{one.name}, {one.department}"), TODAY)
    assert isinstance(kept, Value)
    assert kept.value == {"municipality": one.municipality, "department": one.department}


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("San Salvador", "San Salvador"),
        ("la libertad", "La Libertad"),
        ("Libertad", "La Libertad"),
        ("La Libertad?", "La Libertad"),
        ("chalate", "Chalatenango"),
        ("auachapan", "Ahuachapán"),
        ("La Pas", "La Paz"),
        ("morasan", "Morazán"),
        ("san bicente", "San Vicente"),
        ("usulutan", "Usulután"),
        ("cuzcatlan", "Cuscatlán"),
        ("cabanas", "Cabañas"),
        ("sonso", "Sonsonate"),
        ("en San Miguel", "San Miguel"),
        ("departamento de Sonsonate", "Sonsonate"),
        ("depto. de la unión", "La Unión"),
        ("Soyapango", "San Salvador"),
        ("santa tecla", "La Libertad"),
    ],
)
def test_a_department_is_found_also_by_a_district(text: str, department: str) -> None:
    assert value("department", text) == department


def test_a_district_of_several_departments_leaves_them_to_choose() -> None:
    assert offered("department", "El Rosario") == ["Cuscatlán", "La Paz", "Morazán"]
    assert wrong("department", "Guatemala") == "department"


@pytest.mark.parametrize(
    ("text", "municipality"),
    [
        ("San Salvador Este", "San Salvador Este"),
        ("san salvador este?", "San Salvador Este"),
        ("sta ana centro", "Santa Ana Centro"),
        ("municipio de Soyapango", "San Salvador Este"),
        ("soyapango", "San Salvador Este"),
        ("santa tecla", "La Libertad Sur"),
        ("la libertad", "La Libertad Costa"),
        ("san salvador", "San Salvador Centro"),
        ("La Libertad Sur", "La Libertad Sur"),
        ("libertad sur", "La Libertad Sur"),
    ],
)
def test_a_municipality_is_found_also_by_its_old_name(text: str, municipality: str) -> None:
    kept = value("municipality", text)
    assert isinstance(kept, dict)
    assert kept["municipality"] == municipality


def test_a_municipality_with_several_readings_is_asked_about() -> None:
    assert offered("municipality", "La Paz") == ["La Paz Oeste", "La Paz Centro", "La Paz Este"]
    assert offered("municipality", "El Rosario") == [
        "Cuscatlán Sur",
        "La Paz Centro",
        "Morazán Norte",
    ]
    assert wrong("municipality", "Mixco") == "municipality"


@pytest.mark.parametrize("one", territory().municipalities, ids=lambda one: str(one.name))
def test_every_municipality_reads_back_as_itself(one: Any) -> None:
    kept = {"municipality": one.name, "department": one.department}
    assert value("municipality", one.name) == value("municipality", fold(one.name)) == kept


# -- a place on the map --------------------------------------------------------------------------


def _shared(latitude: object, longitude: object) -> Value | Wrong:
    sent = Sent("", "location", {"latitude": latitude, "longitude": longitude})
    answer = slot("location").read(sent, TODAY)
    assert isinstance(answer, Value | Wrong)
    return answer


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (13.6989, -89.1914),
        (13.9942, -89.5597),
        (13.4833, -88.1833),
        ("13.9219", "-89.8450"),
        (14.33, -89.45),
    ],
)
def test_a_shared_location_inside_the_country_is_kept(latitude: Any, longitude: Any) -> None:
    answer = _shared(latitude, longitude)
    assert isinstance(answer, Value)
    assert answer.value == {"latitude": float(latitude), "longitude": float(longitude)}
    assert slot("location").check(answer.value, TODAY) == answer


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (14.6349, -90.5069),  # Guatemala City
        (14.0723, -87.1921),  # Tegucigalpa
        (12.1364, -86.2514),  # Managua
        (34.0522, -118.2437),  # Los Angeles
        (13.6989, 89.1914),
        (-13.6989, -89.1914),
        (-89.1914, 13.6989),
        (0, 0),
        (float("nan"), -89.2),
        (float("inf"), -89.2),
        ("13.7N", "-89.2"),
        (True, True),
        (None, None),
        (10**400, 0),
        ([13.7], -89.2),
    ],
)
def test_a_location_elsewhere_or_broken_is_refused(latitude: Any, longitude: Any) -> None:
    assert _shared(latitude, longitude) == Wrong("utter_wrong_location")


@pytest.mark.parametrize("text", ["13.6989, -89.1914", "(13.6989,-89.1914)", "13.6989 -89.1914"])
def test_two_coordinates_are_a_place(text: str) -> None:
    assert value("location", text) == {"latitude": 13.6989, "longitude": -89.1914}


def test_a_district_stands_for_a_place() -> None:
    assert value("location", "Soyapango") == value("district", "Soyapango")
    assert offered("location", "san lorenzo") == offered("district", "san lorenzo")
    assert wrong("location", "Guatemala") == "district"
    assert wrong("location", "14.6349, -90.5069") == "location"


@pytest.mark.parametrize("kind", ["image", "voice", "text"])
def test_without_a_location_the_way_to_share_one_is_told(kind: str) -> None:
    answer = slot("location").read(Sent("", kind), TODAY)
    assert answer == Wrong("utter_wrong_location_missing")
    assert "📎" in CATALOGUE.say("utter_wrong_location_missing", {}).text


@given(st.floats(), st.floats())
def test_any_two_numbers_are_a_place_or_none(latitude: float, longitude: float) -> None:
    answer = _shared(latitude, longitude)
    if isinstance(answer, Value):
        assert 13 <= latitude <= 14.5 and -90.2 <= longitude <= -87.6
        assert slot("location").check(answer.value, TODAY) == answer


@pytest.mark.parametrize("kind", ["district", "location", "municipality", "department"])
@pytest.mark.parametrize(
    "stored",
    [
        {"district": "Mixco", "department": "San Salvador"},
        {"district": "Soyapango", "department": "La Paz"},
        {"municipality": "Soyapango", "department": "San Salvador"},
        {"latitude": 14.6, "longitude": -90.5},
        "Soyapango",
        5,
        None,
    ],
)
def test_a_kept_place_that_does_not_exist_is_stale(kind: str, stored: Any) -> None:
    assert slot(kind).check(stored, TODAY) == Wrong("utter_wrong_stale")
