"""Parameters of a Bot API call, from whichever kind of body they came in."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from tests.providers.record import File
from tests.providers.telegram_errors import BotApiError, bad_request


class Parameters:
    """The call's values by name: text, or JSON already parsed; and the files sent along."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, File] | None = None) -> None:
        self._values = values
        self._files = files or {}

    def text(self, name: str) -> str:
        """As text; "" where it is missing."""
        value = self._values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """As a whole number; the default where it is missing or none."""
        try:
            return int(self._values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """As yes or no."""
        return self.text(name).lower() in ("true", "yes", "1")

    def structure(self, name: str, error: str) -> Any:
        """As parsed JSON, None where it is missing; a 400 with `error` where it is no JSON."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(error) from None

    def file(self, name: str) -> File | None:
        """The file uploaded for this parameter, directly or as "attach://<part>"."""
        value = self.text(name)
        return self._files.get(value.removeprefix("attach://") if value else name)


async def read_parameters(request: web.BaseRequest) -> Parameters:
    """Query and body together. Raises BotApiError for a body that is no valid JSON."""
    values: dict[str, Any] = dict(parse_qsl(request.query_string, keep_blank_values=True))
    content_type = request.content_type
    if content_type == "multipart/form-data":
        files: dict[str, File] = {}
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                if part.filename is None:
                    values[part.name] = await part.text()
                else:
                    mime = part.headers.get("Content-Type", "application/octet-stream")
                    files[part.name] = File(part.filename, mime, bytes(await part.read()))
        return Parameters(values, files)
    body = await request.read()
    if content_type == "application/json":
        values.update(_json_object(body))
    elif body:
        values.update(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return Parameters(values)


def parameters_of_answer(content_type: str, body: bytes) -> Parameters:
    """The method call in a webhook's answer; empty where there is none."""
    if content_type == "application/json":
        try:
            return Parameters(_json_object(body))
        except BotApiError:
            return Parameters({})
    if content_type == "application/x-www-form-urlencoded":
        return Parameters(dict(parse_qsl(body.decode(errors="replace"))))
    return Parameters({})


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        values = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON object")
    return values
