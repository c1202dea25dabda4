"""A stand-in for Twilio: WhatsApp messages, contents, status callbacks and inbound webhooks."""

import base64
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.providers.faults import Fault, FaultKind
from tests.providers.posting import Delivery, PreparedRequest
from tests.providers.rates import TokenBucket
from tests.providers.record import File, RecordedMessage
from tests.providers.stand_in import StandIn, json_response
from tests.providers.twilio_callbacks import CallbackSettings, StatusCallbacks
from tests.providers.twilio_content import Contents
from tests.providers.twilio_errors import TwilioError
from tests.providers.twilio_inbound import Location, Press, kind_of, webhook_fields
from tests.providers.twilio_messages import Messages
from tests.providers.twilio_people import WINDOW_SECONDS, People
from tests.providers.twilio_signature import Signer
from tests.providers.twilio_twiml import replies

ACCOUNT_SID = "AC" + "5a" * 16
AUTH_TOKEN = "d1" * 16
SENDER = "whatsapp:+50325550100"
# A WhatsApp sender's default throughput.
SENDS_PER_SECOND = 80.0
WEBHOOK_TIMEOUT = 15.0


class TwilioStandIn(StandIn):
    """Twilio on loopback: set `client.api.base_url` and `client.content.base_url` to `url`.

    `webhook_url` is where inbound messages are posted, as the world knows it (signatures cover
    it); `reach` maps it to where it is really found. `sends_per_second` (0: no limit) with a burst
    of one second's worth answers 429 beyond, `monotonic` giving the seconds it is measured in.
    `window`, `list_lag`, `approval_delay` and `webhook_timeout` are in seconds. `redirect_media`:
    media are served by a redirect to a second address that takes no credentials, as Twilio's are.
    """

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        senders: Sequence[str] = (SENDER,),
        webhook_url: str | None = None,
        reach: Mapping[str, str] | None = None,
        callbacks: CallbackSettings | None = None,
        sends_per_second: float = SENDS_PER_SECOND,
        window: float = WINDOW_SECONDS,
        list_lag: float = 0.0,
        approval_delay: float | None = None,
        webhook_timeout: float = WEBHOOK_TIMEOUT,
        redirect_media: bool = True,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(seed=seed, clock=clock, reach=reach)
        self.account_sid = account_sid
        self.senders = tuple(senders)
        self.webhook_url = webhook_url
        self.webhook_timeout = webhook_timeout
        self.redirect_media = redirect_media
        self.callbacks = callbacks or CallbackSettings()
        self.people = People(clock, window)
        self.signer = Signer(auth_token)
        self.contents = Contents(
            account_sid,
            clock=clock,
            new_sid=self._new_sid,
            base_url=lambda: self.url,
            later=lambda seconds, call: self.later(seconds, call, lasting=True),
            approval_delay=approval_delay,
        )
        self.messages = Messages(
            account_sid,
            frozenset(senders),
            people=self.people,
            contents=self.contents,
            callbacks=StatusCallbacks(
                self.callbacks,
                signer=self.signer,
                poster=self.poster,
                record=self.record,
                rng=self.random,
                clock=clock,
                later=self.later,
                spawn=self.spawn,
            ),
            limit=TokenBucket(sends_per_second, sends_per_second, monotonic),
            record=self.record,
            poster=self.poster,
            clock=clock,
            new_sid=self._new_sid,
            spawn=self.spawn,
            list_lag=list_lag,
        )
        credentials = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._authorization = f"Basic {credentials}"

    async def inbound(
        self,
        from_: str,
        body: str = "",
        *,
        media: Sequence[File] = (),
        location: Location | None = None,
        press: Press | None = None,
        profile_name: str = "Ana",
        to: str | None = None,
    ) -> Delivery:
        """A message from a person: listed, then posted to the bot, once.

        Returns how the webhook ended; a failed one is not repeated (only a connection that could
        not be opened is tried once more). What the bot answers in TwiML or plain text is sent to
        the person. Without a `webhook_url` it is only listed.
        """
        prepared = self.prepare_inbound(
            from_,
            body,
            media=media,
            location=location,
            press=press,
            profile_name=profile_name,
            to=to,
        )
        return await self.deliver(prepared, from_, to or self.senders[0])

    async def deliver(self, prepared: PreparedRequest, from_: str, to: str) -> Delivery:
        """Post an inbound message and send the person what the bot's answer asks for."""
        if self.webhook_url is None:
            return Delivery(None, error="no webhook", attempts=0)
        delivery = await self.post(prepared)
        for text, media_url in replies(delivery):
            self.messages.add_reply(from_, to, text, media_url)
        self.record.changed()
        return delivery

    def prepare_inbound(
        self,
        from_: str,
        body: str = "",
        *,
        media: Sequence[File] = (),
        location: Location | None = None,
        press: Press | None = None,
        profile_name: str = "Ana",
        to: str | None = None,
    ) -> PreparedRequest:
        """As `inbound`, up to the signed request, which is returned instead of sent."""
        files = tuple(media)
        text = body or (press.text if press else "")
        kind = kind_of(files, location, press)
        if kind == "document" and not text:
            text = files[0].name
        details: dict[str, Any] = {}
        if press is not None:
            details["payload"] = press.payload
        if location is not None:
            details["location"] = [location.latitude, location.longitude]
        message = self.messages.add_inbound(
            from_, to or self.senders[0], text, kind=kind, files=files, details=details
        )
        self.record.changed()
        fields = webhook_fields(
            message, self.url, profile_name=profile_name, location=location, press=press
        )
        return self.signer.prepare(self.webhook_url or "http://nowhere.invalid/", fields)

    async def press(
        self, message: RecordedMessage, button: str, *, profile_name: str = "Ana"
    ) -> Delivery:
        """The person presses the button with this title on a message they received.

        Raises ValueError when the message shows no such button.
        """
        for shown in message.buttons:
            if shown.title == button:
                in_list = message.kind == "twilio/list-picker"
                pressed = Press(shown.title, shown.payload, message.provider_id, in_list)
                return await self.inbound(message.address, press=pressed, profile_name=profile_name)
        raise ValueError(f"no button {button!r} on {message.provider_id}")

    async def post(self, prepared: PreparedRequest) -> Delivery:
        """Send a prepared webhook, under Twilio's own time limit."""
        delivery = await self.poster.post(
            prepared, timeout=self.webhook_timeout, connect_again=True
        )
        self.record.deliveries[f"inbound {delivery.outcome}"] += 1
        self.record.changed()
        return delivery

    def reset(self) -> None:
        """Forget messages, people, counts and faults; contents and settings stay."""
        super().reset()
        self.messages.clear()
        self.people.clear()

    def operation(self, method: str, path: str) -> str:
        """messages.create, messages.list, messages.fetch, messages.update, messages.delete, media,
        content.create, content.list, content.fetch, content.delete, content.approval, or other.
        """
        parts = path.strip("/").split("/")
        match parts:
            case [_, "Accounts", _, "Messages.json"]:
                return "messages.create" if method == "POST" else "messages.list"
            case [_, "Accounts", _, "Messages", _]:
                names = {"POST": "update", "DELETE": "delete"}
                return f"messages.{names.get(method, 'fetch')}"
            case [_, "Accounts", _, "Messages", *_] | ["media", *_]:
                return "media"
            case ["v1", "Content"] | ["v1", "ContentAndApprovals"]:
                return "content.create" if method == "POST" else "content.list"
            case ["v1", "Content", _]:
                return "content.delete" if method == "DELETE" else "content.fetch"
            case ["v1", "Content", _, "ApprovalRequests", *_]:
                return "content.approval"
        return "other"

    async def answer(self, request: web.BaseRequest, operation: str) -> web.StreamResponse:
        """Answer as Twilio would, errors included."""
        body = await request.read()
        try:
            return self._route(request, operation, body)
        except TwilioError as error:
            headers = {}
            if error.retry_after:
                headers["Retry-After"] = str(max(1, round(error.retry_after)))
            return json_response(error.body, error.status, headers)

    def failure(self, fault: Fault) -> web.Response:
        """Twilio's own 500 or 429."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            headers = {"Retry-After": str(max(1, round(fault.seconds)))}
            return json_response(TwilioError(20429).body, 429, headers)
        return json_response(TwilioError(20500).body, 500)

    def _route(self, request: web.BaseRequest, operation: str, body: bytes) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        if parts[0] == "media":
            return self._media_bytes(parts[1], parts[2])
        if request.headers.get("Authorization") != self._authorization:
            raise TwilioError(20003)
        if parts[0] != "v1" and (len(parts) < 3 or parts[2] != self.account_sid):
            raise TwilioError(20404, request.path)
        match operation:
            case "messages.create":
                return json_response(self.messages.create(body), 201)
            case "messages.list":
                return json_response(self.messages.page(_query(request)))
            case "messages.fetch":
                return json_response(self.messages.get(_bare(parts[4])).resource())
            case "messages.update":
                return json_response(self.messages.redact(_bare(parts[4]), body))
            case "messages.delete":
                self.messages.delete(_bare(parts[4]))
                return web.Response(status=204)
            case "media":
                return self._media(parts[4], parts[5:])
            case "content.create":
                return json_response(self.contents.create(body), 201)
            case "content.list":
                with_approvals = parts[1] == "ContentAndApprovals"
                return json_response(
                    self.contents.page(_query(request), with_approvals=with_approvals)
                )
            case "content.fetch":
                return json_response(self.contents.fetch(parts[2]))
            case "content.delete":
                self.contents.delete(parts[2])
                return web.Response(status=204)
            case "content.approval" if request.method == "POST":
                return json_response(self.contents.submit(parts[2], body), 201)
            case "content.approval":
                return json_response(self.contents.approvals(parts[2]))
        raise TwilioError(20404, request.path)

    def _media(self, message_sid: str, rest: Sequence[str]) -> web.Response:
        message = self.messages.get(message_sid)
        if list(rest) == ["Media.json"]:
            listed = [message.media_resource(media) for media in message.media]
            return json_response({"media_list": listed, "page": 0, "page_size": 50})
        if len(rest) != 2 or rest[0] != "Media":
            raise TwilioError(20404, message.path)
        media = self.messages.find_media(message_sid, _bare(rest[1]))
        if rest[1].endswith(".json"):
            return json_response(message.media_resource(media))
        if self.redirect_media:
            where = f"{self.url}/media/{message_sid}/{media.sid}"
            return web.Response(status=307, headers={"Location": where})
        return web.Response(body=media.file.content, content_type=media.file.content_type)

    def _media_bytes(self, message_sid: str, media_sid: str) -> web.Response:
        file = self.messages.find_media(message_sid, media_sid).file
        return web.Response(body=file.content, content_type=file.content_type)

    def _new_sid(self, prefix: str) -> str:
        # Never seeded: a bot that keeps its database over a restart must not meet old sids.
        return f"{prefix}{secrets.token_hex(16)}"


def _bare(name: str) -> str:
    return name.removesuffix(".json")


def _query(request: web.BaseRequest) -> dict[str, str]:
    # Twilio's own names carry "<" and ">" ("DateSent>=..."), which a plain parse keeps.
    return dict(parse_qsl(request.query_string))


__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "SENDER",
    "CallbackSettings",
    "Location",
    "Press",
    "TwilioStandIn",
]
