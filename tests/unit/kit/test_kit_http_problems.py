"""From what a route raises to what a client reads: fields, values that may be shown, and unknown paths."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from cartload_kit.errors import NotFound
from cartload_kit.http import create_app
from cartload_kit.http.problems import field_errors, field_path


def told(value: object, field: str = "limit", kind: str = "int_parsing") -> Any:
    (error,) = field_errors([{"loc": ("query", field), "msg": "is wrong", "input": value, "type": kind}])
    return error.model_dump(exclude_unset=True).get("value", "(not shown)")


@pytest.mark.parametrize("value", ["x", "x" * 200, "", 5, 2**70, 1.5, True, None])
def test_a_value_that_was_refused_is_shown(value: object) -> None:
    assert told(value) == value


@pytest.mark.parametrize(
    "value",
    ["x" * 201, "half \ud800", float("nan"), float("inf"), [1], {"a": 1}, b"bytes"],
    ids=lambda value: repr(value)[:12],
)
def test_a_value_that_is_long_or_no_json_is_not_shown(value: object) -> None:
    assert told(value) == "(not shown)"


@pytest.mark.parametrize("field", ["password", "new_password", "api_secret", "token", "Authorization"])
def test_a_value_of_a_field_with_a_secret_name_is_not_shown(field: str) -> None:
    assert told("hunter2", field) == "(not shown)"


@pytest.mark.parametrize("kind", ["missing", "extra_forbidden"])
def test_what_came_under_a_name_that_nobody_knows_is_not_shown(kind: str) -> None:
    assert told("hunter2", "pasword", kind) == "(not shown)"


def test_fifty_fields_are_told_and_no_more() -> None:
    details = [{"loc": ("body", n), "msg": "Value error, is wrong"} for n in range(60)]
    errors = field_errors(details)
    assert [error.field for error in errors] == [str(n) for n in range(50)]
    assert {error.message for error in errors} == {"is wrong"}


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "spec", "items", 0), "spec.items.0"),
        (("body",), "body"),
        (("query", "body"), "body"),
        (("spec", "query"), "spec.query"),
        ((), ""),
        (("body", "x" * 300), "x" * 200),
        (("body", "\ud800"), "?"),
    ],
)
def test_a_field_is_named_by_its_path(location: tuple[object, ...], path: str) -> None:
    assert field_path(location) == path


def build() -> FastAPI:
    app = create_app("sample", title="Sample")

    @app.get("/things/{number}")
    async def thing(number: int) -> int:
        match number:
            case 204 | 304:
                raise HTTPException(number, headers={"ETag": '"7"'})
            case 404:
                raise HTTPException(404, "It was deleted.")
            case 405:
                raise NotFound("This one is elsewhere.")
        return number

    return app


async def get(path: str, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(build())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path)


async def test_a_path_that_nothing_serves_is_named() -> None:
    answer = await get("/nothing")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing at /nothing.")


@pytest.mark.parametrize(("number", "detail"), [(404, "It was deleted."), (405, "This one is elsewhere.")])
async def test_what_a_route_says_of_a_thing_that_is_missing_is_kept(number: int, detail: str) -> None:
    answer = await get(f"/things/{number}")
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_has_none(status: int) -> None:
    answer = await get(f"/things/{status}")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", '"7"')


async def test_a_method_that_is_not_taken_names_those_that_are() -> None:
    answer = await get("/things/1", "DELETE")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["detail"] == "DELETE is not taken here; allowed are GET, HEAD."
