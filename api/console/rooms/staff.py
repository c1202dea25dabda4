"""«Personal»: accounts of the staff, their roles, sessions, and second factor."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from actions.audit import reading
from actions.audit.acts import told
from actions.audit.service import Act
from actions.staff import accounts, second_factor, sessions
from actions.staff.accounts import Member
from actions.staff.errors import StaffRefused
from actions.staff.permissions import EXPLAINED, NAMES, ROLES, Permission
from api.acting import acting
from api.console import pages, tables
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.tables import Column, Filter, Table

router = APIRouter()
PATH: Final = "/consola/personal"
MANAGE: Final = Permission.MANAGE_STAFF


def _state(member: Member) -> str:
    if member.disabled_at is not None:
        return "Desactivada"
    return "Invitada" if member.invited else "Activa"


TABLE: Final[Table[Member]] = Table(
    path=PATH,
    title="Personal",
    search="Buscar por nombre o correo",
    filters=(
        Filter("rol", "Rol", [("", "Todos"), *((role.value, NAMES[role]) for role in ROLES)]),
        Filter(
            "estado",
            "Estado",
            [("", "Todos"), *((state, state.capitalize()) for state in accounts.STATES)],
        ),
    ),
    columns=(
        Column("Nombre", lambda one: one.name, link=lambda one: f"{PATH}/{one.id}", sort="nombre"),
        Column("Correo", lambda one: one.email),
        Column("Roles", lambda one: ", ".join(NAMES[role] for role in ROLES if role in one.roles)),
        Column(
            "Estado",
            _state,
            tone=lambda one: {"Activa": "good", "Invitada": "warning"}.get(_state(one), "quiet"),
        ),
        Column(
            "Segundo factor",
            lambda one: "Sí" if one.second_factor else "No",
            tone=lambda one: "good" if one.second_factor else "warning",
        ),
        Column(
            "Última entrada",
            lambda one: one.last_login_at,
            shown=lambda one: pages.ago(one.last_login_at) or "nunca",
            sort="entrada",
        ),
    ),
)
ROLE_CHOICES: Final = [(role.value, NAMES[role], EXPLAINED[role]) for role in ROLES]


@router.get("/personal")
async def members(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """All accounts."""
    async with visit.console.database.session() as session:
        return await tables.respond(
            visit, TABLE, lambda asked: accounts.members(session, asked), "staff.html", "staff"
        )


@router.get("/personal/invitar")
async def ask_invitation(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """The form for an invitation."""
    return _invitation(visit, Form())


def _invitation(visit: Visit, form: Form, status: int = 200) -> Response:
    return pages.page(visit, "staff_invite.html", "staff", status, form=form, choices=ROLE_CHOICES)


def _typed(visit: Visit) -> Form:
    return Form(
        {
            "name": visit.text("name"),
            "email": visit.text("email"),
            "roles": visit.several("roles"),
        }
    )


@router.post("/personal/invitar")
async def invite(visit: Annotated[Visit, Needs(MANAGE)]) -> Response:
    """Makes an account and shows the link that lets it in."""
    form = _typed(visit)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            staff_id, token = await accounts.invite(
                act.session, form["email"], form["name"], form["roles"], visit.now
            )
            made = await accounts.member(act.session, staff_id)
            act.did(Act("staff.invite", f"staff:{staff_id}", after=_told(made)))
    except StaffRefused as refused:
        form.wrong(refused.field, str(refused))
        return _invitation(visit, form, 422)
    return _link(visit, made, token)


def _told(member: Member) -> dict[str, Any]:
    return {"name": member.name, "email": member.email, "roles": list(member.roles)}


def _link(visit: Visit, member: Member, token: str) -> Response:
    address = f"{visit.console.settings.public_address}/consola/enlace/{token}"
    hours = int(accounts.LINK_LASTS.total_seconds() // 3600)
    return pages.page(
        visit, "staff_link.html", "staff", member=member, address=address, hours=hours
    )


@router.get("/personal/{number}")
async def show(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """One account."""
    return await _show(visit, number, None)


async def _show(visit: Visit, number: int, form: Form | None, status: int = 200) -> Response:
    async with visit.console.database.session() as session:
        one = await accounts.member(session, number)
        open_sessions = await sessions.of_staff(session, number, visit.now)
        done = await reading.of_subject(session, f"staff:{number}", 20)
    if form is None:
        form = Form({"name": one.name, "email": one.email, "roles": list(one.roles)})
    return pages.page(
        visit,
        "staff_member.html",
        "staff",
        status,
        member=one,
        form=form,
        choices=ROLE_CHOICES,
        sessions=open_sessions,
        entries=done,
        told=told,
    )


@router.post("/personal/{number}")
async def change(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """Other roles, name or e-mail."""
    form = _typed(visit)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            before, after = await accounts.change(
                act.session, number, form["name"], form["email"], form["roles"]
            )
            act.did(
                Act("staff.change", f"staff:{number}", before=_told(before), after=_told(after))
            )
    except StaffRefused as refused:
        if not refused.field:
            raise
        form.wrong(refused.field, str(refused))
        return await _show(visit, number, form, 422)
    return pages.redirect(visit, f"{PATH}/{number}", "Los cambios quedaron guardados.")


@router.post("/personal/{number}/desactivar")
async def disable(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """Shuts an account."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            await accounts.disable(act.session, number, visit.now)
            act.did(Act("staff.disable", f"staff:{number}"))
    except StaffRefused as refused:
        return pages.redirect(visit, f"{PATH}/{number}", str(refused), tone="bad")
    return pages.redirect(
        visit, f"{PATH}/{number}", "La cuenta quedó desactivada y sus sesiones, cerradas."
    )


@router.post("/personal/{number}/activar")
async def enable(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """Opens a shut account."""
    async with acting(visit.console.database, visit.actor) as act:
        await accounts.enable(act.session, number)
        act.did(Act("staff.enable", f"staff:{number}"))
    return pages.redirect(visit, f"{PATH}/{number}", "La cuenta quedó activada.")


@router.post("/personal/{number}/enlace")
async def make_link(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """A new link by which a password is set."""
    async with acting(visit.console.database, visit.actor) as act:
        one = await accounts.member(act.session, number)
        token = await accounts.make_link(act.session, number, visit.now)
        act.did(Act("staff.reset_link", f"staff:{number}"))
    return _link(visit, one, token)


@router.post("/personal/{number}/quitar-factor")
async def reset_factor(visit: Annotated[Visit, Needs(MANAGE)], number: int) -> Response:
    """Forgets a second factor, for who lost their phone."""
    async with acting(visit.console.database, visit.actor) as act:
        await accounts.member(act.session, number)
        await second_factor.turn_off(act.session, number)
        act.did(Act("staff.reset_factor", f"staff:{number}"))
    return pages.redirect(visit, f"{PATH}/{number}", "Se quitó el segundo factor de la cuenta.")


@router.post("/personal/{number}/sesiones/{session_id}/cerrar")
async def end_session(
    visit: Annotated[Visit, Needs(MANAGE)], number: int, session_id: int
) -> Response:
    """Ends a session of someone else."""
    async with acting(visit.console.database, visit.actor) as act:
        await sessions.end(act.session, session_id, number)
        act.did(Act("staff.end_session", f"staff:{number}"))
    return pages.redirect(visit, f"{PATH}/{number}", "La sesión se cerró.")
