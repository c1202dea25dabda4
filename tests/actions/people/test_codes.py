"""Codes: shown once, good once, for ten minutes, and not to be tried out."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from actions.people import codes, linking
from actions.people.codes import CodeRefused, TooManyCodes
from actions.store.database import Database
from tests.actions.conftest import Meet
from tests.actions.people.conftest import rows

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def _make(database: Database, person_id: int, now: datetime = NOW) -> str:
    async with database.transaction() as session:
        return await linking.make_code(session, person_id, now)


async def _find(database: Database, person_id: int, code: str, now: datetime = NOW) -> int:
    """Whose code it is; its refusal is committed, as a turn does."""
    refusal: CodeRefused | None = None
    found = None
    async with database.transaction() as session:
        try:
            found = await codes.find(session, person_id, code, now)
        except CodeRefused as error:
            refusal = error
    if refusal is not None:
        raise refusal
    assert found is not None
    return found.person_id


async def _reason(database: Database, person_id: int, code: str, now: datetime = NOW) -> str:
    with pytest.raises(CodeRefused) as refused:
        await _find(database, person_id, code, now)
    return refused.value.reason


def _other(code: str) -> str:
    """A code that is not that one."""
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"


async def test_a_code_is_eight_digits_and_found_however_it_is_spaced(
    database: Database, meet: Meet
) -> None:
    ana, luis = await meet(), await meet()
    code = await _make(database, ana.person_id)
    assert re.fullmatch(r"[0-9]{4} [0-9]{4}", code)
    plain = code.replace(" ", "")
    for typed in (code, plain, f" {plain}. ", f"{plain[:4]}-{plain[4:]}", " ".join(plain)):
        assert await _find(database, luis.person_id, typed) == ana.person_id


async def test_only_a_digest_is_stored_each_with_its_own_salt(
    database: Database, meet: Meet
) -> None:
    made = [await _make(database, (await meet()).person_id) for _ in range(3)]
    stored = await rows(database, "SELECT salt, digest, link_code::text FROM link_code")
    assert len({salt for salt, _, _ in stored}) == 3
    for code in made:
        assert not any(code.replace(" ", "") in line for _, _, line in stored)


async def test_a_code_holds_for_ten_minutes(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    code = await _make(database, ana.person_id)
    last = NOW + 10 * MINUTE - timedelta(seconds=1)
    assert await _find(database, luis.person_id, code, last) == ana.person_id
    assert await _reason(database, luis.person_id, code, NOW + 10 * MINUTE) == "expired"
    assert await _reason(database, luis.person_id, code, NOW + 61 * MINUTE) == "unknown"


async def test_a_new_code_replaces_the_earlier_one(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    first = await _make(database, ana.person_id)
    second = await _make(database, ana.person_id, NOW + MINUTE)
    later = NOW + 2 * MINUTE
    assert await _reason(database, luis.person_id, first, later) == "expired"
    assert await _find(database, luis.person_id, second, later) == ana.person_id


async def test_a_sixth_code_within_an_hour_is_refused(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    for number in range(5):
        last = await _make(database, ana.person_id, NOW + number * MINUTE)
    with pytest.raises(TooManyCodes):
        await _make(database, ana.person_id, NOW + 5 * MINUTE)
    # The fifth is not touched by that, nor is anyone else.
    assert await _find(database, luis.person_id, last, NOW + 5 * MINUTE) == ana.person_id
    await _make(database, luis.person_id, NOW + 5 * MINUTE)
    await _make(database, ana.person_id, NOW + 60 * MINUTE)


@pytest.mark.parametrize("typed", ["", "hola", "1234567", "123456789", "١٢٣٤٥٦٧٨", "+50370001234"])
async def test_what_is_no_code_is_unknown(database: Database, meet: Meet, typed: str) -> None:
    ana, luis = await meet(), await meet()
    await _make(database, ana.person_id)
    assert await _reason(database, luis.person_id, typed) == "unknown"


async def test_ones_own_code_is_told_apart_and_costs_no_try(database: Database, meet: Meet) -> None:
    ana = await meet()
    code = await _make(database, ana.person_id)
    for _ in range(codes.MOST_TRIES + 1):
        assert await _reason(database, ana.person_id, code) == "own"


async def test_after_five_failed_tries_even_the_right_code_has_to_wait(
    database: Database, meet: Meet
) -> None:
    ana, luis, eva = await meet(), await meet(), await meet()
    code = await _make(database, ana.person_id)
    for _ in range(codes.MOST_TRIES):
        assert await _reason(database, luis.person_id, _other(code)) == "unknown"
    assert await _reason(database, luis.person_id, code) == "too_many_tries"
    assert await _find(database, eva.person_id, code) == ana.person_id
    later = NOW + 61 * MINUTE
    again = await _make(database, ana.person_id, later)
    assert await _find(database, luis.person_id, again, later) == ana.person_id


async def test_many_who_try_a_little_are_stopped_together(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    code = await _make(database, ana.person_id)
    tried = 0
    while tried < codes.MOST_TRIES_OF_ALL:
        someone = await meet()
        for _ in range(codes.MOST_TRIES - 1):
            assert await _reason(database, someone.person_id, _other(code)) == "unknown"
            tried += 1
    assert await _reason(database, luis.person_id, code) == "too_many_tries"


async def test_what_is_past_does_not_pile_up(database: Database, meet: Meet) -> None:
    ana, luis = await meet(), await meet()
    code = await _make(database, ana.person_id)
    await _reason(database, luis.person_id, _other(code))
    later = NOW + 61 * MINUTE
    await _make(database, luis.person_id, later)
    await _reason(database, ana.person_id, _other(code), later)
    assert await rows(database, "SELECT person_id FROM link_code") == [(luis.person_id,)]
    assert await rows(database, "SELECT person_id FROM link_try") == [(ana.person_id,)]
