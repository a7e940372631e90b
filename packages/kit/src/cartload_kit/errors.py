"""One error base and one HTTP error shape: problem details of RFC 9457."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

_MOST_FIELDS = 5


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Path of the field, such as `spec.customers`; empty for the whole body.")
    message: str = Field(description="What is wrong, and what is allowed.")
    value: Any = Field(default=None, description="The value that was refused, where it may be shown.")


class ProblemDetails(BaseModel):
    """The body of every error answer (RFC 9457, `application/problem+json`)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="about:blank", description="A URI that names the kind of problem.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened this time, and what to do about it.")
    instance: str | None = Field(default=None, description="The path that was asked for.")
    request_id: str | None = Field(default=None, description="Finds the request in the logs.")
    errors: list[FieldError] | None = Field(default=None, description="The fields that were refused.")


class Problem(HTTPException):
    """An error that the caller is told of, as problem details.

    ``extensions`` become further members of the body. It is an HTTPException, so that the web framework
    hands it on unchanged wherever it is raised.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        type: str = "about:blank",
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.status = status
        self.title = title
        self.type = type
        self.errors = list(errors) if errors is not None else None
        self.extensions = extensions

    def body(self, *, instance: str | None = None, request_id: str | None = None) -> dict[str, Any]:
        """The members of the answer's body; those that are not set are left out."""
        members: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
        }
        if self.errors is not None:
            members["errors"] = [error.model_dump(mode="json", exclude_unset=True) for error in self.errors]
        return {name: value for name, value in members.items() if value is not None} | self.extensions


def _wait(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(max(1, math.ceil(seconds)))}


class BadRequest(Problem):
    """400: the request cannot be read."""

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(400, "Bad request", detail, **more)


class Unauthorized(Problem):
    """401: no token, or one that is not good."""

    def __init__(self, detail: str = "Sign in first: a valid bearer token is needed.", **more: Any) -> None:
        more.setdefault("headers", {"WWW-Authenticate": "Bearer"})
        super().__init__(401, "Not signed in", detail, **more)


class Forbidden(Problem):
    """403: signed in, and not allowed."""

    def __init__(self, detail: str = "Your account may not do this.", **more: Any) -> None:
        super().__init__(403, "Not allowed", detail, **more)


class NotFound(Problem):
    """404: it does not exist, or belongs to somebody else."""

    def __init__(self, detail: str = "There is nothing here.", **more: Any) -> None:
        super().__init__(404, "Not found", detail, **more)


class Conflict(Problem):
    """409: the state of the thing forbids it."""

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(409, "Conflict", detail, **more)


class PayloadTooLarge(Problem):
    """413: the body is longer than ``limit`` bytes."""

    def __init__(self, limit: int, **more: Any) -> None:
        super().__init__(
            413, "Body too large", f"The body may have at most {limit} bytes.", limit=limit, **more
        )


class Unprocessable(Problem):
    """422: readable, and wrong in the fields that ``errors`` names."""

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None, **more: Any) -> None:
        super().__init__(422, "Not valid", detail or _summary(errors), errors=errors, **more)


def _summary(errors: Sequence[FieldError]) -> str:
    shown = [
        f"{error.field}: {error.message}" if error.field else error.message for error in errors[:_MOST_FIELDS]
    ]
    return "; ".join(shown) + (
        f"; and {len(errors) - _MOST_FIELDS} more" if len(errors) > _MOST_FIELDS else ""
    )


class TooManyRequests(Problem):
    """429: too often; ``retry_after`` seconds from now it is fine again."""

    def __init__(self, retry_after: float, detail: str = "Too many requests.", **more: Any) -> None:
        headers = {**_wait(retry_after), **(more.pop("headers", None) or {})}
        super().__init__(429, "Too many requests", detail, headers=headers, **more)


class BadGateway(Problem):
    """502: the part behind this one answered with something that makes no sense."""

    def __init__(self, detail: str = "The service behind gave no valid answer.", **more: Any) -> None:
        super().__init__(502, "Bad gateway", detail, **more)


class Unavailable(Problem):
    """503: something this needs is away for now; try again after ``retry_after`` seconds."""

    def __init__(self, detail: str, retry_after: float | None = 2, **more: Any) -> None:
        headers = {**_wait(retry_after), **(more.pop("headers", None) or {})}
        super().__init__(503, "Not available now", detail, headers=headers, **more)


class GatewayTimeout(Problem):
    """504: the part behind this one did not answer in time."""

    def __init__(self, detail: str = "The service behind did not answer in time.", **more: Any) -> None:
        super().__init__(504, "Timed out", detail, **more)


def from_http_exception(error: HTTPException) -> Problem:
    """The problem that says what any HTTPException says."""
    if isinstance(error, Problem):
        return error
    title = HTTPStatus(error.status_code).phrase if error.status_code in list(HTTPStatus) else "Error"
    return Problem(error.status_code, title.capitalize(), error.detail or title, headers=error.headers)
