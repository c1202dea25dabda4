"""``torogoz knowledge articles`` and ``facts``: the main ways of the staff."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from actions.articles import seed
from actions.store.database import Database
from api.clock import today
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.api.command_line import CommandLine, Ended

ARTICLE = "permiso-quien-lo-necesita"
ALCALDIA = "permiso-alcaldia-y-salud"
ROSA, LUIS = ("--by", "Rosa"), ("--by", "Luis")


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


@pytest.fixture
async def seeded(database: Database) -> dict[str, str]:
    """The factory's articles are there; their texts."""
    texts = seed.seed_texts()
    async with database.transaction() as session:
        await seed.seed(session, texts, load_facts(FOLDER / "facts"), datetime.now(UTC))
    return texts


def edited(text: str, folder: Path) -> Path:
    """A file with one alias less, which changes the article and leaves it without a defect."""
    lines = text.splitlines(keepends=True)
    first = lines.index("aliases:\n") + 1
    folder.mkdir(exist_ok=True)
    path = folder / f"{ARTICLE}.md"
    path.write_text("".join(lines[:first] + lines[first + 1 :]), encoding="utf-8")
    return path


def said(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.said


def acts(database_url: str) -> list[tuple[str, str, str, str]]:
    """What stands in the audit: way, name, act and subject, oldest first."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT way, actor->>'name', act, subject FROM audit_entry ORDER BY place"
        ).fetchall()


async def articles(cli: CommandLine, *words: str) -> Ended:
    return await cli("knowledge", "articles", *words)


async def test_a_draft_goes_its_way_by_two_people(
    cli: CommandLine, seeded: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    file = str(edited(seeded[ARTICLE], tmp_path / "mine"))
    drafted = await articles(cli, "draft", file, *ROSA, "--note", "un alias [menos]")
    assert (drafted.code, drafted.err) == (0, "")
    assert drafted.out.startswith(f"Borrador 2 de {ARTICLE}.")
    waiting = await articles(cli, "list", "--drafts")
    (line,) = [line for line in waiting.out.splitlines() if ARTICLE in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert (cells[1:4], cells[5]) == (["2", "en borrador", "Rosa"], "un alias [menos]")

    assert (await articles(cli, "submit", ARTICLE, "2")).code == 0
    refused = await articles(cli, "approve", ARTICLE, "2", "--by", "rosa")
    assert (refused.code, refused.out) == (1, "")
    assert "la tiene que aprobar otra persona" in refused.err
    day = today() + timedelta(days=3)
    approved = await articles(cli, "approve", ARTICLE, "2", *LUIS, "--on", f"{day:%d/%m/%Y}")
    assert (approved.code, approved.err) == (0, "")
    assert f"desde el {day:%d/%m/%Y}" in approved.out

    history, changed, shown, raw = await asyncio.gather(
        articles(cli, "history", ARTICLE),
        articles(cli, "diff", ARTICLE, "1", "2"),
        articles(cli, "show", ARTICLE, "--number", "2"),
        articles(cli, "show", ARTICLE, "--raw"),
    )
    assert [line.split("│")[1].strip() for line in history.out.splitlines() if "│" in line] == [
        "2",
        "1",
    ]
    assert changed.out.startswith("--- versión 1\n+++ versión 2\n")
    assert f"{ARTICLE}, versión 2: publicada\n" in shown.out
    assert "Autor: Rosa\n" in shown.out
    # The other one is in effect until its day comes.
    assert raw.out == seeded[ARTICLE]
    assert [(way, act) for way, _, act, _ in acts(database_url)] == [
        ("terminal", "article.draft"),
        ("terminal", "article.submit"),
        ("terminal", "article.approve"),
    ]
    assert acts(database_url)[2] == ("terminal", "Luis", "article.approve", f"article:{ARTICLE}")


async def test_a_defect_is_told_with_its_line(
    cli: CommandLine, seeded: dict[str, str], tmp_path: Path
) -> None:
    file = edited(seeded[ARTICLE], tmp_path / "mine")
    text = file.read_text(encoding="utf-8").rstrip("\n")
    file.write_text(f"{text}\n\nLa multa es de 4,321 dólares. [NO-EXISTE]\n", encoding="utf-8")
    ended = await articles(cli, "draft", str(file), *ROSA)
    assert (ended.code, ended.out) == (1, "")
    line = text.count("\n") + 3
    assert f"  línea {line}: cita NO-EXISTE, que no está en el registro de hechos\n" in ended.err


async def test_out_of_service_and_back(
    cli: CommandLine, seeded: dict[str, str], database_url: str
) -> None:
    gone = await articles(cli, "withdraw", ARTICLE, "--why", "está mal", *ROSA)
    assert said(gone) == (0, f"Retirada la versión 1 de {ARTICLE}.")
    listed, again = await asyncio.gather(
        articles(cli, "list"), articles(cli, "withdraw", ARTICLE, "--why", "x", *ROSA)
    )
    assert ARTICLE not in listed.out
    assert ALCALDIA in listed.out
    assert said(again) == (1, f"El artículo {ARTICLE} no tiene una versión publicada.")
    back = await articles(cli, "roll-back", ARTICLE, "1", "--why", "estaba bien", *ROSA)
    assert said(back) == (0, f"Publicada la versión 2 de {ARTICLE}, con el texto de la 1.")
    assert [act for _, _, act, _ in acts(database_url)] == ["article.withdraw", "article.roll_back"]


async def test_an_ended_fact_holds_back_its_articles_and_says_which(
    cli: CommandLine, seeded: dict[str, str], database_url: str
) -> None:
    yesterday = today() - timedelta(days=1)
    ended = await cli(
        *("knowledge", "facts", "end", "MUN-01", "--on", yesterday.isoformat()),
        *("--why", "se derogó", *ROSA),
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"MUN-01 rige hasta el {yesterday:%d/%m/%Y}.\n")
    assert f"Detenido: {ALCALDIA} (el hecho MUN-01 no rige" in ended.out
    flagged, shown, review = await asyncio.gather(
        articles(cli, "list", "--flagged"),
        cli("knowledge", "facts", "show", "MUN-01"),
        articles(cli, "review", ALCALDIA, *LUIS),
    )
    assert ALCALDIA in flagged.out
    assert ARTICLE not in flagged.out
    assert f"Rosa: terminó el {yesterday:%d/%m/%Y}. se derogó" in shown.out
    assert ALCALDIA in shown.out
    # Nobody can wave through what no longer holds.
    assert review.code == 1
    assert "MUN-01, que no rige" in review.err
    assert acts(database_url) == [("terminal", "Rosa", "fact.end", "fact:MUN-01")]


async def test_what_is_to_be_confirmed_goes_into_a_spreadsheet(
    cli: CommandLine, seeded: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    file = tmp_path / "por confirmar.csv"
    listed, written = await asyncio.gather(
        cli("knowledge", "facts", "to-confirm"),
        cli("knowledge", "facts", "to-confirm", "--csv", str(file)),
    )
    assert "| PER-01 | Permiso ambiental |" in listed.out
    assert (written.code, written.err) == (0, "")
    assert file.read_bytes().startswith(b"\xef\xbb\xbfHecho,Tema,")
    source = ("--source", "Jurídica, 20/11/2026, memorándum 14")
    confirmed = await cli("knowledge", "facts", "confirm", "PER-01", *source, *ROSA)
    assert said(confirmed) == (0, "PER-01 está confirmado.")
    assert "| PER-01 |" not in (await cli("knowledge", "facts", "to-confirm")).out
    assert acts(database_url) == [("terminal", "Rosa", "fact.confirm", "fact:PER-01")]


async def test_out_to_a_folder_and_back_in(
    cli: CommandLine, seeded: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "out"
    assert said(await articles(cli, "export", str(folder))) == (
        0,
        f"{len(seeded)} artículos en {folder}.",
    )
    (found,) = folder.rglob(f"{ARTICLE}.md")
    found.write_bytes(edited(seeded[ARTICLE], tmp_path / "mine").read_bytes())
    same = len(seeded) - 1
    done = await articles(cli, "import", str(folder), *ROSA)
    assert said(done) == (0, f"{ARTICLE}: borrador 2 1 borradores; {same} sin cambios.")
    again = await articles(cli, "import", str(folder), *ROSA)
    assert said(again) == (0, f"0 borradores; {len(seeded)} sin cambios.")
    assert acts(database_url) == [("terminal", "Rosa", "article.import", f"article:{ARTICLE}")]


async def test_what_cannot_be_is_told_in_a_sentence(
    cli: CommandLine, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "no-text.md").write_bytes(b"\xff\xfe")
    given = [
        (1, ("articles", "show", "no-existe")),
        (1, ("articles", "history", b"\xf1".decode("utf-8", "surrogateescape"))),
        (1, ("articles", "approve", "no-existe", "9" * 30, *LUIS)),
        (1, ("articles", "submit", "no-existe", "1")),
        (2, ("articles", "draft", str(tmp_path / "no-text.md"))),
        (2, ("articles", "approve", "no-existe", "1", "--on", "mañana")),
        (1, ("facts", "end", "NO-01", "--on", "2026-12-31", "--why", "x", *ROSA)),
        (1, ("facts", "confirm", "PER-01", "--source", " ", *ROSA)),
        (1, ("facts", "show", "NO-01")),
    ]
    ends = await asyncio.gather(*(cli("knowledge", *words) for _, words in given))
    for ended, (code, words) in zip(ends, given, strict=True):
        assert (ended.code, ended.out) == (code, ""), words
        assert ended.err.count("\n") == 1, words
    listed = await articles(cli, "list")
    assert said(listed)[1].startswith("No hay artículos publicados")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM fact_change").fetchone() == (0,)
    assert acts(database_url) == []
