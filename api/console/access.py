"""Who makes a request, whether they may, and whether it was really they who sent it.

A route declares what it needs beside its path, as the annotation of its visitor::

    @router.get("/casos")
    async def cases(visit: Annotated[Visit, Needs(Permission.READ_CASES)]) -> Response: ...

A test walks all routes and fails where none is declared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from actions.audit.service import Actor
from actions.staff import sessions
from actions.staff.accounts import Member
from actions.staff.permissions import Permission
from actions.staff.sessions import Current, Stage
from api.console import live
from api.console.parts import Console

SESSION_COOKIE: Final = "torogoz_sesion"
VISITOR_COOKIE: Final = "torogoz_visita"
"""What the token of a form without a session is bound to."""
TOKEN_FIELD: Final = "ficha"  # noqa: S105 - the name of a field
HOME: Final = "/consola/"
LOGIN: Final = "/consola/entrar"
LARGEST_BODY: Final = 12 * 1024 * 1024
MOST_FIELDS: Final = 300
LARGEST_FIELD: Final = 1024 * 1024
_SAFE: Final = ("GET", "HEAD")


class NotLoggedIn(Exception):
    """There is no session, or it is over; ``back`` is where to go after the login."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class WrongStage(Exception):
    """The login is not finished: ``stage`` tells what is missing."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage = stage


class NotAllowed(Exception):
    """The person's roles do not allow it."""

    def __init__(self, visit: "Visit", permission: Permission) -> None:
        super().__init__(permission)
        self.visit = visit
        self.permission = permission


class Forged(Exception):
    """The request did not come from a page of ours in that same session."""


class TooLarge(Exception):
    """More was sent than any form of ours takes."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a member of the staff. ``form`` is what was sent, empty for a GET."""

    request: Request
    console: Console
    session: Current
    token: str
    """What the page's forms carry, so that no other site can send them."""
    form: FormData

    @property
    def member(self) -> Member:
        return self.session.member

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit."""
        return Actor("console", self.member.name, self.member.id, address_of(self.request))

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def may(self, permission: Permission) -> bool:
        """Whether their roles allow it."""
        return permission in self.member.permissions

    def text(self, name: str) -> str:
        """A field as it was typed, with the line ends of a text of ours; empty where missing."""
        return field(self.form, name)

    def several(self, name: str) -> list[str]:
        """All values of a field that may come several times."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """The files of a field, without the empty one that a browser sends for none."""
        return [
            file
            for file in self.form.getlist(name)
            if isinstance(file, UploadFile) and file.filename
        ]


def field(form: Mapping[str, Any], name: str) -> str:
    """A field of a form as text, without what no text of ours holds."""
    value = form.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def address_of(request: Request) -> str:
    """The network address that the request came from."""
    return request.client.host if request.client else ""


def agent_of(request: Request) -> str:
    """The browser, as it calls itself."""
    return request.headers.get("user-agent", "")


def local_path(given: str) -> str:
    """The page of ours that ``given`` names, else the first one: a link must not lead elsewhere."""
    if not given.startswith(HOME) or "\\" in given or not given.isprintable():
        return HOME
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or "//" in parts.path or ".." in parts.path:
        return HOME
    return given


def login_path(back: str) -> str:
    """The login that goes on to ``back``."""
    return LOGIN if back == HOME else f"{LOGIN}?{urlencode({'a': back})}"


def _here(request: Request) -> str:
    if request.method not in _SAFE or live.is_part(request):
        # Where the form, or the page with the live part, stands.
        referrer = urlsplit(request.headers.get("referer", ""))
        query = f"?{referrer.query}" if referrer.query else ""
        return local_path(f"{referrer.path}{query}")
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(f"{request.url.path}{query}")


def check_origin(request: Request, console: Console) -> None:
    """Raises Forged where the browser says that another site sent the request, or says nothing."""
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        host = urlsplit(origin).netloc
        if host in (request.headers.get("host"), console.public_host):
            return
    elif request.headers.get("sec-fetch-site") == "same-origin":
        return
    raise Forged


async def read_form(request: Request) -> FormData:
    """What was sent, within our limits. Raises TooLarge, and HTTPException for what is no form."""
    if request.method in _SAFE:
        return FormData()
    try:
        length = int(request.headers.get("content-length", ""))
    except ValueError:
        raise HTTPException(411) from None
    if length > LARGEST_BODY:
        raise TooLarge
    return await request.form(max_files=5, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD)


class _Needs:
    """See :func:`Needs`."""

    def __init__(self, permission: Permission | None, stage: Stage) -> None:
        self.permission = permission
        self.stage = stage

    async def __call__(self, request: Request) -> Visit:
        console: Console = request.app.state.console
        token = request.cookies.get(SESSION_COOKIE, "")
        now = datetime.now(UTC)
        session = None
        if token:
            async with console.database.statement() as connection:
                session = await sessions.current(connection, token, now)
        if session is None:
            raise NotLoggedIn(_here(request))
        if session.stage != self.stage:
            raise WrongStage(session.stage)
        form_token = console.form_token(token)
        form = FormData()
        if request.method not in _SAFE:
            check_origin(request, console)
            form = await read_form(request)
            if not console.is_form_token(token, field(form, TOKEN_FIELD)):
                raise Forged
        visit = Visit(request, console, session, form_token, form)
        if not live.is_part(request) and now - session.seen_at > sessions.NOTED_EVERY:
            async with console.database.transaction() as database_session:
                await sessions.seen(database_session, session.id, now)
        if self.permission is not None and not visit.may(self.permission):
            raise NotAllowed(visit, self.permission)
        return visit


def Needs(permission: Permission, stage: Stage = "full") -> Any:  # noqa: N802 - reads as a type
    """The visitor of a route that needs a permission."""
    return Depends(_Needs(permission, stage))


def Anybody(stage: Stage = "full") -> Any:  # noqa: N802
    """The visitor of a route that every member of the staff may use."""
    return Depends(_Needs(None, stage))


@dataclass(frozen=True, slots=True)
class Stranger:
    """A request without a session, or whose session does not matter: to log in. ``token`` is bound
    to ``cookie``, which the answer has to set."""

    request: Request
    console: Console
    cookie: str
    token: str
    form: FormData

    def text(self, name: str) -> str:
        """A field as it was typed; empty where missing."""
        return field(self.form, name)


class _Open:
    """See :func:`Open`."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie

    async def __call__(self, request: Request) -> Stranger:
        console: Console = request.app.state.console
        cookie = request.cookies.get(self.cookie, "")
        form = FormData()
        if request.method not in _SAFE:
            check_origin(request, console)
            form = await read_form(request)
            if not cookie or not console.is_form_token(cookie, field(form, TOKEN_FIELD)):
                raise Forged
        if not cookie:
            cookie = console.fresh_cookie()
        return Stranger(request, console, cookie, console.form_token(cookie), form)


def Open(bound_to: Literal["visitor", "session"] = "visitor") -> Any:  # noqa: N802
    """The visitor of a route that is open to all; its forms' token is bound to the cookie of a
    visitor, or to that of a session whatever its stage."""
    return Depends(_Open(VISITOR_COOKIE if bound_to == "visitor" else SESSION_COOKIE))


def declared(call: object) -> bool:
    """Whether a dependency declares who may use its route."""
    return isinstance(call, _Needs | _Open)


def permission_of(call: object) -> tuple[Permission | None, Stage | None]:
    """What a declaring dependency asks for: the permission (None: none) and the stage of the
    session (None: no session)."""
    return (call.permission, call.stage) if isinstance(call, _Needs) else (None, None)
