"""The HTTP side both stand-ins share: a port, the record, faults, and closing it all again."""

import abc
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Self, TypeVar

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from tests.providers.faults import Fault, FaultKind, FaultPlan
from tests.providers.posting import Poster
from tests.providers.record import Record, RecordedMessage

# Telegram takes uploads of up to 50 MB; a little more, so that the stand-in itself can refuse them.
LARGEST_REQUEST = 52 * 1024 * 1024

# How long a handler may still run when the stand-in stops (0 would mean for ever).
SHUTDOWN_SECONDS = 0.01

CONTROL_PREFIX = "/_control"

Found = TypeVar("Found")
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def json_response(
    payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer, UTF-8."""
    return web.Response(
        body=json.dumps(payload, ensure_ascii=False).encode(),
        status=status,
        headers=headers,
        content_type="application/json",
    )


class StandIn(abc.ABC):
    """One provider on one port of the running loop.

    `clock` gives Unix seconds for dates and windows. `seed` makes faults and shuffles
    repeatable. `reach` is described at `Poster`. Use it as an async context manager or call
    `start` and `stop`.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
        reach: Mapping[str, str] | None = None,
    ) -> None:
        self.record = Record()
        self.faults = FaultPlan(seed)
        self.poster = Poster(reach)
        self.clock = clock
        self.random = random.Random(seed)
        self.control: Handler | None = None
        self._host = "127.0.0.1"
        self._port = 0
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._lasting: set[asyncio.TimerHandle] = set()

    @property
    def url(self) -> str:
        """The base address to give to a client library."""
        return f"http://{self._host}:{self._port}"

    @property
    def port(self) -> int:
        """The port, once started."""
        return self._port

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> Self:
        """Listen on `port` (0: any free one). Raises OSError when it is taken."""
        self._host, self._port = host, port
        self._web = web.Server(self._handle, request_factory=_request, access_log=None)
        await self.accept_connections()
        return self

    async def stop(self) -> None:
        """Close the port and every connection; give up what is being sent."""
        self.abandon()
        for timer in self._lasting:
            timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.refuse_connections()
        if self._web is not None:
            await self._web.shutdown(SHUTDOWN_SECONDS)
            self._web = None
        self.poster.close()

    async def __aenter__(self) -> Self:
        if self._web is None:
            await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def refuse_connections(self) -> None:
        """Close the port and drop open connections: clients get "connection refused"."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._web is not None:
            for handler in self._web.connections:
                if handler.transport is not None:
                    handler.transport.abort()

    async def accept_connections(self) -> None:
        """Listen again on the same port."""
        if self._listener is None and self._web is not None:
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(
                self._web, self._host, self._port, reuse_address=True, backlog=1024
            )
            self._port = self._listener.sockets[0].getsockname()[1]

    def messages_to(self, address: str) -> list[RecordedMessage]:
        """What was accepted for this person, in order, failed ones included."""
        return self.record.messages_to(address)

    def messages_from(self, address: str) -> list[RecordedMessage]:
        """What this person wrote, in order."""
        return self.record.messages_from(address)

    async def wait_for(self, predicate: Callable[[], Found], timeout: float = 60.0) -> Found:
        """The first true value of `predicate`; TimeoutError after `timeout` seconds."""
        return await self.record.wait_for(predicate, timeout)

    def reset(self) -> None:
        """Forget messages, counts and faults, and give up what is still to be sent."""
        self.abandon()
        self.record.clear()
        self.faults.clear()
        if self._web is not None and self._listener is None:
            self.spawn(self.accept_connections())

    def abandon(self) -> None:
        """Drop callbacks and updates that are still to be sent."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run in the background; ended by `stop`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def later(self, seconds: float, call: Callable[[], object], *, lasting: bool = False) -> None:
        """Call after `seconds`, unless stopped before, or reset and not `lasting`."""
        timers = self._lasting if lasting else self._timers
        timer: asyncio.TimerHandle

        def run() -> None:
            timers.discard(timer)
            call()

        timer = asyncio.get_running_loop().call_later(seconds, run)
        timers.add(timer)

    @abc.abstractmethod
    def operation(self, method: str, path: str) -> str:
        """The name of a request, for faults and counts."""

    @abc.abstractmethod
    async def answer(self, request: web.BaseRequest, operation: str) -> web.StreamResponse:
        """Do what the request asks."""

    @abc.abstractmethod
    def failure(self, fault: Fault) -> web.Response:
        """The provider's own answer for SERVER_ERROR or TOO_MANY_REQUESTS."""

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if self.control is not None and path.startswith(CONTROL_PREFIX):
            return await self.control(request)
        operation = self.operation(request.method, path)
        self.record.requests[operation] += 1
        self.record.changed()
        fault = self.faults.draw(operation)
        if fault is None:
            answer = await self.answer(request, operation)
        else:
            answer = await self._fail(request, operation, fault)
        if answer.status >= 400:
            self.record.failures[f"{operation} {answer.status}"] += 1
        self.record.changed()
        return answer

    async def _fail(
        self, request: web.BaseRequest, operation: str, fault: Fault
    ) -> web.StreamResponse:
        match fault.kind:
            case FaultKind.SERVER_ERROR | FaultKind.TOO_MANY_REQUESTS:
                # Read what was sent: an answer before the end of an upload resets the connection.
                await request.read()
                return self.failure(fault)
            case FaultKind.SLOW:
                answer = await self.answer(request, operation)
                self.record.changed()
                await asyncio.sleep(fault.seconds)
                return answer
            case FaultKind.ANSWER_LOST:
                await self.answer(request, operation)
            case FaultKind.DROPPED:
                await request.read()
            case FaultKind.REFUSED:
                await self.refuse_connections()
                self.later(fault.seconds, lambda: self.spawn(self.accept_connections()))
        self.record.failures[f"{operation} {fault.kind.value}"] += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=LARGEST_REQUEST,
    )
