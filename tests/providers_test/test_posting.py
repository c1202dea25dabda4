"""Posts to a bot whose server behaves in every way a server may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.providers.posting import NO_ANSWER, NO_CONNECTION, TOO_SLOW, Poster, PreparedRequest
from tests.providers.webhook_connections import IDLE_SECONDS, Connections
from tests.providers_test.conftest import Clock

pytestmark = pytest.mark.asyncio

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: Text/Plain; charset=utf-8\r\n"
    b"\r\n4\r\nva p\r\n3\r\nues\r\n0\r\n\r\n"
)
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each request with the next of `answers`; None closes the connection instead."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self.answers = answers
        self.connections = 0
        self.open = 0
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.open -= 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head + await reader.readexactly(4))
        answer = self.answers.pop(0)
        if answer is None:
            return False
        # In two parts, as it may arrive.
        writer.write(answer[:10])
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(answer[10:])
        return True


@asynccontextmanager
async def _serving(*answers: bytes | None) -> AsyncIterator[Server]:
    server = Server(list(answers))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server
        while server.open:
            await asyncio.sleep(0.01)


@pytest.fixture
def poster() -> Poster:
    return Poster()


def _request(url: str) -> PreparedRequest:
    return PreparedRequest(url, {"X-Signature": "abc="}, b"hola")


async def test_one_connection_serves_many_requests(poster: Poster) -> None:
    async with _serving(OK, OK, CHUNKED) as server:
        url = f"{server.url}/estado?outbox=7%2F1"
        deliveries = [await poster.post(_request(url), timeout=60) for _ in range(3)]
        poster.close()
    assert [d.body for d in deliveries] == [b"ok", b"ok", b"va pues"]
    assert deliveries[2].content_type == "text/plain"
    assert server.connections == 1
    head = server.requests[0].decode()
    assert head.startswith("POST /estado?outbox=7%2F1 HTTP/1.1\r\n")
    assert "\r\nX-Signature: abc=\r\n" in head
    assert head.endswith("\r\n\r\nhola")


async def test_an_idle_connection_is_given_up_before_the_bot_closes_it() -> None:
    clock = Clock()
    connections = Connections(clock)
    async with _serving(OK, OK, OK) as server:
        for pause in (0.0, IDLE_SECONDS, IDLE_SECONDS + 0.1):
            clock.now += pause
            await connections.post(server.url, "bot", {}, b"hola", timeout=60)
        connections.close()
    assert server.connections == 2


async def test_a_connection_the_server_ends_is_not_used_again(poster: Poster) -> None:
    async with _serving(CLOSING, OK) as server:
        for _ in range(2):
            assert (await poster.post(_request(server.url), timeout=60)).ok
        poster.close()
    assert server.connections == 2


@pytest.mark.parametrize("answer", [None, b"<html>esto no es HTTP</html>"])
async def test_no_answer(poster: Poster, answer: bytes | None) -> None:
    async with _serving(answer, OK) as server:
        delivery = await poster.post(_request(server.url), timeout=60, connect_again=True)
        assert (delivery.status, delivery.error, delivery.attempts) == (None, NO_ANSWER, 1)
        assert (await poster.post(_request(server.url), timeout=60)).ok
        poster.close()


async def test_an_answer_too_late_is_not_taken_for_the_next(poster: Poster) -> None:
    async with _serving(OK[:10], OK) as server:
        delivery = await poster.post(_request(server.url), timeout=2.0)
        assert (delivery.error, delivery.ok) == (TOO_SLOW, False)
        assert (await poster.post(_request(server.url), timeout=60)).body == b"ok"
        poster.close()
    assert server.connections == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "/estado", "http://a:puerto/"])
async def test_nowhere_to_go(poster: Poster, url: str) -> None:
    delivery = await poster.post(_request(url), timeout=60, connect_again=True)
    assert (delivery.status, delivery.error) == (None, NO_CONNECTION)
