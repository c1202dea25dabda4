"""Runs what the engine wants done, inside one turn's transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from actions.answers import service as answers
from actions.bookings.terms import Terms
from actions.cases import hours
from actions.cases import service as cases
from actions.cases.hours import Hours
from actions.cases.service import Reason
from actions.firms import service as firms
from actions.guides.service import is_offered
from actions.messages import outbox, states
from actions.messages.content import Attachment, Content
from actions.people import consent, linking
from actions.questions import ratings
from actions.questions import service as questions
from bot import (
    answering_acts,
    booking_acts,
    consultant_acts,
    consultant_calendar,
    consultant_day,
    own_data_acts,
    privacy,
    profile_acts,
    proposing_acts,
    referral_acts,
    wanted_acts,
)
from bot.dialogue.conversation import Conversation, Do
from bot.flows.model import Flows
from bot.responses import Catalogue
from bot.slots.calendar_words import shown_date
from bot.understanding.understood import TASKS
from knowledge.guides import guides
from knowledge.library import Library

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
    feed_url: Callable[[str], str]
    """The address at which a consultant's calendar reads all their bookings, by its token."""
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


async def _record_consent(here: Actions, _args: Mapping[str, Any]) -> Mapping[str, Any]:
    await consent.record(here.session, here.person_id, privacy.VERSION, here.channel)
    return {}


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
    named = own_data_acts.CHANNELS.get(here.channel, here.channel)
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
    "record_consent": _record_consent,
    "make_code": _make_code,
    "join_accounts": _join_accounts,
    "undo_link": _undo_link,
    **wanted_acts.HANDLERS,
    **profile_acts.HANDLERS,
    **own_data_acts.HANDLERS,
    **booking_acts.HANDLERS,
    **consultant_acts.HANDLERS,
    **consultant_calendar.HANDLERS,
    **consultant_day.HANDLERS,
    **referral_acts.HANDLERS,
    **proposing_acts.HANDLERS,
    **answering_acts.HANDLERS,
}
_OF_KNOWLEDGE: Final = frozenset({"answer", "rate", "want_answer", "show_guide"})
ACTIONS: Final = frozenset(_HANDLERS) - _OF_KNOWLEDGE
"""The names of all actions that a flow may run."""
