"""Keys of the API in the console: made and shown once, good for what they say, and revoked."""

import html
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from actions.staff.permissions import Role
from api.clock import today
from tests.api.console.conftest import ADDRESS, Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/llaves"
ADMIN = "Ana Administración"
EVIL = "<script>alert(1)</script>\"'>"


async def make(browser: Browser, name: str, *scopes: str, **more: str) -> httpx.Response:
    fields = {"nombre": name, "permisos": list(scopes), "limite": "120", **more}
    return await browser.send(f"{PATH}/nueva", fields, seen_on=f"{PATH}/nueva")


def token_of(page: httpx.Response) -> str:
    """The key that a page shows."""
    assert page.status_code == 200, page.text
    return re.search(r"tgz_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", page.text)[0]  # type: ignore[index]


async def asked(house: House, token: str, path: str = "/v1/facts") -> int:
    """What another system gets with a key."""
    transport = httpx.ASGITransport(house.app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as system:
        answer = await system.get(path, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


async def test_a_key_is_shown_once_works_for_what_it_may_and_is_revoked(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    last = today() + timedelta(days=30)
    made = await make(
        admin, " Ventanilla  única ", "facts:read", "cases:read", vence=last.isoformat()
    )
    token = token_of(made)
    prefix = token.split("_")[1]
    assert made.headers["cache-control"] == "no-store"
    assert await asked(house, token) == 200
    assert await asked(house, token, "/v1/articles") == 403

    for page in (await admin.get(PATH), await admin.get(f"{PATH}/{prefix}")):
        assert "Ventanilla única" in page.text
        assert "Vigente" in page.text
        assert token.split("_", 2)[2] not in page.text
    shown = (await admin.get(f"{PATH}/{prefix}")).text
    assert f"{last.day} " in re.search(r"Último día</dt><dd>([^<]*)", shown)[1]  # type: ignore[index]
    assert "leer el registro de hechos" in shown.lower()
    assert "nunca" not in re.search(r"Último uso</dt><dd>(.*?)</dd>", shown)[1]  # type: ignore[index]
    assert 'data-sure="¿Anular la llave de Ventanilla única?' in shown

    gone = await admin.send(f"{PATH}/{prefix}/anular", seen_on=f"{PATH}/{prefix}")
    assert gone.headers["location"] == f"{PATH}/{prefix}"
    assert await asked(house, token) == 401
    page = (await admin.get(f"{PATH}/{prefix}")).text
    assert "quedó anulada" in page
    assert "Anular la llave</button>" not in page
    await admin.send(f"{PATH}/{prefix}/anular")
    assert "ya estaba anulada" in (await admin.get(f"{PATH}/{prefix}")).text

    async with house.database.session() as session:
        rows = (
            await session.execute(
                text(
                    "SELECT act, actor->>'name', detail::text FROM audit_entry "
                    "WHERE subject = :subject ORDER BY place"
                ),
                {"subject": f"key:{prefix}"},
            )
        ).all()
    assert [(row[0], row[1]) for row in rows] == [("key.create", ADMIN), ("key.revoke", ADMIN)]
    assert token.split("_", 2)[2] not in rows[0][2]
    assert "facts:read" in rows[0][2]


async def test_the_list_is_searched_and_filtered(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    one = token_of(await make(admin, "Sistema de denuncias", "facts:read")).split("_")[1]
    other = token_of(await make(admin, "Tablero de cifras", "figures:read")).split("_")[1]
    await admin.send(f"{PATH}/{other}/anular")
    live = (await admin.get(f"{PATH}?estado=live")).text
    assert one in live
    assert other not in live
    found = (await admin.get(f"{PATH}?buscar=tablero")).text
    assert other in found
    assert one not in found
    table = (await admin.get(f"{PATH}?formato=csv")).content.decode("utf-8-sig")
    assert one in table
    assert "no vence" in (await admin.get(f"{PATH}/{one}")).text


async def test_a_key_that_makes_no_sense_keeps_what_was_typed_and_marks_the_field(
    house: House,
) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    yesterday = (today() - timedelta(days=1)).isoformat()
    before = await count(house)
    for fields, field in (
        ({"nombre": " ", "permisos": ["facts:read"]}, "nombre"),
        ({"nombre": "x" * 61, "permisos": ["facts:read"]}, "nombre"),
        ({"nombre": EVIL, "permisos": []}, "permisos"),
        ({"nombre": EVIL, "permisos": ["everything"]}, "permisos"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "limite": "0"}, "limite"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "limite": "6001"}, "limite"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "limite": "muchas"}, "limite"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "limite": "9" * 30}, "limite"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "vence": yesterday}, "vence"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "vence": "pronto"}, "vence"),
        ({"nombre": EVIL, "permisos": ["facts:read"], "vence": "9999-12-31"}, "vence"),
    ):
        answer = await admin.send(
            f"{PATH}/nueva", {"limite": "120", **fields}, seen_on=f"{PATH}/nueva"
        )
        assert answer.status_code == 422, fields
        assert f'id="mal-{field}"' in answer.text, fields
        assert f'value="{html.escape(str(fields["nombre"]).strip(), quote=False)[:20]}' in (
            answer.text.replace("&#34;", '"').replace("&#39;", "'")
        )
        assert "<script>alert" not in answer.text
        if "facts:read" in fields["permisos"]:
            assert 'value="facts:read" checked' in answer.text
    assert await count(house) == before


async def count(house: House) -> int:
    async with house.database.session() as session:
        return int(await session.scalar(text("SELECT count(*) FROM api_key")))


async def test_a_name_is_text_wherever_it_stands(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    made = await make(admin, EVIL, "facts:read")
    prefix = token_of(made).split("_")[1]
    revoked = await admin.send(f"{PATH}/{prefix}/anular")
    assert revoked.status_code == 303
    for page in (made, await admin.get(f"{PATH}/{prefix}"), await admin.get(PATH)):
        assert "<script>alert" not in page.text


async def test_a_key_that_is_not_there(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    for path in (f"{PATH}/00000000", f"{PATH}/zzz", f"{PATH}/0000000_"):
        assert (await admin.get(path)).status_code == 404
    assert (await admin.send(f"{PATH}/00000000/anular")).status_code == 404


async def test_only_who_manages_keys_gets_near_them(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    prefix = token_of(await make(admin, "Catastro", "facts:read")).split("_")[1]
    before = await count(house)
    for role in set(Role) - {Role.ADMINISTRATION}:
        someone = await house.who(role)
        for answer in (
            await someone.get(PATH),
            await someone.get(f"{PATH}/{prefix}"),
            await someone.get(f"{PATH}/uso"),
            await someone.send(f"{PATH}/nueva", {"nombre": "X", "permisos": ["facts:read"]}),
            await someone.send(f"{PATH}/{prefix}/anular"),
        ):
            assert answer.status_code == 403
            assert "rol de Administración" in answer.text
        assert PATH not in (await someone.get("/consola/cuenta")).text
    assert await count(house) == before
    assert "Vigente" in (await admin.get(f"{PATH}/{prefix}")).text


async def test_how_to_use_it_leads_to_the_document(house: House) -> None:
    admin = await house.who(Role.ADMINISTRATION)
    page = (await admin.get(f"{PATH}/uso")).text
    assert f"{house.settings.public_address}/v1/openapi.json" in page
    link = re.search(r'href="(/v1/[^"]+)"', page)
    assert link
    document = await admin.get(link[1])
    assert document.status_code == 200
    assert document.json()["info"]["title"] == "Torogoz"
    for scope in ("articles:write", "people:read"):
        assert scope in page
