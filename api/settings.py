"""Settings: the only place that reads the environment (and an ``.env`` file beside the project)."""

import contextlib
import ipaddress
import secrets
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from actions.cases.hours import Hours
from api.failures import MendableError
from nlu.client import TIMEOUT_SECONDS

ROOT = Path(__file__).resolve().parent.parent


def _empty_as_unset(value: str | None) -> str | None:
    return value.strip() or None if value else None


def _web_address(value: str | None) -> str | None:
    value = _empty_as_unset(value)
    if value is not None:
        try:
            parts = urlsplit(value)
            well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
            # Reading the port checks it.
            well_formed = well_formed and (parts.port is None or parts.port > 0)
        except ValueError:
            well_formed = False
        if not well_formed:
            raise ValueError("tiene que ser una dirección como https://torogoz.example.sv")
        value = value.rstrip("/")
    return value


def _database_address(value: str | None) -> str | None:
    value = _empty_as_unset(value)
    if value is not None:
        try:
            driver = make_url(value).drivername
        except (ArgumentError, ValueError):
            driver = ""
        if not driver.startswith("postgresql"):
            # Without the value: it holds a password.
            raise ValueError("tiene que ser una dirección como postgresql://usuario@servidor/base")
    return value


Text = Annotated[str | None, AfterValidator(_empty_as_unset)]
Address = Annotated[str | None, AfterValidator(_web_address)]


class DemoRefused(MendableError):
    """Demo data and accounts were asked for where the public can reach them."""


class Settings(BaseSettings):
    """Everything a deployment may set; each name is the field's, in capitals, after TOROGOZ_."""

    model_config = SettingsConfigDict(
        env_prefix="TOROGOZ_", env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore"
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: Address = None
    var: Path = ROOT / "var"
    database_url: Annotated[str | None, AfterValidator(_database_address), Field(repr=False)] = None
    nlu_url: Address = None
    nlu_seconds: float = Field(default=TIMEOUT_SECONDS, gt=0, le=60)
    """How long Rasa is waited for; a message is then answered without it."""
    secret_key: SecretStr | None = None
    demo: bool | None = None
    """Demo data and accounts; on where the public address is loopback, unless set."""
    workers: int = Field(default=1, ge=1, le=16)

    office_opens: time = time(7, 30)
    office_closes: time = time(15, 30)
    """When staff look at cases, Monday to Friday in El Salvador: decides what is promised."""
    staff_hold_hours: float = Field(default=4, gt=0, le=72)
    """After so long without a staff message the assistant answers again."""
    staff_second_factor: bool | None = None
    """Whether all staff have to use a second factor; on where the public can reach us, unless
    set."""
    trusted_proxies: Text = None
    """Addresses of reverse proxies, with commas, whose word on the visitor's address is taken."""

    twilio_account_sid: Text = None
    twilio_auth_token: SecretStr | None = None
    whatsapp_from: Text = None
    twilio_api_url: Address = None
    whatsapp_per_second: float = Field(default=80, gt=0)

    telegram_token: SecretStr | None = None
    telegram_secret: SecretStr | None = None
    telegram_api_url: Address = None
    telegram_per_second: float = Field(default=30, gt=0)

    registry_url: Address = None
    """The national registry's service: see actions.registry.source for what it answers."""
    registry_key: SecretStr | None = None
    """Sent to it as a bearer token."""

    transcription_url: Address = None
    transcription_key: SecretStr | None = None
    transcription_model: str = "whisper-1"

    @property
    def office_hours(self) -> Hours:
        """The hours in which a case may be looked at."""
        return Hours(self.office_opens, self.office_closes)

    @property
    def public_address(self) -> str:
        """Where the outside reaches us, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def is_public(self) -> bool:
        """Whether someone other than this machine may reach us."""
        return not (
            _is_loopback(urlsplit(self.public_address).hostname) and _is_loopback(self.host)
        )

    @property
    def with_demo(self) -> bool:
        """Whether demo data is loaded; raises DemoRefused where it was asked for in public."""
        if self.demo and self.is_public:
            raise DemoRefused(
                "TOROGOZ_DEMO loads accounts with known passwords: it is refused where "
                f"TOROGOZ_PUBLIC_URL or TOROGOZ_HOST is not loopback ({self.public_address})."
            )
        return not self.is_public if self.demo is None else self.demo

    @property
    def local_url(self) -> str:
        """Where this machine reaches us."""
        everywhere = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1" if self.host in everywhere else self.host
        return f"http://{host}:{self.port}"

    def missing_for_whatsapp(self) -> list[str]:
        """Names of the settings that WhatsApp lacks."""
        wanted = {
            "TOROGOZ_TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TOROGOZ_TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TOROGOZ_WHATSAPP_FROM": self.whatsapp_from,
        }
        return [name for name, value in wanted.items() if not value]

    @property
    def has_telegram(self) -> bool:
        return self.telegram_token is not None

    @property
    def telegram_by_webhook(self) -> bool:
        """By webhook when secret and public address are set, else by polling."""
        return self.telegram_secret is not None and self.public_url is not None

    @cached_property
    def secret(self) -> str:
        """The key for signing; made once in ``var/`` when none is set."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.var / "secret_key"
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return path.read_text().strip()


def _is_loopback(host: str | None) -> bool:
    if host is None or host == "localhost":
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
