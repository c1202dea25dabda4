"""Those who wanted a person of the ministry, and those whose question had no answer.

Pure, as the rest of the plan. Whoever may still be written to is in the web chat, where a message
arrives without leaving us; but for two of those who wait, so that staff see WhatsApp's window.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from actions.cases.hours import ZONE
from actions.demo import talk
from actions.demo.diary import DAYS, Clock, Writer
from actions.demo.plan import CasePlan, Guest, Line, State, Turned, Wondered
from actions.demo.talk import Story

_WAITING_HOURS: Final = (0.2, 2.5, 5, 22, 30, 53, 98, 150)
"""How long ago each of talk.WAITING was opened."""
_HELD_HOURS: Final = (3.2, 27, 51)
_CLOSED: Final = 90
_REASONS: Final = {
    "resuelto": 66,
    "sin_respuesta": 14,
    "no_corresponde": 11,
    "duplicado": 5,
    "otro": 4,
}
_WITHDRAWN: Final = 0.1
_ASKED_WITHIN: Final = (DAYS - 3, 26, 6, 60, 13, 40)
"""So many days back the questions of a subject go, in turn."""


def cases(writer: Writer, guests: Sequence[Guest]) -> list[CasePlan]:
    """Cases that wait, that somebody has, and that were closed long ago."""
    known = [one for one in guests if one.firm is not None]
    others = [one for one in guests if one.firm is None and one.channel == "web"]
    on_web = [one for one in known if one.channel == "web"]
    by_phone = [one for one in known if one.channel == "whatsapp"]
    chosen = writer.chance.sample([*known[20:], *guests[40:]], 2 * _CLOSED)
    waiting, held = [*on_web[:5], *by_phone[:2], *others[:1]], on_web[5:8]
    busy = {one.external for one in (*waiting, *held)}
    past = list({one.external: one for one in chosen if one.external not in busy}.values())
    planned = [_closed(writer, guest) for guest in past[:_CLOSED]]
    planned += [
        _waiting(writer, guest, story, hours)
        for guest, story, hours in zip(waiting, talk.WAITING, _WAITING_HOURS, strict=True)
    ]
    planned += [
        _held(writer, guest, story, hours)
        for guest, story, hours in zip(held, talk.STORIES, _HELD_HOURS, strict=False)
    ]
    return sorted(planned, key=lambda one: one.opened_at)


def _opened(writer: Writer, guest: Guest, story: Story, at: datetime, state: State) -> CasePlan:
    """What was asked before, and the wish for a person."""
    guest.has_case = True
    chance = writer.chance
    piece = writer.piece_for(guest)
    clock = Clock(at - timedelta(minutes=chance.uniform(2, 6)), writer.now, chance)
    asked = writer.ask(guest, clock, piece)
    plan = CasePlan(guest, story.reason, story.why, state, asked, piece.id, at, at)
    clock.at = max(clock.at, at - timedelta(seconds=90))
    wish = chance.choice(talk.TO_A_PERSON)
    writer.turn(guest, clock, wish, "", "person", "human", case=plan)
    plan.opened_at = plan.waiting_since = clock.at
    return plan


def _says(writer: Writer, plan: CasePlan, at: datetime, said: str) -> None:
    """They write while the case is open; the assistant leaves the word to the ministry."""
    took = writer.chance.randrange(20, 60)
    turned = Turned("person", "ask_question", 0.7, None, (), took)
    writer.lines.append(Line(at, plan.guest, said, turn=turned))
    plan.waiting_since = plan.waiting_since or at


def _by_day(at: datetime, hours: float) -> datetime:
    """The moment, or where it is long ago and at night, the afternoon before."""
    there = at.astimezone(ZONE)
    if hours < 20 or 7 <= there.hour < 20:
        return at
    return there.replace(hour=16) - timedelta(days=there.hour < 7)


def _waiting(writer: Writer, guest: Guest, story: Story, hours: float) -> CasePlan:
    at = _by_day(writer.now - timedelta(hours=hours), hours)
    plan = _opened(writer, guest, story, at, "waiting")
    for place, said in enumerate(story.lines, 1):
        _says(writer, plan, plan.opened_at + timedelta(seconds=25 * place), said)
    if hours > 48:
        plan.notes.append((at + timedelta(hours=5), talk.NOTES[0]))
    return plan


def _held(writer: Writer, guest: Guest, story: Story, hours: float) -> CasePlan:
    at = _by_day(writer.now - timedelta(hours=hours), hours)
    plan = _opened(writer, guest, story, at, "held")
    _talked(writer, plan, story, at + timedelta(minutes=35), writer.now - timedelta(minutes=4))
    plan.notes.append((at + timedelta(minutes=50), writer.chance.choice(talk.NOTES)))
    return plan


def _closed(writer: Writer, guest: Guest) -> CasePlan:
    chance = writer.chance
    day = writer.now.astimezone(ZONE).date() - timedelta(days=chance.randrange(2, DAYS - 2))
    if day.weekday() > 4:
        day -= timedelta(days=2)
    at = datetime.combine(day, time(8 + chance.randrange(6), chance.randrange(60)), ZONE)
    story = chance.choice(talk.STORIES)
    if chance.random() < _WITHDRAWN:
        plan = _opened(writer, guest, story, at, "withdrawn")
        plan.closed_at = at + timedelta(minutes=chance.uniform(5, 50))
        plan.waiting_since = None
        return plan
    plan = _opened(writer, guest, story, at, "closed")
    first = at + timedelta(minutes=min(360, chance.lognormvariate(4, 0.7)))
    last = _talked(writer, plan, story, first, writer.now)
    plan.closed_at = last + timedelta(minutes=chance.uniform(4, 240))
    plan.waiting_since = None
    plan.close_reason = chance.choices([*_REASONS], [*_REASONS.values()])[0]
    plan.close_note = chance.choice(talk.CLOSING_NOTES[plan.close_reason])
    if chance.random() < 0.3:
        plan.notes.append((first + timedelta(minutes=3), chance.choice(talk.NOTES)))
    return plan


def _talked(
    writer: Writer, plan: CasePlan, story: Story, first: datetime, until: datetime
) -> datetime:
    """The lines of the story, the ministry's not before ``first``; when the last was written."""
    at = plan.opened_at
    for said in story.lines:
        is_ours = said.startswith(talk.OURS)
        pause = writer.chance.uniform(60, 540) if is_ours else writer.chance.uniform(30, 400)
        then = at + timedelta(seconds=pause)
        if is_ours and not plan.replies:
            then = max(then, first)
        if then > until:
            break
        at = then
        if is_ours:
            words = said.removeprefix(talk.OURS)
            writer.lines.append(Line(at, plan.guest, words, reply_in=plan))
            plan.replies.append((at, words))
            plan.waiting_since = None
        else:
            _says(writer, plan, at, said)
    return at


def wondered(writer: Writer, guests: Sequence[Guest]) -> list[Wondered]:
    """Questions that no article answers, each asked by several people."""
    chance = writer.chance
    in_reach = [one for one in guests if one.channel == "web" and not one.has_case]
    asked: list[Wondered] = []
    for number, subject in enumerate(talk.UNANSWERED):
        for place, words in enumerate(subject.asked):
            wants = place < subject.want_to_know
            guest = chance.choice(in_reach if wants else guests)
            furthest = _ASKED_WITHIN[number % len(_ASKED_WITHIN)]
            days = chance.uniform(0.2, min(24, furthest) if wants else furthest)
            if subject.assigned and place == 1:
                # Somebody asks it today, too.
                days = 0
            moment = writer.moment((writer.now - timedelta(days=days)).astimezone(ZONE).date())
            clock = Clock(
                min(moment, writer.now - timedelta(minutes=chance.uniform(10, 300))),
                writer.now,
                chance,
            )
            writer.turn(guest, clock, words, talk.NO_ANSWER, "abstained", "ask_question")
            asked.append(Wondered(clock.at, guest, words, subject, wants))
            if wants:
                writer.turn(guest, clock, talk.TELL_ME, talk.WILL_TELL, "smalltalk", "affirm")
    return sorted(asked, key=lambda one: one.at)
