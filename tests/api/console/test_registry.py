"""The registry of consultants in the console: found, judged, suspended, compared and settled."""

import hashlib
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest
import pytest_asyncio
from sqlalchemy import text

from actions.bookings import availability
from actions.bookings.openings import Window
from actions.files.checking import Clean
from actions.messages import inbox
from actions.registry import applications, own, rules, sync
from actions.registry.applications import Application
from actions.registry.errors import Stale
from actions.registry.rows import Reading, RegistryRow
from actions.staff.permissions import Role
from actions.store.database import Database
from api.clock import today
from api.processes.postgres import EmbeddedPostgres
from tests.actions.registry.conftest import a_row
from tests.api.console.conftest import Browser, House, console
from tests.conftest import drop_database, fresh_database

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/registro"
SYNC = f"{PATH}/sincronizar"
AMP = "Ana & Hijos"
EVIL = "Ana <script>alert(1)</script>"
PHONE = "+503 7000 1234"
PAPER = Clean("título (año 2020).pdf", "application/pdf", b"%PDF- title")
HEAD = "Número,Nombre,Categorías,Vigente desde,Vigente hasta,Departamentos"


@pytest_asyncio.fixture(loop_scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[House]:
    """A console of its own for each test: a registry is compared as a whole."""
    url = fresh_database(postgres)
    async with console(url, tmp_path, "http://127.0.0.1:9") as house:
        yield house
    drop_database(postgres, url)


def now() -> datetime:
    return datetime.now(UTC)


def row(number: int, **more: object) -> RegistryRow:
    day = today()
    given = {"valid_from": day - timedelta(days=100), "valid_to": day + timedelta(days=400)}
    return a_row(number, **{**given, **more})


async def registry(database: Database, *rows: RegistryRow) -> list[int]:
    """The registry holds these; our numbers of them."""
    async with database.transaction() as session:
        run = await sync.propose(session, Reading(rows, ()), "registro.csv", now(), by="Rosa")
        await sync.apply(session, run.id, now(), by="Rosa")
        found = await session.scalars(text("SELECT id FROM consultant ORDER BY id"))
        return list(found)


async def applied(database: Database, name: str = "Teresa Aguilar") -> int:
    """Somebody of the chat asks to be in the registry, with a paper; our number of them."""
    async with database.transaction() as session:
        received = await inbox.receive(
            session,
            channel="whatsapp",
            external=f"+503700{abs(hash(name)) % 100_000:05}",
            provider_id=name,
            kind="text",
            text="hola",
            detail={},
        )
        return await applications.apply_for(
            session,
            received.person_id,
            Application("persona", name, ("auditoria",), ("San Salvador",), phone=PHONE),
            [PAPER],
            now(),
        )


async def told(database: Database) -> list[str]:
    """What was written to people, in order."""
    async with database.session() as session:
        found = await session.scalars(text("SELECT content->>'text' FROM outbox ORDER BY id"))
        return [str(one) for one in found]


async def joins(database: Database, consultant_id: int, name: str) -> None:
    """Somebody of the chat answers for that consultant from now on."""
    async with database.transaction() as session:
        received = await inbox.receive(
            session,
            channel="whatsapp",
            external=f"+5037110{consultant_id:04}",
            provider_id=f"{name} {consultant_id}",
            kind="text",
            text="hola",
            detail={},
        )
        await session.execute(
            text("UPDATE consultant SET person_id = :person WHERE id = :id"),
            {"person": received.person_id, "id": consultant_id},
        )


async def entries(database: Database, act: str) -> list[tuple[str, str]]:
    """Subject and details of what the audit holds of an act."""
    async with database.session() as session:
        rows = await session.execute(
            text("SELECT subject, detail::text FROM audit_entry WHERE act = :act ORDER BY place"),
            {"act": act},
        )
        return [(one[0], one[1]) for one in rows]


async def state_of(database: Database, consultant_id: int) -> str:
    async with database.session() as session:
        return str(
            await session.scalar(
                text("SELECT state FROM consultant WHERE id = :id"), {"id": consultant_id}
            )
        )


async def upload(browser: Browser, content: bytes, name: str = "registro.csv") -> httpx.Response:
    return await browser.send(SYNC, seen_on=SYNC, files={"archivo": (name, content)})


def line(one: RegistryRow) -> str:
    return (
        f"{one.registration_number},{one.name},auditoría,{one.valid_from:%d/%m/%Y},"
        f"{one.valid_to:%d/%m/%Y},San Salvador"
    )


def csv_of(*rows: RegistryRow) -> bytes:
    return "\n".join([HEAD, *map(line, rows)]).encode()


async def test_the_list_is_searched_filtered_and_its_export_is_recorded(house: House) -> None:
    await registry(
        house.database, row(1), row(2, name="Beatriz Otra", categories=("energia",)), row(3)
    )
    admin = await house.who(Role.ADMINISTRATION)
    page = (await admin.get(PATH)).text
    assert all(f"CA-{number}" in page for number in (1, 2, 3))
    for query, there, away in (
        ("buscar=beatriz", "CA-2", "CA-1<"),
        ("buscar=CA-3", "CA-3", "CA-2<"),
        ("categoria=energia", "CA-2", "CA-3<"),
        ("departamento=San+Salvador&estado=vigente", "CA-1", "Nada coincide"),
    ):
        found = (await admin.get(f"{PATH}?{query}")).text
        assert there in found, query
        assert away not in found.replace("</a>", "<"), query
    assert "Nada coincide" in (await admin.get(f"{PATH}?estado=suspendida")).text
    table = (await admin.get(f"{PATH}?formato=csv")).content.decode("utf-8-sig")
    assert "Beatriz Otra" in table
    assert [one[0] for one in await entries(house.database, "list.export")] == ["list:registro"]


async def test_how_to_reach_somebody_is_for_who_may_read_people(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    async with house.database.transaction() as session:
        await own.change(session, one, {"phone": PHONE, "email": "ana@example.sv"}, now())
    for role, may in ((Role.ATTENTION, True), (Role.ADMINISTRATION, True), (Role.REVIEW, False)):
        page = (await (await house.who(role)).get(f"{PATH}/{one}")).text
        assert "Consultora Número 1" in page
        assert (PHONE in page, "ana@example.sv" in page) == (may, may), role
    for role in (Role.EDITING, Role.COMMUNICATION, Role.READING):
        answer = await (await house.who(role)).get(f"{PATH}/{one}")
        assert answer.status_code == 403
        assert "rol de" in answer.text


async def test_a_record_tells_fields_rulers_week_and_history(house: House) -> None:
    (one,) = await registry(house.database, row(1, name=EVIL, sectors=("panaderia",)))
    async with house.database.transaction() as session:
        await availability.set_windows(
            session,
            one,
            [Window(0, time(8), time(12))],
        )
    page = (await (await house.who(Role.ATTENTION)).get(f"{PATH}/{one}")).text
    assert "<script>alert" not in page
    assert "Ana &lt;script&gt;" in page
    for words in (
        "manda el registro",
        "manda el consultor",
        "Auditoría ambiental",
        "08:00 a 12:00",
        "Lunes",
    ):
        assert words in page
    assert "Entró al registro" in page
    # Who may only read is not offered to change anything.
    for words in ("Suspender", "Hacer un código"):
        assert words not in page


async def test_an_application_is_approved_and_its_paper_opened_by_who_judges(house: House) -> None:
    one = await applied(house.database)
    review, attention = await house.who(Role.REVIEW), await house.who(Role.ATTENTION)
    page = (await review.get(f"{PATH}/{one}")).text
    link = re.search(rf'href="({PATH}/{one}/documentos/\d+)"', page)
    assert link
    # Who judges is told to call, and is recorded as having seen where to.
    assert PHONE in page
    assert f"Solicitud {one}," in page
    assert "Lo que dice la solicitud" in page
    assert "manda el registro" not in page
    assert [each[0] for each in await entries(house.database, "registry.contact")] == [
        f"consultant:{one}"
    ]
    assert PHONE in (await attention.get(f"{PATH}/{one}")).text
    assert len(await entries(house.database, "registry.contact")) == 1
    assert "Solicitudes por revisar (1)" in (await review.get(PATH)).text
    paper = await review.get(link[1])
    assert paper.content == PAPER.content
    assert paper.headers["content-disposition"].startswith("attachment;")
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert paper.headers["cache-control"] == "no-store"
    assert [one[0] for one in await entries(house.database, "registry.document")] == [
        f"consultant:{one}"
    ]
    assert (await attention.get(link[1])).status_code == 403
    other = await applied(house.database, "Otra Persona")
    stolen = link[1].replace(f"/{one}/", f"/{other}/")
    assert (await review.get(stolen)).status_code == 404

    last = (today() + timedelta(days=365)).isoformat()
    fields = {"numero": "ca-77", "desde": today().isoformat(), "hasta": last}
    denied = await attention.send(f"{PATH}/{one}/aprobar", fields)
    assert denied.status_code == 403
    done = await review.send(f"{PATH}/{one}/aprobar", fields, seen_on=f"{PATH}/{one}")
    assert done.status_code == 303
    page = (await review.get(f"{PATH}/{one}")).text
    assert "CA-77" in page
    assert "Quedó en el registro" in page
    assert "Aprobar la solicitud" not in page
    assert PHONE not in page
    assert "el registro nacional todavía no lo trae" in page
    assert await state_of(house.database, one) == "vigente"
    ((subject, detail),) = await entries(house.database, "registry.approve")
    assert subject == f"consultant:{one}"
    assert "CA-77" in detail
    assert "Se le avisa por WhatsApp." in page
    (words,) = await told(house.database)
    assert "con el número **CA-77**" in words
    async with house.database.session() as session:
        buttons = await session.scalar(text("SELECT content->>'buttons' FROM outbox"))
    assert "/task_availability" in str(buttons)


async def test_what_is_wrong_with_an_approval_stands_at_its_field(house: House) -> None:
    await registry(house.database, row(1))
    one = await applied(house.database)
    review = await house.who(Role.REVIEW)
    first, last = today().isoformat(), (today() + timedelta(days=30)).isoformat()
    past = (today() - timedelta(days=1)).isoformat()
    for fields, field in (
        ({"numero": "", "desde": first, "hasta": last}, "numero"),
        ({"numero": "<b>", "desde": first, "hasta": last}, "numero"),
        ({"numero": "CA-1", "desde": first, "hasta": last}, "numero"),
        ({"numero": "CA-9", "desde": "pronto", "hasta": last}, "desde"),
        ({"numero": "CA-9", "desde": past, "hasta": past}, "hasta"),
        ({"numero": "CA-9", "desde": last, "hasta": first}, "hasta"),
    ):
        answer = await review.send(f"{PATH}/{one}/aprobar", fields, seen_on=f"{PATH}/{one}")
        assert answer.status_code == 422, fields
        assert f'id="mal-{field}"' in answer.text, fields
        assert f'value="{fields["hasta"]}"' in answer.text
        assert "<b>" not in answer.text
    assert await state_of(house.database, one) == "solicitada"
    empty = await review.send(
        f"{PATH}/{one}/rechazar", {"motivo_rechazo": " "}, seen_on=f"{PATH}/{one}"
    )
    assert empty.status_code == 422
    await review.send(f"{PATH}/{one}/rechazar", {"motivo_rechazo": "Falta el título."})
    assert await state_of(house.database, one) == "rechazada"
    assert "quedó rechazada. Se le avisa por WhatsApp." in (await review.get(f"{PATH}/{one}")).text
    again = await review.send(f"{PATH}/{one}/rechazar", {"motivo_rechazo": "Falta."})
    assert again.status_code == 303
    assert "Ya está rechazada" in (await review.get(f"{PATH}/{one}")).text
    # Nobody heard of what was refused.
    (words,) = await told(house.database)
    assert "«Falta el título»" in words


async def test_a_suspension_needs_a_reason_and_is_undone(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    review = await house.who(Role.REVIEW)
    empty = await review.send(f"{PATH}/{one}/suspender", {"motivo": ""}, seen_on=f"{PATH}/{one}")
    assert empty.status_code == 422
    assert 'id="mal-motivo"' in empty.text
    await review.send(f"{PATH}/{one}/suspender", {"motivo": EVIL})
    assert await state_of(house.database, one) == "suspendida"
    page = (await review.get(f"{PATH}/{one}")).text
    assert "<script>alert" not in page
    assert "No tiene chat: avísele usted." in page
    assert "Quitar la suspensión" in page
    assert "Estado puesto por el ministerio" in page
    await review.send(f"{PATH}/{one}/levantar", {"motivo": "Entregó sus papeles."})
    assert await state_of(house.database, one) == "vigente"
    for act in ("registry.suspend", "registry.reinstate"):
        assert [each[0] for each in await entries(house.database, act)] == [f"consultant:{one}"]


async def test_who_answers_for_a_consultant_is_told_of_a_suspension_and_of_its_end(
    house: House,
) -> None:
    (one,) = await registry(house.database, row(1))
    await joins(house.database, one, "Ana")
    review = await house.who(Role.REVIEW)
    await review.send(f"{PATH}/{one}/suspender", {"motivo": EVIL}, seen_on=f"{PATH}/{one}")
    assert "Se le avisa por WhatsApp." in (await review.get(f"{PATH}/{one}")).text
    await review.send(f"{PATH}/{one}/levantar", {"motivo": "Solo para el ministerio."})
    suspended, reinstated = await told(house.database)
    assert f"«{EVIL}»" in suspended
    assert "vigente otra vez" in reinstated
    assert "Solo para el ministerio" not in reinstated
    async with house.database.transaction() as session:
        await session.execute(text("UPDATE address SET blocked_at = now()"))
    await review.send(f"{PATH}/{one}/suspender", {"motivo": "Quejas."})
    assert "bloqueó el chat: avísele usted" in (await review.get(f"{PATH}/{one}")).text
    assert len(await told(house.database)) == 2
    details = [detail for _, detail in await entries(house.database, "registry.suspend")]
    assert ["true" in detail.split("told")[1][:9] for detail in details] == [True, False]


async def test_a_synchronisation_and_a_decision_tell_who_is_suspended_by_them(
    house: House,
) -> None:
    first, gone, _ = await registry(house.database, row(1), row(2), row(3))
    for number in (first, gone):
        await joins(house.database, number, f"Persona {number}")
    await registry(house.database, row(1), row(3))
    admin = await house.who(Role.ADMINISTRATION)
    listed = (await admin.get(f"{PATH}/conflictos?decidido=no")).text
    link = re.search(rf'href="({PATH}/conflictos/\d+)"', listed)
    assert link
    await admin.send(link[1], {"decision": "suspender", "nota": "Oficio 12"}, seen_on=link[1])
    assert "Se le avisa por WhatsApp." in (await admin.get(f"{PATH}/conflictos")).text
    (words,) = await told(house.database)
    assert "**CA-2** quedó suspendido" in words
    assert "Oficio" not in words
    past = today() - timedelta(days=1)
    place = (await upload(admin, csv_of(row(1, valid_to=past), row(3)))).headers["location"]
    assert len(await told(house.database)) == 1
    for _ in range(2):
        await admin.send(f"{place}/aplicar", seen_on=SYNC)
    _, lapsed = await told(house.database)
    assert "**CA-1** venció" in lapsed


async def test_a_code_is_shown_once_and_stays_out_of_the_audit(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    review = await house.who(Role.REVIEW)
    made = await review.send(f"{PATH}/{one}/codigo", seen_on=f"{PATH}/{one}")
    assert made.status_code == 303
    place = made.headers["location"]
    shown = await review.get(place)
    assert shown.headers["cache-control"] == "no-store"
    code = re.search(r'id="codigo" data-copy>([A-Z0-9-]{14})<', shown.text)
    assert code
    # Loading the page again makes no other code, and shows none.
    again = await review.get(place)
    assert (again.status_code, again.headers["location"]) == (303, f"{PATH}/{one}")
    async with house.database.session() as session:
        digest = await session.scalar(text("SELECT digest FROM consultant_code"))
    assert digest == hashlib.sha256(code[1].replace("-", "").encode()).digest()
    page = (await review.get(f"{PATH}/{one}")).text
    assert code[1] not in page
    assert "un código sin usar" in page
    ((subject, detail),) = await entries(house.database, "registry.code")
    assert subject == f"consultant:{one}"
    assert code[1] not in detail


async def test_a_file_is_compared_field_by_field_and_applied_once(house: House) -> None:
    await registry(house.database, row(1), row(2), row(3))
    admin = await house.who(Role.ADMINISTRATION)
    later = today() + timedelta(days=900)
    sent = await upload(admin, csv_of(row(1, valid_to=later), row(2), row(4, name=AMP)))
    assert sent.status_code == 303, sent.text
    place = sent.headers["location"]
    page = (await admin.get(place)).text
    for words in ("Vigente hasta", f"{later.day} ", "Consultora Número 3", "Ana &amp; Hijos"):
        assert words in page
    async with house.database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM consultant")) == 3
    whole = (await admin.get(f"{place}/diferencias.csv")).content.decode("utf-8-sig")
    assert "CA-4" in whole
    done = await admin.send(f"{place}/aplicar", seen_on=place)
    assert done.headers["location"] == f"{PATH}/conflictos?decidido=no"
    async with house.database.session() as session:
        rows = await session.execute(text("SELECT registration_number, valid_to FROM consultant"))
        held = {one.registration_number: one.valid_to for one in rows}
    assert set(held) == {"CA-1", "CA-2", "CA-3", "CA-4"}
    assert held["CA-1"] == later
    await admin.send(f"{place}/aplicar", seen_on=SYNC)
    assert "Ya estaba aplicada" in (await admin.get(place)).text
    assert len(await entries(house.database, "registry.propose")) == 1
    assert place.rpartition("/")[2] in (await entries(house.database, "registry.apply"))[0][0]
    # The same file once more.
    again = await upload(admin, csv_of(row(1, valid_to=later), row(2), row(4, name=AMP)))
    assert "no cambia nada" in (await admin.get(again.headers["location"])).text


async def test_a_conflict_is_decided_once(house: House) -> None:
    _, gone = await registry(house.database, row(1), row(2))
    await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    listed = (await admin.get(f"{PATH}/conflictos?decidido=no")).text
    link = re.search(rf'href="({PATH}/conflictos/\d+)"', listed)
    assert link
    nothing = await admin.send(link[1], {"nota": EVIL}, seen_on=link[1])
    assert nothing.status_code == 422
    assert "Ana &lt;script&gt;" in nothing.text
    assert (await admin.send(link[1], {"decision": "borrar"}, seen_on=link[1])).status_code == 422
    await admin.send(link[1], {"decision": "suspender", "nota": "Oficio 12"}, seen_on=link[1])
    assert await state_of(house.database, gone) == "suspendida"
    assert "Oficio 12" in (await admin.get(link[1])).text
    await admin.send(link[1], {"decision": "mantener"}, seen_on="/consola/cuenta")
    assert "ya se decidió" in (await admin.get(link[1])).text
    assert len(await entries(house.database, "registry.decide")) == 1


async def test_wrong_files_get_a_report_and_change_nothing(house: House) -> None:
    await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    bad = f"{HEAD}\nCA-1,Ana,auditoría,31/02/2026,01/01/2027,San Salvador"
    latin = f"{HEAD}\nCA-9,Núñez Ávila,auditoría,01/01/2026,01/01/2030,San Salvador"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Otra cosa"])
    book.worksheets[0].append([1])
    out = io.BytesIO()
    book.save(out)
    for content, words in (
        (b"", "no trae ning"),
        (b"\x00\x01\x02", "no se puede leer"),
        (b"Nombre;Tel\nAna;1", "faltan estas columnas"),
        (f"{HEAD},Nombre\na,b,c,d,e,f,g".encode(), "está dos veces"),
        (bad.encode(), "Ninguna fila se puede usar"),
        (out.getvalue(), "faltan estas columnas"),
        (b"PK\x03\x04garbage", "no se puede leer"),
        (b"x" * (10 * 1024 * 1024 + 1), "demasiado grande"),
    ):
        answer = await upload(admin, content)
        assert answer.status_code == 422, words
        assert words in answer.text, words
    nothing = await admin.send(SYNC, seen_on=SYNC)
    assert nothing.status_code == 422
    assert 'id="mal-archivo"' in nothing.text
    assert await entries(house.database, "registry.propose") == []
    # The row's number stands beside what is wrong with it, and a good row in Latin-1 is read.
    mixed = await upload(
        admin, f"{latin}\nCA-1,Ana,auditoría,31/02/2026,01/01/2027,San Salvador".encode("latin-1")
    )
    place = mixed.headers["location"]
    page = (await admin.get(place)).text
    assert re.search(r'data-title="Fila" class="number">3<', page)
    assert "Núñez Ávila" in page
    # Rows were left out: nobody applies it without saying that they looked.
    unread = await admin.send(f"{place}/aplicar", seen_on=place)
    assert unread.status_code == 422
    assert 'id="mal-visto"' in unread.text
    async with house.database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM consultant")) == 1
    await admin.send(f"{place}/aplicar", {"visto": "si"}, seen_on=place)
    async with house.database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM consultant")) == 2


async def test_a_proposal_that_grew_old_or_was_discarded_is_not_applied(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    place = (await upload(admin, csv_of(row(1), row(2)))).headers["location"]
    other = (await upload(admin, csv_of(row(1), row(2)))).headers["location"]
    await admin.send(f"{place}/aplicar", seen_on=place)
    stale = await admin.send(f"{other}/aplicar", seen_on=other)
    assert stale.status_code == 303
    assert str(Stale()) in (await admin.get(other)).text
    page = (await admin.get(other)).text
    assert "Quedó vieja: el registro cambió después." in page
    assert "/aplicar" not in page
    assert "Quedó vieja" in (await admin.get(SYNC)).text
    third = (await upload(admin, csv_of(row(1), row(2), row(3)))).headers["location"]
    await admin.send(f"{third}/descartar", seen_on=third)
    page = (await admin.get(third)).text
    assert "Descartada" in page
    assert "/aplicar" not in page
    await admin.send(f"{third}/aplicar", seen_on=SYNC)
    assert "se descartó" in (await admin.get(third)).text
    # What somebody of the ministry did by hand makes one old too.
    fourth = (await upload(admin, csv_of(row(1), row(2), row(3)))).headers["location"]
    assert f"{fourth}/aplicar" in (await admin.get(fourth)).text
    await admin.send(f"{PATH}/{one}/suspender", {"motivo": "Quejas."})
    page = (await admin.get(fourth)).text
    assert "Quedó vieja" in page
    assert "/aplicar" not in page
    await admin.send(f"{PATH}/{one}/levantar", {"motivo": "Se aclaró."})
    assert await state_of(house.database, one) == "vigente"
    assert len(await entries(house.database, "registry.discard")) == 1


async def test_only_who_manages_the_registry_gets_near_a_synchronisation(house: House) -> None:
    await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    place = (await upload(admin, csv_of(row(1), row(2)))).headers["location"]
    for role in (Role.ATTENTION, Role.READING, Role.EDITING):
        someone = await house.who(role)
        for answer in (
            await someone.get(SYNC),
            await someone.get(place),
            await someone.get(f"{place}/diferencias.csv"),
            await someone.send(f"{place}/aplicar"),
            await someone.get(f"{PATH}/conflictos"),
        ):
            assert answer.status_code == 403, role
            assert "Administración o Revisión" in answer.text
    assert await registered(house.database) == 1


async def registered(database: Database) -> int:
    async with database.session() as session:
        return int(
            await session.scalar(
                text("SELECT count(*) FROM consultant WHERE state = ANY(:registered)"),
                {"registered": [*rules.REGISTERED]},
            )
        )


async def test_the_service_is_asked_only_where_one_is_set(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    assert "Servicio del registro" not in (await admin.get(SYNC)).text
    assert (await admin.send(f"{SYNC}/servicio", seen_on=SYNC)).status_code == 404


async def test_a_conflict_that_closed_by_itself_says_so(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    await admin.send(f"{PATH}/{one}/suspender", {"motivo": "Quejas."}, seen_on=f"{PATH}/{one}")
    await registry(house.database, row(1))
    listed = (await admin.get(f"{PATH}/conflictos")).text
    link = re.search(rf'href="({PATH}/conflictos/\d+)"', listed)
    assert link
    # Taking the registry's state puts somebody in force again: that is asked before.
    assert 'data-sure-if="decision=registro"' in (await admin.get(link[1])).text
    await registry(house.database, row(1, state="suspendida"))
    page = (await admin.get(link[1])).text
    assert "Se cerró sola: el registro ya dice lo mismo" in page
    assert "None" not in page
    assert "<dt>Teníamos al cerrarse</dt><dd>Suspendida</dd>" in page
    assert "<dt>El registro decía</dt><dd>Suspendida</dd>" in page


async def test_a_suspension_lifted_here_is_not_put_back_by_a_file(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    admin = await house.who(Role.ADMINISTRATION)
    await admin.send(f"{PATH}/{one}/suspender", {"motivo": "Sin póliza."}, seen_on=f"{PATH}/{one}")
    assert "Suspendida (lo puso el ministerio)" in (await admin.get(f"{PATH}/{one}")).text
    await admin.send(f"{PATH}/{one}/levantar", {"motivo": "Presentó la póliza."})
    file = f"{HEAD},Estado\n{line(row(1))},Suspendida".encode()
    place = (await upload(admin, file)).headers["location"]
    page = (await admin.get(place)).text
    assert "El registro dice otro estado que el que puso el ministerio" in page
    await admin.send(f"{place}/aplicar", seen_on=place)
    assert await state_of(house.database, one) == "vigente"
    assert "Conflictos (1)" in (await admin.get(PATH)).text


async def test_what_a_run_would_do_is_counted_alike_and_asked_before(house: House) -> None:
    await registry(house.database, row(1), row(2), row(3))
    await registry(house.database, row(1), row(2))
    admin = await house.who(Role.ADMINISTRATION)
    past = today() - timedelta(days=1)
    changed = row(1, valid_to=past, valid_from=past - timedelta(days=9))
    later = f"{HEAD},Teléfono\n" + "\n".join(
        [
            f"{line(changed)},",
            f"{line(row(3, departments=())).replace('San Salvador', 'La Unión')},llamar",
        ]
    )
    place = (await upload(admin, later.encode())).headers["location"]
    page = (await admin.get(place)).text
    assert "<dt>Cambian</dt><dd>1 consultor, 3 datos</dd>" in page
    assert '<span class="quiet">1 consultor, 3 datos</span>' in page
    sure = re.search(r'id="aplicar" data-sure="([^"]+)"', page)
    assert sure
    for words in ("1 cambia", "1 deja de estar vigente", "1 ya no está", "1 vuelve"):
        assert words in sure[1]
    assert f'{place}/descartar" class="act" data-sure=' in page
    assert "Volvieron al registro" in page
    # The row without a telephone is used; departments of who is here already are not.
    assert "La fila se usa, sin ese dato." in page
    assert "Datos del archivo que no se usan" in page
    table = (await admin.get(f"{place}/diferencias.csv")).content.decode("utf-8-sig")
    for words in ("Volvieron al registro,CA-3", "Dato que no se usa", "CA-3,Consultora Número 3,D"):
        assert words in table


async def test_the_example_and_the_list_itself_can_be_uploaded(house: House) -> None:
    await registry(house.database, row(1, categories=("emisiones", "aguas")), row(2))
    await applied(house.database)
    admin = await house.who(Role.ADMINISTRATION)
    example = await admin.get(f"{SYNC}/plantilla.csv")
    assert f"{SYNC}/plantilla.csv" in (await admin.get(SYNC)).text
    place = (await upload(admin, example.content)).headers["location"]
    page = (await admin.get(place)).text
    assert "Ana María Ejemplo" in page
    assert "Filas con problemas" not in page
    for form in ("csv", "xlsx"):
        own_list = (await admin.get(f"{PATH}?formato={form}")).content
        place = (await upload(admin, own_list)).headers["location"]
        page = (await admin.get(place)).text
        assert "no cambia nada" in page
        assert "Filas con problemas" not in page


async def test_what_waits_is_told_to_who_may_act_on_it(house: House) -> None:
    await registry(house.database, row(1), row(2))
    await registry(house.database, row(1))
    one = await applied(house.database, "Zoila Primera")
    await applied(house.database, "Ana Segunda")
    review, attention = await house.who(Role.REVIEW), await house.who(Role.ATTENTION)
    reading = await house.who(Role.READING)
    for browser, there, away in (
        (review, ("solicitudes de consultores por", "conflicto del registro"), "quejas de citas"),
        (attention, ("quejas de citas abiertas",), "solicitudes de consultores"),
        (reading, (), "Por atender"),
    ):
        page = (await browser.get("/consola/")).text
        assert all(words in page for words in there)
        assert away not in page
    queue = (await review.get(f"{PATH}?estado=solicitada")).text
    assert queue.index("Zoila Primera") < queue.index("Ana Segunda")
    assert "hace menos de 1 min" in queue
    found = (await review.get(f"{PATH}?buscar={one}")).text
    assert "Zoila Primera" in found
    assert "Ana Segunda" not in found


async def test_an_application_without_papers_is_not_approved_unasked(house: House) -> None:
    one = await applied(house.database)
    review = await house.who(Role.REVIEW)
    words = "La solicitud no trae ningún documento"
    assert words not in (await review.get(f"{PATH}/{one}")).text
    async with house.database.transaction() as session:
        await session.execute(text("DELETE FROM consultant_document"))
    page = (await review.get(f"{PATH}/{one}")).text
    assert words in page
    assert re.search(r'/aprobar" data-sure="[^"]*ningún documento', page)


async def test_who_suspends_reads_what_becomes_of_meetings(house: House) -> None:
    (one,) = await registry(house.database, row(1))
    review = await house.who(Role.REVIEW)
    assert "Las citas que ya tiene no se cancelan" in (await review.get(f"{PATH}/{one}")).text
    await review.send(f"{PATH}/{one}/suspender", {"motivo": "Quejas."}, seen_on=f"{PATH}/{one}")
    await review.send(f"{PATH}/{one}/suspender", {"motivo": "Quejas."})
    assert "Ya está suspendida" in (await review.get(f"{PATH}/{one}")).text


async def test_a_long_list_has_its_ends_and_a_page_to_go_to(house: House) -> None:
    await registry(house.database, *(row(number) for number in range(110)))
    review = await house.who(Role.REVIEW)
    page = (await review.get(f"{PATH}?buscar=consultora&estado=vigente&pagina=3")).text
    kept = "buscar=consultora&amp;estado=vigente"
    assert f'href="{PATH}?{kept}">Primera</a>' in page
    assert f'href="{PATH}?{kept}&amp;pagina=5">Última</a>' in page
    assert 'name="pagina" min="1" max="5"' in page
    assert '<input type="hidden" name="buscar" value="consultora">' in page


async def test_what_is_to_be_corrected_is_named_and_linked(house: House) -> None:
    one = await applied(house.database)
    review = await house.who(Role.REVIEW)
    answer = await review.send(
        f"{PATH}/{one}/aprobar",
        {"numero": "<b>", "desde": "", "hasta": ""},
        seen_on=f"{PATH}/{one}",
    )
    assert "Hay 2 datos que corregir" in answer.text
    assert '<a href="#mal-desde" data-field="desde">' in answer.text
    assert 'id="mal-desde"' in answer.text
