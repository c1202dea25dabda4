"""The console in a real Chromium, used as staff use it: by what it shows and by its names."""

from dataclasses import dataclass, field
from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page

from actions.demo import staff as demo_staff
from actions.staff.permissions import Role
from tests.browser.visit import SECONDS, TELL_OF_VIOLATIONS

WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
_GRAVE: Final = ("serious", "critical")
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Desk:
    """One page of the console, and what the browser complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, context: BrowserContext, url: str) -> "Desk":
        """A new page of the context, nowhere yet."""
        context.set_default_timeout(SECONDS * 1000)
        desk = cls(await context.new_page(), url)
        desk.page.on("console", desk._hear)
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        await desk.page.add_init_script(TELL_OF_VIOLATIONS)
        return desk

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    async def goto(self, path: str) -> None:
        """Opens a page of the console."""
        response = await self.page.goto(f"{self.url}{path}")
        assert response is not None
        assert response.status < 400, f"{path}: {response.status}"

    async def enter(self, role: Role) -> None:
        """Logs in as the demo account of that role."""
        await self.goto("/consola/entrar")
        await self.page.get_by_label("Correo").fill(f"{role.value}{demo_staff.DOMAIN}")
        await self.page.get_by_label("Contraseña").fill(demo_staff.PASSWORD)
        await self.button("Entrar").click()
        await self.page.wait_for_url("**/consola/**")

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def faults(self) -> list[str]:
        """What axe finds grave: rule, and where."""
        results = await Axe().run(self.page, options={"runOnly": {"type": "tag", "values": _RULES}})
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in results.response["violations"]
            if one["impact"] in _GRAVE
            for node in one["nodes"]
        ]

    async def made_of(self) -> list[str]:
        """The kinds of elements on the page, each with what it stands in."""
        found: list[str] = await self.page.evaluate(
            """() => Array.from(new Set(Array.from(document.querySelectorAll("main *"), (one) => {
              const told = (it) => `${it.tagName}.${it.className}.${it.getAttribute("type") || ""}`;
              return `${told(one.parentElement)} ${told(one)}`;
            })))"""
        )
        return found

    async def is_wider_than_the_screen(self) -> bool:
        """Whether one would have to scroll the whole page aside."""
        found: bool = await self.page.evaluate(
            "document.documentElement.scrollWidth > window.innerWidth + 1"
        )
        return found
