"""A bot's web server reduced to its ears: records what the stand-ins post, answers as told."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived; `at` in monotonic seconds."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(slots=True)
class Reply:
    """An answer to give; `delay` in seconds before it."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Listener:
    """Answers `replies` one after the other, then `usual`; `files` are served by GET."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.replies: list[Reply] = []
        self.usual = Reply()
        self.files: dict[str, Reply] = {}
        self.url = ""
        self._server: asyncio.Server | None = None
        self._web: web.Server | None = None

    async def __aenter__(self) -> Self:
        self._web = web.Server(self._handle, access_log=None)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._web, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        assert self._web is not None
        self._server.close()
        await self._web.shutdown(0.01)

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            reply = self.files.get(request.path, Reply(404))
        else:
            heard = Heard(
                str(request.rel_url), request.headers, await request.read(), time.monotonic()
            )
            self.heard.append(heard)
            reply = self.replies.pop(0) if self.replies else self.usual
        await asyncio.sleep(reply.delay)
        return web.Response(
            status=reply.status,
            body=reply.body,
            content_type=reply.content_type,
            headers=reply.headers,
        )
