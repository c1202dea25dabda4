"""What the console's pages work with; one set per process."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from actions.articles.shelf import Shelf
from actions.bookings.terms import Terms
from actions.staff.vault import Vault
from actions.store.database import Database
from api.assembly import Assembly
from api.settings import Settings
from bot.flows import Flows
from bot.responses import Catalogue
from knowledge.facts import FactRegister
from nlu.client import NluClient


@dataclass(frozen=True, slots=True)
class Console:
    """The parts. ``register`` are the facts of the files, without what staff said on top."""

    assembly: Assembly
    vault: Vault
    shelf: Callable[[], Shelf]
    nlu: NluClient
    responses: Catalogue
    flows: Flows
    register: FactRegister

    @property
    def settings(self) -> Settings:
        return self.assembly.settings

    @property
    def database(self) -> Database:
        return self.assembly.database

    @property
    def terms(self) -> Terms:
        """How time with consultants is given out here: with the hours of this deployment."""
        return Terms(hours=self.settings.office_hours)

    @property
    def public_host(self) -> str:
        """Host and port under which the outside reaches us."""
        return urlsplit(self.settings.public_address).netloc

    @property
    def is_secure(self) -> bool:
        """Whether cookies may go over HTTPS only."""
        return self.settings.public_address.startswith("https:")

    @property
    def must_have_factor(self) -> bool:
        """Whether everybody has to set up the second factor."""
        wanted = self.settings.staff_second_factor
        return self.settings.is_public if wanted is None else wanted

    def fresh_cookie(self) -> str:
        """A value for the cookie of a visitor without a session."""
        return secrets.token_urlsafe(24)

    def form_token(self, cookie: str) -> str:
        """What a form carries so that only who has the cookie can have made it."""
        return self.vault.digest("form", cookie).hex()

    def is_form_token(self, cookie: str, given: str) -> bool:
        """Whether that is the token of the cookie."""
        return hmac.compare_digest(self.form_token(cookie).encode(), given.encode())

    def signed(self, use: str, value: str) -> str:
        """The value with a signature, for a cookie."""
        return f"{self.vault.digest(use, value).hex()}.{value}"

    def unsigned(self, use: str, given: str) -> str | None:
        """The value of what :meth:`signed` made, or None for anything else."""
        signature, _, value = given.partition(".")
        known = self.vault.digest(use, value).hex()
        return value if hmac.compare_digest(signature.encode(), known.encode()) else None
