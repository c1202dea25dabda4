"""Refusals of the Bot API, and the envelope every answer comes in."""

from collections.abc import Mapping
from typing import Any

PREFIXES: Mapping[int, str] = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
}


class BotApiError(Exception):
    """A refusal: HTTP status, and a description with the status's usual words in front."""

    def __init__(self, status: int, description: str, retry_after: int = 0) -> None:
        prefix = PREFIXES.get(status, "")
        super().__init__(": ".join(part for part in (prefix, description) if part))
        self.status = status
        self.retry_after = retry_after

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the refusal."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": str(self),
        }
        if self.retry_after:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(description: str) -> BotApiError:
    """400."""
    return BotApiError(400, description)


def too_many_requests(retry_after: int) -> BotApiError:
    """429, to be tried again after so many seconds."""
    return BotApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)
