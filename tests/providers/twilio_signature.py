"""Requests as Twilio signs them: form fields, X-Twilio-Signature over the exact URL."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus

from tests.providers.posting import PreparedRequest


class Signer:
    """Signs with the account's auth token."""

    def __init__(self, auth_token: str) -> None:
        self._key = auth_token.encode()

    def prepare(self, url: str, fields: Mapping[str, str]) -> PreparedRequest:
        """A signed form POST; the signature covers `url` as given, query included."""
        return PreparedRequest(
            url=url,
            headers={
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "User-Agent": "TwilioProxy/1.1",
                "Accept": "*/*",
                "X-Twilio-Signature": self.signature(url, fields),
                "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            },
            body=_form(fields),
        )

    def signature(self, url: str, fields: Mapping[str, str]) -> str:
        """HMAC-SHA1 over the URL followed by each name and value, sorted by name; base64."""
        signed = url + "".join(name + fields[name] for name in sorted(fields))
        return base64.b64encode(
            hmac.new(self._key, signed.encode(), hashlib.sha1).digest()
        ).decode()


# Most values repeat from one request to the next, and quoting is the dearest part of signing.
_quoted = lru_cache(maxsize=4096)(quote_plus)


def _form(fields: Mapping[str, str]) -> bytes:
    """The fields as a form body; names are letters and digits throughout."""
    return "&".join(f"{name}={_quoted(value)}" for name, value in fields.items()).encode()
