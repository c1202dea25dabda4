"""A consultant's bookings at an address that only their own calendar was given."""

import re
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from actions.bookings import feeds
from actions.store.database import is_outage
from api.assembly import Assembly
from bot import calendar_files

NOT_THERE: Final = "Esta dirección ya no muestra citas. Escribí «mi calendario» en el chat.\n"
AWAY: Final = "Las citas no se pueden leer en este momento. Probá otra vez en un ratito.\n"
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,100}")

router = APIRouter()


def path_of(token: str) -> str:
    """Where a consultant's calendar reads, under the public address."""
    return f"/calendario/{token}.ics"


@router.api_route("/calendario/{token}.ics", methods=["GET", "HEAD"], include_in_schema=False)
async def feed(token: str, request: Request) -> Response:
    """The bookings as a calendar takes them. What a token that is wrong, was replaced or was taken
    back opens is all the same: nothing."""
    assembly: Assembly = request.app.state.assembly
    now = datetime.now(UTC)
    found = None
    if _TOKEN.fullmatch(token):
        try:
            async with assembly.database.session() as session:
                found = await feeds.of_token(session, token, now)
        except (SQLAlchemyError, OSError) as error:
            if not is_outage(error):
                raise
            return PlainTextResponse(AWAY, 503, {"Cache-Control": "no-store"})
    if found is None:
        return PlainTextResponse(NOT_THERE, 404, {"Cache-Control": "no-store"})
    content = calendar_files.calendar_feed(found.consultant_name, found.bookings, now)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={
            # The address is the key: neither it nor what it opens may stay on the way.
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
            "Content-Disposition": 'attachment; filename="citas.ics"',
        },
    )
