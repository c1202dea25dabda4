"""The registry's own service, where the ministry has one: HTTP, JSON.

What is asked for: ``GET`` of one address, with ``Accept: application/json`` and, from the second
time on, ``If-None-Match``. What is answered, in UTF-8::

    {"consultores": [
        {"numero": "CA-0123", "nombre": "...", "tipo": "persona",
         "categorias": ["EsIA", "auditoría"], "vigente_desde": "2025-01-15",
         "vigente_hasta": "2027-01-14", "estado": "vigente",
         "departamentos": ["San Salvador"], "rubros": [], "en_el_lugar": true,
         "a_distancia": false, "idiomas": ["es"], "honorarios_desde": 45,
         "honorarios_hasta": 90, "cobra_por": "hora", "telefono": "...", "correo": "..."}]}

Keys are those of the files' columns (actions.registry.columns), with ``_`` for blanks; others are
left alone. The list is whole: who is not in it is no more in the registry. The answer's ``ETag`` is
asked with the next time, and 304 says that nothing changed.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from actions.registry import cells, columns, rows
from actions.registry.errors import NoRows, SourceFailed, TooManyRows
from actions.registry.reading_files import LARGEST_UNPACKED, MOST_COLUMNS, MOST_ROWS
from actions.registry.rows import Reading

LARGEST: Final = LARGEST_UNPACKED
TIMEOUT: Final = httpx.Timeout(30, connect=10)
WHOLE_SECONDS: Final = 120
"""A service that sends one byte now and then never runs into a time-out of its own."""
LONGEST_ETAG: Final = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """What the service holds; ``etag`` is for the next time."""

    reading: Reading
    etag: str | None


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    *,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answered | None:
    """The whole registry of the service; None where nothing changed since that ``etag``.

    ``headers`` are those that let us in. Redirects are not followed: they would take them along.
    Raises SourceFailed, NoRows, TooManyRows, ColumnsMissing and ColumnTwice.
    """
    asked = {"Accept": "application/json", **(headers or {})}
    if etag is not None:
        asked["If-None-Match"] = etag
    try:
        async with (
            asyncio.timeout(WHOLE_SECONDS),
            client.stream(
                "GET", url, headers=asked, timeout=TIMEOUT, follow_redirects=False
            ) as answer,
        ):
            if answer.status_code == 304 and etag is not None:
                return None
            if answer.status_code != 200:
                raise SourceFailed(f"contestó {answer.status_code}")
            content = await _within_limit(answer)
            given = answer.headers.get("etag", "")
    except (httpx.TimeoutException, TimeoutError) as error:
        raise SourceFailed("no contestó a tiempo") from error
    except httpx.HTTPError as error:
        raise SourceFailed("no se pudo alcanzar") from error
    reading = await asyncio.to_thread(read, content)
    return Answered(reading, given if 0 < len(given) <= LONGEST_ETAG else None)


async def _within_limit(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for block in answer.aiter_bytes():
        content += block
        if len(content) > LARGEST:
            raise SourceFailed("mandó demasiados datos")
    return bytes(content)


def read(content: bytes) -> Reading:
    """The rows of an answer. Raises as :func:`fetch`."""
    try:
        answer: Any = json.loads(content.decode("utf-8-sig"))
        listed = answer["consultores"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SourceFailed("no contestó en la forma acordada") from error
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise SourceFailed("no contestó en la forma acordada")
    if not listed:
        raise NoRows
    if len(listed) > MOST_ROWS:
        raise TooManyRows(MOST_ROWS)
    # A key that one entry lacks another may have: names are looked for in all of them.
    keys = list(dict.fromkeys(key for one in listed for key in one))
    if len(keys) > MOST_COLUMNS:
        raise SourceFailed("no contestó en la forma acordada")
    fields = columns.placed(keys)
    known = {keys[place]: field for place, field in fields.items()}
    return rows.read(
        (number, {known[key]: cells.as_text(one[key]) for key in one if key in known})
        for number, one in enumerate(listed, start=1)
    )
