"""The header `Range` (RFC 9110, 14.2): one range of bytes; several at once are answered with the whole."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


class Unsatisfiable(Exception):
    """No byte of the range is there."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of bytes, both ends included."""

    first: int
    last: int
    partial: bool

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


def requested(header: str | None, size: int) -> Span:
    """What to send of `size` bytes. A header that cannot be read is ignored, as the RFC says.

    Raises:
        Unsatisfiable: the range begins after the end, or asks for none of the last bytes.
    """
    whole = Span(0, size - 1, partial=False)
    match = _ONE.fullmatch(header or "")
    if match is None:
        return whole
    first, last = match.groups()
    if not first:
        return _suffix(last, size) if last else whole
    if last and int(last) < int(first):
        return whole
    if int(first) >= size:
        raise Unsatisfiable
    return Span(int(first), min(int(last), size - 1) if last else size - 1, partial=True)


def _suffix(count: str, size: int) -> Span:
    if not int(count) or not size:
        raise Unsatisfiable
    return Span(max(0, size - int(count)), size - 1, partial=True)
