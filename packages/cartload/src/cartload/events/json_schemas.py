"""JSON Schemas of a stream's lines, one for each topic, drawn from the tables and the types of events."""

from typing import Any, Final

from cartload._identity import VINTAGE
from cartload.events.row_changes import CREATED
from cartload.events.stream import ITEMS, SESSIONS
from cartload.events.topics import EVENT_TYPES, TOPICS, VISITOR_COLUMNS, EventType, Form
from cartload.schema import Column, table

type Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, Schema]:
    """The schema of each topic's lines, by topic."""
    return {
        topic: {
            "$schema": _DIALECT,
            "title": topic,
            "x-vintage": VINTAGE,
            "oneOf": [_line(kind) for kind in EVENT_TYPES if kind.topic == topic],
        }
        for topic in TOPICS
    }


def _line(kind: EventType) -> Schema:
    return _object(
        {
            "type": {"const": kind.name},
            "key": _told("string", _KEYS[kind.form]),
            "sequence": {
                **_told("integer", "Number of the event among those of its key on the topic, without a gap."),
                "minimum": 1,
            },
            "time": {**_told("string", "When it happened, UTC."), "format": "date-time"},
            "id": {**_told("string", "The same in every replay."), "format": "uuid"},
            "topic": {"const": kind.topic},
            "data": _data(kind) if kind.form == "business" else _envelope(kind),
        },
        kind.description,
    )


_KEYS: Final[dict[Form, str]] = {
    "business": "The key's id as text.",
    "cdc": "The primary key as a JSON object, as text.",
}


def _data(kind: EventType) -> Schema:
    fields = {column.name: _column(column, kind.form) for column in table(kind.table).columns}
    if kind.previous is not None:
        fields[f"previous_{kind.previous}"] = _previous(kind, table(kind.table).column(kind.previous))
    if kind.visitor:
        fields |= {name: _column(table(SESSIONS).column(name), kind.form) for name in VISITOR_COLUMNS}
    if kind.items:
        rows = _object({column.name: _column(column, kind.form) for column in table(ITEMS).columns})
        fields["items"] = {"type": "array", "minItems": 1, "items": rows}
    return _object(fields)


def _previous(kind: EventType, column: Column) -> Schema:
    former = {**_column(column, kind.form), "description": f"The {column.name} before."}
    return _or_null(former) if CREATED in kind.operations else former


def _envelope(kind: EventType) -> Schema:
    row = _object({column.name: _column(column, kind.form) for column in table(kind.table).columns})
    return _object(
        {
            "before": {"type": "null"} if CREATED in kind.operations else row,
            "after": row,
            "op": {"const": kind.operations[0]},
            "ts_ms": _told("integer", "When it happened, in milliseconds since 1970."),
            "source": _object(
                {
                    "connector": {"const": "cartload"},
                    "name": {"type": "string"},
                    "snapshot": {"const": "false"},
                    "table": {"const": kind.table},
                    "ts_ms": {"type": "integer"},
                }
            ),
        }
    )


def _object(properties: Schema, description: str | None = None) -> Schema:
    told = {} if description is None else {"description": description}
    return {
        **told,
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _column(column: Column, form: Form) -> Schema:
    found = {**_value(column, form), "description": column.description}
    return _or_null(found) if column.nullable else found


def _or_null(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [*kinds, "null"], **values}


def _value(column: Column, form: Form) -> Schema:
    match column.type:
        case "id":
            return {"type": ["string", "integer"]}
        case "string":
            return {"type": "string", "maxLength": column.length}
        case "enum":
            return {"type": "string", "enum": list(column.values)}
        case "integer" | "money":
            return {"type": "integer"}
        case "decimal":
            return {"type": "number"} if form == "business" else {"type": "string"}
        case "boolean":
            return {"type": "boolean"}
        case "date":
            return {"type": "string", "format": "date"} if form == "business" else {"type": "integer"}
        case "timestamp":
            return {"type": "string", "format": "date-time"} if form == "business" else {"type": "integer"}


def _told(kind: str, description: str) -> Schema:
    return {"type": kind, "description": description}
