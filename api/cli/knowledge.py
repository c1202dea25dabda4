"""``torogoz knowledge``: check the articles, and measure the search."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli import articles as articles_commands
from api.cli import facts as facts_commands
from api.cli import guides as guide_files
from api.cli import questions as questions_commands
from api.clock import today
from api.processes.progress import step
from knowledge import check as checking
from knowledge import evaluate, guides, phrasings
from knowledge.articles import load_documents, read_articles
from knowledge.library import FOLDER
from knowledge.marked_yaml import SourceError
from knowledge.search import Index

app = typer.Typer(help="Artículos y búsqueda.", no_args_is_help=True)
app.add_typer(articles_commands.app, name="articles")
app.add_typer(facts_commands.app, name="facts")
app.add_typer(questions_commands.app, name="questions")
app.command("guides")(guide_files.write)


@app.command()
def check() -> None:
    """Revisa artículos, hechos, guías y formas de preguntar; cada defecto con archivo y línea."""
    written = {path.stem for path in (FOLDER / "articles").rglob("*.md")}
    defects: list[checking.Defect | SourceError] = [
        *checking.check_folders(FOLDER / "articles", FOLDER / "facts", today()),
        *guides.check(written),
        *phrasings.check(read_articles(FOLDER / "articles")[0]),
    ]
    for defect in defects:
        typer.echo(f"{defect.path}:{defect.line}: {defect.message}")
    if defects:
        typer.echo(f"{len(defects)} defectos.", err=True)
        raise typer.Exit(1)
    typer.echo("Sin defectos.")


@app.command("eval")
def evaluation(
    articles: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Carpeta de Markdown; id = nombre.")
    ],
    questions: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help='Líneas {"text","article"}.')
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Como un objeto JSON.")] = False,
) -> None:
    """Mide la búsqueda sobre cualquier carpeta de artículos y sus preguntas."""
    try:
        asked = evaluate.read_questions(questions)
        documents = load_documents(articles)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    with step(f"Índice de {len(documents)} artículos"):
        index = Index.build(documents)
    with step(f"{len(asked)} preguntas"):
        report = evaluate.evaluate(index, asked)
    figures = report.as_dict()
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name:<16} {_shown(value)}")


def _shown(figure: object) -> str:
    if isinstance(figure, float):
        return f"{figure:.4f}"
    if isinstance(figure, tuple):
        return ", ".join(figure) or "-"
    return "-" if figure is None else str(figure)
