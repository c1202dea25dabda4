"""Parts of a page that its script asks for again and again: sent only when they changed."""

import hashlib
from typing import Final

from fastapi import Request
from starlette.responses import HTMLResponse, Response

HEADER: Final = "x-parte"
"""The header by which a page's own asking is told from what the person does."""


def is_part(request: Request) -> bool:
    """Whether the page asks for a part of itself."""
    return HEADER in request.headers


def tag_of(text: str) -> str:
    """An ETag for a part, of its text or of anything that changes with it."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the page has that very part already: then it need not even be rendered."""
    return request.headers.get("if-none-match") == tag


def unchanged(tag: str) -> Response:
    """The answer for who has it already."""
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-store"})


def part(request: Request, html: str, tag: str | None = None) -> Response:
    """A part of a page, or word that it is unchanged."""
    tag = tag or tag_of(html)
    if is_known(request, tag):
        return unchanged(tag)
    return HTMLResponse(html, headers={"ETag": tag, "Cache-Control": "no-store"})
