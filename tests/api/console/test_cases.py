"""«Conversaciones» over HTTP: taken, answered, noted, handed back, closed; and who may what."""

import asyncio
import io
import json

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from actions.cases import service as cases
from actions.staff.permissions import Role
from tests.actions.conftest import receive
from tests.api.console.conftest import Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/casos"
_numbers = iter(range(1, 10_000))


async def _case(house: House, words: str = "quiero hablar con alguien", **more: str) -> int:
    """The case of someone new who wrote so."""
    async with house.database.transaction() as session:
        place = next(_numbers)
        more.setdefault("channel", "web")
        received = await receive(
            session, f"m{place}", words, external=more.pop("external", f"persona-{place}"), **more
        )
        opened = await cases.open_case(
            session, received.person_id, "request", {"question": "¿ocupo permiso?"}
        )
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    return opened.number


async def _two(house: House) -> tuple[Browser, Browser]:
    """Two people of the desk, under names of their own."""
    tania, ana = await house.who(Role.ATTENTION), await house.who(Role.ADMINISTRATION)
    number = await _number(house, "administracion@demo.example")
    fields = {
        "name": "Ana Administración",
        "email": "ana@example.com",
        "roles": ["administracion", "atencion"],
    }
    if "Atención" not in (await ana.get("/consola/cuenta")).text:
        await ana.send(f"/consola/personal/{number}", fields)
        async with house.database.transaction() as session:
            # Kept under the address by which tests log in.
            await session.execute(
                text("UPDATE staff SET email = 'administracion@demo.example' WHERE id = :id"),
                {"id": number},
            )
    return tania, ana


async def _number(house: House, email: str) -> int:
    async with house.database.session() as session:
        found: int = await session.scalar(
            text("SELECT id FROM staff WHERE email = :email"), {"email": email}
        )
    return found


async def _sent(house: House, number: int) -> list[str]:
    async with house.database.session() as session:
        rows = await session.scalars(
            text(
                "SELECT content->>'text' FROM outbox JOIN case_reply ON outbox_id = outbox.id "
                "WHERE case_id = :number ORDER BY outbox.id"
            ),
            {"number": number},
        )
        return list(rows)


async def _acts(house: House, number: int) -> list[str]:
    async with house.database.session() as session:
        rows = await session.scalars(
            text("SELECT act FROM audit_entry WHERE subject = :subject ORDER BY place"),
            {"subject": f"case:{number}"},
        )
        return list(rows)


async def test_a_case_from_the_inbox_to_its_end(house: House) -> None:
    number = await _case(house)
    tania = await house.who(Role.ATTENTION)
    assert f"Caso {number}" in (await tania.get(PATH)).text
    on = f"{PATH}/{number}"
    page = (await tania.get(on)).text
    assert "quiero hablar con alguien" in page
    assert "¿ocupo permiso?" in page
    assert (await tania.send(f"{on}/tomar", seen_on=on)).status_code == 303
    assert "La tiene usted" in (await tania.get(on)).text
    assert f"Caso {number}" in (await tania.get(f"{PATH}?quien=mias")).text
    answer = await tania.send(f"{on}/contestar", {"text": "Hola, ya le ayudo."}, seen_on=on)
    assert answer.status_code == 303
    assert await _sent(house, number) == ["Hola, ya le ayudo."]
    await tania.send(f"{on}/nota", {"note": "Llamar el lunes"}, seen_on=on)
    page = (await tania.get(on)).text
    assert "Nota de Tania Atención" in page
    assert "Llamar el lunes" in page
    assert (await tania.send(f"{on}/devolver", seen_on=on)).status_code == 303
    closed = await tania.send(f"{on}/cerrar", {"reason": "resuelto"}, seen_on=on)
    assert closed.headers["location"] == PATH
    assert "Cerrado" in (await tania.get(on)).text
    assert await _acts(house, number) == [
        "case.take",
        "case.reply",
        "case.note",
        "case.hand_back",
        "case.close",
    ]
    late = await tania.send(f"{on}/contestar", {"text": "¿Sigue ahí?"})
    assert late.status_code == 422
    assert "ya se cerró" in late.text
    assert "¿Sigue ahí?" in late.text


async def test_two_never_answer_at_once(house: House) -> None:
    number = await _case(house)
    on = f"{PATH}/{number}"
    tania, ana = await _two(house)
    answers = await asyncio.gather(
        tania.send(f"{on}/contestar", {"text": "De Tania"}, seen_on=on),
        ana.send(f"{on}/contestar", {"text": "De Ana"}, seen_on=on),
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    sent = await _sent(house, number)
    assert len(sent) == 1
    (refused,) = [answer for answer in answers if answer.status_code == 422]
    assert "La conversación la tiene" in refused.text
    # What was typed is still there.
    assert ("De Ana" if sent == ["De Tania"] else "De Tania") in refused.text
    other = ana if sent == ["De Tania"] else tania
    assert "Contestar</h2>" in (await other.get(on)).text
    assert (await other.send(f"{on}/cerrar", {"reason": "resuelto"}, seen_on=on)).status_code == 303
    assert "ya se cerró" not in (await other.get(on)).text


async def test_the_thread_is_sent_only_when_it_changed(house: House) -> None:
    number = await _case(house)
    on = f"{PATH}/{number}"
    tania = await house.who(Role.ATTENTION)
    first = await tania.get(f"{on}/hilo", headers={"X-Parte": "1"})
    tag = first.headers["etag"]
    assert f'data-tag="{tag.replace(chr(34), "&#34;")}"' in (await tania.get(on)).text
    asked = {"X-Parte": "1", "If-None-Match": tag}
    assert (await tania.get(f"{on}/hilo", headers=asked)).status_code == 304
    await tania.send(f"{on}/nota", {"note": "algo"}, seen_on=on)
    assert (await tania.get(f"{on}/hilo", headers=asked)).status_code == 200
    inbox = await tania.get(PATH, headers={"X-Parte": "1"})
    assert "<html" not in inbox.text
    again = {"X-Parte": "1", "If-None-Match": inbox.headers["etag"]}
    assert (await tania.get(PATH, headers=again)).status_code == 304


async def test_what_people_write_is_text(house: House) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
    number = await _case(house, evil)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{number}"
    await tania.send(f"{on}/nota", {"note": evil}, seen_on=on)
    for path in (PATH, on, f"{on}/hilo"):
        page = (await tania.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page
        assert "{{7*7}}" in page


async def test_readers_see_and_cannot_answer_and_others_see_nothing(house: House) -> None:
    number = await _case(house)
    on = f"{PATH}/{number}"
    lector = await house.who(Role.READING)
    assert (await lector.get(on)).status_code == 403
    assert (await lector.get(f"{on}/hilo")).status_code == 403
    for path in ("tomar", "contestar", "nota", "devolver", "cerrar"):
        answer = await lector.send(f"{on}/{path}", {"text": "hola", "note": "x"})
        assert answer.status_code == 403
    assert await _sent(house, number) == []


async def test_an_empty_or_too_long_answer_is_told(house: House) -> None:
    number = await _case(house)
    on = f"{PATH}/{number}"
    tania = await house.who(Role.ATTENTION)
    assert "Falta la respuesta" in (await tania.send(f"{on}/contestar", seen_on=on)).text
    long = await tania.send(f"{on}/contestar", {"text": "a" * 1_600}, seen_on=on)
    assert long.status_code == 422
    assert "caben 1500" in long.text
    assert "a" * 1_600 in long.text
    other = await tania.send(f"{on}/cerrar", {"reason": "otro"}, seen_on=on)
    assert 'id="mal-close_note"' in other.text
    bad = await tania.send(f"{on}/cerrar", {"reason": "porque sí"}, seen_on=on)
    assert 'id="mal-reason"' in bad.text


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG")
    return out.getvalue()


async def _with_file(
    browser: Browser, number: int, name: str, content: bytes, kind: str
) -> httpx.Response:
    on = f"{PATH}/{number}"
    return await browser.send(
        f"{on}/contestar",
        {"text": "Mire esto"},
        seen_on=on,
        files=[("files", (name, content, kind))],
    )


async def test_files_go_with_an_answer_and_bad_ones_do_not(house: House) -> None:
    number = await _case(house)
    tania = await house.who(Role.ATTENTION)
    page = b"<html><script>alert(1)</script></html>"
    for name, content, kind in (
        ("foto.jpg", page, "image/jpeg"),
        ("página.html", page, "text/html"),
        ("mapa.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("doc.pdf", b"%PDF-1.4 broken", "application/pdf"),
        ("big.jpg", b"\xff\xd8\xff" + bytes(5 * 1024 * 1024 + 1), "image/jpeg"),
    ):
        refused = await _with_file(tania, number, name, content, kind)
        assert refused.status_code == 422, name
        assert "Elija los archivos otra vez" in refused.text
        assert "Mire esto" in refused.text
    assert await _sent(house, number) == []
    sent = await _with_file(tania, number, "../../foto <b>.jpg", _picture(), "image/jpeg")
    assert sent.status_code == 303
    async with house.database.session() as session:
        content = await session.scalar(
            text("SELECT content FROM outbox WHERE content ? 'files' ORDER BY id DESC LIMIT 1")
        )
    (file,) = content["files"]
    assert ".." not in file["url"]
    fetched = await tania.get(file["url"])
    assert fetched.headers["content-type"] == "image/jpeg"
    assert "<b>" not in json.dumps(file)
    huge = await tania.client.post(
        f"{PATH}/{number}/contestar",
        content=b"x",
        headers={"Origin": "http://127.0.0.1:8000", "Content-Length": "99999999"},
    )
    assert huge.status_code == 413


async def test_outside_whatsapps_window_the_template_goes_and_no_file(house: House) -> None:
    number = await _case(house, channel="whatsapp", external="+50370009911")
    async with house.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE address SET last_inbound_at = now() - interval '25 hours' "
                "WHERE external = '+50370009911'"
            )
        )
    tania = await house.who(Role.ATTENTION)
    page = (await tania.get(f"{PATH}/{number}")).text
    assert "Pasaron las 24 horas de WhatsApp" in page
    assert "••••9911" in page
    assert "70009911" not in page
    refused = await _with_file(tania, number, "foto.jpg", _picture(), "image/jpeg")
    assert refused.status_code == 422
    assert "no ha escrito en 24 horas" in refused.text
    on = f"{PATH}/{number}"
    assert (await tania.send(f"{on}/contestar", {"text": "Hola"}, seen_on=on)).status_code == 303


async def test_prepared_replies_are_kept_changed_and_deleted(house: House) -> None:
    tania = await house.who(Role.ATTENTION)
    path = "/consola/respuestas"
    made = await tania.send(path, {"title": "Mi saludo", "text": "Hola, ¿en qué te ayudo?"})
    assert made.status_code == 303
    again = await tania.send(path, {"title": "Mi saludo", "text": "Otro"})
    assert again.status_code == 422
    assert "dele otro nombre" in again.text
    async with house.database.session() as session:
        number = await session.scalar(text("SELECT id FROM canned_reply WHERE title = 'Mi saludo'"))
    assert (
        await tania.send(f"{path}/{number}", {"title": "Mi saludo", "text": "Buenas"})
    ).status_code == 303
    case = await _case(house)
    assert 'data-text="Buenas"' in (await tania.get(f"{PATH}/{case}")).text
    assert (await tania.send(f"{path}/{number}/borrar")).status_code == 303
    assert "Mi saludo" not in (await tania.get(path)).text.replace("«Mi saludo»", "")
