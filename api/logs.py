"""Logs: one line per event, without texts of people, tokens or full addresses."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

from actions.people.masking import mask


class MaskedFormatter(logging.Formatter):
    """A library's line, its exception included, without numbers that tell who someone is."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def masked(logger: Any, method: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event without such numbers in its texts. Numbers as such are ids of ours: they stay."""
    return {key: value if key == "timestamp" else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(repr(value))


def configure(process: str) -> None:
    """Sends our events and the libraries' warnings to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            masked,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(MaskedFormatter("%(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    # These log whole requests, with addresses and tokens in them.
    for name in ("httpx", "httpcore", "twilio", "telegram", "aiohttp", "psycopg.pool", "bm25s"):
        logging.getLogger(name).setLevel(logging.ERROR)
