"""Keys of other systems: made once, shown once, taken back at once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from actions.keys import rules, service
from actions.store.database import Database
from actions.store.listing import Asked, NoSuchFilter, NoSuchOrder
from tests.actions.keys.conftest import NOW, Make


async def test_who_presents_a_key_is_known_by_it(database: Database, make: Make) -> None:
    made = await make(scopes=("people:read", "facts:read", "facts:read"), per_minute=7)
    async with database.statement() as connection:
        holder = await service.authenticate(connection, made.token, NOW)
    assert holder.name == "Ventanilla"
    assert holder.scopes == {"facts:read", "people:read"}
    assert (holder.key_id, holder.per_minute) == (made.id, 7)


async def test_the_secret_is_nowhere_in_the_database(database: Database, make: Make) -> None:
    made = await make()
    prefix, secret = made.token.removeprefix("tgz_").split("_", 1)
    assert (prefix, len(secret)) == (made.prefix, 43)
    async with database.session() as session:
        row = (await session.execute(text("SELECT api_key::text FROM api_key"))).scalar_one()
        digest = await session.scalar(text("SELECT digest FROM api_key"))
    assert secret not in row
    assert bytes(digest) == rules.digest(secret)


async def test_each_key_has_a_secret_and_a_prefix_of_its_own(make: Make) -> None:
    made = [await make() for _ in range(20)]
    assert len({one.token for one in made}) == len({one.prefix for one in made}) == 20


async def test_a_prefix_that_is_taken_is_drawn_again(database: Database) -> None:
    drawn = [b"\1" * 32, b"\2" * 4, b"\3" * 32, b"\2" * 4, b"\4" * 4]
    prefixes = []
    for _ in range(2):
        async with database.transaction() as session:
            made = await service.create(
                session, "A", ["facts:read"], "Rosa", NOW, random=lambda _: drawn.pop(0)
            )
        prefixes.append(made.prefix)
    assert prefixes == ["02020202", "04040404"]


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: token.replace("tgz_", "tgx_"),
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: rules.token("00000000", token[13:]),
        lambda token: token + "\n",
        lambda token: token.replace("_", "\u0332", 1),
        lambda token: "tgz_' OR 1=1 --",
    ],
)
async def test_what_is_not_the_key_lets_nobody_in(
    database: Database, make: Make, change: "object"
) -> None:
    made = await make()
    async with database.statement() as connection:
        with pytest.raises(rules.NotLetIn) as refused:
            await service.authenticate(connection, change(made.token), NOW)  # type: ignore[operator]
    assert type(refused.value) is rules.NotLetIn


async def test_a_key_ends_on_its_moment_and_says_so_only_to_its_holder(
    database: Database, make: Make
) -> None:
    made = await make(expires_at=NOW + timedelta(hours=1))
    last, after = NOW + timedelta(minutes=59), NOW + timedelta(hours=1)
    wrong = rules.token(made.prefix, "A" * 43)
    async with database.statement() as connection:
        assert (await service.authenticate(connection, made.token, last)).key_id == made.id
        with pytest.raises(rules.Expired):
            await service.authenticate(connection, made.token, after)
        with pytest.raises(rules.NotLetIn) as refused:
            await service.authenticate(connection, wrong, after)
    assert type(refused.value) is rules.NotLetIn


async def test_a_revoked_key_is_out_from_the_next_request_on(
    database: Database, make: Make
) -> None:
    made, other = await make(), await make("Otro")
    async with database.transaction() as session:
        assert await service.revoke(session, made.prefix, "Luis", NOW) == "Ventanilla"
    async with database.statement() as connection:
        with pytest.raises(rules.Revoked):
            await service.authenticate(connection, made.token, NOW)
        assert (await service.authenticate(connection, other.token, NOW)).name == "Otro"
    async with database.transaction() as session:
        with pytest.raises(rules.AlreadyRevoked, match="ya estaba anulada"):
            await service.revoke(session, made.prefix, "Luis", NOW)
        with pytest.raises(rules.NoSuchKey):
            await service.revoke(session, "no hay", "Luis", NOW)


async def test_the_last_use_is_noted_once_a_minute(database: Database, make: Make) -> None:
    made = await make()
    noted = []
    for seconds in (0, 1, 59, 60, 61, 200):
        async with database.statement() as connection:
            await service.authenticate(connection, made.token, NOW + timedelta(seconds=seconds))
            last = await connection.scalar(text("SELECT last_used_at FROM api_key"))
        noted.append((last - NOW).total_seconds())
    assert noted == [0, 0, 0, 60, 60, 200]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "  "}, rules.BadName),
        ({"name": "x" * 61}, rules.BadName),
        ({"name": "a\nb\x00"}, rules.BadName),
        ({"scopes": ()}, rules.BadScopes),
        ({"scopes": ("facts:read", "todo")}, rules.BadScopes),
        ({"per_minute": 0}, rules.BadLimit),
        ({"per_minute": 6_001}, rules.BadLimit),
        ({"expires_at": NOW}, rules.ExpiresTooEarly),
    ],
)
async def test_a_key_that_makes_no_sense_is_refused_with_a_sentence(
    make: Make, change: dict[str, object], error: type[rules.KeyRefused]
) -> None:
    with pytest.raises(error) as refused:
        await make(**change)
    assert str(refused.value).endswith(".")


async def test_keys_are_listed_searched_filtered_and_sorted(database: Database, make: Make) -> None:
    await make("Ventanilla", expires_at=NOW + timedelta(days=1))
    await make("estadística")
    gone = await make("Vieja 100%")
    later = NOW + timedelta(days=2)
    async with database.transaction() as session:
        await service.revoke(session, gone.prefix, "Luis", later)

    async def names(**asked: object) -> list[str]:
        async with database.session() as session:
            found = await service.listed(session, Asked(**asked), later)  # type: ignore[arg-type]
        assert found.total >= len(found.rows)
        return [row.name for row in found.rows]

    assert await names() == ["Vieja 100%", "estadística", "Ventanilla"]
    assert await names(sort="nombre") == ["estadística", "Ventanilla", "Vieja 100%"]
    assert await names(search="VENTA") == ["Ventanilla"]
    assert await names(search="%") == ["Vieja 100%"]
    assert await names(search=gone.prefix) == ["Vieja 100%"]
    assert await names(filters={"estado": "expired"}) == ["Ventanilla"]
    assert await names(filters={"estado": "revoked"}) == ["Vieja 100%"]
    assert await names(filters={"estado": "live"}) == ["estadística"]
    assert await names(limit=1, offset=1) == ["estadística"]
    with pytest.raises(NoSuchFilter):
        await names(filters={"estado": "otra"})
    with pytest.raises(NoSuchOrder):
        await names(sort="digest")


async def test_one_key_is_read_as_it_is_listed(database: Database, make: Make) -> None:
    made = await make("Ventanilla", expires_at=NOW + timedelta(days=1))
    async with database.session() as session:
        found = await service.one(session, made.prefix, NOW)
        assert found == (await service.listed(session, Asked(), NOW)).rows[0]
        assert (await service.one(session, made.prefix, NOW + timedelta(days=2))).state == "expired"
        with pytest.raises(rules.NoSuchKey):
            await service.one(session, "00000000", NOW)
