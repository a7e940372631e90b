"""How the lists of the API are cut into pages: by the number of the last row."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from fastapi import Query, Request, Response
from pydantic import Field

from cartload_kit.errors import FieldError, Unprocessable
from cartload_kit.pagination import Position, cut_page, read_cursor

Limit = Annotated[int, Query(ge=1, le=200, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=2048, description="`next` of the page before.")]

States = Annotated[
    str | None,
    Query(max_length=200, description="One state, or several with commas."),
]


class NumberPosition(Position):
    """The number of the last row of a page."""

    n: int = Field(ge=0, lt=2**63)


class Numbered(Protocol):
    """A row that has a number."""

    number: int


def cut_by_number[Row: Numbered](
    found: Sequence[Row], limit: int, request: Request, response: Response
) -> tuple[Sequence[Row], str | None]:
    """A page of rows by their number, of which one more than `limit` were asked for, and the next cursor."""
    return cut_page(found, limit, lambda row: NumberPosition(n=row.number).cursor, request, response.headers)


def number_in(cursor: str | None) -> int | None:
    """The number that a cursor of ours holds. Raises Unprocessable for any other."""
    return None if cursor is None else read_cursor(cursor, NumberPosition).n


def page_of(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a list, with an example of its items."""
    page = {"items": [example], "next": "eyJuIjo0MX0"}
    return {200: {"content": {"application/json": {"example": page}}}}


def states_in(text: str | None, known: Sequence[str]) -> list[str]:
    """The states of a filter. Raises Unprocessable for unknown ones."""
    wanted = [part.strip() for part in text.split(",")] if text is not None else []
    unknown = [part for part in wanted if part not in known]
    if unknown:
        message = f"Not a state: {', '.join(unknown)[:100]}. States are {', '.join(known)}."
        raise Unprocessable([FieldError(field="state", message=message, value=text)])
    return wanted
