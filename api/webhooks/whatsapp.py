"""Twilio's webhooks: messages and status callbacks."""

from urllib.parse import parse_qsl

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actions.messages import receipts, states
from actions.store.database import is_outage
from api.assembly import Assembly
from bot.channels.whatsapp import NAME
from bot.inbound import MalformedMessage

LARGEST_FORM = 64 * 1024
EMPTY_TWIML = Response(
    '<?xml version="1.0" encoding="UTF-8"?><Response></Response>', media_type="text/xml"
)
"""Plain text would be sent to the person."""

log = structlog.get_logger(__name__)


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


async def _signed_form(request: Request, assembly: Assembly) -> dict[str, str]:
    """The form of a request that Twilio signed for us."""
    whatsapp = assembly.whatsapp
    if whatsapp is None:
        raise _Refused(404)
    signature = request.headers.get("x-twilio-signature", "")
    if not signature:
        raise _Refused(403)
    if int(request.headers.get("content-length") or 0) > LARGEST_FORM:
        raise _Refused(413)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise _Refused(400)
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise _Refused(413)
    # Starlette's own reader takes ten times as long over a form of this kind.
    fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=100)
    form = dict(fields)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if not whatsapp.is_signed(path, form, signature):
        raise _Refused(403)
    return form


async def message(request: Request) -> Response:
    """A message of a person. 503 when it could not be stored."""
    assembly: Assembly = request.app.state.assembly
    try:
        form = await _signed_form(request, assembly)
        assert assembly.whatsapp is not None
        inbound = assembly.whatsapp.read_webhook(form)
    except _Refused as refused:
        return Response(status_code=refused.status)
    except MalformedMessage:
        return Response(status_code=400)
    try:
        await assembly.intake.receive(inbound)
    except (SQLAlchemyError, OSError) as error:
        assembly.intake.note_failure()
        log.error("inbound_not_stored", channel=NAME, error=type(error).__name__)
        return Response(status_code=503 if is_outage(error) else 500)
    return EMPTY_TWIML


async def status(request: Request) -> Response:
    """What became of a message of ours."""
    assembly: Assembly = request.app.state.assembly
    try:
        form = await _signed_form(request, assembly)
    except _Refused as refused:
        return Response(status_code=refused.status)
    told = form.get("MessageStatus", "")
    number = request.query_params.get("message", "")
    if told not in states.STATUSES or not form.get("MessageSid"):
        return Response(status_code=400)
    own_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    try:
        async with assembly.database.transaction() as session:
            await receipts.record(
                session,
                message_id=own_id,
                channel=NAME,
                provider_id=form["MessageSid"],
                status=told,
                error_code=form.get("ErrorCode") or None,
            )
    except (SQLAlchemyError, OSError) as error:
        log.error("receipt_not_stored", error=type(error).__name__)
        return Response(status_code=503 if is_outage(error) else 500)
    return Response(status_code=204)


# Plain routes: FastAPI's reading of parameters would be a third of an acknowledgement.
ROUTES = [
    Route("/webhooks/whatsapp", message, methods=["POST"]),
    Route("/webhooks/whatsapp/status", status, methods=["POST"]),
]
