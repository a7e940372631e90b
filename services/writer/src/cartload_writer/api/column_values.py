"""Values of columns: from a query's text to what the database compares, and from rows to JSON."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cartload.schema import Column

type Convert = Callable[[Any], Any]

_LONGEST = 500
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def parse(column: Column, text: str, ids: str) -> Any:
    """The value that a text stands for. Raises ValueError saying what is allowed."""
    if len(text) > _LONGEST or "\0" in text:
        raise ValueError(f"must be at most {_LONGEST} characters, none of them NUL")
    # To compare an ASCII column with other letters is an error of the server ("illegal mix of collations").
    if not text.isascii() and (column.ascii or column.type == "id"):
        raise ValueError("must be ASCII")
    match column.type:
        case "id":
            return text if ids == "uuid" else _whole(text)
        case "string":
            return text
        case "enum":
            return _one_of(text, column.values)
        case "integer" | "money":
            return _whole(text)
        case "decimal":
            return _decimal(text)
        case "boolean":
            return boolean(text)
        case "date":
            return _date(text)
        case "timestamp":
            return _time(text)


def _one_of(text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise ValueError(f"must be one of {', '.join(values)}")
    return text


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text) or abs(int(text)) >= 2**63:
        raise ValueError("must be a whole number")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("must be a number") from error
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ValueError("must be a number of ordinary size")
    return value


def boolean(text: str) -> bool:
    """Read `true` or `false`. Raises ValueError for anything else."""
    if text not in _BOOLEANS:
        raise ValueError("must be true or false")
    return _BOOLEANS[text]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("must be a date such as 2026-01-31") from error


def _time(text: str) -> datetime:
    message = "must be a time such as 2026-01-31T12:00:00.000Z"
    try:
        # A bare + in a query string reads as a blank.
        value = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if value.tzinfo is None:
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise ValueError(message) from error


def converters(columns: Sequence[Column]) -> tuple[Convert | None, ...]:
    """For each column, what makes its stored value JSON; None where it is JSON already."""
    return tuple(_CONVERTERS.get(column.type) for column in columns)


def as_json(names: Sequence[str], convert: Sequence[Convert | None], row: Sequence[Any]) -> dict[str, Any]:
    """A stored row as a JSON object."""
    return {
        name: value if value is None or function is None else function(value)
        for name, function, value in zip(names, convert, row, strict=True)
    }


def time_text(value: datetime) -> str:
    """A naive UTC time as RFC 3339 with milliseconds."""
    return f"{value.isoformat(timespec='milliseconds')}Z"


_CONVERTERS: dict[str, Convert] = {
    "timestamp": time_text,
    "date": date.isoformat,
    "boolean": bool,
    # At most eight digits: the shortest text of the nearest double is the decimal itself.
    "decimal": float,
}
