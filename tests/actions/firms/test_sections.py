"""Sections of CIIU that our branches fall into."""

import pytest

from actions.firms.models import ACCENTED, PLAIN, folded
from actions.firms.sections import section_of, sections, sectors_of
from knowledge.sectors import sectors


@pytest.mark.parametrize(
    ("ciiu", "section"),
    [("0163", "A"), ("1071", "C"), ("3530", "D"), ("3811", "E"), ("4520", "G"), ("5610", "I")],
)
def test_a_class_belongs_to_the_section_of_its_division(ciiu: str, section: str) -> None:
    assert section_of(ciiu) == section


@pytest.mark.parametrize("ciiu", ["", "0400", "9", "10710", "abcd"])
def test_what_is_no_class_belongs_to_none(ciiu: str) -> None:
    assert section_of(ciiu) is None


def test_every_branch_with_a_class_is_in_one_section_that_is_offered() -> None:
    found = [one for section in sections() for one in sectors_of(section)]
    assert sorted(found) == sorted(one.id for one in sectors().listed)
    assert sectors().other.id not in found
    assert list(sections()) == sorted(sections())


def test_names_are_folded_letter_by_letter() -> None:
    assert folded(ACCENTED) == PLAIN
    assert folded("Café LA UNIÓN Nandu\u0303") == "cafe la union nandu"
