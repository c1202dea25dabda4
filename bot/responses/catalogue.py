"""Loads responses and fills them in."""

import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from actions.messages.content import Button
from bot.channels.protocol import Reply

_STOPPED_TWICE = re.compile(r"(?<!\.)\.\.(?!\.)")
"""An hour, a firm's name or a whole sentence that is put at the end of one has its full stop
already: "a las 10:00 a. m."."""


class InvalidResponses(ValueError):
    """A responses file is not of the form that we read; the message names the response."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to say a response."""

    text: str
    buttons: tuple[Button, ...]
    fields: frozenset[str]
    channel: str | None = None
    """The channel that it is for; None for all that have none of their own."""


class Catalogue:
    """All responses by name."""

    def __init__(self, variations: Mapping[str, tuple[Variation, ...]]) -> None:
        self._variations = dict(variations)

    def names(self) -> frozenset[str]:
        """The names of all responses."""
        return frozenset(self._variations)

    def fields(self, name: str) -> frozenset[str]:
        """What has to be filled in to say a response."""
        return frozenset().union(*(one.fields for one in self._variations[name]))

    def say(
        self,
        name: str,
        params: Mapping[str, str],
        buttons: tuple[Button, ...] = (),
        turn: int = 0,
        channel: str | None = None,
        *,
        bare: bool = False,
    ) -> Reply:
        """The response in the variation of that turn, and of that channel if it has one of its
        own; ``buttons`` come before its own ones, which ``bare`` leaves out. A parameter is filled
        into the payloads too, where its name stands in braces."""
        every = self._variations[name]
        own = [one for one in every if one.channel is not None and one.channel == channel]
        variations = own or [one for one in every if one.channel is None]
        variation = variations[turn % len(variations)]
        # A mark inside a value would make half a sentence bold.
        safe = {key: value.replace("**", "*") for key, value in params.items()}
        own_buttons = () if bare else tuple(_filled(one, params) for one in variation.buttons)
        words = _STOPPED_TWICE.sub(".", variation.text.format_map(safe))
        return Reply(words, buttons + own_buttons)

    def buttons(self, name: str) -> tuple[Button, ...]:
        """All buttons that a response may show of its own."""
        return tuple(button for one in self._variations[name] for button in one.buttons)


def load(folder: Path) -> Catalogue:
    """Reads a folder's files of responses; raises InvalidResponses on the first mistake."""
    variations: dict[str, tuple[Variation, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        for name, value in _file(path).items():
            if name in variations:
                raise InvalidResponses(f"{path}: {name} stands in another file as well")
            variations[name] = _read(path, name, value)
    return Catalogue(variations)


def _file(path: Path) -> Mapping[Any, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InvalidResponses(f"{path}: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("responses"), dict):
        raise InvalidResponses(f"{path}: there is no 'responses' mapping")
    responses: Mapping[Any, Any] = data["responses"]
    return responses


def _read(path: Path, name: Any, value: Any) -> tuple[Variation, ...]:
    if not str(name).startswith("utter_") or not isinstance(value, list) or not value:
        raise InvalidResponses(f"{path}: {name} must start with utter_ and list variations")
    variations = []
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("text"), str):
            raise InvalidResponses(f"{path}: a variation of {name} has no text")
        try:
            buttons = tuple(_button(button) for button in one.get("buttons", ()))
            channel = one.get("channel")
            variations.append(Variation(one["text"], buttons, _fields(one["text"]), channel))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidResponses(f"{path}: {name}: {error!r}") from error
    if all(one.channel is not None for one in variations):
        raise InvalidResponses(f"{path}: {name} says nothing on the other channels")
    return tuple(variations)


def _button(declared: Any) -> Button:
    title, means = declared["title"], declared["payload"]
    if not isinstance(title, str) or not isinstance(means, str):
        raise TypeError("a button's title and payload are texts")
    return Button(title, means)


def _filled(button: Button, params: Mapping[str, str]) -> Button:
    # A payload has braces of its own, so it is no format string.
    means = button.means
    for name, value in params.items():
        means = means.replace(f"{{{name}}}", json.dumps(value, ensure_ascii=False)[1:-1])
    return replace(button, means=means)


def _fields(words: str) -> frozenset[str]:
    fields = {field for _, field, _, _ in string.Formatter().parse(words) if field is not None}
    if not all(map(str.isidentifier, fields)):
        raise ValueError("a field has no name")
    return frozenset(fields)
