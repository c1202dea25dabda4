"""Failures on request: what goes wrong, how often, and for which operation.

From the client's side ANSWER_LOST and DROPPED look the same; only the stand-in's record tells that
the first was accepted. That is the ambiguous send a bot has to reconcile.
"""

import enum
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class FaultKind(enum.StrEnum):
    """ANSWER_LOST: accepted, then the connection is closed without an answer.
    SLOW: accepted, answered only after `seconds`.
    SERVER_ERROR: 500, not accepted.
    TOO_MANY_REQUESTS: 429 with Retry-After `seconds`, not accepted.
    DROPPED: the connection is closed before anything was accepted.
    REFUSED: dropped, and the port stays closed for `seconds` (connections are refused).
    """

    ANSWER_LOST = "answer_lost"
    SLOW = "slow"
    SERVER_ERROR = "server_error"
    TOO_MANY_REQUESTS = "too_many_requests"
    DROPPED = "dropped"
    REFUSED = "refused"


DEFAULT_SECONDS: Mapping[FaultKind, float] = {
    # Past the time-out of both client libraries (Telegram's reads for 5 s).
    FaultKind.SLOW: 30.0,
    FaultKind.TOO_MANY_REQUESTS: 1.0,
    FaultKind.REFUSED: 1.0,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure; `seconds` as its kind says (0.0 where it has none)."""

    kind: FaultKind
    seconds: float


@dataclass(slots=True)
class _Planned:
    fault: Fault
    operation: str | None
    times: int = 0
    rate: float = 0.0

    def fits(self, operation: str) -> bool:
        return self.operation is None or self.operation == operation


class FaultPlan:
    """Which requests fail. Faults set one by one come first, then those by rate.

    An operation is the stand-in's own name of a request: "messages.create", "messages.list",
    "media", "content.create" ... at Twilio, the method's name ("sendMessage") at Telegram; None
    fits every operation. With one seed and one order of requests the same requests fail.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._once: list[_Planned] = []
        self._rates: list[_Planned] = []
        self.drawn: Counter[str] = Counter()

    def once(
        self,
        kind: FaultKind,
        *,
        operation: str | None = None,
        seconds: float | None = None,
        times: int = 1,
    ) -> None:
        """Let the next `times` requests of this operation fail."""
        self._once.append(_Planned(_fault(kind, seconds), operation, times=times))

    def at_rate(
        self,
        kind: FaultKind,
        rate: float,
        *,
        operation: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Let each request fail with probability `rate` (0..1); a rate of 0 takes it back."""
        if not 0.0 <= rate <= 1.0:
            raise ValueError(f"a rate lies between 0 and 1, not {rate}")
        self._rates = [p for p in self._rates if (p.fault.kind, p.operation) != (kind, operation)]
        if rate > 0:
            self._rates.append(_Planned(_fault(kind, seconds), operation, rate=rate))

    def clear(self) -> None:
        """No more faults."""
        self._once.clear()
        self._rates.clear()

    def draw(self, operation: str) -> Fault | None:
        """What happens to this request, if anything; uses up one planned fault."""
        for planned in self._once:
            if planned.fits(operation):
                planned.times -= 1
                if planned.times <= 0:
                    self._once.remove(planned)
                return self._count(planned.fault)
        for planned in self._rates:
            if planned.fits(operation) and self._random.random() < planned.rate:
                return self._count(planned.fault)
        return None

    def as_json(self) -> dict[str, Any]:
        """What is planned and what was drawn, for the control API."""
        return {
            "once": [
                {
                    "kind": p.fault.kind.value,
                    "operation": p.operation,
                    "seconds": p.fault.seconds,
                    "times": p.times,
                }
                for p in self._once
            ],
            "rates": [
                {
                    "kind": p.fault.kind.value,
                    "operation": p.operation,
                    "seconds": p.fault.seconds,
                    "rate": p.rate,
                }
                for p in self._rates
            ],
            "drawn": dict(self.drawn),
        }

    def _count(self, fault: Fault) -> Fault:
        self.drawn[fault.kind.value] += 1
        return fault


def _fault(kind: FaultKind, seconds: float | None) -> Fault:
    return Fault(kind, DEFAULT_SECONDS.get(kind, 0.0) if seconds is None else seconds)
