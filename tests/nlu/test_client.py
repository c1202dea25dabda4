"""The client of Rasa: an answer, or None and a rest, whatever the server does."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from nlu.client import REST_SECONDS, TEXT_LIMIT, NluClient, Parsed
from tests.system import free_port

UNDERSTOOD = {"intent": {"name": "greet", "confidence": 0.97}, "entities": [], "text": "hola"}


class Rasa:
    """A server of ``POST /model/parse`` that answers as told and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = json.dumps(UNDERSTOOD).encode()
        self.content_type = "application/json"
        self.answers = asyncio.Event()
        """Cleared, the server takes requests and says nothing."""
        self.answers.set()
        self.asked: list[str] = []
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/model/parse", self._parse)
        self._runner = web.AppRunner(application, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self.answers.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _parse(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["text"])
        await self.answers.wait()
        return web.Response(status=self.status, body=self.body, content_type=self.content_type)


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    server = Rasa()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(rasa: Rasa, clock: Clock) -> AsyncIterator[NluClient]:
    async with NluClient(f"{rasa.url}/", timeout=60, clock=clock) as entered:
        yield entered


async def test_what_rasa_understands(rasa: Rasa, client: NluClient) -> None:
    assert await client.parse("¡Hola! ¿Qué tal? 🙂 \ud83d") == Parsed("greet", 0.97)
    assert rasa.asked == ["¡Hola! ¿Qué tal? 🙂 \ud83d"]


async def test_what_else_a_text_may_mean(rasa: Rasa, client: NluClient) -> None:
    ranking = [{"name": "greet", "confidence": 0.97}, {"name": "thank", "confidence": 0.02}]
    rasa.body = json.dumps({**UNDERSTOOD, "intent_ranking": ranking}).encode()
    parsed = await client.parse("hola")
    assert parsed == Parsed("greet", 0.97, {}, (("greet", 0.97), ("thank", 0.02)))


async def test_what_a_text_asks_for(rasa: Rasa, client: NluClient) -> None:
    rasa.body = json.dumps({**UNDERSTOOD, "documents": {"permiso": 6.5, "fianza": -1}}).encode()
    parsed = await client.parse("hola")
    assert parsed is not None
    assert parsed.documents == {"permiso": 6.5, "fianza": -1.0}


async def test_long_texts_are_cut_for_speed(rasa: Rasa, client: NluClient) -> None:
    await client.parse("a" * TEXT_LIMIT + "b")
    assert rasa.asked == ["a" * TEXT_LIMIT]


async def _rests_and_recovers(rasa: Rasa, client: NluClient, clock: Clock) -> None:
    """After a failure: left alone for the rest, then asked again and believed again."""
    asked = len(rasa.asked)
    clock.now += REST_SECONDS - 0.01
    assert await client.parse("hola") is None
    assert len(rasa.asked) == asked
    clock.now += 0.01
    assert await client.parse("hola") == Parsed("greet", 0.97)
    assert len(rasa.asked) == asked + 1
    assert await client.parse("hola") == Parsed("greet", 0.97)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_a_refusal_is_no_understanding(
    rasa: Rasa, client: NluClient, clock: Clock, status: int
) -> None:
    rasa.status = status
    assert await client.parse("hola") is None
    rasa.status = 200
    await _rests_and_recovers(rasa, client, clock)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Bienvenido al hotel</html>", "text/html"),
        (json.dumps(UNDERSTOOD).encode(), "text/plain"),
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"null", "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"greet"', "application/json"),
        (b"{}", "application/json"),
        (b'{"intent": null}', "application/json"),
        (b'{"intent": "greet"}', "application/json"),
        (b'{"intent": {"name": "greet"}}', "application/json"),
        (b'{"intent": {"name": "greet", "confidence": null}}', "application/json"),
        (b'{"intent": {"name": "greet", "confidence": "much"}}', "application/json"),
        (json.dumps({**UNDERSTOOD, "documents": None}).encode(), "application/json"),
        (json.dumps({**UNDERSTOOD, "documents": ["permiso"]}).encode(), "application/json"),
        (json.dumps({**UNDERSTOOD, "documents": {"permiso": "much"}}).encode(), "application/json"),
    ],
)
async def test_nonsense_is_no_understanding(
    rasa: Rasa, client: NluClient, clock: Clock, body: bytes, content_type: str
) -> None:
    good, rasa.body, rasa.content_type = rasa.body, body, content_type
    assert await client.parse("hola") is None
    rasa.body, rasa.content_type = good, "application/json"
    await _rests_and_recovers(rasa, client, clock)


async def test_a_slow_server_is_not_waited_for(rasa: Rasa, clock: Clock) -> None:
    async with NluClient(rasa.url, timeout=2, clock=clock) as client:
        rasa.answers.clear()
        assert await client.parse("hola") is None
        assert rasa.asked == ["hola"]
        rasa.answers.set()
        await _rests_and_recovers(rasa, client, clock)


async def test_a_server_that_went_and_came_back(
    rasa: Rasa, client: NluClient, clock: Clock
) -> None:
    assert await client.parse("hola") == Parsed("greet", 0.97)
    await rasa.stop()
    assert await client.parse("hola") is None
    await rasa.start()
    await _rests_and_recovers(rasa, client, clock)


async def test_a_server_that_is_not_there(clock: Clock) -> None:
    async with NluClient(f"http://127.0.0.1:{free_port()}", clock=clock) as client:
        assert await client.parse("hola") is None


async def test_many_at_once_are_all_answered(rasa: Rasa, client: NluClient) -> None:
    parsed = await asyncio.gather(*(client.parse(f"hola {number}") for number in range(50)))
    assert parsed == [Parsed("greet", 0.97)] * 50
    assert len(rasa.asked) == 50


async def test_a_client_that_was_not_entered_is_a_mistake_of_ours() -> None:
    with pytest.raises(RuntimeError):
        await NluClient("http://127.0.0.1:1").parse("hola")
