"""Requests for consultants' time in the console: who waits, how fair it is, complaints settled."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from actions.bookings import availability, service
from actions.bookings.openings import Window
from actions.bookings.working_time import at, is_working_day
from actions.cases.hours import ZONE
from actions.messages import inbox
from actions.people import erasure
from actions.staff.permissions import Role
from actions.store.database import Database
from api.console import pages
from api.processes.postgres import EmbeddedPostgres
from tests.api.console.conftest import House, console
from tests.conftest import drop_database, fresh_database

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/citas"
EVIL = "Llegó tarde <script>alert(1)</script>"


@pytest_asyncio.fixture(loop_scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[House]:
    """A console of its own for each test."""
    url = fresh_database(postgres)
    async with console(url, tmp_path, "http://127.0.0.1:9") as house:
        yield house
    drop_database(postgres, url)


def now() -> datetime:
    return datetime.now(UTC)


async def somebody(database: Database, name: str) -> int:
    async with database.transaction() as session:
        received = await inbox.receive(
            session,
            channel="whatsapp",
            external=f"+5037000{sum(map(ord, name)) % 10_000:04}",
            provider_id=name,
            kind="text",
            text="hola",
            detail={},
        )
        return received.person_id


async def consultant(database: Database, number: int, person_id: int) -> int:
    """In force, with time every day."""
    async with database.transaction() as session:
        found: int = await session.scalar(
            text(
                "INSERT INTO consultant (registration_number, kind, name, categories, remote, "
                "valid_from, valid_to, state, person_id) VALUES (:number, 'persona', :name, "
                "'{diagnostico}', true, '2020-01-01', :valid_to, 'vigente', :person) RETURNING id"
            ),
            {
                "number": f"R-{number}",
                "name": f"Consultora {number}",
                "valid_to": date(2099, 12, 31),
                "person": person_id,
            },
        )
        week = [Window(day, time(8), time(16)) for day in range(7)]
        await availability.set_windows(session, found, week)
        return found


async def asked(database: Database, consultant_id: int, owner: int) -> int:
    """The owner asks for the first opening; the number of the booking."""
    async with database.transaction() as session:
        (opening, *_) = await service.offer(session, consultant_id, now(), 1)
        held = await service.hold(session, consultant_id, owner, opening.span, now())
        outcome = await service.confirm(
            session, held.booking_id, owner, "Un diagnóstico", "contacto-2026-11", now()
        )
        return outcome.booking.id


async def complained(database: Database, words: str = EVIL) -> tuple[int, int, int]:
    """An owner complains about a booking; the complaint, the owner, the consultant."""
    advisor, owner = await somebody(database, "consultora"), await somebody(database, "taller")
    one = await consultant(database, 1, advisor)
    booking = await asked(database, one, owner)
    async with database.transaction() as session:
        return await service.complain(session, booking, owner, words, now()), owner, one


async def test_the_board_shows_who_waits_for_whom(house: House) -> None:
    advisor = await somebody(house.database, "consultora")
    owner = await somebody(house.database, "taller")
    one = await consultant(house.database, 1, advisor)
    other = await consultant(house.database, 2, await somebody(house.database, "otra"))
    booking = await asked(house.database, one, owner)
    await asked(house.database, other, await somebody(house.database, "tienda"))
    desk = await house.who(Role.ATTENTION)
    page = (await desk.get(PATH)).text
    assert page.count("Espera al consultor</span>") == 2
    assert f"Persona {owner}" in page
    async with house.database.transaction() as session:
        await service.accept(session, booking, advisor, now())
    accepted = (await desk.get(f"{PATH}?estado=aceptada")).text
    assert "Consultora 1" in accepted
    assert "Consultora 2" not in accepted
    assert "Por venir</span>" in accepted
    assert "Consultora 1<" in (await desk.get(f"{PATH}?cita=por_venir")).text
    for none in ("cita=se_hizo", "queja=si"):
        assert "Nada coincide" in (await desk.get(f"{PATH}?{none}")).text
    only = (await desk.get(f"{PATH}?consultor={other}")).text
    assert "Consultora 2" in only
    assert "Consultora 1<" not in only
    assert (await desk.get(f"{PATH}?consultor=999999")).status_code == 404
    assert "R-1" in (await desk.get(f"/consola/registro/{one}")).text
    assert f"/consola/personas/{owner}" in (await desk.get(f"/consola/registro/{one}")).text
    review = await house.who(Role.REVIEW)
    assert f"/consola/personas/{owner}" not in (await review.get(f"/consola/registro/{one}")).text


async def test_figures_tell_shares_and_times(house: House) -> None:
    desk = await house.who(Role.ATTENTION)
    assert "No hubo solicitudes" in (await desk.get(f"{PATH}/cifras")).text
    for number in (1, 2):
        advisor = await somebody(house.database, f"consultora {number}")
        one = await consultant(house.database, number, advisor)
        booking = await asked(
            house.database, one, await somebody(house.database, f"taller{number}")
        )
    async with house.database.transaction() as session:
        await session.execute(text("UPDATE consultant SET name = 'Ana Mercedes Portillo Andrade'"))
        await service.accept(session, booking, advisor, now())
    page = (await desk.get(f"{PATH}/cifras?dias=30")).text
    assert "1 solicitud; en promedio son 1.0 por consultor" in page
    # Two of one name are told apart, in the table by their whole names.
    for number in (1, 2):
        assert f"Ana Mercedes… (R-{number})</text>" in page
        assert f'<th scope="row">Ana Mercedes Portillo Andrade (R-{number})</th>' in page
    week = page.partition("Datos de Solicitudes por semana")[2].partition("</tbody>")[0]
    assert [one.partition("<")[0] for one in week.split('<td class="number">')[1:]] == [
        *("1", "0", "1")
    ]
    first = (now() - timedelta(days=30)).astimezone(ZONE).date()
    first -= timedelta(days=first.weekday())
    assert f"Desde el lunes {pages.day(first)}" in page
    assert page.count("50.0 %") == 2
    assert "<svg" in page
    assert (await desk.get(f"{PATH}/cifras?dias=x")).status_code == 200


async def test_one_request_tells_who_was_asked_and_why_they_would_not(house: House) -> None:
    number, owner, one = await complained(house.database)
    other = await consultant(house.database, 2, await somebody(house.database, "otra"))

    async def candidates(_session: object, _wanted: object) -> list[int]:
        return [other]

    async with house.database.transaction() as session:
        booking, request, advisor = (
            await session.execute(
                text(
                    "SELECT b.id, b.referral_id, c.person_id FROM booking AS b "
                    "JOIN consultant AS c ON c.id = b.consultant_id"
                )
            )
        ).one()
        why = "Estoy de viaje <b>"
        await service.decline(session, booking, advisor, now(), candidates, note=why)
    desk = await house.who(Role.ATTENTION)
    assert f'href="{PATH}/{request}"' in (await desk.get(PATH)).text
    page = (await desk.get(f"{PATH}/{request}")).text
    assert "Un diagnóstico" in page
    assert "Espera al consultor</span>" in page
    assert page.index(f'1. <a href="/consola/registro/{one}"') < page.index(
        f'2. <a href="/consola/registro/{other}"'
    )
    assert "Consultor: Dijo que no. «Estoy de viaje &lt;b&gt;»" in page
    assert f'href="{PATH}/quejas/{number}"' in page
    assert f"/consola/personas/{owner}" in page
    for unknown in (request + 1, 2**70, -1):
        assert (await desk.get(f"{PATH}/{unknown}")).status_code == 404
    async with house.database.transaction() as session:
        await erasure.erase(session, owner, now() + timedelta(seconds=1))
    assert "Un diagnóstico" not in (await desk.get(f"{PATH}/{request}")).text


async def test_a_complaint_is_settled_once_with_words(house: House) -> None:
    number, owner, _ = await complained(house.database)
    desk = await house.who(Role.ATTENTION)
    assert "Quejas abiertas (1)" in (await desk.get(PATH)).text
    for path in (f"{PATH}/quejas", f"{PATH}/quejas/{number}"):
        page = (await desk.get(path)).text
        assert "<script>alert" not in page
        assert "Llegó tarde &lt;script&gt;" in page
    place = f"{PATH}/quejas/{number}"
    boxes = {
        name: "required" in rest.partition(">")[0]
        for box in page.split("<textarea ")[1:]
        for name, _, rest in [box.partition('name="')[2].partition('"')]
    }
    assert boxes == {"resultado": True, "respuesta": False}
    empty = await desk.send(f"{place}/resolver", {"resultado": " "}, seen_on=place)
    assert empty.status_code == 422
    assert 'id="mal-resultado"' in empty.text
    long = await desk.send(f"{place}/resolver", {"resultado": "x" * 1_001}, seen_on=place)
    assert long.status_code == 422
    assert "x" * 1_000 in long.text
    verbose = {"resultado": "Se habló.", "respuesta": "y" * 401}
    assert (
        'id="mal-respuesta"' in (await desk.send(f"{place}/resolver", verbose, seen_on=place)).text
    )
    said = {"resultado": "Se habló con ambos.", "respuesta": "El consultor ya lo sabe."}
    done = await desk.send(f"{place}/resolver", said, seen_on=place)
    assert done.status_code == 303
    assert "Se le avisa por WhatsApp." in (await desk.get(f"{PATH}/quejas")).text
    page = (await desk.get(place)).text
    assert "Se habló con ambos." in page
    assert "El consultor ya lo sabe." in page
    await desk.send(f"{place}/resolver", {"resultado": "Otra cosa."})
    page = (await desk.get(place)).text
    assert "ya la resolvió alguien más" in page
    assert "Otra cosa." not in page
    # Only who complained is told, once, and what the ministry found stays with it.
    async with house.database.session() as session:
        sent = (
            await session.execute(
                text("SELECT person_id, content->>'text' FROM outbox WHERE category IS NULL")
            )
        ).all()
    ((person_id, words),) = sent
    assert person_id == owner
    assert "«El consultor ya lo sabe»" in words
    assert "Se habló" not in words
    assert "Nada coincide" in (await desk.get(f"{PATH}/quejas?estado=abierta")).text
    async with house.database.session() as session:
        rows = (
            await session.execute(
                text("SELECT subject, person_id FROM audit_entry WHERE act = 'booking.settle'")
            )
        ).all()
    assert [tuple(one) for one in rows] == [(f"complaint:{number}", owner)]
    async with house.database.transaction() as session:
        await erasure.erase(session, owner, now() + timedelta(seconds=1))
    page = (await desk.get(place)).text
    assert "Llegó tarde" not in page
    assert "Se habló" not in page
    assert "ya lo sabe" not in page
    assert "Datos borrados" in page


async def test_who_may_not_read_people_sees_neither_bookings_nor_complaints(house: House) -> None:
    number, *_ = await complained(house.database)
    for role in set(Role) - {Role.ADMINISTRATION, Role.ATTENTION}:
        someone = await house.who(role)
        for answer in (
            await someone.get(PATH),
            await someone.get(f"{PATH}/cifras"),
            await someone.get(f"{PATH}/quejas/{number}"),
            await someone.send(f"{PATH}/quejas/{number}/resolver", {"resultado": "x"}),
        ):
            assert answer.status_code == 403, role
            assert "Administración o Atención" in answer.text


async def test_how_long_answers_take_is_told_in_the_hours_of_this_deployment(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = fresh_database(postgres)
    day = (now() - timedelta(days=3)).astimezone(ZONE).date()
    while not is_working_day(day):
        day -= timedelta(days=1)
    hours = {"office_opens": time(8), "office_closes": time(12)}
    async with console(url, tmp_path, "http://127.0.0.1:9", **hours) as house:
        advisor = await somebody(house.database, "consultora")
        one = await consultant(house.database, 1, advisor)
        await asked(house.database, one, await somebody(house.database, "taller"))
        async with house.database.transaction() as session:
            await session.execute(
                text("UPDATE booking SET asked_at = :asked, answered_at = :answered"),
                {"asked": at(day, time(9)), "answered": at(day, time(15))},
            )
        desk = await house.who(Role.ATTENTION)
        assert "<dd>3 h hábiles</dd>" in (await desk.get(f"/consola/registro/{one}")).text
        assert "Mediana: 3 horas hábiles" in (await desk.get(f"{PATH}/cifras")).text
    drop_database(postgres, url)
