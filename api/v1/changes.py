"""Requests that change something: their body, done once, and recorded."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Header, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.keys import replays
from actions.keys.replays import AnotherRequest, Answer, InProgress
from actions.keys.service import Holder
from api.v1.access import parts_of
from api.v1.problems import (
    IN_PROGRESS,
    KEY_REUSED,
    NOT_JSON,
    TOO_LARGE,
    Problem,
    invalid_many,
)

LARGEST: Final = 128 * 1024
"""Bytes of a body."""
REPLAYED: Final = "Idempotency-Replayed"

Model = TypeVar("Model", bound=BaseModel)
Work = Callable[[AsyncSession, datetime], Awaitable[tuple[BaseModel, Act]]]
"""What is to be done: what is answered, and the act that is recorded of it."""

IdempotencyKey = Annotated[
    str,
    Header(
        min_length=1,
        max_length=replays.LONGEST_KEY,
        pattern=r"^[\x21-\x7e]+$",
        description=(
            "Un texto que usted escoge, distinto para cada cosa que quiere hacer. Si repite la "
            "solicitud con el mismo, no se hace dos veces: recibe la respuesta de la primera. "
            "Se recuerda 24 horas."
        ),
    ),
]


class Body(Generic[Model]):
    """Reads the body of a request as JSON of one model, once the request was let in.

    The framework would read it before it asks who sent it.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model

    async def __call__(self, request: Request) -> Model:
        """The body. Raises Problem."""
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Problem(NOT_JSON, "Mande el cuerpo con «Content-Type: application/json».")
        raw = await _whole(request)
        try:
            return self._model.model_validate_json(raw, strict=True)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
            raise invalid_many(
                [{**fault, "loc": ("body", *fault["loc"])} for fault in faults]
            ) from None


async def _whole(request: Request) -> bytes:
    told = request.headers.get("Content-Length", "")
    too_large = Problem(TOO_LARGE, f"El cuerpo no puede pasar de {LARGEST} bytes.")
    if told.isascii() and told.isdigit() and int(told[:20]) > LARGEST:
        raise too_large
    raw = bytearray()
    # What comes in pieces does not tell its size first.
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST:
            raise too_large
    whole = bytes(raw)
    request.state.raw = whole
    return whole


async def once(
    request: Request, holder: Holder, name: str, work: Work, *, status: int = 201
) -> Response:
    """Does ``work`` in one transaction with its record, once for each ``name`` of a key; a copy
    gets the answer of the first. Raises Problem."""
    parts = parts_of(request)
    now = parts.now()
    asked = replays.digest(request.method.encode(), request.url.path.encode(), request.state.raw)
    async with parts.database().transaction() as session:
        try:
            kept = await replays.begin(session, holder.key_id, name, asked, now)
        except InProgress:
            raise Problem(
                IN_PROGRESS,
                "Otra copia de esa solicitud se está atendiendo: repítala en un segundo.",
                headers={"Retry-After": "1"},
            ) from None
        except AnotherRequest:
            raise Problem(
                KEY_REUSED, "Esa Idempotency-Key ya se usó con otro contenido: use una nueva."
            ) from None
        if kept is not None:
            return _json(kept, {REPLAYED: "true"})
        body, act = await work(session, now)
        answer = Answer(status, body.model_dump_json())
        await replays.keep(session, holder.key_id, name, asked, answer, now)
        client = request.client
        actor = Actor("api", holder.name, address=None if client is None else client.host)
        # Last, for it holds up everybody else who acts.
        await audit.record(session, actor, act, now)
    return _json(answer, {})


def _json(answer: Answer, headers: dict[str, str]) -> Response:
    return Response(answer.body, answer.status, headers, media_type="application/json")
