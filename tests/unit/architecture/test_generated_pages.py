"""docs/spec.md and docs/data-dictionary.md say what the model and the schema say."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from cartload.schema import TABLES
from cartload.spec import Spec
from cartload.spec.presets import PRESETS

ROOT = Path(__file__).resolve().parents[3]


def generator(name: str) -> ModuleType:
    """The script that draws a page."""
    spec = importlib.util.spec_from_file_location(
        f"generate_{name}", ROOT / "dev" / "generate" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["spec", "data_dictionary"])
def test_the_page_is_up_to_date(name: str) -> None:
    module = generator(name)
    assert module.TARGET.read_text(encoding="utf-8") == module.text(), "run `make generate`"


def test_every_field_and_preset_of_the_spec_is_on_its_page() -> None:
    page = generator("spec").text()
    for name, value in Spec().model_dump().items():
        fields = [f"{name}.{inner}" for inner in value] if f"\n## {name}\n" in page else [name]
        assert all(f"| `{field}` |" in page for field in fields)
    assert all(f"### {preset}\n" in page for preset in PRESETS)


def test_every_column_is_in_the_dictionary() -> None:
    page = generator("data_dictionary").text()
    for table in TABLES:
        section = page.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)
