"""What the chat does for those who are in the registry of consultants, or want to be."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.bookings import agenda, availability
from actions.bookings.errors import BookingRefused
from actions.bookings.openings import Exceptional, Window
from actions.messages.content import Button
from actions.registry import applications, joining, own
from actions.registry.applications import MOST_DOCUMENTS, Application
from actions.registry.errors import AlreadyRegistered, CodeOfNobody, RegistryRefused, TooManyTries
from actions.registry.mine import Mine, mine
from actions.registry.rules import day_of
from actions.registry.withdrawing import WITHDRAWN, withdraw
from bot.booking_words import briefly, when
from bot.dialogue.conversation import Result, Say
from bot.dialogue.questions import means
from bot.dialogue.results import HUMAN_BUTTON
from bot.slots.availability import UNREAD, days_of, read_line, week_of
from bot.slots.calendar_words import shown_date
from bot.slots.days_off_reading import DaysOff, shown_days_off
from bot.slots.protocol import Value
from bot.slots.week_phrases import added
from bot.slots.week_reading import Hours, shown_week
from knowledge.text import plain

if TYPE_CHECKING:
    from bot.acting import Actions

APPLY: Final = Button("Pedir mi registro", "/task_register_consultant")
HAVE_CODE: Final = Button("Tengo un código", "/consultant_join")
OWN_BUTTONS: Final = (
    Button("Mi agenda", "/consultant_agenda"),
    Button("Mi horario", "/task_availability"),
    Button("Mis cifras", "/consultant_figures"),
)
MOST_TOUCHED: Final = 5
"""Bookings in closed days that are named; the others are counted."""


def says(response: str, /, *buttons: Button, **params: str) -> Result:
    """One response, and nothing else."""
    return Result(says=(Say(response, params, buttons),))


async def own_place(here: "Actions") -> Mine | None:
    """What the person is to the registry."""
    return await mine(here.session, here.person_id, here.now)


def told_place(place: Mine | None) -> Result:
    """Where the person stands, and what they can do from there."""
    if place is None:
        return says("utter_consultant_unknown", APPLY, HAVE_CODE)
    number = str(place.consultant_id)
    if place.state == "solicitada":
        full = place.documents >= MOST_DOCUMENTS
        return says(
            "utter_application_full" if full else "utter_application_waits",
            HAVE_CODE,
            number=number,
            name=place.name,
            count=str(place.documents),
            most=str(MOST_DOCUMENTS),
        )
    if place.state == "rechazada" and place.reason == WITHDRAWN:
        return says("utter_application_taken_back", APPLY, HAVE_CODE, number=number)
    if place.state == "rechazada":
        reason = place.reason or "no dejó escrito el motivo"
        return says("utter_application_refused", APPLY, HAVE_CODE, number=number, reason=reason)
    registration = place.registration_number or ""
    until = "" if place.valid_to is None else shown_date(place.valid_to)
    if place.state == "vigente":
        requests = Button("Solicitudes", "/consultant_requests")
        return says(
            "utter_consultant_home",
            *(requests, *OWN_BUTTONS, Button("Mi calendario", "/consultant_calendar")),
            name=place.name,
            registration=registration,
            until=until,
        )
    buttons = OWN_BUTTONS[0], HUMAN_BUTTON
    if place.state == "vencida":
        return says("utter_consultant_lapsed", *buttons, registration=registration, until=until)
    if place.reason is None:
        return says("utter_consultant_suspended_unsaid", *buttons, registration=registration)
    return says(
        "utter_consultant_suspended", *buttons, registration=registration, reason=place.reason
    )


async def _home(here: "Actions", _args: Mapping[str, Any]) -> Result:
    return told_place(await own_place(here))


# -- applying and joining --------------------------------------------------------------------------


async def _may_apply(here: "Actions", _args: Mapping[str, Any]) -> Result:
    """Whether an application makes sense, said only where it does not."""
    place = await own_place(here)
    if place is None or place.state == "rechazada":
        return Result({"registry_may": True})
    return Result({"registry_may": False}, told_place(place).says)


async def _apply(here: "Actions", args: Mapping[str, Any]) -> Result:
    meets, kind = str(args["registry_meets"]), str(args["registry_kind"])
    application = Application(
        kind=kind,
        name=str(args["registry_person_name" if kind == "persona" else "registry_name"]),
        categories=tuple(args["registry_categories"]),
        departments=tuple(args.get("registry_departments") or ()),
        on_site=meets != "remote",
        remote=meets != "on_site",
        phone=args.get("registry_phone"),
        email=args.get("registry_email"),
    )
    fees: Mapping[str, Any] = args.get("registry_fees") or {}
    wanted: dict[str, Any] = {"languages": list(args["registry_languages"])}
    if fees and args.get("registry_fee_unit"):
        wanted |= {
            "fee_min": fees["low"],
            "fee_max": fees["high"],
            "fee_unit": args["registry_fee_unit"],
        }
    try:
        async with here.session.begin_nested():
            number = await applications.apply_for(
                here.session, here.person_id, application, (), here.now
            )
            await own.change(here.session, number, wanted, here.now)
    except RegistryRefused as refused:
        return says("utter_application_not_sent", why=str(refused))
    return says("utter_application_sent", number=str(number), most=str(MOST_DOCUMENTS))


async def _withdraw(here: "Actions", args: Mapping[str, Any]) -> Result:
    """Asks first; with ``sure`` the open application is taken back, and its papers forgotten."""
    place = await own_place(here)
    if place is None or place.state != "solicitada":
        return told_place(place)
    number = str(place.consultant_id)
    if not args.get("sure"):
        return says(
            "utter_application_withdraw_sure",
            Button("Sí, retirarla", means("registry_withdraw", sure=True)),
            Button("No, dejarla", "/registry_status"),
            number=number,
        )
    await withdraw(here.session, here.person_id, here.now)
    return says("utter_application_withdrawn", APPLY, number=number)


async def _join(here: "Actions", args: Mapping[str, Any]) -> Result:
    try:
        await joining.join(here.session, here.person_id, str(args["registry_code"]), here.now)
    except CodeOfNobody:
        said = says("utter_registry_code_refused")
        return Result(says=said.says, again=("registry_code",))
    except AlreadyRegistered:
        return says("utter_registry_code_other", HUMAN_BUTTON)
    except TooManyTries:
        return says("utter_registry_code_too_many", HUMAN_BUTTON)
    place = await own_place(here)
    assert place is not None
    first = says("utter_registry_joined", name=place.name).says
    return Result(says=(*first, *told_place(place).says), ends=("register_consultant",))


# -- the consultant's time -------------------------------------------------------------------------


async def _own_time(here: "Actions", args: Mapping[str, Any]) -> Result:
    """The week and the days that are different, as they stand; and what the sentence that began
    the task already says."""
    place = await own_place(here)
    if place is None or not place.is_registered:
        return await _no_time(here, place, str(args.get("said") or ""))
    windows = await availability.windows_of(here.session, place.consultant_id)
    different = await availability.exceptions_of(
        here.session, place.consultant_id, day_of(here.now)
    )
    lines = [f"Tu semana: {shown_week([_hours(one) for one in windows]) or 'todavía sin horario'}."]
    lines += [f"• {shown_days_off(_days_off(one.what))}" for one in different]
    sets = {"is_consultant": True, "time_now": "\n".join(lines)}
    if args.get("availability") is not None:
        return Result(sets)
    heard = read_line(str(args.get("said") or ""), day_of(here.now))
    if isinstance(heard, Value):
        return Result(sets, given={"availability": heard.value})
    # "Quiero cambiar mi horario" is no time that was told badly.
    told = () if heard.response == UNREAD else (Say(heard.response, dict(heard.params)),)
    return Result(sets, told)


async def _no_time(here: "Actions", place: Mine | None, said: str) -> Result:
    """What is said of time to who is not in the registry: who has a meeting to go to and cannot
    means that one."""
    if _CANNOT.search(plain(said)) is None:
        return Result({"is_consultant": False}, told_place(place).says)
    come = await agenda.of_person(here.session, here.person_id, here.now)
    if come:
        return Result({"is_consultant": False, "is_owner": True})
    return Result({"is_consultant": False}, says("utter_no_time_of_yours", *_OTHERS).says)


_CANNOT: Final = re.compile(r"\b(?:no|tampoco)\b")
_OTHERS: Final = (
    Button("Buscar consultor", "/task_book"),
    Button("Soy consultor", "/consultant_home"),
)


def _hours(window: Window) -> Hours:
    return Hours(window.weekday, window.starts, window.ends, window.mode)


def _days_off(one: Exceptional) -> DaysOff:
    return DaysOff(one.first, one.last, one.opened, one.starts, one.ends, one.mode)


async def _save_time(here: "Actions", args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    wanted = dict(args["availability"])
    try:
        if "week" in wanted:
            week = week_of(wanted)
            if wanted.get("add") is True:
                kept = await availability.windows_of(here.session, place.consultant_id)
                week = added([_hours(one) for one in kept], week)
            windows = [Window(one.weekday, one.starts, one.ends, one.mode) for one in week]
            await availability.set_windows(here.session, place.consultant_id, windows)
            return says("utter_week_saved", OWN_BUTTONS[0], week=shown_week(week))
        return await _close(here, place.consultant_id, days_of(wanted))
    except BookingRefused as refused:
        return says("utter_time_not_saved", why=str(refused))


async def _close(here: "Actions", consultant_id: int, days: DaysOff) -> Result:
    what = Exceptional(days.first, days.last, days.opened, days.starts, days.ends, days.mode)
    number, touched = await availability.add_exception(here.session, consultant_id, what, here.now)
    undo = Button("Quitar esos días", means("day_off_remove", exception=number))
    more = Button("Agregar otros días", "/task_availability")
    shown = shown_days_off(days)
    if not touched:
        return says("utter_days_saved", more, undo, days=shown)
    lines = [f"• {when(one.span.starts)}" for one in touched[:MOST_TOUCHED]]
    if len(touched) > MOST_TOUCHED:
        lines.append(f"• y {len(touched) - MOST_TOUCHED} más")
    buttons = [
        Button(briefly(one.span.starts), means("referral_show", booking=one.id))
        for one in touched[:MOST_TOUCHED]
    ]
    return says("utter_days_saved_touching", *buttons, undo, days=shown, bookings="\n".join(lines))


async def _days_off_listed(here: "Actions", _args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    kept = await availability.exceptions_of(here.session, place.consultant_id, day_of(here.now))
    if not kept:
        return says("utter_no_days_off")
    lines = [f"• {shown_days_off(_days_off(one.what))}" for one in kept]
    buttons = [
        Button(f"Quitar {_short(one.what)}", means("day_off_remove", exception=one.id))
        for one in kept[:9]
    ]
    return says("utter_days_off", *buttons, days="\n".join(lines))


def _short(what: Exceptional) -> str:
    """Days that fit a button: "3/12 al 7/12"."""
    first, last = (f"{one.day}/{one.month}" for one in (what.first, what.last))
    return first if what.first == what.last else f"{first} al {last}"


async def _remove_day_off(here: "Actions", args: Mapping[str, Any]) -> Result:
    place = await own_place(here)
    if place is None or not place.is_registered:
        return told_place(place)
    gone = await availability.remove_exception(
        here.session, place.consultant_id, int(args["exception"])
    )
    return says("utter_day_off_removed" if gone else "utter_day_off_gone")


HANDLERS: Final = {
    "consultant_home": _home,
    "registry_status": _home,
    "registry_may_apply": _may_apply,
    "registry_apply": _apply,
    "registry_withdraw": _withdraw,
    "registry_join": _join,
    "own_time": _own_time,
    "save_time": _save_time,
    "days_off": _days_off_listed,
    "day_off_remove": _remove_day_off,
}
