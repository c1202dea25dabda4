"""Guides as PDF files at an address: public, and the same for everyone."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from actions.guides.pdf import render
from actions.guides.service import is_offered
from api.clock import today as present_day
from api.etags import is_known
from knowledge.guides import guides
from knowledge.library import Library

NOT_THERE: Final = "Esa guía no existe o ya no está disponible. Pedísela de nuevo al asistente.\n"


def path_of(guide_id: str) -> str:
    """Where a guide's file is, under the public address."""
    return f"/guias/{guide_id}.pdf"


@dataclass(frozen=True, slots=True)
class File:
    """A guide's file and its ETag."""

    content: bytes
    tag: str


class Files:
    """The files made so far of one library on one day; with either of them all are made anew."""

    def __init__(self, library: Callable[[], Library], today: Callable[[], date]) -> None:
        self._library = library
        self._today = today
        self._made_of: tuple[Library, date] | None = None
        self._files: dict[str, File] = {}
        # Setting a guide takes a good part of a second of CPU: whoever asks for many gets them one
        # by one, and messages go on in between.
        self._one_at_a_time = asyncio.Lock()

    async def file(self, guide_id: str) -> File | None:
        """The file of a guide; None when there is no such guide or nothing of it is served."""
        guide = guides().get(guide_id)
        library, day = self._library(), self._today()
        if guide is None or not is_offered(library, guide):
            return None
        async with self._one_at_a_time:
            if self._made_of is None or self._made_of[0] is not library or self._made_of[1] != day:
                self._made_of, self._files = (library, day), {}
            if guide_id not in self._files:
                content = await asyncio.to_thread(render, guide, library, day)
                tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
                self._files[guide_id] = File(content, tag)
            return self._files[guide_id]


def create_router(
    library: Callable[[], Library], today: Callable[[], date] = present_day
) -> APIRouter:
    """The route of the files. ``library`` gives what is served at present; it is asked at every
    request, so it has to be cheap and give the same object while nothing has changed."""
    router = APIRouter()
    files = Files(library, today)

    @router.api_route(path_of("{guide_id}"), methods=["GET", "HEAD"], include_in_schema=False)
    async def guide(guide_id: str, request: Request) -> Response:
        file = await files.file(guide_id)
        if file is None:
            return PlainTextResponse(NOT_THERE, 404, {"Cache-Control": "no-cache"})
        # Asked for again each time, so that nobody reads on in what has been withdrawn.
        headers = {"Cache-Control": "public, no-cache", "ETag": file.tag}
        if is_known(request, file.tag):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'inline; filename="{guide_id}.pdf"'
        return Response(file.content, media_type="application/pdf", headers=headers)

    return router
