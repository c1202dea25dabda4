"""A stand-in for Telegram: the Bot API's methods, and updates by webhook or getUpdates."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.providers.faults import Fault, FaultKind
from tests.providers.posting import Delivery, PreparedRequest
from tests.providers.rates import PerKeyBuckets, TokenBucket
from tests.providers.record import Direction, File, RecordedMessage
from tests.providers.stand_in import StandIn, json_response
from tests.providers.telegram_chats import Chats
from tests.providers.telegram_delivery import RetrySettings, Updates
from tests.providers.telegram_errors import BotApiError, too_many_requests
from tests.providers.telegram_files import Files
from tests.providers.telegram_methods import Described, Methods
from tests.providers.telegram_parameters import parameters_of_answer, read_parameters
from tests.providers.telegram_sending import Sending
from tests.providers.telegram_updates import (
    Contact,
    Place,
    callback_query,
    membership_change,
    message_object,
)

BOT_TOKEN = "7100000001:AAF0torogozStandInTokenForTests0000"
TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{30,}")
CALLBACK_SECONDS = 15.0


class TelegramStandIn(StandIn):
    """Telegram on loopback: `Bot(token, base_url=url + "/bot", base_file_url=url + "/file/bot")`.

    Sends are limited to `chat_rate` a second in one chat after a burst of `chat_burst`, and to
    `overall_rate` a second altogether (0: no limit); beyond, 429. `monotonic` gives the seconds
    they are measured in. `callback_seconds` is how long a pressed button can be answered.
    `retries` tells how failed webhooks are repeated. Texts are plain or HTML: other parse modes
    are refused, as this stand-in could not check them.
    """

    def __init__(
        self,
        *,
        token: str = BOT_TOKEN,
        chat_rate: float = 1.0,
        chat_burst: float = 5.0,
        overall_rate: float = 30.0,
        callback_seconds: float = CALLBACK_SECONDS,
        retries: RetrySettings | None = None,
        reach: Mapping[str, str] | None = None,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("a bot token is a number, a colon and at least 30 characters")
        super().__init__(seed=seed, clock=clock, reach=reach)
        self.token = token
        self.bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Torogoz",
            "username": "torogoz_marn_bot",
        }
        self.chats = Chats(clock)
        self.files = Files()
        self._per_chat = PerKeyBuckets(chat_rate, chat_burst, monotonic)
        self.updates = Updates(
            poster=self.poster,
            record=self.record,
            clock=clock,
            spawn=self.spawn,
            on_answer=self._call_from_answer,
            retries=retries or RetrySettings(),
        )
        sending = Sending(
            self.bot,
            chats=self.chats,
            files=self.files,
            per_chat=self._per_chat,
            overall=TokenBucket(overall_rate, overall_rate, monotonic),
            record=self.record,
            poster=self.poster,
            clock=clock,
        )
        self.methods = Methods(
            self.bot,
            sending=sending,
            updates=self.updates,
            files=self.files,
            clock=clock,
            callback_seconds=callback_seconds,
        )

    async def inbound(
        self,
        chat_id: int,
        text: str = "",
        *,
        file: File | None = None,
        kind: str | None = None,
        place: Place | None = None,
        contact: Contact | None = None,
        first_name: str | None = None,
    ) -> dict[str, Any]:
        """A message from a person, queued for the bot; the Update is returned at once.

        A file is sent as `kind` (photo, voice, audio, video, sticker, document), by default as a
        phone would send it, with the text as caption. `delivered` waits until the bot took it.
        """
        update = self._message_update(chat_id, text, file, kind, place, contact, first_name)
        self.updates.push(update, chat_id)
        self.record.changed()
        return update

    async def press(
        self, chat_id: int, message: RecordedMessage | int, button: str
    ) -> dict[str, Any]:
        """The person presses the button with this text or data; the Update is returned at once.

        Raises ValueError when the message shows no such button.
        """
        update = self._press_update(chat_id, message, button)
        self.updates.push(update, chat_id)
        return update

    def prepare_inbound(
        self,
        chat_id: int,
        text: str = "",
        *,
        file: File | None = None,
        kind: str | None = None,
        place: Place | None = None,
        contact: Contact | None = None,
        first_name: str | None = None,
    ) -> PreparedRequest:
        """As `inbound`, but the webhook request is returned instead of queued.

        Raises RuntimeError without a webhook.
        """
        update = self._message_update(chat_id, text, file, kind, place, contact, first_name)
        return self.updates.prepare(update)

    def prepare_press(
        self, chat_id: int, message: RecordedMessage | int, button: str
    ) -> PreparedRequest:
        """As `press`, but the webhook request is returned instead of queued."""
        return self.updates.prepare(self._press_update(chat_id, message, button))

    async def post(self, prepared: PreparedRequest) -> Delivery:
        """Send a prepared update once, outside the queue."""
        delivery = await self.poster.post(prepared, timeout=60.0)
        self.record.deliveries[f"update {delivery.outcome}"] += 1
        self.record.changed()
        return delivery

    async def delivered(self, update: Mapping[str, Any], timeout: float = 60.0) -> None:
        """Wait until the bot has taken this update; TimeoutError after `timeout` seconds."""
        update_id = update["update_id"]
        await self.wait_for(lambda: not self.updates.is_waiting(update_id), timeout)

    def block(self, chat_id: int, *, tell: bool = True) -> None:
        """The person blocks the bot: sends get 403; `tell` queues the my_chat_member update."""
        self._set_blocked(chat_id, True, tell)

    def unblock(self, chat_id: int, *, tell: bool = True) -> None:
        """The person lets the bot in again."""
        self._set_blocked(chat_id, False, tell)

    def reset(self) -> None:
        """Forget chats, messages, updates, counts and faults; webhook and settings stay."""
        super().reset()
        self.updates.clear()
        self.chats.clear()
        self.methods.clear()
        self._per_chat.clear()

    def operation(self, method: str, path: str) -> str:
        """The Bot API method's name as called ("sendMessage"), "file" for downloads, or "other"."""
        parts = path.split("/", 2)
        if path.startswith("/file/bot"):
            return "file"
        return parts[2] if path.startswith("/bot") and len(parts) == 3 else "other"

    async def answer(self, request: web.BaseRequest, operation: str) -> web.StreamResponse:
        """Answer as the Bot API would, errors included."""
        try:
            if operation == "file":
                return self._download(request.path)
            self._authorize(request.path.split("/", 2)[1].removeprefix("bot"))
            result = await self.methods.call(operation, await read_parameters(request))
        except BotApiError as error:
            return _refusal(error)
        body = {"ok": True, "result": result}
        if isinstance(result, Described):
            body = {"ok": True, "result": result.result, "description": result.description}
        return json_response(body)

    def failure(self, fault: Fault) -> web.Response:
        """Telegram's own 500 or 429."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            return _refusal(too_many_requests(max(1, round(fault.seconds))))
        return _refusal(BotApiError(500, "Internal Server Error"))

    def _message_update(
        self,
        chat_id: int,
        text: str,
        file: File | None,
        kind: str | None,
        place: Place | None,
        contact: Contact | None,
        first_name: str | None,
    ) -> dict[str, Any]:
        chat = self.chats.start(chat_id, first_name)
        now = self.clock()
        message, kind = message_object(
            chat,
            self.chats.next_message_id(),
            now,
            text=text,
            file=file,
            kind=kind,
            place=place,
            contact=contact,
            files=self.files,
        )
        chat.messages[message["message_id"]] = message
        self.record.add(
            Direction.IN,
            str(message["message_id"]),
            str(chat_id),
            text or (contact.phone_number if contact else ""),
            at=now,
            kind=kind,
            files=() if file is None else (file,),
            status="received",
            details={"location": [place.latitude, place.longitude]} if place else None,
        )
        return self.updates.make("message", message)

    def _press_update(
        self, chat_id: int, message: RecordedMessage | int, button: str
    ) -> dict[str, Any]:
        message_id = message if isinstance(message, int) else int(message.provider_id)
        chat = self.chats.start(chat_id)
        shown = chat.messages.get(message_id, {})
        rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
        found = [
            key
            for row in rows
            for key in row
            if button in (key["text"], key.get("callback_data")) and "callback_data" in key
        ]
        if not found:
            raise ValueError(f"no button {button!r} on message {message_id} of chat {chat_id}")
        data = found[0]["callback_data"]
        query_id = str(secrets.randbits(62))
        self.methods.pressed(query_id)
        self.record.add(
            Direction.IN,
            query_id,
            str(chat_id),
            found[0]["text"],
            at=self.clock(),
            kind="button",
            status="received",
            details={"payload": data},
        )
        return self.updates.make(
            "callback_query", callback_query(query_id, chat, dict(shown), data)
        )

    def _set_blocked(self, chat_id: int, blocked: bool, tell: bool) -> None:
        chat = self.chats.start(chat_id)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        if tell:
            change = membership_change(chat, self.bot, self.clock())
            self.updates.push(self.updates.make("my_chat_member", change), chat_id)

    def _authorize(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise BotApiError(404, "")
        if token != self.token:
            raise BotApiError(401, "Unauthorized")

    def _download(self, path: str) -> web.Response:
        token, _, file_path = path.removeprefix("/file/bot").partition("/")
        self._authorize(token)
        file = self.files.by_path(file_path)
        if file is None:
            raise BotApiError(404, "")
        return web.Response(body=file.content, content_type=file.content_type)

    async def _call_from_answer(self, delivery: Delivery) -> None:
        """Do what the bot asked for in its answer to a webhook; nobody hears of the result."""
        call = parameters_of_answer(delivery.content_type, delivery.body)
        name = call.text("method")
        if not self.methods.may_stand_in_answer(name):
            return
        self.record.requests[f"{name} in answer"] += 1
        try:
            await self.methods.call(name, call)
        except BotApiError as error:
            self.record.failures[f"{name} in answer {error.status}"] += 1


def _refusal(error: BotApiError) -> web.Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return json_response(error.body, error.status, headers)


__all__ = ["BOT_TOKEN", "Contact", "Place", "RetrySettings", "TelegramStandIn"]
