"""A change that would refuse messages already on a topic is named; an addition is not."""

from copy import deepcopy
from typing import Any

import pytest

from cartload_contracts import envelope
from cartload_contracts.compatibility import breaking_changes

OLD: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "rows": {"type": "integer", "minimum": 0, "maximum": 10},
        "state": {"enum": ["on", "off"]},
        "part": {"oneOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]},
    },
    "$defs": {
        "A": {"type": "object", "properties": {"type": {"const": "a"}}},
        "B": {"type": "object", "properties": {"type": {"const": "b"}}},
    },
}


def changed(**properties: object) -> dict[str, Any]:
    schema = deepcopy(OLD)
    schema["properties"].update(properties)
    return schema


def test_the_same_schema_is_compatible() -> None:
    assert breaking_changes(OLD, deepcopy(OLD)) == []


def test_an_optional_field_and_wider_bounds_are_compatible() -> None:
    wider = {"type": "integer", "minimum": -1, "maximum": 11}
    assert breaking_changes(OLD, changed(note={"type": "string"}, rows=wider)) == []


@pytest.mark.parametrize(
    ("new", "names"),
    [
        ({**OLD, "required": ["id", "rows"]}, "$.rows: is required now"),
        (changed(id={"type": "integer"}), "$.id: type was 'string', is 'integer'"),
        (changed(rows={"type": "integer", "minimum": 1, "maximum": 10}), "$.rows: minimum was 0, is 1"),
        (changed(rows={"type": "integer", "minimum": 0, "maximum": 9}), "$.rows: maximum was 10, is 9"),
        (changed(state={"enum": ["on"]}), "$.state: no longer allows 'off'"),
        (changed(id={"type": "string", "pattern": "x"}), "$.id: pattern was None, is 'x'"),
        (changed(part={"oneOf": [{"$ref": "#/$defs/A"}]}), "$.part: #/$defs/B no longer fits"),
    ],
)
def test_a_narrowing_is_named(new: dict[str, Any], names: str) -> None:
    assert any(change.startswith(names) for change in breaking_changes(OLD, new))


def test_a_removed_field_is_named() -> None:
    new = deepcopy(OLD)
    del new["properties"]["state"]
    assert breaking_changes(OLD, new) == ["$.state: was removed"]


def test_a_removed_message_of_a_real_union_is_named() -> None:
    old = envelope.schema_of(envelope.RESULTS)
    new = deepcopy(old)
    new["oneOf"] = [option for option in new["oneOf"] if not option["$ref"].endswith("Sealing")]
    assert any("Sealing" in change for change in breaking_changes(old, new))


def test_a_property_that_names_its_former_name_is_no_removal() -> None:
    new = deepcopy(OLD)
    new["properties"]["key"] = {**new["properties"].pop("id"), "x-formerly": "id"}
    new["required"] = ["key"]
    assert breaking_changes(OLD, new) == []
    new["properties"]["key"]["type"] = "integer"
    assert breaking_changes(OLD, new) == ["$.id: type was 'string', is 'integer'"]
