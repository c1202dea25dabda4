"""Which versions a day shows, and which of them are held back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions.articles import rules
from actions.articles.rules import Change, FactsNow, Published, Shown
from knowledge.facts import FactRegister, Instrument
from tests.actions.articles.conftest import DAY, with_fact, without_fact, written

ONE_DAY = timedelta(days=1)


def version(
    register: FactRegister, number: int = 1, first: date = DAY, fact: str = "PER-02", **more: str
) -> Published:
    """A version that was reviewed against ``register``."""
    article_id = more.get("article_id", "permiso-a")
    markdown = written(article_id, text=more.get("text", f"Texto {number}."), fact=fact)
    digests = FactsNow(register).digests(("PER-01", fact))
    return Published(article_id, number, "permiso", "Título", markdown, first, digests)


def shown(
    there: list[Published], register: FactRegister, day: date = DAY, *changes: Change
) -> Shown:
    return rules.shown_on(there, FactsNow(register, changes), day)


def texts(found: Shown) -> list[str]:
    return [one.blocks[1].text for one in found.articles]


def reasons(found: Shown) -> list[str]:
    return [one.reason for one in found.flagged]


def test_the_version_with_the_latest_first_day_is_served(register: FactRegister) -> None:
    there = [
        version(register, 1, DAY - 9 * ONE_DAY),
        version(register, 3, DAY + ONE_DAY),
        version(register, 2, DAY - ONE_DAY),
    ]
    assert texts(shown(there, register, DAY - 10 * ONE_DAY)) == []
    assert texts(shown(there, register, DAY - 9 * ONE_DAY)) == ["Texto 1."]
    assert texts(shown(there, register, DAY)) == ["Texto 2."]
    assert texts(shown(there, register, DAY + ONE_DAY)) == ["Texto 3."]


def test_of_two_with_the_same_first_day_the_later_one_is_served(register: FactRegister) -> None:
    there = [version(register, 2), version(register, 10), version(register, 9)]
    assert texts(shown(there, register)) == ["Texto 10."]


def test_articles_come_in_the_order_of_their_files(register: FactRegister) -> None:
    there = [version(register, article_id=one) for one in ("permiso-b", "permiso", "permiso-a")]
    there.append(replace(version(register, article_id="zz"), topic="aguas"))
    found = [one.id for one in shown(there, register).articles]
    assert found == ["zz", "permiso-a", "permiso-b", "permiso"]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("PER-03", "el hecho PER-03 es incierto: no se puede afirmar"),
        ("PER-04", "el hecho PER-04 es solo de contexto: no se cita"),
        ("NADA-9", "el hecho NADA-9 ya no está en el registro"),
    ],
)
def test_what_may_not_be_stated_is_held_back(
    register: FactRegister, fact: str, reason: str
) -> None:
    found = shown([version(register, fact=fact)], register)
    assert (texts(found), reasons(found)) == ([], [reason])


def test_a_fact_holds_back_from_the_day_after_its_last(register: FactRegister) -> None:
    there = [version(register, fact="PER-05")]
    assert reasons(shown(there, register, date(2026, 12, 31))) == []
    assert reasons(shown(there, register, date(2027, 1, 1))) == [
        "el hecho PER-05 no rige el 01/01/2027 (rigió hasta el 31/12/2026)"
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "Se guarda copia de casi todo."},
        {"locator": "art. 7"},
        {"instrument": "Otra guía"},
        {"valid_to": date(2030, 1, 1)},
        {"valid_from": date(2020, 1, 1)},
        {"use": "amounts withheld"},
    ],
)
def test_a_fact_that_says_something_else_holds_back(
    register: FactRegister, changed: dict[str, object]
) -> None:
    found = shown([version(register)], with_fact(register, "PER-02", **changed))
    assert reasons(found) == ["el hecho PER-02 cambió desde que se revisó el artículo"]


def test_a_fact_that_lost_its_certainty_holds_back(register: FactRegister) -> None:
    found = shown([version(register)], with_fact(register, "PER-01", confidence="recalled"))
    assert reasons(found) == ["el hecho PER-01 cambió desde que se revisó el artículo"]


def test_a_law_that_changed_holds_back(register: FactRegister) -> None:
    law = Instrument("LMA", "Ley del Medio Ambiente", "confirmed", in_force="2026-01-01")
    facts = {**register, "PER-02": replace(register["PER-02"], instrument="LMA")}
    there = [version(FactRegister(facts, {"LMA": law}))]
    assert reasons(shown(there, FactRegister(facts, {"LMA": replace(law, note="leída")}))) == []
    reformed = replace(law, in_force="2026-06-01")
    assert len(reasons(shown(there, FactRegister(facts, {"LMA": reformed})))) == 1


def test_a_fact_it_was_never_reviewed_against_holds_back(register: FactRegister) -> None:
    there = version(register)
    found = shown([replace(there, fact_digests={"PER-01": there.fact_digests["PER-01"]})], register)
    assert reasons(found) == ["el hecho PER-02 cambió desde que se revisó el artículo"]


def test_what_is_only_noted_or_surer_does_not_hold_back(register: FactRegister) -> None:
    there = [version(register)]
    surer = with_fact(
        register, "PER-02", confidence="confirmed", note="visto", seen_in="una página"
    )
    assert reasons(shown(there, surer)) == []
    confirmed = Change("PER-02", "confirmed")
    assert reasons(shown(there, register, DAY, confirmed)) == []
    # Reviewed when it was confirmed by the staff, and the word is there still.
    facts = FactsNow(register, [confirmed])
    later = replace(there[0], fact_digests=facts.digests(("PER-01", "PER-02")))
    assert reasons(shown([later], register, DAY, confirmed)) == []
    assert reasons(shown([later], surer)) == []
    assert facts.register["PER-02"].confidence == "confirmed"


def test_a_confirmation_makes_an_uncertain_fact_one_that_may_be_stated(
    register: FactRegister,
) -> None:
    confirmed = Change("PER-03", "confirmed")
    there = version(register, fact="PER-03")
    facts = FactsNow(register, [confirmed])
    there = replace(there, fact_digests=facts.digests(("PER-01", "PER-03")))
    assert reasons(shown([there], register, DAY, confirmed)) == []


def test_an_end_holds_back_from_the_next_day_and_not_before(register: FactRegister) -> None:
    there = [version(register)]
    ended = Change("PER-02", "ended", DAY)
    assert reasons(shown(there, register, DAY, ended)) == []
    (reason,) = reasons(shown(there, register, DAY + ONE_DAY, ended))
    assert reason == "el hecho PER-02 no rige el 24/11/2026 (rigió hasta el 23/11/2026)"


def test_a_later_end_takes_the_place_of_an_earlier_one(register: FactRegister) -> None:
    first, second = Change("PER-02", "ended", DAY - ONE_DAY), Change("PER-02", "ended", DAY)
    reviewed_between = replace(
        version(register), fact_digests=FactsNow(register, [first]).digests(("PER-01", "PER-02"))
    )
    for there in (version(register), reviewed_between):
        assert len(reasons(shown([there], register, DAY, first))) == 1
        assert reasons(shown([there], register, DAY, first, second)) == []
        assert len(reasons(shown([there], register, DAY, second, first))) == 1


def test_an_end_shortens_and_never_prolongs(register: FactRegister) -> None:
    there = [version(register, fact="PER-05")]
    ended = Change("PER-05", "ended", date(2030, 1, 1))
    assert len(reasons(shown(there, register, date(2027, 1, 1), ended))) == 1


def test_one_fact_holds_back_only_who_rests_on_it(register: FactRegister) -> None:
    there = [
        version(register, article_id="permiso-a", fact="PER-02"),
        version(register, article_id="permiso-b", fact="PER-05"),
    ]
    found = shown(there, without_fact(register, "PER-05"))
    assert [one.id for one in found.articles] == ["permiso-a"]
    assert [one.article_id for one in found.flagged] == ["permiso-b"]


def test_a_text_that_cannot_be_read_holds_back_itself_alone(register: FactRegister) -> None:
    broken = replace(version(register, article_id="permiso-b"), markdown="nada\n")
    found = shown([version(register), broken], register)
    assert [one.id for one in found.articles] == ["permiso-a"]
    assert reasons(found) == ["no se puede leer (línea 1)"]


def test_line_ends_and_marks_of_an_editor_change_nothing() -> None:
    text = written()
    edited = "\ufeff" + text.replace("\n", "\r\n").replace("é", "e\u0301") + "\r\n\r\n"
    assert rules.normalized(edited) == text
    assert rules.digest(text) != rules.digest(text.replace("copia", "copias"))
