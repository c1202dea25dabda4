"""Articles out to a folder of Markdown files and back in, for who edits them with other tools.

What comes in becomes drafts, which are reviewed as any other: an import never publishes.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import rules, service, versions
from actions.articles.errors import Defective, Problem, UnreadableFolder
from actions.articles.given import the_name
from actions.articles.revision import lock
from actions.store.database import Executor
from knowledge.facts import FactRegister
from knowledge.marked_yaml import SourceError, read_source

NOTE: Final = "traído de una carpeta"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: drafts made (article and number), how many files held nothing new, and
    those that were refused, each with its file's name and what to mend."""

    drafted: tuple[tuple[str, int], ...]
    same: int
    refused: tuple[tuple[Path, tuple[Problem, ...]], ...]


async def export_all(session: Executor, folder: Path, day: date) -> int:
    """Writes each article in effect on ``day`` to ``folder/<topic>/<id>.md``; how many.

    Flagged ones too, since they are to be mended. Files of other articles stay as they are.
    """
    there = rules.in_effect(await versions.published(session), day)
    files = {folder / one.topic / f"{one.article_id}.md": one.markdown for one in there}
    await asyncio.to_thread(_write, files)
    return len(files)


def _write(files: dict[Path, str]) -> None:
    for path, markdown in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, encoding="utf-8", newline="\n")


async def import_all(
    session: AsyncSession, register: FactRegister, folder: Path, by: str, now: datetime
) -> Imported:
    """Makes a draft of each file below ``folder`` that says something new; the name is the id.

    A text that is published, waits already or was rejected is nothing new: so a second import of
    the same folder does nothing. A file with defects is refused, and the others still come in.
    Raises UnreadableFolder, and Missing for ``by``.
    """
    by = the_name(by)
    texts, refused = await asyncio.to_thread(_read, folder)
    await lock(session)
    known = await _known(session)
    drafted: list[tuple[str, int]] = []
    same = 0
    for path, markdown in texts.items():
        if rules.digest(markdown) in known.get(path.stem, ()):
            same += 1
            continue
        try:
            number = await service.draft(
                session,
                register,
                path.stem,
                markdown,
                by,
                NOTE,
                now,
                origin=rules.IMPORT,
                others=frozenset(one.stem for one in texts),
            )
        except Defective as error:
            refused.append((path, error.problems))
        else:
            drafted.append((path.stem, number))
    return Imported(tuple(drafted), same, tuple(refused))


def _read(folder: Path) -> tuple[dict[Path, str], list[tuple[Path, tuple[Problem, ...]]]]:
    texts: dict[Path, str] = {}
    refused: list[tuple[Path, tuple[Problem, ...]]] = []
    by_id: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.md")):
        if not path.is_file():
            continue
        other = by_id.setdefault(path.stem, path)
        if other is not path:
            raise UnreadableFolder(f"{path} y {other} se llaman igual: el nombre dice el artículo.")
        try:
            texts[path] = rules.normalized(read_source(path))
        except SourceError:
            refused.append((path, (Problem(1, "no se puede leer: guárdelo en UTF-8"),)))
    if not by_id:
        raise UnreadableFolder(f"En {folder} no hay archivos .md.")
    return texts, refused


async def _known(session: Executor) -> dict[str, set[str]]:
    """By article the texts that are published, wait, or were rejected since."""
    rows = await session.execute(
        text(
            "SELECT article_id, digest FROM article_version "
            "WHERE state IN ('draft', 'in_review', 'published', 'rejected')"
        )
    )
    known: dict[str, set[str]] = {}
    for article_id, digest in rows:
        known.setdefault(article_id, set()).add(digest)
    return known
