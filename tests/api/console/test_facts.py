"""«Hechos»: what staff confirm or end, with what becomes of the articles, and others only read."""

import asyncio
import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.articles import facts as saying
from actions.staff.permissions import Role
from api.clock import now, today
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.api.console.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/hechos"
REGISTER = load_facts(FOLDER / "facts")
EVIL = "<script>alert(1)</script>"
GIVEN = {
    "who": "Lic. Marta Rivas, Dirección Jurídica",
    "when": "2026-11-12",
    "document": "oficio DJ-210",
    "confirm_note": "",
}


def plain(page: httpx.Response) -> str:
    """What is read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.text)).split())


def typed_in(page: httpx.Response, name: str) -> str:
    """What is in a field of the page."""
    field = re.search(
        rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"'
        rf'|<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>',
        page.text,
        re.DOTALL,
    )
    assert field, name
    return html.unescape(field[1] if field[1] is not None else field[2])


async def entries(house: House, fact: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit has of a fact: act, who, and what it says."""
    async with house.database.session() as session:
        rows = await session.execute(
            text(
                "SELECT act, actor->>'name', detail FROM audit_entry "
                "WHERE subject = :subject ORDER BY place"
            ),
            {"subject": f"fact:{fact}"},
        )
        return [tuple(row) for row in rows]


async def test_a_confirmation_names_who_when_and_in_what(house: House) -> None:
    reviewer = await house.who(Role.REVIEW)
    before = plain(await reviewer.get(f"{PATH}/PER-01"))
    assert "Por confirmar" in before
    assert "artículos se apoyan en él" in before
    done = await reviewer.send(
        f"{PATH}/PER-01/confirmar", {**GIVEN, "when": "12/11/2026", "confirm_note": EVIL}
    )
    assert done.headers["location"] == f"{PATH}/PER-01"
    page = await reviewer.get(f"{PATH}/PER-01")
    source = "Lic. Marta Rivas, Dirección Jurídica, 12/11/2026, oficio DJ-210"
    assert f"Confirmado: {source}" in plain(page)
    assert "Ya está confirmado" in plain(page)
    assert EVIL not in page.text
    assert EVIL in plain(page)
    assert await entries(house, "PER-01") == [
        (
            "fact.confirm",
            "Raúl Revisión",
            {
                "before": {"confidence": "recalled"},
                "after": {"confidence": "confirmed", "source": source},
                "note": EVIL,
            },
        )
    ]
    # The assistant stops saying that it is to be confirmed.
    shelf = house.app.state.shelf
    async with asyncio.timeout(60):
        while shelf.library.facts["PER-01"].confidence != "confirmed":
            await asyncio.sleep(0.05)


async def test_a_confirmation_that_lacks_something_keeps_what_was_typed(house: House) -> None:
    reviewer = await house.who(Role.REVIEW)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for wrong, field in (
        ({"who": " "}, "who"),
        ({"document": ""}, "document"),
        ({"when": ""}, "when"),
        ({"when": "ayer"}, "when"),
        ({"when": tomorrow}, "when"),
    ):
        fields = {**GIVEN, "confirm_note": "una «nota»", **wrong}
        refused = await reviewer.send(f"{PATH}/PER-06/confirmar", fields)
        assert refused.status_code == 422, wrong
        assert re.findall(r'id="mal-(\w+)"', refused.text) == [field]
        for name, value in fields.items():
            assert typed_in(refused, name) == value.strip()
    assert await entries(house, "PER-06") == []


async def test_an_end_holds_back_the_articles_from_the_day_after(house: House) -> None:
    reviewer = await house.who(Role.REVIEW)
    page = plain(await reviewer.get(f"{PATH}/MUN-01"))
    assert "se detienen 6 artículos" in page
    last = today()
    refused = await reviewer.send(
        f"{PATH}/MUN-01/terminar", {"last_day": last.isoformat(), "why": " "}
    )
    assert refused.status_code == 422
    assert 'id="mal-why"' in refused.text
    assert typed_in(refused, "last_day") == last.isoformat()
    await reviewer.send(
        f"{PATH}/MUN-01/terminar", {"last_day": last.isoformat(), "why": "derogada"}
    )
    page = plain(await reviewer.get(f"{PATH}/MUN-01"))
    assert "Rige hasta el" in page
    held = "/consola/articulos?estado=detenida"
    assert "permiso-alcaldia-y-salud" not in (await reviewer.get(held)).text
    yesterday = last - timedelta(days=1)
    await reviewer.send(
        f"{PATH}/MUN-01/terminar", {"last_day": f"{yesterday:%d/%m/%Y}", "why": "fue antes"}
    )
    assert "Ya no rige" in plain(await reviewer.get(f"{PATH}/MUN-01"))
    assert "permiso-alcaldia-y-salud" in (await reviewer.get(held)).text
    assert [
        (act, detail["before"], detail["after"])
        for act, _, detail in await entries(house, "MUN-01")
    ] == [
        ("fact.end", {"valid_to": None}, {"valid_to": last.isoformat()}),
        ("fact.end", {"valid_to": last.isoformat()}, {"valid_to": yesterday.isoformat()}),
    ]


async def test_the_list_is_narrowed_and_what_is_to_be_confirmed_is_a_file(house: House) -> None:
    async with house.database.transaction() as session:
        await saying.confirm(session, REGISTER, "PER-03", "Jurídica", "Ana", now())
    reader = await house.who(Role.READING)
    page = await reader.get(
        f"{PATH}?buscar=PER-03&certeza=confirmado&vigencia=vigente&tema=permiso"
    )
    assert f'href="{PATH}/PER-03"' in page.text
    assert (
        f'href="{PATH}/PER-03"'
        not in (await reader.get(f"{PATH}?buscar=PER-03&certeza=por_confirmar")).text
    )
    for query in ("pendiente=si", "orden=-articulos", "orden=tema&pagina=3"):
        assert f'href="{PATH}/' in (await reader.get(f"{PATH}?{query}")).text, query
    as_csv = await reader.get(f"{PATH}?tema=permiso&formato=csv")
    assert as_csv.text.startswith("\ufeffHecho,Lo que dice,")
    assert (await reader.get(f"{PATH}?formato=xlsx")).content.startswith(b"PK")
    asked = await reader.get(f"{PATH}/por-confirmar")
    assert asked.headers["content-type"].startswith("text/csv")
    assert 'filename="por-confirmar.csv"' in asked.headers["content-disposition"]
    assert asked.text.startswith("\ufeffHecho,Tema,")
    listed = [line.split(",")[0] for line in asked.text.splitlines()]
    assert "PER-22" in listed
    assert "PER-03" not in listed


async def test_a_fact_leads_to_its_articles_and_they_to_it(house: House) -> None:
    reader = await house.who(Role.READING)
    page = await reader.get(f"{PATH}/PER-22")
    articles = re.findall(r'href="/consola/articulos/([a-z0-9-]+)"', page.text)
    assert articles
    for article in articles:
        assert f'href="{PATH}/PER-22"' in (await reader.get(f"/consola/articulos/{article}")).text


async def test_who_may_only_read_has_no_form_and_is_refused(house: House) -> None:
    for role in (Role.READING, Role.EDITING, Role.ADMINISTRATION):
        browser = await house.who(role)
        page = await browser.get(f"{PATH}/PER-20")
        assert page.status_code == 200
        assert f'action="{PATH}' not in page.text
        for path, fields in (
            ("confirmar", GIVEN),
            ("terminar", {"last_day": "2026-11-12", "why": "x"}),
        ):
            refused = await browser.send(f"{PATH}/PER-20/{path}", fields)
            assert refused.status_code == 403
            assert "rol de Revisión" in plain(refused)
    assert await entries(house, "PER-20") == []


async def test_a_fact_that_is_not_there_is_not_found(house: House) -> None:
    reviewer = await house.who(Role.REVIEW)
    for bad in ("NO-99", "%00", "x" * 61, "a%20b"):
        assert (await reviewer.get(f"{PATH}/{bad}")).status_code == 404, bad
    assert (await reviewer.send(f"{PATH}/NO-99/confirmar", GIVEN)).status_code == 404
    assert (await reviewer.send(f"{PATH}/NO-99/confirmar", {})).status_code == 404
    ended = await reviewer.send(f"{PATH}/NO-99/terminar", {"last_day": "2026-11-12", "why": "x"})
    assert ended.status_code == 404
    async with house.database.session() as session:
        said = await session.scalar(
            text("SELECT count(*) FROM fact_change WHERE fact_id = 'NO-99'")
        )
    assert said == 0
