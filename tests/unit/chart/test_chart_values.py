"""The chart's files by themselves: closed, described, and what the rest of the project says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from cartload_contracts.topics import PARTITIONS
from cartload_dev.checks import VERSION
from cartload_kit.settings import is_secret, variable
from support.generated import generator
from support.helm_chart import CHART, PROFILES
from support.json_schema import require_valid

GENERATOR = generator("chart")
ROOT = CHART.parents[2]
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


def parts(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, by where it is."""
    yield path, schema
    inner = schema.get("properties", {}) | schema.get("$defs", {})
    for name, part in inner.items():
        yield from parts(part, f"{path}.{name}")
    if "items" in schema:
        yield from parts(schema["items"], f"{path}[]")


def test_no_object_takes_unknown_values() -> None:
    for path, part in parts(SCHEMA):
        if part.get("type") == "object" and path != ".global":
            typed = isinstance(part.get("additionalProperties"), dict)
            assert part.get("additionalProperties") is False or typed, path


def test_every_value_is_described() -> None:
    for path, part in parts(SCHEMA):
        for name, value in part.get("properties", {}).items():
            assert value.get("description") or path.endswith("[]"), f"{path}.{name}"


def test_the_defaults_fit_the_schema_and_name_every_value() -> None:
    require_valid(VALUES, SCHEMA)
    assert VALUES.keys() == SCHEMA["properties"].keys() - {"global"}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_fits_the_schema(profile: str) -> None:
    values = yaml.safe_load((CHART / "ci" / f"{profile}.yaml").read_text(encoding="utf-8"))
    require_valid(values, SCHEMA)


def test_there_is_no_profile_that_is_not_tried() -> None:
    assert {path.stem for path in (CHART / "ci").iterdir()} == set(PROFILES)


def test_generated_parts_are_up_to_date() -> None:
    assert GENERATOR.schema() == SCHEMA, "run `make generate`"
    assert json.loads((CHART / "files" / "settings.json").read_text()) == GENERATOR.settings_by_role()
    assert (CHART / "README.md").read_text(encoding="utf-8") == GENERATOR.readme()


def test_the_chart_carries_the_rules_and_dashboards_as_they_are() -> None:
    for folder, pattern in GENERATOR.OBSERVED.items():
        sources = (ROOT / "deploy" / "observability" / folder).glob(pattern)
        expected = {path.name: path.read_bytes() for path in sources}
        assert expected, folder
        carried = {path.name: path.read_bytes() for path in (CHART / "files" / folder).iterdir()}
        assert carried == expected, "run `make generate`"


def test_every_secret_setting_can_be_placed() -> None:
    known = {
        variable(cls, name)
        for cls in generator("configuration").role_classes()
        for name, info in cls.model_fields.items()
        if is_secret(name, info)
    }
    assert known <= SCHEMA["properties"]["secrets"]["properties"]["refs"]["properties"].keys()


def test_one_version_and_one_number_of_partitions_are_meant_everywhere() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == VERSION
    assert VALUES["kafka"]["partitions"] == PARTITIONS
    assert all(role.get("maxReplicas", 0) <= PARTITIONS for role in VALUES["roles"].values())


def test_no_bundled_default_is_a_secret() -> None:
    assert VALUES["secrets"] == {"name": "", "refs": {}}
    assert VALUES["test"]["loginSecret"] == ""
