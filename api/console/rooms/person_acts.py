"""What staff do because a person asked the ministry for it: each in the audit."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.people import export as exporting
from actions.people import requests
from actions.people.erasure import KEPT_BOOKINGS, KEPT_CONSENT, KEPT_STATISTICS
from actions.people.errors import (
    AlreadyErased,
    HeldByStaff,
    NoReason,
    NoSuchPerson,
    PersonRefused,
)
from actions.people.locks import Busy
from actions.people.masking import mask
from actions.people.profile import Profile
from actions.people.requests import MOST_REASON, ErasedByStaff
from actions.staff.permissions import Permission
from api.acting import Acting, acting
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.people import CATEGORIES, PATH, profile_of
from bot import notices

router = APIRouter()
CHANGE: Final = Permission.CHANGE_PEOPLE
ERASE: Final = Permission.ERASE_PEOPLE

MOST_TRIES: Final = 5
BUSY: Final = (
    "En este momento se está hablando con esa persona. No se hizo nada: pruebe otra vez en unos "
    "segundos."
)
KEPT: Final = {
    KEPT_STATISTICS: "cuántas consultas hubo y de qué temas, sin nada que diga de quién",
    KEPT_CONSENT: KEPT_CONSENT,
    KEPT_BOOKINGS: (
        "que hubo citas con consultores y cómo se calificaron, sin lo que dijo "
        "(lo que ya le llegó a un consultor queda en su teléfono)"
    ),
}
"""What is kept, as it is told to staff instead of to the person."""
_Done = TypeVar("_Done")


async def patiently(visit: Visit, work: Callable[[Acting], Awaitable[_Done]]) -> _Done:
    """What ``work`` gives, in a transaction that is run again while another one is at the person's
    rows. Raises Busy when it still is at the end; answers 404 for the number of nobody."""
    for tried in range(1, MOST_TRIES + 1):
        try:
            async with acting(visit.console.database, visit.actor) as act:
                return await work(act)
        except Busy:
            if tried == MOST_TRIES:
                raise
            await asyncio.sleep(0.1 * tried)
        except NoSuchPerson:
            raise HTTPException(404) from None
    raise AssertionError("unreachable")


async def person_of(visit: Visit, number: int) -> Profile:
    """All that is held about a person. Answers 404 for the number of nobody."""
    async with visit.console.database.session() as session:
        return await profile_of(visit, session, number)


def refused(visit: Visit, number: int, error: Exception) -> Response:
    """Back to the person's page, which says why it was not done."""
    sentence = BUSY if isinstance(error, Busy) else str(error)
    return pages.redirect(visit, f"{PATH}/{number}", sentence, tone="bad")


class NothingChanged(Exception):
    """What was typed is what is known: there is nothing to record."""


def nothing(visit: Visit, number: int) -> Response:
    """Back to the person's page, where nothing had to be done."""
    return pages.redirect(visit, f"{PATH}/{number}", "No cambió ningún dato.", tone="warning")


# -- messages wanted -------------------------------------------------------------------------------


@router.post("/personas/{number}/avisos")
async def change_wanted(visit: Annotated[Visit, Needs(CHANGE)], number: int) -> Response:
    """Stops messages of a category, or starts them again."""
    person = await person_of(visit, number)
    category, is_wanted = visit.text("category"), visit.text("wanted") == "si"
    title = CATEGORIES.get(category, "")

    async def work(act: Acting) -> None:
        if not await requests.change_wanted(act.session, number, category, is_wanted=is_wanted):
            raise NothingChanged
        words = {True: "los recibe", False: "no los recibe"}
        act.did(
            Act(
                "person.wanted",
                f"person:{person.person_id}",
                before={title: words[not is_wanted]},
                after={title: words[is_wanted]},
                person_id=person.person_id,
            )
        )

    try:
        await patiently(visit, work)
    except NothingChanged:
        return nothing(visit, person.person_id)
    except (PersonRefused, Busy) as error:
        return refused(visit, person.person_id, error)
    done = "Se le mandan otra vez" if is_wanted else "Ya no se le mandan"
    return pages.redirect(visit, f"{PATH}/{person.person_id}", f"{done}: {title.lower()}.")


# -- all data, for the person ----------------------------------------------------------------------


@router.post("/personas/{number}/exportar")
async def export(visit: Annotated[Visit, Needs(ERASE)], number: int) -> Response:
    """All that is held about a person, as a file to be handed to them."""
    person = await person_of(visit, number)
    if person.erased:
        return refused(visit, number, AlreadyErased(number))
    holder = person.person_id
    async with acting(visit.console.database, visit.actor) as act:
        exported = await exporting.export(act.session, holder, visit.now)
        act.did(Act("person.export", f"person:{holder}", person_id=holder))
    content = await asyncio.to_thread(json.dumps, exported, ensure_ascii=False, indent=2)
    return Response(
        content,
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="persona-{holder}.json"',
            "Cache-Control": "no-store",
        },
    )


# -- erasing ---------------------------------------------------------------------------------------


@router.get("/personas/{number}/borrar")
async def ask_erasure(visit: Annotated[Visit, Needs(ERASE)], number: int) -> Response:
    """What goes and what stays, and the form that asks for the reason and the person's number."""
    return _erasure(visit, await person_of(visit, number), Form())


def _erasure(
    visit: Visit, person: Profile, form: Form, held_case: int | None = None, status: int = 200
) -> Response:
    if person.erased:
        return refused(visit, person.person_id, AlreadyErased(person.person_id))
    held = next((one.number for one in person.cases if one.held), None)
    return pages.page(
        visit,
        "person_erase.html",
        "people",
        status,
        person=person,
        form=form,
        held_case=held_case or held,
        most_reason=MOST_REASON,
        words=_words(visit),
        kept=KEPT[KEPT_STATISTICS],
        kept_consent=KEPT[KEPT_CONSENT] if person.consents else "",
    )


def _words(visit: Visit) -> str:
    return visit.console.responses.say("utter_erased_by_staff", {}).text


@router.post("/personas/{number}/borrar")
async def erase(visit: Annotated[Visit, Needs(ERASE)], number: int) -> Response:
    """Erases what is held about a person, and tells them."""
    person = await person_of(visit, number)
    form = Form({"reason": visit.text("reason"), "confirm": visit.text("confirm")})
    held_case: int | None = None
    if not form["reason"].strip() or len(" ".join(form["reason"].split())) > MOST_REASON:
        form.wrong("reason", str(NoReason(MOST_REASON)))
    if form["confirm"].strip().removeprefix("#").strip() != str(person.person_id):
        form.wrong("confirm", f"Escriba el número de la persona: {person.person_id}.")

    async def work(act: Acting) -> ErasedByStaff:
        done = await requests.erase_by_staff(
            act.session, person.person_id, form["reason"], visit.now, _words(visit)
        )
        await notices.post_all(act.session, visit.console.responses, done.erased.notices)
        act.did(
            Act(
                "person.erase",
                f"person:{done.person_id}",
                after={
                    "cuentas": list(done.people),
                    "mensajes": done.erased.messages,
                    "casos_cerrados": list(done.erased.closed_cases),
                    "avisada": done.told,
                },
                # Who it was must not come back by the words of who erased it.
                note=mask(done.reason),
                person_id=done.person_id,
            )
        )
        return done

    if form.is_right:
        try:
            done = await patiently(visit, work)
            return pages.redirect(visit, f"{PATH}/{person.person_id}", _outcome(done))
        except HeldByStaff as error:
            held_case = error.case
            form.wrong("", str(error))
        except NoReason as error:
            form.wrong("reason", str(error))
        except Busy:
            form.wrong("", BUSY)
        except AlreadyErased as error:
            return refused(visit, person.person_id, error)
    return _erasure(visit, person, form, held_case, 422)


def _outcome(done: ErasedByStaff) -> str:
    """What became of it, for who did it."""
    sentences = [f"Los datos de la persona {done.person_id} quedaron borrados."]
    sentences.append(
        "Va en camino un mensaje que se lo dice."
        if done.told
        else "No se le pudo avisar: bloqueó el chat."
    )
    if done.waiting:
        sentences.append(
            "Un mensaje suyo esperaba turno: se queda y se le contesta como a alguien nuevo."
            if done.waiting == 1
            else f"{done.waiting} mensajes suyos esperaban turno: se quedan y se le contesta como "
            "a alguien nuevo."
        )
    kept = "; ".join(KEPT.get(one, one) for one in done.erased.kept)
    return " ".join([*sentences, f"Queda {kept}."])
