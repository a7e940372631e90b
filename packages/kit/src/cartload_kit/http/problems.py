"""From exceptions to problem details, the one shape of every error answer."""

import json
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Scope

from cartload_kit.errors import FieldError, NotFound, Problem, Unprocessable, from_http_exception
from cartload_kit.http.methods import METHODS, allowed_methods
from cartload_kit.redaction import is_secret_name

MEDIA_TYPE = "application/problem+json"
_LONGEST_TEXT = 200
_MOST_ERRORS = 50
_PLACES = ("body", "query", "path", "header", "cookie")


def problem_response(problem: Problem, scope: Scope) -> Response:
    """The answer that tells of ``problem``, with the path and the request id of ``scope``."""
    body = problem.body(instance=scope.get("path"), request_id=scope.get("request_id"))
    headers = {"Cache-Control": "no-store", **(problem.headers or {})}
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def raw_answer(problem: Problem, more_headers: Mapping[str, str]) -> bytes:
    """The same as bytes, after which the connection ends: for requests that never reach an app."""
    body = json.dumps(problem.body()).encode()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **(problem.headers or {}),
        **more_headers,
    }
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def unexpected(service: str) -> Problem:
    """What a caller is told of an error that nobody expected: nothing of its inside."""
    return Problem(500, "Internal error", f"Something went wrong in {service}; it has been logged.")


def install(app: FastAPI) -> None:
    """Make every exception that leaves a route of ``app`` a problem."""
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    if "route" not in request.scope and not isinstance(error, Problem) and error.status_code == 404:
        error = NotFound(f"There is nothing at {request.scope['path']}.")
    if error.status_code == 405 and not isinstance(error, Problem):
        error = method_not_allowed(request.scope, request.app.routes)
    return problem_response(from_http_exception(error), request.scope)


def method_not_allowed(scope: Scope, routes: Sequence[BaseRoute], *also: str) -> Problem:
    """405, with all methods that ``routes`` take on this path, and those that are taken besides."""
    found = {*allowed_methods(scope, routes), *also}
    allowed = ", ".join(method for method in METHODS if method in found)
    detail = f"{scope['method']} is not taken here; allowed are {allowed}."
    return Problem(405, "Method not allowed", detail, headers={"Allow": allowed})


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    details = error.errors()
    if any(tuple(d["loc"]) == ("body",) and isinstance(d.get("input"), bytes) for d in details):
        detail = "Send the body as JSON, with Content-Type: application/json."
        return problem_response(Problem(415, "Not JSON", detail), request.scope)
    return problem_response(Unprocessable(field_errors(details)), request.scope)


def field_errors(details: Sequence[Any]) -> list[FieldError]:
    """The first 50 field errors that pydantic's details say; values that could be secret are left out."""
    return [_field_error(detail) for detail in details[:_MOST_ERRORS]]


def _field_error(detail: dict[str, Any]) -> FieldError:
    field = field_path(detail.get("loc", ()))
    message = str(detail.get("msg", "is not valid")).removeprefix("Value error, ")
    value = detail.get("input")
    # What came under a name that we do not know may be anything, a mistyped `pasword` too: never repeat it.
    if detail.get("type") in ("missing", "extra_forbidden") or not _may_be_shown(field, value):
        return FieldError(field=field, message=message)
    return FieldError(field=field, message=message, value=value)


def field_path(location: Sequence[object]) -> str:
    """``("body", "spec", "items", 0)`` as ``spec.items.0``; a whole body as ``body``."""
    parts = [str(part) for part in location]
    if len(parts) > 1 and parts[0] in _PLACES:
        parts = parts[1:]
    path = ".".join(parts)[:_LONGEST_TEXT]
    return path if _is_whole(path) else path.encode(errors="replace").decode()


def _may_be_shown(field: str, value: object) -> bool:
    if any(is_secret_name(part) for part in field.split(".")):
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and _is_whole(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool | int)


def _is_whole(text: str) -> bool:
    """Whether ``text`` can be written as UTF-8: half a surrogate pair cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
