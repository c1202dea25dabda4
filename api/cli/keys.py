"""``torogoz keys``: the keys with which the ministry's other systems use the API."""

from datetime import datetime, time, timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.keys import rules, service
from actions.keys.rules import SCOPES, KeyRefused
from actions.keys.service import STATES, KeyRow, Made
from actions.store.listing import MOST_EXPORTED, Asked, Listed
from api.cli import database
from api.cli.articles import By, now, one_who_acts, print_table, shown_moment, the_day
from api.clock import ZONE

app = typer.Typer(help="Llaves de la API para otros sistemas.", no_args_is_help=True)


def _told(error: Exception) -> str | None:
    return str(error) if isinstance(error, KeyRefused) else None


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="SISTEMA", help="El sistema que la va a usar.")],
    scope: Annotated[
        list[str], typer.Option(help=f"Permiso; se puede repetir: {', '.join(SCOPES)}.")
    ],
    per_minute: Annotated[
        int, typer.Option(help="Solicitudes por minuto.")
    ] = rules.USUAL_PER_MINUTE,
    until: Annotated[
        str, typer.Option(help="Último día en que sirve; si no se dice, no vence.")
    ] = "",
    by: By = "",
) -> None:
    """Hace una llave y la muestra esta única vez."""
    who, moment = one_who_acts(by), now()
    end = _after(until) if until else None

    async def make(session: AsyncSession) -> Made:
        made = await service.create(
            session, name, scope, who, moment, per_minute=per_minute, expires_at=end
        )
        given = {"name": name, "scopes": scope, "per_minute": per_minute, "until": until or None}
        act = Act("key.create", f"key:{made.prefix}", after=given)
        await audit.record(session, Actor("terminal", who), act, moment)
        return made

    made = database.in_transaction(make, _told)
    typer.echo(made.token)
    typer.echo("Guárdela ahora: no se puede volver a ver.", err=True)


def _after(until: str) -> datetime:
    day = the_day(until) + timedelta(days=1)
    return datetime.combine(day, time(), ZONE)


@app.command("list")
def list_keys() -> None:
    """Todas las llaves, sin su parte secreta."""

    async def read(session: AsyncSession) -> Listed[KeyRow]:
        return await service.listed(session, Asked(limit=MOST_EXPORTED), now())

    rows = database.in_transaction(read, _told).rows
    headings = ("Llave", "Sistema", "Estado", "Permisos", "Por minuto", "Usada", "Vence", "La hizo")
    print_table(
        headings,
        [
            (
                row.prefix,
                row.name,
                STATES[row.state],
                ", ".join(row.scopes),
                str(row.per_minute),
                shown_moment(row.last_used_at),
                shown_moment(row.expires_at),
                row.made_by,
            )
            for row in rows
        ],
    )


@app.command()
def revoke(
    key: Annotated[
        str, typer.Argument(metavar="LLAVE", help="Su comienzo, como está en la lista.")
    ],
    by: By = "",
) -> None:
    """Anula una llave desde este momento."""
    who, moment = one_who_acts(by), now()

    async def work(session: AsyncSession) -> str:
        name = await service.revoke(session, key, who, moment)
        act = Act("key.revoke", f"key:{key}", before={"name": name})
        await audit.record(session, Actor("terminal", who), act, moment)
        return name

    name = database.in_transaction(work, _told)
    typer.echo(f"La llave {key} de {name} quedó anulada.")
