"""Whether a reader with a newer JSON Schema still takes what was written under an older one."""

from collections.abc import Iterator
from typing import Any

from cartload_contracts.model import FORMER_NAME

type Schema = dict[str, Any]

_LOWER_BOUNDS = ("minimum", "minLength", "minItems")
_UPPER_BOUNDS = ("maximum", "maxLength", "maxItems")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Name every change by which a message that fits `old` may be refused by `new`; empty is compatible."""
    return list(_compare(old, new, old, new, "$", frozenset()))


def _compare(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    # A model may contain itself; a pair that is being compared further up need not be compared again.
    pair = (old.get("$ref", ""), new.get("$ref", ""))
    if all(pair) and pair in seen:
        return
    seen = seen | {pair}
    old, new = _resolve(old, old_root), _resolve(new, new_root)

    yield from _values(old, new, path)
    yield from _bounds(old, new, path)
    yield from _properties(old, new, path)
    for name, before in old.get("properties", {}).items():
        after = _property(new, name)
        if after is not None:
            yield from _compare(before, after, old_root, new_root, f"{path}.{name}", seen)
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            yield from _compare(old[word], new[word], old_root, new_root, f"{path}[]", seen)
    yield from _alternatives(old, new, old_root, new_root, path, seen)


def _resolve(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if old.get("type") != new.get("type"):
        yield f"{path}: type was {old.get('type')!r}, is {new.get('type')!r}"
    for word in ("const", "pattern", "format"):
        if word in new and old.get(word) != new[word]:
            yield f"{path}: {word} was {old.get(word)!r}, is {new[word]!r}"
    if "enum" in new:
        gone = [value for value in old.get("enum", ["(anything)"]) if value not in new["enum"]]
        if gone:
            yield f"{path}: no longer allows {', '.join(map(repr, gone))}"


def _bounds(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for word in _LOWER_BOUNDS:
        if word in new and old.get(word, float("-inf")) < new[word]:
            yield f"{path}: {word} was {old.get(word)}, is {new[word]}"
    for word in _UPPER_BOUNDS:
        if word in new and old.get(word, float("inf")) > new[word]:
            yield f"{path}: {word} was {old.get(word)}, is {new[word]}"


def _properties(old: Schema, new: Schema, path: str) -> Iterator[str]:
    given = set(old.get("required", []))
    for name in new.get("required", []):
        if not given & {name, new.get("properties", {}).get(name, {}).get(FORMER_NAME)}:
            yield f"{path}.{name}: is required now"
    if new.get("additionalProperties") is False:
        for name in old.get("properties", {}):
            if _property(new, name) is None:
                yield f"{path}.{name}: was removed"


def _property(schema: Schema, name: str) -> Schema | None:
    """The property that a message's `name` is read into: the one so called, or the one formerly so called."""
    properties: dict[str, Schema] = schema.get("properties", {})
    renamed = (found for found in properties.values() if found.get(FORMER_NAME) == name)
    return properties.get(name) or next(renamed, None)


def _alternatives(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    for word in ("oneOf", "anyOf"):
        if word not in old:
            continue
        candidates = new.get(word, [])
        # Old alternatives need a home; new ones may be added, since no message on the topic is one of them.
        for before in old[word]:
            tried = [list(_compare(before, after, old_root, new_root, path, seen)) for after in candidates]
            if not any(problems == [] for problems in tried):
                name = before.get("$ref", before.get("type", "?"))
                detail = min(tried, key=len, default=["it was removed"])
                yield f"{path}: {name} no longer fits: {'; '.join(detail)}"
