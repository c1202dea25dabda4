"""Guides over HTTP and from the command line."""

import asyncio
import io
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pypdf import PdfReader

from actions.guides.pdf import render
from api import guides as door
from api.web import HEADERS, Headers
from knowledge.guides import guides
from knowledge.library import Library
from tests.api.command_line import CommandLine, rooms

DAY = date(2026, 11, 29)


@dataclass
class Present:
    """What is served, and the day: a test changes them."""

    library: Library
    day: date = DAY


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(DAY)


@pytest.fixture
def present(library: Library) -> Present:
    return Present(library)


@pytest.fixture
async def client(present: Present) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_middleware(Headers)
    app.include_router(door.create_router(lambda: present.library, lambda: present.day))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://guias") as client:
        yield client


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "var")


async def test_a_guide_is_a_file_that_a_phone_opens_by_its_name(
    client: httpx.AsyncClient, library: Library
) -> None:
    got = await client.get("/guias/guia-lacteos.pdf")
    assert got.status_code == 200
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == 'inline; filename="guia-lacteos.pdf"'
    assert got.headers["x-content-type-options"] == HEADERS["X-Content-Type-Options"]
    assert got.headers["content-length"] == str(len(got.content))
    guide = guides().get("guia-lacteos")
    assert guide is not None
    assert got.content == render(guide, library, DAY)
    head = await client.head("/guias/guia-lacteos.pdf")
    assert (head.status_code, head.headers["etag"]) == (200, got.headers["etag"])


async def test_who_has_the_file_is_told_so_until_it_changes(
    client: httpx.AsyncClient, present: Present
) -> None:
    path = "/guias/guia-cafe.pdf"
    tag = (await client.get(path)).headers["etag"]
    for known in (tag, f'"otra", {tag}', f"W/{tag}", "*"):
        again = await client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "public, no-cache"
    other = await client.get(path, headers={"If-None-Match": '"otra"'})
    assert other.status_code == 200

    present.day = date(2026, 11, 30)
    newer = await client.get(path, headers={"If-None-Match": tag})
    assert newer.status_code == 200
    assert "30 de noviembre" in PdfReader(io.BytesIO(newer.content)).pages[0].extract_text()


async def test_what_is_withdrawn_is_gone_at_once(
    client: httpx.AsyncClient, present: Present
) -> None:
    path = "/guias/guia-panaderia.pdf"
    assert (await client.get(path)).status_code == 200
    served = dict(present.library.articles)
    withdrawn = served.pop("tecnologia-panaderia-medidas")
    present.library = replace(present.library, articles=served)
    without = PdfReader(io.BytesIO((await client.get(path)).content))
    assert withdrawn.title not in " ".join(page.extract_text() for page in without.pages)
    present.library = replace(present.library, articles={})
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "nada.pdf",
        ".pdf",
        "guia-lacteos.pdf.pdf",
        "GUIA-LACTEOS.pdf",
        "..%2f..%2fetc%2fpasswd.pdf",
        "%00.pdf",
        "a%0d%0aSet-Cookie:x.pdf",
        "{guide_id}.pdf",
        "x" * 5000 + ".pdf",
    ],
)
async def test_what_is_no_guide_is_told_in_a_sentence(client: httpx.AsyncClient, path: str) -> None:
    got = await client.get(f"/guias/{path}")
    assert got.status_code == 404
    assert "set-cookie" not in got.headers
    if "%2f" not in path and path != ".pdf":
        assert got.text == door.NOT_THERE
        assert got.headers["content-type"] == "text/plain; charset=utf-8"


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await client.request(method, "/guias/guia-lacteos.pdf")).status_code == 405


async def test_many_who_ask_at_once_get_the_same_file_made_once(library: Library) -> None:
    made = door.Files(lambda: library, lambda: DAY)
    files = await asyncio.gather(*(made.file("guia-textil") for _ in range(50)))
    assert files[0] is not None
    assert all(one is files[0] for one in files)


async def test_other_requests_go_on_while_a_file_is_made(library: Library) -> None:
    made = door.Files(lambda: library, lambda: DAY)
    making = asyncio.create_task(made.file("manual-credito"))
    turns = 0
    while not making.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 10
    assert making.result() is not None


async def test_the_command_writes_every_guide(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    out = tmp_path / "some" / "folder"
    done, refused = await asyncio.gather(
        cli("knowledge", "guides", "--out", str(out)),
        cli("knowledge", "guides", "--out", str(tmp_path / "taken" / "below")),
    )
    assert (done.code, done.err) == (0, "")
    paths = sorted(out.iterdir())
    assert {path.stem for path in paths} == {guide.id for guide in guides().listed}
    assert all(path.read_bytes().startswith(b"%PDF-") for path in paths)
    assert all(path.stat().st_size < 300_000 for path in paths)
    assert [line.split()[0] for line in done.out.splitlines()] == [
        str(out / f"{guide.id}.pdf") for guide in guides().listed
    ]
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"No se pudo escribir en {tmp_path / 'taken' / 'below'}: ")
    assert refused.err.count("\n") == 1


async def test_check_names_the_line_of_an_article_that_a_guide_lacks(
    cli: CommandLine, tmp_path: Path
) -> None:
    shutil.copytree(rooms() / "knowledge", tmp_path / "knowledge")
    path = tmp_path / "knowledge" / "definitions" / "guides.yml"
    words = path.read_text(encoding="utf-8")
    right = "articles: [tecnologia-cafe, "
    line = words[: words.index(right)].count("\n") + 1
    path.write_text(words.replace(right, "articles: [no-existe, "), encoding="utf-8")
    missing = await cli("knowledge", "check", folder=tmp_path)
    assert missing.code == 1
    assert f"{path}:{line}: the guide names 'no-existe', which does not exist" in missing.out
    path.write_text(words.replace("  kind: sector", "  kind: otra", 1), encoding="utf-8")
    broken = await cli("knowledge", "check", folder=tmp_path)
    assert broken.code == 1
    assert "guides.yml:" in broken.out
    assert "'kind' must be one of sector, handbook" in broken.out
