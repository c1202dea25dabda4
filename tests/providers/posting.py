"""Requests from a provider to the bot: prepared (so that a test can replay them), then sent."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

# Below the 5 s after which uvicorn closes an idle connection: a request must not meet a
# connection that the bot is just closing.
IDLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A POST the provider would make, signature and all: send it as often as you like."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a request to the bot ended.

    `status` is None when no answer came; `error` then names the failure ("TimeoutError",
    "ClientConnectorError" ...). `seconds` is the time it took, `attempts` how often it was sent.
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
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

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
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool in the running loop."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Close the pool and every connection in it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(
        self, request: PreparedRequest, *, timeout: float, connect_again: bool = False
    ) -> Delivery:
        """Send it; never raises. `connect_again` tries once more if no connection was made."""
        started = time.monotonic()
        url, headers = self._where(request.url, request.headers)
        attempts = 1
        while True:
            try:
                async with self._open_session().post(
                    url,
                    data=request.body,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=timeout),
                    allow_redirects=False,
                ) as answer:
                    body = await answer.read()
                    return Delivery(
                        answer.status,
                        body,
                        answer.headers,
                        attempts=attempts,
                        seconds=time.monotonic() - started,
                    )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if (
                    connect_again
                    and attempts == 1
                    and isinstance(error, aiohttp.ClientConnectorError)
                ):
                    attempts = 2
                    continue
                return Delivery(
                    None,
                    error=type(error).__name__,
                    attempts=attempts,
                    seconds=time.monotonic() - started,
                )

    async def get(self, url: str, *, timeout: float) -> Delivery:
        """Fetch a file the bot named by URL; never raises."""
        started = time.monotonic()
        where, headers = self._where(url, {})
        try:
            async with self._open_session().get(
                where, headers=headers, timeout=aiohttp.ClientTimeout(total=timeout)
            ) as answer:
                return Delivery(
                    answer.status,
                    await answer.read(),
                    answer.headers,
                    seconds=time.monotonic() - started,
                )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Delivery(None, error=type(error).__name__, seconds=time.monotonic() - started)

    def _where(self, url: str, headers: Mapping[str, str]) -> tuple[URL, dict[str, str]]:
        for public, local in self.reach.items():
            if url.startswith(public):
                # As it stands: a re-encoded query would no longer fit the signature.
                where = URL(local + url[len(public) :], encoded=True)
                return where, {**headers, "Host": urlsplit(url).netloc.rpartition("@")[2]}
        return URL(url, encoded=True), dict(headers)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the stand-in is not started")
        return self._session
