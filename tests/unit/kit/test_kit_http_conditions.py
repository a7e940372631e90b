"""Conditional requests and byte ranges."""

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from cartload_kit.errors import Problem
from cartload_kit.http.conditions import ByteRange, PreconditionFailed, evaluate, requested_range, require

TAG = '"abc"'


@pytest.mark.parametrize(
    ("if_none_match", "verdict"),
    [
        (TAG, 304),
        (f"W/{TAG}", 304),
        (f' "x" ,W/"y", {TAG}', 304),
        (f'"a,b", {TAG}', 304),
        ('"a,b"', 200),
        ("*", 304),
        (" * ", 304),
        ('"ABC"', 200),
        ('w/"abc"', 200),
        ("abc", 200),
        ('"', 200),
        ("", 200),
        (f"*, {TAG}", 200),
        (",".join(['"x"'] * 2000 + ["?"]), 200),
    ],
)
def test_if_none_match(if_none_match: str, verdict: int) -> None:
    assert evaluate(Headers({"If-None-Match": if_none_match}), TAG) == verdict


@pytest.mark.parametrize(
    ("if_match", "verdict"),
    [(TAG, 200), (f'"x", {TAG}', 200), ("*", 200), (f"W/{TAG}", 412), ('"x"', 412), ("abc", 412), ("", 412)],
)
def test_if_match(if_match: str, verdict: int) -> None:
    assert evaluate(Headers({"If-Match": if_match}), TAG) == verdict


def test_if_match_goes_before_if_none_match() -> None:
    assert evaluate(Headers({"If-Match": '"x"', "If-None-Match": TAG}), TAG) == 412
    assert evaluate(Headers({"If-Match": TAG, "If-None-Match": TAG}), TAG) == 304


def test_a_weak_tag_of_ours_matches_weakly_only() -> None:
    assert evaluate(Headers({"If-None-Match": TAG}), f"W/{TAG}") == 304
    assert evaluate(Headers({"If-Match": f"W/{TAG}"}), f"W/{TAG}") == 412


def test_without_a_tag_only_the_star_matches() -> None:
    assert evaluate(Headers({"If-Match": TAG}), None) == 412
    assert evaluate(Headers({"If-Match": "*"}), None) == 200
    assert evaluate(Headers({"If-None-Match": TAG}), None) == 200


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", ByteRange(0, 99, partial=False)),
        ("bytes=0-", ByteRange(0, 99, partial=True)),
        ("bytes=99-", ByteRange(99, 99, partial=True)),
        ("bytes=-1", ByteRange(99, 99, partial=True)),
        ("bytes=-500", ByteRange(0, 99, partial=True)),
        ("bytes=10-10", ByteRange(10, 10, partial=True)),
        ("BYTES=10-1000", ByteRange(10, 99, partial=True)),
        ("bytes=10-9", ByteRange(0, 99, partial=False)),
        ("bytes=0-1,5-6", ByteRange(0, 99, partial=False)),
        ("bytes=" + "9" * 30 + "-", ByteRange(0, 99, partial=False)),
    ],
)
def test_ranges(header: str, span: ByteRange) -> None:
    assert requested_range(Headers({"Range": header}), TAG, 100) == span


@pytest.mark.parametrize(
    ("if_range", "partial"), [(TAG, True), ('"x"', False), (f"W/{TAG}", False), ("Mon, 01 Jan 2024", False)]
)
def test_a_range_of_another_version_is_the_whole(if_range: str, partial: bool) -> None:
    assert requested_range(Headers({"Range": "bytes=1-2", "If-Range": if_range}), TAG, 9).partial is partial


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-0", 0), ("bytes=-1", 0)]
)
def test_ranges_without_any_byte(header: str, size: int) -> None:
    with pytest.raises(Problem) as error:
        requested_range(Headers({"Range": header}), TAG, size)
    assert error.value.status == 416
    assert error.value.headers == {"Content-Range": f"bytes */{size}"}


def test_a_body_is_not_made_for_a_client_that_has_it_or_wants_another() -> None:
    require(Headers({"if-none-match": '"other"', "if-match": TAG}), TAG)
    with pytest.raises(HTTPException) as known:
        require(Headers({"if-none-match": TAG}), TAG)
    assert (known.value.status_code, known.value.headers) == (304, {"ETag": TAG})
    with pytest.raises(PreconditionFailed) as other:
        require(Headers({"if-match": '"other"', "if-none-match": TAG}), TAG)
    assert other.value.body() == {
        "type": "about:blank",
        "title": "Precondition failed",
        "status": 412,
        "detail": "If-Match names no tag that this has now.",
    }
