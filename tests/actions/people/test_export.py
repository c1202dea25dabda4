"""What is handed to a person: everything about them, nothing about others, every key explained."""

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from actions.audit import service as audit
from actions.cases import service as cases
from actions.cases import staff
from actions.firms import service as firms
from actions.messages import outbox, states, turns
from actions.people import consent, erasure, linking, wanted
from actions.people.errors import NoSuchPerson
from actions.people.export import explained, export
from actions.people.export_parts import NOT_EXPORTED, PARTS
from actions.questions import service as questions
from actions.store.database import Database
from actions.store.metadata import metadata
from tests.actions.conftest import Meet, Someone, receive
from tests.actions.people.conftest import handled, queue, run
from tests.actions.people.joining import NOW, join
from tests.actions.people.test_erasure import OUTCOME, a_consultant, bookings_of

ROOTS = frozenset(("person", "address"))


async def _export(database: Database, person_id: int) -> dict[str, Any]:
    async with database.session() as session:
        return await export(session, person_id, NOW)


async def _with_a_past(database: Database, someone: Someone, name: str) -> int:
    """Something in every table; all words have the name in them. Returns the open case."""
    async with database.transaction() as session:
        await receive(
            session,
            f"{name} 2",
            f"pregunta {name}",
            channel=someone.channel,
            external=someone.external,
        )
        await turns.record(
            session,
            person_id=someone.person_id,
            channel=someone.channel,
            inbox_ids=[],
            state={"question": f"estado {name}"},
            outcome=OUTCOME,
        )
        await firms.save(session, someone.person_id, {"firm_name": f"Taller {name}", "workers": 4})
        await consent.record(session, someone.person_id, f"aviso {name}", someone.channel)
        await wanted.stop(session, someone.person_id, ["training"])
        number = await questions.record(
            session, f"llantas {name}", "abstained", [], None, someone.channel, NOW.date()
        )
        assert number is not None
        await questions.wants_answer(session, number, someone.person_id, NOW)
        await cases.open_case(session, someone.person_id, "request")
        await cases.withdraw(session, someone.person_id)
        opened = await cases.open_case(
            session, someone.person_id, "request", {"why": f"motivo {name}"}
        )
        await linking.make_code(session, someone.person_id, NOW)
        with pytest.raises(linking.CodeRefused):
            await linking.join(session, someone.person_id, "00000000", NOW)
        await audit.record(
            session,
            audit.Actor("console", "Marta Secreta", 1, "10.0.0.1"),
            audit.Act(
                "person.correct",
                f"person:{someone.person_id}",
                after={"firm_name": f"auditado {name}"},
                person_id=someone.person_id,
            ),
            NOW,
        )
    (sent,) = await queue(database, someone, f"respuesta {name}", state=states.SENT)
    async with database.transaction() as session:
        await staff.reply(session, opened.number, f"ministerio {name}", "marta.secreta", NOW)
        await outbox.was_sent(session, sent, f"SM{name}")
    await run(
        database,
        "INSERT INTO receipt (outbox_id, status) VALUES (:id, :status)",
        id=sent,
        status=f"entregado {name}",
    )
    await run(
        database,
        "INSERT INTO case_note (case_id, staff, text) VALUES (:case, 'marta.secreta', :text)",
        case=opened.number,
        text=f"nota {name}",
    )
    await run(
        database,
        "INSERT INTO stored_file (token, outbox_id, name, media_type, size, sha256, content, "
        "made_by, made_at, expires_at) VALUES (:token, :id, :name, 'a/b', 1, 'f', 'x', "
        "'marta.secreta', now(), now())",
        token=f"clave-{name}",
        id=sent,
        name=f"archivo {name}",
    )
    consultant = await a_consultant(database, someone.person_id, f"Consultoría {name}")
    await run(
        database,
        "INSERT INTO consultant_document (consultant_id, name, media_type, size, sha256, content, "
        "made_at) VALUES (:id, :name, 'a/b', 1, 'f', 'secreto', now())",
        id=consultant,
        name=f"título {name}",
    )
    async with database.transaction() as session:
        other = await session.scalar(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, valid_from, "
                "valid_to, state) VALUES (gen_random_uuid(), 'persona', 'Otra', '{aguas}', "
                "'2026-01-01', '2027-01-01', 'vigente') RETURNING id"
            )
        )
    await bookings_of(database, someone.person_id, name, consultant, other)
    return opened.number


SAID = (
    "Consultoría",
    "título",
    "propósito",
    "anotación",
    "comentario",
    "queja",
    "hallazgo",
    "contestado",
    "viaje",
    "pregunta",
    "estado",
    "Taller",
    "aviso",
    "llantas",
    "motivo",
    "auditado",
    "respuesta",
    "ministerio",
    "entregado",
    "nota",
    "archivo",
)


async def test_everything_is_there_and_nothing_of_others(database: Database, meet: Meet) -> None:
    ana, luis = await meet("whatsapp", "+50370004321"), await meet("whatsapp", "+50377777777")
    number = await _with_a_past(database, ana, "ana")
    await _with_a_past(database, luis, "luis")
    exported = await _export(database, ana.person_id)
    told = json.dumps(exported, ensure_ascii=False)
    for word in SAID:
        assert f"{word} ana" in told, word
    assert "luis" not in told
    assert "7777777" not in told
    assert exported["canales"][0]["direccion"] == "+50370004321"
    # Neither who of the ministry it was, nor what opens a file.
    for secret in ("marta", "Marta", "clave-ana", "10.0.0.1"):
        assert secret not in told
    (closed, opened) = exported["casos"]
    assert (closed["respuestas"], closed["notas"]) == ([], [])
    assert opened["numero"] == number
    assert [one["texto"] for one in opened["respuestas"]] == ["ministerio ana"]
    assert [one["texto"] for one in opened["notas"]] == ["nota ana"]
    first, second = exported["mensajes_enviados"]
    assert [one["nombre"] for one in first["archivos"]] == ["archivo ana"]
    assert [one["estado"] for one in first["entregas"]] == ["entregado ana"]
    assert second["entregas"] == []
    assert [one["texto"] for one in exported["preguntas_que_espera"]] == ["llantas ana"]
    for part in PARTS:
        if not part.within and part.key != "uniones":
            assert exported[part.key], part.key


async def test_joined_accounts_are_exported_together_by_any_number(
    database: Database, meet: Meet
) -> None:
    ana, web = await meet("whatsapp", "+50370004321"), await meet("web", "w" * 64)
    await _with_a_past(database, ana, "ana")
    await _with_a_past(database, web, "eva")
    await join(database, ana, web)
    exported = await _export(database, ana.person_id)
    assert await _export(database, web.person_id) == exported
    assert exported["persona"] == {
        "numero": ana.person_id,
        "cuentas": [ana.person_id, web.person_id],
    }
    told = json.dumps(exported, ensure_ascii=False)
    for word in SAID:
        assert f"{word} ana" in told
        assert f"{word} eva" in told
    assert [(one["cuenta"], one["cuenta_unida"]) for one in exported["uniones"]] == [
        (ana.person_id, web.person_id)
    ]


def _keys(value: Any, path: str = "") -> set[str]:
    """Paths of the keys of our own; what stands in a stored document has its own names."""
    if isinstance(value, list):
        return {key for one in value for key in _keys(one, path)}
    if not isinstance(value, dict) or path in FREE:
        return set()
    here = {f"{path}.{key}".strip(".") for key in value}
    return here.union(*(_keys(one, f"{path}.{key}".strip(".")) for key, one in value.items()))


FREE = frozenset(
    {
        "persona",
        "que_es_cada_dato",
        "conversacion.estado",
        "casos.contexto",
        "solicitudes_de_consultoria.busca",
        "mensajes_recibidos.detalle",
        "mensajes_enviados.contenido",
        "actos_del_personal.detalle",
    }
)


async def test_every_key_is_explained_and_every_moment_has_its_zone(
    database: Database, meet: Meet
) -> None:
    ana, web = await meet(), await meet("web", "w" * 64)
    await _with_a_past(database, ana, "ana")
    await _with_a_past(database, web, "eva")
    await join(database, ana, web)
    exported = await _export(database, ana.person_id)
    assert json.loads(json.dumps(exported)) == exported
    assert exported["que_es_cada_dato"] == explained()
    assert _keys(exported) == set(explained())
    assert all(meaning.strip() for meaning in explained().values())
    received = datetime.fromisoformat(exported["mensajes_recibidos"][0]["recibido"])
    assert received.utcoffset() is not None
    assert exported["exportado"] == "2026-11-23T09:00:00-06:00"


async def test_what_was_erased_is_not_handed_over(database: Database, meet: Meet) -> None:
    ana = await meet("whatsapp", "+50370004321")
    await _with_a_past(database, ana, "ana")
    await handled(database)
    async with database.transaction() as session:
        await erasure.erase(session, ana.person_id, NOW, answering=())
    between = await _export(database, ana.person_id)
    # Until it is forgotten the number is still held, so it is told.
    assert [one["direccion"] for one in between["canales"]] == ["+50370004321"]
    async with database.transaction() as session:
        await erasure.forget_due(session, NOW + erasure.FORGET_AFTER)
    after = await _export(database, ana.person_id)
    told = json.dumps(after, ensure_ascii=False)
    assert after["canales"] == after["mensajes_recibidos"] == after["mensajes_enviados"] == []
    for word in SAID:
        assert f"{word} ana" not in told, word
    assert "4321" not in told


async def test_nobody_has_no_export(database: Database) -> None:
    with pytest.raises(NoSuchPerson):
        await _export(database, 7)


# -- nothing is forgotten --------------------------------------------------------------------------


def _about_people() -> set[str]:
    """Tables with a person's or an address's number, or with that of a row that has one."""
    about = set(ROOTS)
    while True:
        more = {
            name
            for name, table in metadata.tables.items()
            if "person_id" in table.columns
            or "address_id" in table.columns
            or any(key.column.table.name in about for key in table.foreign_keys)
        }
        if more <= about:
            return about
        about |= more


def test_every_table_about_people_is_exported_or_says_why_not() -> None:
    about = _about_people()
    assert {"inbox", "outbox", "receipt", "case_reply", "asker", "audit_entry"} <= about
    exported = {part.table for part in PARTS}
    assert about == exported | set(NOT_EXPORTED)
    assert exported.isdisjoint(NOT_EXPORTED)
    assert all(reason.strip() for reason in NOT_EXPORTED.values())


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
def test_every_column_is_exported_or_says_why_not(part: Any) -> None:
    known = set(metadata.tables[part.table].columns.keys())
    assert set(part.columns) | set(part.left_out) == known
    assert not set(part.columns) & set(part.left_out)
    assert all(reason.strip() for reason in part.left_out.values())
    keys = [key for key, _ in part.columns.values()] + list(part.further)
    assert len(keys) == len(set(keys))
    assert all(key.isascii() and key == key.lower() for key in keys)
