"""The web chat as people meet it: a real browser on the running product."""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import FilePayload, Route, expect

from api.settings import ROOT
from bot.channels.web import external_of
from tests.browser import shown
from tests.browser.conftest import Visiting
from tests.browser.visit import DESK, MISSPELT, PHONE, Visit
from tests.system import System

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]

HEAVIEST = 45_000
"""Bytes of the whole page, uncompressed: less than a second at 400 kbit/s."""

TAPS_WHEN_BUTTONS_COME = """
new MutationObserver(() => {
  const button = document.querySelector("#log .choices button");
  if (button) window.taken = window.taken || getComputedStyle(button).pointerEvents;
}).observe(document.getElementById("log"), { childList: true });
"""
"""Keeps whether the first buttons that come take a tap at that moment."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
JPEG = b"\xff\xd8\xff"


def rows(system: System, conversation: str) -> list[str]:
    """The texts that were stored of a conversation, in the order in which they came."""
    found = system.query(
        "SELECT inbox.text FROM inbox JOIN address ON address.id = inbox.address_id "
        "WHERE address.external = %s ORDER BY inbox.id",
        external_of(conversation),
    )
    return [text for (text,) in found]


async def test_a_badly_spelt_question_gets_a_sourced_answer_and_its_button_another(
    visiting: Visiting,
) -> None:
    visit = await visiting()
    await visit.type(MISSPELT)
    await visit.page.get_by_role("button", name="Enviar").click()
    answer = await visit.answer(0)
    await expect(visit.text_of(visit.mine)).to_have_text(MISSPELT)
    await expect(answer).to_contain_text("Fuente")
    button = answer.get_by_role("button").first
    title = await button.inner_text()
    following = await visit.press(button)
    await expect(visit.text_of(visit.mine.last)).to_have_text(title)
    await expect(visit.text_of(following)).not_to_be_empty()
    await expect(visit.messages).to_have_count(4)


async def test_a_starter_answers_and_enter_makes_a_new_line_on_a_phone(visiting: Visiting) -> None:
    visit = await visiting()
    await visit.press(visit.page.get_by_role("button", name="Ver los temas"))
    await expect(visit.answers.first.get_by_role("button").nth(5)).to_be_visible()
    await visit.type("hola")
    await visit.page.keyboard.press("Enter")
    await visit.type("gracias")
    await expect(visit.box).to_have_value("hola\ngracias")
    await expect(visit.mine).to_have_count(1)


async def test_two_taps_are_one_answer_and_what_is_bold_is_shown_so(visiting: Visiting) -> None:
    visit = await visiting()
    await visit.page.evaluate(TAPS_WHEN_BUTTONS_COME)
    await visit.page.get_by_role("button", name="Ver los temas").dblclick()
    await expect(visit.answers).to_have_count(1)
    await expect(visit.mine).to_have_count(1)
    listed = visit.answers.first.get_by_role("button")
    # What has just come takes no tap, until it can have been seen.
    assert await visit.page.evaluate("window.taken") == "none"
    await expect(listed.first).to_have_css("pointer-events", "auto")
    await visit.press(listed.first)
    await expect(visit.mine).to_have_count(2)
    await visit.ask("busco consultor de residuos en Sonsonate")
    await expect(visit.log.locator("strong").first).to_be_visible()
    assert not any("**" in text for text in await visit.texts())


async def test_a_reload_keeps_the_conversation(visiting: Visiting) -> None:
    visit = await visiting()
    answer = await visit.ask("¿cómo ahorro luz?")
    await visit.press(answer.get_by_role("button").first)
    before = await visit.texts()
    assert len(before) == 4
    await visit.reload()
    await expect(visit.messages).to_have_count(4)
    assert await visit.texts() == before
    # An old button still answers, and what follows comes below.
    await visit.press(visit.answers.first.get_by_role("button").last)
    assert (await visit.texts())[:4] == before
    await expect(visit.messages).to_have_count(6)


async def test_two_conversations_do_not_mix_and_each_gets_what_comes_later(
    visiting: Visiting, system: System
) -> None:
    one, other = await visiting(), await visiting(DESK)
    assert await one.conversation() != await other.conversation()
    await asyncio.gather(one.ask("quiero hablar con una persona"), other.ask("hola"))
    assert rows(system, await one.conversation()) == ["quiero hablar con una persona"]
    assert rows(system, await other.conversation()) == ["hola"]
    ((case,),) = system.query('SELECT max(id) FROM "case"')
    words = "Buen día, ya le reviso su caso. <b>Ana</b>"
    command = (sys.executable, "-m", "api.cli", "cases", "reply", str(case), words)
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "TOROGOZ_DATABASE_URL": system.database_url, "PYTHONPATH": str(ROOT)},
    )
    assert await process.wait() == 0
    await expect(one.text_of(one.answers.last)).to_have_text(words)
    await expect(one.messages).to_have_count(3)
    await other.ask("gracias")
    await expect(other.messages).to_have_count(4)
    assert not any("Ana" in text for text in await other.texts())


async def test_markup_that_someone_types_is_shown_and_runs_nothing(visiting: Visiting) -> None:
    visit = await visiting()
    title = await visit.page.title()
    typed = "<img src=x onerror=\"document.title='tomado'\"><script>document.title=1</script> &amp;"
    await visit.ask(typed)
    for _ in ("as typed", "from the history"):
        await expect(visit.text_of(visit.mine)).to_have_text(typed)
        await expect(visit.log.locator("img, script")).to_have_count(0)
        assert await visit.page.title() == title
        await visit.reload()


async def test_the_policy_stops_code_in_the_page_and_the_tests_hear_of_it(
    visiting: Visiting,
) -> None:
    visit = await visiting()
    title = await visit.page.title()
    inject = """(code) => {
      document.body.append(Object.assign(document.createElement("script"), { textContent: code }));
    }"""
    await visit.page.evaluate(inject, "document.title = 'tomado'")
    assert await visit.page.title() == title
    await visit.ask("hola")
    visit.forgive("policy violated: script-src-elem inline", "Executing inline script violates")


async def test_a_burst_keeps_its_order(visiting: Visiting, system: System) -> None:
    visit = await visiting()
    said = [f"gracias {number}" for number in range(1, 16)]
    for text in said:
        await visit.say(text)
    await expect(visit.text_of(visit.mine)).to_have_text(said)
    await expect(visit.log.locator(".is-sent")).to_have_count(len(said))
    await expect(visit.answers).to_have_count(len(said))
    assert rows(system, await visit.conversation()) == said
    # Each answer stands under what it answers, also where the history tells it.
    before = await visit.texts()
    assert [text.startswith("Torogoz:") for text in before] == [False, True] * len(said)
    await visit.reload()
    await expect(visit.messages).to_have_count(2 * len(said))
    assert await visit.texts() == before


async def test_a_cut_network_keeps_the_message_and_sends_it_once(
    visiting: Visiting, system: System
) -> None:
    visit = await visiting()
    await visit.ask("hola")
    await visit.page.context.set_offline(True)
    await expect(visit.page.get_by_text("Sin conexión")).to_be_visible()
    await visit.say("¿cómo ahorro agua?")
    await expect(visit.mine.last).to_contain_text("Enviando")
    await visit.page.context.set_offline(False)
    await visit.answer(1)
    await expect(visit.page.get_by_text("Sin conexión")).to_be_hidden()
    await expect(visit.messages).to_have_count(4)
    assert rows(system, await visit.conversation()) == ["hola", "¿cómo ahorro agua?"]
    visit.forgive("Failed to load resource: net::ERR_INTERNET_DISCONNECTED")


async def test_a_message_whose_answer_was_lost_is_repeated_but_stored_once(
    visiting: Visiting, system: System
) -> None:
    visit = await visiting()
    attempts: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        attempts.append(route.request.post_data or "")
        if route.request.method == "POST" and len(attempts) == 1:
            await route.fetch()
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await visit.page.route(re.compile("/messages$"), lose_the_first_answer)
    await visit.ask("¿cómo ahorro luz?")
    assert len(attempts) == 2
    assert attempts[0] == attempts[1]
    await expect(visit.messages).to_have_count(2)
    assert rows(system, await visit.conversation()) == ["¿cómo ahorro luz?"]
    visit.forgive("Failed to load resource: net::ERR_CONNECTION_RESET")


async def test_what_could_not_be_sent_survives_a_reload(visiting: Visiting, system: System) -> None:
    visit = await visiting()
    await visit.ask("hola")
    await visit.page.route(re.compile("/messages$"), lambda route: route.abort())
    await visit.say("¿cómo ahorro agua?")
    await expect(visit.mine.last).to_contain_text("Enviando")
    await visit.page.unroute_all()
    await visit.reload()
    await visit.answer(1)
    await expect(visit.messages).to_have_count(4)
    assert rows(system, await visit.conversation()) == ["hola", "¿cómo ahorro agua?"]
    visit.forgive("Failed to load resource: net::ERR_FAILED")


async def test_a_file_gets_its_sentence(visiting: Visiting) -> None:
    visit = await visiting()
    async with visit.page.expect_file_chooser() as choosing:
        await visit.page.get_by_role("button", name="Adjuntar un archivo").click()
    photo = FilePayload(name="foto de mi taller.jpg", mimeType="image/jpeg", buffer=JPEG)
    await (await choosing.value).set_files(photo)
    await expect(visit.page.locator("#attached-name")).to_have_text(photo["name"])
    await visit.page.get_by_role("button", name="Enviar").click()
    answer = await visit.answer(0)
    await expect(answer).to_contain_text("no puedo ver fotos")
    await expect(visit.mine).to_contain_text(photo["name"])


async def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    visiting: Visiting, tmp_path: Path
) -> None:
    visit = await visiting()
    large = tmp_path / "grande.pdf"
    with large.open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    await visit.page.locator("#file").set_input_files(large)
    await expect(visit.page.get_by_role("alert")).to_contain_text("más de 10 MB")
    await expect(visit.page.locator("#attached")).to_be_hidden()
    await expect(visit.messages).to_have_count(0)


async def test_from_load_to_answer_by_keyboard_alone(visiting: Visiting) -> None:
    visit = await visiting(DESK)
    keys = visit.page.keyboard
    await expect(visit.box).to_be_focused()
    await keys.type(MISSPELT)
    await keys.press("Enter")
    answer = await visit.answer(0)
    last = answer.get_by_role("button").last
    title = await last.inner_text()
    await keys.press("Shift+Tab")  # the paper clip
    await keys.press("Shift+Tab")
    if await visit.page.get_by_role("button", name="nuevos mensajes").is_visible():
        await keys.press("Shift+Tab")
    await expect(last).to_be_focused()
    outline = await last.evaluate("(button) => getComputedStyle(button).outlineStyle")
    assert outline == "solid"
    await keys.press("Enter")
    await visit.answer(1)
    await expect(visit.text_of(visit.mine.last)).to_have_text(title)


async def test_starting_again_by_keyboard_leaves_the_old_conversation(
    visiting: Visiting, system: System
) -> None:
    visit = await visiting(DESK)
    old = await visit.conversation()
    await visit.ask("hola")
    keys = visit.page.keyboard
    menu = visit.page.get_by_role("button", name="Opciones")
    await menu.focus()
    await keys.press("Enter")
    await keys.press("Escape")
    await expect(menu).to_be_focused()
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.press("Enter")
    dialog = visit.page.get_by_role("dialog", name="¿Empezar de nuevo?")
    await expect(dialog).to_be_visible()
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(visit.messages).to_have_count(2)
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.press("Enter")
    await dialog.get_by_role("button", name="Empezar de nuevo").press("Enter")
    await expect(visit.messages).to_have_count(0)
    assert await visit.conversation() != old
    await visit.ask("gracias")
    await expect(visit.messages).to_have_count(2)
    assert rows(system, old) == ["hola"]


async def full(visit: Visit) -> None:
    """Brings everything that can be shown to the screen, with words that do not fit."""
    answer = await visit.ask(MISSPELT)
    await visit.press(answer.get_by_role("button").first)
    await visit.ask(f"mire https://www.marn.gob.sv/{'palabra' * 12} {'sinespacios' * 12}")
    await visit.press(visit.page.get_by_role("button", name="Ver los temas").first)
    photo = FilePayload(name=f"{'foto' * 20}.jpg", mimeType="image/jpeg", buffer=JPEG)
    await visit.page.locator("#file").set_input_files(photo)
    await visit.say("x " * 2100)
    await expect(visit.page.get_by_role("alert")).to_contain_text("muy largo")
    await expect(visit.page.locator("#counter")).to_have_text(re.compile(r"4[.,]199 / 4[.,]000"))


async def test_nothing_scrolls_sideways_on_a_narrow_phone(visiting: Visiting) -> None:
    visit = await visiting({**PHONE, "viewport": {"width": 320, "height": 568}})
    assert await shown.sideways(visit.page) == []
    await full(visit)
    assert await shown.sideways(visit.page) == []
    await visit.page.get_by_role("button", name="Opciones").click()
    await visit.page.get_by_role("button", name="Empezar de nuevo").click()
    await expect(visit.page.get_by_role("dialog")).to_be_visible()
    assert await shown.sideways(visit.page) == []


async def test_words_can_be_read_and_controls_found_by_day_and_by_night(
    visiting: Visiting,
) -> None:
    visit = await visiting(reduced_motion="reduce")
    assert await shown.defects(visit.page) == []
    await full(visit)
    await visit.page.get_by_role("button", name="Opciones").click()
    assert await shown.defects(visit.page) == []
    bright: dict[str, int] = {}
    for scheme in SCHEMES:
        await visit.page.emulate_media(color_scheme=scheme)
        texts = await shown.texts(visit.page)
        faint = [f"{text.words[:40]} {text.contrast:.1f}" for text in texts if text.contrast < 4.5]
        assert faint == [], scheme
        bright[scheme] = sum(shown.luminance(text.ground) > 0.5 for text in texts)
    assert bright["light"] > 20
    assert bright["dark"] == 0


async def test_roles_and_names_tell_the_page_to_a_screen_reader(visiting: Visiting) -> None:
    visit = await visiting()
    page = visit.page
    await expect(page.locator("html")).to_have_attribute("lang", "es-SV")
    await expect(page.get_by_role("heading", level=1, name="Torogoz")).to_be_visible()
    await expect(page.get_by_role("main", name="Conversación con Torogoz")).to_be_visible()
    await expect(visit.log).to_have_attribute("aria-live", "polite")
    answer = await visit.ask("hola")
    assert (await answer.inner_text()).startswith("Torogoz:")
    assert (await visit.mine.inner_text()).startswith("Vos:")
    await expect(visit.mine.locator(".state")).to_have_text("Enviado")
    await page.get_by_role("link", name="Ir a escribir").focus()
    await page.keyboard.press("Enter")
    await expect(visit.box).to_be_focused()


async def test_things_move_only_where_motion_is_welcome(visiting: Visiting) -> None:
    visit = await visiting()
    answer = await visit.ask("hola")
    dot = visit.page.locator(".dots i").first
    await expect(answer).to_have_css("animation-name", "arrive")
    await expect(dot).to_have_css("animation-name", "breathe")
    await visit.page.emulate_media(reduced_motion="reduce")
    await expect(answer).to_have_css("animation-name", "none")
    await expect(dot).to_have_css("animation-name", "none")


async def test_the_page_is_light_and_asks_for_all_its_parts_at_once(visiting: Visiting) -> None:
    visit = await visiting()
    await visit.ask("hola")
    parts = [response for response in visit.responses if "/messages" not in response.url]
    weights = {part.url: len(await part.body()) for part in parts}  # the icon comes twice
    assert sum(weights.values()) < HEAVIEST
    # A module that only another module names would come a round trip later.
    announced: list[str] = await visit.page.locator("script, link[rel=modulepreload]").evaluate_all(
        "(elements) => elements.map((element) => element.src || element.href)"
    )
    assert sorted(part.url for part in parts if ".js" in part.url) == sorted(announced)
    assert len(announced) > 1
