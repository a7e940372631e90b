"""A spec as commented YAML: every field with its meaning and what it may be."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from cartload.spec import fields as spec_fields
from cartload.spec.documents import dump_flow
from cartload.spec.fields import Field
from cartload.spec.model import Spec


def commented(raw: Mapping[str, Any], spec: Spec, *, full: bool) -> str:
    """The spec, whose checked form is ``spec``, as YAML that parses back to it.

    Without ``full`` what ``raw`` leaves to its default is commented out, by a ``#`` without a space.
    """
    values = spec.model_dump()
    lines: list[str] = []
    for section, fields in groupby(spec_fields.fields(), lambda field: field.path[:-1]):
        shown = [(field, full or _has(raw, field.path)) for field in fields]
        if section:
            name = section[0]
            # A section of comments only is a comment itself: without a field, its name would stand for
            # null.
            mark = "" if any(active for _, active in shown) else "#"
            lines += ["", f"# {spec_fields.section(name)}", f"{mark}{name}:"]
        elif lines:
            lines.append("")
        for field, active in shown:
            lines += _entry(field, _at(values, field.path), active)
    return "\n".join(lines) + "\n"


def _entry(field: Field, value: Any, active: bool) -> Iterator[str]:
    indent = "  " * (len(field.path) - 1)
    yield f"{indent}# {field.meaning.removesuffix('.')} ({field.allowed})."
    lines = _lines(field.path[-1], value)
    yield from (f"{'' if active else '#'}{indent}{line}" for line in lines)


def _lines(name: str, value: Any) -> Iterator[str]:
    """The value on the line of its name; a list of mappings and entries by name below it."""
    if isinstance(value, Mapping) and value:
        yield f"{name}:"
        yield from (f"  {_flow(key)}: {_flow(entry)}" for key, entry in value.items())
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        yield f"{name}:"
        yield from (f"  - {_flow(entry)}" for entry in value)
    else:
        yield f"{name}: {_flow(value)}"


def _flow(value: Any) -> str:
    return dump_flow(list(value) if isinstance(value, tuple) else value)


def _has(raw: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    below: Any = raw
    for part in path:
        if not isinstance(below, Mapping) or part not in below:
            return False
        below = below[part]
    return True


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        values = values.get(part)
    return values
