"""A booking as a file for calendars, at an address that the chat gives to its owner: whoever has it
reads the file, without any further check."""

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from actions.bookings import invitations
from actions.store.database import is_outage
from api.assembly import Assembly
from bot import calendar_files

NOT_THERE: Final = "Esa cita ya no está disponible. Escribí «mis citas» en el chat.\n"
AWAY: Final = "No se puede abrir la cita en este momento. Probá otra vez en un ratito.\n"

router = APIRouter()


@router.api_route("/citas/{token}.ics", methods=["GET", "HEAD"], include_in_schema=False)
async def invitation(token: str, request: Request) -> Response:
    """The file, as the booking is now: a calendar that reads it again takes the change over."""
    assembly: Assembly = request.app.state.assembly
    try:
        async with assembly.database.session() as session:
            found = await invitations.of_token(session, token)
    except (SQLAlchemyError, OSError) as error:
        if not is_outage(error):
            raise
        return PlainTextResponse(AWAY, 503, {"Cache-Control": "no-store"})
    if found is None:
        return PlainTextResponse(NOT_THERE, 404, {"Cache-Control": "no-store"})
    content = calendar_files.calendar_file(found, "owner", datetime.now(UTC))
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{calendar_files.name_of(found)}"',
        "X-Robots-Tag": "noindex",
    }
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
