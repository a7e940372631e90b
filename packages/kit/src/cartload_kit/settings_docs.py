"""The page docs/configuration.md, drawn from the settings classes so that it cannot be wrong."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from cartload_kit.settings import Settings, is_secret, variable

_HEAD = """# Configuration

Every process is configured by environment variables and nothing else. A process checks its settings
when it starts; when something is wrong it prints one line for each problem and exits with code 2.
An empty variable counts as not set. Where `CARTLOAD_SECRETS_DIR` names a folder, a file in it stands for
the variable of its name, which suits secrets; a variable that is set wins. This page is generated from the
settings classes; a test keeps it true.

| variable | used by | allowed | default | meaning |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class SettingDescription:
    """What a reader needs to know of a setting: what is allowed, the default, the meaning."""

    allowed: str
    default: str
    meaning: str


@dataclass
class _Row:
    name: str
    allowed: str
    default: str
    meaning: str
    roles: list[str] = field(default_factory=list)


def role_of(cls: type[Settings]) -> str:
    """The process that reads ``cls``: ``generator worker`` for ``WorkerSettings`` of the generator."""
    service = cls.__module__.split(".")[0].removeprefix("cartload_")
    role = cls.__name__.removesuffix("Settings").lower().removeprefix(service)
    return f"{service} {role}".strip()


def render(classes: Iterable[type[Settings]]) -> str:
    """The whole page, as Markdown: one row a variable, in the order of the alphabet.

    Raises ValueError when a field has no description.
    """
    rows: dict[tuple[str, str, str, str], _Row] = {}
    for cls in classes:
        for name in cls.model_fields:
            row = _row(cls, name)
            key = (row.name, row.allowed, row.default, row.meaning)
            rows.setdefault(key, row).roles.append(role_of(cls))
    return _HEAD + "".join(_line(rows[key]) for key in sorted(rows))


def describe_setting(cls: type[Settings], name: str) -> SettingDescription:
    """What is said of a field; raises ValueError when it has no description."""
    info = cls.model_fields[name]
    if not info.description:
        raise ValueError(f"{cls.__module__}.{cls.__name__}.{name} has no description")
    return SettingDescription(_allowed(cls, name), _default(name, info), info.description)


def _row(cls: type[Settings], name: str) -> _Row:
    said = describe_setting(cls, name)
    return _Row(variable(cls, name), said.allowed, said.default, said.meaning)


def _line(row: _Row) -> str:
    cells = (f"`{row.name}`", ", ".join(sorted(set(row.roles))), row.allowed, row.default, row.meaning)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def _default(name: str, info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value == () or value == "":
        return "empty"
    if is_secret(name, info) or isinstance(value, SecretStr):
        return "a secret"
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, float):
        value = _plain(value)
    if isinstance(value, tuple | list | set | frozenset):
        value = ",".join(str(part) for part in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(cls: type[Settings], name: str) -> str:
    info = cls.model_fields[name]
    schema = cls.model_json_schema(mode="validation")
    described = _describe(schema["properties"][name], schema.get("$defs", {}))
    return f"{described} (secret)" if is_secret(name, info) else described


def _describe(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _describe(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "allOf" in schema:
        return _describe(schema["allOf"][0], definitions)
    if "anyOf" in schema:
        parts = [_describe(part, definitions) for part in schema["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return _describe_plain(schema)


def _describe_plain(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "text")
    if kind in ("integer", "number"):
        return _bounds("whole number" if kind == "integer" else "number", schema)
    formats = {"uri": "URL", "path": "path", "file-path": "path", "directory-path": "path"}
    names = {
        "string": formats.get(schema.get("format", ""), "text"),
        "boolean": "`true`, `false`",
        "array": "list, separated by commas",
    }
    return names.get(str(kind), str(kind))


def _bounds(kind: str, schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{kind}, {_plain(low)} to {_plain(high)}"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    parts = [f"{word} {_plain(schema[name])}" for name, word in words.items() if name in schema]
    return ", ".join([kind, *parts])


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
