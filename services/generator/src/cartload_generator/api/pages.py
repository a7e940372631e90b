"""How the lists of the API are cut into pages: by the number of the last row."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from cartload_kit.pagination import Position, read_cursor

Limit = Annotated[int, Query(ge=1, le=200, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=2048, description="`next` of the page before.")]


class NumberPosition(Position):
    """The number of the last row of a page."""

    n: int = Field(ge=0, lt=2**63)


def number_in(cursor: str | None) -> int | None:
    """The number that a cursor of ours holds. Raises Unprocessable for any other."""
    return None if cursor is None else read_cursor(cursor, NumberPosition).n


def page_of(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a list, with an example of its items."""
    page = {"items": [example], "next": "eyJuIjo0MX0"}
    return {200: {"content": {"application/json": {"example": page}}}}
