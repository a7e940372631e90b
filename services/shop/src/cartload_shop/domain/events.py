"""What a change of a row is told as: the events that a stream of a dataset has, with the same data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from cartload import schema
from cartload.events.row_changes import CREATED, UPDATED
from cartload.events.topics import BUSINESS_TOPICS, EventType, types_of

type Row = Mapping[str, Any]
"""A row by columns, as the database gives it: aware times, decimals."""

_TYPES = types_of(BUSINESS_TOPICS)


@dataclass(frozen=True, slots=True)
class ShopEvent:
    """Something that happened in a shop, before it has a number."""

    type: str
    topic: str
    key: str
    table: str
    row_id: str
    data: str
    """JSON, as on the topic."""

    def id(self, shop_id: UUID, sequence: int) -> UUID:
        """The id of the event: a UUID version 5, whose namespace is that of the topic in the shop."""
        return uuid5(uuid5(shop_id, self.topic), f"{self.table}:{self.row_id}:{sequence}")


def events_of(table: str, before: Row | None, after: Row) -> list[ShopEvent]:
    """The events that tell of one change of a row; ``before`` is None for a new one.

    A change of which none of a shop's types tells makes no event.
    """
    return [
        _event(kind, before, after) for kind in _TYPES if kind.table == table and _tells(kind, before, after)
    ]


def _tells(kind: EventType, before: Row | None, after: Row) -> bool:
    operation = CREATED if before is None else UPDATED
    if operation not in kind.operations or any(after[column] not in values for column, values in kind.where):
        return False
    return kind.previous is None or before is None or before[kind.previous] != after[kind.previous]


def _event(kind: EventType, before: Row | None, after: Row) -> ShopEvent:
    data = {column.name: after[column.name] for column in schema.table(kind.table).columns}
    if kind.previous is not None:
        data[f"previous_{kind.previous}"] = None if before is None else before[kind.previous]
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, default=_json)
    return ShopEvent(kind.name, kind.topic, str(after[kind.key]), kind.table, str(after["id"]), text)


def _json(value: object) -> Any:
    """As rows in JSON Lines have it: times in RFC 3339 with milliseconds, decimals as numbers."""
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
    raise TypeError(f"no column has values of {type(value).__name__}")


def rfc3339(time: datetime) -> str:
    """A time in UTC with milliseconds and Z."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
