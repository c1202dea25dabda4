"""Runs what the engine wants done, inside one turn's transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.answers import service as answers
from actions.bookings.terms import Terms
from actions.cases import hours
from actions.cases import service as cases
from actions.cases.hours import Hours
from actions.cases.service import Reason
from actions.firms import service as firms
from actions.firms.rules import SizeClass, size_class
from actions.guides.service import is_offered
from actions.messages import outbox, states
from actions.messages.content import Attachment, Content
from actions.people import consent, erasure, linking, wanted
from actions.people.erasure import Held
from actions.questions import ratings
from actions.questions import service as questions
from bot import booking_acts, consultant_acts, consultant_calendar, notices, privacy, referral_acts
from bot.dialogue.conversation import Conversation, Do
from bot.flows.model import Flows
from bot.responses import Catalogue
from bot.slots.calendar_words import shown_date
from bot.understanding.understood import TASKS
from knowledge.guides import guides
from knowledge.library import Library
from knowledge.sectors import sectors

CATEGORIES: Final = {
    "announcements": "avisos",
    "reminders": "recordatorios",
    "training": "capacitaciones",
}
"""What a person can stop, as it is called in the chat."""
CHANNELS: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram", "web": "chat de la página"}
SIZES: Final = {
    "micro": "microempresa",
    "pequena": "pequeña empresa",
    "mediana": "mediana empresa",
    "grande": "gran empresa",
}
STATES_OF_PERMIT: Final = {
    "has_permit": "lo tiene",
    "in_process": "en trámite",
    "none": "no tiene",
    "unknown": "no sabe",
}
LINK_NOTICE: Final = "link_notice"
"""The template of the notice that accounts were joined, outside WhatsApp's window."""


def known_of(version: str | None, firm: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a person, by slot: ``firm`` by the fields in which it is stored."""
    known: dict[str, Any] = {"consent_given": version == privacy.VERSION or None, **firm}
    place = {name: known.pop(name, None) for name in firms.PLACE}
    if all(place.values()):
        known["district"] = place
    known = {name: value for name, value in known.items() if value is not None}
    if firm:
        # The one question that may be skipped: whoever gave the others was asked for it.
        known.setdefault("annual_sales_usd", None)
    return known


def look_up(
    library: Library,
    do: Do,
    learnt: answers.Learnt = answers.NOTHING_LEARNT,
    sector: str | None = None,
) -> Any:
    """The result of an action that needs the knowledge only, and at most the branch of the firm."""
    match do.action:
        case "answer":
            question, after = str(do.args["question"]), do.args.get("after")
            return answers.answer(library, question, after=after, sector=sector, learnt=learnt)
        case "show_article":
            rest = bool(do.args.get("rest", False))
            return answers.show(library, str(do.args.get("article", "")), rest=rest)
        case "show_task":
            return answers.about_task(library, TASKS[str(do.args["task"])])
        case "list_topic":
            served = {article.topic for article in library.articles.values()}
            named = str(do.args.get("topic", "")).split(",")
            topics = [topic for topic in named if topic in served]
            return (topics[0], *answers.in_topics(library, topics)) if topics else None
    raise LookupError(f"the engine asked for an unknown action: {do.action}")


@dataclass(frozen=True, slots=True)
class Actions:
    """What actions work with, for one turn. ``inbox_ids`` are the messages that it answers."""

    session: AsyncSession
    person_id: int
    channel: str
    inbox_ids: list[int]
    library: Library
    responses: Catalogue
    conversation: Conversation
    flows: Flows
    hours: Hours
    now: datetime
    guide_url: Callable[[str], str]
    """The address of a guide's file, by the guide's id."""
    calendar_url: Callable[[str], str]
    """The address of a booking's file for calendars, by its token."""
    sector: str | None = None
    """The branch of the person's firm, as far as it is known."""
    learnt: answers.Learnt = field(default_factory=dict)
    """What the message, and each question in it, was taken to ask for."""

    @property
    def terms(self) -> Terms:
        """How time with consultants is given out here: with the hours of this deployment."""
        return Terms(hours=self.hours)

    async def run(self, do: Do) -> Any:
        """The result of an action; an unknown one is a mistake of ours and raises."""
        handler = _HANDLERS.get(do.action)
        if handler is None:
            return look_up(self.library, do)
        return await handler(self, do.args)

    def says(self, name: str, **params: str) -> str:
        """A response's text, to be put into another."""
        return self.responses.say(name, params).text


LOGGED: Final = frozenset({"abstained", "clarify"})
"""Outcomes of a question that the ministry has to hear of."""


async def _answer(here: Actions, args: Mapping[str, Any]) -> answers.Answer:
    asked = str(args["question"])
    found = answers.answer(
        here.library, asked, after=args.get("after"), sector=here.sector, learnt=here.learnt
    )
    if found.outcome not in LOGGED:
        return found
    outcome: questions.Outcome = "clarify" if found.outcome == "clarify" else "abstained"
    return replace(found, logged=await _note(here, asked, outcome, found.articles, found.topic))


async def _note(
    here: Actions, asked: str, outcome: questions.Outcome, about: Sequence[str], topic: str | None
) -> int | None:
    return await questions.record(
        here.session, asked, outcome, about, topic, here.channel, here.now.date()
    )


async def _rate(here: Actions, args: Mapping[str, Any]) -> None:
    """Whether the article answered with last was of use; what was not is asked for again."""
    article = here.library.articles.get(str(args.get("article")))
    if article is None:
        return
    useful = bool(args["useful"])
    await ratings.count(here.session, article.id, here.now.date(), useful=useful)
    if not useful and args.get("question"):
        await _note(here, str(args["question"]), "low_rated", [article.id], article.topic)


async def _want_answer(here: Actions, args: Mapping[str, Any]) -> Any:
    """``noted``, an article that answers by now, or None."""
    try:
        wish = await questions.wants_answer(
            here.session, int(args["question"]), here.person_id, here.now
        )
    except questions.NoSuchQuestion:
        return None
    if wish.kind == "noted":
        return wish.kind
    if wish.kind == "no_answer" or wish.article_id is None:
        return None
    return answers.show(here.library, wish.article_id)


async def _show_guide(here: Actions, args: Mapping[str, Any]) -> Any:
    """The guide with its file, the guides to choose from, or None."""
    named = guides().named_in(str(args.get("text", "")))
    if "guide" in args:
        chosen = guides().get(str(args["guide"]))
        named = () if chosen is None else (chosen,)
    there = [guide for guide in named if is_offered(here.library, guide)]
    if len(there) != 1:
        return [(guide.id, guide.title) for guide in there]
    [guide] = there
    [topic, *_] = (
        here.library.articles[one].topic for one in guide.articles if one in here.library.articles
    )
    file = Attachment(f"{guide.id}.pdf", here.guide_url(guide.id), "application/pdf")
    return guide.title, topic, file


async def _open_case(here: Actions, args: Mapping[str, Any]) -> Mapping[str, str]:
    reason: Reason = args["reason"]
    task = here.conversation.task
    opened = await cases.open_case(
        here.session,
        here.person_id,
        reason,
        {
            "task": task.flow if task else None,
            "question": here.conversation.asked,
            "article": here.conversation.article,
        },
    )
    return {"number": str(opened.number), "promise": _promise(here)}


def _promise(here: Actions) -> str:
    promise = hours.promise(here.now, here.hours)
    if promise.day is None:
        return here.says("utter_promise_open")
    return here.says("utter_promise_closed", day=shown_date(promise.day))


async def _withdraw_case(here: Actions, _args: Mapping[str, Any]) -> int | None:
    return await cases.withdraw(here.session, here.person_id)


async def _release(here: Actions, _args: Mapping[str, Any]) -> None:
    await cases.release(here.session, here.person_id)


async def _stop(here: Actions, args: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = _categories(args)
    await wanted.stop(here.session, here.person_id, chosen)
    others = [] if len(chosen) < len(CATEGORIES) else list(CATEGORIES)
    again = [(category, f"Sí quiero {CATEGORIES[category]}") for category in others]
    return {"what": _listed(chosen, "ni"), "again": again}


async def _start(here: Actions, args: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = _categories(args)
    await wanted.start(here.session, here.person_id, chosen)
    return {"what": _listed(chosen, "y")}


def _categories(args: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are named, by a button or in words; all of them where none is."""
    if args.get("category") in CATEGORIES:
        return (str(args["category"]),)
    text = str(args.get("text", "")).lower()
    named = tuple(
        category for category, roots in _NAMED.items() if any(root in text for root in roots)
    )
    return named or tuple(CATEGORIES)


_NAMED: Final = {
    "announcements": ("anuncio", "noticia", "novedad"),
    "reminders": ("recordator", "recordat"),
    "training": ("capacita", "curso", "taller", "charla"),
}


def _listed(categories: tuple[str, ...], last: str) -> str:
    words = [CATEGORIES[category] for category in categories]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


async def _save_profile(here: Actions, args: Mapping[str, Any]) -> None:
    values = dict(args)
    place = values.pop("district", None)
    if "annual_sales_usd" in values:
        values["annual_sales_usd"] = _dollars(values["annual_sales_usd"])
    await firms.save(here.session, here.person_id, {**values, **(place or {})})


def _dollars(amount: Any) -> Decimal | None:
    """An amount as its slot or the firm's profile has it."""
    if amount is None:
        return None
    return Decimal(amount["amount"] if isinstance(amount, dict) else amount)


async def _firm_size(_here: Actions, args: Mapping[str, Any]) -> Mapping[str, str]:
    workers = args.get("workers")
    sales = _dollars(args.get("annual_sales_usd"))
    size = size_class(int(workers) if workers is not None else None, sales)
    return {"firm_size": _size_told(size)}


def _size_told(size: SizeClass | None) -> str:
    if size is None:
        return ""
    basis = {"por trabajadores": "por la cantidad de personas", "por ventas": "por sus ventas"}
    told = basis.get(size.basis, "por personas y ventas")
    if size.size in ("micro", "pequena"):
        return f"Según la Ley MYPE, {told} es {SIZES[size.size]}. "
    # That law knows no larger firm, so it cannot be named as the source of one.
    return f"Pasa de pequeña empresa según la Ley MYPE: {told} se toma como {SIZES[size.size]}. "


async def _record_consent(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, Any]:
    await consent.record(here.session, here.person_id, privacy.VERSION, here.channel)
    return {}


async def _data_held(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, str]:
    held = await erasure.held(here.session, here.person_id)
    lines = _held_lines(held)
    for task in here.conversation.tasks:
        flow, answers = here.flows.flows.get(task.flow), len(task.order)
        if flow is not None and answers:
            lines.append(f"A medias, sin terminar: {flow.name} ({answers} respuestas)")
    return {"held": "\n".join(f"• {line}" for line in lines)}


def _held_lines(held: Held) -> list[str]:
    lines = [f"{CHANNELS.get(one.channel, one.channel)}: {one.address}" for one in held.channels]
    firm = held.firm
    if "firm_name" in firm:
        lines.append(f"Empresa: {firm['firm_name']}")
    if "sector" in firm:
        lines.append(f"Rubro: {_sector_named(str(firm['sector']))}")
    if "workers" in firm:
        lines.append(f"Personas que trabajan: {firm['workers']}")
    if "annual_sales_usd" in firm:
        lines.append(f"Ventas al año: {firm['annual_sales_usd']:,} USD")
    if "district" in firm:
        lines.append(f"Lugar: {firm['district']}, {firm['department']}")
    if "permit_state" in firm:
        lines.append(f"Permiso ambiental: {STATES_OF_PERMIT[str(firm['permit_state'])]}")
    if held.consent_given_at is not None:
        day = shown_date(held.consent_given_at.astimezone(hours.ZONE).date())
        lines.append(f"Me diste permiso de guardar datos el {day}")
    if held.stopped:
        lines.append(f"No querés {_listed(tuple(sorted(held.stopped)), 'ni')}")
    if held.open_case is not None:
        lines.append(f"Caso abierto con una persona: {held.open_case}")
    if held.papers is not None:
        lines.append(f"Tu solicitud al registro de consultores, con sus documentos: {held.papers}")
    if held.waits_for:
        lines.append(f"Preguntas de las que esperás respuesta: {held.waits_for}")
    if held.linked_accounts:
        lines.append("Tenés cuentas unidas")
    lines.append(f"Mensajes tuyos guardados: {held.messages}")
    return lines


def _sector_named(code: str) -> str:
    sector = sectors().get(code)
    return sector.title if sector is not None else code


async def _erase_data(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, str]:
    erased = await erasure.erase(here.session, here.person_id, here.now, answering=here.inbox_ids)
    await notices.post_all(here.session, here.responses, erased.notices)
    kept = f"Sin tu nombre ni tu número quedan: {'; '.join(erased.kept)}. " if erased.kept else ""
    return {"kept": kept}


async def _make_code(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, str]:
    try:
        code = await linking.make_code(here.session, here.person_id, here.now)
    except linking.TooManyCodes:
        return {"link_result": "too_many"}
    return {"link_result": "made", "new_code": code}


async def _join_accounts(here: Actions, args: Mapping[str, Any]) -> Mapping[str, str]:
    try:
        joined = await linking.join(here.session, here.person_id, str(args["code"]), here.now)
    except linking.CodeRefused as refused:
        return {"link_result": refused.reason}
    named = CHANNELS.get(here.channel, here.channel)
    notice = here.says("utter_link_notice", channel=named)
    content = Content(text=notice, template=LINK_NOTICE, variables={"1": named})
    await outbox.post(
        here.session,
        joined.kept_person_id,
        content,
        states.NOTICE,
        not_to=joined.address_ids,
    )
    return {"link_result": "joined"}


async def _undo_link(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, str]:
    undone = await linking.undo(here.session, here.person_id)
    return {"link_result": "none" if undone is None else "undone"}


_Handler = Callable[[Actions, Mapping[str, Any]], Awaitable[Any]]
_HANDLERS: Final[Mapping[str, _Handler]] = {
    "answer": _answer,
    "rate": _rate,
    "want_answer": _want_answer,
    "show_guide": _show_guide,
    "open_case": _open_case,
    "release": _release,
    "withdraw_case": _withdraw_case,
    "stop_messages": _stop,
    "start_messages": _start,
    "save_profile": _save_profile,
    "firm_size": _firm_size,
    "record_consent": _record_consent,
    "data_held": _data_held,
    "erase_data": _erase_data,
    "make_code": _make_code,
    "join_accounts": _join_accounts,
    "undo_link": _undo_link,
    **booking_acts.HANDLERS,
    **consultant_acts.HANDLERS,
    **consultant_calendar.HANDLERS,
    **referral_acts.HANDLERS,
}
_OF_KNOWLEDGE: Final = frozenset({"answer", "rate", "want_answer", "show_guide"})
ACTIONS: Final = frozenset(_HANDLERS) - _OF_KNOWLEDGE
"""The names of all actions that a flow may run."""
