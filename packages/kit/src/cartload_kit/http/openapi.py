"""The OpenAPI document of an app, with problem details as the answer to every error."""

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from cartload_kit.errors import ProblemDetails
from cartload_kit.http.problems import MEDIA_TYPE

_REF = "#/components/schemas/"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_EXAMPLE = {
    "type": "about:blank",
    "title": "Not valid",
    "status": 422,
    "detail": "limit: Input should be less than or equal to 1000",
    "instance": "/api/things",
    "request_id": "4f3a0c1de5b64f0b9d3e2f4c5a6b7c8d",
    "errors": [{"field": "limit", "message": "Input should be less than or equal to 1000", "value": 5000}],
}


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` give the document of ``document``, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``; every operation has typed problem answers."""
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                _add_problems(path, operation)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    # FastAPI declares its own shape for 422, which no answer has here.
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    _add_problem_schema(schemas)
    return found


def _add_problem_schema(schemas: dict[str, Any]) -> None:
    schema = ProblemDetails.model_json_schema(ref_template=f"{_REF}{{model}}")
    schemas.update(schema.pop("$defs", {}))
    schemas["Problem"] = {**schema, "title": "Problem", "examples": [_EXAMPLE]}


def _add_problems(path: str, operation: dict[str, Any]) -> None:
    answers = operation.setdefault("responses", {})
    if _is_framework_answer(answers.get("422")):
        del answers["422"]
    if "parameters" in operation or "requestBody" in operation:
        answers.setdefault("422", _problem("A parameter or a field of the body is not valid."))
    if operation.get("security"):
        answers.setdefault("401", _problem("No access token, or one that is not valid."))
    if "{" in path:
        answers.setdefault("404", _problem("It does not exist, or belongs to somebody else."))
    answers.setdefault("default", _problem("Any other error."))


def _is_framework_answer(answer: object) -> bool:
    return "HTTPValidationError" in json.dumps(answer)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}}


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses=`` of a route that can also answer with these: ``problem_answers(404, 409)``."""
    words = {400: "It cannot be read.", 403: "Not allowed.", 404: "Not found.", 409: "Its state forbids it."}
    words |= {412: "A condition of the request does not hold.", 416: "None of the bytes is there."}
    return {status: _problem(words.get(status, "A problem.")) for status in statuses}


def print_openapi(app: FastAPI) -> None:
    """Write the document to stdout as JSON, for the command ``openapi`` of a service."""
    json.dump(app.openapi(), sys.stdout, indent=2, ensure_ascii=False, sort_keys=True)
    sys.stdout.write("\n")
