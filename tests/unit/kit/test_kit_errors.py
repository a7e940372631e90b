"""What callers are told: every problem has its status, its words and its headers."""

from typing import Any

import pytest
from starlette.exceptions import HTTPException

from cartload_kit import errors
from cartload_kit.errors import (
    FieldError,
    Problem,
    ProblemDetails,
    TooManyRequests,
    Unavailable,
    Unprocessable,
)


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (errors.BadRequest("no"), 400),
        (errors.Unauthorized(), 401),
        (errors.Forbidden(), 403),
        (errors.NotFound(), 404),
        (errors.Conflict("no"), 409),
        (errors.PayloadTooLarge(5), 413),
        (errors.Unprocessable([]), 422),
        (errors.TooManyRequests(1), 429),
        (errors.BadGateway(), 502),
        (errors.Unavailable("no"), 503),
        (errors.GatewayTimeout(), 504),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_problem_is_one_for_the_framework_and_for_the_client(problem: Problem, status: int) -> None:
    body = ProblemDetails.model_validate(problem.body(instance="/here", request_id="r1"))
    assert (problem.status_code, body.status) == (status, status)
    assert (body.instance, body.request_id, body.type) == ("/here", "r1", "about:blank")
    assert body.title


def test_a_body_leaves_out_what_is_not_set_and_keeps_what_is_added() -> None:
    body = Problem(418, "Teapot", "short and stout", spouts=1, handles=None).body()
    assert body == {
        "type": "about:blank",
        "title": "Teapot",
        "status": 418,
        "detail": "short and stout",
        "spouts": 1,
        "handles": None,
    }


def test_a_field_shows_its_value_only_where_one_was_given() -> None:
    shown = [FieldError(field="a", message="wrong", value=None), FieldError(field="b", message="missing")]
    assert Unprocessable(shown).body()["errors"] == [
        {"field": "a", "message": "wrong", "value": None},
        {"field": "b", "message": "missing"},
    ]


@pytest.mark.parametrize(
    ("count", "detail"), [(1, "f0: bad"), (5, "f4: bad"), (6, "f4: bad; and 1 more"), (60, "; and 55 more")]
)
def test_the_detail_tells_the_first_five_fields_and_how_many_there_are(count: int, detail: str) -> None:
    told = Unprocessable([FieldError(field=f"f{n}", message="bad") for n in range(count)]).detail
    assert told.startswith("f0: bad")
    assert told.endswith(detail)


def test_what_is_wrong_with_the_whole_body_is_told_without_a_field() -> None:
    assert Unprocessable([FieldError(field="", message="is empty")]).detail == "is empty"


@pytest.mark.parametrize(("seconds", "told"), [(0, "1"), (0.4, "1"), (1.2, "2"), (30, "30")])
@pytest.mark.parametrize("kind", [TooManyRequests, lambda seconds: Unavailable("away", seconds)])
def test_clients_are_told_when_to_come_back_in_whole_seconds_and_not_at_once(
    kind: Any, seconds: float, told: str
) -> None:
    assert kind(seconds).headers["Retry-After"] == told


def test_other_headers_stand_beside_the_wait_or_replace_it() -> None:
    limited = TooManyRequests(5, headers={"RateLimit": "0"})
    assert dict(limited.headers or {}) == {"Retry-After": "5", "RateLimit": "0"}
    assert dict(Unavailable("away", retry_after=None).headers or {}) == {}
    assert (Unavailable("away", 5, headers={"Retry-After": "9"}).headers or {})["Retry-After"] == "9"


@pytest.mark.parametrize(
    ("error", "title", "detail"),
    [
        (HTTPException(404), "Not found", "Not Found"),
        (HTTPException(409, "taken"), "Conflict", "taken"),
        (HTTPException(799, "odd"), "Error", "odd"),
    ],
)
def test_an_error_of_the_framework_is_told_in_the_same_shape(
    error: HTTPException, title: str, detail: str
) -> None:
    problem = errors.from_http_exception(error)
    assert (problem.status, problem.title, problem.detail) == (error.status_code, title, detail)


def test_a_problem_stays_the_one_it_is_and_an_errors_headers_are_kept() -> None:
    problem = errors.Conflict("busy", headers={"Location": "/jobs/1"})
    assert errors.from_http_exception(problem) is problem
    kept = errors.from_http_exception(HTTPException(405, headers={"Allow": "GET"}))
    assert dict(kept.headers or {}) == {"Allow": "GET"}
