"""What staff do with a case: take it, answer, note, hand back, close; and the prepared replies."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.cases import canned, notes, service, staff
from actions.cases.errors import CaseRefused, NoSuchCanned, TitleTaken
from actions.cases.record import record
from actions.files import checking
from actions.files.checking import Clean
from actions.files.errors import FileRefused
from api import files
from api.acting import Acting, acting
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.cases import ANSWER, PATH, page_of

router = APIRouter()
_MADE_ANEW: Final = ThreadPoolExecutor(1, thread_name_prefix="file")
"""Making a picture anew takes hundreds of megabytes: one at a time."""


def told(error: Exception) -> str | None:
    """The sentence for what staff could not do; None for what is no fault of theirs."""
    match error:
        case service.NoSuchCase():
            return "El caso ya se cerró."
        case staff.HeldByAnother():
            return (
                f"La conversación la tiene {error.staff} hasta las {pages.clock(error.until)}. "
                "No se mandó nada."
            )
        case staff.NotHeld():
            return "Nadie tenía la conversación: el asistente ya contesta."
        case staff.Unreachable():
            return "La persona ya no tiene un chat donde escribirle."
        case CaseRefused() | FileRefused():
            return str(error)
    return None


def _hold(visit: Visit) -> timedelta:
    return timedelta(hours=visit.console.settings.staff_hold_hours)


def _back(visit: Visit) -> str:
    return visit.console.responses.say("utter_release", {}).text


async def _person(act: Acting, number: int) -> int:
    try:
        return (await record(act.session, number)).person_id
    except service.NoSuchCase:
        raise HTTPException(404) from None


@router.post("/casos/{number}/tomar")
async def take(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """The conversation is mine; the assistant keeps quiet."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            person = await _person(act, number)
            await staff.take(act.session, number, visit.member.name, visit.now, _hold(visit))
            act.did(Act("case.take", f"case:{number}", person_id=person))
    except Exception as error:
        return _refused(visit, number, error)
    return pages.redirect(
        visit, f"{PATH}/{number}", "La conversación es suya. El asistente calla mientras tanto."
    )


def _refused(visit: Visit, number: int, error: Exception) -> Response:
    sentence = told(error)
    if sentence is None:
        raise error
    return pages.redirect(visit, f"{PATH}/{number}", sentence, tone="bad")


@router.post("/casos/{number}/contestar")
async def reply(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """Sends the person a message, with files if there are any."""
    form = Form({"text": visit.text("text")})
    uploads = visit.files("files")
    try:
        attached = [await _clean(one) for one in uploads]
        async with acting(visit.console.database, visit.actor) as act:
            person = await _person(act, number)
            await staff.reply(
                act.session,
                number,
                form["text"],
                visit.member.name,
                visit.now,
                _hold(visit),
                files=attached,
                file_url=lambda token, name: (
                    visit.console.settings.public_address + files.path_of(token, name)
                ),
            )
            after = {"text": form["text"].strip(), "files": [one.name for one in attached]}
            act.did(Act("case.reply", f"case:{number}", after=after, person_id=person))
    except Exception as error:
        sentence = told(error)
        if sentence is None:
            raise
        again = " Elija los archivos otra vez." if uploads else ""
        form.wrong("files" if isinstance(error, FileRefused) else "text", f"{sentence}{again}")
        return await page_of(visit, number, reply=form, status=422)
    return pages.redirect(visit, f"{PATH}/{number}#fin", "Su respuesta va en camino.")


async def _clean(upload: UploadFile) -> Clean:
    content = await upload.read(checking.LARGEST + 1)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_MADE_ANEW, checking.checked, upload.filename or "", content)


@router.post("/casos/{number}/nota")
async def note(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """Notes something that the person never sees."""
    form = Form({"note": visit.text("note")})
    try:
        async with acting(visit.console.database, visit.actor) as act:
            person = await _person(act, number)
            await notes.add_note(act.session, number, visit.member.name, form["note"])
            act.did(
                Act(
                    "case.note",
                    f"case:{number}",
                    after={"text": form["note"].strip()},
                    person_id=person,
                )
            )
    except (CaseRefused, service.NoSuchCase) as error:
        form.wrong("note", told(error) or "")
        return await page_of(visit, number, note=form, status=422)
    return pages.redirect(visit, f"{PATH}/{number}", "La nota quedó guardada.")


@router.post("/casos/{number}/devolver")
async def hand_back(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """The assistant answers again; the case stays open."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            person = await _person(act, number)
            await staff.hand_back(act.session, number, visit.member.name, visit.now, _back(visit))
            act.did(Act("case.hand_back", f"case:{number}", person_id=person))
    except Exception as error:
        return _refused(visit, number, error)
    return pages.redirect(visit, f"{PATH}/{number}", "El asistente vuelve a contestar.")


@router.post("/casos/{number}/cerrar")
async def close(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """Ends a case, with the reason why."""
    form = Form({"reason": visit.text("reason"), "close_note": visit.text("close_note")})
    if form["reason"] not in service.CLOSE_REASONS:
        form.wrong("reason", "Elija un motivo.")
    elif form["reason"] == "otro" and not form["close_note"].strip():
        form.wrong("close_note", "Diga en la nota por qué se cierra.")
    if form.is_right:
        try:
            async with acting(visit.console.database, visit.actor) as act:
                person = await _person(act, number)
                await staff.close(
                    act.session,
                    number,
                    visit.member.name,
                    visit.now,
                    _back(visit),
                    form["reason"],
                    form["close_note"],
                )
                after = {"reason": form["reason"], "note": form["close_note"].strip()}
                act.did(Act("case.close", f"case:{number}", after=after, person_id=person))
        except CaseRefused as error:
            form.wrong("close_note", str(error))
        except Exception as error:
            return _refused(visit, number, error)
    if not form.is_right:
        return await page_of(visit, number, closing=form, status=422)
    return pages.redirect(visit, PATH, f"El caso {number} quedó cerrado.")


@router.get("/respuestas")
async def replies(visit: Annotated[Visit, Needs(ANSWER)]) -> Response:
    """The prepared replies."""
    return await _replies(visit)


async def _replies(
    visit: Visit, form: Form | None = None, changed: int | None = None, status: int = 200
) -> Response:
    async with visit.console.database.session() as session:
        listed = await canned.listed(session)
    return pages.page(
        visit,
        "canned.html",
        "cases",
        status,
        listed=listed,
        form=form or Form(),
        changed=changed,
        longest=canned.LONGEST_TEXT,
        blank=Form(),
        filled=lambda one: Form({"title": one.title, "text": one.text}),
    )


async def _kept(visit: Visit, number: int | None) -> Response:
    form = Form({"title": visit.text("title"), "text": visit.text("text")})
    try:
        async with acting(visit.console.database, visit.actor) as act:
            name, title, words = visit.member.name, form["title"], form["text"]
            after = {"title": title.strip(), "text": words.strip()}
            if number is None:
                made = await canned.create(act.session, title, words, name)
                act.did(Act("canned.create", f"canned:{made}", after=after))
            else:
                await canned.change(act.session, number, title, words, name)
                act.did(Act("canned.change", f"canned:{number}", after=after))
    except NoSuchCanned:
        raise HTTPException(404) from None
    except CaseRefused as refused:
        is_title = isinstance(refused, TitleTaken) or "título" in str(refused)
        form.wrong("title" if is_title else "text", str(refused))
        return await _replies(visit, form, number, 422)
    return pages.redirect(visit, "/consola/respuestas", "La respuesta quedó guardada.")


@router.post("/respuestas")
async def keep(visit: Annotated[Visit, Needs(ANSWER)]) -> Response:
    """Prepares a reply."""
    return await _kept(visit, None)


@router.post("/respuestas/{number}")
async def change(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """Changes a prepared reply."""
    return await _kept(visit, number)


@router.post("/respuestas/{number}/borrar")
async def delete(visit: Annotated[Visit, Needs(ANSWER)], number: int) -> Response:
    """Deletes a prepared reply."""
    try:
        async with acting(visit.console.database, visit.actor) as act:
            title = await canned.delete(act.session, number)
            act.did(Act("canned.delete", f"canned:{number}", before={"title": title}))
    except NoSuchCanned:
        raise HTTPException(404) from None
    return pages.redirect(visit, "/consola/respuestas", "La respuesta se borró.")
