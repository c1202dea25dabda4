"""«Llaves de la API»: the keys of the ministry's other systems, made, shown once, and revoked."""

from datetime import datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit import reading as audit
from actions.audit.acts import told
from actions.audit.service import Act
from actions.keys import rules, service
from actions.keys.rules import (
    MOST_PER_MINUTE,
    SCOPES,
    USUAL_PER_MINUTE,
    BadLimit,
    BadName,
    BadScopes,
    ExpiresTooEarly,
    KeyRefused,
    NoSuchKey,
)
from actions.keys.service import STATES, KeyRow
from actions.staff.permissions import Permission
from api.acting import acting
from api.clock import ZONE, today
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form, day_typed
from api.console.tables import Column, Filter, Table
from api.v1.app import DOCUMENT

router = APIRouter()
PATH: Final = "/consola/llaves"
MANAGE: Final = Permission.MANAGE_KEYS
Prefix = Annotated[str, Path(pattern=r"^[0-9a-f]{8}$")]
LONGEST_YEARS: Final = 20
"""A key with a last day further off has none."""
ENTRIES: Final = 20
"""Of a key's history."""

TONES: Final = {"live": "good", "expired": "warning", "revoked": "quiet"}
CHOICES: Final = [(scope, f"{said[:1].upper()}{said[1:]}", scope) for scope, said in SCOPES.items()]
_FIELDS: Final[dict[type[KeyRefused], str]] = {
    BadName: "nombre",
    BadScopes: "permisos",
    BadLimit: "limite",
    ExpiresTooEarly: "vence",
}


def _last_day(key: KeyRow) -> str:
    """The last day on which it is good: it ends with that day."""
    if key.expires_at is None:
        return "no vence"
    return pages.day(key.expires_at - timedelta(seconds=1))


TABLE: Final[Table[KeyRow]] = Table(
    path=PATH,
    title="Llaves de la API",
    search="Buscar por sistema o llave",
    empty="Todavía no hay llaves.",
    filters=(
        Filter(
            "estado",
            "Estado",
            [("", "Todas"), *((state, said.capitalize()) for state, said in STATES.items())],
        ),
    ),
    columns=(
        Column(
            "Sistema", lambda one: one.name, link=lambda one: f"{PATH}/{one.prefix}", sort="nombre"
        ),
        Column("Llave", lambda one: one.prefix),
        Column(
            "Estado", lambda one: STATES[one.state].capitalize(), tone=lambda one: TONES[one.state]
        ),
        Column("Permisos", lambda one: ", ".join(one.scopes)),
        Column("Por minuto", lambda one: one.per_minute, number=True),
        Column(
            "Último uso",
            lambda one: one.last_used_at,
            shown=lambda one: pages.ago(one.last_used_at) or "nunca",
            sort="usada",
        ),
        Column("Último día", lambda one: one.expires_at, shown=_last_day, sort="vence"),
        Column("La hizo", lambda one: one.made_by),
    ),
)


@router.get("/llaves")
async def keys(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """All keys, without their secrets, which nobody has."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit,
            TABLE,
            lambda asked: service.listed(session, asked, visit.now),
            "keys.html",
            "keys",
        )


@router.get("/llaves/uso")
async def use(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """How another system uses the API."""
    base = f"{visit.console.settings.public_address}/v1"
    return pages.page(
        visit,
        "key_use.html",
        "keys",
        base=base,
        document=f"{base}{DOCUMENT}",
        scopes=SCOPES.items(),
        usual=USUAL_PER_MINUTE,
    )


@router.get("/llaves/nueva")
async def ask_key(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """The form for a key."""
    return _form(visit, Form({"limite": str(USUAL_PER_MINUTE)}))


def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    return pages.page(
        visit,
        "key_new.html",
        "keys",
        status,
        form=form,
        choices=CHOICES,
        longest=rules.LONGEST_NAME,
        most=MOST_PER_MINUTE,
        today=today(),
    )


@router.post("/llaves/nueva")
async def make(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """Makes a key, and shows it this once."""
    form = Form(
        {
            "nombre": visit.text("nombre"),
            "permisos": visit.several("permisos"),
            "limite": visit.text("limite").strip(),
            "vence": visit.text("vence").strip(),
        }
    )
    end = _end(form)
    if not form.is_right:
        return _form(visit, form, 422)
    name = " ".join(form["nombre"].split())
    try:
        async with acting(visit.console.database, visit.actor) as act:
            made = await service.create(
                act.session,
                name,
                form["permisos"],
                visit.member.name,
                visit.now,
                per_minute=_limit(form["limite"]),
                expires_at=end,
            )
            given = {
                "name": name,
                "scopes": form["permisos"],
                "per_minute": int(form["limite"]),
                "until": form["vence"] or None,
            }
            act.did(Act("key.create", f"key:{made.prefix}", after=given))
    except KeyRefused as refused:
        form.wrong(_FIELDS.get(type(refused), ""), str(refused))
        return _form(visit, form, 422)
    return pages.page(visit, "key_made.html", "keys", name=name, made=made)


def _limit(given: str) -> int:
    """Raises BadLimit for what is no number of ours."""
    if not (given.isascii() and given.isdigit() and len(given) < 7):
        raise BadLimit
    return int(given)


def _end(form: Form) -> datetime | None:
    """When the day that was typed is over in El Salvador; None for none, or for a wrong one."""
    if not form["vence"]:
        return None
    day = day_typed(form["vence"])
    if day is None:
        form.wrong("vence", "Escriba el día como 31/12/2026, o déjelo vacío.")
        return None
    if day.year > today().year + LONGEST_YEARS:
        form.wrong("vence", f"Elija un día de los próximos {LONGEST_YEARS} años, o déjelo vacío.")
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


@router.get("/llaves/{prefix}")
async def show(visit: Annotated[Visit, Needs(MANAGE)], prefix: Prefix) -> Response:
    """One key: what it may do, when it was used, and what was done with it."""
    async with visit.console.database.session() as session:
        try:
            key = await service.one(session, prefix, visit.now)
        except NoSuchKey:
            raise HTTPException(404) from None
        entries = await audit.of_subject(session, f"key:{prefix}", ENTRIES)
    return pages.page(
        visit,
        "key.html",
        "keys",
        key=key,
        state=STATES[key.state].capitalize(),
        tone=TONES[key.state],
        last_day=_last_day(key),
        scopes=[(scope, SCOPES.get(scope, "")) for scope in key.scopes],
        entries=entries,
        told=told,
    )


@router.post("/llaves/{prefix}/anular")
async def revoke(visit: Annotated[Visit, Needs(MANAGE)], prefix: Prefix) -> Response:
    """Takes a key back, from the next request on."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            name = await service.revoke(act.session, prefix, visit.member.name, visit.now)
            act.did(Act("key.revoke", f"key:{prefix}", before={"name": name}))
    except NoSuchKey:
        raise HTTPException(404) from None
    except KeyRefused as refused:
        return pages.redirect(visit, f"{PATH}/{prefix}", str(refused), tone="bad")
    return pages.redirect(
        visit,
        f"{PATH}/{prefix}",
        f"La llave de {name} quedó anulada: ya no abre nada.",
    )
