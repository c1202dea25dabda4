"""Articles: what the assistant answers with, read from Markdown files."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.marked_yaml import Marked, SourceError, parse_yaml, read_source
from knowledge.topics import TOPICS
from knowledge.worked_example import (
    CLOSING,
    OPENING,
    ExampleError,
    Quantity,
    read_example,
)

_FIELDS: Final = frozenset({"title", "topic", "aliases", "next"})
_MORE_FIELDS: Final = frozenset({"sectors", "tasks", "questions"})
_CITATIONS: Final = re.compile(r"\s*\[([A-Z][\w.-]*(?:\s*,\s*[A-Z][\w.-]*)*)\]\s*$")
_HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True)
class Block:
    """A paragraph or list of an article, without its citations.

    `facts` are the ids it cites, in order; `line` is where it begins in the file. `example` are the
    quantities of a worked example, which cites nothing: its figures are computed.
    """

    text: str
    facts: tuple[str, ...]
    line: int
    example: tuple[Quantity, ...] = ()


@dataclass(frozen=True)
class Article:
    """One answer. `aliases` are words owners type for it; `next` ids of sensible next articles.

    `sectors` are the ids of the branches it is written for, none when it is for all; `tasks` words
    of tasks it leads to; `questions` ways in which owners ask for it, used by the search only.
    """

    id: str
    title: str
    topic: str
    aliases: tuple[str, ...]
    next: tuple[str, ...]
    blocks: tuple[Block, ...]
    path: Path
    sectors: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The blocks as shown to a person, without citations."""
        return "\n\n".join(block.text for block in self.blocks)


def parse_article(article_id: str, text: str, path: Path) -> Article:
    """Read an article: front matter between two lines "---", then blocks.

    `path` is what errors name. Raises SourceError for front matter that is broken, lacks a key,
    has an unknown one or an unknown topic, and for an empty body.
    """
    lines = unicodedata.normalize("NFC", text).split("\n")
    if lines[0].strip() != "---":
        raise SourceError(path, 1, "no front matter: the first line must be '---'")
    try:
        end = next(i for i, line in enumerate(lines) if i > 0 and line.strip() == "---")
    except StopIteration:
        raise SourceError(path, 1, "front matter never ends: close it with a line '---'") from None
    fields = parse_yaml("\n".join(lines[1:end]), path, first_line=2).fields(
        "the front matter", _FIELDS, _MORE_FIELDS
    )
    topic = fields["topic"].text("topic")
    if topic not in TOPICS:
        raise fields["topic"].error(f"unknown topic '{topic}'; use one of {', '.join(TOPICS)}")
    blocks = _blocks(lines, end + 1, path)
    if not blocks:
        raise SourceError(path, end + 1, "no text after the front matter: write the answer")
    return Article(
        id=article_id,
        title=fields["title"].text("title"),
        topic=topic,
        aliases=_texts(fields["aliases"], "aliases", "an alias"),
        next=_texts(fields["next"], "next", "an id in next"),
        blocks=blocks,
        path=path,
        sectors=_texts(fields["sectors"], "sectors", "a sector") if "sectors" in fields else (),
        tasks=_texts(fields["tasks"], "tasks", "a task") if "tasks" in fields else (),
        questions=(
            _texts(fields["questions"], "questions", "a question") if "questions" in fields else ()
        ),
    )


def read_articles(folder: Path) -> tuple[list[Article], list[SourceError]]:
    """Every `*.md` below `folder` that can be read, by path, and an error for each that cannot."""
    articles: list[Article] = []
    errors: list[SourceError] = []
    for path in sorted(folder.rglob("*.md")):
        try:
            articles.append(parse_article(path.stem, read_source(path), path))
        except SourceError as error:
            errors.append(error)
    return articles, errors


def load_articles(folder: Path) -> list[Article]:
    """All articles below `folder`, by path; the file name is the id.

    Raises SourceError for the first file that is malformed and for an id that is there twice.
    """
    articles, errors = read_articles(folder)
    if errors:
        raise errors[0]
    seen: dict[str, Article] = {}
    for article in articles:
        if article.id in seen:
            raise SourceError(
                article.path, 1, f"id '{article.id}' is also {seen[article.id].path}; rename one"
            )
        seen[article.id] = article
    return articles


def _texts(marked: Marked, what: str, one: str) -> tuple[str, ...]:
    return tuple(item.text(one) for item in marked.items(what))


def _blocks(lines: Sequence[str], first: int, path: Path) -> tuple[Block, ...]:
    blocks: list[Block] = []
    start = first
    for i in range(first, len(lines) + 1):
        if i < len(lines) and lines[i].strip():
            continue
        if i > start:
            blocks.append(_block(lines[start:i], start + 1, path))
        start = i + 1
    return tuple(blocks)


def _block(lines: Sequence[str], line: int, path: Path) -> Block:
    if lines[0].strip() == OPENING:
        return _example(lines, line, path)
    text = "\n".join(part.rstrip() for part in lines)
    citations = _CITATIONS.search(text)
    if not citations:
        return Block(text, (), line)
    facts = tuple(fact.strip() for fact in citations[1].split(","))
    return Block(text[: citations.start()], facts, line)


def _example(lines: Sequence[str], line: int, path: Path) -> Block:
    if lines[-1].strip() != CLOSING or len(lines) < 3:
        raise SourceError(path, line, f"the example never ends: close it with a line {CLOSING}")
    try:
        quantities = read_example(lines[1:-1])
    except ExampleError as error:
        number, _, message = str(error).partition(": ")
        raise SourceError(path, line + int(number), message) from error
    text = "\n".join(("Ejemplo:", *(one.text for one in quantities)))
    return Block(text, (), line, quantities)


@dataclass(frozen=True)
class Document:
    """What search needs of an article, whatever it came from."""

    id: str
    title: str
    body: str
    aliases: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    topic: str = ""
    sectors: tuple[str, ...] = ()


def as_document(article: Article) -> Document:
    return Document(
        article.id,
        article.title,
        article.body,
        article.aliases,
        article.questions,
        article.topic,
        article.sectors,
    )


def load_documents(folder: Path) -> list[Document]:
    """Any folder of Markdown files as documents: the file name is the id.

    An article of ours is read as one. Of any other file the title is `title` of its front matter,
    else the first heading, else the first line; the rest is the body. Odd bytes are replaced.
    Raises SourceError when two files have one id or the folder has no Markdown file.
    """
    documents: dict[str, Document] = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".md", ".markdown"}):
        if not path.is_file():
            continue
        if path.stem in documents:
            raise SourceError(path, 1, f"two files are called '{path.stem}': the name is the id")
        documents[path.stem] = _document(path)
    if not documents:
        raise SourceError(folder, 1, "no Markdown files here")
    return list(documents.values())


def _document(path: Path) -> Document:
    text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    try:
        return as_document(parse_article(path.stem, text, path))
    except SourceError:
        return _loose_document(path.stem, text)


def _loose_document(document_id: str, text: str) -> Document:
    lines = unicodedata.normalize("NFC", text).split("\n")
    title = ""
    if lines[0].strip() == "---":
        closing = next((i for i, line in enumerate(lines) if i > 0 and line.strip() == "---"), 0)
        title = _title_of("\n".join(lines[1:closing]))
        lines = lines[closing + 1 :]
    if title:
        return Document(document_id, title, "\n".join(lines).strip())
    headings = [i for i, line in enumerate(lines) if _HEADING.match(line)]
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not filled:
        return Document(document_id, "", "")
    at = headings[0] if headings else filled[0]
    heading = _HEADING.match(lines[at])
    title = heading[1] if heading else lines[at].strip()
    return Document(document_id, title, "\n".join(lines[:at] + lines[at + 1 :]).strip())


def _title_of(front_matter: str) -> str:
    try:
        fields = parse_yaml(front_matter, Path()).value
    except SourceError:
        return ""
    title = fields.get("title") if isinstance(fields, dict) else None
    return title.value.strip() if title and isinstance(title.value, str) else ""
