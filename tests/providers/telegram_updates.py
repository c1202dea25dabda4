"""Updates as Telegram makes them of what a person sends or presses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.providers.record import File
from tests.providers.telegram_chats import Chat
from tests.providers.telegram_files import Files, picture_size
from tests.providers.telegram_html import commands_in


@dataclass(frozen=True, slots=True)
class Place:
    """A location sent from the phone, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact card; `user_id` is set when it is a Telegram user (the person's own, say)."""

    phone_number: str
    first_name: str
    user_id: int | None = None


def kind_of(file: File) -> str:
    """How a phone sends this file: photo, voice, sticker, audio, video or document."""
    if file.content_type in ("image/png", "image/jpeg") and picture_size(file.content):
        return "photo"
    if file.content_type == "image/webp":
        return "sticker"
    if file.content_type in ("audio/ogg", "audio/opus"):
        return "voice"
    family = file.content_type.partition("/")[0]
    return family if family in ("audio", "video") else "document"


def message_object(
    chat: Chat,
    message_id: int,
    at: float,
    *,
    text: str = "",
    file: File | None = None,
    kind: str | None = None,
    place: Place | None = None,
    contact: Contact | None = None,
    files: Files,
) -> tuple[dict[str, Any], str]:
    """A Message from the person, and its kind. With a file the text is its caption.

    Raises ValueError for a "photo" that is no PNG or JPEG picture.
    """
    message: dict[str, Any] = {
        "message_id": message_id,
        "from": chat.as_user(),
        "chat": chat.as_chat(),
        "date": int(at),
    }
    if place is not None:
        message["location"] = {"latitude": place.latitude, "longitude": place.longitude}
        return message, "location"
    if contact is not None:
        card = {"phone_number": contact.phone_number, "first_name": contact.first_name}
        message["contact"] = (
            {**card, "user_id": contact.user_id} if contact.user_id is not None else card
        )
        return message, "contact"
    if file is not None:
        kind = kind or kind_of(file)
        message[kind] = _described(file, kind, files)
        if text:
            message["caption"] = text
        return message, kind
    message["text"] = text
    commands = commands_in(text)
    if commands:
        message["entities"] = commands
    return message, "text"


def _described(file: File, kind: str, files: Files) -> Any:
    if kind == "photo":
        size = picture_size(file.content)
        if size is None:
            raise ValueError("a photo must be a PNG or JPEG picture")
        return files.photo_sizes(file)
    described = files.add(file)
    describe: dict[str, Callable[[], dict[str, Any]]] = {
        "voice": lambda: {"duration": 3, "mime_type": file.content_type},
        "audio": lambda: {"duration": 3, "mime_type": file.content_type},
        "video": lambda: {
            "duration": 3,
            "width": 640,
            "height": 480,
            "mime_type": file.content_type,
        },
        "sticker": lambda: {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        },
        "document": lambda: {"file_name": file.name, "mime_type": file.content_type},
    }
    return {**described, **describe[kind]()}


def callback_query(query_id: str, chat: Chat, message: dict[str, Any], data: str) -> dict[str, Any]:
    """A CallbackQuery: the person pressed the button with this data on this message."""
    return {
        "id": query_id,
        "from": chat.as_user(),
        "message": message,
        "chat_instance": str(chat.id * 7919),
        "data": data,
    }


def membership_change(chat: Chat, bot: dict[str, Any], at: float) -> dict[str, Any]:
    """A my_chat_member change: the person blocked the bot, or unblocked it."""
    member = {"user": bot, "status": "member"}
    banned = {"user": bot, "status": "kicked", "until_date": 0}
    old, new = (member, banned) if chat.blocked else (banned, member)
    return {
        "chat": chat.as_chat(),
        "from": chat.as_user(),
        "date": int(at),
        "old_chat_member": old,
        "new_chat_member": new,
    }
