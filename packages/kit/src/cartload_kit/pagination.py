"""Pages of a list: opaque cursors, a Link header, one shape."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request

from cartload_kit.errors import FieldError, Unprocessable

_LONGEST = 2048


class Page[T](BaseModel):
    """One page of a list."""

    items: list[T] = Field(description="The rows of this page, in a stable order.")
    next: str | None = Field(default=None, description="The `cursor` of the next page; null on the last one.")


def encode_cursor(position: Mapping[str, Any]) -> str:
    """Where a page ended, as opaque text that is safe in a URL. Values must be JSON."""
    text = json.dumps(dict(position), separators=(",", ":"), allow_nan=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, Any]:
    """The position that ``encode_cursor`` was given. Raises Unprocessable for anything else.

    The values come from the client: check them as any other input.
    """
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), parse_constant=_refuse)
        if not isinstance(position, dict) or encode_cursor(position) != cursor:
            raise ValueError("no position")
    except (ValueError, binascii.Error, RecursionError) as error:
        message = "This is no cursor that was given out; begin without one."
        raise Unprocessable([FieldError(field="cursor", message=message)]) from error
    return position


def _refuse(name: str) -> float:
    raise ValueError(name)


def link_header(request: Request, cursor: str) -> str:
    """The ``Link`` header (RFC 8288) to the next page: this request's path and query with ``cursor``."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'
