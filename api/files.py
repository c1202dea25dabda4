"""Files that staff sent, at an address that only those who were given it know."""

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from actions.files import service as files
from actions.store.database import is_outage
from api.assembly import Assembly
from api.etags import is_known

NOT_THERE: Final = "Ese archivo ya no está disponible. Pedilo de nuevo en el mismo chat.\n"
AWAY: Final = "No se puede abrir el archivo en este momento. Probá otra vez en un ratito.\n"

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")

router = APIRouter()


def path_of(token: str, name: str) -> str:
    """Where a file is, under the public address."""
    return f"/archivos/{token}/{quote(name)}"


@router.api_route("/archivos/{token}/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def file(token: str, name: str, request: Request) -> Response:
    """The file, under its own name only: so nobody can give it another one in a link."""
    assembly: Assembly = request.app.state.assembly
    found = None
    if _TOKEN.fullmatch(token):
        try:
            async with assembly.database.session() as session:
                found = await files.fetch(session, token, datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            if not is_outage(error):
                raise
            return PlainTextResponse(AWAY, 503, {"Cache-Control": "no-store"})
    if found is None or found.name != name:
        return PlainTextResponse(NOT_THERE, 404, {"Cache-Control": "no-store"})
    tag = f'"{found.sha256}"'
    # Asked for again each time, so that what was erased is gone; kept by nobody in between.
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": tag,
        "X-Robots-Tag": "noindex",
    }
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    way = "inline" if found.media_type.startswith("image/") else "attachment"
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
    headers["Content-Disposition"] = (
        f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name)}"
    )
    return Response(found.content, media_type=found.media_type, headers=headers)
