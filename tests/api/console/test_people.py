"""«Personas y empresas» over HTTP: found, read, corrected, exported, erased; and who may what."""

import asyncio
import csv
import html
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.cases import service as cases
from actions.cases import staff
from actions.firms import service as firms
from actions.messages import outbox, states
from actions.messages.content import Content
from actions.people import consent, linking, wanted
from actions.people import service as people
from actions.people.requests import TOLD_WITH
from actions.questions import service as questions
from actions.staff.permissions import Role
from api.clock import now
from api.console.rooms.person_firm import BEFORE
from bot import privacy, responses
from bot.channels import templates
from tests.actions.conftest import Someone, receive, until_someone_waits_for_a_lock
from tests.api.console.conftest import Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/personas"
XSS = "<img src=x onerror=alert(1)>"
WHY = "Lo pidió por carta el 3 de noviembre"
_numbers = iter(range(1, 10_000))


async def _someone(
    house: House,
    words: str = "kiero saver si ocupo permiso",
    *,
    channel: str = "whatsapp",
    external: str | None = None,
    is_waiting: bool = False,
    **firm: Any,
) -> Someone:
    """Someone who wrote so, with a firm where one is given."""
    place = next(_numbers)
    external = external or f"+5037100{place:04}"
    async with house.database.transaction() as session:
        received = await receive(session, f"p{place}", words, channel=channel, external=external)
        if not is_waiting:
            await session.execute(text("UPDATE inbox SET handled_at = now()"))
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        if firm:
            await firms.save(session, received.person_id, firm)
    return Someone(received.person_id, received.address_id, channel, external)


async def _say(house: House, someone: Someone, *texts: str) -> None:
    """What was sent to them."""
    async with house.database.transaction() as session:
        await outbox.add(
            session,
            person_id=someone.person_id,
            address_id=someone.address_id,
            channel=someone.channel,
            contents=[Content(one) for one in texts],
            lane=states.REPLY,
            state=states.DELIVERED,
        )


async def _join(house: House, kept: Someone, joined: Someone) -> None:
    async with house.database.transaction() as session:
        code = await linking.make_code(session, kept.person_id, now())
        await linking.join(session, joined.person_id, code, now())


async def _rows(house: House, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    async with house.database.session() as session:
        return [tuple(row) for row in await session.execute(text(statement), values)]


async def _acts(house: House, number: int) -> list[tuple[str, Any, int | None]]:
    """What stands in the audit about a person: the act, its detail, and whom it is about."""
    found = await _rows(
        house,
        "SELECT act, detail, person_id FROM audit_entry WHERE subject = :subject ORDER BY place",
        subject=f"person:{number}",
    )
    return [(act, detail, person) for act, detail, person in found]


async def _firm(house: House, number: int) -> dict[str, Any]:
    async with house.database.session() as session:
        return dict(await firms.profile(session, number))


async def _notice(browser: Browser, answer: httpx.Response) -> str:
    """What the next page tells, once."""
    assert answer.status_code == 303, answer.text[-3000:]
    page = html.unescape((await browser.get(answer.headers["location"])).text)
    assert 'role="status">' in page
    return page.split('role="status">')[1].split("</p>")[0]


# -- the list --------------------------------------------------------------------------------------


async def test_people_are_found_and_their_addresses_masked(house: House) -> None:
    ana = await _someone(
        house,
        external="+50370004321",
        firm_name="Panadería Lupita",
        sector="panaderia",
        workers=11,
        department="La Unión",
        permit_state="in_process",
    )
    tania = await house.who(Role.ATTENTION)
    for asked in (
        "buscar=panaderia+lupita",
        "buscar=4321",
        f"buscar={ana.person_id}&canal=whatsapp",
        "departamento=La+Uni%C3%B3n&tamano=pequena&seccion=C",
        "permiso=en_tramite&consentimiento=no&orden=empresa&departamento=La+Uni%C3%B3n",
    ):
        page = (await tania.get(f"{PATH}?{asked}")).text
        assert f'href="{PATH}/{ana.person_id}"' in page, asked
        assert "Panadería Lupita" in page
        assert "WhatsApp ••••4321" in page
        assert ">Pequeña<" in page
        assert "70004321" not in page
    for asked in ("tamano=grande", "canal=telegram&buscar=lupita", "departamento=Caba%C3%B1as"):
        assert "Lupita" not in (await tania.get(f"{PATH}?{asked}")).text, asked


async def test_what_no_filter_knows_is_left_out(house: House) -> None:
    tania = await house.who(Role.ATTENTION)
    for asked in ("departamento=Honduras", "tamano='%20OR%201=1", "orden=external", "pagina=-1"):
        assert (await tania.get(f"{PATH}?{asked}")).status_code == 200, asked


async def test_the_list_as_a_file_is_masked_and_recorded(house: House) -> None:
    await _someone(house, external="+50370008765", firm_name="=SUMA(A1)")
    tania = await house.who(Role.ATTENTION)
    answer = await tania.get(f"{PATH}?buscar=8765&formato=csv")
    (line,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert line["Empresa"] == "'=SUMA(A1)"
    assert line["Canales"] == "WhatsApp ••••8765"
    assert "70008765" not in answer.text
    ((detail,),) = await _rows(
        house,
        "SELECT detail FROM audit_entry WHERE subject = 'list:personas' ORDER BY place DESC "
        "LIMIT 1",
    )
    assert (detail["after"]["rows"], detail["after"]["searched"]) == (1, True)


@pytest.mark.parametrize("role", [Role.READING, Role.EDITING, Role.COMMUNICATION, Role.REVIEW])
async def test_who_does_not_see_people_sees_none(house: House, role: Role) -> None:
    ana = await _someone(house, firm_name="Escondida")
    browser = await house.who(role)
    for path in (PATH, f"{PATH}?formato=csv", *(f"{PATH}/{ana.person_id}{one}" for one in _PAGES)):
        answer = await browser.get(path)
        assert answer.status_code == 403, path
        assert "rol de" in answer.text
        assert "Escondida" not in answer.text
    assert PATH not in (await browser.get("/consola/cuenta")).text


_PAGES = ("", "/mensajes", "/empresa", "/borrar")
_ACTS = ("/empresa", "/avisos", "/exportar", "/borrar")


@pytest.mark.parametrize("number", ["999999999", "0", "-1", "9" * 30])
async def test_the_number_of_nobody_is_not_found(house: House, number: str) -> None:
    tania, ana = await house.who(Role.ATTENTION), await house.who(Role.ADMINISTRATION)
    for page in _PAGES:
        answers = [await one.get(f"{PATH}/{number}{page}") for one in (tania, ana)]
        assert 404 in [one.status_code for one in answers], page
        assert {one.status_code for one in answers} <= {403, 404}, page
    fields = {"category": "training", "wanted": "no", "reason": WHY, "confirm": number}
    fields |= {"firm_name": "De nadie"}
    for act in _ACTS:
        answers = [await one.send(f"{PATH}/{number}{act}", fields) for one in (tania, ana)]
        assert {one.status_code for one in answers} == {403, 404}, act
    assert await _acts(house, int(number)) == []


# -- a person --------------------------------------------------------------------------------------


HALF_DONE = {"tasks": [{"number": 7, "flow": "profile"}], "under_way": [7]}
"""A conversation in which the firm's data are being given."""


async def _with_all(house: House) -> Someone:
    """Someone of whom everything is known."""
    ana = await _someone(
        house,
        "mi secreto",
        firm_name="Taller Mendoza",
        sector="taller_mecanico",
        workers=4,
        annual_sales_usd=25_000,
        district="Soyapango",
        municipality="San Salvador Este",
        department="San Salvador",
        permit_state="none",
    )
    number = ana.person_id
    async with house.database.transaction() as session:
        await consent.record(session, number, "2025-01", "whatsapp")
        await consent.record(session, number, privacy.VERSION, "telegram")
        await cases.open_case(session, number, "request", {"question": "mi secreto"})
        asked = await questions.record(
            session, "¿Dónde boto las llantas?", "abstained", [], None, "whatsapp", now().date()
        )
        assert asked is not None
        await questions.wants_answer(session, asked, number, now())
        await wanted.stop(session, number, ["training"])
        await people.mark_blocked(session, ana.address_id)
        await session.execute(
            text("INSERT INTO conversation (person_id, state) VALUES (:person, :state)"),
            {"person": number, "state": json.dumps(HALF_DONE)},
        )
    await _say(house, ana, "respuesta sobre el secreto")
    return ana


async def test_a_person_with_all_that_is_held_but_for_what_they_wrote(house: House) -> None:
    ana = await _with_all(house)
    luis = await _someone(house, channel="telegram", external="99887766")
    await _join(house, ana, luis)
    tania = await house.who(Role.ATTENTION)
    page = html.unescape((await tania.get(f"{PATH}/{ana.person_id}")).text)
    for shown in (
        "Taller Mendoza",
        "San Salvador Este",
        "25,000 USD",
        "Microempresa",
        f"WhatsApp ••••{ana.external[-4:]}",
        "Telegram ••••7766",
        "Nos bloqueó",
        "Aviso de privacidad 2025-01",
        "Retirado",
        f"Aviso de privacidad {privacy.VERSION}",
        "Vigente",
        "No los quiere",
        "¿Dónde boto las llantas?",
        "Los datos de su empresa",
        "2 de la persona, 1 nuestros",
        f"{ana.person_id}, {luis.person_id}",
    ):
        assert shown in page, shown
    ((case,),) = await _rows(
        house, 'SELECT id FROM "case" WHERE person_id = :person', person=ana.person_id
    )
    assert f'href="/consola/casos/{case}"' in page
    for hidden in ("secreto", ana.external, "99887766", "/exportar", "/borrar"):
        assert hidden not in page, hidden
    # Seeing the page is no act; what they wrote stays unread.
    assert await _acts(house, ana.person_id) == []
    moved = await tania.get(f"{PATH}/{luis.person_id}")
    assert (moved.status_code, moved.headers["location"]) == (303, f"{PATH}/{ana.person_id}")


async def test_of_whom_nothing_is_known_there_is_a_page_too(house: House) -> None:
    eva = await _someone(house, channel="web", external="e" * 64)
    tania = await house.who(Role.ATTENTION)
    page = (await tania.get(f"{PATH}/{eva.person_id}")).text
    assert f"<h1>Persona {eva.person_id}</h1>" in page
    assert "Sin dato" in page
    assert "eeee" not in page


async def test_what_people_write_is_only_text(house: House) -> None:
    ana = await _someone(house, f"hola {XSS}", firm_name=XSS)
    await _say(house, ana, f"respuesta {XSS}")
    tania = await house.who(Role.ATTENTION)
    ada = await house.who(Role.ADMINISTRATION)
    number = ana.person_id
    for browser, path in (
        (tania, f"{PATH}?buscar=onerror"),
        (tania, f"{PATH}/{number}"),
        (tania, f"{PATH}/{number}/mensajes"),
        (tania, f"{PATH}/{number}/empresa"),
        (ada, f"{PATH}/{number}/borrar"),
    ):
        page = (await browser.get(path)).text
        assert "<img src=x" not in page, path
    answer = await ada.send(
        f"{PATH}/{number}/borrar", {"reason": f"</textarea>{XSS}", "confirm": f'"><b>{XSS}'}
    )
    assert answer.status_code == 422
    assert "<img src=x" not in answer.text
    assert f"</textarea>{XSS}" in html.unescape(answer.text)


# -- messages --------------------------------------------------------------------------------------


async def test_reading_messages_is_recorded_and_goes_back_page_by_page(house: House) -> None:
    ana = await _someone(house, "la primera de todas")
    for place in range(60):
        await _say(house, ana, f"mensaje número {place}.")
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/mensajes"
    page = (await tania.get(on)).text
    assert "mensaje número 59." in page
    assert "la primera de todas" not in page
    assert f"WhatsApp ••••{ana.external[-4:]}" in page
    assert ana.external not in page
    older = page.split('rel="prev" href="')[1].split('"')[0]
    assert older.startswith(f"{on}?antes=")
    page = (await tania.get(older)).text
    assert "la primera de todas" in page
    assert "mensaje número 59." not in page
    assert 'rel="prev"' not in page
    done = await _acts(house, ana.person_id)
    assert [(act, person) for act, _, person in done] == [("person.read", ana.person_id)] * 2
    assert all(set(detail["after"]) == {"desde", "hasta"} for _, detail, _ in done)
    assert "mensaje" not in json.dumps([detail for _, detail, _ in done])


@pytest.mark.parametrize("place", ["x", "1", "-1--1", "1-2-3", "' OR 1=1", "9" * 40, ""])
async def test_a_place_that_is_none_is_not_found_and_nothing_was_read(
    house: House, place: str
) -> None:
    ana = await _someone(house)
    tania = await house.who(Role.ATTENTION)
    answer = await tania.get(f"{PATH}/{ana.person_id}/mensajes", params={"antes": place})
    assert answer.status_code == 404
    assert await _acts(house, ana.person_id) == []


async def test_messages_of_a_joined_account_are_read_where_it_is_joined_to(house: House) -> None:
    ana, luis = await _someone(house), await _someone(house, "soy luis")
    await _join(house, ana, luis)
    tania = await house.who(Role.ATTENTION)
    moved = await tania.get(f"{PATH}/{luis.person_id}/mensajes")
    assert moved.headers["location"] == f"{PATH}/{ana.person_id}/mensajes"
    assert "soy luis" in (await tania.get(moved.headers["location"])).text


# -- correcting the firm ---------------------------------------------------------------------------


def _typed(shown: dict[str, str], **changed: str) -> dict[str, str]:
    """The form as it was shown, with what was typed over it."""
    return {**shown, **changed, **{f"{BEFORE}{name}": value for name, value in shown.items()}}


SHOWN = {
    "firm_name": "Taller Mendoza",
    "sector": "taller_mecanico",
    "workers": "4",
    "annual_sales_usd": "",
    "place": "San Salvador|Soyapango",
    "permit_state": "none",
}


async def _mendoza(house: House) -> Someone:
    return await _someone(
        house,
        firm_name="Taller Mendoza",
        sector="taller_mecanico",
        workers=4,
        district="Soyapango",
        municipality="San Salvador Este",
        department="San Salvador",
        permit_state="none",
    )


async def test_a_firm_is_corrected_and_what_was_before_is_in_the_audit(house: House) -> None:
    ana = await _mendoza(house)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/empresa"
    page = html.unescape((await tania.get(on)).text)
    for name, value in SHOWN.items():
        assert f'name="{BEFORE}{name}" value="{value}"' in page
    assert '<option value="San Salvador|Soyapango" selected>Soyapango</option>' in page
    answer = await tania.send(
        on,
        _typed(
            SHOWN, workers="1,200", place="La Unión|Conchagua", annual_sales_usd="$9,000,000.50"
        ),
        seen_on=on,
    )
    assert await _notice(tania, answer) == "Los datos quedaron corregidos."
    assert await _firm(house, ana.person_id) == {
        "firm_name": "Taller Mendoza",
        "sector": "taller_mecanico",
        "workers": 1_200,
        "annual_sales_usd": 9_000_001,
        "district": "Conchagua",
        "municipality": "La Unión Sur",
        "department": "La Unión",
        "permit_state": "none",
    }
    assert "Gran empresa" in (await tania.get(f"{PATH}/{ana.person_id}")).text
    ((act, detail, person),) = await _acts(house, ana.person_id)
    assert (act, person) == ("person.correct", ana.person_id)
    assert detail["before"] == {
        "Personas que trabajan": "4",
        "Ventas al año": "",
        "Distrito": "Soyapango",
        "Municipio": "San Salvador Este",
        "Departamento": "San Salvador",
    }
    assert detail["after"]["Personas que trabajan"] == "1,200"


async def test_what_the_owner_said_meanwhile_stays(house: House) -> None:
    ana = await _mendoza(house)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/empresa"
    async with house.database.transaction() as session:
        await firms.save(session, ana.person_id, {"workers": 9})
    await tania.send(on, _typed(SHOWN, firm_name="Taller Mendoza e Hijos"), seen_on=on)
    firm = await _firm(house, ana.person_id)
    assert (firm["firm_name"], firm["workers"]) == ("Taller Mendoza e Hijos", 9)


async def test_what_is_wrong_is_told_beside_its_field_and_stays_typed(house: House) -> None:
    ana = await _mendoza(house)
    before = await _firm(house, ana.person_id)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/empresa"
    wrong = {
        "firm_name": f"-{XSS}-" * 5,
        "workers": "muchos",
        "sector": "astronauta",
        "place": "La Unión|Soyapango",
        "permit_state": "prometido",
    }
    answer = await tania.send(on, _typed(SHOWN, **wrong), seen_on=on)
    assert answer.status_code == 422
    assert "Hay 5 datos que corregir." in answer.text
    for name in wrong:
        assert f'id="mal-{name}"' in answer.text, name
    assert 'value="muchos"' in answer.text
    assert '<option value="La Unión|Soyapango" selected>' in html.unescape(answer.text)
    assert "<img src=x" not in answer.text
    assert await _firm(house, ana.person_id) == before
    assert await _acts(house, ana.person_id) == []
    # Mended on that page, it is taken.
    answer = await tania.send(on, _typed(SHOWN, workers="5"), seen_on=on)
    assert await _notice(tania, answer) == "Los datos quedaron corregidos."


async def test_a_branch_of_another_release_stays_when_something_else_is_corrected(
    house: House,
) -> None:
    ana = await _mendoza(house)
    async with house.database.transaction() as session:
        await session.execute(
            text("UPDATE firm SET sector = 'herreria_de_antes' WHERE person_id = :person"),
            {"person": ana.person_id},
        )
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/empresa"
    page = (await tania.get(on)).text
    assert '<option value="herreria_de_antes" selected>' in page
    shown = {**SHOWN, "sector": "herreria_de_antes"}
    await tania.send(on, _typed(shown, permit_state="has_permit"), seen_on=on)
    firm = await _firm(house, ana.person_id)
    assert (firm["sector"], firm["permit_state"]) == ("herreria_de_antes", "has_permit")


async def test_nothing_changed_is_nothing_done(house: House) -> None:
    ana = await _mendoza(house)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}/empresa"
    for changed in ({}, {"workers": "04"}):
        answer = await tania.send(on, _typed(SHOWN, **changed), seen_on=on)
        assert await _notice(tania, answer) == "No cambió ningún dato."
    assert await _acts(house, ana.person_id) == []


# -- messages wanted -------------------------------------------------------------------------------


async def test_messages_are_stopped_and_wanted_again(house: House) -> None:
    ana = await _someone(house)
    tania = await house.who(Role.ATTENTION)
    on = f"{PATH}/{ana.person_id}"
    stop, start = (
        {"category": "training", "wanted": "no"},
        {"category": "training", "wanted": "si"},
    )
    assert (
        await _notice(tania, await tania.send(f"{on}/avisos", stop, seen_on=on))
        == "Ya no se le mandan: capacitaciones."
    )
    assert "No los quiere" in (await tania.get(on)).text
    assert (
        await _notice(tania, await tania.send(f"{on}/avisos", stop, seen_on=on))
        == "No cambió ningún dato."
    )
    await tania.send(f"{on}/avisos", start, seen_on=on)
    assert "No los quiere" not in (await tania.get(on)).text
    done = await _acts(house, ana.person_id)
    assert [(act, detail["after"], person) for act, detail, person in done] == [
        ("person.wanted", {"Capacitaciones": "no los recibe"}, ana.person_id),
        ("person.wanted", {"Capacitaciones": "los recibe"}, ana.person_id),
    ]
    unknown = {"category": "'; DROP TABLE opted_out; --", "wanted": "no"}
    told = await _notice(tania, await tania.send(f"{on}/avisos", unknown, seen_on=on))
    assert told.startswith("Esos mensajes no existen")
    assert len(await _acts(house, ana.person_id)) == 2


# -- all data --------------------------------------------------------------------------------------


async def test_all_data_come_as_a_file_and_it_is_recorded(house: House) -> None:
    ana = await _with_all(house)
    ada = await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{ana.person_id}"
    assert f'action="{on}/exportar"' in (await ada.get(on)).text
    answer = await ada.send(f"{on}/exportar", seen_on=on)
    assert answer.headers["content-type"] == "application/json"
    assert f"persona-{ana.person_id}.json" in answer.headers["content-disposition"]
    exported = json.loads(answer.text)
    assert exported["persona"]["numero"] == ana.person_id
    assert "mi secreto" in answer.text
    assert "respuesta sobre el secreto" in answer.text
    ((act, detail, person),) = await _acts(house, ana.person_id)
    assert (act, person) == ("person.export", ana.person_id)
    assert detail == {"before": {}, "after": {}, "note": ""}


async def test_who_answers_cannot_export_or_erase_and_who_erases_cannot_correct(
    house: House,
) -> None:
    ana = await _mendoza(house)
    tania, ada = await house.who(Role.ATTENTION), await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{ana.person_id}"
    fields = {"reason": WHY, "confirm": str(ana.person_id), "workers": "9"}
    fields |= {"category": "training", "wanted": "no"}
    for browser, acts in ((tania, ("/exportar", "/borrar")), (ada, ("/empresa", "/avisos"))):
        for act in acts:
            answer = await browser.send(f"{on}{act}", fields)
            assert answer.status_code == 403, act
            assert "rol de" in answer.text
    assert await _acts(house, ana.person_id) == []
    assert (await _firm(house, ana.person_id))["workers"] == 4


# -- erasing ---------------------------------------------------------------------------------------


async def test_erased_by_staff_told_to_the_person_and_nothing_left_in_the_audit(
    house: House,
) -> None:
    ana = await _with_all(house)
    number = ana.person_id
    async with house.database.transaction() as session:
        await session.execute(
            text("UPDATE address SET blocked_at = NULL WHERE person_id = :person"),
            {"person": number},
        )
    tania, ada = await house.who(Role.ATTENTION), await house.who(Role.ADMINISTRATION)
    await tania.get(f"{PATH}/{number}/mensajes")
    on = f"{PATH}/{number}/borrar"
    page = html.unescape((await ada.get(on)).text)
    assert "Se cierra el caso" in page
    words = page.split("«")[1].split("»")[0]
    reason = f"{WHY}, con DUI 01234567-8 y teléfono 7123-4567"
    answer = await ada.send(on, {"reason": reason, "confirm": f" {number} "}, seen_on=on)
    told = await _notice(ada, answer)
    assert told.startswith(f"Los datos de la persona {number} quedaron borrados.")
    assert "Va en camino un mensaje" in told
    assert "Queda cuántas consultas hubo" in told
    assert "que alguien aceptó el aviso de privacidad" in told
    ((content,),) = await _rows(
        house,
        "SELECT content FROM outbox WHERE address_id = :address AND state = 'queued'",
        address=ana.address_id,
    )
    assert content == {"text": words, "template": TOLD_WITH, "variables": {"1": words}}
    page = (await ada.get(f"{PATH}/{number}")).text
    assert "Borrada" in page
    for gone in ("Taller Mendoza", "••••", "Caso ", "Consentimientos", "/mensajes", "Soyapango"):
        assert gone not in page, gone
    done = await _acts(house, number)
    assert [act for act, *_ in done] == ["person.read", "person.erase"]
    assert done[0][1] is None
    kept = json.dumps(done[1][1], ensure_ascii=False)
    assert WHY in kept
    for gone in ("01234567", "7123", "Mendoza", "secreto"):
        assert gone not in kept, gone
    assert done[1][1]["after"]["mensajes"] == 1
    assert f'href="{PATH}/{number}"' not in (await tania.get(f"{PATH}?buscar=mendoza")).text


async def test_of_who_was_erased_nothing_can_be_seen_or_done(house: House) -> None:
    ana = await _someone(house, firm_name="Ya Borrada")
    number = ana.person_id
    tania, ada = await house.who(Role.ATTENTION), await house.who(Role.ADMINISTRATION)
    await ada.send(f"{PATH}/{number}/borrar", {"reason": WHY, "confirm": str(number)})
    acts = await _acts(house, number)
    for browser, path in (
        (tania, "/mensajes"),
        (tania, "/empresa"),
        (ada, "/borrar"),
    ):
        answer = await browser.get(f"{PATH}/{number}{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/{number}"), path
    for browser, act, fields in (
        (tania, "/empresa", {"firm_name": "De nuevo"}),
        (tania, "/avisos", {"category": "training", "wanted": "no"}),
        (ada, "/exportar", {}),
        (ada, "/borrar", {"reason": WHY, "confirm": str(number)}),
    ):
        told = await _notice(browser, await browser.send(f"{PATH}/{number}{act}", fields))
        assert "ya se borraron" in told, act
    assert await _acts(house, number) == acts
    assert await _firm(house, number) == {}


async def test_what_the_erased_are_told_fits_the_chat_and_the_template() -> None:
    words = responses.load(Path(responses.__file__).parent).say("utter_erased_by_staff", {}).text
    (template,) = (one for one in templates.declared() if one.name == TOLD_WITH)
    assert template.category == "UTILITY"
    assert template.buttons == ()
    assert template.samples == {"1": words}
    whole = template.body.replace("{{1}}", words)
    assert whole.count("empezamos de cero") == 1
    assert whole.count("lo pediste") == 1
    assert "\n" not in words


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": "", "confirm": "número"}, "reason"),
        ({"reason": "x" * 501, "confirm": "número"}, "reason"),
        ({"reason": WHY, "confirm": ""}, "confirm"),
        ({"reason": WHY, "confirm": "1"}, "confirm"),
        ({"reason": WHY, "confirm": "número 1"}, "confirm"),
    ],
)
async def test_without_a_reason_and_the_right_number_nothing_is_erased(
    house: House, fields: dict[str, str], wrong: str
) -> None:
    ana = await _mendoza(house)
    ada = await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{ana.person_id}/borrar"
    fields = {name: one.replace("número", str(ana.person_id)) for name, one in fields.items()}
    answer = await ada.send(on, fields, seen_on=on)
    assert answer.status_code == 422
    assert f'id="mal-{wrong}"' in answer.text
    assert fields["reason"] in answer.text
    assert (await _firm(house, ana.person_id))["firm_name"] == "Taller Mendoza"
    assert await _acts(house, ana.person_id) == []


async def test_a_conversation_that_staff_have_is_not_erased_under_them(house: House) -> None:
    ana = await _mendoza(house)
    async with house.database.transaction() as session:
        case = (await cases.open_case(session, ana.person_id, "request", {})).number
    ada = await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{ana.person_id}/borrar"
    assert "está atendiendo" not in (await ada.get(on)).text
    async with house.database.transaction() as session:
        await staff.take(session, case, "Tania Atención", now(), timedelta(hours=8))
    assert f'href="/consola/casos/{case}"' in (await ada.get(on)).text
    answer = await ada.send(on, {"reason": WHY, "confirm": str(ana.person_id)}, seen_on=on)
    assert answer.status_code == 422
    assert "Ciérrelo o devuélvalo al asistente" in answer.text
    assert f'href="/consola/casos/{case}"' in answer.text
    assert WHY in answer.text
    assert (await _firm(house, ana.person_id))["firm_name"] == "Taller Mendoza"


async def test_a_message_that_waits_for_a_turn_is_told(house: House) -> None:
    ana = await _someone(house, "una pregunta sin leer", is_waiting=True, firm_name="En Espera")
    ada = await house.who(Role.ADMINISTRATION)
    answer = await ada.send(
        f"{PATH}/{ana.person_id}/borrar", {"reason": WHY, "confirm": str(ana.person_id)}
    )
    told = await _notice(ada, answer)
    assert "Un mensaje suyo esperaba turno: se queda" in told
    assert await _firm(house, ana.person_id) == {}
    assert await _rows(
        house, "SELECT text FROM inbox WHERE address_id = :address", address=ana.address_id
    ) == [("una pregunta sin leer",)]


async def test_who_blocked_us_is_erased_and_staff_are_told_that_they_could_not_be(
    house: House,
) -> None:
    ana = await _with_all(house)
    ada = await house.who(Role.ADMINISTRATION)
    answer = await ada.send(
        f"{PATH}/{ana.person_id}/borrar", {"reason": WHY, "confirm": str(ana.person_id)}
    )
    assert "No se le pudo avisar: bloqueó el chat." in await _notice(ada, answer)


@pytest.mark.parametrize("is_long", [False, True])
async def test_what_is_at_the_persons_rows_is_waited_for_a_while(
    house: House, is_long: bool
) -> None:
    ana = await _mendoza(house)
    ada = await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{ana.person_id}/borrar"
    fields = {"reason": WHY, "confirm": str(ana.person_id)}
    async with house.database.session() as other:
        await other.execute(
            text("SELECT 1 FROM address WHERE id = :id FOR UPDATE"), {"id": ana.address_id}
        )
        erasing = asyncio.create_task(ada.send(on, fields, seen_on=on))
        if is_long:
            answer = await erasing
        else:
            await until_someone_waits_for_a_lock(house.database)
    if is_long:
        assert answer.status_code == 422
        assert "pruebe otra vez en unos segundos" in answer.text
        assert WHY in answer.text
        assert await _acts(house, ana.person_id) == []
        assert (await _firm(house, ana.person_id))["firm_name"] == "Taller Mendoza"
    else:
        assert (await erasing).status_code == 303
        assert await _firm(house, ana.person_id) == {}


async def test_joined_accounts_are_erased_together_by_the_number_of_one(house: House) -> None:
    ana, luis = await _mendoza(house), await _someone(house, "soy luis")
    await _join(house, ana, luis)
    ada = await house.who(Role.ADMINISTRATION)
    on = f"{PATH}/{luis.person_id}/borrar"
    page = html.unescape((await ada.get(on)).text)
    assert f"Las 2 cuentas que unió: {ana.person_id}, {luis.person_id}." in page
    # Asked is for the number that the page shows.
    answer = await ada.send(on, {"reason": WHY, "confirm": str(luis.person_id)}, seen_on=on)
    assert answer.status_code == 422
    answer = await ada.send(on, {"reason": WHY, "confirm": str(ana.person_id)}, seen_on=on)
    assert answer.status_code == 303
    for number in (ana.person_id, luis.person_id):
        assert "Borrada" in (await ada.get(f"{PATH}/{number}")).text
