"""Strict JSON: every value comes through unchanged, and what is none is refused as the client's mistake."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload_kit.errors import BadRequest, Unprocessable
from cartload_kit.http import loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50)
@given(VALUES, st.booleans())
def test_every_value_comes_through_however_it_is_escaped(value: Any, escaped: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=escaped).encode()) == value


@settings(max_examples=50)
@given(
    st.binary(max_size=60) | TEXT.map(str.encode) | VALUES.map(lambda value: json.dumps(value)[:-1].encode())
)
def test_whatever_comes_is_a_value_or_the_clients_mistake(body: bytes) -> None:
    with contextlib.suppress(BadRequest, Unprocessable):
        loads(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON: Expecting value at character 0"),
        (b'{"a": 1,}', "not JSON"),
        (b"NaN", "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b'"\xff"', r"not UTF-8 \(byte 1\)"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_where(body: bytes, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        loads(body)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 401, "-" + "9" * 5000])
def test_a_number_that_cannot_be_kept_is_refused_and_shown_only_in_part(number: str) -> None:
    with pytest.raises(Unprocessable, match="too large") as caught:
        loads(f'{{"a": [{number}]}}'.encode())
    (error,) = caught.value.errors or []
    assert str(error.value)[:6] == number[:6]
    assert len(str(error.value)) <= 41


@pytest.mark.parametrize("number", ["9" * 400, "1e308", "-0.0", "5e-324"])
def test_a_number_that_can_be_kept_is(number: str) -> None:
    assert loads(number.encode()) == json.loads(number)


@pytest.mark.parametrize("text", [b'"\\ud800"', b'{"\\udfff": 1}', b'["\\ud800A"]', b'"\\ude00\\ud83d"'])
def test_half_a_surrogate_pair_is_refused(text: bytes) -> None:
    with pytest.raises(Unprocessable, match="surrogate"):
        loads(text)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"
