"""YAML whose every value knows its line, so that an error can say where to look."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


class SourceError(ValueError):
    """A file of ours is malformed. `str()` gives "path:line: message"."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Marked:
    """One YAML value: a string, a list or a mapping of further values, with its line (from 1).

    Scalars stay the text that stands in the file: a date or a number is never guessed.
    """

    path: Path
    line: int
    value: "str | tuple[Marked, ...] | dict[str, Marked]"

    def error(self, message: str) -> SourceError:
        return SourceError(self.path, self.line, message)

    def text(self, what: str) -> str:
        """The value as a non-empty string; `what` names it in the error."""
        if not isinstance(self.value, str):
            raise self.error(f"{what} must be plain text")
        if not self.value.strip():
            raise self.error(f"{what} is empty")
        return self.value.strip()

    def items(self, what: str) -> "tuple[Marked, ...]":
        if not isinstance(self.value, tuple):
            raise self.error(f"{what} must be a list")
        return self.value

    def fields(
        self, what: str, required: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> "dict[str, Marked]":
        """The value as a mapping with all of `required` and nothing beyond `optional`."""
        if not isinstance(self.value, dict):
            raise self.error(f"{what} must be a mapping (key: value)")
        for key, value in self.value.items():
            if key not in required | optional:
                known = ", ".join(sorted(required | optional))
                raise value.error(f"unknown key '{key}' in {what}; known keys: {known}")
        missing = sorted(required - self.value.keys())
        if missing:
            raise self.error(f"{what} lacks {', '.join(missing)}")
        return self.value


def parse_yaml(text: str, path: Path, first_line: int = 1) -> Marked:
    """Parse one YAML document; `first_line` is the line of `path` on which `text` starts.

    Raises SourceError for broken YAML, duplicate keys, aliases and an empty document.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise SourceError(
            path, line, f"broken YAML: {error.problem or error} (does a text hold ': '? quote it)"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(path, first_line, f"broken YAML: {error}") from error
    if node is None:
        raise SourceError(path, first_line, "nothing here: YAML was expected")
    return _marked(node, path, first_line, set())


def _marked(node: yaml.Node, path: Path, first_line: int, seen: set[int]) -> Marked:
    line = first_line + node.start_mark.line
    if id(node) in seen:
        raise SourceError(path, line, "a YAML alias ('*name') is not read: write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return Marked(path, line, str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Marked(
            path, line, tuple(_marked(item, path, first_line, seen) for item in node.value)
        )
    fields: dict[str, Marked] = {}
    for key, value in _pairs(node):
        if not isinstance(key, yaml.ScalarNode):
            raise SourceError(path, first_line + key.start_mark.line, "a key must be plain text")
        if key.value in fields:
            raise SourceError(
                path, first_line + key.start_mark.line, f"key '{key.value}' stands here twice"
            )
        fields[str(key.value)] = _marked(value, path, first_line, seen)
    return Marked(path, line, fields)


def _pairs(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def read_source(path: Path) -> str:
    """The file's text, UTF-8, without a byte-order mark. Raises SourceError."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(path, 1, f"not UTF-8 ({error.reason}); save it as UTF-8") from error
    except OSError as error:
        raise SourceError(path, 1, f"cannot be read: {error.strerror}") from error
