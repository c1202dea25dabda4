"""Another process with a shelf of its own: prints a line each time that its library changes.

Run with the database's address, a folder of facts and articles, and the day.
"""

import asyncio
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from actions.articles.shelf import Shelf
from actions.store.database import Database


async def main(url: str, folder: Path, day: date) -> None:
    database = Database(url)
    shelf = await Shelf.open(database, day, folder)
    following = asyncio.create_task(shelf.follow(database, lambda: day))
    shown = ""
    with suppress(asyncio.CancelledError):
        while True:
            article = shelf.library.articles.get("permiso-a")
            now = article.blocks[-1].text if article else "nada"
            if now != shown:
                print(now, flush=True)
                shown = now
            await asyncio.sleep(0.02)
    following.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3])))
