"""The branches of industry, their codes and the words of their owners."""

from pathlib import Path

import pytest

from knowledge.marked_yaml import SourceError, parse_yaml
from knowledge.sectors import Sector, Sectors, read_sectors, sectors
from knowledge.text import fold

HERE = Path("sectors.yml")

SMALL = """
source: "CAT-019"
sectors:
- {id: lacteos, title: Lácteos, ciiu: "1050", codes: ["10501"], confidence: confirmed,
   words: [queso, crema]}
- {id: sorbetes, title: Sorbetes, ciiu: "1050", confidence: recalled, words: [paletas, crema]}
other: {id: otro, title: Otro}
"""


def _read(written: str) -> Sectors:
    return read_sectors(parse_yaml(written, HERE))


def test_a_document_is_read() -> None:
    small = _read(SMALL)
    lacteos = Sector("lacteos", "Lácteos", "1050", ("10501",), ("lacteos", "queso", "crema"), True)
    sorbetes = Sector("sorbetes", "Sorbetes", "1050", (), ("sorbetes", "paletas", "crema"), False)
    assert small.listed == (lacteos, sorbetes)
    assert small.other == Sector("otro", "Otro", "", (), ("otro",), True)
    assert small.get("lacteos") == lacteos
    assert small.get("otro") == small.other
    assert small.get("Lácteos") is None


def test_an_activity_falls_back_to_its_class() -> None:
    small = _read(SMALL)
    assert [one.id for one in small.with_code("10501")] == ["lacteos"]
    assert [one.id for one in small.with_code("10509")] == ["lacteos", "sorbetes"]
    assert [one.id for one in small.with_code("1050")] == ["lacteos", "sorbetes"]
    assert small.with_code("1051") == ()
    assert [one.id for one in sectors().with_code("2432")] == ["fundicion"]


@pytest.mark.parametrize(
    ("right", "mistake", "told"),
    [
        ("id: sorbetes", "id: lacteos", "twice"),
        ("title: Sorbetes", "title: LACTEOS", "twice"),
        ("id: otro", "id: sorbetes", "twice"),
        ('codes: ["10501"]', 'codes: ["1050"]', "five digits"),
        ('codes: ["10501"]', 'codes: ["1050１"]', "five digits"),
        ('ciiu: "1050", codes', 'ciiu: "105", codes', "four digits"),
        ("confidence: recalled", "confidence: guessed", "confidence"),
        ("words: [queso, crema]", "words: queso", "words"),
        ("words: [paletas, crema]", "word: [paletas]", "word"),
        ("other: {id: otro, title: Otro}", "", "other"),
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


def test_our_file_lists_the_branches_of_small_industry() -> None:
    listed = sectors().listed
    assert len(listed) >= 50
    for identity in ("lacteos", "panaderia", "taller_mecanico", "beneficio_cafe", "curtiembre"):
        assert sectors().get(identity) in listed
    assert sectors().get("otro") is sectors().other


@pytest.mark.parametrize("sector", sectors().listed, ids=lambda one: str(one.id))
def test_every_branch_can_be_named_and_shown(sector: Sector) -> None:
    assert sector.names[0] == fold(sector.title)
    assert len(sector.names) > 1, "an owner would not say the title"
    for name in sector.names:
        assert name == fold(name) != ""
    # A branch may take in the next class, never another division.
    assert all(code.startswith(sector.ciiu[:2]) for code in sector.activities)
    assert len(sector.title) <= 30, "too long for a menu on a phone"


def test_no_title_is_a_word_of_another_branch() -> None:
    for sector in sectors().listed:
        for other in sectors().listed:
            if other is not sector:
                assert sector.names[0] not in other.names


def test_an_activity_belongs_to_one_branch() -> None:
    codes = [code for one in sectors().listed for code in one.activities]
    assert len(set(codes)) == len(codes)


def test_a_word_leads_to_a_list_that_fits_a_message() -> None:
    words = {name for one in sectors().listed for name in one.names}
    for word in words:
        sharing = [one.id for one in sectors().listed if word in one.names]
        assert len(sharing) <= 5, (word, sharing)
