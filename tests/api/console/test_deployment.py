"""What holds where the public can reach the console: a second factor for all, no demo accounts."""

from pathlib import Path

import pyotp
import pytest

from actions.demo import staff as demo_staff
from actions.staff import accounts, passwords
from actions.staff.permissions import Role
from api.clock import now
from tests.api.console.conftest import console

PASSWORD = "tres gatos en un tejado"
PUBLIC = "https://torogoz.example.sv"


async def test_in_public_everybody_sets_up_a_second_factor_first(
    database_url: str, tmp_path: Path
) -> None:
    async with console(database_url, tmp_path, "http://127.0.0.1:9", public_url=PUBLIC) as house:
        async with house.database.transaction() as session:
            _, token = await accounts.invite(
                session, "rosa@example.com", "Rosa Mejía", [Role.READING], now()
            )
            await accounts.accept(session, token, await passwords.hashed(PASSWORD), now())
        browser = house.browser()
        browser.client.base_url = PUBLIC
        page = await browser.get("/consola/entrar")
        assert "Secure" in page.headers["set-cookie"]
        assert demo_staff.PASSWORD not in page.text
        entered = await browser.enter("rosa@example.com", PASSWORD)
        assert entered.headers["location"] == "/consola/activar-segundo-factor"
        assert "Secure" in entered.headers["set-cookie"]
        for path in ("/consola/", "/consola/cuenta", "/consola/segundo-paso"):
            answer = await browser.get(path)
            assert answer.headers["location"] == "/consola/activar-segundo-factor"
        setup = await browser.get("/consola/activar-segundo-factor")
        secret = setup.text.split('class="key">')[1].split("<")[0].replace(" ", "")
        done = await browser.send(
            "/consola/activar-segundo-factor",
            {"code": pyotp.TOTP(secret).now()},
            seen_on="/consola/activar-segundo-factor",
        )
        assert "códigos de recuperación" in done.text
        assert (await browser.get("/consola/cuenta")).status_code == 200
        refused = await browser.send("/consola/cuenta/segundo-factor/quitar", {"confirm": PASSWORD})
        assert refused.status_code == 422
        assert "no se puede quitar" in refused.text


async def test_in_public_nobody_comes_in_with_a_password_that_all_know(
    database_url: str, tmp_path: Path
) -> None:
    async with console(database_url, tmp_path, "http://127.0.0.1:9", public_url=PUBLIC) as house:
        browser = house.browser()
        browser.client.base_url = PUBLIC
        answer = await browser.enter(f"{Role.ADMINISTRATION.value}{demo_staff.DOMAIN}")
        assert answer.status_code == 422
        upper = await browser.enter(f"{Role.ADMINISTRATION.value}{demo_staff.DOMAIN}".upper())
        assert upper.status_code == 422


@pytest.mark.parametrize("path", ["/consola", "/consola/"])
async def test_the_first_page_is_found_with_and_without_its_slash(
    database_url: str, tmp_path: Path, path: str
) -> None:
    async with console(database_url, tmp_path, "http://127.0.0.1:9") as house:
        answer = await house.browser().client.get(path, follow_redirects=True)
        assert answer.url.path == "/consola/entrar"
