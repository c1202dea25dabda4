"""Kept-alive HTTP/1.1 connections to the bot, for POSTs only.

A general client costs more processor time than the rest of a stand-in together, and a benchmark
shares its cores with it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

# Below the 5 s after which uvicorn closes an idle connection: a request must not meet a
# connection that the bot is just closing.
IDLE_SECONDS = 2.0


class CannotConnect(Exception):
    """No connection was made, so nothing was sent."""


class ClosedWithoutAnswer(Exception):
    """The connection ended before an answer was complete."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.reusable = False
        self.transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; the future gives its answer."""
        assert self.transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._headers, self._body = {}, []
        self._parser = httptools.HttpResponseParser(self)
        self.transport.write(request)
        return self._answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not checked with isinstance: uvloop's transports have another base class.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ClosedWithoutAnswer(str(error)))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ClosedWithoutAnswer(str(exc or "")))

    def close(self) -> None:
        """End it at once."""
        self.reusable = False
        if self.transport is not None:
            self.transport.abort()

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._answered is None or self._answered.done():
            return
        self.reusable = bool(self._parser.should_keep_alive())
        status = int(self._parser.get_status_code())
        self._answered.set_result(Answer(status, self._headers, b"".join(self._body)))

    def _fail(self, error: Exception) -> None:
        self.reusable = False
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)


class Connections:
    """Open connections by server; made as needed, kept for `IDLE_SECONDS` of `monotonic`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._idle: dict[tuple[str, str, int], list[_Connection]] = {}

    async def post(
        self, where: str, host: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Answer:
        """POST to the address `where`, with `host` as its Host header.

        Raises CannotConnect, ClosedWithoutAnswer, or TimeoutError after `timeout` seconds.
        """
        address = urlsplit(where)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise CannotConnect(f"no web address: {where}")
        port = address.port or (443 if address.scheme == "https" else 80)
        server = (address.scheme, address.hostname, port)
        target = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        lines = [f"POST {target} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        async with asyncio.timeout(timeout):
            connection = self._take(server) or await self._connect(server)
            try:
                answer = await connection.ask(request)
            except BaseException:
                connection.close()
                raise
        if connection.reusable:
            connection.idle_since = self._monotonic()
            self._idle.setdefault(server, []).append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the idle ones; those under way are their callers'."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _take(self, server: tuple[str, str, int]) -> _Connection | None:
        idle = self._idle.get(server, [])
        oldest = self._monotonic() - IDLE_SECONDS
        while idle:
            connection = idle.pop()
            if connection.reusable and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, server: tuple[str, str, int]) -> _Connection:
        scheme, host, port = server
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, host, port, ssl=True if scheme == "https" else None
            )
        except OSError as error:
            raise CannotConnect(str(error)) from error
        return connection
