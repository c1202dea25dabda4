"""Pictures of a running product: a short conversation in the web chat, also as Markdown, and a case
of the demo in the console."""

import argparse
import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Locator, expect

from actions.articles import seed
from actions.demo import service as demo
from actions.demo import staff as demo_staff
from actions.staff.permissions import Role
from actions.store import migrate
from actions.store.database import Database
from api.clock import now
from api.processes import services
from api.processes.postgres import EmbeddedPostgres
from api.settings import ROOT, Settings
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.browser.desk import WIDE, Desk
from tests.browser.visit import MISSPELT, Visit, chromium, launched
from tests.system import System, running

PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "es-SV",
    "reduced_motion": "reduce",
}


@asynccontextmanager
async def product() -> AsyncIterator[System]:
    """Everything on a free port, with a database that is gone afterwards."""
    with (
        services.understanding(Settings(var=ROOT / "var")) as nlu_url,
        tempfile.TemporaryDirectory() as folder,
    ):
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        try:
            migrate.upgrade(server.url())
            async with running(System(server.url(), nlu_url)) as system:
                yield system
        finally:
            server.stop()


async def converse(visit: Visit) -> None:
    """A greeting, a badly spelt question and a button of its answer."""
    await visit.ask("buenas")
    answer = await visit.ask(MISSPELT)
    await visit.press(answer.get_by_role("button").first)


async def show_the_question(visit: Visit) -> None:
    """Scrolls from the end of the conversation up to the badly spelt question."""
    await expect(visit.page.get_by_text("escribiendo")).to_be_hidden()
    rest = visit.page.get_by_role("button", name="nuevos mensajes")
    if await rest.is_visible():
        await rest.click()
    await visit.mine.nth(1).evaluate("(question) => question.scrollIntoView()")


async def told(message: Locator) -> str:
    """One message in Markdown: who, what, and the buttons below it."""
    is_mine = "person" in (await message.get_attribute("class") or "")
    lines = (await message.locator("p.text").inner_text()).strip().splitlines()
    titles = await message.get_by_role("button").all_inner_texts() if not is_mine else []
    if titles:
        lines += ["", " ".join(f"`{title}`" for title in titles)]
    # A backslash keeps a line break that is not the end of a paragraph.
    kept = [
        f"{line}\\" if line and following else line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    quoted = "\n".join(f"> {line}".rstrip() for line in kept)
    return f"**{'Persona' if is_mine else 'Torogoz'}**\n\n{quoted}\n"


async def take(picture: Path) -> None:
    """Saves the picture, and the transcript beside it."""
    executable = chromium()
    if executable is None:
        raise SystemExit("chromium is not on PATH (Debian and Ubuntu: apt-get install chromium)")
    async with product() as system, launched(executable) as browser:
        visit = await Visit.begin(await browser.new_context(**PHONE), system.url)
        await converse(visit)
        await show_the_question(visit)
        await visit.page.screenshot(path=picture, caret="hide")
        transcript = [await told(message) for message in await visit.messages.all()]
        picture.with_suffix(".md").write_text("\n".join(transcript), encoding="utf-8")


async def take_console(picture: Path) -> None:
    """Saves the picture of a case that waits, as the demo has it."""
    executable = chromium()
    if executable is None:
        raise SystemExit("chromium is not on PATH (Debian and Ubuntu: apt-get install chromium)")
    async with product() as system, launched(executable) as browser:
        await _load_demo(system.database_url)
        desk = await Desk.begin(await browser.new_context(**WIDE, locale="es-SV"), system.url)
        await desk.enter(Role.ATTENTION)
        await desk.goto("/consola/casos?canal=whatsapp")
        await desk.page.locator("table.rows tbody a").first.click()
        await expect(desk.page.get_by_role("heading", name="Contestar")).to_be_visible()
        await desk.page.screenshot(path=picture, caret="hide")


async def _load_demo(url: str) -> None:
    database, register = Database(url), load_facts(FOLDER / "facts")
    async with database.transaction() as session:
        await seed.seed(session, seed.seed_texts(), register, now())
        await demo_staff.load(session)
        await demo.load(session, register, now(), random.Random(demo.SEED))
    await database.close()


def main() -> None:
    """Reads the command line."""
    name = "python -m tests.browser.screenshots"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("picture", type=Path, metavar="FILE.png")
    parser.add_argument("--console", action="store_true", help="of the console, not of the chat")
    options = parser.parse_args()
    asyncio.run((take_console if options.console else take)(options.picture))


if __name__ == "__main__":
    main()
