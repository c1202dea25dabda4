"""Accounts and roles: who may do what, and how somebody comes to be let in."""

import re

import httpx
import pytest
from sqlalchemy import text

from actions.audit import service as audit
from actions.demo import staff as demo_staff
from actions.staff.permissions import Role
from tests.api.console.conftest import Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/personal"
PASSWORD = "tres gatos en un tejado"


async def _invited(admin: Browser, name: str, email: str, *roles: str) -> str:
    """The path of the link."""
    answer = await admin.send(
        f"{PATH}/invitar", {"name": name, "email": email, "roles": list(roles)}
    )
    assert answer.status_code == 200, answer.text
    return re.search(r"http://[^<]*(/consola/enlace/[^<]+)<", answer.text)[1]  # type: ignore[index]


async def _accept(browser: Browser, link: str, password: str, again: str = "") -> httpx.Response:
    fields = {"password": password, "again": again or password}
    return await browser.send(link, fields, seen_on=link)


async def test_an_invitation_lets_in_once(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    link = await _invited(admin, "Berta Nueva", "berta@example.com", "atencion", "edicion")
    guest = house.browser()
    weak = await _accept(guest, link, "corta")
    assert weak.status_code == 422
    assert "al menos 12" in weak.text
    own = await _accept(guest, link, "bertanueva1234")
    assert "Se parece demasiado" in own.text
    other = await _accept(guest, link, PASSWORD, "otra cosa distinta")
    assert "No es igual" in other.text
    assert PASSWORD not in other.text
    assert (await _accept(guest, link, PASSWORD)).status_code == 303
    assert (await guest.enter("BERTA@example.com", PASSWORD)).status_code == 303
    page = (await guest.get("/consola/cuenta")).text
    assert "Atención" in page
    assert "Edición" in page
    again = await guest.get(link)
    assert again.status_code == 410
    assert "venció" in again.text


async def test_a_bad_invitation_keeps_what_was_typed_and_marks_the_field(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    taken = f"{Role.READING.value}{demo_staff.DOMAIN}"
    for fields, field in (
        ({"name": "Pepe Nadie", "email": "no es correo", "roles": ["lectura"]}, "email"),
        ({"name": "X", "email": "pepe@example.com", "roles": ["lectura"]}, "name"),
        ({"name": "Pepe Nadie", "email": "pepe@example.com"}, "roles"),
        ({"name": "Pepe Nadie", "email": "pepe@example.com", "roles": ["dueño"]}, "roles"),
        ({"name": "luis LECTURA", "email": "pepe@example.com", "roles": ["lectura"]}, "name"),
    ):
        answer = await admin.send(f"{PATH}/invitar", fields)
        assert answer.status_code == 422
        assert f'id="mal-{field}"' in answer.text
        assert f'value="{fields["email"]}"' in answer.text
    answer = await admin.send(
        f"{PATH}/invitar",
        {"name": "Pepe Nadie", "email": taken.upper(), "roles": ["lectura"]},
    )
    # The reserved domain of demo data is no address that an invitation could be for.
    assert answer.status_code == 422


async def test_a_disabled_account_is_out_at_once(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    link = await _invited(admin, "Ciro Breve", "ciro@example.com", "lectura")
    guest = house.browser()
    await _accept(guest, link, PASSWORD)
    await guest.enter("ciro@example.com", PASSWORD)
    number = await _number(house, "ciro@example.com")
    assert (await admin.send(f"{PATH}/{number}/desactivar")).status_code == 303
    assert (await guest.get("/consola/cuenta")).status_code == 303
    assert (await guest.enter("ciro@example.com", PASSWORD)).status_code == 422
    assert (await admin.send(f"{PATH}/{number}/activar")).status_code == 303
    assert (await guest.enter("ciro@example.com", PASSWORD)).status_code == 303


async def _number(house: House, email: str) -> int:
    async with house.database.session() as session:
        number: int = await session.scalar(
            text("SELECT id FROM staff WHERE email = :email"), {"email": email}
        )
    return number


async def test_the_last_administrator_stays(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    number = await _number(house, f"{Role.ADMINISTRATION.value}{demo_staff.DOMAIN}")
    answer = await admin.send(
        f"{PATH}/{number}",
        {"name": "Ana Administración", "email": "ana@example.com", "roles": ["lectura"]},
    )
    assert answer.status_code == 422
    assert "única cuenta de administración" in answer.text
    await admin.send(f"{PATH}/{number}/desactivar")
    assert "única cuenta" in (await admin.get(f"{PATH}/{number}")).text
    assert (await admin.get(PATH)).status_code == 200


async def test_others_cannot_manage_accounts_and_hear_which_role_can(house: House) -> None:
    reader = await house.who(Role.READING)
    number = await _number(house, f"{Role.ADMINISTRATION.value}{demo_staff.DOMAIN}")
    for answer in (
        await reader.get(PATH),
        await reader.get(f"{PATH}/{number}"),
        await reader.send(f"{PATH}/{number}/enlace"),
        await reader.send(
            f"{PATH}/{await _number(house, f'{Role.READING.value}{demo_staff.DOMAIN}')}",
            {"name": "Luis Lectura", "email": "l@example.com", "roles": ["administracion"]},
        ),
    ):
        assert answer.status_code == 403
        assert "rol de Administración" in answer.text


async def test_a_session_of_somebody_else_cannot_be_ended_from_ones_own_account(
    house: House,
) -> None:
    one, other = await house.who(Role.READING), await house.who(Role.ATTENTION)
    async with house.database.session() as session:
        number = await session.scalar(text("SELECT max(id) FROM staff_session"))
    await one.send(f"/consola/cuenta/sesiones/{number}/cerrar")
    assert (await other.get("/consola/cuenta")).status_code == 200


async def test_names_are_text_wherever_they_stand(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    evil = "<script>alert(1)</script>\"'>"
    link = await _invited(admin, evil, "evil@example.com", "lectura")
    guest = house.browser()
    for page in (
        await guest.get(link),
        await admin.get(PATH),
        await admin.get("/consola/auditoria"),
        await admin.get(f"{PATH}/{await _number(house, 'evil@example.com')}"),
    ):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text or page.request.url.path.endswith("auditoria")


async def test_password_change_ends_other_sessions_and_needs_the_present_one(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    link = await _invited(admin, "Dora Cambio", "dora@example.com", "lectura")
    one, other = house.browser(), house.browser()
    await _accept(one, link, PASSWORD)
    await one.enter("dora@example.com", PASSWORD)
    await other.enter("dora@example.com", PASSWORD)
    new = "cuatro perros bajo la mesa"
    path = "/consola/cuenta/contrasena"
    wrong = await one.send(path, {"current": "no es", "password": new, "again": new})
    assert 'id="mal-current"' in wrong.text
    right = await one.send(path, {"current": PASSWORD, "password": new, "again": new})
    assert right.status_code == 303
    assert (await one.get("/consola/cuenta")).status_code == 200
    assert (await other.get("/consola/cuenta")).status_code == 303
    assert (await other.enter("dora@example.com", new)).status_code == 303


async def test_what_was_done_is_in_the_audit_which_is_whole(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    await _invited(admin, "Eva Auditada", "eva@example.com", "lectura")
    page = (await admin.get("/consola/auditoria?acto=staff.invite")).text
    assert "Ana Administración" in page
    assert "Invitó a alguien" in page
    place = re.search(r'href="/consola/auditoria/(\d+)"', page)[1]  # type: ignore[index]
    entry = (await admin.get(f"/consola/auditoria/{place}")).text
    assert "eva@example.com" in entry
    assert "La cadena está entera" in (await admin.get("/consola/auditoria/verificar")).text
    async with house.database.session() as session:
        assert (await audit.verify(session)).fault is None


async def test_lists_are_files_too_and_no_cell_is_a_formula(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    await _invited(admin, "=HYPERLINK(1)", "formula@example.com", "lectura")
    as_csv = await admin.get(f"{PATH}?buscar=formula&formato=csv")
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert "attachment" in as_csv.headers["content-disposition"]
    assert "'=HYPERLINK(1)" in as_csv.text
    assert as_csv.text.count("\n") == 2
    as_xlsx = await admin.get(f"{PATH}?formato=xlsx")
    assert as_xlsx.content.startswith(b"PK")
