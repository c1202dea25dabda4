"""What staff wrote and sent goes with the person it was about."""

from datetime import UTC, datetime

from actions.cases import notes, thread
from actions.cases import staff as desk
from actions.files import service as files
from actions.files.checking import Clean
from actions.people import erasure
from actions.store.database import Database
from actions.store.metadata import metadata
from tests.actions.cases.desk import do, opened
from tests.actions.conftest import Meet, Someone
from tests.actions.people.conftest import handled, rows
from tests.actions.people.joining import join

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def secret_of(someone: Someone) -> str:
    return f"secreto-{someone.person_id}-"


async def with_a_past(database: Database, someone: Someone) -> int:
    """A closed case and an open one, with all that staff may write and send; the open one."""
    secret = secret_of(someone)
    for step in ("antes", "ahora"):
        number = await opened(database, someone)
        file = Clean(f"{secret}{step}.pdf", "application/pdf", f"%PDF-{secret}".encode())
        await do(
            database,
            lambda s, n=number, f=file: desk.reply(
                s, n, secret, "Rosa", NOW, files=[f], file_url="https://x/{}/{}".format
            ),
        )
        await do(database, lambda s, n=number: notes.add_note(s, n, "Rosa", secret))
        if step == "antes":
            await do(
                database,
                lambda s, n=number: desk.close(s, n, "Rosa", NOW, "Volví", "otro", secret),
            )
    return number


async def tables_with(database: Database, secret: str) -> set[str]:
    found = set()
    for name in metadata.tables:
        whole = await rows(database, f'SELECT to_jsonb(t)::text FROM "{name}" AS t')
        # Bytes stand there in hexadecimal.
        if any(secret in row[0] or secret.encode().hex() in row[0] for row in whole):
            found.add(name)
    return found


async def test_nothing_that_staff_wrote_or_sent_is_left(database: Database, meet: Meet) -> None:
    ana, web, luis = await meet("telegram", "77"), await meet("web", "w"), await meet("web", "l")
    await handled(database)
    opens = [await with_a_past(database, one) for one in (ana, web, luis)]
    everywhere = {"case", "case_note", "outbox", "stored_file"}
    for one in (ana, web, luis):
        assert await tables_with(database, secret_of(one)) == everywhere
    await join(database, ana, web)
    ((token,),) = await rows(
        database,
        "SELECT token FROM stored_file WHERE name = :name",
        name=f"{secret_of(web)}ahora.pdf",
    )
    async with database.session() as session:
        assert await files.fetch(session, token, NOW) is not None
    await do(database, lambda s: erasure.erase(s, ana.person_id, NOW))
    for one in (ana, web):
        assert await tables_with(database, secret_of(one)) == set()
    assert await tables_with(database, secret_of(luis)) == everywhere
    async with database.session() as session:
        assert await files.fetch(session, token, NOW) is None
        for number in opens[:2]:
            assert [one.kind for one in (await thread.thread(session, number)).lines] == []
    closed = await rows(
        database,
        'SELECT reason, closed_by, staff, waiting_since FROM "case" WHERE person_id = :person '
        "ORDER BY id",
        person=ana.person_id,
    )
    assert closed == [("request", "Rosa", None, None), ("erased", None, None, None)]
