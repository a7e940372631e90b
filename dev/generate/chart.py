"""Write what the Helm chart takes from elsewhere: settings, alerts, dashboards; and its README's table."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cartload_kit.settings import Settings, is_secret, variable
from cartload_kit.settings_docs import describe_setting, role_of
from configuration import role_classes

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "cartload"
SCHEMA = CHART / "values.schema.json"
FILES = CHART / "files"
README = CHART / "README.md"
OBSERVED = {"rules": "*.yaml", "dashboards": "*.json"}
"""Folders below deploy/observability that the chart carries: it can read its own files only."""

SET_BY_THE_CHART = {
    "CARTLOAD_AUTH_URL",
    "CARTLOAD_GENERATOR_URL",
    "CARTLOAD_JWKS_URL",
    "CARTLOAD_METRICS_PORT",
    "CARTLOAD_NOTIFIER_URL",
    "CARTLOAD_PROXY_BYPASS",
    "CARTLOAD_SHOP_URL",
    "CARTLOAD_WRITER_URL",
}
SET_IN_THE_IMAGES = {"CARTLOAD_HOST", "CARTLOAD_PORT", "CARTLOAD_UI_DIR"}
WITHOUT_SENSE = {"CARTLOAD_DISK_PATH", "CARTLOAD_DISK_RESERVE_BYTES"}
"""They watch a disk of this machine, which a pod has none of."""

_NOT_VALUES = SET_BY_THE_CHART | SET_IN_THE_IMAGES | WITHOUT_SENSE
_OF_SERVERS = ("CARTLOAD_KAFKA_", "CARTLOAD_BLOB_")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "pattern", "minLength")
_START, _END = "<!-- values -->\n", "<!-- end of values -->\n"


def settings_by_role() -> dict[str, list[str]]:
    """Return the settings that each role may be given by the value `settings`."""
    return {role_of(cls).replace(" ", "-"): sorted(_values(cls)) for cls in role_classes()}


def settings_schema() -> dict[str, Any]:
    """Return the schema of each such setting, in the order of the alphabet."""
    found: dict[str, Any] = {}
    for cls in role_classes():
        for name, field in _values(cls).items():
            found.setdefault(name, _schema(cls, field))
    return dict(sorted(found.items()))


def schema() -> dict[str, Any]:
    """Return the chart's schema, with the settings as the settings classes have them."""
    document: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    document["properties"]["settings"]["properties"] = settings_schema()
    return document


def readme() -> str:
    """Return the chart's README with its table drawn anew."""
    before, _, rest = README.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    rows = "".join(_rows(schema(), defaults))
    return f"{before}{_START}| value | allowed | default | meaning |\n|---|---|---|---|\n{rows}{_END}{after}"


def main() -> None:
    """Write all of it."""
    _write_json(SCHEMA, schema())
    _write_json(FILES / "settings.json", settings_by_role())
    for folder, pattern in OBSERVED.items():
        shutil.rmtree(FILES / folder, ignore_errors=True)
        for source in sorted((ROOT / "deploy" / "observability" / folder).glob(pattern)):
            (FILES / folder).mkdir(exist_ok=True)
            shutil.copyfile(source, FILES / folder / source.name)
    README.write_text(readme(), encoding="utf-8")


def _values(cls: type[Settings]) -> dict[str, str]:
    """Return the settings of a class that may be values, each with its field."""
    fields = {
        variable(cls, name): name for name, info in cls.model_fields.items() if not is_secret(name, info)
    }
    return {
        setting: name
        for setting, name in fields.items()
        if setting not in _NOT_VALUES and not setting.startswith(_OF_SERVERS)
    }


def _schema(cls: type[Settings], field: str) -> dict[str, Any]:
    said = cls.model_json_schema()["properties"][field]
    said = next((one for one in said.get("anyOf", ()) if one["type"] != "null"), said)
    # A list is one text with commas, as in the environment.
    kind = "string" if said["type"] == "array" else said["type"]
    bounds = {bound: said[bound] for bound in _BOUNDS if bound in said}
    return {"type": kind, "description": describe_setting(cls, field).meaning, **bounds}


def _rows(document: dict[str, Any], defaults: Any) -> Iterator[str]:
    """Yield the table's rows: one a value, in the order of the schema."""
    yield from _rows_of(document, document, "", defaults)


def _rows_of(document: dict[str, Any], part: dict[str, Any], path: str, default: Any) -> Iterator[str]:
    for name, said in part["properties"].items():
        if path == "settings":
            continue
        inner = f"{path}.{name}".lstrip(".")
        value = default.get(name) if isinstance(default, dict) else None
        whole = {**document["$defs"][said["$ref"].rsplit("/", 1)[1]], **said} if "$ref" in said else said
        if (
            whole.get("properties")
            and not (value == {} and name in ("digests", "refs"))
            and name != "settings"
        ):
            yield f"| **`{inner}`** | | | {whole['description']} |\n"
            yield from _rows_of(document, whole, inner, value)
        else:
            yield f"| `{inner}` | {_allowed(whole)} | {_shown(value)} | {whole['description']} |\n"


def _allowed(said: dict[str, Any]) -> str:
    if "enum" in said:
        return ", ".join(f"`{value}`" if value else "empty" for value in said["enum"])
    if said["type"] == "integer":
        return f"{said['minimum']} to {said['maximum']}"
    words = {"string": "text", "boolean": "`true`, `false`", "array": "list", "object": "map"}
    return words[said["type"]]


def _shown(value: Any) -> str:
    return "" if value in ("", None) else f"`{json.dumps(value).strip(chr(34))}`"


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
