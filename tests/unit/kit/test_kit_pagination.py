"""Cursors and links of pages."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from cartload_kit.errors import Unprocessable
from cartload_kit.pagination import Page, Position, add_link, decode_cursor, encode_cursor, read_cursor

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20)


@given(st.dictionaries(st.text(max_size=10), SCALARS, max_size=4))
def test_a_cursor_says_what_it_was_given(position: dict[str, object]) -> None:
    cursor = encode_cursor(position)
    assert decode_cursor(cursor) == position
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "x",
        "äöü",
        "e30=",
        "!" + encode_cursor({"a": 1}),
        encode_cursor({"a": 1}) + "\n",
        urlsafe_b64encode(b"[1]").decode().rstrip("="),
        urlsafe_b64encode(b'{"a": NaN}').decode().rstrip("="),
        urlsafe_b64encode(b"{ }").decode().rstrip("="),
        encode_cursor({"a": "x" * 4000}),
        urlsafe_b64encode(b"[" * 1500).decode().rstrip("="),
    ],
)
def test_what_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(Unprocessable) as error:
        decode_cursor(cursor)
    assert error.value.errors is not None
    assert error.value.errors[0].field == "cursor"


def test_a_cursor_has_no_numbers_that_json_has_not() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_cursor({"a": float("nan")})


def link_after(query: bytes, cursor: str) -> str | None:
    scope = {
        "type": "http",
        "path": "/api/things",
        "query_string": query,
        "headers": [(b"host", b"inside:8001")],
        "server": ("inside", 8001),
        "scheme": "http",
    }
    headers = MutableHeaders()
    add_link(headers, Request(scope), cursor)
    return headers.get("Link")


def test_the_link_keeps_the_query_and_replaces_the_cursor() -> None:
    link = link_after(b"state=a%20b&state=c&cursor=old&limit=5", "new")
    assert link == '</api/things?state=a%20b&state=c&limit=5&cursor=new>; rel="next"'


def test_nothing_in_a_query_ends_the_link_early() -> None:
    link = link_after(b'q=a>;rel="x"<\xfc', "new")
    assert link == '</api/things?q=a%3E;rel=%22x%22%3C%FC&cursor=new>; rel="next"'


def test_a_link_that_would_be_too_long_is_left_out() -> None:
    assert link_after(b"q=" + b"x" * 4000, "new") is not None
    assert link_after(b"q=" + b"x" * 4090, "new") is None
    assert link_after(b"q=" + b"\xfc" * 2000, "new") is None


class Numbered(Position):
    """The position of a list by number."""

    n: int = Field(ge=0)


@pytest.mark.parametrize(
    "position", [{}, {"n": -1}, {"n": "1"}, {"n": True}, {"n": 1.0}, {"n": None}, {"n": 1, "m": 1}]
)
def test_a_cursor_of_another_list_is_refused(position: dict[str, object]) -> None:
    assert read_cursor(Numbered(n=7).cursor, Numbered) == Numbered(n=7)
    with pytest.raises(Unprocessable) as error:
        read_cursor(encode_cursor(position), Numbered)
    assert error.value.errors is not None
    assert error.value.errors[0].field == "cursor"


def test_the_last_page_says_so() -> None:
    assert json.loads(Page[int](items=[1]).model_dump_json()) == {"items": [1], "next": None}


class ThingView(BaseModel):
    """A row whose schema has another name than its class."""

    __qualname__ = "Thing"
    model_config = ConfigDict(title="Thing")


def test_a_page_is_called_after_the_schema_of_its_rows() -> None:
    schema = Page[ThingView].model_json_schema()
    assert schema["title"] == "Page[Thing]"
    assert schema["properties"]["items"]["items"] == {"$ref": "#/$defs/Thing"}
    assert list(schema["$defs"]) == ["Thing"]


@settings(max_examples=60)
@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda data: urlsafe_b64encode(data).decode()))
def test_whatever_a_client_sends_is_a_cursor_or_is_refused(cursor: str) -> None:
    try:
        position = decode_cursor(cursor)
    except Unprocessable:
        return
    assert encode_cursor(position) == cursor
