"""Articles as they are served, and drafts: made once, recorded, and read by nobody yet."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.articles import versions
from actions.articles.shelf import Shelf
from actions.articles.versions import Version
from actions.audit import service as audit
from actions.store.database import Database
from tests.actions.articles.conftest import DAY, NOW, House, written
from tests.actions.conftest import count
from tests.api.v1.conftest import SYSTEM, Key, Present, faults, problem, publish

DRAFTS = "/v1/articles/permiso-a/drafts"
CHANGED = written(text="Guardá copia y recibo.")


async def post(
    client: httpx.AsyncClient, body: Any, name: str = "k1", address: str = DRAFTS, **headers: str
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json", "Idempotency-Key": name, **headers}
    return await client.post(address, content=content, headers=given)


async def newest(database: Database, article_id: str = "permiso-a") -> Version:
    async with database.session() as session:
        return (await versions.versions(session, article_id))[0]


async def test_an_article_shows_on_what_each_passage_rests(reader: httpx.AsyncClient) -> None:
    article = (await reader.get("/v1/articles/permiso-a")).json()
    assert article["version"] == 1
    assert article["markdown"] == written()
    assert article["text"].startswith("Sí, lo necesitás antes de empezar.")
    assert "[PER-01]" not in article["text"]
    first, second = article["passages"]
    assert first["citations"] == [
        {
            "fact": "PER-01",
            "instrument": "Ley del Medio Ambiente",
            "locator": "art. 19",
            "confidence": "confirmed",
        }
    ]
    assert second["citations"][0]["confidence"] == "recalled"
    assert article["confidence"] == "recalled"
    assert article["next"] == ["permiso-b", "permiso-c"]
    problem(await reader.get("/v1/articles/no-hay"), 404, "not-found")
    problem(await reader.get("/v1/articles/%00"), 404, "not-found")


async def test_text_and_version_go_together_while_the_shelf_is_behind(
    reader: httpx.AsyncClient, house: House, shelf: Shelf
) -> None:
    number = await publish(house, "Guardá copia y recibo.")
    article = (await reader.get("/v1/articles/permiso-a")).json()
    assert article["version"] == number
    assert "recibo" in article["text"] and "recibo" in article["markdown"]
    assert "recibo" not in shelf.library.articles["permiso-a"].body


async def test_a_draft_waits_for_the_staff_under_the_name_of_the_system(
    reader: httpx.AsyncClient, house: House, shelf: Shelf
) -> None:
    response = await post(reader, {"markdown": CHANGED, "note": "otro plazo", "began_from": 1})
    assert (response.status_code, response.json()) == (
        201,
        {"article": "permiso-a", "version": 2, "state": "draft"},
    )
    assert response.headers["Cache-Control"] == "no-store"
    draft = await newest(house.database)
    assert (draft.number, draft.state, draft.author) == (2, "draft", SYSTEM)
    assert (draft.note, draft.markdown) == ("otro plazo", CHANGED)
    await shelf.refresh(house.database, DAY)
    assert (await reader.get("/v1/articles/permiso-a")).json()["version"] == 1


async def test_a_draft_may_be_of_a_new_article(reader: httpx.AsyncClient, house: House) -> None:
    new = written("permiso-nuevo")
    response = await post(reader, {"markdown": new}, address="/v1/articles/permiso-nuevo/drafts")
    assert response.json() == {"article": "permiso-nuevo", "version": 1, "state": "draft"}
    assert (await newest(house.database, "permiso-nuevo")).began_from is None
    problem(await reader.get("/v1/articles/permiso-nuevo"), 404, "not-found")


async def test_a_draft_is_recorded_with_its_key(reader: httpx.AsyncClient, house: House) -> None:
    await post(reader, {"markdown": CHANGED})
    await post(reader, {"markdown": CHANGED})
    async with house.database.session() as session:
        row = (await session.execute(text("SELECT * FROM audit_entry"))).one()
        verified = await audit.verify(session)
    assert (row.way, row.act, row.subject) == ("api", "article.draft", "article:permiso-a")
    assert row.actor["name"] == SYSTEM
    assert (row.staff_id, row.detail["after"]) == (None, {"number": 2})
    assert (verified.entries, verified.fault) == (1, None)


async def test_twenty_copies_at_once_make_one_draft(
    reader: httpx.AsyncClient, house: House
) -> None:
    body = {"markdown": CHANGED}
    copies = await asyncio.gather(*(post(reader, body) for _ in range(20)))
    assert Counter(one.status_code for one in copies).keys() <= {201, 409}
    for one in copies:
        if one.status_code == 409:
            problem(one, 409, "in-progress")
            assert one.headers["Retry-After"] == "1"
    done = [one for one in copies if one.status_code == 201]
    assert len({one.content for one in done}) == 1
    assert sum("Idempotency-Replayed" not in one.headers for one in done) == 1
    assert await house.states() == ["published", "draft"]
    again = await post(reader, body)
    assert (again.status_code, again.content) == (201, done[0].content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await count(house.database, "audit_entry") == 1


async def test_a_name_that_stands_for_something_else_is_refused(
    reader: httpx.AsyncClient, house: House
) -> None:
    await post(reader, {"markdown": CHANGED})
    problem(await post(reader, {"markdown": CHANGED, "note": "x"}), 422, "key-reused")
    elsewhere = await post(reader, {"markdown": CHANGED}, address="/v1/articles/permiso-b/drafts")
    problem(elsewhere, 422, "key-reused")
    assert await house.states() == ["published", "draft"]


async def test_another_key_may_use_the_same_name(
    reader: httpx.AsyncClient, house: House, key: Key
) -> None:
    other = await key(name="Otro")
    await post(reader, {"markdown": CHANGED})
    response = await post(reader, {"markdown": CHANGED}, **other)
    assert response.json()["version"] == 3
    assert "Idempotency-Replayed" not in response.headers


async def test_a_copy_a_day_later_is_a_new_request(
    reader: httpx.AsyncClient, house: House, present: Present
) -> None:
    for hours, version in ((0, 2), (23, 2), (24, 3)):
        present.now = NOW + timedelta(hours=hours)
        assert (await post(reader, {"markdown": CHANGED})).json()["version"] == version


async def test_what_was_refused_can_be_put_right_under_the_same_name(
    reader: httpx.AsyncClient, house: House
) -> None:
    refused = await post(reader, {"markdown": CHANGED.replace("[PER-02]", "[PER-99]")})
    assert list(faults(refused)) == ["body.markdown"]
    assert await count(house.database, "audit_entry") == 0
    assert (await post(reader, {"markdown": CHANGED})).status_code == 201


async def test_defects_are_told_with_their_lines(reader: httpx.AsyncClient) -> None:
    broken = CHANGED.replace("[PER-02]", "[PER-99]").replace("Sí, lo", "Sí, **lo**")
    response = await post(reader, {"markdown": broken})
    told = problem(response, 422, "invalid")["errors"]
    assert [one["field"] for one in told] == ["body.markdown"] * 2
    lines = broken.splitlines()
    assert [
        next(iter(one for one in ("**lo**", "PER-99") if one in lines[each["line"] - 1]))
        for each in told
    ] == ["**lo**", "PER-99"]


async def test_a_draft_on_what_was_overtaken_is_a_conflict(
    reader: httpx.AsyncClient, house: House
) -> None:
    await publish(house, "Guardá copia de cada papel.")
    overtaken = await post(reader, {"markdown": CHANGED, "began_from": 1})
    assert "se publicó la versión 2" in problem(overtaken, 409, "conflict")["detail"]
    same = await post(reader, {"markdown": written(text="Guardá copia de cada papel.")}, "k2")
    problem(same, 409, "conflict")
    unknown = await post(reader, {"markdown": CHANGED, "began_from": 77}, "k3")
    assert list(faults(unknown)) == ["body.began_from"]
    assert await house.states() == ["superseded", "published"]


BAD_BODIES: tuple[tuple[Any, str], ...] = (
    (b"", "body"),
    (b"{", "body"),
    (b"\xff\xfe", "body"),
    (b'"text"', "body"),
    (b"[" * 10_000, "body"),
    (b'{"markdown": "\\ud800"}', "body"),
    ({}, "body.markdown"),
    ({"markdown": ""}, "body.markdown"),
    ({"markdown": 1}, "body.markdown"),
    ({"markdown": None}, "body.markdown"),
    ({"markdown": "x" * 20_001}, "body.markdown"),
    ({"markdown": "---\u0000"}, "body.markdown"),
    ({"markdown": CHANGED, "author": "Rosa"}, "body.author"),
    ({"markdown": CHANGED, "state": "published"}, "body.state"),
    ({"markdown": CHANGED, "note": "x" * 1_001}, "body.note"),
    ({"markdown": CHANGED, "began_from": 0}, "body.began_from"),
    ({"markdown": CHANGED, "began_from": "1"}, "body.began_from"),
    ({"markdown": CHANGED, "began_from": 2**31}, "body.began_from"),
)


async def test_a_body_is_right_or_refused_by_its_field(
    reader: httpx.AsyncClient, house: House
) -> None:
    for body, field in BAD_BODIES:
        assert list(faults(await post(reader, body))) == [field], str(body)[:60]
    assert await house.states() == ["published"]


async def test_a_body_is_json_of_a_reasonable_size(reader: httpx.AsyncClient) -> None:
    body = json.dumps({"markdown": CHANGED}).encode()
    for media_type in ("text/plain", "", "application/x-www-form-urlencoded", "application/jsonx"):
        response = await post(reader, body, **{"Content-Type": media_type})
        problem(response, 415, "not-json")
    with_charset = await post(reader, body, **{"Content-Type": "Application/JSON; charset=utf-8"})
    assert with_charset.status_code == 201
    large = b'{"markdown": "' + b"x" * 140_000 + b'"}'
    problem(await post(reader, large), 413, "too-large")

    async def pieces() -> Any:
        for _ in range(14):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/json", "Idempotency-Key": "k9"}
    problem(await reader.post(DRAFTS, content=pieces(), headers=headers), 413, "too-large")


@pytest.mark.parametrize("name", ["", "con espacio", "ñ".encode(), "x" * 256])
async def test_a_change_needs_a_name_of_its_own(reader: httpx.AsyncClient, name: Any) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": name}
    body = json.dumps({"markdown": CHANGED})
    response = await reader.post(DRAFTS, content=body, headers=headers)
    assert list(faults(response)) == ["header.idempotency-key"]
    without = await reader.post(DRAFTS, json={"markdown": CHANGED})
    assert list(faults(without)) == ["header.idempotency-key"]


async def test_an_id_that_no_file_could_have_is_refused(reader: httpx.AsyncClient) -> None:
    for odd in ("Permiso", "permiso_a", "-permiso", "permiso%20a", "a" * 101, "%00"):
        response = await post(reader, {"markdown": CHANGED}, address=f"/v1/articles/{odd}/drafts")
        assert list(faults(response)) == ["path.id"], odd
