"""``torogoz knowledge questions``: what was asked and found no answer."""

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import reading as articles
from actions.articles import revision
from actions.questions import reading
from actions.questions.reading import Ages, Cluster, Question
from api import question_acts
from api.acting import Acting
from api.cli.articles import (
    By,
    Note,
    facts_of_the_files,
    now,
    one_who_acts,
    print_table,
    shown_day,
)
from api.cli.database import Result, acting_as, in_transaction
from api.cli.staff import who
from api.clock import today
from api.question_acts import OUTCOMES, RESOLUTIONS, STATES, Ended
from bot import responses
from knowledge.library import Library
from knowledge.text import fold

app = typer.Typer(
    help="Preguntas que quedaron sin respuesta, juntas las que son la misma.",
    no_args_is_help=True,
)
console = Console(highlight=False)
Number = Annotated[int, typer.Argument(help="Número del grupo de preguntas.")]

LONGEST_IN_LIST: Final = 70
"""Characters of a question."""

_RESPONSES: Final = Path(responses.__file__).parent


def _in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    return in_transaction(work, question_acts.told)


def _refuse(problem: str) -> NoReturn:
    typer.echo(problem, err=True)
    raise typer.Exit(2)


@app.command("list")
def list_groups(
    state: Annotated[
        Literal["open", "resolved", "dismissed", "all"], typer.Option(help="Cuáles grupos.")
    ] = "open",
    older_than: Annotated[
        int, typer.Option(min=0, help="Solo los que llevan tantos días o más.")
    ] = 0,
    unassigned: Annotated[bool, typer.Option(help="Solo los que nadie atiende.")] = False,
    by_age: Annotated[bool, typer.Option(help="Los más viejos primero.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Cuántos a lo más.")] = 50,
) -> None:
    """Los grupos de preguntas, los más preguntados primero."""
    day = today()

    async def read(session: AsyncSession) -> tuple[list[Cluster], Ages]:
        found = await reading.clusters(
            session,
            None if state == "all" else state,
            "age" if by_age else "size",
            limit,
            first_asked_by=day - timedelta(days=older_than) if older_than else None,
            unassigned=unassigned,
        )
        return found, await reading.ages(session, day)

    groups, ages = _in_transaction(read)
    print_table(
        ("Grupo", "Veces", "Primera", "Última", "Esperan", "Atiende", "Estado", "Pregunta"),
        [
            (
                str(group.number),
                str(group.size),
                shown_day(group.first_on),
                shown_day(group.last_on),
                str(group.waiting),
                group.assigned_to or "nadie",
                STATES[group.state],
                _short(group.label),
            )
            for group in groups
        ],
    )
    typer.echo(
        f"Sin resolver: {ages.week} de los últimos 7 días, {ages.month} de 7 a 30 días, "
        f"{ages.older} de más de 30 días; {ages.unassigned} sin quien los atienda."
    )


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_IN_LIST else f"{words[: LONGEST_IN_LIST - 1]}…"


@app.command()
def show(number: Number) -> None:
    """Un grupo y todas sus preguntas."""

    async def read(session: AsyncSession) -> tuple[Cluster, list[Question]]:
        return await reading.show(session, number)

    group, questions = _in_transaction(read)
    _print(f"[bold]Grupo {group.number}[/bold]: {escape(group.label)}")
    _print(f"Estado: {STATES[group.state]}")
    if group.resolution is not None:
        article = f" {group.article_id}" if group.article_id else ""
        _print(f"Cómo: {RESOLUTIONS[group.resolution]}{escape(article)}")
    if group.resolved_by is not None:
        _print(f"Quién: {escape(group.resolved_by)}")
    if group.note:
        _print(f"Nota: {escape(group.note)}")
    _print(f"Atiende: {escape(group.assigned_to or 'nadie')}")
    _print(f"Esperan la respuesta: {group.waiting}")
    _print("")
    for one in questions:
        offered = f" ({', '.join(one.articles)})" if one.articles else ""
        about = f"{OUTCOMES[one.outcome]}{offered}, {one.channel}"
        _print(
            f"[dim]{one.number} {shown_day(one.asked_on)}[/dim] {escape(one.text)} "
            f"[dim]{escape(about)}[/dim]"
        )


def _print(words: str) -> None:
    # Lines are broken for a terminal only.
    console.print(words, soft_wrap=not sys.stdout.isatty())


@app.command()
def assign(
    number: Number,
    to: Annotated[str, typer.Option(help="Quién lo atiende; si no se dice, usted.")] = "",
) -> None:
    """Deja un grupo a cargo de alguien."""
    name = one_who_acts(to)
    acting_as(who().name, lambda act: question_acts.assign(act, number, name), question_acts.told)
    typer.echo(f"El grupo {number} lo atiende {' '.join(name.split())}.")


@app.command()
def resolve(
    number: Number,
    article: Annotated[str, typer.Option(help="Artículo que lo contesta.")] = "",
    alias: Annotated[
        str, typer.Option(help="Palabras por las que se va a encontrar ese artículo.")
    ] = "",
    not_ours: Annotated[bool, typer.Option(help="No le toca al ministerio.")] = False,
    by: By = "",
    note: Note = "",
) -> None:
    """Da un grupo por resuelto, y avisa a quienes lo pidieron."""
    article_id, other_words = article.strip(), alias.strip()
    if bool(article_id) == not_ours:
        _refuse("Diga cómo: --article ID, --article ID --alias PALABRAS, o --not-ours.")
    if alias and (not_ours or not fold(other_words)):
        _refuse("--alias lleva palabras, y va con el artículo que se encuentra por ellas.")
    name = one_who_acts(by)

    async def work(act: Acting) -> Ended:
        library = await _served(act.session)
        said = responses.load(_RESPONSES)
        if not_ours:
            return await question_acts.not_ours(act, library, said, number, note, name, now())
        return await question_acts.answer(
            act,
            library,
            library.facts,
            said,
            number,
            article_id,
            other_words,
            note,
            name,
            now(),
        )

    ended = acting_as(name, work, question_acts.told)
    if ended.draft is not None:
        typer.echo(f"Borrador {ended.draft} de {article_id}: falta que otra persona lo apruebe.")
    typer.echo(f"Resuelto. Avisados: {ended.told}; sin poder avisarles: {ended.not_told}.")


async def _served(session: AsyncSession) -> Library:
    """What is served today: what was published, or the files while nothing was."""
    if await revision.mark(session) is None:
        return Library.load(today())
    return await articles.published_library(session, facts_of_the_files(), today())


@app.command()
def dismiss(number: Number, by: By = "", note: Note = "") -> None:
    """Descarta un grupo que no es una pregunta; no se avisa a nadie."""
    name = one_who_acts(by)
    acting_as(
        name,
        lambda act: question_acts.dismiss(act, number, note, name, now()),
        question_acts.told,
    )
    typer.echo("Descartado.")


@app.command()
def reopen(number: Number) -> None:
    """Abre de nuevo un grupo descartado, o que no le tocaba al ministerio."""
    waiting = acting_as(
        who().name, lambda act: question_acts.reopen(act, number), question_acts.told
    )
    typer.echo(f"El grupo {number} está sin resolver. Esperan la respuesta: {waiting}.")


@app.command()
def merge(
    number: Number,
    other: Annotated[int, typer.Argument(help="El grupo que pasa al primero.")],
) -> None:
    """Junta dos grupos que son la misma pregunta."""
    acting_as(who().name, lambda act: question_acts.merge(act, number, other), question_acts.told)
    typer.echo(f"Las preguntas del grupo {other} están ahora en el {number}.")


@app.command()
def split(
    question: Annotated[int, typer.Argument(help="Número de la pregunta, como la muestra show.")],
) -> None:
    """Saca una pregunta de su grupo a uno propio."""
    new = acting_as(who().name, lambda act: question_acts.part(act, question), question_acts.told)
    typer.echo(f"La pregunta {question} está ahora en el grupo {new}.")
