"""Slots: a telephone number or an e-mail address."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.slots.declaration import Declaration
from bot.slots.protocol import Choose, Option, Sent, Stored, Value, Wrong
from bot.slots.written import STALE, answer

HOME: Final = "SV"
_HOME_CODE: Final = 503


@dataclass(frozen=True, slots=True)
class Phone:
    """``type: phone``; nothing else to declare.

    A number of El Salvador, with or without 503, or one of another country with its "+". Kept
    as E.164: "+50371234567".
    """

    name: ClassVar[str] = "phone"
    options: tuple[Option, ...] = ()
    is_numeric: bool = True
    is_free: bool = False
    hint: str = "Por ejemplo: 7123-4567"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        if any(character.isdigit() and not character.isascii() for character in text):
            return Wrong("utter_wrong_phone")
        written = {
            phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
            for found in phonenumbers.PhoneNumberMatcher(text, HOME)
        } or {text}
        if len(written) > 1:
            return Wrong("utter_wrong_phone_several")
        return _phone(written.pop()) or Wrong("utter_wrong_phone")

    def check(self, value: Stored, today: date) -> Value | Wrong:
        return (_phone(value) if isinstance(value, str) else None) or STALE


def _phone(text: str) -> Value | None:
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    formats = phonenumbers.PhoneNumberFormat
    wanted = formats.NATIONAL if number.country_code == _HOME_CODE else formats.INTERNATIONAL
    shown = phonenumbers.format_number(number, wanted)
    if number.country_code == _HOME_CODE:
        shown = shown.replace(" ", "-")
    return Value(phonenumbers.format_number(number, formats.E164), shown)


_MEANT: Final = {
    "gmail.com": "gmail.con gmail.co gmail.cm gmail.om gmial.com gmai.com gmal.com gamil.com "
    "gmail.comm gmeil.com jmail.com gnail.com gmail.com.com gmail.vom",
    "hotmail.com": "hotmail.con hotmail.co hotmail.cm hotmial.com hotmai.com hotmal.com "
    "hormail.com hotmeil.com homail.com jotmail.com hotmail.comm",
    "yahoo.com": "yahoo.con yaho.com yahoo.co yahoo.cm yajoo.com yhaoo.com",
    "outlook.com": "outlook.con outlok.com outlook.co autlook.com outlook.cm",
    "icloud.com": "icloud.con iclod.com icloud.co",
}
_SLIPS: Final = {slip: meant for meant, slips in _MEANT.items() for slip in slips.split()}
_SPELLED: Final = (
    (re.compile(r"\s*(?:\(arroba\)|\[at\]|\barroba\b)\s*", re.IGNORECASE), "@"),
    (re.compile(r"(?<=\S)\s+punto\s+(?=\S)", re.IGNORECASE), "."),
    (re.compile(r"\s*@\s*"), "@"),
)


@dataclass(frozen=True, slots=True)
class Email:
    """``type: email``; nothing else to declare.

    Its form is checked, not whether it exists. A well-known slip ("gmail.con") is asked about.
    Kept as written, its domain in lower case.
    """

    name: ClassVar[str] = "email"
    options: tuple[Option, ...] = ()
    is_numeric: bool = False
    is_free: bool = False
    hint: str = "Por ejemplo: maria@correo.com"

    @classmethod
    def declared(cls, declaration: Declaration) -> Self:
        return cls()

    def read(self, sent: Sent, today: date) -> Value | Wrong | Choose:
        text = answer(sent)
        if isinstance(text, Wrong):
            return text
        for pattern, written in _SPELLED:
            text = pattern.sub(written, text)
        found = [word.strip("<>()[]{},;:.!¡\"'*_") for word in text.split() if "@" in word]
        if len(found) > 1:
            return Wrong("utter_wrong_email_several")
        value = _email(found[0]) if found else None
        if value is None:
            return Wrong("utter_wrong_email")
        name, _, domain = str(value.value).rpartition("@")
        meant = _SLIPS.get(domain)
        if meant is None:
            return value
        addresses = (f"{name}@{meant}", f"{name}@{domain}")
        return Choose(tuple(Option(one, one, one) for one in addresses))

    def check(self, value: Stored, today: date) -> Value | Wrong:
        return (_email(value) if isinstance(value, str) else None) or STALE


def _email(text: str) -> Value | None:
    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized
    except (EmailNotValidError, UnicodeError):
        return None
    return Value(address, address)
