"""Correcting what is known of a firm, because its owner asked the ministry for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.responses import Response

from actions.audit.service import Act
from actions.firms import correction, sections
from actions.firms.shown import LABELS, PERMITS, sector_title, told
from actions.people import requests
from actions.people.errors import AlreadyErased, BadFields, PersonRefused
from actions.people.locks import Busy
from actions.people.profile import Profile
from api.acting import Acting
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.rooms.people import PATH
from api.console.rooms.person_acts import (
    BUSY,
    CHANGE,
    NothingChanged,
    nothing,
    patiently,
    person_of,
    refused,
)
from knowledge.sectors import sectors
from knowledge.territory import territory

router = APIRouter()
BEFORE: Final = "antes_"
"""Begins the name of the field that says what another one held when the form was shown."""

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
    person = await person_of(visit, number)
    held = _held(person)
    return _correction(visit, person, Form(held), held)


def _correction(
    visit: Visit, person: Profile, form: Form, shown: dict[str, str], status: int = 200
) -> Response:
    """``shown`` is what the fields held when the form was shown first."""
    if person.erased:
        return refused(visit, person.person_id, AlreadyErased(person.person_id))
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
    person = await person_of(visit, number)
    form = Form({name: visit.text(name) for name in _FIELDS})
    shown = {name: visit.text(f"{BEFORE}{name}") for name in _FIELDS}
    changed = {name: form[name] for name in _FIELDS if form[name] != shown[name]}
    if "place" in changed:
        department, _, district = changed.pop("place").partition(_BETWEEN)
        changed |= {"department": department, "district": district}
    if not changed:
        return nothing(visit, person.person_id)

    async def work(act: Acting) -> None:
        done = await requests.correct_firm(act.session, number, changed, visit.now)
        if not done.names:
            raise NothingChanged
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
        await patiently(visit, work)
    except NothingChanged:
        return nothing(visit, person.person_id)
    except BadFields as error:
        for name, sentence in error.problems.items():
            form.wrong("place" if name in _OF_PLACE else name, sentence)
    except Busy:
        form.wrong("", BUSY)
    except PersonRefused as error:
        return refused(visit, person.person_id, error)
    if not form.is_right:
        return _correction(visit, person, form, shown, 422)
    return pages.redirect(visit, f"{PATH}/{person.person_id}", "Los datos quedaron corregidos.")
