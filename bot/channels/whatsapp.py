"""WhatsApp through Twilio."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import structlog
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from actions.messages import window
from actions.messages.content import Content
from actions.messages.outbox import Claimed
from bot import inbound
from bot.channels import text, twilio_media
from bot.channels.protocol import (
    Ambiguous,
    Later,
    Outcome,
    Refused,
    Reply,
    Sent,
    numbered,
    token,
)
from bot.channels.twilio_http import TwilioHttp
from bot.inbound import Inbound, MalformedMessage

NAME: Final = "whatsapp"
API_URL: Final = "https://api.twilio.com"
TEXT_LIMIT: Final = 1_600
"""Characters of a body (Twilio, Messages resource)."""
QUICK_REPLY_BODY_LIMIT: Final = 1_024
MAX_BUTTONS: Final = 3
"""Quick replies inside the 24-hour window, without WhatsApp's approval."""
SEND_TIMEOUT_SECONDS: Final = 10
LIST_TIMEOUT_SECONDS: Final = 12
RECONCILE_AFTER: Final = timedelta(seconds=30)
"""Twilio's list may lag behind what it accepted."""

_GONE_CODES = {
    63003: "number_invalid",
    63013: "policy_violation",
    63016: "window_closed",
    63024: "number_invalid",
    21211: "number_invalid",
    21610: "blocked_by_person",
    63032: "blocked_by_person",
}
_MEDIA_KINDS = {"image": inbound.IMAGE, "audio": inbound.VOICE, "video": inbound.VIDEO}
_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_FILE_NAME = re.compile(r"[^\n]{1,200}\.[A-Za-z0-9]{1,5}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

log = structlog.get_logger(__name__)


class WhatsApp:
    """Sends through one Twilio sender and reads what Twilio posts to our webhook."""

    name = NAME

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        api_url: str | None = None,
        per_second: float = 80,
    ) -> None:
        self.account_sid = account_sid
        self.sender = sender if sender.startswith("whatsapp:") else f"whatsapp:{sender}"
        self.per_second = per_second
        self._auth_token = auth_token
        self._public_url = public_url.rstrip("/")
        self._api_url = api_url
        self._validator = RequestValidator(auth_token)
        self._client: Client | None = None
        self.quick_replies: dict[tuple[str, ...], str] = {}
        """Names of registered quick-reply templates by their buttons' titles."""
        self.template_sids: dict[str, str] = {}
        """Sids of the templates that may be sent now, by name."""

    @property
    def client(self) -> Client:
        """Twilio's client; made inside the event loop, since it opens a session."""
        if self._client is None:
            self._client = Client(self.account_sid, self._auth_token, http_client=TwilioHttp())
            if self._api_url:
                self._client.api.base_url = self._api_url.rstrip("/")
                self._client.content.base_url = self._api_url.rstrip("/")
        return self._client

    # -- in ------------------------------------------------------------------------------------

    def is_signed(self, path_and_query: str, form: Mapping[str, str], signature: str) -> bool:
        """Whether Twilio signed this form for our public address (never for the local one)."""
        url = self._public_url + path_and_query
        return bool(self._validator.validate(url, dict(form), signature))

    def read_webhook(self, form: Mapping[str, str]) -> Inbound:
        """The message of an inbound webhook's form."""
        return self._read(
            sid=form.get("MessageSid", ""),
            sender=form.get("From", ""),
            body=form.get("Body", ""),
            form=form,
        )

    def read_listed(self, message: MessageInstance) -> Inbound:
        """The message of Twilio's own list; what a list does not tell is left out."""
        media = {"NumMedia": message.num_media or "0"}
        read = self._read(
            sid=message.sid or "", sender=message.from_ or "", body=message.body or "", form=media
        )
        return replace(read, sent_at=message.date_sent)

    def _read(self, *, sid: str, sender: str, body: str, form: Mapping[str, str]) -> Inbound:
        number = sender.removeprefix("whatsapp:")
        if not _SID.fullmatch(sid) or not _NUMBER.fullmatch(number):
            raise MalformedMessage("MessageSid or From is missing or of another form")
        kind, detail = inbound.TEXT, dict[str, Any]()
        if form.get("ButtonPayload"):
            kind, detail = inbound.BUTTON, {"payload": form["ButtonPayload"]}
        elif form.get("Latitude") and form.get("Longitude"):
            kind = inbound.LOCATION
        elif (form.get("NumMedia") or "0") not in ("", "0"):
            media_type = form.get("MediaContentType0", "")
            kind = _MEDIA_KINDS.get(media_type.partition("/")[0], inbound.DOCUMENT)
            if media_type == "image/webp":
                kind = inbound.STICKER
            elif "vcard" in media_type:
                kind = inbound.CONTACT
            detail = {"media": form.get("MediaUrl0", ""), "media_type": media_type}
            if kind == inbound.DOCUMENT and _FILE_NAME.fullmatch(body.strip()):
                # The body of a document without words is its file's name.
                detail["name"], body = body.strip(), ""
        return Inbound(
            channel=NAME,
            external=number,
            provider_id=sid,
            kind=kind,
            text=inbound.clean(body),
            detail=inbound.clean_detail(detail),
        )

    async def list_inbound(self, since: datetime) -> list[Inbound]:
        """What people sent since then by Twilio's own list, oldest first.

        Twilio gives up on a webhook that fails and does not repeat it.
        """
        async with asyncio.timeout(LIST_TIMEOUT_SECONDS):
            listed = await self.client.messages.list_async(
                to=self.sender, date_sent_after=since, page_size=1000
            )
        # The list is newest first, with a resolution of one second.
        messages: list[Inbound] = []
        for message in reversed(listed):
            if message.direction == "inbound":
                try:
                    messages.append(self.read_listed(message))
                except MalformedMessage:
                    continue
        return messages

    async def with_file(self, listed: Inbound) -> Inbound:
        """A message of Twilio's list with its file, whose kind and address the list leaves out;
        as it was where it has none, or where Twilio does not tell."""
        if listed.detail.get("media") != "":
            return listed
        try:
            async with asyncio.timeout(LIST_TIMEOUT_SECONDS):
                files = await self.client.messages(listed.provider_id).media.list_async(limit=1)
        except (TwilioException, aiohttp.ClientError, OSError) as error:
            log.warning("file_not_listed", error=type(error).__name__)
            return listed
        if not files or not files[0].uri:
            return listed
        place = files[0].uri.removesuffix(".json")
        read = self._read(
            sid=listed.provider_id,
            sender=listed.external,
            body=listed.text or str(listed.detail.get("name", "")),
            form={
                "NumMedia": "1",
                "MediaContentType0": files[0].content_type or "",
                "MediaUrl0": f"{(self._api_url or API_URL).rstrip('/')}{place}",
            },
        )
        return replace(read, sent_at=listed.sent_at)

    # -- out -----------------------------------------------------------------------------------

    def render(self, reply: Reply) -> list[Content]:
        return rendered(reply, self._quick_reply_for(reply))

    def _quick_reply_for(self, reply: Reply) -> str | None:
        fits = 0 < len(reply.buttons) <= MAX_BUTTONS and not reply.files
        if not fits or not reply.text.strip():
            return None
        name = self.quick_replies.get(tuple(button.title for button in reply.buttons))
        return name if name in self.template_sids else None

    def is_window_open(self, message: Claimed, now: datetime) -> bool:
        """Whether free text may be sent: within 24 hours of the person's last message."""
        return window.is_open(NAME, message.window_opened_at, now)

    async def send(self, message: Claimed) -> Outcome:
        content = message.content
        sid = self.template_sids.get(content.template or "")
        if self.is_window_open(message, datetime.now(UTC)):
            # Inside the window a template only serves for its buttons.
            sid = sid if content.buttons else None
        elif sid is None:
            return Refused("window_closed")
        values: dict[str, Any] = {"status_callback": self._callback(message.id)}
        if sid is not None:
            values["content_sid"] = sid
            values["content_variables"] = json.dumps(self._variables(message))
        else:
            # A template may have gone since the reply was written for it.
            lost = content.template is not None and content.buttons
            words = numbered(Reply(content.text, content.buttons)) if lost else content.text
            values["body"] = body_of(words, TEXT_LIMIT)
        if content.files:
            values["media_url"] = [file.url for file in content.files]
        try:
            # Twilio's asynchronous client takes a time-out and does not use it.
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                taken = await self.client.messages.create_async(
                    to=f"whatsapp:{message.external}", from_=self.sender, **values
                )
        except (TwilioRestException, TwilioServiceException) as error:
            return _outcome_of(error.status, error.code)
        except aiohttp.ClientConnectorError:
            return Later(5, "unreachable")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # A ValueError is an answer that is not JSON: of a proxy between us and Twilio.
            return Ambiguous(type(error).__name__)
        return Sent(str(taken.sid)) if taken.sid else Ambiguous("no_sid")

    def _callback(self, message_id: int) -> str:
        # Carries our own id: the callback then tells the sid of a send whose answer was lost.
        return f"{self._public_url}/webhooks/whatsapp/status?{urlencode({'message': message_id})}"

    def _variables(self, message: Claimed) -> dict[str, str]:
        content = message.content
        if content.variables or not content.buttons:
            # WhatsApp refuses line breaks inside a variable.
            return {key: " ".join(value.split()) for key, value in content.variables.items()}
        variables = {"1": body_of(content.text, QUICK_REPLY_BODY_LIMIT)}
        for place in range(len(content.buttons)):
            variables[str(place + 2)] = token(message.id, place)
        return variables

    async def reconcile(self, message: Claimed) -> list[str] | Later:
        waited = datetime.now(UTC) - message.attempted_at
        if waited < RECONCILE_AFTER:
            return Later((RECONCILE_AFTER - waited).total_seconds(), "reconciling")
        try:
            async with asyncio.timeout(LIST_TIMEOUT_SECONDS):
                listed = await self.client.messages.list_async(
                    to=f"whatsapp:{message.external}",
                    from_=self.sender,
                    date_sent_after=message.attempted_at - timedelta(seconds=5),
                    limit=1000,
                )
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Later(10, "list_unreachable")
        return [str(one.sid) for one in reversed(listed) if self._is_same(one, message)]

    def _is_same(self, listed: MessageInstance, message: Claimed) -> bool:
        content, body = message.content, (listed.body or "").strip()
        menu = numbered(Reply(content.text, content.buttons))
        whole = {
            body_of(words, limit).strip()
            for words in (content.text, menu)
            for limit in (TEXT_LIMIT, QUICK_REPLY_BODY_LIMIT)
        }
        if body in whole:
            return True
        # Twilio lists a template as rendered: its text stands somewhere in it.
        value = self._variables(message).get("1") if content.template else None
        return bool(value) and value in body

    async def acknowledge(self, callback: str) -> None:
        """WhatsApp wants nothing here."""

    async def fetch(self, media: str) -> bytes | None:
        return await twilio_media.fetch(
            media, self._api_url or API_URL, self.account_sid, self._auth_token
        )

    async def close(self) -> None:
        if self._client is not None:
            http: Any = self._client.http_client
            await http.close()
            self._client = None


def rendered(reply: Reply, template: str | None = None) -> list[Content]:
    """The messages that carry a reply, whichever sender sends them; ``template`` names the one that
    has its buttons, without which they are a numbered menu."""
    if template is not None:
        *first, last = text.split(reply.text, QUICK_REPLY_BODY_LIMIT)
        contents = [Content(text=part) for part in first]
        return [*contents, Content(text=last, buttons=reply.buttons, template=template)]
    *first, last = text.split(numbered(reply), TEXT_LIMIT) or [""]
    final = Content(text=last, buttons=reply.buttons, files=reply.files)
    return [*(Content(text=part) for part in first), final]


def body_of(words: str, limit: int) -> str:
    """As WhatsApp shows it; without marks where those would exceed the limit."""
    marked = text.whatsapp(words)
    return marked if text.length(marked) <= limit else text.plain(words)[:limit]


def _outcome_of(status: int, code: int | None) -> Outcome:
    if status == 429 or code == 20429:
        return Later(2, "rate_limited")
    if status == 503:
        return Later(5, "unavailable")
    if status >= 500:
        return Ambiguous(f"twilio_{status}")
    if status == 401:
        # Our token is wrong or was changed: the person must not lose the message for that.
        return Later(60, "credentials_refused")
    code = code or status
    reason = _GONE_CODES.get(code, f"twilio_{code}")
    return Refused(reason, blocked=reason == "blocked_by_person")
