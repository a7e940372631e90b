"""Conditional requests (RFC 9110, 13) and byte ranges (RFC 9110, 14), as pure rules about headers.

Starlette has both, for files on a local disk only; what we serve comes from Blob and the database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.exceptions import HTTPException

from cartload_kit.errors import Problem

# The characters of a tag are those of RFC 9110, 8.8.3; Starlette reads headers as Latin-1.
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LIST = re.compile(rf"[\s,]*{_TAG.pattern}(?:\s*,[\s,]*{_TAG.pattern})*[\s,]*")
# Eighteen digits are more than any file has bytes; Python takes time for numbers without end.
_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)


def evaluate(request: Mapping[str, str], etag: str | None) -> Literal[200, 304, 412]:
    """Return how a GET or HEAD that would be answered with 200 is to be answered.

    ``request`` must find names in any case, as Starlette's headers do. ``etag`` is the answer's own entity
    tag; without one, only ``*`` matches. ``If-Match`` goes first and compares strongly (a weak tag never
    matches), ``If-None-Match`` compares weakly.
    """
    if_match = request.get("if-match")
    if if_match is not None and not _matches(if_match, etag, weakly=False):
        return 412
    if_none_match = request.get("if-none-match")
    if if_none_match is not None and _matches(if_none_match, etag, weakly=True):
        return 304
    return 200


def require(request: Mapping[str, str], etag: str) -> None:
    """Stop here where the conditions say so, before the body is made.

    Raises:
        HTTPException: 304, the client has this representation.
        Problem: 412, it asked for another one.
    """
    verdict = evaluate(request, etag)
    if verdict == 304:
        raise HTTPException(304, headers={"ETag": etag})
    if verdict == 412:
        raise PreconditionFailed()


class PreconditionFailed(Problem):
    """412: the condition that the client set does not hold."""

    def __init__(self, detail: str = "If-Match names no tag that this has now.") -> None:
        super().__init__(412, "Precondition failed", detail)


def _matches(header: str, etag: str | None, *, weakly: bool) -> bool:
    if header.strip() == "*":
        return True
    if etag is None or not _LIST.fullmatch(header):
        return False
    own_weak, own = _parts(etag)
    if own_weak and not weakly:
        return False
    return any(own == tag and (weakly or not weak) for weak, tag in _TAG.findall(header))


def _parts(etag: str) -> tuple[bool, str]:
    return etag.startswith("W/"), etag.removeprefix("W/")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A run of bytes, both ends included."""

    first: int
    last: int
    partial: bool

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


def requested_range(request: Mapping[str, str], etag: str, size: int) -> ByteRange:
    """Return what to send of ``size`` bytes.

    The whole is sent for a header that cannot be read, for several ranges at once, and where ``If-Range``
    names another tag (or a date, which we never give out): all three as the RFC allows.

    Raises:
        Problem: 416, no byte of the range is there.
    """
    whole = ByteRange(0, size - 1, partial=False)
    # Sending everything is always right; a part of another version would spoil the client's file.
    match = _RANGE.fullmatch(request.get("range", ""))
    if match is None or request.get("if-range", etag).strip() != etag:
        return whole
    first, last = match.groups()
    if not first:
        return _suffix(int(last), size) if last else whole
    if last and int(last) < int(first):
        return whole
    if int(first) >= size:
        raise _unsatisfiable(size)
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1, partial=True)


def _suffix(count: int, size: int) -> ByteRange:
    if not count or not size:
        raise _unsatisfiable(size)
    return ByteRange(max(0, size - count), size - 1, partial=True)


def _unsatisfiable(size: int) -> Problem:
    detail = f"There are {size} bytes; none of those asked for is among them."
    return Problem(416, "Range not satisfiable", detail, headers={"Content-Range": f"bytes */{size}"})
