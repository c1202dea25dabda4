"""One's own account: password, second factor, sessions, and the look of the pages."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from actions.audit.service import Act
from actions.staff import accounts, passwords, second_factor, sessions
from actions.staff.errors import StaffRefused, WrongPassword
from actions.staff.passwords import WeakPassword
from api.acting import acting
from api.console import pages
from api.console.access import HOME, Anybody, Visit, local_path
from api.console.forms import Form
from api.console.rooms.login import qr_of

router = APIRouter()
PATH = "/consola/cuenta"


@router.get("/cuenta")
async def show(visit: Annotated[Visit, Anybody()]) -> Response:
    """Who I am here."""
    return await _show(visit, Form())


async def _show(visit: Visit, form: Form, status: int = 200) -> Response:
    async with visit.console.database.session() as session:
        values = {
            "sessions": await sessions.of_staff(session, visit.member.id, visit.now),
            "codes_left": await second_factor.codes_left(session, visit.member.id),
        }
    return pages.page(visit, "account.html", "account", status, form=form, **values)


@router.post("/cuenta/contrasena")
async def change_password(visit: Annotated[Visit, Anybody()]) -> Response:
    """Another password; other sessions end."""
    form, database = Form(), visit.console.database
    new = visit.text("password")
    async with database.session() as session:
        right = await accounts.has_password(session, visit.member.id, visit.text("current"))
    if not right:
        form.wrong("current", str(WrongPassword()))
    try:
        passwords.check(new, visit.member.email, visit.member.name)
    except WeakPassword as weak:
        form.wrong("password", str(weak))
    if new != visit.text("again"):
        form.wrong("again", "No es igual a la de arriba.")
    if not form.is_right:
        return await _show(visit, form, 422)
    kept = await passwords.hashed(new)
    async with acting(database, visit.actor) as act:
        await accounts.set_password(act.session, visit.member.id, kept, but=visit.session.id)
        act.did(Act("account.password", f"staff:{visit.member.id}"))
    return pages.redirect(visit, PATH, "Su contraseña cambió. Sus otras sesiones se cerraron.")


@router.get("/cuenta/segundo-factor")
async def ask_factor(visit: Annotated[Visit, Anybody()]) -> Response:
    """How to set up the second factor."""
    return await _ask_factor(visit, Form())


async def _ask_factor(visit: Visit, form: Form, status: int = 200) -> Response:
    if visit.member.second_factor:
        return RedirectResponse(PATH, 303)
    async with visit.console.database.transaction() as session:
        secret = await second_factor.propose(session, visit.console.vault, visit.member.id)
    return pages.page(
        visit,
        "factor.html",
        "account",
        status,
        form=form,
        secret=second_factor.spaced(secret),
        qr=f"{PATH}/segundo-factor/qr.svg",
        action=f"{PATH}/segundo-factor",
    )


@router.get("/cuenta/segundo-factor/qr.svg")
async def factor_picture(visit: Annotated[Visit, Anybody()]) -> Response:
    """What the app scans."""
    if visit.member.second_factor:
        return Response(status_code=404)
    return await qr_of(visit)


@router.post("/cuenta/segundo-factor")
async def turn_on(visit: Annotated[Visit, Anybody()]) -> Response:
    """Asks for the second factor from now on."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            codes = await second_factor.turn_on(
                act.session, visit.console.vault, visit.member.id, visit.text("code"), visit.now
            )
            act.did(Act("account.factor_on", f"staff:{visit.member.id}"))
    except StaffRefused as refused:
        form = Form()
        form.wrong("code", str(refused))
        return await _ask_factor(visit, form, 422)
    return _codes(visit, codes)


def _codes(visit: Visit, codes: list[str]) -> Response:
    html = pages.plain(visit, "codes.html", codes=codes, back=PATH)
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


@router.post("/cuenta/codigos")
async def new_codes(visit: Annotated[Visit, Anybody()]) -> Response:
    """Other recovery codes, for who gives their password."""
    if (refused := await _without_password(visit)) is not None:
        return refused
    async with acting(visit.console.database, visit.actor) as act:
        codes = await second_factor.new_codes(act.session, visit.console.vault, visit.member.id)
        act.did(Act("account.codes", f"staff:{visit.member.id}"))
    return _codes(visit, codes)


@router.post("/cuenta/segundo-factor/quitar")
async def turn_off(visit: Annotated[Visit, Anybody()]) -> Response:
    """No second factor any more, for who gives their password; unless everybody has to have one."""
    if visit.console.must_have_factor:
        form = Form()
        form.wrong(
            "", "El ministerio pide un segundo factor a todo el personal: no se puede quitar."
        )
        return await _show(visit, form, 422)
    if (refused := await _without_password(visit)) is not None:
        return refused
    async with acting(visit.console.database, visit.actor) as act:
        await second_factor.turn_off(act.session, visit.member.id)
        act.did(Act("account.factor_off", f"staff:{visit.member.id}"))
    return pages.redirect(visit, PATH, "El segundo factor quedó desactivado.")


async def _without_password(visit: Visit) -> Response | None:
    """The page again for who did not give their password; None for who did."""
    async with visit.console.database.session() as session:
        if await accounts.has_password(session, visit.member.id, visit.text("confirm")):
            return None
    form = Form()
    form.wrong("confirm", str(WrongPassword()))
    return await _show(visit, form, 422)


@router.post("/cuenta/sesiones/{number}/cerrar")
async def end_session(visit: Annotated[Visit, Anybody()], number: int) -> Response:
    """Ends another session of one's own."""
    async with acting(visit.console.database, visit.actor) as act:
        await sessions.end(act.session, number, visit.member.id)
        act.did(Act("account.end_session", f"staff:{visit.member.id}"))
    return pages.redirect(visit, PATH, "La sesión se cerró.")


@router.post("/tema")
async def choose_look(visit: Annotated[Visit, Anybody()]) -> Response:
    """Light, dark, or as the device has it."""
    chosen = visit.text("tema")
    back = local_path(visit.request.headers.get("referer", "").partition(_origin(visit))[2])
    response = pages.redirect(visit, back or HOME)
    if chosen in pages.THEMES:
        pages.set_cookie(response, visit.console, pages.THEME_COOKIE, chosen, seconds=31_536_000)
    else:
        response.delete_cookie(pages.THEME_COOKIE, path="/consola")
    return response


def _origin(visit: Visit) -> str:
    return visit.request.headers.get("origin") or "//none"
