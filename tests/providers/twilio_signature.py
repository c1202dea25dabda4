"""Requests as Twilio signs them: form fields, X-Twilio-Signature over the exact URL."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

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
            body=urlencode(fields).encode(),
        )

    def signature(self, url: str, fields: Mapping[str, str]) -> str:
        """HMAC-SHA1 over the URL followed by each name and value, sorted by name; base64."""
        signed = url + "".join(name + fields[name] for name in sorted(fields))
        return base64.b64encode(
            hmac.new(self._key, signed.encode(), hashlib.sha1).digest()
        ).decode()
