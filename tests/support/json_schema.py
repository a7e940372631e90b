"""JSON Schema, with `jsonschema` imported by the first test that needs it: that takes it over a second."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def require_valid(document: Any, schema: dict[str, Any]) -> None:
    """Raises jsonschema's SchemaError or ValidationError unless the schema is one and the document fits."""
    _validator(json.dumps(schema)).validate(document)


@cache
def _validator(schema: str) -> "Draft202012Validator":
    """A validator of what is a schema: to find that out takes longer than to hold a document against it."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(schema))
    return Draft202012Validator(json.loads(schema))
