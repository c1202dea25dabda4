"""``torogoz knowledge facts``: what the register says, and what the staff say of it."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import facts, reading, rules, to_confirm, versions
from actions.articles.errors import NoSuchFact
from api.cli.articles import (
    By,
    Why,
    facts_of_the_files,
    in_transaction,
    now,
    one_who_acts,
    shown_day,
    shown_moment,
    the_day,
)
from api.clock import today
from knowledge.facts import Fact

app = typer.Typer(help="Hechos: lo que se puede afirmar, y su fuente.", no_args_is_help=True)
FactId = Annotated[str, typer.Argument(metavar="HECHO", help="Por ejemplo, PER-01.")]


@app.command()
def show(fact: FactId) -> None:
    """Un hecho, lo que el personal dijo de él, y los artículos que descansan en él."""
    register = facts_of_the_files()

    async def read(session: AsyncSession) -> tuple[Fact, str, list[facts.Said], list[str]]:
        present = (await versions.facts_now(session, register)).register
        if fact not in present:
            raise NoSuchFact(fact)
        there = rules.in_effect(await versions.published(session), today())
        resting = [one.article_id for one in there if fact in one.fact_digests]
        said = list(await facts.said_of(session, fact))
        return present[fact], present.instrument_name(present[fact]), said, resting

    one, source, said, resting = in_transaction(read)
    typer.echo(f"{one.id}: {' '.join(one.text.split())}")
    fields = {
        "Fuente": ", ".join(filter(None, (source, one.locator))),
        "Certeza": to_confirm.CONFIDENCE[one.confidence],
        "Pendiente": one.pending or "",
        "Rige desde": shown_day(one.valid_from),
        "Rige hasta": shown_day(one.valid_to),
        "Artículos": ", ".join(resting),
    }
    for label, value in fields.items():
        if value:
            typer.echo(f"{label}: {value}")
    for word in said:
        what = (
            f"terminó el {shown_day(word.ends_on)}"
            if word.ends_on is not None
            else f"confirmado ({word.source})"
        )
        typer.echo(
            " ".join(filter(None, (f"{shown_moment(word.at)} {word.by}: {what}.", word.note)))
        )


@app.command("to-confirm")
def list_to_confirm(
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Para Excel.")] = None,
) -> None:
    """Lo que está por confirmar, con los artículos que descansan en ello."""
    register = facts_of_the_files()
    rows = in_transaction(lambda session: to_confirm.read(session, register, today()))
    if csv is None:
        typer.echo(to_confirm.as_markdown(rows), nl=False)
        return
    csv.write_text(to_confirm.as_csv(rows), encoding="utf-8", newline="")
    typer.echo(f"{len(rows)} hechos por confirmar en {csv}.")


@app.command()
def end(
    fact: FactId,
    on: Annotated[str, typer.Option(help="El último día en que rige.")],
    why: Why,
    by: By = "",
) -> None:
    """Dice que un hecho deja de regir: desde el día siguiente sus artículos se detienen."""
    register, name, last = facts_of_the_files(), one_who_acts(by), the_day(on)

    async def do(session: AsyncSession) -> tuple[rules.Flagged, ...]:
        await facts.end(session, register, fact, last, name, why, now())
        return await reading.flagged(session, register, today())

    held = [one for one in in_transaction(do) if f" {fact} " in f" {one.reason} "]
    typer.echo(f"{fact} rige hasta el {shown_day(last)}.")
    for one in held:
        typer.echo(f"Detenido: {one.article_id} ({one.reason})")


@app.command()
def confirm(
    fact: FactId,
    source: Annotated[str, typer.Option(help="Quién lo confirmó, cuándo y en qué documento.")],
    by: By = "",
    note: Annotated[str, typer.Option(help="Una nota.")] = "",
) -> None:
    """Dice que un hecho está confirmado: sus artículos ya no avisan que está por confirmar."""
    register, name = facts_of_the_files(), one_who_acts(by)
    in_transaction(
        lambda session: facts.confirm(session, register, fact, source, name, now(), note=note)
    )
    typer.echo(f"{fact} está confirmado.")
