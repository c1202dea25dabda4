"""What is served, ready to be searched, for the pages that search it."""

import asyncio

from api.console.parts import Console
from knowledge.library import Library


async def searched(console: Console) -> Library:
    """What is served now, with its index.

    A process that serves pages keeps none: the first search after a publication builds it, which
    takes over a second, beside the event loop so that other pages go on.
    """
    library = console.shelf().library
    if "index" not in vars(library):
        await asyncio.to_thread(lambda: library.index)
    return library
