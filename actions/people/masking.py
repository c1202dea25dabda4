"""Numbers that tell who someone is, taken out of texts: for logs and for lists.

Masked are DUI, NIT and NRC, phone numbers of El Salvador and, with their plus sign, of anywhere,
and e-mail addresses. Rather too much than too little: a price of eight digits goes as well. Long
hexadecimal names (message ids of providers, digests) and years stay as they are.
"""

import re
from typing import Final

MASK: Final = "••••"
SHOWN_DIGITS: Final = 4
MOST_DIGITS: Final = 15
"""Of a number (E.164); a chat's id of Telegram has fewer."""

_GAP: Final = r"[ \u00a0.\-\u2010-\u2015]?"
_KEPT: Final = (
    r"\b[A-Z]{2}[0-9a-f]{32}\b|\b[0-9a-f]{40,64}\b"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
)
_NUMBERS: Final = "|".join(
    (
        # NIT: place of birth or registry, date, serial number, check digit.
        rf"\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{3}}{_GAP}\d",
        # DUI: eight digits and a check digit.
        rf"\d{{8}}{_GAP}\d",
        # A phone number with the country's code, written with a plus, two noughts or "503".
        rf"(?:whatsapp:)?(?:\+|00){_GAP}\(?\d(?:[()]?{_GAP}[()]?\d){{6,14}}",
        rf"\(?503\)?{_GAP}\d{{4}}{_GAP}\d{{4}}",
        # One without: those of El Salvador have eight digits. 20xx is a year.
        rf"(?:2[1-9]|[67]\d)\d{{2}}{_GAP}\d{{4}}",
        # NRC: up to seven digits and a check digit; shorter ones only where they are named.
        r"(?<!-)\d{3,7}-\d(?!-)",
        # Whatever is so long is a number of someone: a chat of Telegram, an account.
        r"\d{9,}",
    )
)
_NAMED_NRC: Final = r"\b(?P<named>NRC\W{0,3}(?:n[úuº°o]\w*\W{0,2})?)\d{1,7}(?:-?\d)?(?!\d)"
_EMAIL: Final = r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"

_PATTERN: Final = re.compile(
    rf"(?P<kept>{_KEPT})|{_EMAIL}|{_NAMED_NRC}|(?<!\d)(?:{_NUMBERS})(?!\d)",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """The text with every such number and address replaced."""
    return _PATTERN.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    if match["kept"]:
        return match["kept"]
    return (match["named"] or "") + MASK


def mask_address(external: str) -> str:
    """An address of a channel as its owner can know it again: the last digits of a number; nothing
    of one that is no number (a web chat's)."""
    digits = external.removeprefix("+")
    if not digits.isdigit() or not SHOWN_DIGITS < len(digits) <= MOST_DIGITS:
        return MASK
    return MASK + digits[-SHOWN_DIGITS:]
