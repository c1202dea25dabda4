"""The registry's service, against a real small one."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from actions.registry import source
from actions.registry.errors import ColumnsMissing, NoRows, SourceFailed

ENTRY = {
    "numero": "CA-0123",
    "nombre": "Río Limpio",
    "tipo": "empresa",
    "otra": {"x": [1]},
    "categorias": ["EsIA", "auditoría"],
    "vigente_desde": "2025-01-15",
    "vigente_hasta": "2027-01-14T00:00:00Z",
    "estado": "vigente",
    "rubros": [],
    "departamentos": ["San Salvador"],
    "en_el_lugar": True,
    "a_distancia": False,
    "honorarios_desde": 45,
    "honorarios_hasta": 90,
    "cobra_por": "hora",
    "idiomas": ["es"],
}


class Service:
    """Answers every request with the bytes it was given, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[str] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer)
        writer.close()

    def serve(self, body: bytes, head: str = 'HTTP/1.1 200 OK\r\nETag: "v1"') -> None:
        length = f"Content-Length: {len(body)}"
        self.answer = f"{head}\r\n{length}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    one = Service()
    server = await asyncio.start_server(one.handle, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/consultores"
    yield one
    server.close()


def _json(entries: object) -> bytes:
    return json.dumps({"consultores": entries}).encode()


async def _fetch(url: str, etag: str | None = None) -> source.Answered | None:
    async with httpx.AsyncClient() as client:
        return await source.fetch(client, url, etag=etag, headers={"Authorization": "Bearer x"})


async def test_what_the_service_holds_is_read(service: Service) -> None:
    service.serve(_json([ENTRY, {**ENTRY, "numero": 7, "departamentos": ["Atlántida"]}]))
    answered = await _fetch(service.url)
    assert answered is not None
    assert answered.etag == '"v1"'
    (row,) = answered.reading.rows
    assert (row.kind, row.fee_max, row.remote) == ("empresa", 90, False)
    assert row.categories == ("estudio_impacto", "auditoria")
    (problem,) = answered.reading.problems
    assert (problem.row, problem.column) == (2, "Departamentos")
    assert answered.reading.mentioned == {"7"}
    assert "authorization: bearer x" in service.asked[0].lower()
    assert "if-none-match" not in service.asked[0].lower()


async def test_nothing_new_is_nothing(service: Service) -> None:
    service.answer = b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"
    assert await _fetch(service.url, '"v1"') is None
    assert 'if-none-match: "v1"' in service.asked[0].lower()


@pytest.mark.parametrize(
    ("head", "body", "why"),
    [
        ("HTTP/1.1 500 Oops", b"", "contestó 500"),
        ("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/", b"", "contestó 302"),
        ("HTTP/1.1 304 Not Modified", b"", "contestó 304"),
        ("HTTP/1.1 200 OK", b"<html>", "forma acordada"),
        ("HTTP/1.1 200 OK", b"[1]", "forma acordada"),
        ("HTTP/1.1 200 OK", b"[" * 100_000, "forma acordada"),
        ("HTTP/1.1 200 OK", b'{"consultores": [1]}', "forma acordada"),
        ("HTTP/1.1 200 OK", b"\xff\xfe", "forma acordada"),
        ("HTTP/1.1 200 OK", _json([{f"k{n}": 1 for n in range(99)}]), "forma acordada"),
        ("nonsense", b"", "no se pudo alcanzar"),
    ],
)
async def test_what_is_not_as_agreed_is_refused(
    service: Service, head: str, body: bytes, why: str
) -> None:
    service.serve(body, head)
    with pytest.raises(SourceFailed, match=why):
        await _fetch(service.url)


async def test_an_answer_without_end_is_cut(service: Service) -> None:
    service.serve(b" " * (source.LARGEST + 1))
    with pytest.raises(SourceFailed, match="demasiados datos"):
        await _fetch(service.url)


async def test_nobody_listening_is_told() -> None:
    with pytest.raises(SourceFailed, match="no se pudo alcanzar"):
        await _fetch("http://127.0.0.1:9/")


def test_an_empty_or_nameless_list_is_refused() -> None:
    with pytest.raises(NoRows):
        source.read(_json([]))
    with pytest.raises(ColumnsMissing):
        source.read(_json([{"nombre": "Ana"}]))
