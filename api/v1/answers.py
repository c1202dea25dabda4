"""Answers of the routes: pages that link to the next one, and tags to ask again with."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from api.v1 import cursors
from api.v1.access import parts_of

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=100, description="Cuántos por página.")]
Cursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=cursors.LONGEST,
        description="Desde dónde seguir: el de la dirección «next» de la página anterior.",
    ),
]


class Page(BaseModel, Generic[Item]):
    """Part of a list."""

    data: list[Item]
    next: str | None = Field(
        description="La dirección de la página que sigue; null en la última. También va en Link."
    )


def page(
    request: Request,
    rows: Sequence[Item],
    limit: int,
    narrowed: Mapping[str, str],
    key: Callable[[Item], str],
) -> tuple[list[Item], str | None]:
    """The rows of a page, and the address of the next one. Hand over one row more than ``limit``
    where there are more; ``key`` tells one from the others and is what the cursor stands after."""
    shown = list(rows[:limit])
    if len(rows) <= limit:
        return shown, None
    place = request.url.path
    cursor = cursors.sealed(parts_of(request).secret(), place, narrowed, key(shown[-1]))
    return shown, f"{place}?{urlencode({**narrowed, 'limit': limit, 'cursor': cursor})}"


def answered(request: Request, body: BaseModel, *, public: bool = False) -> Response:
    """The body with its tag; 304 where the client has it already.

    ``public`` is what the ministry tells everybody: it may be kept, and asked for again each time.
    """
    content = body.model_dump_json().encode()
    headers = {"ETag": tag_of(content)}
    if public:
        headers["Cache-Control"] = "private, no-cache"
    following = getattr(body, "next", None)
    if isinstance(body, Page) and following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def tag_of(content: bytes) -> str:
    """The ETag of a content."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client says that it has what carries that tag."""
    known = ",".join(request.headers.getlist("If-None-Match")).split(",")
    # A proxy that compresses marks the tag as weak.
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in known)
