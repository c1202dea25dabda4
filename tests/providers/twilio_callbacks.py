"""What becomes of an accepted WhatsApp message, and the status callbacks that tell it."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.providers.posting import Poster
from tests.providers.record import Record
from tests.providers.twilio_errors import DELIVERY_FAILURES
from tests.providers.twilio_message import TwilioMessage
from tests.providers.twilio_signature import Signer

CALLBACK_TIMEOUT = 60.0


@dataclass(slots=True)
class CallbackSettings:
    """When statuses follow, in seconds after the message was accepted, and what goes wrong.

    A delay of None means that the status never comes (nobody reads). `shuffle` is the probability
    that a message's callbacks swap their places (the message itself goes its usual way),
    `duplicate` that a callback comes twice, `lose` that it never comes. Change them at any time.
    """

    queued: float | None = 0.0
    sent: float | None = 0.02
    delivered: float | None = 0.05
    read: float | None = None
    failed: float = 0.05
    shuffle: float = 0.0
    duplicate: float = 0.0
    lose: float = 0.0


class StatusCallbacks:
    """Moves messages through their statuses and posts the callbacks."""

    def __init__(
        self,
        settings: CallbackSettings,
        *,
        signer: Signer,
        poster: Poster,
        record: Record,
        rng: random.Random,
        clock: Callable[[], float],
        later: Callable[[float, Callable[[], None]], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self.settings = settings
        self._signer = signer
        self._poster = poster
        self._record = record
        self._random = rng
        self._clock = clock
        self._later = later
        self._spawn = spawn

    def follow(self, message: TwilioMessage, failure: int | None) -> None:
        """Plan what this message goes through: to `read`, or to its failure code."""
        settings = self.settings
        if failure is None:
            steps = [
                (settings.queued, "queued"),
                (settings.sent, "sent"),
                (settings.delivered, "delivered"),
                (settings.read, "read"),
            ]
        else:
            final = DELIVERY_FAILURES.get(failure, ("failed", ""))[0]
            steps = [(settings.queued, "queued"), (settings.failed, final)]
        planned = [(delay, status) for delay, status in steps if delay is not None]
        told = [status for _, status in planned]
        if len(told) > 1 and self._random.random() < settings.shuffle:
            self._random.shuffle(told)
        for (delay, status), callback in zip(planned, told, strict=True):
            self._later(delay, self._step(message, status, callback, failure))

    def _step(
        self, message: TwilioMessage, status: str, callback: str, failure: int | None
    ) -> Callable[[], None]:
        def take() -> None:
            message.move_to(status, self._clock(), failure)
            self._record.changed()
            if message.status_callback and self._random.random() >= self.settings.lose:
                copies = 2 if self._random.random() < self.settings.duplicate else 1
                for _ in range(copies):
                    self._spawn(self._tell(message, callback, failure))

        return take

    async def _tell(self, message: TwilioMessage, status: str, failure: int | None) -> None:
        fields = message.callback_fields(status)
        if failure is not None and status in ("failed", "undelivered"):
            fields["ErrorCode"] = str(failure)
            fields["ChannelStatusMessage"] = DELIVERY_FAILURES.get(failure, ("", ""))[1]
            fields["EventType"] = "UNDELIVERED"
        prepared = self._signer.prepare(message.status_callback, fields)
        delivery = await self._poster.post(prepared, timeout=CALLBACK_TIMEOUT, connect_again=True)
        self._record.deliveries[f"status callback {delivery.outcome}"] += 1
        self._record.changed()
