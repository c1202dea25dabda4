"""What the ministry decides about a person, in words, and to whom it goes."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from actions.bookings import complaints, service
from actions.people import erasure
from actions.registry import record
from actions.registry.record import Record
from actions.store.database import Database
from api.assembly import RESPONSES
from bot import registry_notices, responses
from bot.channels import templates
from bot.registry_jobs import Closed, close
from bot.registry_notices import Told
from tests.actions.bookings.conftest import NOW, Enrol, enrol, request
from tests.actions.conftest import Meet, meet
from tests.actions.people.conftest import rows

__all__ = ["enrol", "meet"]

CATALOGUE = responses.load(RESPONSES)
LONGEST = 700
"""Letters of a notice, so that with its template's own words it fits WhatsApp's 1,024."""
NAMES = sorted(registry_notices.TEMPLATES)
LONG_VALUES = {
    "name": "Ana " + "Paz " * 29,
    "registration": "CA-" + "9" * 37,
    "first": "miércoles 30 de septiembre de 2026",
    "until": "miércoles 30 de septiembre de 2026",
    "number": "123456",
    "about": "la cita 123456 del miércoles 30 de septiembre de 2026, 10:00 a. m., con " + "A" * 120,
    "reason": "Falta el título. " * 29,
    "answer": "Se habló con él. " * 23,
}


async def one_of(database: Database, consultant_id: int) -> Record:
    async with database.session() as session:
        return await record.record(session, consultant_id, NOW)


async def change(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(statement))


async def told(database: Database) -> list[tuple[int, str]]:
    """To whom what was written, in order."""
    found = await rows(
        database, "SELECT person_id, content->>'text' FROM outbox WHERE lane = 1 ORDER BY id"
    )
    return [(person, words) for person, words in found]


def test_every_notice_has_words_and_every_word_is_of_a_notice() -> None:
    assert {name for name in CATALOGUE.names() if name.startswith("utter_told_")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_is_one_paragraph_that_fits_with_all_that_staff_may_write(name: str) -> None:
    content = registry_notices.content_of(CATALOGUE, name, LONG_VALUES)
    assert len(content.text) <= LONGEST
    assert "\n" not in content.text
    assert re.search(r"\{|\bNone\b|  |\.\.|\.»\.", content.text) is None
    assert set(CATALOGUE.fields(name)) <= set(LONG_VALUES)


@pytest.mark.parametrize("name", NAMES)
def test_whatsapp_has_a_template_with_just_its_buttons(name: str) -> None:
    """Otherwise it could not go out when the person wrote last a day ago."""
    content = registry_notices.content_of(CATALOGUE, name, LONG_VALUES)
    template = {one.name: one for one in templates.declared()}[str(content.template)]
    assert template.category == "UTILITY"
    assert [button.title for button in content.buttons] == list(template.buttons)


def test_a_reply_never_wears_the_words_of_a_notice() -> None:
    """Whoever is offered a person in an answer did not complain of anything."""
    declared = {one.name: one for one in templates.declared()}
    usual = templates.quick_replies(list(declared.values()))
    assert usual[("Sí", "No")] == "yes_no"
    assert {declared[name].body for name in usual.values()} == {"{{1}}"}


def test_what_staff_wrote_stays_plain_text() -> None:
    content = registry_notices.content_of(
        CATALOGUE, "utter_told_rejected", {"number": "1", "reason": "Falta\n**todo** {number}"}
    )
    assert "«Falta *todo* {number}»" in content.text


async def test_who_has_no_chat_or_blocked_it_is_not_written_to(
    database: Database, enrol: Enrol
) -> None:
    ana, beto = await enrol(), await enrol()
    first, second = await one_of(database, ana.id), await one_of(database, beto.id)
    async with database.transaction() as session:
        nobody = replace(first, person_id=None)
        assert await registry_notices.tell_suspended(session, CATALOGUE, nobody, "x") == Told()
        await erasure.erase(session, ana.person_id, NOW)
        assert not (await registry_notices.tell_suspended(session, CATALOGUE, first, "x")).is_told
    await change(database, "UPDATE address SET blocked_at = now()")
    async with database.transaction() as session:
        blocked = await registry_notices.tell_suspended(session, CATALOGUE, second, "x")
    assert (blocked.channel, blocked.is_told) == ("whatsapp", False)
    assert await told(database) == []


async def test_a_complaint_is_answered_to_who_complained_and_to_nobody_else(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    ana, owner = await enrol(), await meet()
    booking = await request(database, ana, owner.person_id)
    async with database.transaction() as session:
        numbers = [
            await service.complain(session, booking.id, who, "No llegó", NOW)
            for who in (owner.person_id, ana.person_id)
        ]
        for number, answer in zip(numbers, ("Ya se habló con él.", ""), strict=True):
            one = await complaints.complaint(session, number)
            await complaints.settle(session, number, "INTERNO", "Rosa", NOW, answer)
            await registry_notices.tell_settled(session, CATALOGUE, one, answer)
    (to_owner, owners), (to_advisor, advisors) = await told(database)
    assert (to_owner, to_advisor) == (owner.person_id, ana.person_id)
    assert "con Consultora" in owners and "«Ya se habló con él»" in owners
    assert "con Consultora" not in advisors
    assert "INTERNO" not in owners + advisors


async def test_the_end_of_a_registration_is_told_once_before_and_once_after(
    database: Database, enrol: Enrol
) -> None:
    last = NOW.date() + timedelta(days=30)
    ana, _later = await enrol(valid_to=last), await enrol(valid_to=last + timedelta(days=1))
    await enrol(valid_to=date(2099, 1, 1))
    assert await close(database, CATALOGUE, NOW) == Closed(0, 1, 0)
    assert await close(database, CATALOGUE, NOW) == Closed(0, 0, 0)
    ((who, words),) = await told(database)
    assert who == ana.person_id and "vence el" in words and "23 de diciembre" in words
    # Renewed for a little, it ends anew.
    await change(database, f"UPDATE consultant SET valid_to = valid_to + 1 WHERE id = {ana.id}")
    assert (await close(database, CATALOGUE, NOW + timedelta(days=1))).ending == 2
    after = NOW + timedelta(days=32)
    assert (await close(database, CATALOGUE, after)).lapsed == 2
    assert (await close(database, CATALOGUE, after)).lapsed == 0
    ended = [who for who, words in await told(database) if "venció el" in words]
    assert ended.count(ana.person_id) == 1
