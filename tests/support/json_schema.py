"""JSON Schema, with `jsonschema` imported by the first test that needs it: that takes it over a second."""

from typing import Any


def require_valid(document: Any, schema: dict[str, Any]) -> None:
    """Raises jsonschema's SchemaError or ValidationError unless the schema is one and the document fits."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
