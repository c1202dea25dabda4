"""``torogoz cases``: what the staff does with requests for a person."""

import getpass
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit.service import Act
from actions.cases import service as cases
from actions.cases import staff as desk
from actions.cases.errors import CaseRefused
from actions.cases.record import record
from api.acting import Acting
from api.cli.database import Result, acting_as, in_transaction
from api.clock import ZONE
from api.settings import Settings
from bot import inbound, responses

app = typer.Typer(help="Casos: personas que pidieron hablar con alguien.", no_args_is_help=True)
console = Console(highlight=False)
Number = Annotated[int, typer.Argument(help="Número del caso.")]
Staff = Annotated[str, typer.Option(help="Quién atiende; si no se dice, el usuario del sistema.")]

LONGEST_REPLY: Final = 800
"""Characters. Outside the 24-hour window WhatsApp's template takes no more, its own words included;
a channel would cut the rest, or refuse the message after staff was told that it is on its way."""
LONGEST_NAME: Final = 60
LONGEST_IN_LIST: Final = 60
"""Characters of a last message."""
PIPED_WIDTH: Final = 200
"""Columns of a table that nobody reads on a terminal: its lines stay whole."""

_RESPONSES: Final = Path(responses.__file__).parent
_CHANNELS: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram", "web": "Web"}
_REASONS: Final = {
    "request": "lo pidió",
    "not_understood": "no se le entendió",
    "anger": "está molesto",
}
_CONTEXT: Final[dict[str, str]] = {
    "why": "Por qué",
    "task": "Trámite",
    "question": "Última pregunta",
    "article": "Último artículo",
}
_WITHOUT_WORDS: Final = {
    inbound.BUTTON: "(botón)",
    inbound.VOICE: "(nota de voz)",
    inbound.IMAGE: "(foto)",
    inbound.VIDEO: "(video)",
    inbound.STICKER: "(sticker)",
    inbound.DOCUMENT: "(archivo)",
    inbound.LOCATION: "(ubicación)",
    inbound.CONTACT: "(contacto)",
}


def _in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    return in_transaction(work, _told)


def _acting(
    name: str,
    number: int,
    act: str,
    work: Callable[[AsyncSession], Awaitable[None]],
    after: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """What somebody does with a case, with its entry in the audit."""

    async def run(doing: Acting) -> None:
        person_id = (await record(doing.session, number)).person_id
        await work(doing.session)
        doing.did(Act(act, f"case:{number}", after=after, person_id=person_id))

    acting_as(name, run, _told)


def _told(error: Exception) -> str | None:
    match error:
        case cases.NoSuchCase():
            return f"No hay un caso abierto con el número {error}."
        case desk.HeldByAnother():
            return f"El caso {error.number} ya lo atiende {error.staff} ({_until(error.until)})."
        case desk.NotHeld():
            return f"Nadie está atendiendo el caso {error}: el asistente ya contesta."
        case CaseRefused():
            return str(error)
        case desk.Unreachable():
            return f"La persona del caso {error} ya no tiene un chat donde escribirle."
    return None


def _now() -> datetime:
    return datetime.now(UTC)


def _at(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%d/%m %H:%M")


def _until(moment: datetime) -> str:
    return f"hasta {_at(moment)}"


def _back() -> str:
    return responses.load(_RESPONSES).say("utter_release", {}).text


def _hold() -> timedelta:
    return timedelta(hours=Settings().staff_hold_hours)


def _one_who_acts(given: str) -> str:
    name = " ".join(given.split())
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = ""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        # Bytes of another encoding arrive as characters that are not printable.
        typer.echo(f"Diga quién atiende: --staff NOMBRE (hasta {LONGEST_NAME} letras).", err=True)
        raise typer.Exit(2)
    return name


@app.command("list")
def list_open() -> None:
    """Los casos abiertos, del más viejo al más nuevo."""
    table = Table("Caso", "Desde", "Motivo", "Atiende", "Canal", "Último mensaje")
    for case in _in_transaction(cases.open_cases):
        words = " ".join(case.last_text.split())
        short = words if len(words) <= LONGEST_IN_LIST else f"{words[: LONGEST_IN_LIST - 1]}…"
        table.add_row(
            str(case.number),
            _at(case.opened_at),
            _REASONS.get(case.reason, case.reason),
            escape(case.staff or "nadie"),
            _CHANNELS.get(case.channel, case.channel),
            escape(short),
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


@app.command()
def show(number: Number) -> None:
    """Lo que se sabe de un caso, y sus últimos mensajes."""

    async def read(session: AsyncSession) -> tuple[cases.Known, list[cases.Line]]:
        return await cases.known(session, number), await cases.thread(session, number)

    case, lines = _in_transaction(read)
    chats = ", ".join(
        f"{_CHANNELS.get(channel, channel)} {address}" for channel, address in case.addresses
    )
    _print(f"[bold]Caso {case.number}[/bold] desde {_at(case.opened_at)}")
    _print(f"Chat: {escape(chats) or 'ninguno'}")
    _print(f"Motivo: {_REASONS.get(case.reason, case.reason)}")
    holder = "nadie"
    if case.staff is not None and case.held_until is not None:
        holder = f"{case.staff} ({_until(case.held_until)})"
    _print(f"Atiende: {escape(holder)}")
    known = dict(case.context)
    for key, label in _CONTEXT.items():
        if known.get(key):
            _print(f"{label}: {escape(str(known[key]))}")
    _print("")
    for line in lines:
        sender = line.sender if line.staff is None else f"{line.sender} ({line.staff})"
        words = line.text or _WITHOUT_WORDS.get(line.kind, "(sin texto)")
        lost = "" if line.arrives else " [red](no se pudo entregar)[/red]"
        _print(f"[dim]{_at(line.at)} {escape(sender)}[/dim] {escape(words)}{lost}")


def _print(words: str) -> None:
    # Lines are broken for a terminal only.
    console.print(words, soft_wrap=not sys.stdout.isatty())


@app.command()
def take(number: Number, staff: Staff = "") -> None:
    """Toma la conversación: el asistente calla mientras tanto."""
    name, hold = _one_who_acts(staff), _hold()
    _acting(
        name,
        number,
        "case.take",
        lambda session: desk.take(session, number, name, _now(), hold),
    )
    hours = f"{hold.total_seconds() / 3600:g} h"
    typer.echo(f"El caso {number} es suyo. El asistente calla, y vuelve tras {hours} sin mensajes.")


@app.command()
def reply(
    number: Number,
    message: Annotated[str, typer.Argument(help="Respuesta.")],
    staff: Staff = "",
) -> None:
    """Manda una respuesta por el mismo chat, y toma la conversación."""
    words = message.strip()
    problem = _why_not_sendable(words)
    if problem is not None:
        typer.echo(problem, err=True)
        raise typer.Exit(2)
    name, hold = _one_who_acts(staff), _hold()
    _acting(
        name,
        number,
        "case.reply",
        lambda session: desk.reply(session, number, words, name, _now(), hold),
        {"text": words},
    )
    typer.echo("En camino.")


def _why_not_sendable(words: str) -> str | None:
    if not words:
        return "La respuesta está vacía."
    if len(words) > LONGEST_REPLY:
        return f"La respuesta tiene {len(words)} letras y caben {LONGEST_REPLY}: mándela en partes."
    try:
        words.encode()
    except UnicodeEncodeError:
        return "La respuesta tiene letras que no se pueden leer: use una terminal en UTF-8."
    return None


@app.command("hand-back")
def hand_back(number: Number, staff: Staff = "") -> None:
    """Devuelve la conversación al asistente; el caso sigue abierto."""
    name = _one_who_acts(staff)
    _acting(
        name,
        number,
        "case.hand_back",
        lambda session: desk.hand_back(session, number, name, _now(), _back()),
    )
    typer.echo("El asistente vuelve a contestar.")


@app.command()
def close(
    number: Number,
    staff: Staff = "",
    reason: Annotated[
        str, typer.Option(help=f"Por qué se cierra: {', '.join(cases.CLOSE_REASONS)}.")
    ] = "resuelto",
    note: Annotated[str, typer.Option(help="Nota para el ministerio; la persona no la ve.")] = "",
) -> None:
    """Cierra un caso; si alguien lo atendía, el asistente vuelve a contestar."""
    name = _one_who_acts(staff)
    _acting(
        name,
        number,
        "case.close",
        lambda session: desk.close(session, number, name, _now(), _back(), reason, note),
        {"reason": reason, "note": note.strip()},
    )
    typer.echo("Cerrado.")
