"""Requests from a provider to the bot: prepared (so that a test can replay them), then sent."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from tests.providers.webhook_connections import CannotConnect, ClosedWithoutAnswer, Connections

NO_CONNECTION = "no connection"
NO_ANSWER = "closed without answer"
TOO_SLOW = "timed out"


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A POST the provider would make, signature and all: send it as often as you like."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a request to the bot ended.

    `status` is None when no answer came; `error` is then NO_CONNECTION, NO_ANSWER or TOO_SLOW.
    `headers` have lower-case names. `seconds` is the time it took, `attempts` how often it was
    tried.
    """

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    attempts: int = 1
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the bot answered with a 2xx."""
        return self.status is not None and 200 <= self.status <= 299

    @property
    def content_type(self) -> str:
        """The answer's MIME type without parameters, in lower case; "" if it named none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def outcome(self) -> str:
        """The status or the failure, for counts."""
        return str(self.status) if self.status is not None else str(self.error)


class Poster:
    """Sends prepared requests, and fetches what the bot offers by URL.

    `reach` says where a public address is really found, as prefixes: with
    {"https://bot.example": "http://127.0.0.1:8000"} a request for https://bot.example/hook is
    signed for that address and sent to the local one, its Host header left public.
    """

    def __init__(self, reach: Mapping[str, str] | None = None) -> None:
        self.reach = dict(reach or {})
        self._connections = Connections()

    def close(self) -> None:
        """Close idle connections."""
        self._connections.close()

    async def post(
        self, request: PreparedRequest, *, timeout: float, connect_again: bool = False
    ) -> Delivery:
        """Send it; never raises. `connect_again` tries once more if no connection was made."""
        started = time.monotonic()
        where, host = self._where(request.url)
        attempts = 0
        error = None
        while error is None:
            attempts += 1
            try:
                answer = await self._connections.post(
                    where, host, request.headers, request.body, timeout
                )
            except (CannotConnect, ValueError):
                if not connect_again or attempts > 1:
                    error = NO_CONNECTION
            except ClosedWithoutAnswer:
                error = NO_ANSWER
            except TimeoutError:
                error = TOO_SLOW
            else:
                return Delivery(
                    answer.status,
                    answer.body,
                    answer.headers,
                    attempts=attempts,
                    seconds=time.monotonic() - started,
                )
        return Delivery(None, error=error, attempts=attempts, seconds=time.monotonic() - started)

    async def get(self, url: str, *, timeout: float) -> Delivery:
        """Fetch a file the bot named by URL, redirects followed; never raises."""
        started = time.monotonic()
        where, host = self._where(url)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
                session.get(where, headers={"Host": host}) as answer,
            ):
                headers = {name.lower(): value for name, value in answer.headers.items()}
                body = await answer.read()
                return Delivery(answer.status, body, headers, seconds=time.monotonic() - started)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Delivery(None, error=type(error).__name__, seconds=time.monotonic() - started)

    def _where(self, url: str) -> tuple[str, str]:
        """The address to connect to, and the Host header."""
        host = urlsplit(url).netloc.rpartition("@")[2]
        for public, local in self.reach.items():
            if url.startswith(public):
                return local + url[len(public) :], host
        return url, host
