"""Logs: one line per event, without texts of people, tokens or full addresses."""

import logging
import sys

import structlog


def configure(process: str) -> None:
    """Sends our events and the libraries' warnings to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(message)s")
    # These log whole requests, with addresses and tokens in them.
    for name in ("httpx", "httpcore", "twilio", "telegram", "aiohttp", "psycopg.pool", "bm25s"):
        logging.getLogger(name).setLevel(logging.ERROR)
