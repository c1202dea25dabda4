"""Who gets in, to what, and how often."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from actions.articles.shelf import Shelf
from actions.keys import service
from actions.keys.rules import SCOPES
from actions.store.database import Database
from api.v1.access import Parts, Scope
from api.v1.app import create_app, routes
from tests.actions.articles.conftest import NOW
from tests.actions.conftest import count
from tests.api.v1.conftest import Key, Present, client_of, problem

WITHOUT_KEY = {"/openapi.json"}
EXAMPLES = {"id": "permiso-a", "number": "1"}


def addresses() -> list[tuple[str, str, str]]:
    """Method, address and scope of every route."""
    found = []
    for route in routes():
        path = "/v1" + route.path_format.format_map(EXAMPLES)
        (scope,) = [one.dependency for one in route.dependencies if is_scope(one.dependency)]
        assert isinstance(scope, Scope)
        found += [(method, path, scope.name) for method in sorted(route.methods or ())]
    return found


def is_scope(dependency: object) -> bool:
    return isinstance(dependency, Scope)


def test_every_route_declares_the_permission_that_it_needs(parts: Parts) -> None:
    app = create_app(parts)
    answering = [context.original_route for context in iter_route_contexts(app.routes)]
    undeclared = set()
    for route in answering:
        # Whatever else answers, an application of its own say, declares nothing.
        scopes = [one.dependency for one in getattr(route, "dependencies", ())]
        if not any(map(is_scope, scopes)):
            undeclared.add(getattr(route, "path", repr(route)))
    assert undeclared == WITHOUT_KEY
    assert len(answering) == len(routes()) + len(WITHOUT_KEY)


def test_a_scope_that_does_not_exist_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="articles:all"):
        Scope("articles:all")


async def test_without_its_permission_a_key_opens_nothing(
    client: httpx.AsyncClient, key: Key
) -> None:
    for method, path, scope in addresses():
        others = await key(*(one for one in SCOPES if one != scope))
        refused = problem(await client.request(method, path, headers=others), 403, "no-scope")
        assert refused["scope"] == scope, path
        assert scope in refused["detail"]
        bare = await client.request(method, path)
        problem(bare, 401, "no-key")
        assert bare.headers["WWW-Authenticate"] == 'Bearer realm="torogoz"'
        let_in = await client.request(method, path, headers=await key(scope))
        assert let_in.status_code not in (401, 403), path


NO_KEYS = (
    b"",
    b"Bearer",
    b"Bearer ",
    b"Bearer tgz_",
    b"Bearer tgz_00000000_" + b"A" * 43,
    b"Basic dG9yb2dvejp4",
    "Bearer \u00e9".encode(),
    b"Bearer " + b"x" * 5_000,
)


async def test_what_is_no_key_is_refused(client: httpx.AsyncClient) -> None:
    for given in NO_KEYS:
        response = await client.get("/v1/articles", headers={b"Authorization": given})
        problem(response, 401, "no-key")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert "RateLimit-Limit" not in response.headers


async def test_a_key_belongs_into_its_header_and_there_is_one(
    client: httpx.AsyncClient, key: Key
) -> None:
    header = (await key())["Authorization"]
    token = header.removeprefix("Bearer ")
    in_address = await client.get(f"/v1/articles?api_key={token}&access_token={token}")
    problem(in_address, 401, "no-key")
    twice = await client.get(
        "/v1/articles", headers=[("Authorization", header), ("Authorization", "Bearer x")]
    )
    problem(twice, 401, "no-key")
    shouted = await client.get("/v1/articles", headers={"Authorization": f"BEARER {token}"})
    assert shouted.status_code == 200


async def test_expired_and_revoked_keys_are_told_so(
    client: httpx.AsyncClient, key: Key, present: Present, database: Database
) -> None:
    ends = await key(expires_at=NOW + timedelta(days=1))
    revoked = await key()
    prefix = revoked["Authorization"].split("_")[1]
    for header in (ends, revoked):
        assert (await client.get("/v1/articles", headers=header)).status_code == 200
    async with database.transaction() as session:
        await service.revoke(session, prefix, "Luis", NOW)
    present.now += timedelta(days=1)
    expired = problem(await client.get("/v1/articles", headers=ends), 401, "no-key")
    assert "venció" in expired["detail"]
    taken = problem(await client.get("/v1/articles", headers=revoked), 401, "no-key")
    assert "anulada" in taken["detail"]


async def test_of_fifty_requests_at_once_twenty_pass(client: httpx.AsyncClient, key: Key) -> None:
    header = await key(per_minute=20)
    responses = await asyncio.gather(
        *(client.get("/v1/articles", headers=header) for _ in range(50))
    )
    assert Counter(one.status_code for one in responses) == {200: 20, 429: 30}
    left = sorted(int(one.headers["RateLimit-Remaining"]) for one in responses if one.is_success)
    assert left == list(range(20))
    for one in responses:
        assert one.headers["RateLimit-Limit"] == "20"
        assert 1 <= int(one.headers["RateLimit-Reset"]) <= 60
        if one.status_code == 429:
            problem(one, 429, "too-many")
            assert one.headers["Retry-After"] == one.headers["RateLimit-Reset"]
            assert one.headers["RateLimit-Remaining"] == "0"
    other = await client.get("/v1/articles", headers=await key(per_minute=20, name="Otro"))
    assert other.headers["RateLimit-Remaining"] == "19"


async def test_refused_requests_count_and_tell_what_is_left(
    client: httpx.AsyncClient, key: Key
) -> None:
    header = await key("articles:read", per_minute=4)
    for path, status in (("/facts", 403), ("/articles/no-hay", 404), ("/articles?limit=0", 422)):
        response = await client.get(f"/v1{path}", headers=header)
        assert response.status_code == status
        assert "RateLimit-Reset" in response.headers
    assert response.headers["RateLimit-Remaining"] == "1"


async def test_nothing_of_a_request_is_read_before_its_key(
    client: httpx.AsyncClient, database: Database
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    response = await client.post("/v1/articles/permiso-a/drafts?x=1", content=endless())
    problem(response, 401, "no-key")
    assert await count(database, "api_window") == 0


async def test_no_other_page_may_call_it_from_a_browser(
    client: httpx.AsyncClient, key: Key
) -> None:
    origin = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    asked = await client.options("/v1/articles", headers=origin)
    problem(asked, 405, "not-allowed")
    answered = await client.get("/v1/articles", headers={**await key(), **origin})
    for response in (asked, answered):
        assert not [name for name in response.headers if name.startswith("access-control")]


async def test_only_what_is_public_may_be_kept(client: httpx.AsyncClient, key: Key) -> None:
    header = await key()
    for path, kept in (
        ("/articles", "private, no-cache"),
        ("/facts/PER-01", "private, no-cache"),
        ("/cases", "no-store"),
        ("/questions", "no-store"),
        ("/people/summary", "no-store"),
        ("/articles/no-hay", "no-store"),
        ("/no-hay", "no-store"),
    ):
        response = await client.get(f"/v1{path}", headers=header)
        assert response.headers["Cache-Control"] == kept, path


async def test_an_address_without_anything_is_a_problem_too(client: httpx.AsyncClient) -> None:
    for path in ("/v1/", "/v1/no-hay", "/v1/articles/", "/v1/articles/a/b/c"):
        assert problem(await client.get(path), 404, "not-found")["instance"] == path


async def test_another_method_is_a_problem_that_names_the_right_one(
    client: httpx.AsyncClient,
) -> None:
    for method in ("PUT", "PATCH", "DELETE", "POST", "TRACE", "QUERY"):
        response = await client.request(method, "/v1/articles")
        problem(response, 405, "not-allowed")
        assert response.headers["Allow"] == "GET"


async def test_without_a_database_it_says_when_to_come_back(parts: Parts) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    async with client_of(replace(parts, database=lambda: away)) as client:
        token = f"Bearer tgz_00000000_{'A' * 43}"
        response = await client.get("/v1/articles", headers={"Authorization": token})
    problem(response, 503, "away")
    assert response.headers["Retry-After"] == "5"
    await away.close()


async def test_a_fault_of_ours_is_a_problem_without_a_word_of_the_inside(
    parts: Parts, key: Key
) -> None:
    def broken() -> Shelf:
        raise RuntimeError("secret words")

    async with client_of(replace(parts, shelf=broken), raise_app_exceptions=False) as client:
        response = await client.get("/v1/articles", headers=await key())
    problem(response, 500, "broken")
    assert "secret words" not in response.text
