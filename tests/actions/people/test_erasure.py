"""Erasing: nothing that tells who someone is or what they said is left, and nothing is sent."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions.cases.models import Case
from actions.firms import service as firms
from actions.messages import outbox, states, thread, turns
from actions.messages.content import Content
from actions.people import consent, erasure, linking, wanted
from actions.people.erasure import HeldChannel
from actions.questions import service as questions
from actions.store.database import Database
from actions.store.metadata import metadata
from tests.actions.conftest import Meet, Someone, receive
from tests.actions.people.conftest import handled, queue, rows, run
from tests.actions.people.joining import join

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LATER = NOW + erasure.FORGET_AFTER
OUTCOME = turns.Outcome(
    intent="ask_question",
    confidence=0.9,
    outcome="answered",
    topic="permiso",
    articles=("permiso-quien-lo-necesita",),
    nlu_up=True,
    milliseconds=12,
)
SECRETS = (
    "Panadería Lupita",
    "mi secreto",
    "tu respuesta",
    "tu aviso",
    "pedido",
    "4321",
    "panaderia",
)
"""Pieces of what the person of these tests said, was told, or can be reached at."""
QUESTION = "dónde dejo llantas viejas"


async def _erase(database: Database, someone: Someone, now: datetime = NOW) -> erasure.Erased:
    """A turn that erases, answers, and leaves the conversation begun anew."""
    async with database.transaction() as session:
        ground = await turns.locked_ground(session, someone.person_id)
        assert ground.oldest is not None
        erased = await erasure.erase(session, someone.person_id, now, answering=[ground.oldest])
        turn_id = await turns.record(
            session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[ground.oldest],
            state={},
            outcome=OUTCOME,
        )
        await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content("Listo, lo borré.")],
            lane=states.REPLY,
            turn_id=turn_id,
        )
    return erased


async def _forget(database: Database, now: datetime = LATER) -> int:
    async with database.transaction() as session:
        return await erasure.forget_due(session, now)


async def _deliver(database: Database, someone: Someone) -> list[str]:
    """What goes out from now on."""
    sent = []
    while True:
        async with database.transaction() as session:
            message = await outbox.claim_next(session, someone.person_id)
            if message is None:
                return sent
            sent.append(message.content.text)
            await outbox.was_sent(session, message.id, f"SM{message.id}")


async def a_consultant(database: Database, person_id: int, name: str, number: str = "") -> int:
    """Somebody of the registry, or who applied for it where there is no number, with something in
    every table that hangs on them."""
    async with database.transaction() as session:
        consultant_id: int = await session.scalar(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, valid_from, "
                "valid_to, state, person_id, phone, email) VALUES (NULLIF(:number, ''), 'persona', "
                ":name, '{aguas}', '2026-01-01', '2027-01-01', "
                "CASE WHEN :number = '' THEN 'solicitada' ELSE 'vigente' END, :person, "
                "'7000-4321', 'pedido@ejemplo.sv') RETURNING id"
            ),
            {"name": name, "number": number, "person": person_id},
        )
        await session.execute(
            text(
                "INSERT INTO consultant_change (consultant_id, field, before, after, source, at) "
                "VALUES (:id, 'phone', NULL, '\"7000-4321\"', 'consultor', now())"
            ),
            {"id": consultant_id},
        )
        await session.execute(
            text(
                "WITH sync AS (INSERT INTO registry_sync (source, digest, counts, difference, "
                "report, state, at) VALUES ('registro.csv', 'f', '{}', '{}', '[]', 'proposed', "
                "now()) RETURNING id) INSERT INTO registry_conflict (consultant_id, kind, ours, "
                "sync_id, at) SELECT :id, 'desaparecido', '\"vigente\"', id, now() FROM sync"
            ),
            {"id": consultant_id},
        )
        await session.execute(
            text("INSERT INTO consultant_offer (consultant_id, first_at) VALUES (:id, now())"),
            {"id": consultant_id},
        )
        await session.execute(
            text(
                "INSERT INTO consultant_code (consultant_id, digest, made_by, made_at, expires_at) "
                "VALUES (:id, CAST(CAST(:id AS text) AS bytea), 'ana', now(), now())"
            ),
            {"id": consultant_id},
        )
        await session.execute(
            text(
                "INSERT INTO consultant_document (consultant_id, name, media_type, size, sha256, "
                "content, made_at) VALUES (:id, 'pedido.pdf', 'a/b', 1, 'f', 'x', now())"
            ),
            {"id": consultant_id},
        )
        await session.execute(
            text(
                "INSERT INTO consultant_code_try (person_id, tried_at) "
                "SELECT person_id, now() FROM consultant WHERE id = :id"
            ),
            {"id": consultant_id},
        )
    return consultant_id


async def bookings_of(
    database: Database, person_id: int, words: str, own: int, booked: int
) -> None:
    """The person booked time with the consultant ``booked``, and keeps a week and a calendar as the
    consultant ``own``: something in every table of bookings, with those words where any can be."""
    values = {"person": person_id, "consultant": booked, "own": own, "words": words}
    async with database.transaction() as session:
        values["referral"] = await session.scalar(
            text(
                "INSERT INTO referral (person_id, need, consultant_id, tried, state, made_at) "
                "VALUES (:person, jsonb_build_object('busca', CAST(:words AS text)), :consultant, "
                "ARRAY[CAST(:consultant AS bigint)], 'accepted', now()) RETURNING id"
            ),
            values,
        )
        values["booking"] = await session.scalar(
            text(
                "INSERT INTO booking (consultant_id, person_id, referral_id, during, occupied, "
                "mode, state, purpose, consent_version, consent_at, made_at, asked_at, "
                "accepted_at, uid) SELECT :consultant, :person, :referral, meeting, meeting, "
                "'remote', 'accepted', 'propósito ' || :words, '1', :at, :at, :at, :at, "
                "gen_random_uuid() FROM (SELECT tstzrange(:at, :until) AS meeting) AS one "
                "RETURNING id"
            ),
            {**values, "at": NOW - timedelta(days=2), "until": NOW - timedelta(days=1)},
        )
        for statement in (
            "INSERT INTO booking_event (booking_id, at, act, by, during, note) "
            "SELECT id, now(), 'cancelled', 'owner', during, 'anotación ' || :words "
            "FROM booking WHERE id = :booking",
            "INSERT INTO rating VALUES (:booking, 5, 'comentario ' || :words, now())",
            "INSERT INTO complaint (booking_id, person_id, by, text, made_at, settled_at, "
            "settled_by, outcome, answer) VALUES (:booking, :person, 'owner', 'queja ' || :words, "
            "now(), now(), 'marta', 'hallazgo ' || :words, 'contestado ' || :words)",
            "INSERT INTO availability (consultant_id, weekday, starts, ends, mode) "
            "VALUES (:own, 0, '08:00', '12:00', 'both')",
            "INSERT INTO availability_exception (consultant_id, first_day, last_day, opened, "
            "reason) VALUES (:own, '2026-12-01', '2026-12-02', false, 'viaje ' || :words)",
            "INSERT INTO calendar_feed VALUES "
            "(:own, sha256(CAST(CAST(:own AS text) AS bytea)), now())",
        ):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), used)


async def _with_a_past(database: Database, meet: Meet) -> tuple[Someone, Someone]:
    """Someone on two channels of whom we hold something in every table."""
    ana, web = await meet("whatsapp", "+50370004321"), await meet("web", "4321" * 16)
    async with database.transaction() as session:
        for number, one in enumerate((ana, web)):
            await receive(
                session, f"s{number}", "mi secreto", channel=one.channel, external=one.external
            )
            await turns.record(
                session,
                person_id=one.person_id,
                channel=one.channel,
                inbox_ids=[],
                state={"asked": "mi secreto"},
                outcome=OUTCOME,
            )
            for closed_at in (NOW, None):
                noted = Case(
                    person_id=one.person_id,
                    reason="request",
                    context={"question": "mi secreto"},
                    held_until=NOW,
                    closed_at=closed_at,
                )
                session.add(noted)
                await session.flush()
        await session.execute(
            text(
                "UPDATE inbox SET handled_at = now(), "
                "detail = jsonb_build_object('payload', 'mi secreto') WHERE handled_at IS NULL"
            )
        )
        await firms.save(
            session, ana.person_id, {"firm_name": "Panadería Lupita", "sector": "panaderia"}
        )
        await firms.save(session, web.person_id, {"firm_name": "Panadería Lupita", "workers": 4})
        await consent.record(session, ana.person_id, "2026-11", "whatsapp")
        await wanted.stop(session, ana.person_id, ["training"])
        await wanted.stop(session, web.person_id, ["announcements"])
        for one in (ana, web):
            number = await questions.record(
                session, QUESTION, "abstained", [], None, one.channel, NOW.date()
            )
            assert number is not None
            wish = await questions.wants_answer(session, number, one.person_id, NOW)
            assert wish.kind == "noted"
    for one in (ana, web):
        await queue(database, one, "tu respuesta", state=states.SENT)
        await queue(database, one, "tu aviso", lane=states.NOTICE, category="reminders")
    await a_consultant(database, ana.person_id, "Panadería Lupita")
    registered = await a_consultant(database, web.person_id, "Ana de los Ángeles", "CA-77")
    await bookings_of(database, ana.person_id, "mi secreto", registered, registered)
    await join(database, ana, web)
    async with database.transaction() as session:
        await linking.make_code(session, ana.person_id, NOW)
        with pytest.raises(linking.CodeRefused):
            await linking.join(session, ana.person_id, "0000 0000", NOW)
        await receive(session, "borrar", "borren mi pedido", external=ana.external)
    return ana, web


async def _dump(database: Database) -> dict[str, str]:
    """Every row of every table of ours, as text."""
    return {
        name: json.dumps(
            [row[0] for row in await rows(database, f'SELECT to_jsonb(t) FROM "{name}" AS t')],
            ensure_ascii=False,
            default=str,
        )
        for name in metadata.tables
    }


async def test_nothing_of_the_person_is_left_in_any_table(database: Database, meet: Meet) -> None:
    ana, _ = await _with_a_past(database, meet)
    before = await _dump(database)
    # The test would show nothing if they were not there to be found.
    for secret in SECRETS:
        assert any(secret in table for table in before.values()), secret
    erased = await _erase(database, ana)
    assert await _deliver(database, ana) == ["Listo, lo borré."]
    between = await _dump(database)
    for name, content in between.items():
        left = [secret for secret in SECRETS if secret in content]
        assert left == (["4321"] if name == "address" else []), name
    assert await _forget(database) == 2
    after = await _dump(database)
    for name, content in after.items():
        assert [secret for secret in SECRETS if secret in content] == [], name
    assert "Listo" not in after["outbox"]
    for name in ("asker", "firm", "link_code", "link_try", "opted_out", "person_link"):
        assert before[name] != "[]", name
        assert after[name] == "[]", name
    for name in (
        *("consultant_document", "consultant_code", "consultant_code_try"),
        *("availability", "availability_exception", "calendar_feed"),
    ):
        assert before[name] != "[]", name
        assert after[name] == "[]", name
    # The registry is public: whoever is in it stays, and nobody in the chat is known to be them.
    found = await rows(database, "SELECT registration_number, person_id, phone FROM consultant")
    assert found == [("CA-77", None, None)]
    # The two first greetings, the two secrets and the request itself.
    assert erased.messages == 5
    assert len(erased.closed_cases) == 2
    assert erased.kept == (
        erasure.KEPT_STATISTICS,
        erasure.KEPT_CONSENT,
        erasure.KEPT_BOOKINGS,
    )


async def test_what_may_stay_stays(database: Database, meet: Meet) -> None:
    ana, _ = await _with_a_past(database, meet)
    turn_rows = await rows(database, "SELECT * FROM turn ORDER BY id")
    await _erase(database, ana)
    kept = await rows(database, "SELECT * FROM turn ORDER BY id")
    assert kept[:-1] == turn_rows
    found = await rows(
        database,
        "SELECT person_id, version, channel, given_at = date_trunc('day', now()), "
        "withdrawn_at = date_trunc('day', now()) FROM consent",
    )
    assert found == [(None, "2026-11", "whatsapp", True, True)]
    cases = await rows(
        database, 'SELECT closed_at, reason, context, held_until FROM "case" ORDER BY reason'
    )
    assert cases == [(NOW, "erased", {}, None)] * 2 + [(NOW, "request", {}, None)] * 2
    # The ministry still has to find the answer; nothing tells any more who waits for it.
    asked = await rows(database, "SELECT text FROM asked_question")
    assert asked == [(QUESTION,)] * 2


async def test_others_keep_all_that_is_theirs(database: Database, meet: Meet) -> None:
    luis = await meet("whatsapp", "+50377777777")
    await handled(database)
    async with database.transaction() as session:
        await firms.save(session, luis.person_id, {"firm_name": "Taller Luis"})
        await consent.record(session, luis.person_id, "1", "web")
        await wanted.stop(session, luis.person_id)
        await linking.make_code(session, luis.person_id, NOW)
        number = await questions.record(
            session, QUESTION, "abstained", [], None, luis.channel, NOW.date()
        )
        assert number is not None
        await questions.wants_answer(session, number, luis.person_id, NOW)
    await queue(database, luis, "respuesta para Luis")
    of_luis = [
        f"SELECT * FROM {table} WHERE person_id = {luis.person_id}"
        for table in (
            *("inbox", "outbox", "firm", "consent", "opted_out", "link_code", "address", "asker"),
        )
    ]
    before = [await rows(database, one) for one in of_luis]
    ana, _ = await _with_a_past(database, meet)
    await _erase(database, ana)
    await _deliver(database, ana)
    await _forget(database)
    assert [await rows(database, one) for one in of_luis] == before
    assert all(before)


async def test_what_is_under_way_is_never_sent_again(database: Database, meet: Meet) -> None:
    ana = await meet()
    await handled(database)
    became = {}
    for state in states.OPEN:
        (message_id,) = await queue(database, ana, "tu aviso")
        await run(
            database, "UPDATE outbox SET state = :state WHERE id = :id", state=state, id=message_id
        )
        became[message_id] = states.EXCLUDED if state == states.QUEUED else states.UNKNOWN
    async with database.transaction() as session:
        await receive(session, "borrar", external=ana.external)
    await _erase(database, ana)
    found = await rows(
        database, "SELECT id, state FROM outbox WHERE reason = 'erased' AND settled_at IS NOT NULL"
    )
    assert dict(found) == became  # type: ignore[arg-type]
    assert await _deliver(database, ana) == ["Listo, lo borré."]
    # A provider that took one of them after all may still say so.
    (sending,) = [one for one, state in became.items() if state == states.UNKNOWN][:1]
    async with database.transaction() as session:
        await outbox.was_sent(session, sending, "SM77")
    found = await rows(database, "SELECT state, content FROM outbox WHERE id = :id", id=sending)
    assert found == [(states.SENT, {})]


async def test_nothing_is_posted_to_who_erased_until_they_write_again(
    database: Database, meet: Meet
) -> None:
    ana = await meet()

    async def posted() -> int | None:
        async with database.transaction() as session:
            return await outbox.post(session, ana.person_id, Content("Aviso"), states.NOTICE)

    await _erase(database, ana)
    assert await posted() is None
    async with database.transaction() as session:
        again = await receive(session, "m9", external=ana.external)
    assert again.person_id == ana.person_id
    assert await posted() is not None


# -- forgetting the address ------------------------------------------------------------------------


async def _external(database: Database, someone: Someone) -> str:
    ((external,),) = await rows(
        database, "SELECT external FROM address WHERE id = :id", id=someone.address_id
    )
    return str(external)


async def test_an_address_is_forgotten_an_hour_later(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    await handled(database)
    async with database.transaction() as session:
        await receive(session, "borrar", external=ana.external)
    await _erase(database, ana)
    await _deliver(database, ana)
    assert await _forget(database, LATER - timedelta(seconds=1)) == 0
    assert await _forget(database) == 1
    assert await _forget(database) == 0
    assert await _external(database, luis) == luis.external
    assert (await _external(database, ana)).startswith(erasure.FORGOTTEN)
    async with database.transaction() as session:
        anew = await receive(session, "m1", external=ana.external)
    assert anew.person_id != ana.person_id
    assert anew.new


async def test_it_is_kept_until_the_confirmation_has_gone(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _erase(database, ana)
    assert await _forget(database) == 0
    assert await _deliver(database, ana) == ["Listo, lo borré."]
    assert await _forget(database) == 1
    assert await rows(database, "SELECT DISTINCT content FROM outbox") == [({},)]


async def test_who_writes_again_begins_anew_and_is_not_forgotten(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _erase(database, ana)
    await _deliver(database, ana)
    async with database.transaction() as session:
        again = await receive(session, "m9", "hola otra vez", external=ana.external)
    await handled(database)
    assert await _forget(database) == 0
    assert (again.person_id, await _external(database, ana)) == (ana.person_id, ana.external)
    async with database.session() as session:
        assert (await erasure.held(session, ana.person_id)).messages == 1


async def test_what_came_after_the_request_is_answered_and_not_forgotten(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        await receive(session, "m2", "¿y ahora?", external=ana.external)
    await _erase(database, ana)
    await _deliver(database, ana)
    found = await rows(database, "SELECT kind, text, handled_at IS NULL FROM inbox ORDER BY id")
    assert found == [("erased", "", False), ("text", "¿y ahora?", True)]
    await handled(database)
    assert await _forget(database) == 0
    assert await _external(database, ana) == ana.external


async def test_all_messages_of_the_turn_go_when_it_names_them(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        second = await receive(session, "m2", "sí, bórrenlo", external=ana.external)
        ground = await turns.ground(session, ana.person_id)
        assert ground.oldest is not None
        await erasure.erase(session, ana.person_id, NOW, answering=[ground.oldest, second.inbox_id])
    assert await rows(database, "SELECT DISTINCT kind, text FROM inbox") == [("erased", "")]


async def test_without_being_told_the_oldest_message_is_the_one_answered(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    async with database.transaction() as session:
        await receive(session, "m2", "¿y ahora?", external=ana.external)
        await erasure.erase(session, ana.person_id, NOW)
    assert await rows(database, "SELECT text FROM inbox ORDER BY id") == [("",), ("¿y ahora?",)]


async def test_an_address_whose_messages_may_be_listed_again_is_kept(
    database: Database, meet: Meet
) -> None:
    ana = await meet("whatsapp")
    await _erase(database, ana)
    await _deliver(database, ana)
    await run(database, "INSERT INTO intake (channel, listed_until) VALUES ('whatsapp', now())")
    assert await _forget(database) == 0
    await run(database, "UPDATE intake SET listed_until = now() + interval '1 h'")
    assert await _forget(database) == 1


async def test_a_page_shows_an_emptied_conversation(database: Database, meet: Meet) -> None:
    ana = await meet("web", "a" * 64)
    await queue(database, ana, "tu respuesta", state=states.SENT)
    await _erase(database, ana)
    async with database.session() as session:
        shown = await thread.history(session, "web", ana.external)
    assert "tu respuesta" not in [line.content.text for line in shown]


# -- what we hold ----------------------------------------------------------------------------------


async def test_what_we_hold_is_told_with_masked_addresses(database: Database, meet: Meet) -> None:
    ana, _ = await _with_a_past(database, meet)
    async with database.session() as session:
        told = await erasure.held(session, ana.person_id)
    given, first = (
        await rows(
            database,
            "SELECT (SELECT given_at FROM consent), (SELECT min(received_at) FROM inbox)",
        )
    )[0]
    ((case,),) = await rows(
        database,
        'SELECT id FROM "case" WHERE person_id = :id AND closed_at IS NULL',
        id=ana.person_id,
    )
    assert told == erasure.Held(
        channels=(HeldChannel("whatsapp", "••••4321"), HeldChannel("web", "••••")),
        firm={"firm_name": "Panadería Lupita", "sector": "panaderia", "workers": 4},
        consent_version="2026-11",
        consent_given_at=given,
        stopped=frozenset({"training", "announcements"}),
        first_contact=first,
        messages=5,
        open_case=case,
        waits_for=2,
        linked_accounts=1,
        papers=1,
    )


async def test_only_answers_that_are_still_to_come_count_as_waited_for(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        for one, words in ((ana, QUESTION), (ana, "cuánto vale un gestor"), (luis, QUESTION)):
            number = await questions.record(
                session, words, "abstained", [], None, one.channel, NOW.date()
            )
            assert number is not None
            await questions.wants_answer(session, number, one.person_id, NOW)

    async def waits_for(someone: Someone) -> int:
        async with database.session() as session:
            return (await erasure.held(session, someone.person_id)).waits_for

    assert (await waits_for(ana), await waits_for(luis)) == (2, 1)
    told = "UPDATE asker SET told_at = now() WHERE person_id = :id"
    await run(
        database, f"{told} AND question_id = (SELECT min(id) FROM asked_question)", id=ana.person_id
    )
    assert (await waits_for(ana), await waits_for(luis)) == (1, 1)


async def test_after_erasing_we_hold_nothing(database: Database, meet: Meet) -> None:
    ana, _ = await _with_a_past(database, meet)
    await _erase(database, ana)
    await _deliver(database, ana)
    await _forget(database)
    async with database.session() as session:
        told = await erasure.held(session, ana.person_id)
    nothing: dict[str, Any] = {
        "channels": (),
        "firm": {},
        "consent_version": None,
        "consent_given_at": None,
        "stopped": frozenset(),
        "first_contact": None,
        "messages": 0,
        "open_case": None,
        "waits_for": 0,
        "linked_accounts": 0,
    }
    assert told == erasure.Held(**nothing)


async def test_joined_accounts_part_when_all_is_erased(database: Database, meet: Meet) -> None:
    ana, luis, eva = await meet("whatsapp"), await meet("telegram", "77"), await meet("web", "w")
    await join(database, luis, eva)
    await join(database, ana, luis)
    await _erase(database, ana)
    owner = "SELECT id, person_id FROM address ORDER BY id"
    assert await rows(database, owner) == [
        (one.address_id, one.person_id) for one in (ana, luis, eva)
    ]
    async with database.session() as session:
        assert len((await erasure.held(session, ana.person_id)).channels) == 1
