"""YAML and JSON texts as values, by one set of rules: those of YAML 1.2, which has JSON as a part.

PyYAML follows YAML 1.1, where ``010`` is 8, ``1:30`` is 90, ``NO`` is false and ``1e0`` a text. Names of
fields are texts, and no mapping or object has one of them twice, however deep it lies.
"""

import json
import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml

_CORE_SCHEMA: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)
"""What a plain text is, by the specification of YAML 1.2 (10.3.2), and which letters it can begin with."""


class DocumentError(ValueError):
    """A text that is no YAML or JSON, or has a name twice; the message is one line."""


def parse_yaml(text: str) -> Any:
    """The value of a YAML text. Raises DocumentError."""
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
        json.dumps(value, default=str)  # Refuses a value that holds itself by an alias.
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise DocumentError(" ".join(str(error).split())) from None
    return value


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises DocumentError."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise DocumentError(str(error)) from None


def read_mapping(path: Path) -> dict[str, Any]:
    """The fields with values in a YAML or JSON file, told apart by its name; an empty file has none.

    Raises OSError, and DocumentError where the file holds anything else.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # without the byte order mark that some editors write
    except UnicodeDecodeError as error:
        raise DocumentError(f"cannot be read: {error}") from None
    is_json = path.suffix.lower() == ".json"
    try:
        found = parse_json(text) if is_json else parse_yaml(text)
    except DocumentError as error:
        raise DocumentError(f"is not {'JSON' if is_json else 'YAML'}: {error}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise DocumentError(f"holds {type(found).__name__}, not fields with values")
    return found


def dump_flow(value: Any) -> str:
    """A value as YAML on one line, which YAML 1.1 and 1.2 read alike."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, width=1000, sort_keys=False, allow_unicode=True
    )
    # PyYAML ends a document that is a single plain value by a line of three dots.
    return text.removesuffix("\n").removesuffix("\n...")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require_unique(name for name, _ in pairs)
    return dict(pairs)


def _require_unique(names: Iterable[str], place: str = "") -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DocumentError(f"{name} is there twice{place}")
        seen.add(name)


def _no_number(name: str) -> NoReturn:
    raise DocumentError(f"{name} is no number in JSON")


class _Loader(yaml.SafeLoader):
    # Emptied, since PyYAML looks in here for the rules of YAML 1.1, which a subclass only adds to.
    yaml_implicit_resolvers = {}  # noqa: RUF012 as in the base

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Take names as they are written: the name NO is NO, not a boolean, and 1 is a text."""
        place = f" in line {node.start_mark.line + 1} and below"
        for name, _ in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise DocumentError(f"a name is no text{place}")
        _require_unique((name.value for name, _ in node.value), place)
        return {name.value: self.construct_object(value, deep=deep) for name, value in node.value}

    def construct_whole(self, node: yaml.ScalarNode) -> int:
        """YAML 1.1's rules would read 010 as 8."""
        text = self.construct_scalar(node)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)


class _Dumper(yaml.SafeDumper):
    """Quotes what either version of YAML would read as something else than text."""


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_whole)
for _name, _pattern, _first in _CORE_SCHEMA:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), _first)
