"""Updates on their way to the bot: by webhook, each chat in order, or by getUpdates."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.providers.posting import Delivery, Poster, PreparedRequest
from tests.providers.record import Record
from tests.providers.telegram_errors import BotApiError

WEBHOOK_TIMEOUT = 60.0
MESSAGE_LIFETIME = 24 * 3600.0
CALLBACK_LIFETIME = 150.0
LONGEST_POLL = 50


@dataclass(slots=True)
class RetrySettings:
    """How a failed webhook is repeated: at once, then after `base` * 2, * 4 ... up to `most` s."""

    base: float = 1.0
    most: float = 60.0

    def delay(self, failures: int) -> float:
        """Seconds before the next try, after so many failures."""
        if failures <= 1:
            return 0.0
        return min(self.most, self.base * 2.0 ** min(failures - 1, 30))


@dataclass(frozen=True, slots=True)
class Webhook:
    """What setWebhook set."""

    url: str
    secret_token: str = ""
    max_connections: int = 40


@dataclass(slots=True)
class _Waiting:
    update: dict[str, Any]
    chat_id: int
    expires: float


class Updates:
    """The bot's queue of updates.

    With a webhook, one update of a chat is under way at a time; while it fails, the chat's later
    ones wait, and other chats go on. (Telegram itself keeps presses of buttons in a queue of their
    own beside the chat's messages; here they stand in one.) `on_answer` is given the answer of
    each successful webhook.
    """

    def __init__(
        self,
        *,
        poster: Poster,
        record: Record,
        clock: Callable[[], float],
        spawn: Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"],
        on_answer: Callable[[Delivery], Awaitable[None]],
        retries: RetrySettings,
    ) -> None:
        self.retries = retries
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] | None = None
        self._poster = poster
        self._record = record
        self._clock = clock
        self._spawn = spawn
        self._on_answer = on_answer
        self._last_id = int(clock()) % 1_000_000_000
        self._waiting: dict[int, _Waiting] = {}
        self._queues: dict[int, deque[int]] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(40)
        self._last_error: tuple[int, str] | None = None
        self._poll: asyncio.Future[None] | None = None

    def make(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """An Update with the next update_id, not queued."""
        self._last_id += 1
        return {"update_id": self._last_id, kind: content}

    def push(self, update: dict[str, Any], chat_id: int) -> None:
        """Queue it for the bot, unless the bot did not allow its kind."""
        kind = next(name for name in update if name != "update_id")
        if self.allowed is not None and kind not in self.allowed:
            return
        update_id = update["update_id"]
        lifetime = CALLBACK_LIFETIME if kind == "callback_query" else MESSAGE_LIFETIME
        self._waiting[update_id] = _Waiting(update, chat_id, self._clock() + lifetime)
        if self.webhook is not None:
            self._enqueue(update_id, chat_id)
        elif self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def is_waiting(self, update_id: int) -> bool:
        """Whether the bot has yet to take this update."""
        return update_id in self._waiting

    def prepare(self, update: dict[str, Any]) -> PreparedRequest:
        """The webhook request for an update. Raises RuntimeError without a webhook."""
        if self.webhook is None:
            raise RuntimeError("no webhook is set")
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret_token
        body = json.dumps(update, ensure_ascii=False).encode()
        return PreparedRequest(self.webhook.url, headers, body)

    def set_webhook(self, webhook: Webhook | None, *, drop_pending: bool) -> None:
        """Change where updates go; those that wait go there too, unless dropped."""
        self._end_poll("terminated by setWebhook request")
        self._stop_workers()
        self.webhook = webhook
        self._last_error = None
        if drop_pending:
            self._waiting.clear()
        if webhook is not None:
            self._connections = asyncio.Semaphore(webhook.max_connections)
            for update_id, waiting in self._waiting.items():
                self._enqueue(update_id, waiting.chat_id)

    def info(self) -> dict[str, Any]:
        """getWebhookInfo."""
        info: dict[str, Any] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._waiting),
        }
        if self.webhook is not None:
            info["max_connections"] = self.webhook.max_connections
            info["ip_address"] = "127.0.0.1"
        if self._last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._last_error
        if self.allowed is not None:
            info["allowed_updates"] = sorted(self.allowed)
        return info

    async def poll(self, offset: int, limit: int, timeout: int) -> list[dict[str, Any]]:
        """getUpdates: confirms what lies before `offset`, waits up to `timeout` s for the next.

        Raises BotApiError 409 while a webhook is set, or when another getUpdates takes over.
        """
        if self.webhook is not None:
            raise BotApiError(
                409,
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._end_poll(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        ids = sorted(self._waiting)
        confirmed = ids[:offset] if offset < 0 else [i for i in ids if i < offset]
        for update_id in confirmed:
            del self._waiting[update_id]
        self._record.changed()
        if not self._waiting and timeout > 0:
            poll = self._poll = asyncio.get_running_loop().create_future()
            done, _ = await asyncio.wait({poll}, timeout=min(timeout, LONGEST_POLL))
            if done:
                poll.result()
            elif self._poll is poll:
                self._poll = None
        now = self._clock()
        for update_id in [i for i, w in self._waiting.items() if w.expires < now]:
            del self._waiting[update_id]
        return [self._waiting[i].update for i in sorted(self._waiting)[:limit]]

    def clear(self) -> None:
        """Drop what waits; the webhook stays set."""
        self._stop_workers()
        self._waiting.clear()
        self._last_error = None

    def _end_poll(self, reason: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(BotApiError(409, reason))
        self._poll = None

    def _enqueue(self, update_id: int, chat_id: int) -> None:
        self._queues.setdefault(chat_id, deque()).append(update_id)
        if chat_id not in self._workers:
            self._workers[chat_id] = self._spawn(self._deliver(chat_id))

    def _stop_workers(self) -> None:
        for task in self._workers.values():
            task.cancel()
        self._workers.clear()
        self._queues.clear()

    async def _deliver(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        failures = 0
        while queue:
            update_id = queue[0]
            waiting = self._waiting.get(update_id)
            if waiting is not None and self._clock() < waiting.expires:
                async with self._connections:
                    delivery = await self._poster.post(
                        self.prepare(waiting.update), timeout=WEBHOOK_TIMEOUT
                    )
                self._record.deliveries[f"update {delivery.outcome}"] += 1
                if not delivery.ok:
                    failures += 1
                    await asyncio.sleep(self._note_failure(delivery, failures))
                    continue
                await self._on_answer(delivery)
            failures = 0
            queue.popleft()
            self._waiting.pop(update_id, None)
            self._record.changed()
        del self._queues[chat_id], self._workers[chat_id]

    def _note_failure(self, delivery: Delivery, failures: int) -> float:
        if delivery.status is not None:
            text = f"Wrong response from the webhook: {delivery.status}"
        else:
            text = f"Webhook connection: {delivery.error}"
        self._last_error = (int(self._clock()), text)
        self._record.changed()
        asked = delivery.headers.get("retry-after", "")
        return float(asked) if asked.isdigit() else self.retries.delay(failures)
