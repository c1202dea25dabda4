"""The register of facts: what it tells, and that it refuses what is malformed."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.facts import FactRegister, load_facts
from knowledge.marked_yaml import SourceError
from tests.knowledge.writing import FACTS, write_facts


@pytest.fixture
def register(tmp_path: Path) -> FactRegister:
    return load_facts(write_facts(tmp_path))


def test_a_fact_has_its_fields_and_its_place(register: FactRegister) -> None:
    fact = register["PER-01"]
    assert (fact.topic, fact.locator, fact.confidence) == ("permiso", "arts. 19 a 25", "confirmed")
    assert fact.pending == "el plazo podría bajar a 45 días"
    assert fact.path.read_text(encoding="utf-8").splitlines()[fact.line - 1] == "- id: PER-01"


def test_the_source_is_shown_by_its_name(register: FactRegister) -> None:
    assert register.instrument_name(register["PER-01"]) == "Ley del Medio Ambiente"
    assert register.instrument_name(register["PER-02"]) == "Buenas prácticas"


@pytest.mark.parametrize(
    ("fact", "day", "holds"),
    [
        ("PER-06", date(2023, 12, 31), False),
        ("PER-06", date(2024, 1, 1), True),
        ("PER-06", date(2025, 12, 31), True),
        ("PER-06", date(2026, 1, 1), False),
        ("PER-02", date(1990, 1, 1), True),
        ("AGU-01", date(2022, 7, 11), False),
        ("AGU-01", date(2022, 7, 12), True),
    ],
)
def test_in_force_follows_the_fact_and_its_instrument(
    register: FactRegister, fact: str, day: date, holds: bool
) -> None:
    assert register.in_force(register[fact], day) is holds


def test_uncertain_and_background_facts_are_not_citable(register: FactRegister) -> None:
    refused = {fact_id for fact_id in register if not register.is_citable(register[fact_id])}
    assert refused == {"PER-03", "PER-04"}


@pytest.mark.parametrize(
    ("old", "new", "message", "on_line"),
    [
        ("topic: aguas", "topic: agua", "unknown topic 'agua'", "topic: agua"),
        ("id: PER-02", "id: PER-01", "'PER-01' is already in facts.yml:21", "- id: PER-01"),
        ("confidence: recalled", "confidence: sure", "confidence 'sure'", "confidence: sure"),
        ("use: background", "use: secret", "unknown use 'secret'", "use: secret"),
        ("2025-12-31", "soon", "valid_to must be a day", "valid_to: soon"),
        ("2025-12-31", "2023-01-01", "valid_to is before", "valid_to: 2023-01-01"),
        ("  text: En 2013 hubo una sanción.\n", "", "a fact lacks text", "- id: PER-04"),
        ("text: En 2013 hubo una sanción.", "text: ''", "text is empty", "text: ''"),
        ("locator: art. 89", "locater: art. 89", "unknown key 'locater'", "locater: art. 89"),
        ("'2022-07-12'", "pronto", "in_force must begin with a day", "in_force: pronto"),
        ("- id: VIEJA", "- id: LMA", "instrument 'LMA' stands in the register twice", "- id: LMA"),
        ("locator: art. 89", "topic: multas", "key 'topic' stands here twice", "topic: multas"),
        ("es de 9 meses", "es: 9 meses", "broken YAML", "es: 9 meses"),
        (
            "locator: art. 89",
            "locator: &a art. 89\n  note: *a",
            "YAML alias",
            "locator: &a art. 89",
        ),
        ("instruments:", "instrument:", "unknown key 'instrument'", "- id: LMA"),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, message: str, on_line: str
) -> None:
    assert old in FACTS
    text = FACTS.replace(old, new, 1)
    with pytest.raises(SourceError, match=message) as refused:
        load_facts(write_facts(tmp_path, text))
    assert refused.value.path == tmp_path / "facts.yml"
    assert on_line in text.splitlines()[refused.value.line - 1]
    assert str(refused.value).startswith(f"{tmp_path / 'facts.yml'}:{refused.value.line}: ")


def test_facts_must_be_a_list(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="facts must be a list"):
        load_facts(write_facts(tmp_path, "facts: many"))


def test_a_folder_without_facts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no facts found"):
        load_facts(tmp_path)


def test_a_file_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts.yml").write_bytes("facts: año".encode("latin-1"))
    with pytest.raises(SourceError, match="not UTF-8"):
        load_facts(tmp_path)


def test_a_file_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="broken YAML"):
        load_facts(write_facts(tmp_path, "[" * 5000))
