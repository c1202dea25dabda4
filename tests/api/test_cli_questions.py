"""``torogoz knowledge questions``: from a question without an answer to those who are told."""

import asyncio
import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from actions.articles import seed
from actions.questions import service
from actions.store.database import Database
from api.clock import today
from bot import inbound
from bot.inbound import Inbound
from bot.intake import Intake
from knowledge.check import ALIASES
from knowledge.facts import load_facts
from knowledge.library import FOLDER, Library
from tests.api.command_line import CommandLine, Ended

ANA, BETO = "+50370001234", "7012345"
TYRES = ("¿Quién recoge [bold]llantas viejas[/bold]?", "kien recoje llantas biejas")
RENT = "¿Dónde pago la renta de mi casa?"
ARTICLE = "residuos-llantas-y-voluminosos"
ROSA = ("--by", "Rosa [/x] Mejía")
BEFORE = timedelta(days=12)


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


@pytest.fixture
async def groups(database: Database) -> tuple[int, int]:
    """The groups of two questions about tyres, whose askers wait, and of one about the rent."""
    intake = Intake(database, None)
    for (channel, external), asked in zip(
        (("whatsapp", ANA), ("telegram", BETO)), TYRES, strict=True
    ):
        message = Inbound(channel, external, f"{external}-1", inbound.TEXT, asked)
        received = await intake.receive(message)
        async with database.transaction() as session:
            number = await service.record(
                session, asked, "abstained", [ARTICLE], "residuos", channel, today() - BEFORE
            )
            assert number is not None
            await service.wants_answer(session, number, received.person_id, datetime.now(UTC))
    async with database.transaction() as session:
        await service.record(session, RENT, "clarify", [], None, "web", today())
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT min(cluster_id), max(cluster_id), count(DISTINCT cluster_id) "
            "FROM asked_question"
        )
        first, second, many = found.one()
    assert many == 2
    return first, second


def audited(database_url: str) -> list[tuple[str, str, str]]:
    """Act, who, and on what, of the terminal."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT act, actor->>'name', subject FROM audit_entry WHERE way = 'terminal' "
            "ORDER BY place"
        ).fetchall()


async def questions(cli: CommandLine, *words: str) -> Ended:
    return await cli("knowledge", "questions", *words)


def cells(ended: Ended) -> list[list[str]]:
    """The cells of each line of the list."""
    lines = [line for line in ended.out.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def told(database_url: str) -> list[tuple[str, str, str, str]]:
    """What is queued: address, text, template, category."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT a.external, o.content->>'text', o.content->>'template', o.category "
            "FROM outbox AS o JOIN address AS a ON a.id = o.address_id ORDER BY o.id"
        ).fetchall()


async def test_a_question_is_listed_given_to_someone_and_read(
    cli: CommandLine, groups: tuple[int, int], database_url: str
) -> None:
    tyres, rent = groups
    first_day, last_day = f"{today() - BEFORE:%d/%m/%Y}", f"{today():%d/%m/%Y}"
    listed = await questions(cli, "list")
    assert (listed.code, listed.err) == (0, "")
    assert cells(listed) == [
        [str(tyres), "2", first_day, first_day, "2", "nadie", "sin resolver", TYRES[0]],
        [str(rent), "1", last_day, last_day, "0", "nadie", "sin resolver", RENT],
    ]
    assert "Sin resolver: 1 de los últimos 7 días, 1 de 7 a 30 días, 0 de más" in listed.out
    assigned = await questions(cli, "assign", str(tyres), "--to", " Rosa  [/x] Mejía ")
    assert (assigned.code, assigned.out) == (0, f"El grupo {tyres} lo atiende Rosa [/x] Mejía.\n")
    old, free, none, shown = await asyncio.gather(
        questions(cli, "list", "--older-than", "12"),
        questions(cli, "list", "--unassigned"),
        questions(cli, "list", "--state", "resolved"),
        questions(cli, "show", str(tyres)),
    )
    assert [line[0] for line in cells(old)] == [str(tyres)]
    assert [line[0] for line in cells(free)] == [str(rent)]
    assert cells(none) == []
    head, lines = shown.out.split("\n\n")
    assert f"Grupo {tyres}: {TYRES[0]}\n" in head
    assert "Atiende: Rosa [/x] Mejía\nEsperan la respuesta: 2" in head
    assert [line.split(" ", 2)[1:] for line in lines.splitlines()] == [
        [first_day, f"{TYRES[0]} sin respuesta ({ARTICLE}), whatsapp"],
        [first_day, f"{TYRES[1]} sin respuesta ({ARTICLE}), telegram"],
    ]
    for secret in (ANA, "1234", BETO):
        assert secret not in shown.out + listed.out
    assert audited(database_url) == [("question.assign", getpass.getuser(), f"question:{tyres}")]


async def test_resolved_by_an_article_those_who_wait_are_told_once(
    cli: CommandLine, groups: tuple[int, int], database_url: str
) -> None:
    tyres = str(groups[0])
    done = await questions(cli, "resolve", tyres, "--article", ARTICLE, *ROSA, "--note", "ya está")
    assert (done.code, done.err) == (0, "")
    assert done.out == "Resuelto. Avisados: 2; sin poder avisarles: 0.\n"
    sent = told(database_url)
    assert [(one[0], one[2], one[3]) for one in sent] == [
        (ANA, "answer_ready", "reminders"),
        (BETO, "answer_ready", "reminders"),
    ]
    assert all(
        one[1].startswith(f"Ya hay respuesta a lo que preguntaste («{asked}»): ¿")
        for one, asked in zip(sent, TYRES, strict=True)
    )
    again, shown = await asyncio.gather(
        questions(cli, "resolve", tyres, "--article", ARTICLE, "--by", "Luis"),
        questions(cli, "show", tyres),
    )
    assert (again.code, again.out) == (1, "")
    assert again.err == f"El grupo {tyres} ya está resuelto por Rosa [/x] Mejía.\n"
    assert f"Estado: resuelto\nCómo: artículo {ARTICLE}\nQuién: Rosa [/x] Mejía\n" in shown.out
    assert "Nota: ya está\n" in shown.out
    assert len(told(database_url)) == 2
    assert audited(database_url) == [("question.resolve", ROSA[1], f"question:{tyres}")]


async def test_resolved_by_an_alias_the_article_has_a_draft_with_it(
    cli: CommandLine, groups: tuple[int, int], database: Database, database_url: str
) -> None:
    tyres = str(groups[0])
    texts = seed.seed_texts()
    served = Library.load(today()).articles
    full, free = (
        next(one for one in served if (len(served[one].aliases) == ALIASES[1]) is at_most)
        for at_most in (True, False)
    )
    words = ("--alias", "  quién  se lleva mis llantas ")
    unpublished = await questions(cli, "resolve", tyres, "--article", free, *words, *ROSA)
    assert (unpublished.code, unpublished.out) == (1, "")
    assert "no tiene una versión publicada" in unpublished.err
    async with database.transaction() as session:
        await seed.seed(session, texts, load_facts(FOLDER / "facts"), datetime.now(UTC))
    refused = await questions(cli, "resolve", tyres, "--article", full, *words, *ROSA)
    assert (refused.code, refused.out) == (1, "")
    assert "no se puede aceptar" in refused.err
    assert told(database_url) == []

    done = await questions(cli, "resolve", tyres, "--article", free, *words, *ROSA)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"Borrador 2 de {free}: falta que otra persona lo apruebe.",
        "Resuelto. Avisados: 2; sin poder avisarles: 0.",
    ]
    with psycopg.connect(database_url) as connection:
        ((state, author, markdown),) = connection.execute(
            "SELECT state, author, markdown FROM article_version WHERE article_id = %s "
            "AND number = 2",
            (free,),
        ).fetchall()
    assert (state, author) == ("draft", "Rosa [/x] Mejía")
    added = set(markdown.splitlines()) - set(texts[free].splitlines())
    assert added == {"  - quién se lleva mis llantas"}
    assert audited(database_url) == [
        ("article.draft", ROSA[1], f"article:{free}"),
        ("question.resolve", ROSA[1], f"question:{tyres}"),
    ]


async def test_not_ours_is_told_and_dismissed_is_not(
    cli: CommandLine, groups: tuple[int, int], database_url: str
) -> None:
    tyres, rent = map(str, groups)
    ended, dropped = await asyncio.gather(
        questions(cli, "resolve", tyres, "--not-ours", *ROSA),
        questions(cli, "dismiss", rent, *ROSA),
    )
    assert (ended.code, ended.out) == (0, "Resuelto. Avisados: 2; sin poder avisarles: 0.\n")
    assert (dropped.code, dropped.out) == (0, "Descartado.\n")
    assert {(one[0], one[2]) for one in told(database_url)} == {
        (ANA, "answer_none"),
        (BETO, "answer_none"),
    }
    listed = await questions(cli, "list", "--state", "all")
    assert {line[0]: line[6] for line in cells(listed)} == {tyres: "resuelto", rent: "descartado"}
    again = await questions(cli, "reopen", tyres)
    assert (again.code, again.out) == (
        0,
        f"El grupo {tyres} está sin resolver. Esperan la respuesta: 2.\n",
    )
    assert {one[:2] for one in audited(database_url)} == {
        ("question.resolve", ROSA[1]),
        ("question.dismiss", ROSA[1]),
        ("question.reopen", getpass.getuser()),
    }


async def test_groups_are_joined_and_a_question_is_taken_out(
    cli: CommandLine, groups: tuple[int, int], database_url: str
) -> None:
    tyres, rent = map(str, groups)
    joined = await questions(cli, "merge", tyres, rent)
    assert (joined.code, joined.out) == (
        0,
        f"Las preguntas del grupo {rent} están ahora en el {tyres}.\n",
    )
    shown = await questions(cli, "show", tyres)
    (number,) = [line.split()[0] for line in shown.out.splitlines() if RENT in line]
    parted = await questions(cli, "split", number)
    assert parted.code == 0
    assert parted.out.startswith(f"La pregunta {number} está ahora en el grupo ")
    alone = await questions(cli, "split", number)
    assert (alone.code, alone.out) == (1, "")
    assert alone.err.startswith("No hay nada que separar")
    assert [(one[0], one[2]) for one in audited(database_url)] == [
        ("question.merge", f"question:{tyres}"),
        ("question.part", f"question:{tyres}"),
    ]


async def test_what_cannot_be_done_is_told_and_nobody_is_written_to(
    cli: CommandLine, groups: tuple[int, int], database_url: str
) -> None:
    tyres, huge = str(groups[0]), "9" * 30
    refused = await asyncio.gather(
        questions(cli, "resolve", tyres, *ROSA),
        questions(cli, "resolve", tyres, "--not-ours", "--article", ARTICLE, *ROSA),
        questions(cli, "resolve", tyres, "--not-ours", "--alias", "x", *ROSA),
        questions(cli, "resolve", tyres, "--article", ARTICLE, "--alias", " ¿? ", *ROSA),
    )
    assert [(ended.code, ended.out, ended.err.count("\n")) for ended in refused] == [(2, "", 1)] * 4
    wrong = await asyncio.gather(
        questions(cli, "resolve", tyres, "--article", "no-existe", *ROSA),
        questions(cli, "resolve", tyres, "--article", ARTICLE, "--by", "x" * 61),
        questions(cli, "show", huge),
        questions(cli, "assign", huge, "--to", "Rosa"),
        questions(cli, "split", huge),
        questions(cli, "resolve", huge, "--not-ours", *ROSA),
    )
    assert [(ended.code, ended.out) for ended in wrong] == [(1, "")] * 6
    said = [ended.err for ended in wrong]
    assert "El artículo no-existe no se está sirviendo" in said[0]
    assert said[1] == "Falta quién lo hace (un nombre de hasta 60 letras).\n"
    assert said[2] == said[3] == said[5] == f"No hay un grupo de preguntas con el número {huge}.\n"
    assert said[4] == f"No hay una pregunta con el número {huge}.\n"
    assert told(database_url) == []
    assert audited(database_url) == []
