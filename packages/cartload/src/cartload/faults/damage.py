"""What faults do to the line of an event."""

import re
from typing import Any, Final
from uuid import UUID, uuid5

NEW_FIELD: Final = ("schema_version", 2)
"""The field that no schema has, and its value."""
# A number of the event's data, in CDC of the row after the change; none of them is a key.
_NUMBER: Final = re.compile(rb'"(?P<field>[a-z_0-9]+)":(?P<value>-?[0-9]+(?:\.[0-9]+)?)(?=[,}])')
_DATA: Final = b',"data":{'
_AFTER: Final = b'"after":{'
_SOURCE: Final = b'},"op":"'
_ID: Final = re.compile(rb'(?<="id":")[0-9a-f-]{36}(?=","topic":)')


def corrupted(line: bytes, draw: int) -> tuple[bytes, dict[str, Any]] | None:
    """The line with a wrong number, and which one that is; None where it has no number that can be wrong."""
    start, stop = _row(line)
    numbers = [found for found in _NUMBER.finditer(line, start, stop) if not _is_key(found["field"])]
    if not numbers:
        return None
    number = numbers[draw % len(numbers)]
    value = number["value"]
    negated = value[1:] if value.startswith(b"-") else b"-" + value
    wrong = (b"null", b'"n/a"', negated if float(value) else b"-1")[draw // len(numbers) % 3]
    done = {"field": number["field"].decode(), "was": value.decode(), "is": wrong.decode()}
    return line[: number.start("value")] + wrong + line[number.end("value") :], done


def poisoned(line: bytes, draw: int) -> tuple[bytes, dict[str, Any]]:
    """A message with an id of its own, whose data breaks off."""
    start = line.index(_DATA) + len(_DATA)
    # At least the bracket that ends the data is lost, and at least one that begins it is there.
    length = draw % (len(line) - len(b"}}\n") - start + 1)
    found = _ID.search(line, 0, start)
    assert found is not None  # noqa: S101 - every line has one
    own = str(uuid5(UUID(found[0].decode()), "poison"))
    cut = line[: found.start()] + own.encode() + line[found.end() : start + length] + b"}\n"
    return cut, {"id": own}


def evolved(line: bytes) -> tuple[bytes, dict[str, Any]]:
    """The line with a field more."""
    name, value = NEW_FIELD
    start, _ = _row(line)
    return line[:start] + f'"{name}":{value},'.encode() + line[start:], {"field": name, "is": str(value)}


def _row(line: bytes) -> tuple[int, int]:
    """Where the members of the event's data are, in CDC those of the row after the change."""
    start = line.index(_DATA) + len(_DATA)
    after = line.find(_AFTER, start)
    if after < 0:
        return start, len(line)
    return after + len(_AFTER), line.index(_SOURCE, after)


def _is_key(field: bytes) -> bool:
    return field == b"id" or field.endswith(b"_id")
