"""Puts a question into an article's front matter, so that the search finds it by those words."""

import re
from typing import Final

import yaml

from knowledge.text import fold

_FENCE: Final = "---"
_KEY: Final = re.compile(r"aliases\s*:\s*(?P<inline>.*)$")
_ITEM: Final = re.compile(r"(?P<indent>\s*)-\s")


class NoFrontMatter(ValueError):
    """The text is no article: it has no front matter with a list of aliases."""


def with_alias(markdown: str, alias: str) -> str:
    """The article with one more alias at the end of its list; all else stays as it was written.

    White space in the alias is made even. It is unchanged when the article has those words for an
    alias already. Raises NoFrontMatter, and ValueError for an alias without a letter or a digit.
    """
    wanted = " ".join(alias.split())
    if not fold(wanted):
        raise ValueError("an alias has words")
    lines = markdown.splitlines(keepends=True)
    first, end = _aliases(lines)
    known = yaml.safe_load("".join(lines[first:end]))["aliases"] or []
    if not isinstance(known, list):
        raise NoFrontMatter("aliases is no list")
    if fold(wanted) in {fold(str(one)) for one in known}:
        return markdown
    marks = [match["indent"] for line in lines[first + 1 : end] if (match := _ITEM.match(line))]
    line_end = "\r\n" if lines[first].endswith("\r\n") else "\n"
    if marks and not _inline(lines[first]):
        added = [*lines[first:end], f"{marks[0]}- {_written(wanted)}{line_end}"]
    else:
        # A list in brackets, or none: written out as the other articles have it.
        every = [*(str(one) for one in known), wanted]
        added = [f"aliases:{line_end}", *(f"  - {_written(one)}{line_end}" for one in every)]
    return "".join([*lines[:first], *added, *lines[end:]])


def _aliases(lines: list[str]) -> tuple[int, int]:
    """The lines of the list of aliases, its key's included."""
    if not lines or lines[0].strip() != _FENCE:
        raise NoFrontMatter("no front matter")
    try:
        close = next(at for at in range(1, len(lines)) if lines[at].strip() == _FENCE)
    except StopIteration:
        raise NoFrontMatter("the front matter never ends") from None
    for first in range(1, close):
        if _KEY.match(lines[first]):
            end = first + 1
            # A list may stand as far left as its key.
            while end < close and (lines[end][:1] in " \t-]" or not lines[end].strip()):
                end += 1
            while not lines[end - 1].strip():
                end -= 1
            return first, end
    raise NoFrontMatter("no aliases")


def _inline(line: str) -> str:
    match = _KEY.match(line)
    return match["inline"].partition("#")[0].strip() if match else ""


def _written(alias: str) -> str:
    """As YAML reads it back: plain where that can be, else in quotes."""
    try:
        if yaml.safe_load(f"- {alias}\n") == [alias]:
            return alias
    except yaml.YAMLError:
        pass
    return '"' + alias.replace("\\", "\\\\").replace('"', '\\"') + '"'
