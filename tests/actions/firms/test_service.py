"""A firm's profile: field by field, and nothing that cannot be."""

from decimal import Decimal
from typing import Any

import pytest

from actions.firms import service as firms
from actions.firms.service import BadValue, UnknownField
from actions.store.database import Database
from tests.actions.conftest import Meet

WHOLE: dict[str, Any] = {
    "firm_name": "Panadería Lupita",
    "sector": "panaderia",
    "workers": 8,
    "annual_sales_usd": 90_000,
    "district": "Santa Tecla",
    "municipality": "La Libertad Sur",
    "department": "La Libertad",
    "permit_state": "none",
}


async def _save(database: Database, person_id: int, **values: Any) -> None:
    async with database.transaction() as session:
        await firms.save(session, person_id, values)


async def _profile(database: Database, person_id: int) -> dict[str, Any]:
    async with database.session() as session:
        return await firms.profile(session, person_id)


async def test_what_was_told_is_known_and_nothing_else(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    assert await _profile(database, ana.person_id) == {}
    await _save(database, ana.person_id, **WHOLE)
    assert set(WHOLE) == set(firms.FIELDS)
    assert await _profile(database, ana.person_id) == WHOLE
    assert await _profile(database, luis.person_id) == {}


async def test_each_field_is_told_and_corrected_by_itself(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _save(database, ana.person_id, workers=8)
    await _save(database, ana.person_id, firm_name="Lupita")
    await _save(database, ana.person_id, workers=9)
    await _save(database, ana.person_id)
    assert await _profile(database, ana.person_id) == {"workers": 9, "firm_name": "Lupita"}


@pytest.mark.parametrize("nothing", [None, ""])
async def test_a_field_can_be_made_unknown(database: Database, meet: Meet, nothing: object) -> None:
    ana = await meet()
    await _save(database, ana.person_id, workers=8, sector="panaderia")
    await _save(database, ana.person_id, sector=nothing)
    assert await _profile(database, ana.person_id) == {"workers": 8}


async def test_no_workers_and_no_sales_are_known(database: Database, meet: Meet) -> None:
    ana = await meet()
    await _save(database, ana.person_id, workers=0, annual_sales_usd=0)
    assert await _profile(database, ana.person_id) == {"workers": 0, "annual_sales_usd": 0}


async def test_sales_are_kept_on_their_side_of_a_whole_limit(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    await _save(database, ana.person_id, annual_sales_usd=Decimal("204400.01"))
    assert await _profile(database, ana.person_id) == {"annual_sales_usd": 204_401}
    await _save(database, ana.person_id, annual_sales_usd=Decimal("204400.00"))
    assert await _profile(database, ana.person_id) == {"annual_sales_usd": 204_400}


async def test_an_unknown_field_is_refused(database: Database, meet: Meet) -> None:
    ana = await meet()
    with pytest.raises(UnknownField, match="owner_dui"):
        await _save(database, ana.person_id, workers=8, owner_dui="01234567-8")
    assert await _profile(database, ana.person_id) == {}


@pytest.mark.parametrize(
    "bad",
    [
        {"workers": -1},
        {"workers": Decimal("2.5")},
        {"workers": "ocho"},
        {"workers": 2**31},
        {"annual_sales_usd": Decimal("-0.01")},
        {"annual_sales_usd": Decimal("Infinity")},
        {"annual_sales_usd": Decimal("NaN")},
        {"annual_sales_usd": "mucho"},
        {"sector": "10711"},
        {"sector": "panadería"},
        {"sector": 1071},
        {"firm_name": 5},
    ],
)
async def test_what_cannot_be_is_refused(
    database: Database, meet: Meet, bad: dict[str, Any]
) -> None:
    ana = await meet()
    with pytest.raises(BadValue, match=next(iter(bad))):
        await _save(database, ana.person_id, **{"firm_name": "Lupita", **bad})
    assert await _profile(database, ana.person_id) == {}
