"""What staff do because a person asked the ministry for it: each in the audit."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.audit.service import Act
from actions.firms import correction, sections
from actions.firms.shown import LABELS, PERMITS, sector_title, told
from actions.people import export as exporting
from actions.people import requests
from actions.people.erasure import KEPT_BOOKINGS, KEPT_CONSENT, KEPT_STATISTICS
from actions.people.errors import (
    AlreadyErased,
    BadFields,
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
from knowledge.sectors import sectors
from knowledge.territory import territory

router = APIRouter()
CHANGE: Final = Permission.CHANGE_PEOPLE
ERASE: Final = Permission.ERASE_PEOPLE

MOST_TRIES: Final = 5
BUSY: Final = (
    "En este momento se está hablando con esa persona. No se hizo nada: pruebe otra vez en unos "
    "segundos."
)
BEFORE: Final = "antes_"
"""Begins the name of the field that says what another one held when the form was shown."""
KEPT: Final = {
    KEPT_STATISTICS: "cuántas consultas hubo y de qué temas, sin nada que diga de quién",
    KEPT_CONSENT: KEPT_CONSENT,
    KEPT_BOOKINGS: "que hubo citas con consultores y cómo se calificaron, sin lo que dijo",
}
"""What is kept, as it is told to staff instead of to the person."""
_Done = TypeVar("_Done")


async def _patiently(visit: Visit, work: Callable[[Acting], Awaitable[_Done]]) -> _Done:
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


async def _person(visit: Visit, number: int) -> Profile:
    async with visit.console.database.session() as session:
        return await profile_of(visit, session, number)


def _refused(visit: Visit, number: int, error: Exception) -> Response:
    sentence = BUSY if isinstance(error, Busy) else str(error)
    return pages.redirect(visit, f"{PATH}/{number}", sentence, tone="bad")


# -- the firm --------------------------------------------------------------------------------------

Options = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Choices of a field in groups: the group's title, and value and words of each."""
_FIELDS: Final = (
    "firm_name",
    "sector",
    "workers",
    "annual_sales_usd",
    "place",
    "permit_state",
)
_OF_PLACE: Final = ("district", "department")
_BETWEEN: Final = "|"
"""Stands in a place's value between the department and the district: names have none."""


def _sectors() -> Options:
    groups = [
        (title, [(one, sector_title(one)) for one in sections.sectors_of(letter)])
        for letter, title in sections.sections().items()
    ]
    other = sectors().other
    return [*groups, ("Ninguno de ellos", [(other.id, other.title)])]


def _places() -> Options:
    return [
        (
            department.name,
            [(_place(department.name, one.name), one.name) for one in department.districts],
        )
        for department in territory().departments
    ]


def _place(department: str, district: str) -> str:
    return f"{department}{_BETWEEN}{district}" if department or district else ""


_SECTORS: Final = _sectors()
_PLACES: Final = _places()


@dataclass(frozen=True, slots=True)
class _Unlisted:
    """A choice that stands in a profile and no more in its list: it is shown, lest a form that
    somebody saves for another field would take it away."""

    value: str
    words: str


def _with(options: Options, one: _Unlisted) -> Options:
    known = {value for _, choices in options for value, _ in choices}
    if not one.value or one.value in known:
        return options
    return [("Como está ahora", [(one.value, one.words)]), *options]


def _held(person: Profile) -> dict[str, str]:
    """The form's fields, as they are known."""
    known = {one.name: "" if one.value is None else str(one.value) for one in person.firm}
    return {
        **{name: known[name] for name in _FIELDS if name != "place"},
        "place": _place(known["department"], known["district"]),
    }


@router.get("/personas/{number}/empresa")
async def ask_correction(visit: Annotated[Visit, Needs(CHANGE)], number: int) -> Response:
    """The form to correct a firm."""
    person = await _person(visit, number)
    held = _held(person)
    return _correction(visit, person, Form(held), held)


def _correction(
    visit: Visit, person: Profile, form: Form, shown: dict[str, str], status: int = 200
) -> Response:
    """``shown`` is what the fields held when the form was shown first."""
    if person.erased:
        return _refused(visit, person.person_id, AlreadyErased(person.person_id))
    # Both what is known and what was typed: it may have changed meanwhile.
    choices: dict[str, Options] = {"sector": _SECTORS, "place": _PLACES}
    for values in (shown, form.values):
        sector, place = str(values.get("sector", "")), str(values.get("place", ""))
        choices["sector"] = _with(choices["sector"], _Unlisted(sector, sector_title(sector)))
        department, _, district = place.partition(_BETWEEN)
        words = ", ".join(one for one in (district, department) if one)
        choices["place"] = _with(choices["place"], _Unlisted(place, words))
    return pages.page(
        visit,
        "person_firm.html",
        "people",
        status,
        number=person.person_id,
        form=form,
        shown=shown,
        before=BEFORE,
        choices=choices,
        permits=PERMITS.items(),
        longest_name=correction.MOST_NAME,
        most_workers=correction.MOST_WORKERS,
    )


@router.post("/personas/{number}/empresa")
async def correct(visit: Annotated[Visit, Needs(CHANGE)], number: int) -> Response:
    """Changes the fields that are another than when the form was shown: so what the person says
    in the chat meanwhile stays."""
    person = await _person(visit, number)
    form = Form({name: visit.text(name) for name in _FIELDS})
    shown = {name: visit.text(f"{BEFORE}{name}") for name in _FIELDS}
    changed = {name: form[name] for name in _FIELDS if form[name] != shown[name]}
    if "place" in changed:
        department, _, district = changed.pop("place").partition(_BETWEEN)
        changed |= {"department": department, "district": district}
    if not changed:
        return _nothing(visit, person.person_id)

    async def work(act: Acting) -> None:
        done = await requests.correct_firm(act.session, number, changed, visit.now)
        if not done.names:
            raise _NothingChanged
        act.did(
            Act(
                "person.correct",
                f"person:{done.person_id}",
                before={LABELS[name]: told(name, done.before) for name in done.names},
                after={LABELS[name]: told(name, done.after) for name in done.names},
                person_id=done.person_id,
            )
        )

    try:
        await _patiently(visit, work)
    except _NothingChanged:
        return _nothing(visit, person.person_id)
    except BadFields as refused:
        for name, sentence in refused.problems.items():
            form.wrong("place" if name in _OF_PLACE else name, sentence)
    except Busy:
        form.wrong("", BUSY)
    except PersonRefused as refused:
        return _refused(visit, person.person_id, refused)
    if not form.is_right:
        return _correction(visit, person, form, shown, 422)
    return pages.redirect(visit, f"{PATH}/{person.person_id}", "Los datos quedaron corregidos.")


class _NothingChanged(Exception):
    """What was typed is what is known: there is nothing to record."""


def _nothing(visit: Visit, number: int) -> Response:
    return pages.redirect(visit, f"{PATH}/{number}", "No cambió ningún dato.", tone="warning")


# -- messages wanted -------------------------------------------------------------------------------


@router.post("/personas/{number}/avisos")
async def change_wanted(visit: Annotated[Visit, Needs(CHANGE)], number: int) -> Response:
    """Stops messages of a category, or starts them again."""
    person = await _person(visit, number)
    category, is_wanted = visit.text("category"), visit.text("wanted") == "si"
    title = CATEGORIES.get(category, "")

    async def work(act: Acting) -> None:
        if not await requests.change_wanted(act.session, number, category, is_wanted=is_wanted):
            raise _NothingChanged
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
        await _patiently(visit, work)
    except _NothingChanged:
        return _nothing(visit, person.person_id)
    except (PersonRefused, Busy) as refused:
        return _refused(visit, person.person_id, refused)
    done = "Se le mandan otra vez" if is_wanted else "Ya no se le mandan"
    return pages.redirect(visit, f"{PATH}/{person.person_id}", f"{done}: {title.lower()}.")


# -- all data, for the person ----------------------------------------------------------------------


@router.post("/personas/{number}/exportar")
async def export(visit: Annotated[Visit, Needs(ERASE)], number: int) -> Response:
    """All that is held about a person, as a file to be handed to them."""
    person = await _person(visit, number)
    if person.erased:
        return _refused(visit, number, AlreadyErased(number))
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
    return _erasure(visit, await _person(visit, number), Form())


def _erasure(
    visit: Visit, person: Profile, form: Form, held_case: int | None = None, status: int = 200
) -> Response:
    if person.erased:
        return _refused(visit, person.person_id, AlreadyErased(person.person_id))
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
    person = await _person(visit, number)
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
            done = await _patiently(visit, work)
            return pages.redirect(visit, f"{PATH}/{person.person_id}", _outcome(done))
        except HeldByStaff as refused:
            held_case = refused.case
            form.wrong("", str(refused))
        except NoReason as refused:
            form.wrong("reason", str(refused))
        except Busy:
            form.wrong("", BUSY)
        except AlreadyErased as refused:
            return _refused(visit, person.person_id, refused)
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
