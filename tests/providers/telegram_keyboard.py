"""Reply markup: checked as the Bot API checks it, and read back as buttons."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.providers.record import Button
from tests.providers.telegram_errors import bad_request

CALLBACK_DATA_BYTES = 64
MOST_BUTTONS = 100
OTHER_ACTIONS = frozenset(
    {"web_app", "login_url", "switch_inline_query", "copy_text", "pay", "callback_game"}
)


def read_markup(markup: Any) -> dict[str, Any] | None:
    """A reply markup as Telegram keeps it, None where there is none.

    Raises BotApiError 400: no JSON object, a button without text or action, callback data of 0 or
    more than 64 bytes (BUTTON_DATA_INVALID), an address that is none (BUTTON_URL_INVALID).
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [
            [_inline_button(button) for button in _rows(row)]
            for row in _rows(markup["inline_keyboard"])
        ]
        if sum(len(row) for row in rows) > MOST_BUTTONS:
            raise bad_request("reply markup is too long")
        return {"inline_keyboard": [row for row in rows if row]}
    if not any(k in markup for k in ("keyboard", "remove_keyboard", "force_reply")):
        raise bad_request("object expected as reply markup")
    return markup


def buttons_of(markup: dict[str, Any] | None) -> tuple[Button, ...]:
    """The buttons a person sees, in reading order."""
    if markup is None:
        return ()
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or ()
    return tuple(
        Button(button, button)
        if isinstance(button, str)
        else Button(
            button["text"], button.get("callback_data") or button.get("url") or button["text"]
        )
        for row in rows
        for button in row
    )


def same_markup(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    """Whether both show the same keyboard; an empty one is none."""
    return _key(one) == _key(other)


def _key(markup: dict[str, Any] | None) -> str:
    rows = (markup or {}).get("inline_keyboard") or []
    return json.dumps(rows, sort_keys=True)


def _inline_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request(
            'can\'t parse inline keyboard button: Field "text" must be of type String'
        )
    if not button["text"].strip():
        raise bad_request("inline keyboard button text can't be empty")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        address = urlsplit(str(button["url"]))
        if address.scheme not in ("http", "https", "tg") or not address.netloc:
            raise bad_request("BUTTON_URL_INVALID")
    elif not OTHER_ACTIONS & button.keys():
        raise bad_request("text buttons are unallowed in the inline keyboard")
    return button


def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return value
