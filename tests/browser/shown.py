"""What a page shows, measured: contrast, names, sizes and what reaches beyond its edge."""

import re
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

SMALLEST_TARGET: Final = 44
"""CSS pixels; what a thumb hits without care."""

_TEXTS = """() => {
  const solid = (element) => {
    for (; element; element = element.parentElement) {
      const { backgroundColor } = getComputedStyle(element);
      if (!/^rgba\\(.*, 0\\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true })
    && element.getBoundingClientRect().width > 1;
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = Array.from(element.childNodes).filter((node) => node.nodeType === 3)
      .map((node) => node.data.trim()).join("");
    if (words && shown(element)) {
      found.push({ words, ink: getComputedStyle(element).color, ground: solid(element) });
    }
    if (element.placeholder && shown(element)) {
      const { color } = getComputedStyle(element, "::placeholder");
      found.push({ words: element.placeholder, ink: color, ground: solid(element) });
    }
  }
  return found;
}"""

_DEFECTS = """(smallest) => {
  const found = [];
  const tell = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
  const named = (element) => element.ariaLabel || element.textContent.trim()
    || Array.from(element.labels || []).some((label) => label.textContent.trim());
  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) tell("the same id twice", element);
    ids.add(element.id);
  }
  for (const attribute of ["aria-describedby", "aria-labelledby", "aria-controls", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const missing = element.getAttribute(attribute).split(" ").some((id) => !ids.has(id));
      if (missing) tell(`${attribute} points nowhere`, element);
    }
  }
  for (const element of document.querySelectorAll("button, a, textarea")) {
    if (!shown(element)) continue;
    if (!named(element)) tell("no name", element);
    const { width, height } = element.getBoundingClientRect();
    const isInText = element.closest(".text, .skip") !== null;
    if (!isInText && Math.min(width, height) < smallest) tell(`${width} x ${height}`, element);
    if (element.tabIndex < 0) tell("out of the keyboard's reach", element);
  }
  for (const element of document.querySelectorAll("img:not([alt])")) tell("no alt", element);
  for (const element of document.querySelectorAll("svg")) {
    if (shown(element) && !element.closest("button[aria-label], [aria-hidden=true]")) {
      tell("a picture without words that is not hidden", element);
    }
  }
  return found;
}"""

_SIDEWAYS = """() => Array.from(document.querySelectorAll("*"))
  .filter((element) => element.scrollWidth > element.clientWidth + 1
    && element.clientWidth > 1 && getComputedStyle(element).display !== "inline")
  .map((element) => element.outerHTML.slice(0, 120))"""


@dataclass(frozen=True, slots=True)
class Text:
    """Words on the page, their colour and the colour behind them, as the browser gives them."""

    words: str
    ink: str
    ground: str

    @property
    def contrast(self) -> float:
        """The ratio of WCAG 2.2, from 1 to 21."""
        brighter, darker = sorted((luminance(self.ink), luminance(self.ground)), reverse=True)
        return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2 of an opaque ``rgb()``, from 0 to 1."""
    parts = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert parts, f"not an opaque colour: {colour}"
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(part) / 255 for part in parts.groups())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


async def texts(page: Page) -> list[Text]:
    """All words that can be seen."""
    found: list[dict[str, Any]] = await page.evaluate(_TEXTS)
    return [Text(**one) for one in found]


async def defects(page: Page) -> list[str]:
    """What would stop someone with a screen reader, a keyboard or a big thumb."""
    found: list[str] = await page.evaluate(_DEFECTS, SMALLEST_TARGET)
    return found


async def sideways(page: Page) -> list[str]:
    """Elements whose content reaches beyond their edge, so that one would have to scroll aside."""
    found: list[str] = await page.evaluate(_SIDEWAYS)
    return found
