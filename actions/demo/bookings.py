"""Requests for time of the demo's consultants, over two months: asked, answered, handed on, rated.

All through the services, at the moments at which it would have happened; nobody is told of it.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.bookings import availability, service, states
from actions.bookings.booked import Booked
from actions.bookings.chain import Candidates, Wanted
from actions.bookings.errors import BookingRefused
from actions.bookings.openings import Window
from actions.demo.places import INVENTED, INVENTED_NUMBER
from actions.demo.registry import STAFF
from actions.registry import joining

ADVISORS: Final = ("DEMO-001", "DEMO-003", "DEMO-004", "DEMO-007", "DEMO-009", "DEMO-012")
REQUESTS: Final = 28
SPAN: Final = timedelta(days=56)
MEANT: Final = timedelta(days=6)
"""How far off owners want to meet."""
CONSENT: Final = "demo"
WEEK: Final = tuple(
    Window(weekday, starts, ends)
    for weekday in range(5)
    for starts, ends in ((time(8), time(12)), (time(13), time(16)))
)
PURPOSES: Final = (
    "Un diagnóstico ambiental para renovar el permiso.",
    "Ver cómo separar y entregar los residuos del taller.",
    "Bajar el recibo de energía del local.",
    "Saber si necesitamos estudio de impacto para ampliar.",
)
COMPLAINT: Final = "Confirmó la cita, no llegó a la hora y no contestó las llamadas."
_ANSWERS: Final = ("accept", "accept", "accept", "decline", "accept", "leave")
"""What a consultant does with each request, one after the other."""


async def load(session: AsyncSession, now: datetime) -> bool:
    """Stores them; false, and nothing, where there is any booking, or too few people or consultants
    of the demo to make them from."""
    if await session.scalar(text("SELECT EXISTS (SELECT 1 FROM booking)")):
        return False
    began = now - SPAN
    people = await _people(session, began)
    consultants = await _consultants(session)
    if len(consultants) < len(ADVISORS) or len(people) < 2 * len(ADVISORS):
        return False
    answering = dict(zip(consultants, people, strict=False))
    owners = people[len(ADVISORS) :]
    for consultant_id, person_id in answering.items():
        code = await joining.make_code(session, consultant_id, STAFF, began)
        await joining.join(session, person_id, code, began)
        await availability.set_windows(session, consultant_id, WEEK)
    given = 0
    for number in range(REQUESTS):
        # The last ones still wait for their answer.
        moment = began + (SPAN - timedelta(hours=3)) * number / (REQUESTS - 1)
        given = await _answer(session, answering, moment, given)
        await service.expire_due(session, moment, _among(consultants))
        turn = consultants[number % len(consultants)]
        await _ask(session, turn, owners[number % len(owners)], PURPOSES[number % 4], moment)
    await _afterwards(session, answering, owners, now)
    return True


async def _people(session: AsyncSession, since: datetime) -> Sequence[int]:
    """Owners who had written by then: nobody asks for a meeting, or complains, before that."""
    rows = await session.scalars(
        text(
            "SELECT DISTINCT a.person_id FROM address AS a JOIN firm AS f "
            "ON f.person_id = a.person_id JOIN person AS p ON p.id = a.person_id "
            "WHERE f.firm_name IS NOT NULL AND p.created_at < :since "
            "AND (starts_with(a.external, :invented) OR starts_with(a.external, :number)) "
            "ORDER BY a.person_id DESC LIMIT 40"
        ),
        {"invented": INVENTED, "number": INVENTED_NUMBER, "since": since},
    )
    return rows.all()


async def _consultants(session: AsyncSession) -> Sequence[int]:
    rows = await session.scalars(
        text(
            "SELECT id FROM consultant WHERE registration_number = ANY(:numbers) "
            "AND state = 'vigente' ORDER BY id"
        ),
        {"numbers": [*ADVISORS]},
    )
    return rows.all()


def _among(consultants: Sequence[int]) -> Candidates:
    async def candidates(_session: AsyncSession, wanted: Wanted) -> Sequence[int]:
        return [one for one in consultants if one not in wanted.tried]

    return candidates


async def _ask(
    session: AsyncSession, consultant_id: int, owner: int, purpose: str, moment: datetime
) -> None:
    openings = await service.offer(session, consultant_id, moment, 1, moment + MEANT)
    if not openings:
        return
    held = await service.hold(session, consultant_id, owner, openings[0].span, moment)
    await service.confirm(session, held.booking_id, owner, purpose, CONSENT, moment)


async def _answer(
    session: AsyncSession, answering: dict[int, int], moment: datetime, given: int
) -> int:
    """Each consultant answers what waits, or leaves it; how many were answered or left by then."""
    for consultant_id, person_id in answering.items():
        for booking in await service.to_answer(session, consultant_id):
            answer, given = _ANSWERS[given % len(_ANSWERS)], given + 1
            try:
                if answer == "accept":
                    await service.accept(session, booking.id, person_id, moment)
                elif answer == "decline":
                    others = _among([*answering])
                    await service.decline(session, booking.id, person_id, moment, others)
            except BookingRefused:
                # Too late for it by then: it runs out by itself.
                continue
    return given


async def _afterwards(
    session: AsyncSession, answering: dict[int, int], owners: Sequence[int], now: datetime
) -> None:
    """What was agreed on took place, but for once; some are rated, two complained of."""
    over: list[Booked] = []
    for owner in owners:
        past = await service.of_person(session, owner, now, past=True)
        over += [one for one in past if one.state == states.ACCEPTED and one.span.ends < now]
    for place, booking in enumerate(sorted(over, key=lambda one: one.id)):
        later = min(now, booking.span.ends + timedelta(hours=1))
        person_id = answering[booking.consultant_id]
        await service.mark_done(session, booking.id, person_id, later, came=place != 3)
        if place % 3 != 2 and place != 3:
            stars = 5 - place % 2
            await service.rate(session, booking.id, booking.person_id, stars, "", later)
        if place in (2, 5):
            await service.complain(session, booking.id, booking.person_id, COMPLAINT, later)
