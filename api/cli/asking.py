"""``torogoz ask`` and ``torogoz chat``: talk with the assistant from a terminal."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from actions.messages import thread
from actions.store import migrate
from api import logs
from api.assembly import FLOWS, RESPONSES, assembled, turning
from api.clock import today
from api.processes import services
from api.processes.seeding import seeded
from api.settings import Settings
from bot import asking, flows, inbound, responses
from bot.channels import text
from bot.channels.web import NAME, external_of
from bot.flows import Flows
from bot.inbound import Inbound
from bot.responses import Catalogue
from bot.turn import take_turn
from knowledge.library import Library
from nlu.client import NluClient


@asynccontextmanager
async def _asker(nlu_url: str) -> AsyncIterator[tuple[NluClient, Library, Catalogue, Flows]]:
    # A terminal can wait longer than a person on a phone.
    async with NluClient(nlu_url, timeout=10) as nlu:
        loaded = responses.load(RESPONSES), flows.load(FLOWS)
        library = Library.load(today())
        # Built now: an answer's time is that of a process that has answered before.
        _ = library.index
        yield nlu, library, *loaded


def ask(
    question: Annotated[str | None, typer.Argument(help="La pregunta.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Lee líneas {"id","text"} y escribe una por cada una.')
    ] = False,
) -> None:
    """Responde una pregunta, o muchas con --jsonl, sin guardar nada."""
    if not jsonl and not question:
        typer.echo('Escribí la pregunta: torogoz ask "¿ocupo permiso?"', err=True)
        raise typer.Exit(2)
    with services.understanding(Settings()) as nlu_url:
        if jsonl:
            asyncio.run(_ask_many(nlu_url, sys.stdin.buffer))
        else:
            asyncio.run(_ask_one(nlu_url, question or ""))


async def _ask_one(nlu_url: str, question: str) -> None:
    async with _asker(nlu_url) as parts:
        asked = await asking.ask(question, *parts)
    # Lines are broken for a terminal only: whoever reads a file or a pipe gets whole paragraphs.
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print(escape(asked.answer))
    for place, suggestion in enumerate(asked.suggestions, start=1):
        console.print(f"  {place}. {escape(suggestion)}")
    sure = asked.understood.confidence
    source = f"{asked.understood.intent} ({'-' if sure is None else f'{sure:.2f}'})"
    console.print(
        f"[dim]{source} · {asked.outcome} · {asked.topic or '-'} · "
        f"{', '.join(asked.articles) or '-'} · {asked.milliseconds:.0f} ms[/dim]"
    )


async def _ask_many(nlu_url: str, lines: Iterable[bytes]) -> None:
    async with _asker(nlu_url) as parts:
        for identity, question in _questions(lines):
            asked = await asking.ask(question, *parts)
            line = json.dumps(asked.as_json(question, identity), ensure_ascii=False)
            # A lone surrogate of the question cannot be written as UTF-8.
            sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
            sys.stdout.buffer.flush()


def _questions(lines: Iterable[bytes]) -> Iterator[tuple[Any, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            question = data["text"]
            if not isinstance(question, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            typer.echo(f'Línea {number}: no es un objeto con "id" y "text".', err=True)
            raise typer.Exit(2) from None
        yield data.get("id"), question


def chat() -> None:
    """Conversa en la terminal, por el mismo camino que un teléfono."""
    logs.configure("chat")
    settings = Settings()
    with services.database(settings) as database_url, services.understanding(settings) as nlu_url:
        migrate.upgrade(database_url)
        seeded(database_url)
        asyncio.run(_chat(settings, database_url, nlu_url))


async def _chat(settings: Settings, database_url: str, nlu_url: str) -> None:
    console = Console(highlight=False)
    external = external_of(f"terminal-{secrets.token_hex(16)}")
    console.print("Escribí tu mensaje. Ctrl-D para salir.")
    async with (
        assembled(settings, database_url) as assembly,
        turning(assembly, nlu_url) as (parts, _),
    ):
        while True:
            try:
                words = await asyncio.to_thread(console.input, "[bold]vos>[/bold] ")
            except (EOFError, KeyboardInterrupt):
                console.print()
                return
            received = await assembly.intake.receive(
                Inbound(NAME, external, secrets.token_hex(8), inbound.TEXT, inbound.clean(words))
            )
            replies = None
            while replies is None:
                # A worker that runs beside us may take the turn first; then there is none left.
                if await take_turn(parts, received.person_id) is None:
                    await asyncio.sleep(0.1)
                async with assembly.database.session() as session:
                    replies = await thread.replies_to(session, received.inbox_id)
            for reply in replies:
                console.print(escape(text.plain(reply.content.text)))
                for place, button in enumerate(reply.content.buttons, start=1):
                    console.print(f"  [dim]{place}. {escape(button.title)}[/dim]")
