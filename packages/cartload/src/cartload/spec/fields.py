"""The spec's fields as its JSON Schema tells them: what there is below a path, and what each may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cartload.spec.model import Spec

type Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: a leaf of the spec."""

    path: tuple[str, ...]
    meaning: str
    allowed: str
    default: Any


@cache
def _document() -> Node:
    return Spec.model_json_schema()


def section(name: str) -> str:
    """What a section of the spec is about."""
    description: str = _document()["properties"][name]["description"]
    return description


@cache
def fields() -> tuple[Field, ...]:
    """All settings in the order of the model."""
    return tuple(_leaves((), _document(), Spec().model_dump()))


def _leaves(path: tuple[str, ...], node: Node, defaults: Any) -> Iterator[Field]:
    for name, child in node["properties"].items():
        below, default = _resolved(child), defaults.get(name)
        if "properties" in below:
            yield from _leaves((*path, name), below, default)
        else:
            yield Field((*path, name), child["description"], allowed(below), default)


def find(path: Sequence[str]) -> Node | None:
    """The node of a path of names and list positions; None where the spec has nothing of the kind."""
    node = _document()
    for part in path:
        following = _below(node, part)
        if following is None:
            return None
        node = _resolved(following)
    return node


def names(path: Sequence[str]) -> list[str]:
    """The fields right below a path: all that may be there."""
    return list((find(path) or {}).get("properties", ()))


def _below(node: Node, part: str) -> Node | None:
    if "properties" in node:
        found: Node | None = node["properties"].get(part)
        return found
    if isinstance(node.get("additionalProperties"), dict):
        return dict(node["additionalProperties"])
    items = node.get("items")
    return items if isinstance(items, dict) and part.isdecimal() else None


def _resolved(node: Node) -> Node:
    """The node behind references; of alternatives the one that is not null, marked as nullable."""
    if "$ref" in node:
        # What stands beside the reference (its description, its default) goes before what is referred to.
        name = node["$ref"].rpartition("/")[2]
        return _resolved({**_document()["$defs"][name], **{k: v for k, v in node.items() if k != "$ref"}})
    if "anyOf" in node:
        kinds = [_resolved(kind) for kind in node["anyOf"] if kind.get("type") != "null"]
        return {**kinds[0], "nullable": len(kinds) < len(node["anyOf"])}
    return node


def is_text(node: Node) -> bool:
    """Whether a value there is written as it stands: text or a date, and never null."""
    return node.get("type") == "string" and not node.get("nullable")


def allowed(node: Node) -> str:
    """What a value may be, in a few words."""
    known = _resolved(node)
    return _kind(known) + (" or null" if known.get("nullable") else "")


def _kind(node: Node) -> str:
    match node:
        case {"enum": values}:
            return "one of " + ", ".join(str(value) for value in values)
        case {"const": value}:
            return str(value)
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "integer" | "number" as kind}:
            return ("whole number" if kind == "integer" else "number") + _bounds(node, "minimum", "maximum")
        case {"type": "string"}:
            return _text(node)
        case {"type": "array", "items": items}:
            return f"list of {_length(node)}: {allowed(items)}"
        case {"type": "object", "additionalProperties": dict() as values}:
            return f"{_keys(node)}: {allowed(values)}"
    return f"{', '.join(node['properties'])}" if "properties" in node else "anything"


def _bounds(node: Node, least: str, most: str) -> str:
    low, high = node.get(least, node.get("exclusiveMinimum")), node.get(most, _below_exclusive(node))
    match low, high:
        case None, None:
            return ""
        case _, None:
            return f" from {low:,}"
        case None, _:
            return f" up to {high:,}"
    return f" from {low:,} to {high:,}"


def _below_exclusive(node: Node) -> int | None:
    end = node.get("exclusiveMaximum")
    return None if end is None else end - 1


def _text(node: Node) -> str:
    if node.get("format") == "date":
        return "date, YYYY-MM-DD"
    if node.get("format") == "date-time":
        return "date and time with its zone, YYYY-MM-DDThh:mm:ssZ"
    if "pattern" in node:
        return f"text like {node['pattern']}"
    most = node.get("maxLength")
    return f"text of up to {most} characters" if most else "text"


def _length(node: Node) -> str:
    least, most = node.get("minItems", 0), node.get("maxItems")
    if least == most:
        return f"{least}"
    return f"up to {most}" if most else "any length"


def _keys(node: Node) -> str:
    keys = node.get("propertyNames", {})
    keys = _resolved(keys) if keys else {}
    return f"by {', '.join(keys['enum'])}" if "enum" in keys else "by name"
