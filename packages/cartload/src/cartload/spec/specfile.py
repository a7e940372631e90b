"""Specs from where users keep them: YAML or JSON files, presets by name, single fields as text."""

from pathlib import Path
from typing import Any

from cartload.spec import SpecError
from cartload.spec import fields as spec_fields
from cartload.spec.documents import DocumentError, parse_yaml, read_mapping
from cartload.spec.model import Spec
from cartload.spec.presets import PRESETS


def load(name: str) -> dict[str, Any]:
    """The spec behind a preset's name or a file's path, not yet checked. Raises SpecError."""
    if name in PRESETS:
        return dict(PRESETS[name])
    return read_file(Path(name))


def read_file(path: Path) -> dict[str, Any]:
    """The spec in a YAML or JSON file, not yet checked. Raises SpecError."""
    try:
        return read_mapping(path)
    except FileNotFoundError:
        presets = ", ".join(PRESETS)
        raise _error(str(path), f"neither a file nor a preset; presets are {presets}") from None
    except OSError as error:
        raise _error(str(path), f"cannot be read: {error}") from None
    except DocumentError as error:
        raise _error(str(path), str(error)) from None


def _error(value: str, message: str) -> SpecError:
    return SpecError([{"field": "spec", "value": value, "message": message}])


def set_field(raw: dict[str, Any], setting: str) -> None:
    """Put ``path=value`` into a raw spec; the value is read as its field's type asks. Raises SpecError.

    One entry of a field that holds many, such as ``tax.rates.DE`` or ``season.events.0.factor``, leaves the
    others as they are.
    """
    path, equals, text = setting.partition("=")
    parts = path.strip().split(".")
    node = spec_fields.find(parts)
    if not equals:
        raise SpecError([{"field": path, "value": setting, "message": "expected as path=value"}])
    if node is None:
        raise SpecError([{"field": path, "value": text, "message": _unknown(parts)}])
    value = text if spec_fields.is_text(node) else _value(path, text)
    target: Any = raw
    for depth, part in enumerate(parts[:-1], 1):
        below = _default(parts[:depth])
        there = _entry(target, part)
        if isinstance(there, type(below)):
            # A copy, since what is there may be a preset's, from which other specs start too.
            below = there.copy()
        _put(target, part, below, setting)
        target = below
    _put(target, parts[-1], value, setting)


def _entry(container: Any, part: str) -> Any:
    """What a mapping or list has under a name or position; None where it has nothing there."""
    if isinstance(container, list):
        return container[int(part)] if int(part) < len(container) else None
    return container.get(part)


def _put(container: Any, part: str, value: Any, setting: str) -> None:
    if not isinstance(container, list):
        container[part] = value
    elif int(part) < len(container):
        container[int(part)] = value
    else:
        path, _, text = setting.partition("=")
        message = f"no such entry: the list has {len(container)}, counted from 0"
        raise SpecError([{"field": path, "value": text, "message": message}])


def _unknown(parts: list[str]) -> str:
    """Which part is not there, and what is."""
    known = 0
    while spec_fields.find(parts[: known + 1]) is not None:
        known += 1
    options = spec_fields.names(parts[:known])
    there = f"there are {', '.join(options)}" if options else f"{'.'.join(parts[:known])} has no fields"
    return f"no such field: {there}"


def _default(path: list[str]) -> Any:
    """What a field starts from: a section from nothing, entries by name or position from their defaults."""
    if spec_fields.names(path):
        return {}
    value: Any = Spec().model_dump(mode="json")
    for part in path:
        value = value[part]
    return value


def _value(path: str, text: str) -> Any:
    if not text.strip():
        raise SpecError([{"field": path, "value": text, "message": "no value is given; null is one"}])
    try:
        return parse_yaml(text)
    except DocumentError:
        raise SpecError([{"field": path, "value": text, "message": "is no value"}]) from None
