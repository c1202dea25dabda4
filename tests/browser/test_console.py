"""The console in a real Chromium: its pages, a takeover from both sides, phone and keyboard."""

import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from actions.articles import seed
from actions.demo import service as demo
from actions.demo import staff as demo_staff
from actions.staff.permissions import ROLES, Role
from actions.store.database import Database
from api.clock import now
from api.console.pages import ROOMS
from api.processes.postgres import EmbeddedPostgres
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.browser.desk import WIDE, Desk
from tests.browser.visit import PHONE, Visit
from tests.conftest import drop_database, fresh_database
from tests.effort import PATIENT
from tests.system import System, running

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
Opening = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(
    browser: Browser, postgres: EmbeddedPostgres, rasa_url: str
) -> AsyncIterator[System]:
    """The product with demo data, as after the first start."""
    url = fresh_database(postgres)
    database = Database(url)
    register = load_facts(FOLDER / "facts")
    async with database.transaction() as session:
        await seed.seed(session, seed.seed_texts(), register, now())
        await demo_staff.load(session)
        await demo.load(session, register, now(), random.Random(demo.SEED))
    await database.close()
    try:
        async with running(System(url, rasa_url, environment={**PATIENT})) as system:
            yield system
    finally:
        drop_database(postgres, url)


@pytest_asyncio.fixture(loop_scope="module")
async def opening(browser: Browser, system: System) -> AsyncIterator[Opening]:
    """Opens the console for a role; at the end no page may have logged an error, a warning or a
    violation of its policy."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    async def opened(role: Role | None, device: dict[str, Any] = WIDE, **more: Any) -> Desk:
        contexts.append(await browser.new_context(**{**device, "locale": "es-SV", **more}))
        desk = await Desk.begin(contexts[-1], system.url)
        desks.append(desk)
        if role is not None:
            await desk.enter(role)
        return desk

    yield opened
    for context in contexts:
        await context.close()
    assert [complaint for one in desks for complaint in one.complaints] == []


_DETAIL = re.compile(r"/(\d+|[a-z0-9]+(?:-[a-z0-9]+)+|[A-Z]+-\d+)(?=/|$)")
MOST_PAGES = 45


def _kind(path: str) -> str:
    """Which page it is, whatever it is about."""
    return _DETAIL.sub("/*", path.partition("?")[0].partition("#")[0])


async def _all_paths(desk: Desk, role: Role) -> list[str]:
    """One page of each kind that links lead to from the rooms of a role."""
    waiting = [
        "/consola/cuenta",
        *(room.path for room in ROOMS if room.needs is None or room.needs in ROLES[role]),
    ]
    found: dict[str, str] = {}
    while waiting:
        path = waiting.pop(0)
        if _kind(path) in found:
            continue
        await desk.goto(path)
        found[_kind(path)] = path
        for link in await desk.page.locator('main a[href^="/consola/"]:not([download])').all():
            href = await link.get_attribute("href")
            assert href is not None
            if "formato=" not in href:
                waiting.append(href)
    assert len(found) < MOST_PAGES, "pages of one kind are taken for many"
    return list(found.values())


_looked_at: set[tuple[str, str]] = set()
"""What pages are made of, by look: axe takes a second, and goes where there is something new."""


@pytest.mark.parametrize(
    "role", [Role.ATTENTION, Role.EDITING, Role.REVIEW, Role.ADMINISTRATION, Role.READING]
)
async def test_every_page_is_sound_by_day_and_by_night_wide_and_narrow(
    opening: Opening, role: Role
) -> None:
    desk = await opening(role)
    paths = await _all_paths(desk, role)
    assert len(paths) > 4
    found: list[str] = []
    looks: tuple[tuple[dict[str, Any], str], ...] = ((WIDE, "light"), (PHONE, "dark"))
    for device, scheme in looks:
        other = await opening(role, device, color_scheme=scheme)
        for path in paths:
            await other.goto(path)
            made_of = {(scheme, one) for one in await other.made_of()}
            if not made_of <= _looked_at:
                _looked_at.update(made_of)
                found += [f"{path} {scheme}: {fault}" for fault in await other.faults()]
            if await other.is_wider_than_the_screen():
                found.append(f"{path}: wider than the screen")
            if (
                path.startswith("/consola/")
                and not await other.page.get_by_text("¿Cómo se usa?").count()
            ):
                found.append(f"{path}: no word on how it is used")
    assert found == [], "\n".join(found)


async def test_the_pages_before_the_login_are_sound(opening: Opening) -> None:
    for device, scheme in ((WIDE, "dark"), (PHONE, "light")):
        desk = await opening(None, device, color_scheme=scheme)
        for path in ("/consola/entrar",):
            await desk.goto(path)
            assert await desk.faults() == []
            assert not await desk.is_wider_than_the_screen()


async def test_a_takeover_is_seen_from_both_sides_at_once(
    opening: Opening, browser: Browser, system: System
) -> None:
    context = await browser.new_context(**PHONE, locale="es-SV")
    owner = await Visit.begin(context, system.url)
    desk = await opening(Role.ATTENTION)
    await desk.goto("/consola/casos")
    await owner.ask("kiero hablar con una persona")
    row = desk.page.get_by_role("row").filter(has_text="kiero hablar con una persona")
    if not await row.count():
        # The last word of the chat is the assistant's: the case is the newest one.
        await desk.goto("/consola/casos?orden=-apertura")
        row = desk.page.locator("table.rows tbody tr")
    await row.first.get_by_role("link").first.click()
    await expect(desk.page.get_by_text("kiero hablar con una persona").first).to_be_visible()
    await desk.button("Tomar").click()
    await expect(desk.page.get_by_text("La tiene usted")).to_be_visible()

    await owner.say("¿hay alguien aí?")
    # Without anybody loading the page again: it asks every 1.5 s.
    await expect(desk.page.get_by_text("¿hay alguien aí?").first).to_be_visible()
    await desk.page.get_by_label("Su respuesta").fill("Sí, le saluda Tania del ministerio.")
    await desk.button("Mandar").click()
    await expect(desk.page.get_by_text("va en camino")).to_be_visible()
    await expect(owner.page.get_by_text("le saluda Tania del ministerio")).to_be_visible()
    # The assistant kept quiet meanwhile.
    await expect(owner.answers.last).to_contain_text("le saluda Tania")
    await desk.button("Devolver al asistente").click()
    await expect(desk.page.get_by_text("El asistente vuelve a contestar.")).to_be_visible()
    before = await owner.answers.count()
    answer = await owner.ask("gracias")
    assert before
    await expect(answer).to_be_visible()
    assert owner.complaints == []
    await context.close()


async def test_a_case_is_answered_on_a_phone(opening: Opening) -> None:
    desk = await opening(Role.ATTENTION, PHONE)
    await desk.page.get_by_text("Menú", exact=True).click()
    await desk.page.get_by_role("link", name="Conversaciones").first.click()
    await desk.page.locator("table.rows tbody a").first.click()
    await desk.page.get_by_label("Respuesta preparada").select_option(index=1)
    prepared = await desk.page.get_by_label("Su respuesta").input_value()
    assert prepared
    await desk.button("Mandar").click()
    await expect(desk.page.get_by_text("va en camino")).to_be_visible()
    await expect(desk.page.locator(".line.staff .said").last).to_have_text(prepared)
    assert not await desk.is_wider_than_the_screen()


async def _tab_to(page: Page, name: str, most: int = 120) -> None:
    """Presses the tabulator until the focus is on what is called so."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        found: str = await page.evaluate(
            """() => {
              const one = document.activeElement;
              const label = one.labels && one.labels[0];
              return (one.getAttribute("aria-label") || (label && label.textContent)
                || one.textContent || "").trim();
            }"""
        )
        if found.startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


async def test_from_login_to_answer_with_the_keyboard_alone(opening: Opening) -> None:
    desk = await opening(None)
    page = desk.page
    await desk.goto("/consola/entrar?a=/consola/casos")
    await _tab_to(page, "Correo")
    await page.keyboard.type(f"{Role.ATTENTION.value}{demo_staff.DOMAIN}")
    await _tab_to(page, "Contraseña")
    await page.keyboard.type(demo_staff.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/consola/casos")
    await expect(page.get_by_role("heading", name="Conversaciones")).to_be_visible()
    await _tab_to(page, "Ir al contenido", 1)
    await page.keyboard.press("Enter")
    await _tab_to(page, "Caso ")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/consola/casos/\d+"))
    await _tab_to(page, "Su respuesta")
    await page.keyboard.type("Escrito solo con el teclado.")
    await _tab_to(page, "Mandar")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("va en camino")).to_be_visible()
    await expect(page.locator(".line.staff .said").last).to_have_text(
        "Escrito solo con el teclado."
    )


async def test_what_was_typed_survives_a_session_that_is_over(
    opening: Opening, system: System
) -> None:
    desk = await opening(Role.ATTENTION)
    await desk.goto("/consola/casos")
    await desk.page.locator("table.rows tbody a").first.click()
    await desk.page.wait_for_url(re.compile(r"/consola/casos/\d+"))
    address = desk.page.url
    await desk.page.get_by_label("Su respuesta").fill("Un texto largo que costó escribir")
    system.query("DELETE FROM staff_session RETURNING id")
    await desk.button("Mandar").click()
    await expect(desk.page.get_by_text("Entre para seguir donde estaba.")).to_be_visible()
    await desk.page.get_by_label("Correo").fill(f"{Role.ATTENTION.value}{demo_staff.DOMAIN}")
    await desk.page.get_by_label("Contraseña").fill(demo_staff.PASSWORD)
    await desk.button("Entrar").click()
    await desk.page.wait_for_url(address)
    await expect(desk.page.get_by_label("Su respuesta")).to_have_value(
        "Un texto largo que costó escribir"
    )


async def test_the_look_can_be_chosen_and_stays(opening: Opening) -> None:
    desk = await opening(Role.READING)
    await desk.goto("/consola/articulos")
    await desk.page.locator("details.me summary").click()
    await desk.button("Oscura").click()
    await expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert desk.page.url.endswith("/consola/articulos")
    await desk.page.reload()
    await expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_what_cannot_be_undone_is_asked_first(opening: Opening, system: System) -> None:
    desk = await opening(Role.ADMINISTRATION)
    ((number,),) = system.query(
        "SELECT id FROM staff WHERE email = %s", f"{Role.COMMUNICATION.value}{demo_staff.DOMAIN}"
    )
    await desk.goto(f"/consola/personal/{number}")
    await desk.button("Desactivar la cuenta").click()
    await desk.page.get_by_role("dialog").get_by_role("button", name="No").click()
    await expect(desk.button("Desactivar la cuenta")).to_be_visible()
    await desk.button("Desactivar la cuenta").click()
    await desk.button("Sí, seguir").click()
    await expect(desk.page.get_by_text("La cuenta quedó desactivada")).to_be_visible()
    await desk.button("Activar la cuenta").click()
    await expect(desk.page.get_by_text("La cuenta quedó activada")).to_be_visible()
