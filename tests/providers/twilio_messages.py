"""Twilio's Messages API: sends accepted or refused, and the account's list of messages."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.providers.posting import Poster
from tests.providers.rates import TokenBucket
from tests.providers.record import Button, Direction, File, Record
from tests.providers.twilio_callbacks import StatusCallbacks
from tests.providers.twilio_content import Contents
from tests.providers.twilio_draft import read_draft
from tests.providers.twilio_errors import TwilioError
from tests.providers.twilio_message import API_VERSION, Media, TwilioMessage
from tests.providers.twilio_paging import page_asked
from tests.providers.twilio_people import People

MEDIA_BYTES_LIMIT = 16 * 1024 * 1024
MEDIA_TIMEOUT = 60.0


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
        draft = read_draft(
            body, senders=self._senders, people=self._people, contents=self._contents
        )
        self.limit.take()
        message = self._add(
            Direction.OUT,
            sid=self._new_sid("MM" if draft.media_urls else "SM"),
            from_=draft.from_,
            to=draft.to,
            text=draft.text,
            kind=draft.kind,
            status="queued",
            buttons=draft.buttons,
            details=draft.details,
        )
        message.status_callback = draft.status_callback
        message.is_template = draft.is_template
        message.media_count = len(draft.media_urls)
        answer = message.resource(as_created=True)
        self._send(message, draft.media_urls, draft.failure)
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
        self._send(message, [media_url] if media_url else [], self._people.failure(to))

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
        if parse_qs(body.decode(errors="replace"), keep_blank_values=True).get("Body") == [""]:
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
        size, number = page_asked(query)
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

    def _send(self, message: TwilioMessage, media_urls: list[str], failure: int | None) -> None:
        if media_urls and failure is None:
            self._spawn(self._fetch_media(message, media_urls))
        else:
            self._callbacks.follow(message, failure)

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
