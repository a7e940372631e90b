"""Specs from where users keep them: YAML or JSON files, presets by name, single fields as text."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cartload.spec import SpecError
from cartload.spec import fields as spec_fields
from cartload.spec.model import Spec
from cartload.spec.presets import PRESETS


def named(name: str) -> dict[str, Any]:
    """The spec behind a preset's name or a file's path, not yet checked. Raises SpecError."""
    if name in PRESETS:
        return dict(PRESETS[name])
    return read(Path(name))


def read(path: Path) -> dict[str, Any]:
    """The spec in a YAML or JSON file, not yet checked. Raises SpecError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        presets = ", ".join(PRESETS)
        raise _error(str(path), f"neither a file nor a preset; presets are {presets}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _error(str(path), f"cannot be read: {error}") from None
    try:
        found = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
    except (ValueError, yaml.YAMLError) as error:
        raise _error(str(path), f"is not {_language(path)}: {' '.join(str(error).split())}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _error(str(path), f"holds {type(found).__name__}, not fields with values")
    return {str(name): value for name, value in found.items()}


def _language(path: Path) -> str:
    return "JSON" if path.suffix == ".json" else "YAML"


def _error(value: str, message: str) -> SpecError:
    return SpecError([{"field": "spec", "value": value, "message": message}])


def assign(raw: dict[str, Any], setting: str) -> None:
    """Put ``path=value`` into a raw spec; the value is read as its field's type asks. Raises SpecError.

    One entry of a field that holds many, such as ``tax.rates.DE``, leaves the others as they are.
    """
    path, equals, text = setting.partition("=")
    parts = path.strip().split(".")
    node = spec_fields.find(parts)
    if not equals:
        raise SpecError([{"field": path, "value": setting, "message": "expected as path=value"}])
    if node is None:
        raise SpecError([{"field": path, "value": text, "message": _unknown(parts)}])
    target = raw
    for depth, part in enumerate(parts[:-1], 1):
        below = target.get(part)
        target[part] = dict(below) if isinstance(below, Mapping) else _default(parts[:depth])
        target = target[part]
    target[parts[-1]] = text if spec_fields.is_text(node) else _value(path, text)


def _unknown(parts: list[str]) -> str:
    """Which part is not there, and what is."""
    known = 0
    while spec_fields.find(parts[: known + 1]) is not None:
        known += 1
    options = spec_fields.names(parts[:known])
    there = f"there are {', '.join(options)}" if options else f"{'.'.join(parts[:known])} has no fields"
    return f"no such field: {there}"


def _default(path: list[str]) -> dict[str, Any]:
    """What a field starts from: a section from nothing, entries by name from their defaults."""
    if spec_fields.names(path):
        return {}
    value: Any = Spec().model_dump(mode="json")
    for part in path:
        value = value[part]
    return dict(value)


def _value(path: str, text: str) -> Any:
    if not text.strip():
        raise SpecError([{"field": path, "value": text, "message": "no value is given; null is one"}])
    try:
        return yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
    except yaml.YAMLError:
        raise SpecError([{"field": path, "value": text, "message": "is no value"}]) from None


class _Loader(yaml.SafeLoader):
    """YAML without its surprises: only true and false are booleans (NO is Norway), no key twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 as in the base
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise yaml.YAMLError(f"{', '.join(sorted(map(str, twice)))} is there twice, {node.start_mark}")
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])
