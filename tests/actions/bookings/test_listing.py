"""The list of requests: searched, narrowed, sorted, paged."""

from datetime import datetime, timedelta

import pytest

from actions.bookings import service
from actions.bookings.listing import FILTERS, ORDERS, ReferralLine, referrals
from actions.firms import service as firms
from actions.store.database import Database
from actions.store.listing import Asked, Listed, NoSuchFilter, NoSuchOrder
from tests.actions.bookings.conftest import (
    NOBODY,
    NOW,
    WEDNESDAY,
    Enrol,
    agreed,
    among,
    at,
    do,
    hold,
    hour,
    request,
)
from tests.actions.conftest import Meet
from tests.actions.people.conftest import run


async def _list(database: Database, asked: Asked, now: datetime = NOW) -> Listed[ReferralLine]:
    async with database.session() as session:
        return await referrals(session, asked, now)


async def test_requests_are_listed_as_they_stand(
    database: Database, enrol: Enrol, meet: Meet
) -> None:
    first, second = await enrol(), await enrol()
    ana, luis = await meet(), await meet()
    async with database.transaction() as session:
        await firms.save(session, ana.person_id, {"firm_name": "Panadería Lupita"})
    accepted = await agreed(database, first, ana.person_id)
    handed = await request(
        database, first, luis.person_id, hour("2026-11-26 09:00"), NOW + timedelta(minutes=1)
    )
    await do(database, service.decline, handed.id, first.person_id, NOW, among(second.id))
    nobody = await request(
        database, second, ana.person_id, hour("2026-11-27 09:00"), NOW + timedelta(minutes=2)
    )
    await do(database, service.decline, nobody.id, second.person_id, NOW, NOBODY)
    await hold(database, first, luis.person_id, hour("2026-11-27 09:00"))
    async with database.transaction() as session:
        await service.complain(session, accepted.id, ana.person_id, "No llegó", NOW)

    everything = await _list(database, Asked())
    assert everything.total == 3
    assert [one.state for one in everything.rows] == ["sin_consultor", "espera", "aceptada"]
    _, handed_on, line = everything.rows
    assert (handed_on.tried, handed_on.consultant_id) == (2, second.id)
    assert handed_on.deadline == at("2026-11-26 07:00")
    assert line == ReferralLine(
        number=line.number,
        person_id=ana.person_id,
        firm_name="Panadería Lupita",
        consultant_id=first.id,
        consultant_name="Consultora 1",
        tried=1,
        state="aceptada",
        deadline=None,
        made_at=NOW,
        booking_id=accepted.id,
        booking_state="accepted",
        starts=WEDNESDAY.starts,
        mode="on_site",
        complaints=1,
        meeting="por_venir",
    )
    assert (newest_line := everything.rows[0]).meeting == ""
    assert newest_line.state == "sin_consultor"

    async def numbers(**asked: object) -> list[int]:
        return [one.number for one in (await _list(database, Asked(**asked))).rows]  # type: ignore[arg-type]

    newest, middle, oldest = (one.number for one in everything.rows)
    assert await numbers(search="panaderia lup") == [newest, oldest]
    assert await numbers(search=f"cita {middle}") == [middle]
    assert await numbers(search=str(oldest)) == [oldest]
    assert await numbers(search="CONSULTORA 2") == [newest, middle]
    assert await numbers(search="%") == []
    assert await numbers(search="\0") == [newest, middle, oldest]
    assert await numbers(filters={"estado": "espera"}) == [middle]
    assert await numbers(filters={"consultor": str(first.id)}) == [middle, oldest]
    assert await numbers(filters={"queja": "si"}) == [oldest]
    assert await numbers(filters={"cita": "por_venir"}) == [oldest]
    assert await numbers(filters={"cita": "sin_marcar"}) == []
    over = await _list(database, Asked(filters={"cita": "sin_marcar"}), WEDNESDAY.ends)
    assert [one.meeting for one in over.rows] == ["sin_marcar"]
    for stored, meeting in (("done", "se_hizo"), ("missed", "no_llegaron")):
        await run(
            database, "UPDATE booking SET state = :s WHERE id = :id", s=stored, id=accepted.id
        )
        (marked,) = (await _list(database, Asked(filters={"cita": meeting}))).rows
        assert (marked.number, marked.meeting) == (oldest, meeting)
    assert await numbers(filters={"cita": "cancelada"}) == []
    assert await numbers(sort="hecha") == [oldest, middle, newest]
    assert (await numbers(sort="intentos", descending=True))[0] == middle
    assert (await numbers(sort="vence"))[0] == middle
    assert await numbers(limit=1, offset=1) == [middle]
    beyond = await _list(database, Asked(offset=10))
    assert (beyond.rows, beyond.total) == ([], 3)


async def test_unknown_filters_and_orders_are_refused(database: Database) -> None:
    for filters in ({"estado": "pending"}, {"consultor": "1; DROP"}, {"otro": "1"}, {"cita": "x"}):
        with pytest.raises(NoSuchFilter):
            await _list(database, Asked(filters=filters))
    with pytest.raises(NoSuchOrder):
        await _list(database, Asked(sort="id"))
    for order in ORDERS:
        assert (await _list(database, Asked(sort=order))).total == 0
    assert set(FILTERS) == {"estado", "consultor", "cita", "queja"}
