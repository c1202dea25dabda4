"""``torogoz knowledge facts``: what the register says, and what the staff say of it."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from actions.articles import facts, reading, rules, to_confirm, versions
from actions.articles.errors import NoSuchFact
from api import article_acts
from api.acting import Acting
from api.cli.articles import (
    By,
    Why,
    act,
    facts_of_the_files,
    in_transaction,
    now,
    one_who_acts,
    shown_day,
    shown_moment,
    the_day,
)
from api.clock import today
from knowledge.facts import Fact, FactRegister

app = typer.Typer(help="Hechos: lo que se puede afirmar, y su fuente.", no_args_is_help=True)
FactId = Annotated[str, typer.Argument(metavar="HECHO", help="Por ejemplo, PER-01.")]


@app.command()
def show(fact: FactId) -> None:
    """Un hecho, lo que el personal dijo de él, y los artículos que descansan en él."""
    register = facts_of_the_files()

    async def read(session: AsyncSession) -> tuple[Fact, str, list[facts.Said], list[str]]:
        one = await _as_it_stands(session, register, fact)
        there = rules.in_effect(await versions.published(session), today())
        resting = [one.article_id for one in there if fact in one.fact_digests]
        said = list(await facts.said_of(session, fact))
        return one, register.instrument_name(one), said, resting

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


async def _as_it_stands(session: AsyncSession, register: FactRegister, fact: str) -> Fact:
    """A fact with what staff said of it. Raises NoSuchFact."""
    present = (await versions.facts_now(session, register)).register
    if fact not in present:
        raise NoSuchFact(fact)
    return present[fact]


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

    async def do(doing: Acting) -> tuple[rules.Flagged, ...]:
        was = (await _as_it_stands(doing.session, register, fact)).valid_to
        await facts.end(doing.session, register, fact, last, name, why, now())
        doing.did(article_acts.ended(fact, was, last, why))
        return await reading.flagged(doing.session, register, today())

    held = [one for one in act(name, do) if f" {fact} " in f" {one.reason} "]
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

    async def do(doing: Acting) -> None:
        was = (await _as_it_stands(doing.session, register, fact)).confidence
        await facts.confirm(doing.session, register, fact, source, name, now(), note=note)
        doing.did(article_acts.confirmed(fact, was, source, note))

    act(name, do)
    typer.echo(f"{fact} está confirmado.")
