"""Pages of a list: opaque cursors, a Link header, one shape."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from cartload_kit.errors import FieldError, Unprocessable

MAX_CURSOR = 2048
"""Characters of the longest cursor that is read."""

MAX_LINK = 4096
"""Bytes of the longest Link header: clients and proxies refuse an answer whose header lines are longer."""


class Page[T](BaseModel):
    """One page of a list."""

    items: list[T] = Field(description="The rows of this page, in a stable order.")
    next: str | None = Field(default=None, description="The `cursor` of the next page; null on the last one.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the class, and so its schema, by the names that the rows' own schemas have."""
        # Pydantic's own rule takes `__name__`; the name of a schema comes from `__qualname__`.
        return f"{cls.__name__}[{', '.join(kind.__qualname__ for kind in params)}]"


class Position(BaseModel):
    """Where a page ended: the base of each list's own. Only JSON's own types, and these exactly."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @property
    def cursor(self) -> str:
        """The position as opaque text."""
        return encode_cursor(self.model_dump())


def encode_cursor(position: Mapping[str, Any]) -> str:
    """Return a position as opaque text that is safe in a URL. Values must be JSON."""
    text = json.dumps(dict(position), separators=(",", ":"), allow_nan=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor[P: Position](cursor: str, shape: type[P]) -> P:
    """Return the position that a cursor stands for.

    Raises:
        Unprocessable: it was not given out, or not by this list.
    """
    try:
        return shape.model_validate(decode_cursor(cursor))
    except ValidationError as error:
        raise wrong_cursor("This cursor belongs to another list; begin without one.") from error


def decode_cursor(cursor: str) -> dict[str, Any]:
    """Return the object that ``encode_cursor`` was given; its values are the client's, and may be anything.

    Raises:
        Unprocessable: it is no cursor.
    """
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError("too long")
        position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), parse_constant=_refuse)
        # Encoded again, it must be the same: nothing but what `encode_cursor` gives out is taken.
        if not isinstance(position, dict) or encode_cursor(position) != cursor:
            raise ValueError("no position")
    except (ValueError, binascii.Error, RecursionError) as error:
        raise wrong_cursor("This is no cursor that was given out; begin without one.") from error
    return position


def _refuse(name: str) -> float:
    raise ValueError(name)


def wrong_cursor(message: str) -> Unprocessable:
    """422 for the parameter ``cursor``."""
    return Unprocessable([FieldError(field="cursor", message=message)])


def add_link(headers: MutableHeaders, request: Request, cursor: str) -> None:
    """Add the ``Link`` header (RFC 8288) to the next page: this request's path and query with ``cursor``.

    It repeats the query, so it is left out where that makes it too long; the body has the cursor anyway.
    """
    # The query is kept as it came: encoded anew it could grow threefold.
    query: bytes = request.scope["query_string"]
    kept = [part for part in query.split(b"&") if part and part.partition(b"=")[0] != b"cursor"]
    following = quote(b"&".join([*kept, b"cursor=" + cursor.encode()]), safe=_ENCODED)
    link = f'<{quote(request.scope["path"])}?{following}>; rel="next"'
    if len(link) <= MAX_LINK:
        headers["Link"] = link


def cut_page[Row](
    found: Sequence[Row],
    limit: int,
    cursor_after: Callable[[Row], str],
    request: Request,
    headers: MutableHeaders,
) -> tuple[Sequence[Row], str | None]:
    """Cut a page out of the rows found, of which one more than ``limit`` were asked for.

    Returns its rows and the cursor of the next page, whose ``Link`` header is added; None on the last page.
    """
    if len(found) <= limit:
        return found, None
    shown = found[:limit]
    following = cursor_after(shown[-1])
    add_link(headers, request, following)
    return shown, following


_ENCODED = "/?&=%+:;,@!$'()*~"
"""What stays as it is in a query that is encoded already; the rest would end the header's `<…>` early."""
