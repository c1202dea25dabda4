"""What the deployment's secret key is used for: second factors at rest, and digests."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken


class WrongKey(Exception):
    """What was stored was encrypted with another secret key than the present one."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Keys derived from one secret, one for each use: what is known of one tells nothing of
    another."""

    secret: str

    def _key(self, use: str) -> bytes:
        return hmac.new(self.secret.encode(), f"torogoz {use}".encode(), hashlib.sha256).digest()

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._key("second factor")))

    def encrypted(self, plain: str) -> bytes:
        """For storing; Fernet (AES-128-CBC with HMAC-SHA-256)."""
        return self._fernet().encrypt(plain.encode())

    def decrypted(self, stored: bytes) -> str:
        """The inverse. Raises WrongKey."""
        try:
            return self._fernet().decrypt(stored).decode()
        except InvalidToken as error:
            raise WrongKey from error

    def digest(self, use: str, value: str) -> bytes:
        """A digest that cannot be tried out without the secret (HMAC-SHA-256)."""
        return hmac.new(self._key(use), value.encode(), hashlib.sha256).digest()
