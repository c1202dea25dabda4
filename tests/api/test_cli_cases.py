"""``torogoz cases``: the staff's side of "quiero hablar con alguien"."""

import asyncio
from pathlib import Path

import psycopg
import pytest

from actions.cases import service as cases
from actions.store.database import Database
from api.cli.cases import LONGEST_REPLY
from bot import inbound
from bot.channels import templates, text, whatsapp
from bot.inbound import Inbound
from bot.intake import Intake
from tests.api.command_line import CommandLine

ANA, BETO = "+50370001234", "7012345"
LAST = "es urgente, [bold]¿me llaman?[/bold] <b> [/x] " + "de verdad " * 12 + "fin"
REPLY = "Buen día. [Sí] puede presentarlo en línea: www.marn.gob.sv/tramites_en_línea/formulario"


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


@pytest.fixture
async def numbers(database: Database) -> tuple[int, int]:
    """The open cases of Ana, who wrote twice on WhatsApp, and of Beto on Telegram."""
    intake = Intake(database, None)
    numbers = []
    for channel, external, texts in (
        ("whatsapp", ANA, ("quiero hablar con alguien", LAST)),
        ("telegram", BETO, ("hablar con una persona",)),
    ):
        for place, words in enumerate(texts):
            message = Inbound(channel, external, f"{external}-{place}", inbound.TEXT, words)
            received = await intake.receive(message)
        async with database.transaction() as session:
            numbers.append(await cases.open_case(session, received.person_id, "request"))
    first, second = numbers
    return first, second


async def test_staff_lists_reads_answers_and_closes_a_case(
    cli: CommandLine, numbers: tuple[int, int], database: Database, database_url: str
) -> None:
    ana, beto = (str(number) for number in numbers)
    listed, replied = await asyncio.gather(
        cli("cases", "list"), cli("cases", "reply", ana, f" {REPLY}\n")
    )
    assert (listed.code, replied.code, replied.out) == (0, 0, "En camino.\n")
    lines = [line for line in listed.out.splitlines() if f" {ana} " in line or f" {beto} " in line]
    assert ["whatsapp" in line for line in lines] == [True, False]
    assert "telegram" in lines[1]
    assert "es urgente, [bold]¿me llaman?[/bold]" in listed.said
    # Who they are stays out of the list.
    assert ANA not in listed.out
    with psycopg.connect(database_url) as connection:
        sent = connection.execute(
            "SELECT a.external, o.channel, o.state, o.content->>'text', o.content->>'template', "
            "o.content->'variables' FROM outbox AS o JOIN address AS a ON a.id = o.address_id"
        ).fetchall()
    # Outside the 24-hour window the same words go by the template.
    assert sent == [(ANA, "whatsapp", "queued", REPLY, "case_reply", {"1": REPLY})]

    shown, closed = await asyncio.gather(cli("cases", "show", ana), cli("cases", "close", beto))
    assert [line.split(maxsplit=3)[2:] for line in shown.out.splitlines()] == [
        ["persona", "quiero hablar con alguien"],
        ["persona", LAST],
        ["asistente", REPLY],
    ]
    assert (closed.code, closed.out) == (0, "Cerrado.\n")
    async with database.session() as session:
        assert [case.number for case in await cases.open_cases(session)] == [numbers[0]]


async def test_a_number_that_is_no_open_case_is_told_and_nothing_is_sent(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    unknown, huge = str(max(numbers) + 1), "9" * 30
    replied, shown = await asyncio.gather(
        cli("cases", "reply", unknown, "Buen día"), cli("cases", "show", huge)
    )
    for ended, number in ((replied, unknown), (shown, huge)):
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == f"No hay un caso abierto con el número {number}.\n"
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchall() == [(0,)]
        open_now = connection.execute('SELECT id FROM "case" WHERE closed_at IS NULL').fetchall()
    assert {number for (number,) in open_now} == set(numbers)


async def test_a_reply_that_would_not_arrive_whole_is_refused(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    # The second is what a terminal of another encoding hands over.
    given = (" \n ", b"se\xf1or".decode("utf-8", "surrogateescape"), "ñ" * 801)
    said = ("está vacía", "use una terminal en UTF-8", "tiene 801 letras y caben 800")
    commands = (cli("cases", "reply", str(numbers[0]), words) for words in given)
    for ended, sentence in zip(await asyncio.gather(*commands), said, strict=True):
        assert (ended.code, ended.out) == (2, "")
        assert sentence in ended.err
        assert ended.err.count("\n") == 1
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchall() == [(0,)]


def test_the_longest_reply_fits_the_template_it_may_go_by() -> None:
    (template,) = (one for one in templates.declared() if one.name == cases.OUTSIDE_WINDOW)
    words = template.body.replace("{{1}}", "x" * LONGEST_REPLY)
    assert text.length(words) <= whatsapp.QUICK_REPLY_BODY_LIMIT
