"""Twilio's Messages API: sends accepted or refused, and the account's list of messages."""

import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.providers.posting import Poster
from tests.providers.rates import TokenBucket
from tests.providers.record import Button, Direction, File, Record
from tests.providers.twilio_callbacks import StatusCallbacks
from tests.providers.twilio_content import (
    Contents,
    render,
    send_failure,
    variables_given,
)
from tests.providers.twilio_errors import TwilioError
from tests.providers.twilio_message import API_VERSION, Media, TwilioMessage
from tests.providers.twilio_people import People

BODY_LIMIT = 1600
MEDIA_FILES_LIMIT = 10
MEDIA_BYTES_LIMIT = 16 * 1024 * 1024
MEDIA_TIMEOUT = 15.0
ADDRESS = re.compile(r"whatsapp:\+[1-9]\d{7,14}")


class Messages:
    """Every message of the account, both directions, in the order created.

    `senders` are the WhatsApp addresses that may send. `list_lag` is how long in seconds a new
    message is missing from lists, as Twilio's lists trail behind.
    """

    def __init__(
        self,
        account_sid: str,
        senders: frozenset[str],
        *,
        people: People,
        contents: Contents,
        callbacks: StatusCallbacks,
        limit: TokenBucket,
        record: Record,
        poster: Poster,
        clock: Callable[[], float],
        new_sid: Callable[[str], str],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        list_lag: float = 0.0,
    ) -> None:
        self.list_lag = list_lag
        self.limit = limit
        self._account_sid = account_sid
        self._senders = senders
        self._people = people
        self._contents = contents
        self._callbacks = callbacks
        self._record = record
        self._poster = poster
        self._clock = clock
        self._new_sid = new_sid
        self._spawn = spawn
        self._messages: dict[str, TwilioMessage] = {}
        self._by_address: dict[str, list[TwilioMessage]] = {}

    def create(self, body: bytes) -> dict[str, Any]:
        """POST Messages.json: accept a send, or raise TwilioError."""
        wait = self.limit.wait()
        if wait:
            raise TwilioError(20429, retry_after=wait)
        form = parse_qs(body.decode(), keep_blank_values=True)
        fields = {name: values[-1] for name, values in form.items()}
        to, from_ = self._parties(fields)
        media_urls = form.get("MediaUrl", [])
        if len(media_urls) > MEDIA_FILES_LIMIT:
            raise TwilioError(21623)
        if any(urlsplit(url).scheme not in ("http", "https") for url in media_urls):
            raise TwilioError(21620)
        given = variables_given(fields.get("ContentVariables"))
        text, buttons, kind = fields.get("Body", ""), tuple[Button, ...](), "text"
        window_is_open = self._people.window_is_open(to)
        failure = None if window_is_open else 63016
        details: dict[str, Any] = {}
        if "ContentSid" in fields:
            content = self._contents.find(fields["ContentSid"])
            if content is None:
                raise TwilioError(21655)
            rendered = render(content, given)
            text, buttons, kind = rendered.text, rendered.buttons, rendered.kind
            if rendered.media:
                media_urls = [rendered.media]
            failure = send_failure(content, rendered, given, window_is_open=window_is_open)
            details = {"content_sid": content.sid, "variables": given}
        elif given:
            raise TwilioError(21654)
        elif len(text) > BODY_LIMIT:
            raise TwilioError(21617)
        elif not text and not media_urls:
            raise TwilioError(21619)
        if media_urls:
            details["media_urls"] = media_urls
        failure = self._people.failure(to) or failure
        self.limit.take()
        message = self._add(
            Direction.OUT,
            sid=self._new_sid("MM" if media_urls else "SM"),
            from_=from_,
            to=to,
            text=text,
            kind=kind if not media_urls else "media",
            status="queued",
            buttons=buttons,
            details=details,
        )
        message.status_callback = fields.get("StatusCallback", "")
        message.is_template = "ContentSid" in fields
        message.media_count = len(media_urls)
        answer = message.resource(as_created=True)
        if media_urls and failure is None:
            self._spawn(self._fetch_media(message, media_urls))
        else:
            self._callbacks.follow(message, failure)
        return answer

    def add_reply(self, to: str, from_: str, text: str, media_url: str = "") -> None:
        """A message the bot asked for in the answer to a webhook (TwiML or plain text)."""
        message = self._add(
            Direction.OUT,
            sid=self._new_sid("SM"),
            from_=from_,
            to=to,
            text=text,
            kind="text",
            status="queued",
            details={"media_urls": [media_url]} if media_url else {},
        )
        message.direction = "outbound-reply"
        self._callbacks.follow(message, self._people.failure(to))

    def add_inbound(
        self,
        from_: str,
        to: str,
        text: str,
        *,
        kind: str,
        files: tuple[File, ...] = (),
        details: dict[str, Any] | None = None,
    ) -> TwilioMessage:
        """A message from a person: listed at once, and their window opens."""
        self._people.wrote(from_)
        message = self._add(
            Direction.IN,
            sid=self._new_sid("MM" if files else "SM"),
            from_=from_,
            to=to,
            text=text,
            kind=kind,
            status="received",
            files=files,
            details=details,
        )
        message.sent = message.created
        message.media = [Media(self._new_sid("ME"), file) for file in files]
        message.media_count = len(files)
        return message

    def get(self, sid: str) -> TwilioMessage:
        """One message; TwilioError 20404 if there is none."""
        try:
            return self._messages[sid]
        except KeyError:
            path = f"/{API_VERSION}/Accounts/{self._account_sid}/Messages/{sid}.json"
            raise TwilioError(20404, path) from None

    def find_media(self, message_sid: str, media_sid: str) -> Media:
        """One file of a message; TwilioError 20404 if there is none."""
        message = self.get(message_sid)
        for media in message.media:
            if media.sid == media_sid:
                return media
        raise TwilioError(20404, f"{message.path}/Media/{media_sid}")

    def redact(self, sid: str, body: bytes) -> dict[str, Any]:
        """POST Messages/{sid}.json with an empty Body: its text is gone."""
        message = self.get(sid)
        if parse_qs(body.decode(), keep_blank_values=True).get("Body") == [""]:
            message.recorded.text = ""
        return message.resource()

    def delete(self, sid: str) -> None:
        """DELETE Messages/{sid}.json; the stand-in's own record keeps it."""
        message = self.get(sid)
        del self._messages[sid]
        for address in (message.from_, message.to):
            self._by_address[address].remove(message)

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """GET Messages.json, newest first.

        DateSent> and DateSent< include their second; a day without a time counts from its start
        and up to its end. PageToken names the last message of the page before.
        """
        after = _moment(query.get("DateSent>") or query.get("DateSent"), end_of_day=False)
        before = _moment(query.get("DateSent<") or query.get("DateSent"), end_of_day=True)
        size = min(max(int(query.get("PageSize") or 50), 1), 1000)
        number = int(query.get("Page") or 0)
        token = query.get("PageToken", "").removeprefix("PA")
        visible_until = self._clock() - self.list_lag
        shown: list[TwilioMessage] = []
        more = False
        skipping = token in self._messages
        for message in reversed(self._candidates(query)):
            if skipping:
                skipping = message.sid != token
                continue
            second = int(message.at)
            fits = (
                message.created <= visible_until
                and (after is None or second >= after)
                and (before is None or second <= before)
                and query.get("To", message.to) == message.to
                and query.get("From", message.from_) == message.from_
            )
            if fits:
                if len(shown) == size:
                    more = True
                    break
                shown.append(message)
        path = f"/{API_VERSION}/Accounts/{self._account_sid}/Messages.json"
        kept = {k: v for k, v in query.items() if k not in ("Page", "PageToken", "PageSize")}
        kept["PageSize"] = str(size)

        def uri(page: int, **token: str) -> str:
            return f"{path}?{urlencode({**kept, 'Page': str(page), **token})}"

        return {
            "messages": [m.resource() for m in shown],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(shown) - 1, 0),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "previous_page_uri": None,
            "next_page_uri": uri(number + 1, PageToken=f"PA{shown[-1].sid}") if more else None,
        }

    def clear(self) -> None:
        """Forget every message."""
        self._messages.clear()
        self._by_address.clear()

    def _parties(self, fields: Mapping[str, str]) -> tuple[str, str]:
        to, from_ = fields.get("To", ""), fields.get("From", "")
        if not to:
            raise TwilioError(21604)
        if not from_:
            raise TwilioError(21603)
        if to.startswith("whatsapp:") != from_.startswith("whatsapp:"):
            raise TwilioError(21910)
        if from_ not in self._senders:
            raise TwilioError(63007)
        if not ADDRESS.fullmatch(to):
            raise TwilioError(21211, to)
        refusal = self._people.refusal(to)
        if refusal is not None:
            raise TwilioError(refusal, to)
        return to, from_

    def _add(
        self,
        direction: Direction,
        *,
        sid: str,
        from_: str,
        to: str,
        text: str,
        kind: str,
        status: str,
        buttons: tuple[Button, ...] = (),
        files: tuple[File, ...] = (),
        details: dict[str, Any] | None = None,
    ) -> TwilioMessage:
        now = self._clock()
        inbound = direction is Direction.IN
        recorded = self._record.add(
            direction,
            sid,
            from_ if inbound else to,
            text,
            at=now,
            kind=kind,
            buttons=buttons,
            files=files,
            status=status,
            details=details,
        )
        message = TwilioMessage(
            account_sid=self._account_sid,
            sid=sid,
            direction="inbound" if inbound else "outbound-api",
            from_=from_,
            to=to,
            created=now,
            recorded=recorded,
        )
        self._messages[sid] = message
        for address in (from_, to):
            self._by_address.setdefault(address, []).append(message)
        return message

    def _candidates(self, query: Mapping[str, str]) -> list[TwilioMessage]:
        lists = [self._by_address.get(query[name], []) for name in ("To", "From") if name in query]
        return min(lists, key=len) if lists else list(self._messages.values())

    async def _fetch_media(self, message: TwilioMessage, urls: list[str]) -> None:
        """Fetch what is to be sent, as Twilio does first; a file it cannot get is 63019."""
        files = []
        for url in urls:
            got = await self._poster.get(url, timeout=MEDIA_TIMEOUT)
            if not got.ok or not got.body or len(got.body) > MEDIA_BYTES_LIMIT:
                self._callbacks.follow(message, 63019)
                return
            name = urlsplit(url).path.rpartition("/")[2]
            files.append(File(name, got.content_type, got.body))
        message.recorded.files = tuple(files)
        message.media = [Media(self._new_sid("ME"), file) for file in files]
        self._callbacks.follow(message, None)


def _moment(text: str | None, *, end_of_day: bool) -> int | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise TwilioError(20001) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    whole_day = end_of_day and len(text) == len("2026-11-22")
    return int(at.timestamp()) + (86399 if whole_day else 0)
