"""Files of the staff: found by their token only, for a month."""

from datetime import UTC, datetime, timedelta

from actions.files import service as files
from actions.files.checking import Clean, checked
from actions.files.service import KEPT
from actions.store.database import Database
from tests.actions.conftest import Meet, Someone, count
from tests.actions.files.samples import picture
from tests.actions.people.conftest import queue

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
FILE = checked("croquis.png", picture("PNG"))


async def store(database: Database, someone: Someone, file: Clean, now: datetime = NOW) -> str:
    """Keeps a file that goes to that person; its token."""
    (message_id,) = await queue(database, someone, "")
    token = files.new_token()
    async with database.transaction() as session:
        await files.store(session, file, token=token, outbox_id=message_id, made_by="Rosa", now=now)
    return token


async def fetch(database: Database, token: str, now: datetime = NOW) -> files.Fetched | None:
    async with database.session() as session:
        return await files.fetch(session, token, now)


async def test_a_file_is_there_until_its_month_is_over(database: Database, meet: Meet) -> None:
    token = await store(database, await meet(), FILE)
    wanted = files.Fetched("croquis.png", "image/png", FILE.sha256, FILE.content)
    assert await fetch(database, token) == wanted
    assert await fetch(database, token, NOW + KEPT - timedelta(microseconds=1)) == wanted
    assert await fetch(database, token, NOW + KEPT) is None


async def test_no_other_token_finds_it(database: Database, meet: Meet) -> None:
    token = await store(database, await meet(), FILE)
    for other in (
        token[:-1],
        token.swapcase(),
        f"{token} ",
        "",
        "%",
        "_" * len(token),
        token + "'",
    ):
        assert await fetch(database, other) is None


async def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {files.new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(token) == 32 and token.isascii() for token in tokens)


async def test_what_is_over_is_deleted_and_nothing_else(database: Database, meet: Meet) -> None:
    ana = await meet()
    old = await store(database, ana, FILE, NOW - KEPT)
    new = await store(database, ana, FILE, NOW - KEPT + timedelta(seconds=1))
    async with database.transaction() as session:
        assert await files.delete_expired(session, NOW) == 1
        assert await files.delete_expired(session, NOW) == 0
    assert await fetch(database, old) is None
    assert await fetch(database, new) is not None
    assert await count(database, "stored_file") == 1


async def test_what_was_sent_to_an_address_is_forgotten_with_it(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    of_ana, of_luis = [await store(database, one, FILE) for one in (ana, luis)]
    async with database.transaction() as session:
        await files.forget(session, [ana.address_id])
    assert await fetch(database, of_ana) is None
    assert await fetch(database, of_luis) is not None
