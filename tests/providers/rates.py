"""Rate limits as the providers keep them: a sustained rate with a burst on top."""

import time
from collections.abc import Callable


class TokenBucket:
    """`burst` requests at once, refilled at `rate` a second.

    `monotonic` gives seconds. A rate of 0 means no limit.
    """

    __slots__ = ("_burst", "_level", "_monotonic", "_rate", "_seen")

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = max(1.0, burst)
        self._level = self._burst
        self._monotonic = monotonic
        self._seen = monotonic()

    def wait(self) -> float:
        """Seconds until one more request would be granted; 0.0 when it is granted now."""
        if self._rate <= 0:
            return 0.0
        now = self._monotonic()
        self._level = min(self._burst, self._level + (now - self._seen) * self._rate)
        self._seen = now
        return 0.0 if self._level >= 1.0 else (1.0 - self._level) / self._rate

    def take(self) -> None:
        """Count one granted request."""
        self._level -= 1.0


class PerKeyBuckets:
    """A bucket for each key (each chat, each sender), made when the key is first seen."""

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: dict[str, TokenBucket] = {}

    def bucket(self, key: str) -> TokenBucket:
        """The key's own bucket."""
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = TokenBucket(self._rate, self._burst, self._monotonic)
        return found

    def clear(self) -> None:
        """All buckets full again."""
        self._buckets.clear()
