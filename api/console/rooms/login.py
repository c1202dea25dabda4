"""Coming in and going out: password, second factor, and the link that sets a password."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from actions.audit.service import Act, Actor
from actions.demo.staff import DOMAIN as DEMO_DOMAIN
from actions.demo.staff import EMAILS as DEMO_EMAILS
from actions.demo.staff import PASSWORD as DEMO_PASSWORD
from actions.staff import accounts, login, passwords, second_factor, sessions
from actions.staff.errors import StaffRefused, TooMany, WrongCode
from actions.staff.login import Let
from api.acting import acting
from api.clock import now
from api.console import pages
from api.console.access import (
    HOME,
    SESSION_COOKIE,
    Anybody,
    Open,
    Stranger,
    Visit,
    address_of,
    agent_of,
    local_path,
)
from api.console.forms import Form
from api.console.parts import Console
from api.console.pictures import qr

router = APIRouter()

_CODE: Final = "/consola/segundo-paso"
_SETUP: Final = "/consola/activar-segundo-factor"
NEXT: Final = {"code": _CODE, "setup": _SETUP}
"""Where a login goes on that is not finished, by its stage."""


@router.get("/entrar")
async def ask(visitor: Annotated[Stranger, Open()], a: str = HOME) -> Response:
    """The form for e-mail and password."""
    return _login_form(visitor, Form(), local_path(a))


def _login_form(visitor: Stranger, form: Form, back: str, status: int = 200) -> HTMLResponse:
    demo = None
    if visitor.console.settings.with_demo:
        demo = {"password": DEMO_PASSWORD, "emails": DEMO_EMAILS}
    return pages.bare(visitor, "login.html", status, form=form, back=back, demo=demo)


@router.post("/entrar")
async def enter(visitor: Annotated[Stranger, Open()]) -> Response:
    """Looks at e-mail and password."""
    console, request = visitor.console, visitor.request
    email, back = visitor.text("email").strip(), local_path(visitor.text("a"))
    form = Form({"email": email})
    try:
        let = await login.with_password(
            console.database,
            console.vault,
            email[:300],
            visitor.text("password"),
            address=address_of(request),
            agent=agent_of(request),
            must_have_factor=console.must_have_factor,
            now=now(),
            # Their password is known to all.
            but_for="" if console.settings.with_demo else DEMO_DOMAIN,
        )
    except StaffRefused as refused:
        form.wrong("", str(refused))
        return _login_form(visitor, form, back, 429 if isinstance(refused, TooMany) else 422)
    return await _let_in(console, request, let, back)


async def _let_in(console: Console, request: Request, let: Let, back: str) -> Response:
    path = back
    if let.stage == "full":
        actor = Actor("console", let.name, let.staff_id, address_of(request))
        async with acting(console.database, actor) as act:
            act.did(Act("account.login", f"staff:{let.staff_id}"))
    else:
        path = pages.with_back(NEXT[let.stage], back)
    response = RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
    pages.set_cookie(response, console, SESSION_COOKIE, let.token)
    return response


@router.get("/segundo-paso")
async def ask_code(visit: Annotated[Visit, Anybody("code")], a: str = HOME) -> Response:
    """The form for the code of the second factor."""
    return _code_form(visit, Form(), local_path(a))


def _code_form(visit: Visit, form: Form, back: str, status: int = 200) -> Response:
    html = pages.plain(visit, "code.html", form=form, back=back)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


@router.post("/segundo-paso")
async def give_code(visit: Annotated[Visit, Anybody("code")]) -> Response:
    """Looks at the code."""
    back = local_path(visit.text("a"))
    try:
        let = await login.with_code(
            visit.console.database,
            visit.console.vault,
            visit.session.id,
            visit.member.id,
            visit.text("code")[:50],
            address=address_of(visit.request),
            agent=agent_of(visit.request),
            now=visit.now,
        )
    except (WrongCode, TooMany) as refused:
        form = Form()
        form.wrong("code" if isinstance(refused, WrongCode) else "", str(refused))
        return _code_form(visit, form, back, 429 if isinstance(refused, TooMany) else 422)
    return await _let_in(visit.console, visit.request, let, back)


@router.get("/activar-segundo-factor")
async def ask_setup(visit: Annotated[Visit, Anybody("setup")], a: str = HOME) -> Response:
    """For who has to set up the second factor before anything else."""
    return await _setup_form(visit, Form(), local_path(a))


async def _setup_form(visit: Visit, form: Form, back: str, status: int = 200) -> Response:
    async with visit.console.database.transaction() as session:
        secret = await second_factor.propose(session, visit.console.vault, visit.member.id)
    html = pages.plain(
        visit,
        "setup.html",
        form=form,
        secret=second_factor.spaced(secret),
        qr=f"{_SETUP}/qr.svg",
        action=pages.with_back(_SETUP, back),
    )
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


@router.get("/activar-segundo-factor/qr.svg")
async def setup_picture(visit: Annotated[Visit, Anybody("setup")]) -> Response:
    """What the app scans."""
    return await qr_of(visit)


async def qr_of(visit: Visit) -> Response:
    """The picture of the secret that is proposed to who visits."""
    async with visit.console.database.transaction() as session:
        secret = await second_factor.propose(session, visit.console.vault, visit.member.id)
    return qr(second_factor.address_of(secret, visit.member.email))


@router.post("/activar-segundo-factor")
async def set_up(visit: Annotated[Visit, Anybody("setup")], a: str = HOME) -> Response:
    """Turns the second factor on, shows the recovery codes, and lets in."""
    back = local_path(a)
    try:
        async with acting(visit.console.database, visit.actor) as act:
            codes = await second_factor.turn_on(
                act.session, visit.console.vault, visit.member.id, visit.text("code"), visit.now
            )
            await sessions.end(act.session, visit.session.id)
            token = await sessions.begin(
                act.session,
                visit.member.id,
                "full",
                address_of(visit.request),
                agent_of(visit.request),
                visit.now,
            )
            act.did(Act("account.factor_on", f"staff:{visit.member.id}"))
            act.did(Act("account.login", f"staff:{visit.member.id}"))
    except StaffRefused as refused:
        form = Form()
        form.wrong("code", str(refused))
        return await _setup_form(visit, form, back, 422)
    html = pages.plain(visit, "codes.html", codes=codes, back=back)
    response = HTMLResponse(html, headers={"Cache-Control": "no-store"})
    pages.set_cookie(response, visit.console, SESSION_COOKIE, token)
    return response


@router.post("/salir")
async def leave(request: Request, visitor: Annotated[Stranger, Open("session")]) -> Response:
    """Ends the session, at whatever stage it is."""
    console = visitor.console
    async with console.database.statement() as connection:
        current = await sessions.current(connection, visitor.cookie, now())
    if current is not None:
        actor = Actor(
            "console", current.member.name, current.member.id, address_of(visitor.request)
        )
        async with acting(console.database, actor) as act:
            await sessions.end(act.session, current.id)
            act.did(Act("account.logout", f"staff:{current.member.id}"))
    response = RedirectResponse("/consola/entrar", 303, headers={"Cache-Control": "no-store"})
    response.delete_cookie(SESSION_COOKIE, path="/consola")
    return response


@router.get("/enlace/{link}")
async def open_link(visitor: Annotated[Stranger, Open()], link: str) -> Response:
    """The form behind an invitation, or behind a link for a new password."""
    return await _link_form(visitor, link, Form())


async def _link_form(visitor: Stranger, link: str, form: Form, status: int = 200) -> Response:
    async with visitor.console.database.session() as session:
        member = await accounts.behind_link(session, link, now())
    return pages.bare(visitor, "link.html", status, member=member, link=link, form=form)


@router.post("/enlace/{link}")
async def use_link(visitor: Annotated[Stranger, Open()], link: str) -> Response:
    """Sets the password; the login comes after it, as always."""
    console, form = visitor.console, Form()
    password = visitor.text("password")
    async with console.database.session() as session:
        member = await accounts.behind_link(session, link, now())
    try:
        passwords.check(password, member.email, member.name)
    except passwords.WeakPassword as weak:
        form.wrong("password", str(weak))
    if form.is_right and password != visitor.text("again"):
        form.wrong("again", "No es igual a la de arriba.")
    if not form.is_right:
        return await _link_form(visitor, link, form, 422)
    kept = await passwords.hashed(password)
    actor = Actor("console", member.name, member.id, address_of(visitor.request))
    async with acting(console.database, actor) as act:
        await accounts.accept(act.session, link, kept, now())
        act.did(Act("account.accept", f"staff:{member.id}"))
    response = RedirectResponse("/consola/entrar", 303, headers={"Cache-Control": "no-store"})
    response.delete_cookie(SESSION_COOKIE, path="/consola")
    return response
