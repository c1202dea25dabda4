"""Telegram's webhook."""

import json

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actions.store.database import is_outage
from api.assembly import Assembly
from bot.channels.telegram import NAME
from bot.inbound import MalformedMessage

LARGEST_UPDATE = 256 * 1024

log = structlog.get_logger(__name__)


async def update(request: Request) -> Response:
    """An update of our bot. 503 when it could not be stored; Telegram then repeats it."""
    assembly: Assembly = request.app.state.assembly
    telegram = assembly.telegram
    if telegram is None:
        return Response(status_code=404)
    if not telegram.is_authentic(request.headers.get("x-telegram-bot-api-secret-token", "")):
        return Response(status_code=403)
    if int(request.headers.get("content-length") or 0) > LARGEST_UPDATE:
        return Response(status_code=413)
    try:
        message = telegram.read_update(json.loads(await request.body()))
    except (MalformedMessage, ValueError, RecursionError):
        return Response(status_code=400)
    if message is None:
        return Response(status_code=200)
    try:
        await assembly.intake.receive(message)
    except (SQLAlchemyError, OSError) as error:
        log.error("inbound_not_stored", channel=NAME, error=type(error).__name__)
        return Response(status_code=503 if is_outage(error) else 500)
    return Response(status_code=200)


ROUTES = [Route("/webhooks/telegram", update, methods=["POST"])]
