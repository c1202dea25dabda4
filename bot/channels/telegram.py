"""Telegram through python-telegram-bot."""

import hmac
import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from actions.messages.content import Attachment, Content
from actions.messages.outbox import Claimed
from bot import inbound
from bot.channels import text
from bot.channels.protocol import (
    LARGEST_FETCHED,
    Ambiguous,
    FileTooLarge,
    Later,
    Outcome,
    Refused,
    Reply,
    Sent,
    token,
)
from bot.inbound import Inbound, MalformedMessage

NAME: Final = "telegram"
TEXT_LIMIT: Final = 4_096
"""Characters of a message after its entities are read (Telegram, sendMessage)."""
PDF: Final = "application/pdf"
SEND_TIMEOUT_SECONDS: Final = 10
POLL_SECONDS: Final = 25
FILE_TIMEOUT_SECONDS: Final = 10
ALLOWED_UPDATES: Final = ["message", "callback_query", "my_chat_member"]


class Telegram:
    """Sends as one bot, and reads updates from its webhook or by polling."""

    name = NAME

    def __init__(
        self,
        *,
        bot_token: str,
        secret: str | None,
        api_url: str | None = None,
        per_second: float = 30,
    ) -> None:
        self.per_second = per_second
        self._secret = secret
        base = (api_url or "https://api.telegram.org").rstrip("/")
        request = HTTPXRequest(
            connection_pool_size=32,
            read_timeout=SEND_TIMEOUT_SECONDS,
            write_timeout=SEND_TIMEOUT_SECONDS,
            connect_timeout=5,
            pool_timeout=5,
        )
        updates = HTTPXRequest(connection_pool_size=1, read_timeout=POLL_SECONDS + 5)
        self.bot = Bot(
            bot_token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request,
            get_updates_request=updates,
        )
        self._requests = (request, updates)
        self._files = httpx.AsyncClient(timeout=FILE_TIMEOUT_SECONDS)

    # -- in ------------------------------------------------------------------------------------

    def is_authentic(self, secret: str) -> bool:
        """Whether the webhook's header holds our secret. Without a secret nothing is accepted."""
        if not self._secret:
            return False
        return hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret.encode())

    def read_update(self, data: Any) -> Inbound | None:
        """The message of an update, or None for an update that holds none for us."""
        try:
            return _read(Update.de_json(data, self.bot))
        except MalformedMessage:
            raise
        except (
            AttributeError,
            KeyError,
            OverflowError,
            TelegramError,
            TypeError,
            ValueError,
        ) as error:
            raise MalformedMessage(f"no Telegram update: {type(error).__name__}") from error

    # -- out -----------------------------------------------------------------------------------

    def render(self, reply: Reply) -> list[Content]:
        return rendered(reply)

    async def send(self, message: Claimed) -> Outcome:
        content = message.content
        chat = int(message.external)
        keyboard = _keyboard(message)
        try:
            if content.files:
                document = await self._document(content.files[0])
                if isinstance(document, Later | Refused):
                    return document
                taken = await self.bot.send_document(
                    chat, document, caption=text.plain(content.text)[:1024], reply_markup=keyboard
                )
            else:
                taken = await self.bot.send_message(
                    chat,
                    text.telegram(content.text),
                    parse_mode="HTML",
                    reply_markup=keyboard,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
        except TelegramError as error:
            return _outcome_of(error)
        return Sent(str(taken.message_id))

    async def _document(self, file: Attachment) -> str | InputFile | Later | Refused:
        """The file's address, which Telegram fetches itself; its content where it cannot, or does
        not: of documents it fetches PDF and ZIP only (Telegram, "Sending files")."""
        if (carried := file.carried) is not None:
            return InputFile(carried, filename=file.name)
        if file.media_type == PDF and _is_reachable(file.url):
            return file.url
        try:
            answer = await self._files.get(file.url)
        except httpx.HTTPError:
            return Later(5, "file_unreachable")
        if answer.is_server_error:
            return Later(5, "file_unreachable")
        if not answer.is_success:
            return Refused("file_gone")
        return InputFile(answer.content, filename=file.name)

    async def reconcile(self, message: Claimed) -> None:
        """None: Telegram offers no way to ask what it took."""

    async def acknowledge(self, callback: str) -> None:
        try:
            await self.bot.answer_callback_query(callback)
        except TelegramError:
            # Only stops the button's spinner; the query may be too old by now.
            return

    async def fetch(self, media: str) -> bytes | None:
        try:
            file = await self.bot.get_file(media)
            if (file.file_size or 0) > LARGEST_FETCHED:
                raise FileTooLarge
            if not file.file_path:
                return None
            content = await file.download_as_bytearray()
        except TelegramError as error:
            if "too big" in str(error).lower():
                # Beyond 20 MB it gives not even the address (Telegram, getFile).
                raise FileTooLarge from error
            return None
        if len(content) > LARGEST_FETCHED:
            raise FileTooLarge
        return bytes(content)

    async def close(self) -> None:
        await self._files.aclose()
        for request in self._requests:
            await request.shutdown()


def rendered(reply: Reply) -> list[Content]:
    """The messages that carry a reply, whichever bot sends them."""
    *first, last = text.split(reply.text, TEXT_LIMIT) or [""]
    final = Content(text=last, buttons=reply.buttons, files=reply.files)
    return [*(Content(text=part) for part in first), final]


def _is_reachable(url: str) -> bool:
    """Whether Telegram's servers may reach an address: those of this machine or of the house's own
    network they never do."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost"


def _read(update: Update) -> Inbound | None:
    if type(update.update_id) is not int:
        raise MalformedMessage("update_id is no number")
    query = update.callback_query
    if query is not None:
        if query.message is None or query.data is None:
            return None
        detail = {"payload": query.data, "callback": query.id}
        return _inbound(query.message.chat.id, update.update_id, inbound.BUTTON, "", detail)
    message = update.message
    if message is None or message.chat.type != "private":
        return None
    kind, words, detail = _kind_of(message)
    return _inbound(message.chat.id, update.update_id, kind, words, detail)


def _inbound(chat: int, number: int, kind: str, words: str, detail: dict[str, Any]) -> Inbound:
    # The library builds its objects of whatever was sent, without a look at the types.
    if type(chat) is not int:
        raise MalformedMessage("the chat's id is no number")
    if not all(isinstance(one, str) for one in (words, *detail.values())):
        raise MalformedMessage("a text is none")
    return Inbound(
        channel=NAME,
        external=str(chat),
        provider_id=str(number),
        kind=kind,
        text=inbound.clean(words),
        detail=inbound.clean_detail(detail),
    )


def _kind_of(message: Message) -> tuple[str, str, dict[str, Any]]:
    if message.text is not None:
        return inbound.TEXT, message.text, {}
    caption = message.caption or ""
    if message.photo:
        return inbound.IMAGE, caption, {"media": message.photo[-1].file_id}
    spoken = message.voice or message.audio or message.video_note
    if spoken:
        return inbound.VOICE, caption, {"media": spoken.file_id}
    if message.video or message.animation:
        return inbound.VIDEO, caption, {}
    if message.sticker:
        return inbound.STICKER, "", {}
    if message.document:
        document = message.document
        detail = {"media": document.file_id, "media_type": document.mime_type or ""}
        if document.file_name:
            detail["name"] = document.file_name
        return inbound.DOCUMENT, caption, detail
    if message.location or message.venue:
        return inbound.LOCATION, "", {}
    if message.contact:
        return inbound.CONTACT, "", {}
    return inbound.OTHER, "", {}


def _keyboard(message: Claimed) -> InlineKeyboardMarkup | None:
    buttons = message.content.buttons
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.title, callback_data=token(message.id, place))]
            for place, button in enumerate(buttons)
        ]
    )


def _outcome_of(error: TelegramError) -> Outcome:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait if isinstance(wait, int | float) else wait.total_seconds()
        return Later(float(seconds), "rate_limited")
    if isinstance(error, Forbidden):
        return Refused("blocked_by_person", blocked=True)
    if isinstance(error, InvalidToken):
        return Later(60, "credentials_refused")
    if isinstance(error, Conflict):
        return Later(5, "conflict")
    if isinstance(error, BadRequest):
        gone = "chat not found" in str(error).lower()
        return Refused("chat_not_found" if gone else "bad_request", blocked=gone)
    cause = error.__cause__
    if isinstance(cause, httpx.PoolTimeout):
        return Later(1, "busy")
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
        return Later(5, "unreachable")
    if isinstance(error, NetworkError):
        return Ambiguous(type(cause).__name__ if cause else "server_error")
    return Ambiguous(type(error).__name__)
