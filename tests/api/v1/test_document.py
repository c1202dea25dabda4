"""The OpenAPI document: public, whole, and true."""

from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator

from actions.keys.rules import SCOPES
from api.v1.access import Parts
from api.v1.app import create_app, routes

PROBLEM = "application/problem+json"


@pytest.fixture
def document(parts: Parts) -> dict[str, Any]:
    return create_app(parts).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_it_is_public_and_asked_for_again_at_no_cost(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert response.headers["Cache-Control"] == "public, no-cache"
    tag = response.headers["ETag"]
    again = await client.get("/v1/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_each_operation_says_what_it_is_who_may_and_how_it_looks(document: dict[str, Any]) -> None:
    assert len(operations(document)) == len(routes())
    scopes = set()
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"] and operation["description"], where
        ((_, (scope,)),) = operation["security"][0].items()
        scopes.add(scope)
        success = operation["responses"]["201" if method == "post" else "200"]
        assert success["content"]["application/json"]["example"], where
        assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), where
        if method == "get":
            assert "304" in operation["responses"], where
            assert "requestBody" not in operation, where
        else:
            assert operation["requestBody"]["content"]["application/json"]["example"], where
            assert {"409", "413", "415"} <= set(operation["responses"]), where
        for parameter in operation["parameters"]:
            assert "anyOf" not in parameter["schema"], where
            if parameter["name"] not in ("id", "number"):
                assert parameter["description"], where
    assert scopes == set(SCOPES)
    for scope in SCOPES:
        assert scope in document["info"]["description"]


def test_each_error_is_a_problem_with_an_example(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            assert list(response["content"]) == [PROBLEM], f"{method} {path} {status}"
            assert response["content"][PROBLEM]["example"]["status"] == int(status)


def test_the_examples_are_what_the_schemas_allow(document: dict[str, Any]) -> None:
    checked = 0
    for path, method, operation in operations(document):
        bodies = [one for one in operation["responses"].values() if "content" in one]
        for body in [*bodies, *filter(None, [operation.get("requestBody")])]:
            for content in body["content"].values():
                schema = {**content["schema"], "components": document["components"]}
                errors = list(Draft202012Validator(schema).iter_errors(content["example"]))
                assert not errors, f"{method} {path}: {errors[0].message}"
                checked += 1
    assert checked > 5 * len(routes())


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert "list_articles" in names
