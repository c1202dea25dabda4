"""Slots: a telephone number or an e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots.protocol import Choose, Value, Wrong
from tests.bot.slots.answering import TODAY, offered, read, shown, slot, value, wrong


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("71234567", "+50371234567"),
        ("7123-4567", "+50371234567"),
        ("7123 4567", "+50371234567"),
        ("7123.4567", "+50371234567"),
        ("7123–4567", "+50371234567"),
        ("71-23-45-67", "+50371234567"),
        ("+503 7123-4567", "+50371234567"),
        ("+50371234567", "+50371234567"),
        ("503 7123 4567", "+50371234567"),
        ("50371234567", "+50371234567"),
        ("(503) 7123-4567", "+50371234567"),
        ("00503 71234567", "+50371234567"),
        ("6123-4567", "+50361234567"),
        ("2234-5678", "+50322345678"),
        ("mi número es 7123-4567", "+50371234567"),
        ("tel: 7123-4567", "+50371234567"),
        ("whatsapp 7123 4567", "+50371234567"),
        ("7123-4567.", "+50371234567"),
        ("7123-4567 / 7123 4567", "+50371234567"),
        ("7123-4567 después de las 5", "+50371234567"),
        ("7123-4567 gracias", "+50371234567"),
        ("+1 305 555 0123", "+13055550123"),
        ("+1 (202) 456-1111", "+12024561111"),
        ("+502 5512 3456", "+50255123456"),
        ("+504 9812-3456", "+50498123456"),
        ("+34 612 34 56 78", "+34612345678"),
    ],
)
def test_a_telephone_is_kept_in_its_international_form(text: str, number: str) -> None:
    assert value("phone", text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12345678", "phone"),
        ("7123456", "phone"),
        ("712345678", "phone"),
        ("305 555 0123", "phone"),
        ("+503 1234 5678", "phone"),
        ("+999 123 456 789", "phone"),
        ("911", "phone"),
        ("no tengo", "phone"),
        ("siete uno dos tres", "phone"),
        ("٧١٢٣٤٥٦٧", "phone"),
        ("７１２３４５６７", "phone"),
        ("maria@correo.com", "phone"),
        ("01234567-8", "phone"),
        ("7123-4567 o 2234-5678", "phone_several"),
        ("7123-4567, 6123-4567", "phone_several"),
        ("", "empty"),
    ],
)
def test_what_is_no_single_telephone_is_told_apart(text: str, why: str) -> None:
    assert wrong("phone", text) == why


def test_a_telephone_is_read_back_as_people_write_it() -> None:
    assert shown("phone", "50371234567") == "7123-4567"
    assert shown("phone", "+13055550123") == "+1 305-555-0123"


@given(st.sampled_from("267"), st.integers(0, 9_999_999))
def test_a_number_of_the_country_reads_back(first: str, rest: int) -> None:
    bare = f"{first}{rest:07}"
    answer = read("phone", bare)
    if isinstance(answer, Value):
        assert answer.value == f"+503{bare}"
        assert answer.shown == f"{bare[:4]}-{bare[4:]}"
        assert read("phone", answer.shown) == read("phone", str(answer.value)) == answer
    else:
        assert answer == Wrong("utter_wrong_phone")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("maria@correo.com", "maria@correo.com"),
        ("Maria@Correo.COM", "Maria@correo.com"),
        ("MARIA@HOTMAIL.COM", "MARIA@hotmail.com"),
        ("maria.lopez+x@correo.com.sv", "maria.lopez+x@correo.com.sv"),
        ("maria_lopez@yahoo.es", "maria_lopez@yahoo.es"),
        ("maria@ñandu.com", "maria@ñandu.com"),
        ("maria @ gmail.com", "maria@gmail.com"),
        ("maria arroba gmail punto com", "maria@gmail.com"),
        ("maria(arroba)correo.com", "maria@correo.com"),
        ("maria[at]correo.com", "maria@correo.com"),
        ("<maria@correo.com>", "maria@correo.com"),
        ("maria@correo.com.", "maria@correo.com"),
        ("maria@correo.com, gracias", "maria@correo.com"),
        ("correo: maria@correo.com", "maria@correo.com"),
        ("mi correo es maria@correo.com", "maria@correo.com"),
    ],
)
def test_an_address_is_found_in_what_was_typed(text: str, address: str) -> None:
    assert value("email", text) == shown("email", text) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("maria", "email"),
        ("maria@", "email"),
        ("@gmail.com", "email"),
        ("maria@gmail", "email"),
        ("maria@correo,com", "email"),
        ("maría@correo.com", "email"),
        ("maria..lopez@correo.com", "email"),
        ("maria@localhost", "email"),
        ("maria@10.0.0.1", "email"),
        ("maria gmail.com", "email"),
        ("no tengo", "email"),
        ("7123-4567", "email"),
        ("maria@correo.com y pepe@correo.com", "email_several"),
        ("", "empty"),
    ],
)
def test_what_is_no_single_address_is_told_apart(text: str, why: str) -> None:
    assert wrong("email", text) == why


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("maria@gmail.con", "maria@gmail.com"),
        ("maria@gmial.com", "maria@gmail.com"),
        ("maria@hotmail.co", "maria@hotmail.com"),
        ("Maria@HOTMIAL.com", "Maria@hotmail.com"),
        ("maria@yaho.com", "maria@yahoo.com"),
    ],
)
def test_a_well_known_slip_is_asked_about_and_not_mended_in_silence(text: str, meant: str) -> None:
    name, _, domain = text.partition("@")
    assert offered("email", text) == [meant, f"{name}@{domain.lower()}"]
    answer = read("email", text)
    assert isinstance(answer, Choose)
    for option in answer.options:
        assert slot("email").check(option.value, TODAY) == Value(option.value, option.shown)


@pytest.mark.parametrize("stored", ["maria", "123", "", None, 5, True, ["maria@correo.com"]])
def test_a_kept_value_that_is_no_contact_is_stale(stored: object) -> None:
    for declared in ("phone", "email"):
        assert slot(declared).check(stored, TODAY) == Wrong("utter_wrong_stale")  # type: ignore[arg-type]
