"""Asks Rasa what a message means, and stops asking for a moment when Rasa is away."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Protocol, Self

import aiohttp

TIMEOUT_SECONDS: Final = 1.5
REST_SECONDS: Final = 1.0
"""How long a failed server is left alone: each person would else wait for the time-out."""
TEXT_LIMIT: Final = 1_000
"""Characters: what a message wants is said by then, and parsing time grows with length."""

_NONSENSE: Final = (ValueError, LookupError, TypeError, AttributeError)
"""What reading an answer of another form raises."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The most likely intent of a text, with Rasa's confidence in it (0 to 1).

    ``documents`` tells for the id of each document that the model knows how much likelier than the
    usual one it is asked for, in standard deviations. ``ranking`` are the likeliest intents, each
    with its confidence, the one above first; empty where the server gives none.
    """

    intent: str
    confidence: float
    documents: Mapping[str, float] = field(default_factory=dict)
    ranking: tuple[tuple[str, float], ...] = ()


class Parser(Protocol):
    """What tells the meaning of a text: a client of Rasa, or one that notes what it tells."""

    async def parse(self, text: str) -> Parsed | None: ...


class NluClient:
    """A client of Rasa's ``POST /model/parse``. Use it as an asynchronous context manager."""

    def __init__(
        self,
        url: str,
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/") + "/model/parse"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._clock = clock
        self._rest_until = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def parse(self, text: str) -> Parsed | None:
        """What Rasa understands; None while Rasa is down, slow or answers nonsense."""
        if self._session is None:
            raise RuntimeError("the client was not entered: use 'async with NluClient(...)'")
        if self._clock() < self._rest_until:
            return None
        try:
            async with self._session.post(self._url, json={"text": text[:TEXT_LIMIT]}) as answer:
                answer.raise_for_status()
                data = await answer.json()
            return Parsed(
                str(data["intent"]["name"]),
                float(data["intent"]["confidence"]),
                {str(one): float(score) for one, score in data.get("documents", {}).items()},
                tuple(
                    (str(one["name"]), float(one["confidence"]))
                    for one in data.get("intent_ranking", ())
                ),
            )
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ):
            self._rest_until = self._clock() + REST_SECONDS
            return None
