"""Every route of the console: that it says who may use it, and that this holds for every role."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute

from actions.staff.permissions import ROLES, Permission, Role
from api.console.access import declared, permission_of
from api.console.app import ROUTERS
from tests.api.console.conftest import ADDRESS, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Route:
    """A route with a path that exists for nobody's thing, and what it says it needs."""

    method: str
    path: str
    needs: Permission | None
    stage: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _routes() -> Iterator[Route]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            declaring = [one.call for one in route.dependant.dependencies if declared(one.call)]
            assert len(declaring) == 1, f"{route.path} has to declare once who may use it"
            needs, stage = permission_of(declaring[0])
            numbers = {one.name for one in route.dependant.path_params if _is_number(one)}
            path = re.sub(
                r"{(\w+)}",
                lambda name, numbers=numbers: "999999" if name[1] in numbers else "no-hay",
                route.path,
            )
            for method in route.methods:
                yield Route(method, f"/consola{path}", needs, stage)


def _is_number(parameter: object) -> bool:
    return getattr(getattr(parameter, "field_info", None), "annotation", None) is int


ALL = list(_routes())
OPEN = {"/consola/entrar", "/consola/salir", "/consola/enlace/no-hay"}


async def test_every_route_declares_and_few_are_open() -> None:
    assert len(ALL) > 20
    assert {route.path for route in ALL if route.stage is None} == OPEN


async def test_nobody_gets_anywhere_without_a_login(house: House) -> None:
    for route in ALL:
        if route.stage is None:
            continue
        browser = house.browser()
        answer = await browser.client.request(route.method, route.path, headers={"Origin": ADDRESS})
        assert answer.status_code == 303, str(route)
        assert answer.headers["location"].startswith("/consola/entrar"), str(route)


@pytest.mark.parametrize("role", list(ROLES))
async def test_each_role_gets_what_it_may_and_nothing_else(house: House, role: Role) -> None:
    browser = await house.who(role)
    page = (await browser.get("/consola/cuenta")).text
    token = page.split('name="ficha" value="')[1].split('"')[0]
    for route in ALL:
        if route.stage != "full":
            continue
        answer = await browser.client.request(
            route.method,
            route.path,
            headers={"Origin": ADDRESS},
            **({} if route.method == "GET" else {"data": {"ficha": token}}),
        )
        may = route.needs is None or route.needs in ROLES[role]
        assert answer.status_code < 500, f"{route}: {answer.text[-2000:]}"
        assert (answer.status_code == 403) == (not may), f"{route}: {answer.status_code}"
        if not may:
            assert "rol de" in answer.text
        assert not answer.headers.get("location", "").startswith("/consola/entrar"), str(route)


async def test_nothing_is_changed_by_reading_and_nothing_without_the_token(house: House) -> None:
    for role in ROLES:
        browser = await house.who(role)
        for route in ALL:
            if route.method == "GET" or route.stage != "full":
                continue
            answer = await browser.client.post(route.path, data={}, headers={"Origin": ADDRESS})
            assert answer.status_code == 403, str(route)
            assert "No se hizo nada" in answer.text, str(route)


async def test_pages_carry_the_strict_policy_and_are_not_kept(house: House) -> None:
    browser = await house.who(Role.ADMINISTRATION)
    for route in ALL:
        if route.method != "GET":
            continue
        answer = await browser.get(route.path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy, str(route)
        assert "unsafe" not in policy, str(route)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store", str(route)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=|javascript:", answer.text)


async def test_an_unknown_page_and_a_bad_number_are_told_kindly(house: House) -> None:
    browser = await house.who(Role.ADMINISTRATION)
    for path in (
        "/consola/no-hay",
        "/consola/personal/abc",
        "/consola/personal/999999999999999999",
    ):
        answer = await browser.get(path)
        assert answer.status_code == 404, path
        assert "No se encontró" in answer.text
