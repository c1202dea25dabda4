"""The Bot API's methods by name, and those that are about the bot itself."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from tests.providers.telegram_delivery import Updates, Webhook
from tests.providers.telegram_errors import BotApiError, bad_request
from tests.providers.telegram_files import Files
from tests.providers.telegram_parameters import Parameters
from tests.providers.telegram_sending import Sending

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET = re.compile(r"[A-Za-z0-9_-]*")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
# Never called from a webhook's answer; nor is anything that begins with "get".
NOT_IN_ANSWERS = frozenset({"setwebhook", "deletewebhook", "close", "logout"})

Method = Callable[[Parameters], Awaitable[Any]]


class Described:
    """A result that comes with a description ("Webhook was set")."""

    def __init__(self, result: Any, description: str) -> None:
        self.result = result
        self.description = description


class Methods:
    """Calls by name, in any case of letters.

    `callback_seconds` is how long a pressed button may be answered; `clock` gives Unix seconds.
    """

    def __init__(
        self,
        bot: dict[str, Any],
        *,
        sending: Sending,
        updates: Updates,
        files: Files,
        clock: Callable[[], float],
        callback_seconds: float,
    ) -> None:
        self.answered: dict[str, dict[str, Any]] = {}
        self._bot = bot
        self._updates = updates
        self._files = files
        self._clock = clock
        self._callback_seconds = callback_seconds
        self._pressed: dict[str, float] = {}
        self._commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._methods: dict[str, Method] = {
            "getme": self._get_me,
            "sendmessage": sending.send_message,
            "senddocument": sending.send_document,
            "sendphoto": sending.send_photo,
            "sendchataction": sending.chat_action,
            "editmessagereplymarkup": sending.edit_reply_markup,
            "editmessagetext": sending.edit_text,
            "answercallbackquery": self._answer_callback_query,
            "getfile": self._get_file,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
            "getupdates": self._get_updates,
            "setmycommands": self._set_my_commands,
            "getmycommands": self._get_my_commands,
        }

    async def call(self, name: str, call: Parameters) -> Any:
        """The method's result. Raises BotApiError as the method does, 404 for an unknown one."""
        method = self._methods.get(name.lower())
        if method is None:
            raise BotApiError(404, "method not found")
        return await method(call)

    def may_stand_in_answer(self, name: str) -> bool:
        """Whether a webhook's answer may call this method."""
        name = name.lower()
        return bool(name) and not name.startswith("get") and name not in NOT_IN_ANSWERS

    def pressed(self, query_id: str) -> None:
        """A callback query was sent: from now on it can be answered, for a while."""
        self._pressed[query_id] = self._clock()

    def clear(self) -> None:
        """Forget pressed buttons and their answers."""
        self._pressed.clear()
        self.answered.clear()

    async def _get_me(self, _: Parameters) -> dict[str, Any]:
        return {
            **self._bot,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _answer_callback_query(self, call: Parameters) -> bool:
        query_id = call.text("callback_query_id")
        at = self._pressed.get(query_id)
        if at is None or self._clock() - at > self._callback_seconds:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        if len(call.text("text")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.answered[query_id] = {
            "text": call.text("text"),
            "show_alert": call.flag("show_alert"),
        }
        return True

    async def _get_file(self, call: Parameters) -> dict[str, Any]:
        return self._files.get_file(call.text("file_id"))

    async def _set_webhook(self, call: Parameters) -> Described:
        url = call.text("url")
        if not url:
            return await self._delete_webhook(call)
        address = urlsplit(url)
        if not address.hostname:
            raise bad_request("invalid webhook URL specified")
        # Plain HTTP only to this machine, as a local Bot API server allows it.
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        secret = call.text("secret_token")
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self._allow(call)
        connections = min(max(call.integer("max_connections", 40), 1), 100)
        webhook = Webhook(url, secret, connections)
        drop = call.flag("drop_pending_updates")
        if webhook == self._updates.webhook and not drop:
            return Described(True, "Webhook is already set")
        self._updates.set_webhook(webhook, drop_pending=drop)
        return Described(True, "Webhook was set")

    async def _delete_webhook(self, call: Parameters) -> Described:
        was_set = self._updates.webhook is not None
        self._updates.set_webhook(None, drop_pending=call.flag("drop_pending_updates"))
        return Described(True, "Webhook was deleted" if was_set else "Webhook is already deleted")

    async def _get_webhook_info(self, _: Parameters) -> dict[str, Any]:
        return self._updates.info()

    async def _get_updates(self, call: Parameters) -> list[dict[str, Any]]:
        self._allow(call)
        limit = min(max(call.integer("limit", 100), 1), 100)
        return await self._updates.poll(call.integer("offset"), limit, call.integer("timeout"))

    async def _set_my_commands(self, call: Parameters) -> bool:
        commands = call.structure("commands", "can't parse commands JSON object")
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad_request("can't parse commands JSON object")
        for command in commands:
            if not COMMAND.fullmatch(str(command.get("command", ""))):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(str(command.get("description", ""))) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._commands[_scope(call)] = commands
        return True

    async def _get_my_commands(self, call: Parameters) -> list[dict[str, str]]:
        return self._commands.get(_scope(call), [])

    def _allow(self, call: Parameters) -> None:
        allowed = call.structure("allowed_updates", "can't parse allowed_updates JSON object")
        if isinstance(allowed, list):
            # An empty list means all the usual kinds again.
            self._updates.allowed = frozenset(map(str, allowed)) or None


def _scope(call: Parameters) -> tuple[str, str]:
    return call.text("scope"), call.text("language_code")
