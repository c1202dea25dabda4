"""What staff do with one consultant: approve or reject, suspend or not, hand over a code."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote, unquote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.registry import applications, joining, record, rules, standing
from actions.registry.errors import (
    BadNumber,
    BadValidity,
    NoSuchConsultant,
    NothingSaid,
    NumberTaken,
    RegistryRefused,
)
from actions.registry.record import Record
from actions.staff.permissions import Permission
from api.acting import Acting, acting
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form, day_typed
from api.console.rooms.registry import MANAGE, PATH, show
from api.console.telling import sentence
from bot import registry_notices
from bot.registry_notices import Told

router = APIRouter()
LONGEST: Final = standing.LONGEST_REASON
CODE_COOKIE: Final = "torogoz_codigo"
CODE_SHOWN: Final = 60
"""Seconds that a browser has to come for the page with a code."""

_FIELDS: Final[dict[type[RegistryRefused], str]] = {
    BadNumber: "numero",
    NumberTaken: "numero",
    BadValidity: "hasta",
}


async def _done(
    visit: Visit,
    consultant_id: int,
    form: Form,
    work: Callable[[Acting, Record], Awaitable[str]],
    field: str = "",
) -> Response:
    """Does what was asked of a consultant and tells what became of it; what a person got wrong
    stands at its field, ``field`` that of a reason."""
    if not form.is_right:
        return await show(visit, consultant_id, form, 422)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            before = await record.record(act.session, consultant_id, visit.now)
            said = await work(act, before)
    except NoSuchConsultant:
        raise HTTPException(404) from None
    except NothingSaid as refused:
        form.wrong(field, str(refused))
        return await show(visit, consultant_id, form, 422)
    except RegistryRefused as refused:
        if type(refused) in _FIELDS:
            form.wrong(_FIELDS[type(refused)], str(refused))
            return await show(visit, consultant_id, form, 422)
        return pages.redirect(visit, f"{PATH}/{consultant_id}", str(refused), tone="bad")
    return pages.redirect(visit, f"{PATH}/{consultant_id}", said)


def _typed(visit: Visit, *names: str) -> Form:
    return Form({name: visit.text(name).strip()[: LONGEST + 1] for name in names})


@router.post("/registro/{consultant_id}/aprobar")
async def approve(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Takes an applicant into the registry."""
    form = _typed(visit, "numero", "desde", "hasta")
    first, last = (_day(form, name) for name in ("desde", "hasta"))

    async def work(act: Acting, before: Record) -> str:
        assert first is not None and last is not None
        await applications.approve(
            act.session, consultant_id, form["numero"], first, last, visit.member.name, visit.now
        )
        after = await record.record(act.session, consultant_id, visit.now)
        told = await registry_notices.tell_approved(act.session, visit.console.responses, after)
        act.did(
            Act(
                "registry.approve",
                f"consultant:{consultant_id}",
                before={"state": before.stored},
                after={
                    "state": after.stored,
                    "number": after.registration_number,
                    "valid_from": first,
                    "valid_to": last,
                    "told": told.is_told,
                },
                person_id=before.person_id,
            )
        )
        done = f"Quedó en el registro con el número {after.registration_number}."
        return f"{done} {sentence(told)}"

    return await _done(visit, consultant_id, form, work)


def _day(form: Form, name: str) -> date | None:
    """The day in a field, which is marked where there is none."""
    day = day_typed(form[name])
    if day is None:
        form.wrong(name, "Escriba el día, por ejemplo 31/12/2027.")
    return day


@router.post("/registro/{consultant_id}/rechazar")
async def reject(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Refuses an application."""
    form = _typed(visit, "motivo_rechazo")

    async def work(act: Acting, before: Record) -> str:
        reason = form["motivo_rechazo"]
        await applications.reject(act.session, consultant_id, reason, visit.member.name, visit.now)
        told = await registry_notices.tell_rejected(
            act.session, visit.console.responses, before, reason
        )
        _did(act, "registry.reject", before, "rechazada", reason, told)
        return f"La solicitud quedó rechazada. {sentence(told)}"

    return await _done(visit, consultant_id, form, work, "motivo_rechazo")


@router.post("/registro/{consultant_id}/suspender")
async def suspend(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Nobody can find or book them until it is undone."""
    form = _typed(visit, "motivo")

    async def work(act: Acting, before: Record) -> str:
        reason = form["motivo"]
        await standing.suspend(act.session, consultant_id, reason, visit.member.name, visit.now)
        told = await registry_notices.tell_suspended(
            act.session, visit.console.responses, before, reason
        )
        _did(act, "registry.suspend", before, "suspendida", reason, told)
        return (
            f"{before.name} quedó en suspensión: ya no se le puede encontrar ni pedir cita. "
            f"{sentence(told)}"
        )

    return await _done(visit, consultant_id, form, work, "motivo")


@router.post("/registro/{consultant_id}/levantar")
async def reinstate(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Ends a suspension."""
    form = _typed(visit, "motivo")

    async def work(act: Acting, before: Record) -> str:
        state = await standing.reinstate(
            act.session, consultant_id, form["motivo"], visit.member.name, visit.now
        )
        told = await registry_notices.tell_state(
            act.session, visit.console.responses, before, state
        )
        _did(act, "registry.reinstate", before, state, form["motivo"], told)
        return f"La suspensión terminó: su estado es «{rules.STATES[state]}». {sentence(told)}"

    return await _done(visit, consultant_id, form, work, "motivo")


def _did(act: Acting, name: str, before: Record, state: str, reason: str, told: Told) -> None:
    act.did(
        Act(
            name,
            f"consultant:{before.id}",
            before={"state": before.stored},
            after={"state": state, "told": told.is_told},
            note=reason,
            person_id=before.person_id,
        )
    )


@router.post("/registro/{consultant_id}/codigo")
async def make_code(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Makes a code with which the consultant comes into the chat. It is shown on a page of its own:
    loading that again must not make another one."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            code = await joining.make_code(act.session, consultant_id, visit.member.name, visit.now)
            act.did(Act("registry.code", f"consultant:{consultant_id}"))
    except NoSuchConsultant:
        raise HTTPException(404) from None
    response = pages.redirect(visit, f"{PATH}/{consultant_id}/codigo")
    value = visit.console.signed("code", f"{consultant_id} {code}")
    pages.set_cookie(response, visit.console, CODE_COOKIE, quote(value), seconds=CODE_SHOWN)
    return response


@router.get("/registro/{consultant_id}/codigo")
async def show_code(visit: Annotated[Visit, Needs(MANAGE)], consultant_id: int) -> Response:
    """Shows the code that was made just now, this once; without one it leads to the consultant."""
    given = visit.request.cookies.get(CODE_COOKIE, "")
    made = visit.console.unsigned("code", unquote(given)) or ""
    whose, _, code = made.partition(" ")
    if whose != str(consultant_id):
        return pages.redirect(
            visit,
            f"{PATH}/{consultant_id}",
            "Un código se muestra una sola vez. Si no lo copió, haga otro.",
            tone="warning",
        )
    async with visit.console.database.session() as session:
        try:
            one = await record.record(session, consultant_id, visit.now)
        except NoSuchConsultant:
            raise HTTPException(404) from None
    response = pages.page(
        visit,
        "consultant_code.html",
        "registry",
        one=one,
        code=code,
        until=one.code_until,
        may_reach=visit.may(Permission.READ_PEOPLE),
    )
    response.delete_cookie(CODE_COOKIE, path="/consola")
    return response
