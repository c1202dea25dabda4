"""The people behind WhatsApp numbers: their 24-hour windows, and who cannot be reached."""

from collections.abc import Callable

WINDOW_SECONDS = 24 * 3600.0


class People:
    """State by address ("whatsapp:+50370001234").

    A person's window opens with each message from them and closes `window` seconds later; `clock`
    gives Unix seconds.
    """

    def __init__(self, clock: Callable[[], float], window: float = WINDOW_SECONDS) -> None:
        self._clock = clock
        self._window = window
        self._wrote_at: dict[str, float] = {}
        self._refusals: dict[str, int] = {}
        self._failures: dict[str, int] = {}

    def wrote(self, address: str) -> None:
        """A message came from this person."""
        self._wrote_at[address] = self._clock()

    def window_is_open(self, address: str) -> bool:
        """Whether a free-form message would reach them now."""
        wrote_at = self._wrote_at.get(address)
        return wrote_at is not None and self._clock() - wrote_at < self._window

    def close_window(self, address: str) -> None:
        """As if they had not written for a day."""
        self._wrote_at.pop(address, None)

    def refuse(self, address: str, code: int) -> None:
        """Answer sends to them with 400 and this code: 21211 (no number), 21610 (opted out)."""
        self._refusals[address] = code

    def fail(self, address: str, code: int) -> None:
        """Accept sends to them, then fail with this code: 63003, 63024, 63049 ..."""
        self._failures[address] = code

    def restore(self, address: str) -> None:
        """Take back `refuse` and `fail`."""
        self._refusals.pop(address, None)
        self._failures.pop(address, None)

    def refusal(self, address: str) -> int | None:
        """The code sends to them are refused with."""
        return self._refusals.get(address)

    def failure(self, address: str) -> int | None:
        """The code sends to them fail with later."""
        return self._failures.get(address)

    def clear(self) -> None:
        """Nobody has written; everybody can be reached."""
        self._wrote_at.clear()
        self._refusals.clear()
        self._failures.clear()
