"""Changes of rows as the statements that an application sends: INSERT, and UPDATE of what changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import batched, groupby
from typing import Any, Final

from pydantic_core import from_json

from cartload.events.row_changes import CREATED
from cartload.events.topics import CDC
from cartload.schema import Column, table

_ROWS_AT_ONCE: Final = 200
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()

type Row = Mapping[str, Any]
type Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one row, as the envelope on a table's topic has it: without ``before`` the row is new."""

    table: str
    before: Row | None
    after: Row


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with ``%s`` for each value, and how many rows of its table it touches."""

    table: str
    sql: str
    values: Values
    rows: int


def changes(lines: Iterable[bytes]) -> Iterator[Change]:
    """The changes of some lines of a stream, all of tables' topics, in their order."""
    for line in lines:
        event = from_json(line)
        data = event["data"]
        before = None if data["op"] == CREATED else data["before"]
        yield Change(event["topic"].removeprefix(f"{CDC}."), before, data["after"])


def statements(changed: Iterable[Change]) -> Iterator[Statement]:
    """What makes the changes, in their order; new rows of a table that follow each other go together."""
    for (name, is_new), run in groupby(changed, lambda one: (one.table, one.before is None)):
        if is_new:
            for some in batched(run, _ROWS_AT_ONCE):
                yield _insert(name, [one.after for one in some])
        else:
            yield from map(_update, run)


def _insert(name: str, rows: list[Row]) -> Statement:
    readers = _readers(name)
    columns = ", ".join(f"`{column}`" for column in readers)
    places = f"({', '.join(['%s'] * len(readers))})"
    values = tuple(read(row[column]) for row in rows for column, read in readers.items())
    markers = ", ".join([places] * len(rows))
    return Statement(name, f"INSERT INTO `{name}` ({columns}) VALUES {markers}", values, len(rows))  # noqa: S608 names from the schema


def _update(change: Change) -> Statement:
    assert change.before is not None  # noqa: S101 - statements() calls it for those only
    readers = _readers(change.table)
    changed = [column for column in readers if change.before[column] != change.after[column]]
    settings = ", ".join(f"`{column}` = %s" for column in changed)
    values = tuple(readers[column](change.after[column]) for column in (*changed, "id"))
    sql = f"UPDATE `{change.table}` SET {settings} WHERE `id` = %s"  # noqa: S608 names from the schema
    return Statement(change.table, sql, values, 1)


@cache
def _readers(name: str) -> Mapping[str, Callable[[Any], Any]]:
    """How the envelope's value of each column becomes one that the database's client understands."""
    return {column.name: _reader(column) for column in table(name).columns}


def _reader(column: Column) -> Callable[[Any], Any]:
    match column.type:
        case "timestamp":
            return _moment
        case "date":
            return _day
        case _:
            return _same


def _moment(milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    return (_EPOCH + timedelta(milliseconds=milliseconds)).replace(tzinfo=None)


def _day(days: int | None) -> date | None:
    return None if days is None else date.fromordinal(_FIRST_DAY + days)


def _same(value: Any) -> Any:
    return value
