"""``torogoz knowledge articles``: what the staff does with articles and their versions."""

import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import folder as folders
from actions.articles import reading, rules, service, versions
from actions.articles.errors import ArticleRefused
from actions.articles.rules import DRAFT, IN_REVIEW, PUBLISHED, STATES
from actions.articles.service import RolledBack
from actions.audit import service as audit
from actions.audit.service import Actor
from api import article_acts
from api.acting import Acting
from api.cli import database
from api.cli.database import Result
from api.cli.staff import who
from api.clock import ZONE, today
from knowledge.facts import FactRegister, load_facts
from knowledge.library import FOLDER
from knowledge.marked_yaml import SourceError, read_source

app = typer.Typer(help="Artículos: versiones, revisión y publicación.", no_args_is_help=True)
ArticleId = Annotated[str, typer.Argument(metavar="ARTÍCULO", help="Nombre del artículo.")]
Number = Annotated[int, typer.Argument(metavar="VERSIÓN", help="Número de la versión.")]
By = Annotated[str, typer.Option(help="Quién lo hace; si no se dice, el usuario del sistema.")]
Why = Annotated[str, typer.Option(help="El motivo.")]
Note = Annotated[str, typer.Option(help="Una nota para quien la lea después.")]

PIPED_WIDTH: Final = 200
"""Columns of a table that nobody reads on a terminal: its lines stay whole."""
_ORIGINS: Final = {"seed": "de fábrica", "staff": "del personal", "import": "de una carpeta"}


def in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Runs one piece of work on the database; what the staff got wrong is told in a sentence."""
    return database.in_transaction(work, _told)


def act(name: str, work: Callable[[Acting], Awaitable[Result]]) -> Result:
    """The same for something that somebody of that name does, with its entry in the audit."""
    return database.acting_as(name, work, _told)


def _told(error: Exception) -> str | None:
    return str(error) if isinstance(error, ArticleRefused) else None


def facts_of_the_files() -> FactRegister:
    """The register of this release."""
    return load_facts(FOLDER / "facts")


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def one_who_acts(given: str) -> str:
    """The name given, else the system's user; the services refuse one that cannot be shown."""
    if given.strip():
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def the_day(given: str) -> date:
    """A day as 2026-12-31 or 31/12/2026; ends the command for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(given.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    typer.echo(f"'{given}' no es un día: escríbalo como 2026-12-31 o 31/12/2026.", err=True)
    raise typer.Exit(2)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for the terminal; whole lines where it goes into a file."""
    table = Table(*headings)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def shown_day(day: date | None) -> str:
    """A day as staff read it."""
    return "" if day is None else f"{day:%d/%m/%Y}"


def shown_moment(moment: datetime | None) -> str:
    """A moment in El Salvador as staff read it."""
    return "" if moment is None else f"{moment.astimezone(ZONE):%d/%m/%Y %H:%M}"


@app.command("list")
def list_articles(
    flagged: Annotated[bool, typer.Option("--flagged", help="Solo los detenidos.")] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="Borradores y en revisión.")] = False,
) -> None:
    """Los artículos vigentes, los detenidos con su motivo, o lo que espera revisión."""
    if drafts:
        waiting = in_transaction(lambda session: reading.listed(session, (DRAFT, IN_REVIEW)))
        print_table(
            ("Artículo", "Versión", "Estado", "Autor", "Título", "Nota"),
            [
                (
                    one.article_id,
                    str(one.number),
                    STATES[one.state],
                    one.author,
                    one.title,
                    one.note,
                )
                for one in waiting
            ],
        )
        return
    register = facts_of_the_files()

    async def read(session: AsyncSession) -> tuple[list[rules.Published], dict[str, str]]:
        held = await reading.flagged(session, register, today())
        there = rules.in_effect(await versions.published(session), today())
        return there, {one.article_id: one.reason for one in held}

    there, held = in_transaction(read)
    if not there:
        typer.echo("No hay artículos publicados en la base: se cargan al arrancar Torogoz.")
        return
    print_table(
        ("Artículo", "Versión", "Desde", "Título", "Estado"),
        [
            (
                one.article_id,
                str(one.number),
                shown_day(one.effective_on),
                one.title,
                f"detenido: {held[one.article_id]}" if one.article_id in held else "se sirve",
            )
            for one in there
            if not flagged or one.article_id in held
        ],
    )


@app.command()
def show(
    article: ArticleId,
    number: Annotated[int | None, typer.Option(help="Otra versión que la vigente.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Solo el texto, para editarlo.")] = False,
) -> None:
    """Una versión de un artículo: quién la escribió y revisó, y su texto."""
    register = facts_of_the_files()

    async def read(session: AsyncSession) -> tuple[versions.Version, str]:
        current = await reading.in_effect(session, article, today())
        wanted = number
        if wanted is None and current is not None:
            wanted = current.number
        if wanted is None:
            wanted = (await reading.history(session, article))[0].number
        held = {
            (one.article_id, one.number): one.reason
            for one in await reading.flagged(session, register, today())
        }
        one = await versions.version(session, article, wanted)
        return one, held.get((article, wanted), "")

    one, reason = in_transaction(read)
    if raw:
        typer.echo(one.markdown, nl=False)
        return
    typer.echo(f"{one.article_id}, versión {one.number}: {STATES[one.state]}")
    facts = {
        "Detenido": reason,
        "Rige desde": shown_day(one.effective_on),
        "Origen": _ORIGINS[one.origin],
        "Autor": one.author,
        "Nota": one.note,
        "Partió de": "" if one.began_from is None else f"la versión {one.began_from}",
        "Revisó": " ".join(filter(None, (one.reviewer, shown_moment(one.reviewed_at)))),
        "Sobre la revisión": one.review_note,
    }
    for label, value in facts.items():
        if value:
            typer.echo(f"{label}: {value}")
    typer.echo(f"\n{one.markdown}", nl=False)


@app.command()
def history(article: ArticleId) -> None:
    """Todas las versiones de un artículo, de la más nueva a la más vieja."""
    print_table(
        ("Versión", "Estado", "Rige desde", "Escrita", "Autor", "Revisó", "Nota"),
        [
            (
                str(one.number),
                STATES[one.state],
                shown_day(one.effective_on),
                shown_moment(one.created_at),
                one.author,
                one.reviewer or "",
                "; ".join(filter(None, (one.note, one.review_note))),
            )
            for one in in_transaction(lambda session: reading.history(session, article))
        ],
    )


@app.command()
def diff(article: ArticleId, one: Number, other: Number) -> None:
    """Lo que cambió de una versión a otra."""
    changed = in_transaction(lambda session: reading.diff(session, article, one, other))
    typer.echo(changed or "Son iguales.")


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Su nombre dice el artículo.")],
    note: Note = "",
    by: By = "",
    began_from: Annotated[
        int | None, typer.Option("--from", help="La versión publicada de la que partió.")
    ] = None,
) -> None:
    """Guarda un borrador, nuevo o de un artículo que ya existe."""
    try:
        markdown = read_source(file)
    except SourceError:
        typer.echo(f"No se puede leer {file}: tiene que ser un archivo en UTF-8.", err=True)
        raise typer.Exit(2) from None
    register, author = facts_of_the_files(), one_who_acts(by)

    async def do(doing: Acting) -> int:
        number = await service.draft(
            doing.session,
            register,
            file.stem,
            markdown,
            author,
            note,
            now(),
            began_from=began_from,
        )
        doing.did(article_acts.drafted(file.stem, number, markdown, began_from, note))
        return number

    number = act(author, do)
    typer.echo(f"Borrador {number} de {file.stem}. Mándelo a revisión: submit {file.stem} {number}")


@app.command()
def submit(article: ArticleId, number: Number) -> None:
    """Manda un borrador a revisión."""

    async def do(doing: Acting) -> None:
        await service.submit(doing.session, article, number, now())
        doing.did(article_acts.submitted(article, number))

    act(who().name, do)
    typer.echo(f"La versión {number} de {article} está en revisión: la aprueba otra persona.")


@app.command()
def approve(
    article: ArticleId,
    number: Number,
    by: By = "",
    on: Annotated[str, typer.Option(help="Desde qué día rige; si no se dice, hoy.")] = "",
    note: Note = "",
) -> None:
    """Publica una versión en revisión, desde hoy o desde otro día."""
    register, reviewer = facts_of_the_files(), one_who_acts(by)
    first = the_day(on) if on.strip() else today()

    async def do(doing: Acting) -> None:
        await service.approve(
            doing.session,
            register,
            article,
            number,
            reviewer,
            now(),
            effective_on=first,
            note=note,
        )
        doing.did(article_acts.approved(article, number, first, note))

    act(reviewer, do)
    typer.echo(f"Publicada la versión {number} de {article}, desde el {shown_day(first)}.")


@app.command()
def reject(article: ArticleId, number: Number, why: Why, by: By = "") -> None:
    """Rechaza una versión en revisión."""
    reviewer = one_who_acts(by)

    async def do(doing: Acting) -> None:
        await service.reject(doing.session, article, number, reviewer, why, now())
        doing.did(article_acts.rejected(article, number, why))

    act(reviewer, do)
    typer.echo(f"Rechazada la versión {number} de {article}.")


@app.command()
def withdraw(
    article: ArticleId,
    why: Why,
    by: By = "",
    number: Annotated[int | None, typer.Option(help="Otra versión que la vigente.")] = None,
) -> None:
    """Retira la versión vigente (el artículo deja de servirse), o la que se diga."""
    name = one_who_acts(by)

    async def do(doing: Acting) -> int:
        was = PUBLISHED
        if number is not None:
            was = (await versions.version(doing.session, article, number)).state
        gone = await service.withdraw(doing.session, article, name, why, now(), number=number)
        doing.did(article_acts.withdrawn(article, gone, was, why))
        return gone

    gone = act(name, do)
    typer.echo(f"Retirada la versión {gone} de {article}.")


@app.command("roll-back")
def roll_back(article: ArticleId, number: Number, why: Why, by: By = "") -> None:
    """Vuelve al texto de una versión anterior."""
    register, name = facts_of_the_files(), one_who_acts(by)

    async def do(doing: Acting) -> RolledBack:
        made = await service.roll_back(doing.session, register, article, number, name, why, now())
        doing.did(article_acts.rolled_back(article, number, made, why))
        return made

    made = act(name, do)
    if made.state == PUBLISHED:
        typer.echo(f"Publicada la versión {made.number} de {article}, con el texto de la {number}.")
        return
    typer.echo(f"La versión {made.number} de {article} espera revisión: {made.why_reviewed}.")


@app.command()
def review(article: ArticleId, by: By = "", note: Note = "") -> None:
    """Vuelve a servir un artículo detenido, si usted lo leyó y sigue siendo cierto."""
    register, reviewer = facts_of_the_files(), one_who_acts(by)

    async def do(doing: Acting) -> int:
        number = await service.review_flagged(
            doing.session, register, article, reviewer, now(), note=note
        )
        doing.did(article_acts.reviewed_again(article, number, note))
        return number

    number = act(reviewer, do)
    typer.echo(f"La versión {number} de {article} se vuelve a servir.")


@app.command("export")
def export_folder(
    folder: Annotated[Path, typer.Argument(metavar="CARPETA", file_okay=False)],
) -> None:
    """Escribe los artículos vigentes en una carpeta, en Markdown."""
    count = in_transaction(lambda session: folders.export_all(session, folder, today()))
    typer.echo(f"{count} artículos en {folder}.")


@app.command("import")
def import_folder(
    folder: Annotated[Path, typer.Argument(metavar="CARPETA", exists=True, file_okay=False)],
    by: By = "",
) -> None:
    """Hace borradores de los archivos de una carpeta que dicen algo nuevo."""
    register, name = facts_of_the_files(), one_who_acts(by)

    async def do(session: AsyncSession) -> folders.Imported:
        done = await folders.import_all(session, register, folder, name, now())
        actor = Actor("terminal", " ".join(name.split()))
        # A folder may hold nothing new: then nothing was done.
        for article, number in done.drafted:
            await audit.record(session, actor, article_acts.imported(article, number), now())
        return done

    done = in_transaction(do)
    for article, number in done.drafted:
        typer.echo(f"{article}: borrador {number}")
    typer.echo(f"{len(done.drafted)} borradores; {done.same} sin cambios.")
    for path, problems in done.refused:
        for problem in problems:
            typer.echo(f"{path}:{problem.line}: {problem.message}", err=True)
    if done.refused:
        raise typer.Exit(1)
