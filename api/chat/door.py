"""The web chat's HTTP door: send a message and wait for its replies; fetch what came later."""

import asyncio
import contextlib
import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException as StarletteHTTPException

from actions.messages import inbox, thread
from actions.messages.content import Content
from actions.messages.thread import Outgoing
from actions.messages.turns import TurnsHeard
from actions.store.database import is_outage
from api.assembly import Assembly
from bot import inbound
from bot.channels.protocol import token
from bot.channels.web import NAME, external_of
from bot.inbound import Inbound

WAIT_SECONDS: Final = 10.0
LARGEST_JSON: Final = 128 * 1024
LARGEST_FILE: Final = 10 * 1024 * 1024
MOST_WAITING: Final = 30
"""Unanswered messages of one conversation; more come from a program, not from a person."""

FILES: Final = {
    inbound.IMAGE: "Foto",
    inbound.VOICE: "Nota de voz",
    inbound.VIDEO: "Video",
    inbound.DOCUMENT: "Archivo",
}
"""What the history shows of a message that was only a file."""

_CONVERSATION = re.compile(r"[A-Za-z0-9._~:@-]{1,200}")

router = APIRouter(prefix="/chat")
log = structlog.get_logger(__name__)


class Message(BaseModel):
    """What a client sends: ``id`` of its own choice, unique in the conversation, and its words or
    the payload of a button."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=100_000)] | None = None
    payload: Annotated[str, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Message":
        if self.text is None and self.payload is None:
            raise ValueError("text or payload is needed")
        return self


class _Refused(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        self.sentence = sentence


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status)


_UNREADABLE = 'No entendí esa solicitud: hace falta "id" y "text" o "payload".'
_TOO_LARGE = "Es demasiado grande: los mensajes llegan hasta 100 KB y los archivos hasta 10 MB."
_BUSY = "Van muchos mensajes seguidos. Esperá a que te conteste los anteriores."
_AWAY = "No puedo guardar tu mensaje en este momento. Probá otra vez en un ratito."


@router.post("/{conversation}/messages")
async def send(request: Request, conversation: str) -> JSONResponse:
    """Stores a message and waits up to ten seconds for the turn that answers it."""
    assembly: Assembly = request.app.state.assembly
    heard: TurnsHeard = request.app.state.turns_heard
    try:
        message = await _read(request, _external(conversation))
    except _Refused as refused:
        return _error(refused.status, refused.sentence)
    try:
        async with assembly.database.session() as session:
            waiting = await inbox.count_waiting(session, NAME, message.external, MOST_WAITING)
        if waiting >= MOST_WAITING:
            return _error(429, _BUSY)
        received = await assembly.intake.receive(message)
        replies = await _wait(assembly, heard, received.inbox_id)
    except (SQLAlchemyError, OSError) as error:
        if not is_outage(error):
            raise
        return _error(503, _AWAY)
    if replies is None:
        return JSONResponse({"replies": []}, status_code=202)
    return JSONResponse({"replies": [_shown(reply) for reply in replies]})


@router.get("/{conversation}/messages")
async def fetch(
    request: Request,
    conversation: str,
    after: Annotated[str, Query(max_length=20)] = "",
    everything: Annotated[bool, Query(alias="all")] = False,
) -> JSONResponse:
    """What came after a message, or with ``all`` the recent history of both sides."""
    assembly: Assembly = request.app.state.assembly
    try:
        external = _external(conversation)
    except _Refused as refused:
        return _error(refused.status, refused.sentence)
    cursor = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    try:
        async with assembly.database.session() as session:
            if everything:
                lines = await thread.history(session, NAME, external)
                newest = max((line.id for line in lines if line.outgoing), default=cursor)
                return JSONResponse(
                    {"messages": [_line(line) for line in lines], "after": str(newest)}
                )
            replies = await thread.after(session, NAME, external, cursor)
    except (SQLAlchemyError, OSError) as error:
        if not is_outage(error):
            raise
        return _error(503, _AWAY)
    newest = max((reply.id for reply in replies), default=cursor)
    return JSONResponse({"replies": [_shown(reply) for reply in replies], "after": str(newest)})


async def _wait(assembly: Assembly, heard: TurnsHeard, inbox_id: int) -> Sequence[Outgoing] | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_SECONDS
    while True:
        with heard.expecting(inbox_id) as turn_ended:
            async with assembly.database.session() as session:
                replies = await thread.replies_to(session, inbox_id)
            left = deadline - loop.time()
            if replies is not None or left <= 0:
                return replies
            # It looks again after a while: a notification may be lost with its connection.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(turn_ended.wait(), min(left, 1.0))


def _external(conversation: str) -> str:
    if not _CONVERSATION.fullmatch(conversation):
        raise _Refused(422, "La conversación lleva hasta 200 letras, números o . _ ~ : @ -")
    return external_of(conversation)


async def _read(request: Request, external: str) -> Inbound:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _read_form(request, external)
    if int(request.headers.get("content-length") or 0) > LARGEST_JSON:
        raise _Refused(413, _TOO_LARGE)
    body = await request.body()
    if len(body) > LARGEST_JSON:
        raise _Refused(413, _TOO_LARGE)
    try:
        # Cleaned first: a lone surrogate, which phones do send, is no reason to refuse the rest.
        message = Message.model_validate(inbound.clean_detail(json.loads(body)))
    except (ValidationError, ValueError, RecursionError) as error:
        raise _Refused(422, _UNREADABLE) from error
    identity = inbound.clean(message.id)
    if not identity:
        raise _Refused(422, _UNREADABLE)
    if message.payload is not None:
        detail: dict[str, Any] = {"payload": inbound.clean(message.payload)}
        return Inbound(NAME, external, identity, inbound.BUTTON, "", detail)
    return Inbound(NAME, external, identity, inbound.TEXT, inbound.clean(message.text or ""))


async def _read_form(request: Request, external: str) -> Inbound:
    if int(request.headers.get("content-length") or 0) > LARGEST_FILE + LARGEST_JSON:
        raise _Refused(413, _TOO_LARGE)
    try:
        form = await request.form(max_files=1, max_fields=5, max_part_size=LARGEST_JSON)
    except (StarletteHTTPException, ValueError) as error:
        raise _Refused(422, _UNREADABLE) from error
    identity = inbound.clean(str(form.get("id") or ""))[:200]
    file = form.get("file")
    if not identity or not isinstance(file, UploadFile):
        raise _Refused(422, _UNREADABLE)
    if (file.size or 0) > LARGEST_FILE:
        raise _Refused(413, _TOO_LARGE)
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    kind = {"image": inbound.IMAGE, "audio": inbound.VOICE, "video": inbound.VIDEO}.get(
        media_type.partition("/")[0], inbound.DOCUMENT
    )
    # Files of the web chat are not kept, and the reply says so.
    detail = {"media_type": inbound.clean(media_type)[:100], "size": file.size or 0}
    await form.close()
    return Inbound(
        NAME, external, identity, kind, inbound.clean(str(form.get("text") or "")), detail
    )


def _shown(reply: Outgoing) -> dict[str, Any]:
    content: Content = reply.content
    return {
        "id": str(reply.id),
        "text": content.text,
        "buttons": [
            {"title": button.title, "payload": token(reply.id, place)}
            for place, button in enumerate(content.buttons)
        ],
        "links": [],
        "files": [{"name": file.name, "url": file.url} for file in content.files],
    }


def _line(line: thread.Line) -> dict[str, Any]:
    if line.outgoing:
        return {"from": "assistant", **_shown(Outgoing(line.id, line.content))}
    words = line.content.text or FILES.get(line.kind, "")
    shown = {"text": words, "buttons": [], "links": [], "files": []}
    return {"from": "person", "id": line.provider_id, **shown}
