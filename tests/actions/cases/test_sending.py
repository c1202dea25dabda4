"""Replies of the staff: within WhatsApp's window and outside it, with files, and two at once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from actions.cases import sending
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.cases.errors import (
    CaseRefused,
    Empty,
    FilesOutsideWindow,
    NoSuchCloseReason,
    TooLong,
    TooManyFiles,
)
from actions.cases.sending import Window
from actions.cases.service import NoSuchCase
from actions.cases.staff import HeldByAnother, Unreachable
from actions.files.checking import Clean
from actions.messages import window as windows
from actions.messages.content import Content
from actions.messages.window import MARGIN, WINDOW
from actions.store.database import Database
from tests.actions.cases.desk import do, opened
from tests.actions.conftest import Meet, Someone, count
from tests.actions.people.conftest import rows, run

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
OPEN = WINDOW - MARGIN
LETTER = Clean("carta.pdf", "application/pdf", b"%PDF- letter")
PHOTO = Clean("croquis.png", "image/png", b"\x89PNG picture")


def address_of(token: str, name: str) -> str:
    return f"https://marn.example/archivos/{token}/{name}"


async def wrote_at(database: Database, someone: Someone, at: datetime) -> None:
    await run(
        database,
        "UPDATE address SET last_inbound_at = :at WHERE id = :id",
        at=at,
        id=someone.address_id,
    )


async def window(database: Database, number: int, now: datetime = NOW) -> Window:
    async with database.session() as session:
        return await desk.window(session, number, now)


async def reply(
    database: Database,
    number: int,
    words: str = "Buen día",
    files: Sequence[Clean] = (),
    staff: str = "Rosa",
    now: datetime = NOW,
) -> None:
    await do(
        database,
        lambda s: desk.reply(s, number, words, staff, now, files=files, file_url=address_of),
    )


async def contents(database: Database) -> list[Content]:
    found = await rows(database, "SELECT content FROM outbox ORDER BY id")
    return [Content.from_json(content) for (content,) in found]


# -- the window ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "ago", "is_open"),
    [
        ("whatsapp", timedelta(0), True),
        ("whatsapp", OPEN - timedelta(microseconds=1), True),
        ("whatsapp", OPEN, False),
        ("whatsapp", timedelta(days=400), False),
        ("telegram", timedelta(days=400), True),
        ("web", timedelta(days=400), True),
    ],
)
async def test_whatsapp_alone_closes_after_a_day(
    database: Database, meet: Meet, channel: str, ago: timedelta, is_open: bool
) -> None:
    ana = await meet(channel, "+50370004321")
    number = await opened(database, ana)
    await wrote_at(database, ana, NOW - ago)
    until = NOW - ago + OPEN if channel == "whatsapp" else None
    found = await window(database, number)
    assert found == Window(channel, "••••4321", is_open, until)
    assert found.longest == (sending.LONGEST if is_open else sending.LONGEST_OUTSIDE)


def test_where_nobody_ever_wrote_the_window_is_closed() -> None:
    assert not windows.is_open("whatsapp", None, NOW)
    assert windows.is_open("telegram", None, NOW)


async def test_a_reply_goes_where_the_window_says(database: Database, meet: Meet) -> None:
    ana, telegram = await meet("whatsapp", "+50370004321"), await meet("telegram", "70129999")
    number = await opened(database, ana)
    await run(
        database,
        "UPDATE address SET person_id = :person WHERE id = :id",
        person=ana.person_id,
        id=telegram.address_id,
    )
    for latest, channel in ((telegram, "telegram"), (ana, "whatsapp")):
        for one in (ana, telegram):
            await wrote_at(database, one, NOW if one is latest else NOW - timedelta(hours=2))
        assert (await window(database, number)).channel == channel
        await reply(database, number)
        ((sent,),) = await rows(database, "SELECT channel FROM outbox ORDER BY id DESC LIMIT 1")
        assert sent == channel


async def test_there_is_no_window_where_nobody_can_be_reached(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)
    with pytest.raises(NoSuchCase):
        await window(database, number + 1)
    await run(database, "UPDATE address SET forget_at = now()")
    with pytest.raises(Unreachable):
        await window(database, number)
    await do(database, lambda s: desk.close(s, number, "Rosa", NOW, "Volví"))
    with pytest.raises(NoSuchCase):
        await window(database, number)


# -- what may be sent ------------------------------------------------------------------------------


async def test_files_follow_the_text_each_as_a_message_of_its_own(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)
    await wrote_at(database, ana, NOW)
    await reply(database, number, " Le mando dos archivos.\r\n", [LETTER, PHOTO])
    text_first, letter, photo = await contents(database)
    assert text_first == Content(
        text="Le mando dos archivos.",
        template=sending.OUTSIDE_WINDOW,
        variables={"1": "Le mando dos archivos."},
    )
    stored = await rows(
        database,
        "SELECT token, name, media_type, size, content, made_by, made_at, outbox_id "
        "FROM stored_file ORDER BY id",
    )
    sent = await rows(database, "SELECT outbox_id, case_id, staff FROM case_reply ORDER BY 1")
    for message, file, row in zip((letter, photo), (LETTER, PHOTO), stored, strict=True):
        token, *about = row
        (attached,) = message.files
        assert (message.text, message.template) == ("", None)
        assert attached.url == address_of(str(token), file.name)
        assert (attached.name, attached.media_type) == (file.name, file.media_type)
        assert about[:6] == [
            *(file.name, file.media_type, len(file.content), file.content, "Rosa", NOW)
        ]
    assert [row[-1] for row in stored] == [row[0] for row in sent[1:]]
    assert [row[1:] for row in sent] == [(number, "Rosa")] * 3


async def test_a_file_goes_without_words(database: Database, meet: Meet) -> None:
    ana = await meet("telegram", "7012345")
    number = await opened(database, ana)
    await reply(database, number, "  ", [PHOTO])
    (message,) = await contents(database)
    assert message.files[0].name == "croquis.png"


async def test_outside_the_window_only_a_short_text_goes(database: Database, meet: Meet) -> None:
    ana = await meet()
    number = await opened(database, ana)
    await wrote_at(database, ana, NOW - WINDOW)
    with pytest.raises(FilesOutsideWindow) as refused:
        await reply(database, number, "Va la carta", [LETTER])
    assert "24 horas" in str(refused.value)
    with pytest.raises(TooLong) as long:
        await reply(database, number, "x" * 801)
    assert (long.value.length, long.value.most) == (801, 800)
    # Nothing half done: not sent, not stored, not taken.
    assert await count(database, "outbox") == await count(database, "stored_file") == 0
    async with database.session() as session:
        assert (await cases.known(session, number)).staff is None
    await reply(database, number, "x" * 800)
    (message,) = await contents(database)
    assert (message.template, message.variables) == (sending.OUTSIDE_WINDOW, {"1": "x" * 800})


async def test_inside_the_window_as_much_goes_as_whatsapp_takes(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    number = await opened(database, ana)
    await wrote_at(database, ana, NOW)
    await reply(database, number, "x" * sending.LONGEST)
    # An emoji counts as two, as it does for WhatsApp.
    with pytest.raises(TooLong):
        await reply(database, number, "🦜" * (sending.LONGEST // 2 + 1))


@pytest.mark.parametrize(
    ("words", "files", "error"),
    [
        ("", [], Empty),
        (" \n\t ", [], Empty),
        ("\0\x07\ud800", [], Empty),
        ("va", [LETTER] * (sending.MOST_FILES + 1), TooManyFiles),
    ],
)
async def test_what_nobody_could_read_is_refused(
    database: Database, meet: Meet, words: str, files: list[Clean], error: type[CaseRefused]
) -> None:
    number = await opened(database, await meet())
    with pytest.raises(error) as refused:
        await reply(database, number, words, files)
    assert str(refused.value).endswith(".")
    assert await count(database, "outbox") == 0


async def test_what_no_database_stores_is_left_out(database: Database, meet: Meet) -> None:
    ana = await meet("web", "w")
    number = await opened(database, ana)
    await reply(database, number, "uno\0 \x1b[31mdos\ud83e\r\ntres")
    (message,) = await contents(database)
    assert message.text == "uno [31mdos\ntres"


# -- two at once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("repetition", range(5))
async def test_of_two_who_reply_at_once_one_is_told_who_has_it(
    database: Database, meet: Meet, repetition: int
) -> None:
    ana = await meet("telegram", "7012345")
    number = await opened(database, ana)
    names = ("Rosa", "Luis") if repetition % 2 else ("Luis", "Rosa")
    ended = await asyncio.gather(
        *(reply(database, number, f"soy {name}", [PHOTO], name) for name in names),
        return_exceptions=True,
    )
    refused = [error for error in ended if isinstance(error, HeldByAnother)]
    assert ended.count(None) == len(refused) == 1
    winner = names[ended.index(None)]
    assert refused[0].staff == winner
    assert [one.text for one in await contents(database)] == [f"soy {winner}", ""]
    assert await rows(database, "SELECT made_by FROM stored_file") == [(winner,)]


async def test_a_reply_and_a_closing_at_once_leave_one_or_both_in_order(
    database: Database, meet: Meet
) -> None:
    number = await opened(database, await meet("telegram", "7012345"))
    ended = await asyncio.gather(
        reply(database, number, "Listo"),
        do(database, lambda s: desk.close(s, number, "Luis", NOW, "Volví")),
        return_exceptions=True,
    )
    replied, closed = ended
    if closed is None:
        assert isinstance(replied, NoSuchCase)
        assert await contents(database) == []
    else:
        assert replied is None
        assert isinstance(closed, HeldByAnother)


# -- closing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", cases.CLOSE_REASONS)
async def test_closed_with_a_reason_a_note_and_by_whom(
    database: Database, meet: Meet, reason: str
) -> None:
    number = await opened(database, await meet())
    await do(
        database,
        lambda s: desk.close(s, number, "Rosa", NOW, "Volví", reason, " Llamó dos veces.\0 "),
    )
    assert await rows(
        database, 'SELECT close_reason, close_note, closed_by, closed_at, reason FROM "case"'
    ) == [(reason, "Llamó dos veces.", "Rosa", NOW, "request")]


async def test_unless_told_otherwise_a_case_was_resolved_without_a_note(
    database: Database, meet: Meet
) -> None:
    number = await opened(database, await meet())
    await do(database, lambda s: desk.close(s, number, "Rosa", NOW, "Volví"))
    assert await rows(database, 'SELECT close_reason, close_note FROM "case"') == [
        ("resuelto", None)
    ]


async def test_a_closing_that_is_refused_leaves_the_case_open(
    database: Database, meet: Meet
) -> None:
    number = await opened(database, await meet())
    with pytest.raises(NoSuchCloseReason) as refused:
        await do(database, lambda s: desk.close(s, number, "Rosa", NOW, "Volví", "erased"))
    assert "sin_respuesta" in str(refused.value)
    with pytest.raises(TooLong):
        await do(
            database, lambda s: desk.close(s, number, "Rosa", NOW, "Volví", "otro", "x" * 2_001)
        )
    async with database.session() as session:
        assert (await session.scalar(text('SELECT closed_at FROM "case"'))) is None
