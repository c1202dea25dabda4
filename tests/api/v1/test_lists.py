"""Lists by pages, tags, and parameters that are taken at their word."""

import base64
import itertools

import httpx

from actions.articles import service
from actions.articles.shelf import Shelf
from api.v1 import cursors
from tests.actions.articles.conftest import DAY, NOW, House
from tests.api.v1.conftest import faults, publish

LISTS = ("/v1/articles", "/v1/facts", "/v1/questions", "/v1/cases")


async def ids(client: httpx.AsyncClient, address: str) -> list[list[str]]:
    """The ids of each page, from this one to the last."""
    pages = []
    while address:
        response = await client.get(address)
        assert response.status_code == 200, response.text
        pages.append([one["id"] for one in response.json()["data"]])
        address = response.json()["next"]
        link = response.headers.get("Link")
        assert link == (f'<{address}>; rel="next"' if address else None)
    return pages


async def test_pages_link_to_the_next_one_until_the_end(reader: httpx.AsyncClient) -> None:
    facts = [f"PER-0{number}" for number in range(1, 6)]
    assert await ids(reader, "/v1/facts") == [facts]
    assert await ids(reader, "/v1/facts?limit=2") == [facts[:2], facts[2:4], facts[4:]]
    assert await ids(reader, "/v1/facts?limit=5") == [facts]
    assert await ids(reader, "/v1/articles?limit=1") == [
        ["permiso-a"],
        ["permiso-b"],
        ["permiso-c"],
    ]


async def test_a_filter_goes_along_from_page_to_page(reader: httpx.AsyncClient) -> None:
    found = await ids(reader, "/v1/facts?confidence=confirmed&limit=2&topic=permiso")
    assert found == [["PER-01", "PER-04"], ["PER-05"]]
    assert await ids(reader, "/v1/articles?topic=aguas") == [[]]


async def test_what_comes_in_between_is_neither_lost_nor_shown_twice(
    reader: httpx.AsyncClient, house: House, shelf: Shelf
) -> None:
    first = (await reader.get("/v1/articles?limit=2")).json()
    await house.do(lambda session: service.withdraw(session, "permiso-a", "Rosa", "ya no", NOW))
    await shelf.refresh(house.database, DAY)
    assert await ids(reader, first["next"]) == [["permiso-c"]]


async def cursor_of(client: httpx.AsyncClient, address: str) -> str:
    following = (await client.get(address)).json()["next"]
    return str(httpx.URL(following).params["cursor"])


async def test_a_cursor_that_was_tampered_with_is_refused(reader: httpx.AsyncClient) -> None:
    cursor = await cursor_of(reader, "/v1/facts?limit=2")
    data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    forged = [
        base64.urlsafe_b64encode(data[:-1] + b"4").decode().rstrip("="),
        base64.urlsafe_b64encode(b"\0" * 16 + data[16:]).decode().rstrip("="),
        base64.urlsafe_b64encode(data[:8]).decode(),
        base64.urlsafe_b64encode(b"PER-02").decode(),
        cursor[:-1],
        cursor + "A",
        cursor + "=",
        cursor.swapcase(),
        "PER-02",
        "\x00",
        "ñandú",
        "' OR 1=1 --",
        "A" * 400,
    ]
    for one in forged:
        assert one != cursor
        response = await reader.get("/v1/facts", params={"limit": 2, "cursor": one})
        assert list(faults(response)) == ["query.cursor"], one


def test_any_changed_byte_of_a_cursor_breaks_its_seal() -> None:
    cursor = cursors.sealed("secret", "/v1/facts", {}, "PER-02")
    assert cursors.opened("secret", "/v1/facts", {}, cursor) == "PER-02"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in itertools.product(range(len(cursor)), letters):
        other = cursor[:place] + letter + cursor[place + 1 :]
        if other != cursor:
            assert cursors.opened("secret", "/v1/facts", {}, other) is None, other
    assert cursors.opened("other secret", "/v1/facts", {}, cursor) is None


async def test_a_cursor_is_good_for_its_own_list_only(reader: httpx.AsyncClient) -> None:
    cursor = await cursor_of(reader, "/v1/facts?limit=2")
    for address in ("/v1/articles?", "/v1/questions?", "/v1/cases?", "/v1/facts?topic=permiso&"):
        response = await reader.get(f"{address}cursor={cursor}")
        assert list(faults(response)) == ["query.cursor"], address
    # How long a page is may change on the way.
    response = await reader.get("/v1/facts", params={"cursor": cursor, "limit": 1})
    assert [one["id"] for one in response.json()["data"]] == ["PER-03"]


WRONG = (
    ("limit=0", "query.limit"),
    ("limit=101", "query.limit"),
    ("limit=-1", "query.limit"),
    ("limit=1.5", "query.limit"),
    ("limit=", "query.limit"),
    ("limit=10&limit=20", "query.limit"),
    ("cursor=", "query.cursor"),
    ("cursor=" + "A" * 401, "query.cursor"),
    ("Limit=10", "query.Limit"),
    ("offset=10", "query.offset"),
    ("topic%5B%5D=aguas", "query.topic[]"),
    ("=1", "query."),
)


async def test_a_parameter_is_right_or_refused_by_its_name(reader: httpx.AsyncClient) -> None:
    for path, (asked, field) in itertools.product(LISTS, WRONG):
        assert list(faults(await reader.get(f"{path}?{asked}"))) == [field], (path, asked)


OF_ANOTHER_KIND = (
    "/v1/articles?topic=otro",
    "/v1/articles?topic=",
    "/v1/facts?topic=Permiso",
    "/v1/facts?confidence=sure",
    "/v1/questions?state=abierta",
    "/v1/cases?state=all",
    "/v1/cases?reason=anger",
    "/v1/people/summary?limit=3",
    "/v1/articles/permiso-a?lang=en",
    "/v1/figures?from=2026-11-01",
    "/v1/figures?from=2026-11-01&to=2026-13-01",
    "/v1/figures?from=2026-11-02&to=2026-11-01",
    "/v1/figures?from=2025-10-26&to=2026-11-30",
    "/v1/figures?from=hoy&to=2026-11-30",
    "/v1/cases/0",
    "/v1/cases/-1",
    "/v1/cases/9223372036854775808",
    "/v1/questions/uno",
)


async def test_a_value_of_another_kind_is_refused_in_spanish(reader: httpx.AsyncClient) -> None:
    for address in OF_ANOTHER_KIND:
        (said,) = faults(await reader.get(address)).values()
        assert said.endswith("."), address
        assert "should" not in said and "Input" not in said, said


async def test_nothing_new_costs_no_second_reading(
    reader: httpx.AsyncClient, house: House, shelf: Shelf
) -> None:
    for path in ("/v1/articles", "/v1/articles/permiso-a", "/v1/facts/PER-01", "/v1/cases"):
        first = await reader.get(path)
        tag = first.headers["ETag"]
        for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await reader.get(path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content) == (304, b""), (path, asked)
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert "RateLimit-Remaining" in again.headers
        other = await reader.get(path, headers={"If-None-Match": '"x"'})
        assert (other.status_code, other.headers["ETag"]) == (200, tag)
    tag = (await reader.get("/v1/articles/permiso-a")).headers["ETag"]
    await publish(house, "Guardá copia y recibo.")
    await shelf.refresh(house.database, DAY)
    changed = await reader.get("/v1/articles/permiso-a", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
