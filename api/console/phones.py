"""What a phone shows, for our pages: the marks of each channel read, nothing taken as HTML."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.text import WORD_JOINER
from bot.preview import Preview
from bot.shown import Shown

_WHATSAPP_BOLD: Final = re.compile(
    rf"(?<![^\W_])\*(?![\s{WORD_JOINER}])([^*\n]+?)(?<!\s)\*(?![^\W_])"
)
_TELEGRAM_BOLD: Final = re.compile(r"<b>(.*?)</b>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a message, in bold letters or not."""

    text: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as a page shows it; the fields beside ``runs`` are those of bot.shown.Shown."""

    runs: tuple[Run, ...]
    buttons: tuple[str, ...]
    is_numbered: bool
    files: tuple[str, ...]
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an article on both channels; see bot.preview.Preview."""

    whatsapp: tuple[Bubble, ...]
    telegram: tuple[Bubble, ...]
    sources: str
    to_confirm: bool
    has_more: bool


def parts_of(previews: Sequence[Preview]) -> tuple[Part, ...]:
    """The parts of an article, for ``parts/phone.html``."""
    return tuple(
        Part(
            tuple(map(on_whatsapp, one.whatsapp)),
            tuple(map(on_telegram, one.telegram)),
            one.sources,
            one.to_confirm,
            one.has_more,
        )
        for one in previews
    )


def on_whatsapp(shown: Shown) -> Bubble:
    """A message of WhatsApp."""
    runs = (
        Run(run.text.replace(WORD_JOINER, ""), run.bold)
        for run in _runs(shown.text, _WHATSAPP_BOLD)
    )
    return _bubble(shown, runs)


def on_telegram(shown: Shown) -> Bubble:
    """A message of Telegram, whose text is HTML there: here it becomes text again."""
    runs = (Run(html.unescape(run.text), run.bold) for run in _runs(shown.text, _TELEGRAM_BOLD))
    return _bubble(shown, runs)


def _runs(text: str, bold: re.Pattern[str]) -> Iterator[Run]:
    at = 0
    for found in bold.finditer(text):
        if found.start() > at:
            yield Run(text[at : found.start()], False)
        yield Run(found[1], True)
        at = found.end()
    if at < len(text):
        yield Run(text[at:], False)


def _bubble(shown: Shown, runs: Iterator[Run]) -> Bubble:
    return Bubble(
        tuple(runs), shown.buttons, shown.is_numbered, shown.files, shown.length, shown.limit
    )
