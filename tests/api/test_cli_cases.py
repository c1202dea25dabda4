"""``torogoz cases``: the staff's side of "quiero hablar con alguien"."""

import asyncio
import getpass
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from actions.cases import sending
from actions.cases import service as cases
from actions.store.database import Database
from api.cli.cases import LONGEST_REPLY
from api.processes.postgres import EmbeddedPostgres
from bot import inbound, responses
from bot.channels import templates, text, whatsapp
from bot.inbound import Inbound
from bot.intake import Intake
from tests.api.command_line import CommandLine, Ended
from tests.conftest import drop_database

ANA, BETO = "+50370001234", "7012345"
LAST = "es urgente, [bold]¿me llaman?[/bold] <b> [/x] " + "de verdad " * 12 + "fin"
REPLY = "Buen día. [Sí] puede presentarlo en línea: www.marn.gob.sv/tramites_en_línea/formulario"
STAFF = "Rosa [/x] Mejía"
BACK = responses.load(Path(responses.__file__).parent).say("utter_release", {}).text
_numbers = itertools.count(1)


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which nothing has been set up."""
    name = f"test_no_cases_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    drop_database(postgres, postgres.url(name))


@pytest.fixture
async def numbers(database: Database) -> tuple[int, int]:
    """The open cases of Ana, who wrote twice on WhatsApp, and of Beto on Telegram."""
    intake = Intake(database, None)
    numbers = []
    context: cases.Context = {"question": "¿[ocupo] permiso?", "task": "informe"}
    for channel, external, texts in (
        ("whatsapp", ANA, ("quiero hablar con alguien", LAST)),
        ("telegram", BETO, ("hablar con una persona",)),
    ):
        for place, words in enumerate(texts):
            message = Inbound(channel, external, f"{external}-{place}", inbound.TEXT, words)
            received = await intake.receive(message)
        async with database.transaction() as session:
            opened = await cases.open_case(session, received.person_id, "request", context)
            numbers.append(opened.number)
    first, second = numbers
    return first, second


def sent(database_url: str) -> list[tuple[str, str, str]]:
    """What is queued: address, text, template."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT a.external, o.content->>'text', COALESCE(o.content->>'template', '') "
            "FROM outbox AS o JOIN address AS a ON a.id = o.address_id ORDER BY o.id"
        ).fetchall()


def audited(database_url: str) -> list[tuple[str, str, str, str | None, bool]]:
    """Act, who, on what, the words if any, and whether it goes when the person erases theirs."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT act, actor->>'name', subject, detail->'after'->>'text', person_id IS NOT NULL "
            "FROM audit_entry WHERE way = 'terminal' ORDER BY act"
        ).fetchall()


def cells(ended: Ended, number: int) -> list[str]:
    """The cells of a case's line in the list."""
    (line,) = [line for line in ended.out.splitlines() if line.startswith(f"│ {number} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


async def test_staff_lists_reads_answers_and_closes_a_case(
    cli: CommandLine, numbers: tuple[int, int], database: Database, database_url: str
) -> None:
    ana, beto = (str(number) for number in numbers)
    listed = await cli("cases", "list")
    assert (listed.code, listed.err) == (0, "")
    first, _, reason, holder, channel, last = cells(listed, numbers[0])
    assert (first, reason, holder, channel) == (ana, "lo pidió", "nadie", "WhatsApp")
    assert last.startswith("es urgente, [bold]¿me llaman?[/bold] <b> [/x] de verdad")
    assert last.endswith("…")
    assert cells(listed, numbers[1])[-2:] == ["Telegram", "hablar con una persona"]
    # Who they are stays out of the list.
    assert ANA not in listed.out
    assert BETO not in listed.out

    replied = await cli("cases", "reply", ana, f" {REPLY}\n", "--staff", f" {STAFF} ")
    assert (replied.code, replied.out, replied.err) == (0, "En camino.\n", "")
    with psycopg.connect(database_url) as connection:
        queued = connection.execute(
            "SELECT a.external, o.channel, o.state, o.content->>'text', o.content->>'template', "
            "o.content->'variables' FROM outbox AS o JOIN address AS a ON a.id = o.address_id"
        ).fetchall()
    # Outside the 24-hour window the same words go by the template.
    assert queued == [(ANA, "whatsapp", "queued", REPLY, "case_reply", {"1": REPLY})]

    shown, closed, listed = await asyncio.gather(
        cli("cases", "show", ana), cli("cases", "close", beto), cli("cases", "list")
    )
    head, thread = shown.out.split("\n\n")
    known = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert head.startswith(f"Caso {ana} desde ")
    assert known.pop("Atiende").startswith(f"{STAFF} (hasta ")
    assert known == {
        "Chat": "WhatsApp ••••1234",
        "Motivo": "lo pidió",
        "Trámite": "informe",
        "Última pregunta": "¿[ocupo] permiso?",
    }
    assert [line.split(maxsplit=2)[2] for line in thread.splitlines()] == [
        "persona quiero hablar con alguien",
        f"persona {LAST}",
        f"ministerio ({STAFF}) {REPLY}",
    ]
    assert ANA not in shown.out
    assert cells(listed, numbers[0])[3] == STAFF
    assert (closed.code, closed.out) == (0, "Cerrado.\n")
    # Nobody had Beto's conversation, so the assistant was not away.
    assert len(sent(database_url)) == 1
    async with database.session() as session:
        assert [case.number for case in await cases.open_cases(session)] == [numbers[0]]
    assert audited(database_url) == [
        ("case.close", getpass.getuser(), f"case:{beto}", None, True),
        ("case.reply", STAFF, f"case:{ana}", REPLY, True),
    ]


async def test_times_are_those_of_el_salvador(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE \"case\" SET opened_at = '2026-11-24 03:05+00'")
        connection.execute("UPDATE inbox SET received_at = '2026-11-24 06:10+00'")
    listed, shown = await asyncio.gather(
        cli("cases", "list"), cli("cases", "show", str(numbers[1]))
    )
    assert cells(listed, numbers[0])[1] == "23/11 21:05"
    assert shown.out.startswith(f"Caso {numbers[1]} desde 23/11 21:05\n")
    assert "\n24/11 00:10 persona hablar con una persona\n" in shown.out


async def test_of_two_who_take_a_case_at_once_one_is_told_who_has_it(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    ana = str(numbers[0])
    names = ("Rosa", "Luis")
    both = await asyncio.gather(*(cli("cases", "take", ana, "--staff", name) for name in names))
    assert sorted(ended.code for ended in both) == [0, 1]
    winner = names[both[0].code]
    (loser,) = [ended for ended in both if ended.code == 1]
    assert loser.out == ""
    assert loser.err.startswith(f"El caso {ana} ya lo atiende {winner} (hasta ")
    assert loser.err.count("\n") == 1

    other = names[1 - both[0].code]
    replied = await cli("cases", "reply", ana, REPLY, "--staff", other)
    assert (replied.code, replied.out, replied.err) == (1, "", loser.err)
    assert sent(database_url) == []


async def test_handed_back_the_person_is_told_that_the_assistant_is_back(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    ana, beto = (str(number) for number in numbers)
    # Without a name it is the user of the system who acts.
    taken = await asyncio.gather(
        cli("cases", "take", ana), cli("cases", "take", beto, staff_hold_hours="1.5")
    )
    assert [(ended.code, ended.err) for ended in taken] == [(0, ""), (0, "")]
    assert " 4 h sin mensajes" in taken[0].out
    assert " 1.5 h sin mensajes" in taken[1].out
    with psycopg.connect(database_url) as connection:
        held = connection.execute(
            'SELECT round(extract(epoch FROM held_until - now()) / 1800) FROM "case" ORDER BY id'
        ).fetchall()
    assert held == [(8,), (3,)]
    handed, closed = await asyncio.gather(
        cli("cases", "hand-back", ana), cli("cases", "close", beto)
    )
    assert (handed.code, handed.out) == (0, "El asistente vuelve a contestar.\n")
    assert closed.code == 0
    assert sorted(sent(database_url)) == [(ANA, BACK, ""), (BETO, BACK, "")]

    again = await cli("cases", "hand-back", ana)
    assert (again.code, again.out) == (1, "")
    assert again.err == f"Nadie está atendiendo el caso {ana}: el asistente ya contesta.\n"
    assert len(sent(database_url)) == 2
    user = getpass.getuser()
    assert sorted(one[:3] for one in audited(database_url)) == sorted(
        [
            ("case.take", user, f"case:{ana}"),
            ("case.take", user, f"case:{beto}"),
            ("case.hand_back", user, f"case:{ana}"),
            ("case.close", user, f"case:{beto}"),
        ]
    )


async def test_a_number_that_is_no_open_case_is_told_and_nothing_is_sent(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    unknown, huge = str(max(numbers) + 1), "9" * 30
    ends = await asyncio.gather(
        cli("cases", "reply", unknown, "Buen día"),
        cli("cases", "show", huge),
        cli("cases", "take", unknown),
        cli("cases", "hand-back", huge),
        cli("cases", "close", unknown),
    )
    for ended, number in zip(ends, (unknown, huge, unknown, huge, unknown), strict=True):
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == f"No hay un caso abierto con el número {number}.\n"
    assert sent(database_url) == []
    with psycopg.connect(database_url) as connection:
        open_now = connection.execute('SELECT id FROM "case" WHERE closed_at IS NULL').fetchall()
    assert {number for (number,) in open_now} == set(numbers)
    assert audited(database_url) == []


async def test_a_case_is_closed_for_a_reason_that_is_known(
    cli: CommandLine, numbers: tuple[int, int], database_url: str
) -> None:
    first = str(numbers[0])
    unknown = await cli("cases", "close", first, "--reason", "porque sí")
    assert (unknown.code, unknown.out) == (1, "")
    assert unknown.err == (
        "No hay un motivo de cierre 'porque sí': use resuelto, sin_respuesta, no_corresponde, "
        "duplicado, otro.\n"
    )
    closed = await cli("cases", "close", first, "--reason", "otro", "--note", "Lo vio Luis.")
    assert (closed.code, closed.out, closed.err) == (0, "Cerrado.\n", "")
    with psycopg.connect(database_url) as connection:
        noted = connection.execute(
            'SELECT id, close_reason, close_note FROM "case" WHERE closed_at IS NOT NULL'
        ).fetchall()
    assert noted == [(numbers[0], "otro", "Lo vio Luis.")]


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
    assert sent(database_url) == []


@pytest.mark.parametrize("name", ["x" * 61, b"Mu\xf1oz".decode("utf-8", "surrogateescape")])
async def test_a_name_that_cannot_be_shown_is_refused(
    cli: CommandLine, numbers: tuple[int, int], database: Database, name: str
) -> None:
    ended = await cli("cases", "take", str(numbers[0]), "--staff", name)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "Diga quién atiende: --staff NOMBRE (hasta 60 letras).\n"
    async with database.session() as session:
        assert (await cases.known(session, numbers[0])).staff is None


async def test_without_tables_a_sentence_says_what_to_do(cli: CommandLine, empty_url: str) -> None:
    commands = (("list",), ("show", "1"), ("reply", "1", "Hola"), ("take", "1"), ("close", "1"))
    for ended in await asyncio.gather(
        *(cli("cases", *words, database_url=empty_url) for words in commands)
    ):
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == "La base de datos no está al día: corra antes 'torogoz migrate'.\n"


def test_the_longest_reply_fits_the_template_it_may_go_by() -> None:
    (template,) = (one for one in templates.declared() if one.name == sending.OUTSIDE_WINDOW)
    words = template.body.replace("{{1}}", "x" * LONGEST_REPLY)
    assert text.length(words) <= whatsapp.QUICK_REPLY_BODY_LIMIT
