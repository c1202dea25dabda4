"""The web chat in a real Chromium, used as a person uses it: by what it shows and by its names."""

import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    async_playwright,
    expect,
)

MISSPELT: Final = "kiero saver si ocupo permiso pa mi taller"
SECONDS: Final = 60
"""How long anything may take before it counts as missing."""

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1024, "height": 700}}

TELL_OF_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.effectiveDirective} ${event.blockedURI}`));
"""


def chromium() -> Path | None:
    """Where Chromium is, if it is installed."""
    found = shutil.which("chromium")
    return Path(found) if found else None


@asynccontextmanager
async def launched(executable: Path) -> AsyncIterator[Browser]:
    """A headless Chromium for the time of the block."""
    expect.set_options(timeout=SECONDS * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visit:
    """One page of the chat, what was loaded for it and what the browser complained of."""

    page: Page
    responses: list[Response] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, context: BrowserContext, url: str) -> "Visit":
        """Opens the chat in a new page of the context, and waits until it can be used."""
        context.set_default_timeout(SECONDS * 1000)
        visit = cls(await context.new_page())
        visit.page.on("response", lambda response: visit.responses.append(response))
        visit.page.on("console", visit._hear)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        await visit.page.add_init_script(TELL_OF_VIOLATIONS)
        await visit.page.goto(f"{url}/chat")
        await visit.ready()
        return visit

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def forgive(self, *beginnings: str) -> None:
        """Forgets complaints that a test brought about; each beginning must have been heard."""
        for beginning in beginnings:
            rest = [text for text in self.complaints if not text.startswith(beginning)]
            assert len(rest) < len(self.complaints), f"never heard: {beginning}"
            self.complaints = rest

    async def ready(self) -> None:
        """Waits until the conversation so far, if any, is shown."""
        await expect(self.box).to_be_visible()
        await expect(self.page.get_by_text("Cargando la conversación")).to_be_hidden()

    async def reload(self) -> None:
        """Loads the page again."""
        await self.page.reload()
        await self.ready()

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Mensajes")

    @property
    def messages(self) -> Locator:
        """Both sides, as they stand on the screen."""
        return self.log.locator(".message")

    @property
    def mine(self) -> Locator:
        return self.log.locator(".message.person")

    @property
    def answers(self) -> Locator:
        return self.log.locator(".message.assistant")

    def text_of(self, message: Locator) -> Locator:
        """A message's words, without what only a screen reader says."""
        return message.locator("p.text")

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Tu mensaje", exact=True)

    async def type(self, text: str) -> None:
        """Types into the box, key by key."""
        await self.box.click()
        await self.box.press_sequentially(text)

    async def say(self, text: str) -> None:
        """Puts a message into the box and presses the send button."""
        await self.box.fill(text)
        await self.page.get_by_role("button", name="Enviar").click()

    async def ask(self, text: str) -> Locator:
        """Says something; the answer, once it is there."""
        before = await self.answers.count()
        await self.say(text)
        return await self.answer(before)

    async def press(self, button: Locator) -> Locator:
        """Presses a button of the conversation; the answer, once it is there."""
        before = await self.answers.count()
        await button.click()
        return await self.answer(before)

    async def answer(self, before: int) -> Locator:
        """The first answer after so many, once it is there and what was said has arrived."""
        answer = self.answers.nth(before)
        await expect(answer).to_be_visible()
        await expect(self.mine.last).to_have_class(re.compile(r"\bis-sent\b"))
        return answer

    async def texts(self) -> Sequence[str]:
        """All messages from the top, with who says each."""
        return [" ".join(text.split()) for text in await self.messages.all_text_contents()]

    async def conversation(self) -> str:
        """The id that this browser remembers."""
        found: str = await self.page.evaluate("localStorage.getItem('torogoz.conversation')")
        return found
