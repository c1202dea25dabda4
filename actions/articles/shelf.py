"""The library that a process answers from, kept as the database has it.

A process asks for the revision several times a second instead of listening for it. One statement on
one row costs a fraction of a millisecond; a LISTEN would hold a connection of its own in every
process, is deaf while that one is broken, and does not tell that a new day began: it would need the
question beside it all the same. Within two seconds every process shows what was published: a
fraction of one until the question, and about one to read what changed and build the index anew.
"""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, Self

import structlog

from actions.articles import reading, remembered, revision, versions
from actions.articles.rules import FactsNow, Published
from actions.store.database import Database, is_outage
from knowledge.facts import FactRegister, load_facts
from knowledge.library import FOLDER, Library

SECONDS: Final = 0.15
"""Between two questions."""

log = structlog.get_logger(__name__)

_Key = tuple[object, date]


class Shelf:
    """Holds the library of the present revision and day; ``library`` is safe to read at any time.

    A turn takes ``library`` once and keeps it to its end: the next turn may find another one.
    """

    def __init__(
        self,
        facts: FactRegister,
        library: Library,
        folder: Path = FOLDER,
        *,
        searched: bool = True,
    ) -> None:
        """``facts`` are those of the files, ``library`` what is shown until the first refresh.

        ``searched`` tells that its index will be needed: it is built before the library is shown.
        """
        self._searched = searched
        self._facts = facts
        self._library = library
        self._folder = folder
        self._key: _Key | None = None
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    async def open(
        cls, database: Database, today: date, folder: Path = FOLDER, *, searched: bool = True
    ) -> Self:
        """A shelf as of now. While the database is away it holds the articles of the files."""
        facts = await asyncio.to_thread(load_facts, folder / "facts")
        shelf = cls(facts, Library.of((), facts, today), folder, searched=searched)
        if not await shelf.refresh(database, today):
            shelf._library = await asyncio.to_thread(shelf._from_files, today)
        return shelf

    @property
    def library(self) -> Library:
        """What is served."""
        return self._library

    @property
    def facts(self) -> FactRegister:
        """The facts of the files, without what staff said of them."""
        return self._facts

    async def refresh(self, database: Database, today: date) -> bool:
        """Reads the library anew if the revision or the day changed; whether it did.

        What is there stays while the database is away. Nothing published yet: the files.
        """
        async with self._one_at_a_time:
            try:
                # The mark comes first: what changes after it is read again the next time.
                async with database.statement() as connection:
                    mark = await revision.mark(connection)
                key = (mark, today)
                if key == self._key:
                    return False
                if mark is None:
                    library = await asyncio.to_thread(self._from_files, today)
                else:
                    async with database.session() as session:
                        there = await versions.published(session)
                        facts = await versions.facts_now(session, self._facts)
                    library = await asyncio.to_thread(self._built, there, facts, today)
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("knowledge_not_read", error=type(error).__name__)
                return False
            self._library, self._key = library, key
        log.info("knowledge_read", revision=mark and mark[0], articles=len(library.articles))
        return True

    async def follow(
        self, database: Database, clock: Callable[[], date], seconds: float = SECONDS
    ) -> None:
        """Keeps the library fresh until it is cancelled; ``clock`` tells the day it is."""
        while True:
            try:
                await self.refresh(database, clock())
            except Exception:
                # Whatever it is: the answers go on with what there is, and the next time may work.
                log.exception("knowledge_not_read")
            await asyncio.sleep(seconds)

    def _built(self, there: list[Published], facts: FactsNow, today: date) -> Library:
        return self._ready(reading.library_of(there, facts, today, remembered.article))

    def _from_files(self, today: date) -> Library:
        return self._ready(Library.load(today, self._folder))

    def _ready(self, library: Library) -> Library:
        if self._searched:
            # Built here, away from the event loop, and not by the first who asks.
            _ = library.index
        return library
