"""Coming in: what lets staff in, and what keeps others out."""

import asyncio
from datetime import timedelta

import httpx
import pyotp
import pytest
import time_machine
from sqlalchemy import text

from actions.demo import staff as demo_staff
from actions.staff import login, sessions
from actions.staff.permissions import Role
from api.clock import now
from tests.api.console.conftest import ADDRESS, Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
EMAIL = f"{Role.READING.value}{demo_staff.DOMAIN}"


async def test_right_password_lets_in_and_wrong_one_does_not(house: House) -> None:
    browser = house.browser()
    refused = await browser.enter(EMAIL, "no es esta")
    assert refused.status_code == 422
    assert "no son correctos" in refused.text
    assert EMAIL in refused.text
    assert "no es esta" not in refused.text
    assert (await browser.get("/consola/cuenta")).status_code == 303
    assert (await browser.enter(EMAIL)).headers["location"] == "/consola/"
    assert (await browser.get("/consola/cuenta")).status_code == 200


async def test_unknown_account_hears_the_same_as_a_wrong_password(house: House) -> None:
    one = await house.browser().enter("nadie@example.com", "algo que no es")
    other = await house.browser().enter(EMAIL, "algo que no es")
    assert one.status_code == other.status_code == 422
    assert one.text.count("no son correctos") == other.text.count("no son correctos") == 1


async def test_session_cookie_is_out_of_reach_and_new_at_every_login(house: House) -> None:
    browser = house.browser()
    planted = "planted-by-an-attacker"
    browser.client.cookies.set("torogoz_sesion", planted, path="/consola", domain="127.0.0.1")
    answer = await browser.enter(EMAIL)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/consola" in cookie
    assert planted not in cookie
    stranger = house.browser()
    stranger.client.cookies.set("torogoz_sesion", planted, path="/consola", domain="127.0.0.1")
    assert (await stranger.get("/consola/cuenta")).status_code == 303


async def test_login_goes_on_to_the_page_asked_for_and_never_elsewhere(house: House) -> None:
    browser = house.browser()
    asked = await browser.get("/consola/auditoria?dias=7")
    assert asked.headers["location"] == "/consola/entrar?a=%2Fconsola%2Fauditoria%3Fdias%3D7"
    for bad in (
        "https://evil.example/consola/",
        "//evil.example/consola/",
        "/consola/../../evil",
        "/consola//evil.example",
        "/consola\\evil",
        "/consola/\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
        "/otra",
    ):
        answer = await browser.send(
            "/consola/entrar",
            {"email": EMAIL, "password": demo_staff.PASSWORD, "a": bad},
            seen_on="/consola/entrar",
        )
        assert answer.headers["location"] == "/consola/", bad
    answer = await browser.send(
        "/consola/entrar",
        {"email": EMAIL, "password": demo_staff.PASSWORD, "a": "/consola/auditoria?dias=7"},
        seen_on="/consola/entrar",
    )
    assert answer.headers["location"] == "/consola/auditoria?dias=7"


async def test_forms_of_other_sites_do_nothing(house: House) -> None:
    browser = await house.who(Role.READING)
    page = await browser.get("/consola/cuenta")
    token = page.text.split('name="ficha" value="')[1].split('"')[0]
    for headers, fields in (
        ({}, {"ficha": token}),
        ({"Origin": "https://evil.example"}, {"ficha": token}),
        ({"Origin": "null"}, {"ficha": token}),
        ({"Sec-Fetch-Site": "cross-site"}, {"ficha": token}),
        ({"Origin": ADDRESS}, {}),
        ({"Origin": ADDRESS}, {"ficha": "0" * 64}),
    ):
        answer = await browser.client.post("/consola/salir", data=fields, headers=headers)
        assert answer.status_code == 403, (headers, fields)
    assert (await browser.get("/consola/cuenta")).status_code == 200
    other = await house.who(Role.READING)
    foreign = (await other.get("/consola/cuenta")).text.split('name="ficha" value="')[1]
    answer = await browser.client.post(
        "/consola/salir",
        data={"ficha": foreign.split('"')[0]},
        headers={"Origin": ADDRESS},
    )
    assert answer.status_code == 403


async def test_logout_ends_the_session_on_the_server(house: House) -> None:
    browser = await house.who(Role.READING)
    stolen = dict(browser.client.cookies)
    assert (await browser.send("/consola/salir")).status_code == 303
    thief = house.browser()
    for name, value in stolen.items():
        thief.client.cookies.set(name, value, path="/consola", domain="127.0.0.1")
    assert (await thief.get("/consola/cuenta")).status_code == 303


async def test_sessions_end_when_idle_and_at_the_latest_after_a_day_of_work(house: House) -> None:
    began = now()
    with time_machine.travel(began, tick=True):
        idle, used = await house.who(Role.READING), await house.who(Role.READING)
    polled = await _logged_in_at(house, began)
    for minutes in range(20, int(sessions.LASTS.total_seconds() // 60), 20):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=True):
            assert (await used.get("/consola/cuenta")).status_code == 200
            if minutes < 30:
                # A page that keeps itself fresh is no use of it by anybody.
                await polled.get("/consola/cuenta", headers={"X-Parte": "1"})
    with time_machine.travel(began + sessions.IDLE + timedelta(seconds=5), tick=True):
        assert (await idle.get("/consola/cuenta")).status_code == 303
        assert (await polled.get("/consola/cuenta")).status_code == 303
    with time_machine.travel(began + sessions.LASTS + timedelta(seconds=5), tick=True):
        assert (await used.get("/consola/cuenta")).status_code == 303


async def _logged_in_at(house: House, moment: object) -> Browser:
    with time_machine.travel(moment, tick=True):  # type: ignore[arg-type]
        return await house.who(Role.READING)


async def test_guessing_is_slowed_down_and_a_right_password_is_refused_meanwhile(
    house: House,
) -> None:
    email = f"{Role.COMMUNICATION.value}{demo_staff.DOMAIN}"
    guesses = await asyncio.gather(
        *(house.browser().enter(email, f"intento numero {place}") for place in range(20))
    )
    codes = sorted(guess.status_code for guess in guesses)
    assert codes == [422] * login.FREE + [429] * (20 - login.FREE)
    blocked = await house.browser().enter(email)
    assert blocked.status_code == 429
    assert "demasiados intentos" in blocked.text
    with time_machine.travel(now() + login.FIRST_PAUSE + timedelta(seconds=5), tick=True):
        assert (await house.browser().enter(email)).status_code == 303
    async with house.database.transaction() as session:
        await session.execute(text("DELETE FROM login_failure"))


async def test_second_factor_is_asked_for_and_no_code_works_twice(house: House) -> None:
    browser = await house.who(Role.EDITING)
    email = f"{Role.EDITING.value}{demo_staff.DOMAIN}"
    page = await browser.get("/consola/cuenta/segundo-factor")
    secret = page.text.split('class="key">')[1].split("<")[0].replace(" ", "")
    assert (await browser.get("/consola/cuenta/segundo-factor/qr.svg")).text.startswith("<svg")
    wrong = await browser.send("/consola/cuenta/segundo-factor", {"code": "000000"})
    assert wrong.status_code == 422
    code = pyotp.TOTP(secret).now()
    codes = await browser.send("/consola/cuenta/segundo-factor", {"code": code})
    recovery = codes.text.split("<code>")[1].split("<")[0]
    assert len(recovery) == 11

    second = house.browser()
    half = await second.enter(email)
    assert half.headers["location"] == "/consola/segundo-paso"
    for path in ("/consola/cuenta", "/consola/auditoria", "/consola/personal"):
        assert (await second.get(path)).headers["location"] == "/consola/segundo-paso"
    again = await _code(second, code)
    assert again.status_code == 422
    before = second.client.cookies["torogoz_sesion"]
    with time_machine.travel(now() + timedelta(seconds=60), tick=True):
        fresh = pyotp.TOTP(secret).at(now())
        assert (await _code(second, fresh)).status_code == 303
        assert second.client.cookies["torogoz_sesion"] != before
        assert (await second.get("/consola/cuenta")).status_code == 200

        third = house.browser()
        await third.enter(email)
        assert (await _code(third, fresh)).status_code == 422
        assert (await _code(third, recovery.upper())).status_code == 303
        fourth = house.browser()
        await fourth.enter(email)
        assert (await _code(fourth, recovery)).status_code == 422


async def _code(browser: Browser, code: str) -> httpx.Response:
    return await browser.send(
        "/consola/segundo-paso", {"code": code}, seen_on="/consola/segundo-paso"
    )
