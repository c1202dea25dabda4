"""Twilio's asynchronous HTTP client, made to send JSON where the API wants it."""

import json
from collections.abc import Mapping
from typing import Any

from twilio.http.async_http_client import AsyncTwilioHttpClient


class TwilioHttp(AsyncTwilioHttpClient):  # type: ignore[misc]
    """The library's own sends every body as a form, which the Content API refuses."""

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        allow_redirects: bool = False,
    ) -> Any:
        """One request; a body whose content type is JSON goes as JSON."""
        is_json = (headers or {}).get("Content-Type") == "application/json"
        body = json.dumps(data) if is_json and data is not None else data
        return await super().request(
            method, url, params, body, headers, auth, timeout, allow_redirects
        )
