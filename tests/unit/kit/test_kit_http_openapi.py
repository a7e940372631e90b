"""The OpenAPI document: every operation has typed problems, and nothing of the framework's own errors."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from cartload_kit.http import create_app, print_openapi
from cartload_kit.http.openapi import problem_answers
from cartload_kit.tokens import CurrentUser

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class Thing(BaseModel):
    """A body."""

    name: str


@pytest.fixture
def app() -> FastAPI:
    app = create_app("sample", title="Sample", description="What it is.")

    @app.get("/api/plain")
    async def plain() -> Thing:
        return Thing(name="a")

    @app.post("/api/things/{number}", responses=problem_answers(409))
    async def make(number: int, thing: Thing, user: CurrentUser) -> Thing:
        return thing

    return app


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = app.openapi()
    return found


def answers(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]["responses"]
    return found


def test_every_operation_has_the_problem_as_its_default(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method in item:
            assert answers(document, method, path)["default"]["content"] == PROBLEM


def test_the_errors_that_follow_from_the_operation_are_named(document: dict[str, Any]) -> None:
    assert set(answers(document, "get", "/api/plain")) == {"200", "default"}
    found = answers(document, "post", "/api/things/{number}")
    assert set(found) == {"200", "401", "404", "409", "422", "default"}
    assert all(found[status]["content"] == PROBLEM for status in ("401", "404", "409", "422"))


def test_only_our_shape_of_error_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {"Problem", "FieldError", "Thing"} == set(schemas)
    assert {"type", "title", "status", "detail", "errors"} <= set(schemas["Problem"]["properties"])
    assert "HTTPValidationError" not in json.dumps(document)


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    names = set(document["components"]["schemas"])
    text = json.dumps(document)
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} <= names


def test_health_is_not_part_of_the_interface(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {"/api/plain", "/api/things/{number}"}


def test_the_document_is_printed_the_same_every_time(
    app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    print_openapi(app)
    first = capsys.readouterr().out
    print_openapi(app)
    assert capsys.readouterr().out == first
    assert json.loads(first)["info"] == {"title": "Sample", "description": "What it is.", "version": "1.0.0"}
