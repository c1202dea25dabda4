"""Files of the staff over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from actions.files import service as files
from actions.files.checking import Clean
from actions.messages import inbox, outbox, states
from actions.messages.content import Content
from actions.store.database import Database
from api import files as door
from api.web import HEADERS, Headers

PHOTO = Clean("croquis (año 2026).png", "image/png", b"\x89PNG picture")
LETTER = Clean("carta.pdf", "application/pdf", b"%PDF- letter")


@dataclass(frozen=True, slots=True)
class Part:
    """As much of a process's parts as the door needs."""

    database: Database


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_middleware(Headers)
    app.include_router(door.router)
    app.state.assembly = Part(database)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://archivos") as client:
        yield client


async def kept(database: Database, file: Clean, now: datetime | None = None) -> str:
    """The token of a file that is stored for somebody."""
    token = files.new_token()
    async with database.transaction() as session:
        person = await inbox.receive(
            session,
            channel="web",
            external="x",
            provider_id=token,
            kind="text",
            text="hola",
            detail={},
        )
        message_id = await outbox.post(session, person.person_id, Content("va"), states.REPLY)
        assert message_id is not None
        await files.store(
            session,
            file,
            token=token,
            outbox_id=message_id,
            made_by="Rosa",
            now=now or datetime.now(UTC),
        )
    return token


async def test_a_picture_is_shown_and_a_document_is_saved(
    client: httpx.AsyncClient, database: Database
) -> None:
    for file, disposition in (
        (
            PHOTO,
            'inline; filename="croquis (a_o 2026).png"; '
            "filename*=UTF-8''croquis%20%28a%C3%B1o%202026%29.png",
        ),
        (LETTER, "attachment; filename=\"carta.pdf\"; filename*=UTF-8''carta.pdf"),
    ):
        path = door.path_of(await kept(database, file), file.name)
        got = await client.get(path)
        assert (got.status_code, got.content) == (200, file.content)
        assert got.headers["content-type"] == file.media_type
        assert got.headers["content-disposition"] == disposition
        assert got.headers["cache-control"] == "private, no-cache"
        for name, value in HEADERS.items():
            assert got.headers[name] == value
        head = await client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(file.content))
        again = await client.get(path, headers={"If-None-Match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_what_is_not_there_any_more_is_told_in_a_sentence(
    client: httpx.AsyncClient, database: Database
) -> None:
    now = datetime.now(UTC)
    token = await kept(database, LETTER)
    expired = await kept(database, LETTER, now - files.KEPT)
    for path in (
        door.path_of(expired, LETTER.name),
        door.path_of(token[:-1] + "A", LETTER.name),
        door.path_of(token, "pague-aqui.pdf"),
        door.path_of(token, "carta.PDF"),
        f"/archivos/{quote(token + chr(0))}/carta.pdf",
        "/archivos/%27%20OR%201=1--/carta.pdf",
        "/archivos/" + "x" * 5_000 + "/carta.pdf",
    ):
        got = await client.get(path)
        assert (got.status_code, got.text) == (404, door.NOT_THERE), path
        assert got.headers["content-type"] == "text/plain; charset=utf-8"
        assert got.headers["cache-control"] == "no-store"
    for path in (f"/archivos/{token}", f"/archivos/{token}/", f"/archivos/{token}/../../healthz"):
        assert (await client.get(path)).status_code == 404


async def test_only_reading_is_allowed(client: httpx.AsyncClient, database: Database) -> None:
    path = door.path_of(await kept(database, LETTER), LETTER.name)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await client.request(method, path)).status_code == 405


async def test_while_the_database_is_away_it_is_told_so(client: httpx.AsyncClient) -> None:
    app = FastAPI()
    app.include_router(door.router)
    away = Database("postgresql://127.0.0.1:1/none")
    app.state.assembly = Part(away)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://archivos"
    ) as other:
        got = await other.get(door.path_of(files.new_token(), "carta.pdf"))
    await away.close()
    assert (got.status_code, got.text) == (503, door.AWAY)
