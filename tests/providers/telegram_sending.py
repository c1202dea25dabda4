"""Bot API methods that put a message into a chat, or change one that is there."""

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.providers.posting import Poster
from tests.providers.rates import PerKeyBuckets, TokenBucket
from tests.providers.record import Direction, File, Record
from tests.providers.telegram_chats import Chat, Chats
from tests.providers.telegram_errors import BotApiError, bad_request, too_many_requests
from tests.providers.telegram_files import LARGEST_UPLOAD, Files
from tests.providers.telegram_html import read_html, utf16_length
from tests.providers.telegram_keyboard import buttons_of, read_markup, same_markup
from tests.providers.telegram_parameters import Parameters

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SOURCE_BYTES_LIMIT = 1 << 15
FETCH_TIMEOUT = 60.0


class Sending:
    """Sends and edits, within the rates `per_chat` and `overall`."""

    def __init__(
        self,
        bot: dict[str, Any],
        *,
        chats: Chats,
        files: Files,
        per_chat: PerKeyBuckets,
        overall: TokenBucket,
        record: Record,
        poster: Poster,
        clock: Callable[[], float],
    ) -> None:
        self._bot = bot
        self._chats = chats
        self._files = files
        self._per_chat = per_chat
        self._overall = overall
        self._record = record
        self._poster = poster
        self._clock = clock

    async def send_message(self, call: Parameters) -> dict[str, Any]:
        """sendMessage."""
        if not call.text("text"):
            raise bad_request("message text is empty")
        text, entities = _formatted(call, "text", TEXT_LIMIT, "message is too long")
        if not text:
            raise bad_request("message text is empty")
        content: dict[str, Any] = {"text": text}
        if entities:
            content["entities"] = entities
        return self._send(call, content, text, kind="text")

    async def send_document(self, call: Parameters) -> dict[str, Any]:
        """sendDocument: an upload, a file_id, or an address to fetch from."""
        file = await self._file(call, "document")
        described = {
            **self._files.add(file),
            "file_name": file.name,
            "mime_type": file.content_type,
        }
        return self._send_file(call, "document", file, described)

    async def send_photo(self, call: Parameters) -> dict[str, Any]:
        """sendPhoto, likewise."""
        file = await self._file(call, "photo")
        return self._send_file(call, "photo", file, self._files.photo_sizes(file))

    async def edit_reply_markup(self, call: Parameters) -> dict[str, Any]:
        """editMessageReplyMarkup."""
        chat, message = self._editable(call)
        markup = _markup(call)
        if same_markup(markup, message.get("reply_markup")):
            raise _not_modified()
        return self._change(chat, message, markup)

    async def edit_text(self, call: Parameters) -> dict[str, Any]:
        """editMessageText."""
        chat, message = self._editable(call)
        text, entities = _formatted(call, "text", TEXT_LIMIT, "message is too long")
        if not text:
            raise bad_request("message text is empty")
        markup = _markup(call)
        if text == message.get("text") and same_markup(markup, message.get("reply_markup")):
            raise _not_modified()
        message["text"] = text
        message.pop("entities", None)
        if entities:
            message["entities"] = entities
        chat.recorded[message["message_id"]].text = text
        return self._change(chat, message, markup)

    async def chat_action(self, call: Parameters) -> bool:
        """sendChatAction: nothing that is kept."""
        self.reachable(call)
        if call.text("action") not in CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        return True

    def reachable(self, call: Parameters) -> Chat:
        """The call's chat. Raises BotApiError 400 if there is none, 403 if the bot is blocked."""
        if not call.text("chat_id"):
            raise bad_request("chat_id is empty")
        chat = self._chats.find(call.integer("chat_id"))
        if chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            raise BotApiError(403, "bot was blocked by the user")
        return chat

    def _send(
        self,
        call: Parameters,
        content: dict[str, Any],
        text: str,
        *,
        kind: str,
        file: File | None = None,
    ) -> dict[str, Any]:
        markup = _markup(call)
        chat = self.reachable(call)
        replied = self._replied(call, chat)
        self._pace(chat)
        now = self._clock()
        message: dict[str, Any] = {
            "message_id": self._chats.next_message_id(),
            "from": self._bot,
            "chat": chat.as_chat(),
            "date": int(now),
            **content,
        }
        if replied is not None:
            message["reply_to_message"] = replied
        if markup is not None and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        message_id = message["message_id"]
        chat.messages[message_id] = message
        chat.recorded[message_id] = self._record.add(
            Direction.OUT,
            str(message_id),
            str(chat.id),
            text,
            at=now,
            kind=kind,
            buttons=buttons_of(markup),
            files=() if file is None else (file,),
            status="sent",
            details={"parse_mode": call.text("parse_mode")} if call.text("parse_mode") else None,
        )
        return message

    def _send_file(self, call: Parameters, kind: str, file: File, described: Any) -> dict[str, Any]:
        caption, entities = _formatted(
            call, "caption", CAPTION_LIMIT, "message caption is too long"
        )
        content: dict[str, Any] = {kind: described}
        if caption:
            content["caption"] = caption
        if entities:
            content["caption_entities"] = entities
        return self._send(call, content, caption, kind=kind, file=file)

    async def _file(self, call: Parameters, name: str) -> File:
        file = call.file(name) or self._files.find(call.text(name))
        if file is None:
            file = await self._fetch(call.text(name), name)
        if not file.content:
            raise bad_request("file must be non-empty")
        if len(file.content) > LARGEST_UPLOAD:
            raise BotApiError(413, "Request Entity Too Large")
        return file

    async def _fetch(self, address: str, name: str) -> File:
        if not address:
            raise bad_request(f"there is no {name} in the request")
        if urlsplit(address).scheme not in ("http", "https"):
            raise bad_request("wrong remote file identifier specified: Wrong padding length")
        got = await self._poster.get(address, timeout=FETCH_TIMEOUT)
        if not got.ok or not got.body:
            raise bad_request("failed to get HTTP URL content")
        return File(urlsplit(address).path.rpartition("/")[2], got.content_type, got.body)

    def _replied(self, call: Parameters, chat: Chat) -> dict[str, Any] | None:
        asked = call.structure("reply_parameters", "can't parse reply parameters JSON object")
        if not isinstance(asked, dict):
            return None
        replied = chat.messages.get(asked.get("message_id", 0))
        if replied is None and not asked.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return replied

    def _pace(self, chat: Chat) -> None:
        bucket = self._per_chat.bucket(str(chat.id))
        wait = max(bucket.wait(), self._overall.wait())
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        bucket.take()
        self._overall.take()

    def _editable(self, call: Parameters) -> tuple[Chat, dict[str, Any]]:
        chat = self.reachable(call)
        message = chat.messages.get(call.integer("message_id"))
        if message is None:
            raise bad_request("message to edit not found")
        if message["from"] is not self._bot:
            raise bad_request("message can't be edited")
        return chat, message

    def _change(
        self, chat: Chat, message: dict[str, Any], markup: dict[str, Any] | None
    ) -> dict[str, Any]:
        message.pop("reply_markup", None)
        if markup is not None and markup.get("inline_keyboard"):
            message["reply_markup"] = markup
        message["edit_date"] = int(self._clock())
        recorded = chat.recorded[message["message_id"]]
        recorded.buttons = buttons_of(message.get("reply_markup"))
        return message


CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def _formatted(
    call: Parameters, name: str, limit: int, too_long: str
) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities after the parse mode; HTML and plain text are what this server knows."""
    source = call.text(name)
    if len(source.encode()) > SOURCE_BYTES_LIMIT:
        raise bad_request("text is too long")
    mode = call.text("parse_mode").lower()
    if mode == "html":
        text, entities = read_html(source)
    elif mode in ("", "none"):
        text = source
        entities = call.structure("entities", "can't parse entities JSON object") or []
    else:
        raise bad_request("unsupported parse_mode")
    stripped = text.rstrip()
    if utf16_length(stripped) > limit:
        raise bad_request(too_long)
    return stripped, entities


def _markup(call: Parameters) -> dict[str, Any] | None:
    return read_markup(
        call.structure("reply_markup", "can't parse reply keyboard markup JSON object")
    )


def _not_modified() -> BotApiError:
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
